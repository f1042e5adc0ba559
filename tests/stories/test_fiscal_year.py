"""The FEC of a fiscal year: the closed months as one file, without a gap in its numbers, and as the ledger says."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import Sum

from payouts.operations import journals
from sellers.ledger.models import EarningKind, Entry
from tests import books, make

pytestmark = pytest.mark.django_db
LAST_DAYS = {10: 31, 11: 30, 12: 31}
HEAD = 1


def trade(month: int, *, amount_minor: int = 10_000) -> None:
    when = datetime(2026, month, 12, 9, 0, tzinfo=UTC)
    values = {"occurred_date": when.date(), "due_date": when.date(), "now": when}
    account = make.ledger_account(make.seller())
    for number in range(month - 8):
        make.earning(account, amount_minor=amount_minor + number, **values)
    make.earning(account, amount_minor=-1_500, kind=EarningKind.COMMISSION, **values)


@pytest.fixture
def year(settings, tmp_path):
    """October to December 2026, each closed in the month after; the books begin in October."""
    settings.EXPORT_DIR = str(tmp_path)
    books.charted()
    for month in LAST_DAYS:
        trade(month)
    for month in LAST_DAYS:
        closing = datetime(2026 + month // 12, month % 12 + 1, 4, 9, 0, tzinfo=UTC)
        books.closed(date(2026, month, 1), now=closing)


def lines(text: bytes) -> list[list[str]]:
    return [line.split("\t") for line in text.decode("iso8859-15").split("\r\n") if line]


def test_the_year_is_its_months_one_after_the_other(year):
    months = [lines(books.journal(date(2026, month, 1), "fec")) for month in LAST_DAYS]
    found = lines(books.journal(date(2026, 12, 1), "fec_year"))
    assert found[:HEAD] == months[0][:HEAD]
    assert found[HEAD:] == [line for month in months for line in month[HEAD:]]

    numbers = [int(line[2]) for line in found[HEAD:]]
    assert sorted(set(numbers)) == list(range(1, max(numbers) + 1))
    assert numbers == sorted(numbers)
    valid = {line[3][:6]: line[15] for line in found[HEAD:]}
    assert valid == {"202610": "20261104", "202611": "20261204", "202612": "20270104"}


def test_its_sums_are_the_ledger_s_and_its_name_the_law_s(year):
    made = books.file(date(2026, 12, 1), "fec_year")
    assert made.error == ""
    assert made.file_name.endswith("FEC20261231.txt")
    assert "part" not in made.file_name
    found = lines(books.journal(date(2026, 12, 1), "fec_year"))
    for column, side in ((11, "gt"), (12, "lt")):
        entries = Entry.objects.filter(currency="EUR", **{f"amount_minor__{side}": 0})
        minor = abs(entries.aggregate(sum=Sum("amount_minor"))["sum"])
        assert sum(Decimal(line[column].replace(",", ".")) for line in found[HEAD:]) == Decimal(minor) / 100


def test_which_month_begins_the_year_is_a_setting(year, settings):
    settings.BOOKS_COMPANY = settings.BOOKS_COMPANY | {"year_begins": 12}
    made = books.file(date(2026, 11, 1), "fec_year")
    assert made.file_name.endswith("FEC20261130.txt")
    found = lines(books.journal(date(2026, 11, 1), "fec_year"))
    assert {line[3][:6] for line in found[HEAD:]} == {"202610", "202611"}
    with pytest.raises(
        journals.BadJournal, match="on its last month, November: the fiscal year begins in December"
    ):
        books.file(date(2026, 12, 1), "fec_year")


def test_a_currency_that_rested_in_the_last_month_is_in_the_year_all_the_same(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    books.charted()
    trade(10)
    books.closed(date(2026, 10, 1), now=datetime(2026, 11, 4, tzinfo=UTC))
    account = make.ledger_account(make.seller(country="US"), currency="USD")
    when = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
    make.earning(account, amount_minor=100, occurred_date=when.date(), due_date=when.date(), now=when)
    books.closed(date(2026, 12, 1), now=datetime(2027, 1, 4, tzinfo=UTC))
    found = lines(books.journal(date(2026, 12, 1), "fec_year"))
    assert {line[3][:6] for line in found[HEAD:]} == {"202610"}


def test_a_year_has_its_entries_one_by_one(year):
    with pytest.raises(journals.BadJournal, match="one by one"):
        books.file(date(2026, 12, 1), "fec_year", grouping="daily")
