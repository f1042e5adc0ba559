"""Payouts that were not there, or were on their way, when their seller's bank account changed or was to change."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from backoffice.audit.actors import SYSTEM
from payouts.models import AccountVersion, HoldReason, Payout, PayoutAccount
from payouts.operations import _move, holds

_NOTE = "The bank account is about to change. Released once that is settled."
_CHANGED = "The bank account changed while it was on its way"


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


def catch_up(*, payouts: Sequence[Payout], now: datetime) -> None:
    """Payouts that never left stand as if they had not been away: to the account in effect, and to review again.

    They are APPROVED again and locked, their sellers shared, so that no account takes effect meanwhile. Those whose
    account is about to change are held.
    """
    slots = PayoutAccount.objects.filter(seller_id__in={payout.seller_id for payout in payouts})
    in_effect = {(slot.seller_id, slot.currency): slot.current_id for slot in slots}
    versions = {p.pk: in_effect[p.seller_id, p.currency] or p.payout_account_id for p in payouts}
    stale = [payout for payout in payouts if payout.payout_account_id != versions[payout.pk]]
    _move.change(name="send_back", payouts=stale, actor=SYSTEM, reason=_CHANGED, now=now, versions=versions)
    hold(payouts=Payout.objects.filter(pk__in=[payout.pk for payout in payouts]), now=now)
