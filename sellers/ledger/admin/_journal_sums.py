"""What journals' files say of each account, with the way to the books that the account stands for."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from payouts.exports.journal import YEARLY
from sellers.ledger.models import AccountMapping, Book, JournalFile, PeriodTotal
from sellers.ledger.money import Money


def of(files: Iterable[JournalFile]) -> dict[int, list[dict[str, Any]]]:
    """A row an account of each file of one month, by the file's id; in two statements however many there are.

    A year's file leads nowhere, for its accounts are of many months.
    """
    found = list(files)
    periods = {file.period_id for file in found if file.totals and file.format not in YEARLY}
    booked = set(PeriodTotal.objects.filter(period__in=periods).values_list("period", "currency", "book"))
    versions = list(AccountMapping.objects.filter(confirmed=True)) if booked else []
    return {file.pk: _rows(file, booked, versions) for file in found}


def _rows(
    file: JournalFile, booked: set[tuple[int, str, str]], versions: list[AccountMapping]
) -> list[dict[str, Any]]:
    books: dict[str, set[str]] = {}
    for version in versions if file.format not in YEARLY else ():
        here = (file.period_id, file.currency, version.book) in booked
        if here and version.currency in ("", file.currency):
            for name in (version.number, version.label, version.targets.get(f"{file.format}.account")):
                books.setdefault(str(name), set()).add(version.book)
    home = {
        account: [Money(side, into) for side in sides] for account, *sides, into in file.home_totals or ()
    }
    return [
        {
            "account": account,
            "debit": Money(debit, file.currency),
            "credit": Money(credit, file.currency),
            "home": home.get(account),
            "books": [(Book(book).label, _url(file, book)) for book in sorted(books.get(account, ()))],
        }
        for account, debit, credit in file.totals
    ]


def _url(file: JournalFile, book: str) -> str:
    query = urlencode({"book": book, "currency": file.currency})
    return f"{reverse('admin:ledger_period_accounts', args=[file.period.first_day])}?{query}"
