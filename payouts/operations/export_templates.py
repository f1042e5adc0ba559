"""A choice of columns kept under a name, for oneself or for everybody."""

from collections.abc import Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.exports import kinds
from payouts.models import ExportTemplate
from payouts.operations import _export_rights


class BadTemplate(Refused):
    """No name, a name that is taken or means nothing, or columns that are none."""

    code = "bad_template"


class UnknownTemplate(Refused):
    """No template of this person has this number."""

    code = "not_found"
    status = 404


def usable(*, user_id: int, kind: str = "") -> "QuerySet[ExportTemplate]":
    """The templates of this kind, or of every one, that a person may use, their own first."""
    mine_or_shared = Q(owner_id=user_id) | Q(shared=True)
    found = ExportTemplate.objects.filter(mine_or_shared, dropped_at__isnull=True)
    found = found.filter(kind=kind) if kind else found
    return found.select_related("owner").order_by("shared", "name", "pk")


def columns_of(*, name: str, kind: str, user_id: int) -> list[str]:
    """The columns that a person means by a template's name: of their own one, else of the one that is shared.

    Raises `BadTemplate` where they have no such template of this kind, or where several people share one of that name.
    """
    plain = " ".join(name.split())
    found = [each for each in usable(user_id=user_id, kind=kind) if each.name == plain]
    mine = [each for each in found if each.owner_id == user_id]
    if not mine and len(found) > 1:
        owners = ", ".join(each.owner.get_username() for each in found)
        raise BadTemplate(
            _("Not exported: {owners} each share a template “{name}”. Save one of your own, and use that.").format(
                owners=owners, name=plain
            )
        )
    if not found:
        raise BadTemplate(_no_such(plain[:60], kind, user_id))
    columns: list[str] = (mine or found)[0].columns
    return columns


def _no_such(name: str, kind: str, user_id: int) -> str:
    named = usable(user_id=user_id).filter(name=name)
    others = sorted(set(named.values_list("kind", flat=True)))
    if others:
        return _("Not exported: “{name}” is a template of {others}, and not of {kind}.").format(
            name=name, others=", ".join(others), kind=kind
        )
    names = dict.fromkeys(usable(user_id=user_id, kind=kind).values_list("name", flat=True))
    return _("Not exported: there is no template “{name}” of {kind}. Choose among {known}, or name columns.").format(
        name=name, kind=kind, known=", ".join(names) or _("none")
    )


def wanted(*, template: str, columns: Sequence[str], kind: str, user_id: int) -> list[str]:
    """The names of columns that a request means, by a template or one by one. Raises `BadTemplate` for both at once."""
    if not template.strip():
        return list(columns)
    if columns:
        raise BadTemplate(_("Not exported: a template says the columns. Name it, or them, and not both."))
    return columns_of(name=template, kind=kind, user_id=user_id)


@transaction.atomic
def save(
    *, kind: str, name: str, columns: Sequence[str], shared: bool, actor: Actor, now: datetime
) -> ExportTemplate:
    """The choice is kept. Raises `BadTemplate`, `BadExport`, `NotAllowed`."""
    definition = kinds.get(kind)
    _export_rights.require(definition, actor)
    wanted = kinds.checked_columns(definition, columns)
    plain = " ".join(name.split())[:60]
    if not plain:
        raise BadTemplate(_("Not saved: give the template a name."))
    if not wanted:
        raise BadTemplate(_("Not saved: choose at least one column."))
    try:
        with transaction.atomic():
            made = ExportTemplate.objects.create(
                kind=kind, name=plain, columns=wanted, shared=shared, owner_id=actor.person_id, made_at=now
            )
    except IntegrityError as error:
        raise BadTemplate(
            _("Not saved: you have a template “{plain}” already. Drop it, or name this otherwise.").format(
                plain=plain
            )
        ) from error
    data = {"kind": kind, "name": plain, "columns": wanted, "shared": shared}
    recording.record(actor=actor, action="export_template.save", subject=made, data=data, now=now)
    return made


@transaction.atomic
def drop(*, template_id: int, actor: Actor, now: datetime) -> None:
    """Its owner wants it no longer. Raises `UnknownTemplate`, `NotAllowed`."""
    authority.require(actor=actor, permission="payouts.request_export")
    found = ExportTemplate.objects.select_for_update().filter(
        pk=template_id, owner_id=actor.person_id, dropped_at__isnull=True
    )
    template = found.first()
    if template is None:
        raise UnknownTemplate(_("There is no such template of yours. Only its owner drops one."))
    ExportTemplate.objects.filter(pk=template.pk).update(dropped_at=now)
    recording.record(actor=actor, action="export_template.drop", subject=template, now=now)
