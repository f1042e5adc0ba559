"""The books as an accountant reads them: every ledger transaction with all of its legs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from sellers.ledger.models import Book, Entry, Transaction
from sellers.ledger.money import Money


@dataclass(frozen=True)
class Leg:
    """One debit or credit as a page shows it; one of ``debit`` and ``credit`` is set, both are positive."""

    book: str
    whose: str
    debit: Money | None
    credit: Money | None


def transactions(*, payout_ref: str = "", seller_ref: str = "", book: str = "") -> QuerySet[Transaction]:
    """Transactions with a leg that meets all of these; an empty one asks for nothing."""
    wanted: dict[str, str] = {}
    if payout_ref:
        wanted["payout_ref"] = payout_ref
    if seller_ref:
        wanted["account__seller__reference"] = seller_ref
    if book:
        wanted["book"] = book
    rows = Transaction.objects.all()
    if not wanted:
        return rows
    return rows.filter(Exists(Entry.objects.filter(transaction=OuterRef("pk"), **wanted)))


def legs(*, transactions: Sequence[Transaction]) -> dict[int, list[Leg]]:
    """The legs of these transactions, debits first, by transaction.

    Their sellers are asked for by themselves: joined, PostgreSQL reads every account for a page of legs.
    """
    found: dict[int, list[Leg]] = {}
    entries = Entry.objects.filter(transaction__in=transactions).prefetch_related("account__seller")
    for entry in entries.order_by("-amount_minor", "pk"):
        found.setdefault(entry.transaction_id, []).append(leg(entry))
    return found


def leg(entry: Entry) -> Leg:
    """The entry as a page shows it."""
    amount = Money(abs(entry.amount_minor), entry.currency)
    owner = entry.account.seller.reference if entry.account else entry.funding_code
    debit = entry.amount_minor > 0
    return Leg(
        book=Book(entry.book).label,
        whose=" ".join(part for part in (str(owner or ""), entry.payout_ref) if part),
        debit=amount if debit else None,
        credit=None if debit else amount,
    )
