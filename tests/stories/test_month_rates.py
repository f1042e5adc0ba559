"""A company in euros sells in dollars: one accountant sets the month's rate, another confirms it, the month is closed,
and the French FEC has every dollar in euros. Nothing of it changes afterwards."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from django.test import Client

from payouts.operations import journals
from sellers.ledger.models import EarningKind, MonthRate
from sellers.ledger.operations import rates
from tests import books, make
from tests import journal_reading as reading

pytestmark = pytest.mark.django_db
OCTOBER = "/books/2026-10/"
RATE = {
    "month": "2026-10",
    "currency": "usd",
    "units": "1.0833",
    "worth": "1",
    "reason": "The ECB's average.",
}
LACKS = "There is no rate of USD into EUR for 2026-10"


def browser() -> Client:
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))
    return client


def said(client: Client, path: str, **sent) -> str:
    answer = client.post(path, sent, follow=True) if sent else client.get(path)
    return answer.content.decode()


@pytest.fixture
def october(settings, tmp_path):
    """Sales and commissions of October in euros, dollars, and yen; not closed yet."""
    settings.EXPORT_DIR = str(tmp_path)
    books.charted()
    for country, currency, unit in (("FR", "EUR", 100), ("US", "USD", 100), ("JP", "JPY", 1)):
        account = make.ledger_account(make.seller(country=country), currency=currency)
        for day in (3, 3, 17):
            when = datetime(2026, 10, day, 9, 0, tzinfo=UTC)
            values = {"occurred_date": when.date(), "due_date": when.date(), "now": when}
            make.earning(account, amount_minor=199 * unit + day, order_ref=f"A{day}", **values)
            make.earning(account, amount_minor=-21 * unit, kind=EarningKind.COMMISSION, **values)


def fec(body: bytes) -> list[dict[str, str]]:
    head, *lines = [line.split("\t") for line in body.decode("iso8859-15").split("\r\n") if line]
    return [dict(zip(head, line, strict=True)) for line in lines]


def amount(text: str) -> Decimal:
    return Decimal(text.replace(",", "."))


def test_a_month_in_dollars_becomes_a_fec_in_euros(october):
    one, two = browser(), browser()
    lacks = "USD: no rate of October 2026 yet. FEC, DATEV, Xero and Sage take its journal only by one."
    assert lacks in said(one, f"{OCTOBER}totals/") and lacks in said(one, f"{OCTOBER}ask/")

    assert "It counts when another person confirms it" in said(one, "/books/rates/new/", **RATE)
    rate = MonthRate.objects.get()
    decision = {"decision": f"confirm-{rate.pk}", "confirmed": "1"}
    assert "USD: the rate waits for another person" in said(one, f"{OCTOBER}totals/")
    assert "you asked for it" in said(one, "/books/rates/decide/", **decision)
    assert "1.0833 USD = 1 EUR in October 2026" in said(
        two, f"/books/rates/decide/?decision=confirm-{rate.pk}"
    )
    assert "1 rate confirmed" in said(two, "/books/rates/decide/", **decision)
    assert "USD: 1.0833 USD = 1 EUR." in said(one, f"{OCTOBER}totals/")

    said(one, f"{OCTOBER}ask/", confirmed="1")
    said(two, f"{OCTOBER}close/", confirmed="1")
    page = said(one, OCTOBER)
    assert "USD: 1.0833 USD = 1 EUR." in page and "JPY: no rate of October 2026 yet" in page

    form = {"format": "fec", "grouping": "detailed"}
    assert "no rate of JPY into EUR for 2026-10" in said(one, f"{OCTOBER}journal/", currency="JPY", **form)
    assert "is being written" in said(one, f"{OCTOBER}journal/", currency="USD", **form)
    body = books.journal(books.OCTOBER, "fec", currency="USD")
    found = fec(body)
    dollars = reading.ledger(books.OCTOBER, date(2026, 10, 31), "USD")
    for account, (debit, credit) in dollars.items():
        mine = [amount(row["Montantdevise"]) for row in found if row["CompteNum"] == account]
        assert sum(each for each in mine if each > 0) == debit
        assert -sum(each for each in mine if each < 0) == credit
    assert {row["Idevise"] for row in found} == {"USD"}
    entries: dict[str, list[Decimal]] = {}
    for row in found:
        euros = amount(row["Debit"]) - amount(row["Credit"])
        entries.setdefault(row["EcritureNum"], []).append(euros)
        exact = Fraction(amount(row["Montantdevise"])) / Fraction("1.0833")
        assert abs(Fraction(euros) - exact) < Fraction(1, 100)
    assert len(entries) == 6 and all(sum(each) == 0 for each in entries.values())

    made = journals.JournalFile.objects.get()
    for account, debit, credit, _currency in made.home_totals:
        mine = [row for row in found if row["CompteNum"] == account]
        assert (sum(amount(row["Debit"]) for row in mine), sum(amount(row["Credit"]) for row in mine)) == (
            Decimal(debit) / 100,
            Decimal(credit) / 100,
        )

    late = said(one, "/books/rates/new/", **RATE | {"units": "1.2"})
    assert "is closed, or asked to be, and keeps its rate of USD" in late
    assert MonthRate.objects.count() == 1
    journals.JournalFile.objects.update(status="FAILED")
    assert books.journal(books.OCTOBER, "fec", currency="USD") == body


@pytest.mark.parametrize("grouping", ["detailed", "daily"])
def test_every_format_says_the_ledgers_sums_of_a_currency_and_balances_in_euros(october, grouping):
    books.rate(books.OCTOBER, "JPY", units="163.02")
    books.rate(books.OCTOBER, "USD", worth="0.9231")
    books.closed()
    for currency in ("USD", "JPY"):
        wanted = reading.ledger(books.OCTOBER, date(2026, 10, 31), currency)
        for name in ("fec", "datev", "xero", "sage"):
            made = books.file(books.OCTOBER, name, currency=currency, grouping=grouping)
            assert made.error == "", made.error
            unit = Decimal(1).scaleb(-2 if currency == "USD" else 0)
            totals = {account: [debit * unit, credit * unit] for account, debit, credit in made.totals}
            assert totals == wanted, (name, currency)
            assert {row[3] for row in made.home_totals} == {"EUR"}
            assert sum(row[1] for row in made.home_totals) == sum(row[2] for row in made.home_totals)
        sums = reading.read("fec", books.journal(books.OCTOBER, "fec", currency=currency, grouping=grouping))
        assert sum(debit for debit, _ in sums.values()) == sum(credit for _, credit in sums.values())


def test_a_rate_that_a_closed_month_lacks_may_still_come_once(october):
    books.closed()
    with pytest.raises(journals.BadJournal, match=LACKS):
        books.file(books.OCTOBER, "fec", currency="USD")
    books.rate(books.OCTOBER, "USD", units="1.0833")
    assert books.journal(books.OCTOBER, "fec", currency="USD")
    with pytest.raises(rates.BadRate, match="keeps its rate of USD"):
        books.rate(books.OCTOBER, "USD", units="1.2")


def test_the_fec_of_a_year_needs_the_rate_of_each_month_and_says_which(october, settings):
    settings.BOOKS_COMPANY = settings.BOOKS_COMPANY | {"year_begins": 12}
    books.rate(books.OCTOBER, "USD", units="1.0833")
    account = make.ledger_account(make.seller(country="US"), currency="USD")
    when = datetime(2026, 11, 12, 9, 0, tzinfo=UTC)
    make.earning(account, amount_minor=100_00, occurred_date=when.date(), due_date=when.date(), now=when)
    books.closed(books.NOVEMBER, now=datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    with pytest.raises(journals.BadJournal, match="USD into EUR for 2026-11:"):
        books.file(books.NOVEMBER, "fec_year", currency="USD")
    books.rate(books.NOVEMBER, "USD", units="2")
    found = fec(books.journal(books.NOVEMBER, "fec_year", currency="USD"))
    assert [(row["Debit"], row["Montantdevise"]) for row in found[-2:]] == [
        ("50,00", "100,00"),
        ("0,00", "-100,00"),
    ]
