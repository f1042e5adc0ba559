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


class BadTemplate(Refused):
    """No name, a name that is taken, or columns that are none."""

    code = "bad_template"


class UnknownTemplate(Refused):
    """No template of this person has this number."""

    code = "not_found"
    status = 404


def usable(*, user_id: int, kind: str) -> "QuerySet[ExportTemplate]":
    """The templates of this kind that a person may use, their own first."""
    mine_or_shared = Q(owner_id=user_id) | Q(shared=True)
    found = ExportTemplate.objects.filter(mine_or_shared, kind=kind, dropped_at__isnull=True)
    return found.select_related("owner").order_by("shared", "name", "pk")


@transaction.atomic
def save(
    *, kind: str, name: str, columns: Sequence[str], shared: bool, actor: Actor, now: datetime
) -> ExportTemplate:
    """The choice is kept. Raises `BadTemplate`, `BadExport`, `NotAllowed`."""
    definition = kinds.get(kind)
    authority.require(actor=actor, permission="payouts.request_export")
    for permission in definition.permissions:
        authority.require(actor=actor, permission=permission)
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
