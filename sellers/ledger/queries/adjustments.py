"""Adjustments to decide, and those that were. The documents' bytes stay where they are."""

from datetime import timedelta

from django.db.models import QuerySet

from sellers.ledger.models import Adjustment

NEAR = timedelta(days=90)


def all_of() -> "QuerySet[Adjustment]":
    """Every adjustment with its seller and people, without its document's bytes."""
    return Adjustment.objects.defer("document_ciphertext").select_related(
        "account__seller", "requested_by", "decided_by"
    )


_NOTHING = ("refused", "withdrawn")


def waiting() -> "QuerySet[Adjustment]":
    """Those nobody has decided yet."""
    return all_of().filter(decision="")


def decided() -> "QuerySet[Adjustment]":
    return all_of().exclude(decision="")


def alike(it: Adjustment) -> "QuerySet[Adjustment]":
    """Others of the same kind and amount on the same balance within 90 days, the newest first: perhaps the same wish
    twice. What was refused or taken back is none.
    """
    near = (it.requested_at - NEAR, it.requested_at + NEAR)
    same = all_of().filter(account=it.account_id, kind=it.kind, amount_minor=it.amount_minor)
    return same.filter(requested_at__range=near).exclude(pk=it.pk).exclude(decision__in=_NOTHING).order_by("-pk")


def of_seller(*, seller_id: int) -> "QuerySet[Adjustment]":
    """A seller's adjustments, whatever became of them."""
    return all_of().filter(account__seller_id=seller_id)
