"""What exactly a review, an approval and a batch are for (HOUSE ruling 6).

PostgreSQL computes the same in `payout_digest()`; a test holds the two together.
"""

import hashlib
from collections.abc import Iterable
from typing import Protocol


class Payable(Protocol):
    """The facts of a payout that people approve."""

    id: int
    seller_id: int
    amount_minor: int
    currency: str
    payout_account_id: int


def of_payout(payout: Payable) -> str:
    """SHA-256, hex, of payout, seller, amount in minor units, currency and bank-account version."""
    parts = (payout.id, payout.seller_id, payout.amount_minor, payout.currency, payout.payout_account_id)
    return hashlib.sha256("|".join(str(part) for part in parts).encode()).hexdigest()


def of_batch(item_digests: Iterable[str]) -> str:
    """SHA-256, hex, of the digests of a batch's items in the order of their payouts."""
    return hashlib.sha256("\n".join(item_digests).encode()).hexdigest()
