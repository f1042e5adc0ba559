"""What pages of imports say of a file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit import holders
from backoffice.doors import pace, pages
from backoffice.words import later, number, sentences
from sellers import importing as seller_files
from sellers.ledger import profiles
from sellers.ledger.importing import kinds, posting
from sellers.ledger.models import EarningKind, ImportFile, ImportKind, ImportStatus
from sellers.ledger.money import Money

LIST = "admin:ledger_import_list"
NEW = {
    ImportKind.EARNINGS: "admin:ledger_import_new",
    ImportKind.CORRECTIONS: "admin:ledger_corrections_new",
    ImportKind.STATEMENT: "admin:ledger_statement_new",
    ImportKind.SELLERS: "admin:sellers_import_new",
}
SIDES = {"credited": later("Credited to us"), "debited": later("Debited from us")}
BRING = {
    ImportKind.EARNINGS: later("Import a CSV of sales, commissions and refunds; then run payouts."),
    ImportKind.CORRECTIONS: later(
        "Import a CSV of adjustments and write-offs; another person confirms the whole file."
    ),
    ImportKind.STATEMENT: later(
        "Statements come from the bank by themselves. Import the camt.053 of a day that did not come."
    ),
    ImportKind.SELLERS: later(
        "Import a CSV of sellers; nothing is paid to them before somebody has verified them."
    ),
}
BROUGHT = {
    ImportKind.EARNINGS: later("Who imports earnings: {who}."),
    ImportKind.CORRECTIONS: later("Who imports corrections: {who}."),
    ImportKind.STATEMENT: later("Who imports bank statements: {who}."),
    ImportKind.SELLERS: later("Who imports sellers: {who}."),
}
EVERY_RIGHT = tuple(dict.fromkeys(right for each in kinds.RIGHTS.values() for right in each.any_of))


def seen_by(request: HttpRequest) -> list[str]:
    """The kinds of import that the reader may see."""
    held = pages.permissions(request)
    return [kind for kind, rights in kinds.RIGHTS.items() if held & set(rights.any_of)]


def advice(listed: Sequence[str], brings: Sequence[str]) -> str:
    """What the reader may bring of the kinds that are listed: of those they bring the last named; else who does."""
    if brings:
        return str(BRING[ImportKind(brings[-1])])
    return sentences(
        *(
            BROUGHT[ImportKind(kind)].format(who=holders.whoever(kinds.of(kind).brings) or _("nobody"))
            for kind in listed
        )
    )


def was_read(file: ImportFile) -> bool:
    """A statement or a row of it could be read: the bytes, the header and more."""
    return bool(file.preview if file.kind == ImportKind.STATEMENT else file.row_count)


def can_be_marked(file: ImportFile) -> bool:
    """There is a text to write its errors beside; of a CSV also where no more than its header is wrong."""
    return was_read(file) if file.kind == ImportKind.STATEMENT else bool(file.sha256)


def refused(file: ImportFile) -> str:
    """How it was refused, where that is not for its rows; empty for every other."""
    if file.status != ImportStatus.REFUSED:
        return ""
    if not was_read(file):
        return _("Refused: could not be read")
    return _("Refused: it has errors") if file.kind == ImportKind.STATEMENT else ""


def errors(file: ImportFile) -> str:
    """How many errors were found; empty where there are none, or no more than that it could not be read."""
    count = file.error_count
    if not count or not was_read(file):
        return ""
    if file.kind == ImportKind.STATEMENT:
        return ngettext("{n} error", "{n} errors", count).format(n=number(count))
    return ngettext("{n} row with errors", "{n} rows with errors", count).format(n=number(count))


def url_of(file: ImportFile) -> str:
    """The file's page: of sellers, while no worker is at them, the page that shows each change."""
    if file.seller_file_id is not None and file.status not in posting.UNDER_WAY:
        return reverse("admin:sellers_import_detail", args=[file.seller_file_id])
    return reverse("admin:ledger_import_detail", args=[file.pk])


