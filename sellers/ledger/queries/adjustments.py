"""Adjustments to decide, and those that were. The documents' bytes stay where they are."""

from django.db.models import QuerySet

from sellers.ledger.models import Adjustment


def all_of() -> "QuerySet[Adjustment]":
    """Every adjustment with its seller and people, without its document's bytes."""
    return Adjustment.objects.defer("document_ciphertext").select_related(
        "account__seller", "requested_by", "decided_by"
    )


def waiting() -> "QuerySet[Adjustment]":
    """Those nobody has decided yet."""
    return all_of().filter(decision="")


def decided() -> "QuerySet[Adjustment]":
    return all_of().exclude(decision="")


def of_seller(*, seller_id: int) -> "QuerySet[Adjustment]":
    """A seller's adjustments, whatever became of them."""
    return all_of().filter(account__seller_id=seller_id)
