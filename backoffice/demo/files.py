"""What accounting takes away: a register that comes every week, and last month's returned payouts, asked for once."""

from datetime import datetime, time, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from backoffice.audit.actors import Actor
from payouts.models import Every
from payouts.operations import exporting, schedules

_ZONE = "Europe/Paris"


def ask(*, accountant: Actor, now: datetime) -> None:
    """The schedule stands for more than a week, so that an occasion is due; the files are the workers' next work."""
    weekly = schedules.Plan(
        name="Register of the week",
        kind="payouts",
        format="xlsx",
        every=Every.WEEK,
        at=time(6),
        time_zone=_ZONE,
        dates="created",
    )
    schedules.make(plan=weekly, actor=accountant, now=now - timedelta(days=8))
    last = now.astimezone(ZoneInfo(_ZONE)).date().replace(day=1) - timedelta(days=1)
    month = {"moved_from": f"{last:%Y-%m}-01", "moved_until": last.isoformat()}
    exporting.request(
        kind="failed",
        filters=urlencode({"status": "RETURNED", **month}),
        format="xlsx",
        actor=accountant,
        now=now,
    )
