"""What only the outside knows since this database was restored from a backup."""

import itertools
from collections.abc import Sequence

from payouts.models import Attempt, Batch, OutsidePayment, Payout, Restoration, Submission


def known(*, payouts: Sequence[Payout]) -> dict[int, str]:
    """The payouts that a rail was handed in the days this database lost, by id, with the EndToEndId it has."""
    references = {str(payout.reference): payout.pk for payout in payouts}
    rows = OutsidePayment.objects.filter(payout_reference__in=references).order_by("pk")
    return {references[row.payout_reference]: row.end_to_end_id for row in rows}


def took_since(payout: Payout) -> str:
    """The EndToEndId of a payment of the dead payout's seller that the database lost after the payout had ended.

    It may have carried this payout's money: by a reissue, or by a run after it was rolled. Empty when there is none.
    """
    return took_since_of([payout]).get(payout.pk, "")


def took_since_of(payouts: Sequence[Payout]) -> dict[int, str]:
    """The same of each of these, by its id, in one question; those of which there is none are absent."""
    lost: dict[int | None, list[OutsidePayment]] = {}
    for row in OutsidePayment.objects.filter(seller__in={p.seller_id for p in payouts}).order_by("pk"):
        lost.setdefault(row.seller_id, []).append(row)
    return {
        p.pk: row.end_to_end_id
        for p in payouts
        for row in lost.get(p.seller_id, [])
        if row.found_at >= p.status_at and row.currency in (p.currency, "")
    }


def later_than(submission: Submission) -> str:
    """The EndToEndId of a payment of this submission's payouts that the database lost; empty when there is none."""
    inside = Attempt.objects.filter(submission=submission).values("payout__reference")
    return (
        OutsidePayment.objects.filter(payout_reference__in=inside)
        .order_by("-pk")
        .values_list("end_to_end_id", flat=True)
        .first()
        or ""
    )


def free_file_key(batch: Batch) -> str:
    """The key of the batch's file: the first that no rail was handed in the days this database lost.

    Its number may have been another batch's then, or the same batch may have gone with other payouts.
    """
    told = OutsidePayment.objects.filter(rail=batch.rail, key__startswith=f"{batch.reference}F")
    used = set(told.values_list("key", flat=True))
    numbers = itertools.count(1)
    return next(key for number in numbers if (key := f"{batch.reference}F{number}") not in used)


def newest() -> Restoration | None:
    """The last time that the rails were asked after a restore."""
    return Restoration.objects.order_by("-pk").first()