def who(file: ImportFile) -> str:
    """Whose import it was, as people are called."""
    user = file.uploaded_by
    return _("the system") if user is None else str(user.get_full_name() or user)


def sums(file: ImportFile) -> list[Money]:
    """What the file changes in what we owe, or in what we have at the bank, by currency."""
    return [Money(sum(kinds.values()), currency) for currency, kinds in sorted(file.totals.items())]


def totals(file: ImportFile) -> list[tuple[str, Money]]:
    """The sums by kind of earning, or by side of the statement, and currency."""
    return [
        (str(SIDES.get(kind) or EarningKind(kind).label), Money(minor, currency))
        for currency, by_kind in sorted(file.totals.items())
        for kind, minor in sorted(by_kind.items())
    ]


def profile(file: ImportFile) -> str:
    """The title of how the file is written; its name when the profile is gone."""
    if file.kind == ImportKind.STATEMENT:
        return "camt.053"
    known = (
        seller_files.all_profiles() if file.kind == ImportKind.SELLERS else profiles.all_profiles(file.kind)
    )
    return next((_(each.title) for each in known if each.name == file.profile), file.profile)


def adds(file: ImportFile) -> bool:
    """Whether it brings anything: a statement without a line brings its day and its balance."""
    return bool(file.new_count) or any(not shown["known"] for shown in file.preview)


def said(file: ImportFile) -> str:
    """What posting did, or that a worker does it now, in a sentence."""
    if file.status == ImportStatus.POSTING:
        return _("“{file}” is being posted. You may leave this page and come back.").format(file=file.name)
    kind = ImportKind(file.kind)
    if not file.new_count and adds(file):
        return _("“{file}” is booked: no line, but the day and its balance stand.").format(file=file.name)
    if not file.new_count and not file.known_count:
        return _("Nothing changed: what “{file}” says of days and balances is known already.").format(
            file=file.name
        )
    if not file.new_count:
        return _("Nothing changed: all {what} of “{file}” are known already.").format(
            what=_counted(kind, file.known_count), file=file.name
        )
    known = (
        _(", {known_count} known already").format(known_count=number(file.known_count))
        if file.known_count
        else ""
    )
    sellers = (
        _("{seller_count} new sellers wait for their verification.").format(
            seller_count=number(file.seller_count)
        )
        if file.seller_count
        else ""
    )
    imported = _("{what} imported{known}.").format(what=_counted(kind, file.new_count), known=known)
    return sentences(imported, sellers)


def _counted(kind: ImportKind, count: int) -> str:
    """3,241 earnings."""
    match kind:
        case ImportKind.EARNINGS:
            words = ngettext("{n} earning", "{n} earnings", count)
        case ImportKind.CORRECTIONS:
            words = ngettext("{n} correction", "{n} corrections", count)
        case ImportKind.STATEMENT:
            words = ngettext("{n} bank line", "{n} bank lines", count)
        case ImportKind.SELLERS:
            words = ngettext("{n} seller", "{n} sellers", count)
    return words.format(n=number(count))


def progress(file: ImportFile, now: datetime) -> dict[str, Any]:
    """How far a worker is, for the part that renews itself."""
    going = file.status in posting.UNDER_WAY
    words = _(file.step) if file.step else _("It waits for a worker")
    if file.step and file.total:
        words = ngettext(
            "{step}: {done} of {total} row", "{step}: {done} of {total} rows", file.total
        ).format(step=words, done=number(file.done), total=number(file.total))
    left = pace.time_left(done=file.done, total=file.total, since=file.started_at, now=now)
    return {
        "going": going,
        "progress": {"done": file.done, "total": file.total, "words": words, "left": left},
        "live_id": "progress",
        "live_url": reverse("admin:ledger_import_progress", args=[file.pk]) if going else "",
    }
