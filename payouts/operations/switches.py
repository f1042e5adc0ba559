"""The kill switch: stopping a rail, or all of them, and letting it go on. Work in flight still resolves."""

from datetime import datetime

import structlog
from django.db import DatabaseError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, Refused
from payouts.models import Incident, RailSwitch
from payouts.queries import rail_words
from payouts.queries.invariants import HARMLESS
from payouts.queries.rails import ALL, open_on
from payouts.rails import registry

log = structlog.get_logger(__name__)

STOPPING = ("paid_twice", "invariant", "audit_anchor", "audit_write", "journal", "restored")
"""Codes of the incidents for which the program stops a rail by itself. PostgreSQL knows them too."""


class RailStopped(Refused):
    """Nothing new is handed to this rail until two people let it go on; the work waits."""

    code = "rail_stopped"


class OwnStop(Refused):
    """Who stopped a rail does not let it go on."""

    code = "four_eyes"


class NotLookedAt(Refused):
    """Something stops this rail by itself: one person looks at why and closes the incident, another lets it go on."""

    code = "not_looked_at"


def require_open_way(rail: str) -> None:
    """Raises `RailStopped` while the rail, or every rail, is stopped."""
    stop = open_on(rail)
    if stop is not None:
        raise RailStopped(
            _("Nothing is handed to {rail}: it was stopped ({reason}). The work waits.").format(
                rail=rail_words.called(rail), reason=stop.reason
            )
        )


@transaction.atomic
def stop(*, rail: str, reason: str, actor: Actor, now: datetime) -> RailSwitch:
    """Nothing new is handed to ``rail`` (or, with "*", to any). Stopping a stopped rail changes nothing.

    Raises `Refused` without a reason or for an unknown rail, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.stop_rail")
    if not reason.strip():
        raise Refused(_("Not stopped: say why, for those who must let it go on."), code="reason_missing")
    if rail != ALL and rail not in registry.names():
        raise Refused(_("Not stopped: there is no rail “{rail}”.").format(rail=rail), code="unknown_rail")
    return _stop(rail=rail, reason=reason.strip(), actor=actor, now=now)


def stop_by_itself(*, rail: str, reason: str, now: datetime) -> RailSwitch:
    """The program itself stops a rail, for a reason that opened an incident.

    It stops also when the audit trail takes no events: then the switch is the only witness, and the log.
    """
    return _stop(rail=rail, reason=reason, actor=SYSTEM, now=now)


def _stop(*, rail: str, reason: str, actor: Actor, now: datetime) -> RailSwitch:
    switch, new = RailSwitch.objects.get_or_create(
        rail=rail,
        restored_at=None,
        defaults={"reason": reason, "stopped_by_id": actor.user_id, "stopped_at": now},
    )
    if new:
        data = {"rail": rail, "reason": reason}
        try:
            with transaction.atomic():
                recording.record(actor=actor, action="rail.stop", subject=switch, data=data, now=now)
        except DatabaseError as error:
            if not actor.is_system:
                raise
            log.error("stop_not_recorded", rail=rail, reason=reason, error=type(error).__name__)
    return switch


@transaction.atomic
def restore(*, switch_id: int, actor: Actor, now: datetime) -> RailSwitch:
    """The rail goes on; the sweeper takes up what waited.

    Whoever stopped it: an incident that stops rails by itself is closed first, by somebody else. Raises `OwnStop` to
    its stopper, `NotLookedAt`, `Conflict`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.restore_rail")
    switch = RailSwitch.objects.select_for_update(of=("self",)).get(pk=switch_id)
    if switch.restored_at is not None:
        raise Conflict(_("{rail} was let go on already.").format(rail=rail_words.beginning(switch.rail)))
    if switch.stopped_by_id is not None and switch.stopped_by_id == actor.user_id:
        raise OwnStop(_("Not restored: you stopped it. Another person must let it go on."))
    _check_looked_at(switch, actor)
    switch.restored_by_id, switch.restored_at = actor.user_id, now
    switch.save(update_fields=["restored_by", "restored_at"])
    recording.record(actor=actor, action="rail.restore", subject=switch, data={"rail": switch.rail}, now=now)
    return switch


def _check_looked_at(switch: RailSwitch, actor: Actor) -> None:
    causes = Incident.objects.filter(code__in=STOPPING, rail="" if switch.rail == ALL else switch.rail)
    causes = causes.exclude(key__in=[f"invariant:{name}" for name in HARMLESS])
    which = rail_words.called(switch.rail)
    if causes.filter(closed_at__isnull=True).exists():
        raise NotLookedAt(
            _(
                "Not restored: an incident that stops {which} by itself is still open. Look "
                "at what happened and close the incident; then another person lets it go on."
            ).format(which=which)
        )
    if causes.filter(opened_at__gte=switch.stopped_at, closed_by_id=actor.user_id).exists():
        raise NotLookedAt(
            _(
                "Not restored: you closed the incident that stops {which} by itself. Another "
                "person must let it go on."
            ).format(which=which)
        )
