"""How our bank accounts stand: statements against the ledger, and the lines nobody has explained yet."""

from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from payouts.models import FundingAccount, Statement, StatementLine
from sellers.ledger.models import Book, Entry


@dataclass(frozen=True)
class AccountState:
    """One funding account, in minor units of its currency. ``bank_minor`` is None before the first statement."""

    funding: FundingAccount
    ledger_minor: int | None
    """None where the books were not asked."""
    bank_minor: int | None
    newest: Statement | None
    open_lines: int

    @property
    def difference_minor(self) -> int | None:
        """What the ledger has more than the newest statement closes with; zero when all is well, None where one of
        them is not known.
        """
        if self.bank_minor is None or self.ledger_minor is None:
            return None
        return self.ledger_minor - self.bank_minor


def accounts(*, with_books: bool = True) -> list[AccountState]:
    """Every funding account that is active or has statements, in order of code.

    The books are a sum over all that ever moved our cash: a page asks for it after its rows.
    """
    cash = _cash_minor() if with_books else {}
    waiting = dict(
        StatementLine.objects.filter(matched_at__isnull=True)
        .values_list("statement__funding_account")
        .annotate(lines=Count("*"))
    )
    found = []
    for funding in _shown():
        newest = (
            Statement.objects.filter(funding_account=funding)
            .defer("body_ciphertext")
            .order_by("-statement_date", "-sequence", "-pk")
            .first()
        )
        found.append(
            AccountState(
                funding=funding,
                ledger_minor=cash.get(funding.code, 0) if with_books else None,
                bank_minor=newest.closing_minor if newest else None,
                newest=newest,
                open_lines=waiting.get(funding.pk, 0),
            )
        )
    return found


def _shown() -> QuerySet[FundingAccount]:
    read = Exists(Statement.objects.filter(funding_account=OuterRef("pk")))
    return FundingAccount.objects.filter(Q(active=True) | read).order_by("code")


def _cash_minor() -> dict[str, int]:
    """What the ledger has on each of our accounts, by code, in minor units of its currency."""
    rows = Entry.objects.filter(book=Book.CASH).values_list("funding_code")
    return dict(rows.annotate(minor=Sum("amount_minor")))
