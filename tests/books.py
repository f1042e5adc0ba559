"""Books for tests: a chart that two people agreed on, months that they closed, journals that a worker wrote.

charted()                      every book has an account
rate(OCTOBER, "USD", …)        1.0833 USD = 1 EUR, asked for by one accountant and confirmed by another
closed(date(2026, 10, 1))      asked for by one accountant, closed by another
journal(first, "fec")          the bytes, as an accountant fetches them
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from backoffice.demo import books as demo_books
from payouts.operations import journals, periods
from sellers.ledger.models import Book, JournalFile, Period
from sellers.ledger.operations import mapping, rates
from tests import make

OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
IN_OCTOBER = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
IN_NOVEMBER = datetime(2026, 11, 5, 9, 0, tzinfo=UTC)
BEGIN = date(2020, 1, 1)

CHART = demo_books.CHART
"""Fits every format: four digits, the first three of the French plan comptable."""


def account(book: Book, number: str, label: str, *, effective_from: date = BEGIN, **values):
    """One version, asked for by one accountant and confirmed by another."""
    given = {"currency": "", "country": "", "targets": {}, "reason": "The chart."} | values
    made = mapping.ask(
        book=book,
        number=number,
        label=label,
        effective_from=effective_from,
        actor=make.person("accountant"),
        now=make.NOW,
        **given,
    )
    mapping.confirm(mapping_ids=[made.pk], actor=make.person("accountant"), now=make.NOW)
    return made


def charted(*, but: Sequence[Book] = ()) -> None:
    for book, (number, label) in CHART.items():
        if book not in but:
            account(book, number, label)


def rate(month: date, currency: str, *, units: str = "1", worth: str = "1", home: str = "EUR"):
    made = rates.ask(
        month=month,
        currency=currency,
        home=home,
        units=Decimal(units),
        worth=Decimal(worth),
        reason="The bank's.",
        actor=make.person("accountant"),
        now=make.NOW,
    )
    return rates.confirm(rate_ids=[made.pk], actor=make.person("accountant"), now=make.NOW)[0]


def closed(first: date = OCTOBER, *, now: datetime = IN_NOVEMBER) -> Period:
    """The month, and open ones before it, are closed by two people."""
    periods.ask(first=first, actor=make.person("accountant"), now=now)
    return periods.close(first=first, actor=make.person("accountant"), now=now)[-1]


def file(first: date, format: str, *, currency: str = "EUR", grouping: str = "detailed") -> JournalFile:
    """The journal as the worker leaves it: ready, or failed with a sentence."""
    made = journals.request(
        first=first,
        format=format,
        currency=currency,
        grouping=grouping,
        actor=make.person("accountant"),
        now=make.NOW,
    )
    journals.write(file_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    return made


def journal(first: date, format: str, *, currency: str = "EUR", grouping: str = "detailed") -> bytes:
    made = file(first, format, currency=currency, grouping=grouping)
    assert made.error == "", made.error
    with journals.download(file_id=made.pk, actor=make.person("accountant"), now=make.NOW).file as stream:
        return stream.read()
