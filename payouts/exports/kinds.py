"""Every export there is, by name."""

import contextlib
from collections.abc import Collection, Iterable, Sequence

from django.utils.translation import gettext as _

from backoffice.audit.errors import NotAllowed, Refused
from payouts.exports import (
    accounts,
    adjustments,
    audit,
    bank_lines,
    banking,
    earned,
    entries,
    failed,
    held,
    lines,
    payouts,
    recalls,
    reconciliation,
    sellers,
    standing,
    statement,
    unknown,
    yearly,
)
from payouts.exports.columns import columns_of
from payouts.exports.definition import Definition
from payouts.models import Export
from payouts.queries import filters

KINDS: dict[str, Definition] = {
    each.kind: each
    for each in (
        payouts.PAYOUTS,
        lines.LINES,
        standing.OPEN,
        held.HOLDS,
        failed.FAILED,
        recalls.RECALLS,
        unknown.UNKNOWN,
        banking.BATCHES,
        banking.PAYMENTS,
        sellers.SELLERS,
        accounts.ACCOUNTS,
        adjustments.ADJUSTMENTS,
        standing.BALANCES,
        statement.STATEMENT,
        entries.ENTRIES,
        entries.TRANSACTIONS,
        reconciliation.RECONCILIATION,
        bank_lines.BANK_LINES,
        bank_lines.BANK_STATEMENTS,
        audit.APPROVALS,
        audit.DEEDS,
        yearly.DAC7,
        yearly.FORM_1099K,
        earned.EARNINGS,
    )
}


class BadExport(Refused):
    """No such kind, format, language or column, or too many are being written."""

    code = "bad_export"


def get(kind: str) -> Definition:
    """The definition. Raises `BadExport`."""
    if kind not in KINDS:
        raise BadExport(
            _("Not exported: there is no export “{kind}”. Choose one of {kinds}.").format(
                kind=kind[:40], kinds=", ".join(KINDS)
            )
        )
    return KINDS[kind]


def filter_in_words(export: Export) -> str:
    """The filter of an export in the reader's words; in those it was asked for in, where it cannot be read any more."""
    known = KINDS.get(export.kind)
    with contextlib.suppress(filters.BadFilter):
        if known is not None:
            return known.in_words(known.chosen(known.kept(export.filters), now=export.requested_at))
    return export.filters_text


def column_words(kind: str, names: Iterable[str]) -> list[str]:
    """What columns of an export of this kind are called in the reader's language; one that is no more by its name."""
    known = KINDS.get(kind)
    headings = {each.name: _(each.column_name) for each in columns_of(known.resource())} if known else {}
    return [headings.get(name, name) for name in names]


def open_to(permissions: Collection[str]) -> list[Definition]:
    """The exports that somebody with these permissions may ask for."""
    return [each for each in KINDS.values() if each.is_open_to(permissions)]


def require(definition: Definition, permissions: Collection[str]) -> None:
    """Raises `NotAllowed` unless somebody with these permissions may ask for it."""
    if not definition.is_open_to(permissions):
        raise NotAllowed(
            _(
                "{title} is not yours to export: it shows what your role does not see. "
                "Choose another export, or ask an administrator."
            ).format(title=definition.called)
        )


def check_sort(definition: Definition, sort: str) -> None:
    """Raises `BadExport` for an order ("-amount") that the export does not have."""
    if sort and sort.removeprefix("-") not in definition.sorts:
        known = ", ".join(definition.sorts) or _("none")
        raise BadExport(
            _("Not exported: {kind} is not sorted by “{sort}”. It knows {known}.").format(
                kind=definition.kind, sort=sort[:20], known=known
            )
        )


def checked_columns(definition: Definition, names: Sequence[str]) -> list[str]:
    """The names of columns, each once. Raises `BadExport` for one that the export does not have."""
    known = [column.name for column in columns_of(definition.resource())]
    wrong = [name for name in names if name not in known]
    if wrong:
        raise BadExport(
            _("Not exported: {kind} has no column “{wrong}”. Choose among {known}.").format(
                kind=definition.kind, wrong=wrong[0][:40], known=", ".join(known)
            )
        )
    return list(dict.fromkeys(names))
