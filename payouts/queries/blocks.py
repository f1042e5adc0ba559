"""What stands in a payout's way right now: open holds, a suspended or unverified seller."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.words import labelled
from payouts.models import Hold, Payout
from sellers.models import Seller

# Of all pages of payouts and of the API: as one statement. Each half has an index of the open ones.
_OPEN = """
SELECT * FROM payouts_hold WHERE released_at IS NULL AND payout_id = ANY(%s)
UNION ALL SELECT * FROM payouts_hold WHERE released_at IS NULL AND seller_id = ANY(%s) ORDER BY placed_at, id
"""


@dataclass(frozen=True)
class Block:
    """One thing that blocks approve, batch and submit. ``reason`` is a sentence."""

    code: str
    reason: str
    hold: Hold | None = None


def standing(*, suspended_at: datetime | None, verified_at: datetime | None) -> str:
    """How a seller stands to whom no money may go, a word of `filter_words.STANDINGS`; "" where it may."""
    if suspended_at is not None:
        return "suspended"
    return "" if verified_at is not None else "unverified"


def open_holds(*, payouts: Sequence[Payout]) -> dict[int, list[Hold]]:
    """The open holds of each payout, its own and its seller's, oldest first; payouts without one are absent."""
    by_payout: dict[int, list[Hold]] = {}
    by_seller: dict[int, list[Hold]] = {}
    ids, seller_ids = [payout.pk for payout in payouts], [*{payout.seller_id for payout in payouts}]
    for hold in Hold.objects.raw(_OPEN, [ids, seller_ids]):
        if hold.payout_id is None:
            by_seller.setdefault(hold.seller_id or 0, []).append(hold)
        else:
            by_payout.setdefault(hold.payout_id, []).append(hold)
    found = {p.pk: by_seller.get(p.seller_id, []) + by_payout.get(p.pk, []) for p in payouts}
    return {payout_id: holds for payout_id, holds in found.items() if holds}


def of(*, payouts: Iterable[Payout]) -> dict[int, list[Block]]:
    """Every block of every payout; payouts that nothing blocks are absent."""
    payouts = list(payouts)
    holds = open_holds(payouts=payouts)
    barred = Seller.objects.filter(Q(suspended_at__isnull=False) | Q(verified_at__isnull=True))
    sellers = barred.in_bulk({payout.seller_id for payout in payouts})
    found: dict[int, list[Block]] = {}
    for payout in payouts:
        seller = sellers.get(payout.seller_id)
        blocks = []
        if seller is not None and seller.suspended_at is not None:
            blocks.append(
                Block("seller_suspended", _("the seller is suspended; compliance must lift that first"))
            )
        if seller is not None and seller.verified_at is None:
            blocks.append(
                Block("seller_unverified", _("the seller is not verified; compliance must verify them first"))
            )
        for hold in holds.get(payout.pk, []):
            what = _("the seller is on hold") if hold.seller_id else _("it is on hold")
            blocks.append(Block("held", labelled(what, hold.get_reason_display()), hold))
        if blocks:
            found[payout.pk] = blocks
    return found
