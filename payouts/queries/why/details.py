"""Bank details that were given and are not in effect yet: what they wait for, and from when they may be paid."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from payouts.models import Payout, PayoutAccount
from payouts.queries import accounts, explain

WAITING, TO_COME, REJECTED = accounts.WAITING, accounts.TO_COME, accounts.REJECTED


@dataclass(frozen=True)
class Newest:
    """The newest bank details of a seller in a currency. ``code`` is that of `accounts.standing`.

    ``start`` is when they may be paid as people say it; ``earliest`` the moment, now once it is over.
    """

    code: str
    masked: str
    start: str
    earliest: datetime


def newest(*, slot: PayoutAccount, zone: str, now: datetime) -> Newest | None:
    """The newest details in a slot; None where none were given."""
    version = accounts.all_of_them().filter(slot=slot).order_by("-number").first()
    if version is None:
        return None
    earliest = max(version.effective_at, now).astimezone(ZoneInfo(zone))
    start = explain.clock(version.effective_at, zone)
    return Newest(accounts.standing(version).code, version.masked, start, earliest)


def awaited(*, payout: Payout, now: datetime) -> Newest | None:
    """The new details of the payout's seller that are to be verified, or wait; None where there are none."""
    slot = PayoutAccount.objects.filter(seller=payout.seller_id, currency=payout.currency).first()
    new = newest(slot=slot, zone=explain.zone_of(payout.country), now=now) if slot is not None else None
    return new if new is not None and new.code in (WAITING, TO_COME) else None


def verifies(new: Newest) -> str:
    """The sentence on details that are to be verified."""
    return _("Compliance verifies the new account {masked}, which may be paid from {start}.").format(
        masked=new.masked, start=new.start
    )


def given_now(*, zone: str, now: datetime) -> str:
    """The sentence on when details that are not given yet may be paid: they wait before it, whoever verifies them."""
    start = explain.clock(now + timedelta(hours=settings.ACCOUNT_WAIT_HOURS), zone)
    return _("Details given now may be paid from {start}, not before.").format(start=start)
