"""Which earlier export another can be compared with: of the same person, kind, filter and columns, its hashes kept."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from payouts.exports import kinds
from payouts.exports.columns import columns_of
from payouts.exports.definition import Definition
from payouts.exports.kinds import BadExport
from payouts.models import Export, ExportStatus
from payouts.queries import export_filters

_WRITTEN = (ExportStatus.READY, ExportStatus.EXPIRED)


def comparable(*, user_id: int, now: datetime, kind: str | None = None) -> "QuerySet[Export]":
    """The person's exports whose row hashes are kept, newest first."""
    found = Export.objects.filter(requested_by_id=user_id, status__in=_WRITTEN, hashes_until__gt=now)
    return (found if kind is None else found.filter(kind=kind)).order_by("-pk")


def names_of(definition: Definition, columns: Sequence[str]) -> list[str]:
    """The columns that a file holds; all when none is named."""
    return [column.name for column in columns_of(definition.resource(), columns)]


def _same_filter(definition: Definition, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether both mean the same rows; exports of the past are compared across their moments.

    Those of the time before there was a choice went by the moment of posting, and do not say so.
    """

    def kept(stored: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value
            for name, value in stored.items()
            if not (definition.of_the_past and name == "at")
            and (name, list(value)) != (export_filters.BY, [export_filters.POSTED])
        }

    return kept(one) == kept(other)


def base(
    *, since: int | Literal["last"], definition: Definition, stored: Mapping[str, Any], columns: Sequence[str],
    user_id: int, now: datetime,
) -> Export:  # fmt: skip
    """The export to compare with. Raises `BadExport` with what makes the two differ."""
    names = names_of(definition, columns)
    if since == "last":
        return _newest(definition, stored, names, user_id, now)
    found = Export.objects.filter(pk=since, requested_by_id=user_id).first()
    if found is None:
        raise BadExport(
            _("Not exported: there is no such export of yours to compare with."), code="not_found"
        )
    whole = _("Export everything instead; the next one can be compared with that.")
    if found.status not in _WRITTEN:
        label = ExportStatus(found.status).label.lower()
        raise BadExport(
            _("Not exported: {file_name} is {label}, so nothing can be compared with it.").format(
                file_name=found.file_name, label=label
            )
        )
    if found.hashes_until is None or found.hashes_until <= now:
        raise BadExport(
            _("Not exported: what {file_name} held is no longer known. {whole}").format(
                file_name=found.file_name, whole=whole
            )
        )
    if found.kind != definition.kind:
        title = kinds.get(found.kind).inside
        raise BadExport(
            _(
                "Not exported: {file_name} is another kind of export, the {title}. Choose "
                "one of the same kind."
            ).format(file_name=found.file_name, title=title)
        )
    if not _same_filter(definition, found.filters, stored):
        raise BadExport(
            _(
                "Not exported: {file_name} has another filter, “{filters_text}”. Compare "
                "with one that has the same filter, or export everything."
            ).format(file_name=found.file_name, filters_text=kinds.filter_in_words(found))
        )
    if found.hashed_columns != names:
        raise BadExport(
            _("Not exported: {file_name} has other columns. Choose the same ones. {whole}").format(
                file_name=found.file_name, whole=whole
            )
        )
    return found


def _newest(
    definition: Definition, stored: Mapping[str, Any], names: Sequence[str], user_id: int, now: datetime
) -> Export:
    for found in comparable(user_id=user_id, now=now, kind=definition.kind):
        if found.hashed_columns == names and _same_filter(definition, found.filters, stored):
            return found
    raise BadExport(
        _(
            "Not exported: of your earlier exports none has this kind, filter and columns, "
            "or what it held is no longer known. Export everything first."
        )
    )
