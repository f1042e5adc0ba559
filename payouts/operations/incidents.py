"""What a person must look at: opened by the program, closed by a person, or by itself when the trouble is over."""

from datetime import datetime

import structlog
from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, Refused
from payouts.models import Incident, Restoration

log = structlog.get_logger(__name__)
_OPEN = """
INSERT INTO payouts_incident (code, key, text, rail, payout_id, opened_at, closing_note)
VALUES (%(code)s, %(key)s, %(text)s, %(rail)s, %(payout)s, %(now)s, '')
ON CONFLICT (key) DO UPDATE SET text = excluded.text, opened_at = excluded.opened_at, closed_at = NULL,
  closed_by_id = NULL, closing_note = ''
WHERE payouts_incident.closed_at IS NOT NULL
RETURNING id
"""
_OVER = """
UPDATE payouts_incident SET closed_at = %(now)s, closing_note = %(note)s
WHERE closed_at IS NULL AND (key = ANY(%(keys)s) OR starts_with(key, %(prefix)s)) AND key <> ALL(%(but)s)
RETURNING id, code
"""


@transaction.atomic
def open_one(
    *, code: str, key: str, text: str, now: datetime, rail: str = "", payout_id: int | None = None
) -> bool:
    """An incident of that key is open: a new one, or a closed one opened again. Answers whether that is news."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OPEN, {"code": code, "key": key, "text": text, "rail": rail, "payout": payout_id, "now": now}
        )
        row = cursor.fetchone()
    if row is None:
        return False
    try:
        with transaction.atomic():
            recording.record(
                actor=SYSTEM,
                action="incident.open",
                subject=Incident(pk=row[0]),
                data={"code": code},
                now=now,
            )
    except DatabaseError as error:  # that the audit trail takes no events must be told all the same
        log.error("incident_not_recorded", key=key, error=type(error).__name__)
    return True


def over(*, keys: list[str], note: str, now: datetime) -> int:
    """The trouble behind these incidents has ended by itself; answers how many were open."""
    return _over(keys=keys, prefix=None, but=[], note=note, now=now) if keys else 0


def over_with_prefix(*, prefix: str, but: list[str], note: str, now: datetime) -> int:
    """As `over`, for every incident whose key begins so, apart from those still in trouble."""
    return _over(keys=[], prefix=prefix, but=but, note=note, now=now)


@transaction.atomic
def _over(*, keys: list[str], prefix: str | None, but: list[str], note: str, now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_OVER, {"keys": keys, "prefix": prefix, "but": but, "note": note, "now": now})
        rows = cursor.fetchall()
    return recording.record_many(
        actor=SYSTEM,
        action="incident.over",
        now=now,
        subject_type=Incident._meta.label_lower,
        subjects=[(pk, {"code": code}) for pk, code in rows],
    )


@transaction.atomic
def close(*, incident_id: int, actor: Actor, note: str, now: datetime) -> Incident:
    """A person has looked and says what was found. Raises `Refused` without a note, `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission="payouts.resolve_unknown")
    if not note.strip():
        raise Refused(
            _("Not closed: write what was found and done, for those who ask later."), code="reason_missing"
        )
    incident = Incident.objects.select_for_update(of=("self",)).get(pk=incident_id)
    if incident.closed_at is not None:
        raise Conflict(_("This incident was closed by someone else just now."))
    if (
        incident.code == "restored"
        and not Restoration.objects.filter(asked_at__gte=incident.opened_at).exists()
    ):
        raise Refused(
            _("Not closed: the rails have not been asked what they have. Run “manage.py ask_rails” first."),
            code="not_asked",
        )
    incident.closed_at, incident.closing_note = now, note.strip()
    incident.closed_by_id = actor.user_id
    incident.save(update_fields=["closed_at", "closing_note", "closed_by"])
    recording.record(
        actor=actor, action="incident.close", subject=incident, data={"code": incident.code}, now=now
    )
    return incident
