"""A month is closed by two people and exported in every format: each, read by a reader of its own, says what the
ledger says, to the cent. What comes late stands in the next month and says where it is from."""

import csv
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from django.db.models import Sum

from payouts.exports.journal import FORMATS, YEARLY
from payouts.models import StatementLine
from payouts.operations import _books_file, _entries, breaks, journals
from sellers.ledger.models import EarningKind, Entry, JournalFile, Transaction
from tests import books, make, make_payouts
from tests import journal_reading as reading
from tests.payouts import camt

pytestmark = pytest.mark.django_db
LATE = date(2026, 10, 30)
MONTHLY = [name for name in FORMATS if name not in YEARLY]


def trade() -> None:
    """October: sales, commissions and refunds in France, Spain and Japan."""
    for country, currency, unit in (("FR", "EUR", 100), ("ES", "EUR", 100), ("JP", "JPY", 1)):
        account = make.ledger_account(make.seller(country=country), currency=currency)
        for day in (3, 3, 17):
            when = datetime(2026, 10, day, 9, 0, tzinfo=UTC)
            values = {"occurred_date": when.date(), "due_date": when.date(), "now": when}
            make.earning(account, amount_minor=199 * unit + day % unit, order_ref=f"A{day}", **values)
            make.earning(account, amount_minor=-21 * unit, kind=EarningKind.COMMISSION, **values)
        make.earning(account, amount_minor=-49 * unit, **values)


