"""What a journal's file says of each account, with the way to the books that the account stands for."""

from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from payouts.exports.journal import YEARLY
from sellers.ledger.models import AccountMapping, Book, JournalFile, PeriodTotal
from sellers.ledger.money import Money


def of(file: JournalFile) -> list[dict[str, Any]]:
    """A row an account of the file; a year's file leads nowhere, for its accounts are of many months."""
    books: dict[str, set[str]] = {}
    if file.format not in YEARLY and file.totals:
        booked = set(
            PeriodTotal.objects.filter(period=file.period_id, currency=file.currency).values_list(
                "book", flat=True
            )
        )
        versions = AccountMapping.objects.filter(
            confirmed=True, book__in=booked, currency__in=["", file.currency]
        )
        for version in versions:
            for name in (version.number, version.label, version.targets.get(f"{file.format}.account")):
                books.setdefault(str(name), set()).add(version.book)
    return [
        {
            "account": account,
            "debit": Money(debit, file.currency),
            "credit": Money(credit, file.currency),
            "books": [(Book(book).label, _url(file, book)) for book in sorted(books.get(account, ()))],
        }
        for account, debit, credit in file.totals
    ]


def _url(file: JournalFile, book: str) -> str:
    query = urlencode({"book": book, "currency": file.currency})
    return f"{reverse('admin:ledger_period_accounts', args=[file.period.first_day])}?{query}"
