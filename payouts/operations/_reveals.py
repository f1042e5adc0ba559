"""Looking at full account numbers: with a reason, on the record, and only so often."""

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Model
from django.utils.translation import gettext as _

from backoffice.audit import recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.audit.models import Event

PER_HOUR = 20
"""Looks by one person within an hour, whichever door shows the numbers."""
ACCOUNT, FILE = "account.reveal", "submission.download"


class TooManyReveals(Refused):
    """One person looked at more bank details within an hour than their work needs."""

    code = "too_many_reveals"
    status = 429


def look(
    *, action: str, subject: Model, reason: str, data: dict[str, str], actor: Actor, now: datetime
) -> None:
    """The look is recorded with its reason; the caller's transaction may show what stands there.

    Raises `Refused` without a reason, `TooManyReveals` above `PER_HOUR` looks of either kind by one person.
    """
    if not reason.strip():
        raise Refused(
            _("Not revealed: say why you need the full number. It is recorded."), code="reason_missing"
        )
    with connection.cursor() as cursor:  # two tabs of one person count one after the other
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('account.reveal'), %s)", [actor.user_id or 0])
    recent = Event.objects.filter(
        actor_id=actor.user_id, action__in=(ACCOUNT, FILE), at__gt=now - timedelta(hours=1)
    ).count()
    if recent >= PER_HOUR:
        raise TooManyReveals(
            _(
                "Not revealed: you looked at full account numbers {recent} times within the "
                "hour; the limit is {per_hour}. Wait, or ask a colleague."
            ).format(recent=recent, per_hour=PER_HOUR)
        )
    recording.record(
        actor=actor, action=action, subject=subject, data={**data, "reason": reason.strip()}, now=now
    )
