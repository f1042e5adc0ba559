"""Payouts that a change of their seller's bank account could not reach when it was made."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backoffice.audit.actors import SYSTEM
from payouts.models import AccountVersion, HoldReason, Payout, PayoutAccount
from payouts.operations import _move, flagging, holds

_NOTE = "The bank account is about to change. Released once that is settled."
_BECAUSE = "The bank account changed while it was at the bank"


def hold(*, payouts: QuerySet[Payout], now: datetime) -> None:
    """Those of these payouts are held that wait for a newer account: not decided, or verified and not in effect.

    The caller has made them unsent in this transaction and holds their ledger accounts, so that a change asked for
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


def catch_up(*, payouts: Sequence[Payout], now: datetime) -> None:
    """Payouts that came back unsent: to review for the account that took effect meanwhile; held for one awaited.

    They are APPROVED, locked, their sellers shared, so that no account takes effect now.
    """
    slots = PayoutAccount.objects.filter(seller_id__in={payout.seller_id for payout in payouts})
    in_effect = {(slot.seller_id, slot.currency): slot.current_id for slot in slots}
    versions = {}
    for payout in payouts:
        current = in_effect[payout.seller_id, payout.currency]
        if current is not None and current != payout.payout_account_id:
            versions[payout.pk] = current
    changed = [payout for payout in payouts if payout.pk in versions]
    moved = _move.change(
        name="send_back", payouts=changed, actor=SYSTEM, reason=_BECAUSE, now=now, versions=versions
    )
    flagging.renew(payout_ids=moved, now=now)
    hold(payouts=Payout.objects.filter(pk__in=[payout.pk for payout in payouts]), now=now)
