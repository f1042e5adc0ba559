"""Payouts that are a person's own work, so that another must decide on them.

The rules are those of the verbs (`operations.approval`, `operations.batching`); PostgreSQL refuses the same.
"""

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from payouts.models import AccountDecision, AccountVersion, Batch, Payout, Review
from payouts.queries import searching
from payouts.states import BatchStatus, PayoutStatus

# From whichever side has fewer rows: what is reviewed now, or what this person ever touched. Each step has an index.
_OWN = """
SELECT p.id FROM payouts_review AS r JOIN payouts_payout AS p ON p.id = r.payout_id AND p.round = r.round
WHERE r.reviewer_id = %s AND p.status = 'REVIEWED'
UNION
SELECT p.id FROM payouts_accountversion AS v JOIN payouts_payout AS p ON p.payout_account_id = v.id
WHERE v.requested_by_id = %s AND p.status = 'REVIEWED'
UNION
SELECT p.id FROM payouts_accountdecision AS d JOIN payouts_payout AS p ON p.payout_account_id = d.version_id
WHERE d.decided_by_id = %s AND d.verified AND p.status = 'REVIEWED'
"""


def left_to(rows: "QuerySet[Payout]", *, person_id: int) -> "QuerySet[Payout]":
    """Those that are not kept from this person: reviewed ones whose review and bank account are others' work, and
    those in a proposed batch that another proposed. Payouts that wait for no second person are all left in.
    """
    reviews = Review.objects.filter(payout=OuterRef("pk"), round=OuterRef("round"), reviewer=person_id)
    asked = AccountVersion.objects.filter(pk=OuterRef("payout_account"), requested_by=person_id)
    verified = AccountDecision.objects.filter(
        version=OuterRef("payout_account"), verified=True, decided_by=person_id
    )
    own = Q(status=PayoutStatus.REVIEWED) & (Exists(reviews) | Exists(asked) | Exists(verified))
    proposed = Batch.objects.filter(pk=OuterRef("batch"), status=BatchStatus.PROPOSED, proposed_by=person_id)
    return rows.filter(~own, ~(Q(status=PayoutStatus.BATCHED) & Exists(proposed)))


def reviewed(*, person_id: int) -> "QuerySet[Payout]":
    """The reviewed payouts that this person may not approve, found by index: few, so that tallies less them count."""
    ids = RawSQL(_OWN, [person_id] * 3)  # noqa: S611 - a constant
    return Payout.objects.filter(searching.Among(ids))
