"""How our bank accounts stand: statements against the ledger, and the lines nobody has explained yet."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from payouts import facts
from payouts.models import Attempt, FundingAccount, LineKind, Statement, StatementLine
from sellers.ledger.models import Book, Entry


@dataclass(frozen=True)
class AccountState:
    """One funding account, in minor units of its currency. ``bank_minor`` is None before the first statement."""

    funding: FundingAccount
    ledger_minor: int
    bank_minor: int | None
    newest: Statement | None
    statements: int
    open_lines: int
    open_minor: int

    @property
    def difference_minor(self) -> int:
        """What the ledger has more than the newest statement closes with; zero when all is well."""
        return 0 if self.bank_minor is None else self.ledger_minor - self.bank_minor


def accounts() -> list[AccountState]:
    """Every funding account that is active or has statements, in order of code."""
    cash = dict(
        Entry.objects.filter(book=Book.CASH).values_list("funding_code").annotate(minor=Sum("amount_minor"))
    )
    waiting: dict[int, Any] = {
        row["statement__funding_account"]: row
        for row in StatementLine.objects.filter(matched_at__isnull=True)
        .values("statement__funding_account")
        .annotate(lines=Count("pk"), minor=Sum("amount_minor"))
    }
    found = []
    shown = FundingAccount.objects.annotate(read=Count("statements")).filter(Q(active=True) | Q(read__gt=0))
    for funding in shown.order_by("code"):
        newest = statements(funding_id=funding.pk).first()
        open_ones = waiting.get(funding.pk, {})
        found.append(
            AccountState(
                funding=funding,
                ledger_minor=cash.get(funding.code, 0),
                bank_minor=newest.closing_minor if newest else None,
                newest=newest,
                statements=funding.read,
                open_lines=open_ones.get("lines", 0),
                open_minor=open_ones.get("minor", 0),
            )
        )
    return found


def statements(*, funding_id: int | None = None) -> QuerySet[Statement]:
    """Statements, newest day first, without their bytes, with their lines and open lines counted."""
    rows = Statement.objects.select_related("funding_account").defer("body_ciphertext")
    if funding_id is not None:
        rows = rows.filter(funding_account_id=funding_id)
    return rows.annotate(
        line_count=Count("lines"), open_count=Count("lines", filter=Q(lines__matched_at__isnull=True))
    ).order_by("-statement_date", "-sequence", "-pk")


def open_lines() -> QuerySet[StatementLine]:
    """Lines that match nothing yet, oldest first."""
    rows = StatementLine.objects.filter(matched_at__isnull=True).order_by("pk")
    return rows.select_related("statement__funding_account").defer("statement__body_ciphertext")


def suggestions(*, line: StatementLine, limit: int = 5) -> list[Attempt]:
    """Attempts the line may be about: of its account and amount, not on a statement yet. Newest first."""
    kind = LineKind.RETURN if line.amount_minor > 0 else LineKind.DEBIT
    ours = Attempt.objects.filter(submission__batch__funding_account_id=line.statement.funding_account_id)
    ours = ours.exclude(ended_because__in=facts.NEVER_LEFT)
    fits = ours.filter(amount_minor=abs(line.amount_minor)).exclude(lines__kind=kind)
    if line.end_to_end_id:
        named = ours.filter(end_to_end_id=line.end_to_end_id)
        if named.exists():
            fits = named
    if kind == LineKind.DEBIT:
        whole = StatementLine.objects.filter(kind=kind, attempt__isnull=True, submission__isnull=False)
        fits = fits.exclude(submission_id__in=whole.values("submission_id"))
    return list(fits.select_related("payout__seller").order_by("-pk")[:limit])
