"""Which payouts an open hold stops, their own or their seller's, and which anything blocks; in the ways that stay
quick among ten million.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from payouts.models import Hold, Payout
from payouts.queries import searching
from payouts.states import UNSENT, PayoutStatus

_ON_HOLD = """
SELECT payout_id FROM payouts_hold WHERE released_at IS NULL AND payout_id IS NOT NULL
UNION
SELECT p.id FROM payouts_hold AS h JOIN payouts_payout AS p ON p.seller_id = h.seller_id
WHERE h.released_at IS NULL
"""
_UNSENT_ON_HOLD = f"{_ON_HOLD} AND p.status IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED', 'BATCHED')"
"""As the index has them that knows those of a seller: of the others there are ever more."""
_BLOCKED = f"""{_UNSENT_ON_HOLD}
UNION
SELECT p.id FROM sellers_seller AS s JOIN payouts_payout AS p ON p.seller_id = s.id
WHERE (s.suspended_at IS NOT NULL OR s.verified_at IS NULL)
  AND p.status IN ('PENDING_REVIEW', 'REVIEWED', 'APPROVED', 'BATCHED')
"""  # noqa: S608 - constants


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
    return payouts.filter(_no_hold())


def blocked() -> Q:
    """A payout is not sent yet, and kept from being approved, put into a batch and sent (`blocks.of`): by an open hold,
    or because its seller is suspended or not verified.
    """
    return Q(searching.Among(RawSQL(_BLOCKED, [])), status__in=UNSENT)  # noqa: S611 - a constant


def free(*, without: Collection[int] = ()) -> Q:
    """Nothing blocks a payout that is not sent yet, as `blocked` means it: a probe for each that could.

    ``without``: as it is once these holds, by id, are released.
    """
    payable = Q(seller__suspended_at__isnull=True, seller__verified_at__isnull=False)
    return _no_hold(without=without) & payable


def going() -> QuerySet[Payout]:
    """What is in a batch and nothing blocks: it leaves with it, unless a cap keeps it.

    What is in a batch that is to be sent is BATCHED; said, it keeps PostgreSQL from reading every seller.
    """
    return Payout.objects.filter(free(), status=PayoutStatus.BATCHED)


def _no_hold(*, without: Collection[int] = ()) -> Q:
    open_ones = Hold.objects.filter(released_at__isnull=True)
    if without:
        open_ones = open_ones.exclude(pk__in=without)
    return Q(
        ~Exists(open_ones.filter(payout=OuterRef("pk"))), ~Exists(open_ones.filter(seller=OuterRef("seller")))
    )
