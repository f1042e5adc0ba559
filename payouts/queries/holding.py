"""Which payouts an open hold stops, their own or their seller's; in the ways that stay quick among ten million."""

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from payouts.models import Hold, Payout
from payouts.queries import searching

_ON_HOLD = """
SELECT payout_id FROM payouts_hold WHERE released_at IS NULL AND payout_id IS NOT NULL
UNION
SELECT p.id FROM payouts_hold AS h JOIN payouts_payout AS p ON p.seller_id = h.seller_id
WHERE h.released_at IS NULL
"""
_UNSENT_ON_HOLD = f"{_ON_HOLD} AND p.status IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED', 'BATCHED')"
"""As the index has them that knows those of a seller: of the others there are ever more."""


def ids(*, unsent: bool = False) -> RawSQL:
    """The ids of payouts that an open hold stops, their own or their seller's, for ``pk__in`` or `Among`.

    ``unsent``: of those that are to be sent yet. Where only they are asked for, that is the same and quick.
    """
    return RawSQL(_UNSENT_ON_HOLD if unsent else _ON_HOLD, [])  # noqa: S611 - constants


def held(*, unsent: bool = False) -> QuerySet[Payout]:
    """The payouts that an open hold stops, their own or their seller's; ``unsent`` as of `ids`."""
    return Payout.objects.filter(searching.Among(ids(unsent=unsent)))


def not_held(payouts: QuerySet[Payout]) -> QuerySet[Payout]:
    """Those of the payouts that no open hold stops: two probes a row, not a list of all that are held."""
    open_ones = Hold.objects.filter(released_at__isnull=True)
    return payouts.filter(
        ~Exists(open_ones.filter(payout=OuterRef("pk"))), ~Exists(open_ones.filter(seller=OuterRef("seller")))
    )