@pytest.fixture
def october(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    books.charted()
    trade()
    return books.closed()


@pytest.mark.parametrize("grouping", ["detailed", "daily"])
def test_every_format_says_what_the_ledger_says(october, grouping):
    for currency in ("EUR", "JPY"):
        wanted = reading.ledger(books.OCTOBER, date(2026, 10, 31), currency)
        assert wanted
        for name in MONTHLY:
            if (name == "yayoi") != (currency == "JPY") and name not in ("csv", "netsuite", "quickbooks"):
                continue
            body = books.journal(books.OCTOBER, name, currency=currency, grouping=grouping)
            got = reading.read(name, body)
            got.pop("1590", None)  # DATEV's clearing account, which ends at zero
            assert got == wanted, (name, currency)


def test_a_closed_month_gives_the_same_bytes_again_whatever_happened_since(october, settings, tmp_path):
    before = {name: books.journal(books.OCTOBER, name) for name in MONTHLY if name != "yayoi"}
    make.earning(make.ledger_account(), amount_minor=5, occurred_date=LATE, due_date=LATE)
    books.account(books.Book.PAYABLE, "9999", "Another", effective_from=books.NOVEMBER)
    settings.EXPORT_DIR = str(tmp_path / "another machine")
    assert {name: books.journal(books.OCTOBER, name) for name in before} == before


def test_a_late_fact_stands_in_the_open_month_and_says_where_it_is_from(october):
    late = make.earning(
        make.ledger_account(), amount_minor=77_00, occurred_date=LATE, due_date=LATE, now=books.IN_NOVEMBER
    ).transaction
    late.refresh_from_db()
    assert (late.booked_on, late.fact_on) == (date(2026, 11, 5), LATE)
    assert Entry.objects.filter(transaction__booked_on__lt=books.NOVEMBER).aggregate(
        total=Sum("amount_minor")
    ) == {"total": 0}
    books.closed(books.NOVEMBER, now=datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    rows = list(csv.DictReader(io.StringIO(books.journal(books.NOVEMBER, "csv").decode())))
    assert {(row["date"], row["original_date"]) for row in rows} == {("2026-11-05", "2026-10-30")}
    fec = books.journal(books.NOVEMBER, "fec").decode("iso8859-15").splitlines()
    assert "20261030" in fec[1] and "of 2026-10-30" in fec[1]
    first = int(fec[1].split("\t")[2])
    last = int(books.journal(books.OCTOBER, "fec").decode("iso8859-15").splitlines()[-1].split("\t")[2])
    assert first == last + 1  # no gap between the months


@pytest.mark.parametrize("grouping", ["detailed", "daily"])
def test_payouts_returns_and_the_banks_charges_are_in_every_journal(settings, tmp_path, grouping):
    settings.EXPORT_DIR = str(tmp_path / "kept")
    books.charted()
    with make_payouts.bank(tmp_path, settings):
        sent = make_payouts.submitted([100_00, 34_00])
        lines = [camt.Line(-134_00, batch=f"{sent.reference}F1", count=2), camt.Line(-9)]
        camt.read(body=camt.statement(lines, day="2026-11-20"), rail="sepa", name="day", now=make.NOW)
    fee = StatementLine.objects.get(amount_minor=-9)
    wish = breaks.propose(
        line_id=fee.pk, verdict="charges", evidence="A fee.", actor=make.person("treasurer"), now=make.NOW
    )
    breaks.confirm(resolution_id=wish.pk, actor=make.person("treasurer"), now=make.NOW)
    booked = Transaction.objects.filter(kind__in=["bank_line", "submitted", "reserve"])
    assert set(booked.values_list("kind", "booked_on")) == {
        ("bank_line", date(2026, 11, 20)),  # by the bank's day
        ("submitted", make.TODAY),
        ("reserve", make.TODAY),
    }
    books.closed(books.NOVEMBER, now=datetime(2026, 12, 2, 9, 0, tzinfo=UTC))
    wanted = reading.ledger(books.NOVEMBER, date(2026, 11, 30), "EUR")
    assert wanted["6270"] == [Decimal("0.09"), Decimal(0)]
    for name in MONTHLY:
        if name != "yayoi":
            got = reading.read(name, books.journal(books.NOVEMBER, name, grouping=grouping))
            got.pop("1590", None)
            assert got == wanted, name


def test_a_journal_that_its_target_would_refuse_is_not_offered_and_says_why(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    books.charted(but=[books.Book.PSP_CLEARING])
    books.account(books.Book.PSP_CLEARING, "PSP-CLEARING", "Providers")
    trade()
    books.closed()
    for name, words in (
        ("fec", "plan comptable"),
        ("datev", "no account"),
        ("sage", "8 digits"),
        ("xero", "longer than 10"),
    ):
        made = books.file(books.OCTOBER, name)
        assert made.status == "FAILED" and words in made.error, (name, made.error)
    assert books.journal(books.OCTOBER, "csv")
    assert list((tmp_path / "journals").glob("*")) == [
        tmp_path / "journals" / f"journal-{JournalFile.objects.get(format='csv').pk}"
    ]


def test_a_leg_on_a_wrong_account_stops_every_file_though_its_debits_add_up(october, monkeypatch):
    right = _entries.Accounts.line

    def wrong(self, *, book, **values):
        return right(self, book=books.Book.VAT if book == books.Book.COMMISSION_REVENUE else book, **values)

    monkeypatch.setattr(_entries.Accounts, "line", wrong)
    for name in MONTHLY:
        currency = "JPY" if name == "yayoi" else "EUR"
        made = books.file(books.OCTOBER, name, currency=currency)
        assert made.status == "FAILED", name
        assert made.error.count(": the file has debits of") == 2, (name, made.error)
        assert f"(minor units of {currency})" in made.error


def test_a_long_month_comes_in_parts_that_each_balance_and_the_same_pack_again(
    settings, tmp_path, monkeypatch
):
    settings.EXPORT_DIR = str(tmp_path)
    monkeypatch.setattr(type(FORMATS["xero"]), "most_lines", 6)
    books.charted()
    trade()
    books.closed()
    body = books.journal(books.OCTOBER, "xero")
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        names = pack.namelist()
        parts = [reading.read_one("xero", pack.read(name)) for name in names]
    assert names == [f"xero-2026-10-EUR-detailed-part-{at:04d}.csv" for at in range(1, 6)]
    for part in parts:
        assert sum(debit for debit, _ in part.values()) == sum(credit for _, credit in part.values())
    assert reading.read("xero", body) == reading.ledger(books.OCTOBER, date(2026, 10, 31), "EUR")
    (tmp_path / "journals" / f"journal-{JournalFile.objects.get().pk}").unlink()
    assert books.journal(books.OCTOBER, "xero") == body


def test_other_bytes_than_those_given_before_are_never_offered(october, settings):
    first = books.file(books.OCTOBER, "fec")
    settings.BOOKS_COMPANY = settings.BOOKS_COMPANY | {"siren": "732829320"}
    books_file = Path(settings.EXPORT_DIR) / "journals" / f"journal-{first.pk}"
    assert books.file(books.OCTOBER, "fec").sha256 == first.sha256  # what was kept is given
    books_file.write_bytes(b"tampered")
    with pytest.raises(_books_file.OtherBytes, match="damaged"):
        journals.download(file_id=first.pk, actor=make.person("accountant"), now=make.NOW)
    books.account(books.Book.PAYABLE, "4679", "Renamed", effective_from=books.NOVEMBER)
    books_file.unlink()
    assert books.file(books.OCTOBER, "fec").sha256 == first.sha256
