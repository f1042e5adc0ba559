"""Statement lines in the books: cash on one side, what they are about, or suspense, on the other (HOUSE ruling 3)."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Sum

from payouts.models import FundingAccount, LineKind, Statement, StatementLine
from payouts.operations._matching import Match
from sellers.ledger.models import Book, Entry
from sellers.ledger.operations import posting

OPENING = "opening_balance"


def post_lines(
    *, lines: Sequence[tuple[StatementLine, Match | None]], funding: FundingAccount, now: datetime
) -> None:
    """New lines are booked: ledger cash moves as the bank's account did. What is not matched waits in suspense."""
    posting.post(
        postings=[
            posting.Posting(
                key=f"bankline:{line.pk}",
                kind="bank_line",
                legs=(
                    posting.Leg(Book.CASH, line.amount_minor, funding.currency, funding_code=funding.code),
                    *(
                        _in_transit(line, found, funding)
                        if found
                        else [posting.Leg(Book.SUSPENSE, -line.amount_minor, funding.currency)]
                    ),
                ),
                fact_on=line.booking_date,
            )
            for line, found in lines
        ],
        now=now,
    )


def move_from_suspense(
    *, lines: Sequence[tuple[StatementLine, Match]], funding: FundingAccount, now: datetime
) -> None:
    """Lines booked before are matched now: their amount leaves suspense. Cash stays as it is."""
    posting.post(
        postings=[
            posting.Posting(
                key=f"bankline:{line.pk}:matched",
                kind="bank_line_matched",
                legs=(
                    posting.Leg(Book.SUSPENSE, line.amount_minor, funding.currency),
                    *_in_transit(line, found, funding),
                ),
            )
            for line, found in lines
        ],
        now=now,
    )


def move_to(*, line: StatementLine, book: Book, funding: FundingAccount, now: datetime) -> None:
    """A line booked before is no payment of ours: its amount leaves suspense for this book of the house."""
    legs = (
        posting.Leg(Book.SUSPENSE, line.amount_minor, funding.currency),
        posting.Leg(book, -line.amount_minor, funding.currency),
    )
    posting.post(
        postings=[posting.Posting(key=f"bankline:{line.pk}:matched", kind="bank_line_matched", legs=legs)],
        now=now,
    )


def _in_transit(line: StatementLine, found: Match, funding: FundingAccount) -> list[posting.Leg]:
    """A leg per attempt for what it had on its way; what a bank kept of a return is bank charges."""
    sign = 1 if found.kind == LineKind.DEBIT else -1
    legs = [
        posting.Leg(
            Book.IN_TRANSIT,
            sign * attempt.amount_minor,
            funding.currency,
            attempt.payout.account_id,
            str(attempt.payout.reference),
        )
        for attempt in found.attempts
    ]
    kept = found.sent_minor - line.amount_minor if found.kind == LineKind.RETURN else 0
    return legs + ([posting.Leg(Book.BANK_CHARGES, kept, funding.currency)] if kept else [])


def post_opening(*, funding: FundingAccount, statement: Statement, now: datetime) -> None:
    """Ledger cash starts from what the earliest statement opened with; an earlier one that comes late corrects that."""
    earliest = Statement.objects.filter(funding_account=funding).order_by("statement_date", "sequence", "pk")
    if earliest.values_list("pk", flat=True).first() != statement.pk:
        return  # the sum below grows with the ledger, and only another beginning can change it
    posted = (
        Entry.objects.filter(transaction__kind=OPENING, book=Book.CASH, funding_code=funding.code).aggregate(
            total=Sum("amount_minor")
        )["total"]
        or 0
    )
    missing = statement.opening_minor - posted
    if missing:
        legs = (
            posting.Leg(Book.CASH, missing, funding.currency, funding_code=funding.code),
            posting.Leg(Book.SUSPENSE, -missing, funding.currency),
        )
        key = f"opening:{funding.code}:{statement.pk}"
        day = statement.statement_date
        posting.post(postings=[posting.Posting(key=key, kind=OPENING, legs=legs, fact_on=day)], now=now)
