"""How our bank accounts stand: statements against the ledger, and the lines nobody has explained yet."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from payouts.models import FundingAccount, Statement, StatementLine
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
