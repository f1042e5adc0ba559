"""New payouts of sellers whose bank account is about to change: held like those that existed when it was asked."""

from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from payouts.models import AccountVersion, HoldReason, Payout
from payouts.operations import holds

_NOTE = "The bank account is about to change. Released once that is settled."


def hold(*, payouts: QuerySet[Payout], now: datetime) -> None:
    """Those of these new payouts are held that wait for a newer account: not decided, or verified and not in effect.

    The caller has made the payouts in this transaction and holds their ledger accounts, so that a change asked for
    meanwhile is seen here or sees the payouts.
    """
    newer = AccountVersion.objects.filter(
        Q(decision__isnull=True) | Q(decision__verified=True),
        slot__seller=OuterRef("seller"),
        slot__currency=OuterRef("currency"),
        number__gt=F("slot__current__number"),
    )
    waiting = list(payouts.filter(Exists(newer)).order_by("pk"))
    if waiting:
        holds.place_on(payouts=waiting, reason=HoldReason.ACCOUNT_CHANGE, note=_NOTE, now=now)
