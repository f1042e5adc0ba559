"""Caps in force, by the operations themselves."""

from payouts.models import CapChange
from payouts.operations import caps
from tests import make


def cap(kind: str, limit_minor: int | None, *, currency: str = "EUR") -> CapChange:
    """The cap is in force: lowered by one person, or raised by two."""
    change = caps.ask(
        kind=kind,
        currency=currency,
        limit_minor=limit_minor,
        reason="Policy.",
        actor=make.person("admin"),
        now=make.NOW,
    )
    if not change.granted:
        change = caps.grant(change_id=change.pk, actor=make.person("treasurer"), now=make.NOW)
    return change


def raise_that_waits() -> CapChange:
    """Caps in force, and a raise that waits for another person."""
    for kind, limit_minor in (("payout", 50_000_00), ("seller_day", 80_000_00)):
        cap(kind, limit_minor)
    return caps.ask(
        kind="payout",
        currency="EUR",
        limit_minor=60_000_00,
        reason="Christmas.",
        actor=make.person("admin"),
        now=make.NOW,
    )
