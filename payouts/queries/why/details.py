"""Bank details that were given and are not in effect yet: what they wait for, and from when they may be paid."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from payouts.models import PayoutAccount
from payouts.queries import accounts, explain

WAITING, TO_COME, REJECTED = accounts.WAITING, accounts.TO_COME, accounts.REJECTED


@dataclass(frozen=True)
class Newest:
    """The newest bank details of a seller in a currency. ``code`` is that of `accounts.standing`.

    ``start`` is when they may be paid as people say it; ``earliest`` the day, today once it is over.
    """

    code: str
    masked: str
    start: str
    earliest: date


def newest(*, slot: PayoutAccount, zone: str, now: datetime) -> Newest | None:
    """The newest details in a slot; None where none were given."""
    version = accounts.all_of_them().filter(slot=slot).order_by("-number").first()
    if version is None:
        return None
    earliest = max(version.effective_at, now).astimezone(ZoneInfo(zone)).date()
    start = explain.clock(version.effective_at, zone)
    return Newest(accounts.standing(version).code, version.masked, start, earliest)
