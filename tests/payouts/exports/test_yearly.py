"""Yearly totals for tax authorities: to the cent what the ledger booked, nothing invented, and for few eyes."""

import csv
import importlib
import io
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.utils import timezone

from backoffice import roles
from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from payouts.exports import kinds, rows, yearly
from payouts.exports.formats import FORMATS, Layout
from payouts.operations import exporting
from payouts.queries import filters
from sellers import importing
from sellers.ledger.models import Earning, EarningKind, Residence
from sellers.ledger.queries import periods
from tests import make

pytestmark = pytest.mark.django_db
LATER = datetime(2027, 3, 1, tzinfo=UTC)


def read(kind, query="", now=LATER):
    definition = kinds.KINDS[kind]
    selection = rows.select(definition, definition.chosen(query, now=now))
    form = FORMATS["csv"](Layout(selection.columns, "T", definition.noun, "Europe/Paris"))
    text = form.head() + b"".join(part for _, part in rows.blocks(selection, form)).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def earn(account, minor, month, kind=None, year=2026, **values):
    day = date(year, month, 15)
    now = datetime(year, month, 15, 9, tzinfo=UTC)
    return make.earning(account, amount_minor=minor, kind=kind, due_date=day, now=now, **values)


def account_of(country, currency="EUR", **values):
    return make.ledger_account(make.seller(country=country, **values), currency=currency)


def everything(account):
    """One of each kind, in several quarters, and a sale of the year before."""
    earn(account, 99_999, 12, year=2025)
    for minor, month, kind in (
        (100_00, 1, EarningKind.SALE),
        (-12_50, 1, EarningKind.COMMISSION),
        (200_00, 5, EarningKind.SALE),
        (-200_00, 8, EarningKind.REFUND),
        (-1_00, 8, EarningKind.FEE),
        (50_01, 12, EarningKind.SALE),
        (-5_00, 12, EarningKind.CHARGEBACK),
        (3_33, 12, EarningKind.RESERVE),
    ):
        earn(account, minor, month, kind)


def test_dac7_has_by_quarter_what_was_credited_the_sales_and_the_fees():
    everything(account_of("FR", name="Atelier", tax_id="FR12345678901", city="Lyon"))
    (row,) = read("dac7")
    assert [row[f"Consideration Q{n}"] for n in range(1, 5)] == ["87.50", "200.00", "-201.00", "45.01"]
    assert [row[f"Activities Q{n}"] for n in range(1, 5)] == ["1", "1", "0", "1"]
    assert [row[f"Fees and commissions Q{n}"] for n in range(1, 5)] == ["12.50", "0.00", "1.00", "0.00"]
    assert (row["Consideration"], row["Activities"], row["Fees and commissions"]) == ("131.51", "3", "13.50")
    assert (row["Year"], row["Seller name"], row["City"]) == ("2026", "Atelier", "Lyon")
    assert row["Few sales: not reported where goods only"] == "yes"


def test_all_of_a_year_adds_up_to_the_ledger():
    accounts = [account_of("FR"), account_of("ES"), account_of("DE")]
    for account in accounts:
        everything(account)
    booked = Earning.objects.filter(transaction__booked_on__year=2026)
    for row in read("dac7"):
        of_seller = booked.filter(account__seller__reference=row["Seller"])
        total = int(row["Consideration in minor units"]) + 333
        assert total == of_seller.aggregate(sum=Sum("amount_minor"))["sum"]
        assert row["Adjustments and the like, in none of these"] == "3.33"
    assert len(read("dac7")) == len(accounts)


def test_1099k_has_the_gross_of_sales_by_month():
    everything(account_of("US", "USD"))
    everything(account_of("FR"))
    (row,) = read("1099k")
    assert (row["Gross amount (1a)"], row["Transactions (3)"]) == ("350.01", "3")
    assert (row["January (5a)"], row["May (5e)"], row["August (5h)"]) == ("100.00", "200.00", "0.00")
    assert row["December (5l)"] == "50.01"
    assert row["Over the federal threshold"] == "no"


def test_the_thresholds_are_those_of_the_data():
    bar = yearly.DATA["us_1099k"]["reported"][0]
    account = account_of("US", "USD")
    for number in range(bar["more_sales_than"] + 1):
        earn(account, bar["amount_minor_over"] // bar["more_sales_than"], 2, external_id=f"one-{number}")
    (row,) = read("1099k")
    assert (row["Transactions (3)"], row["Over the federal threshold"]) == ("201", "yes")
    account = account_of("ES")
    earn(account, yearly.DATA["dac7"]["excluded"][0]["amount_minor_up_to"] + 1, 3)
    (row,) = read("dac7")
    assert row["Few sales: not reported where goods only"] == "no"


@pytest.mark.parametrize(("country", "currency", "year"), [("US", "EUR", 2026), ("US", "USD", 2024)])
def test_where_no_threshold_is_known_nothing_is_said(country, currency, year):
    earn(account_of(country, currency), 10_000, 3, year=year)
    (row,) = read("1099k", f"year={year}")
    assert row["Over the federal threshold"] == ""


def test_a_seller_with_two_currencies_is_not_weighed_by_one():
    account = account_of("FR")
    earn(account, 10_000, 3)
    earn(make.ledger_account(account.seller, currency="SEK"), 10_000, 3)
    assert [row["Few sales: not reported where goods only"] for row in read("dac7")] == ["", ""]


def test_what_the_program_does_not_know_is_empty_and_a_tax_id_shows_its_end_only():
    earn(account_of("FR", tax_id="FR12345678901"), 10_000, 3)
    earn(account_of("US", "USD", tax_id="123-45-6789"), 10_000, 3)
    for kind, names, end in (
        (
            "dac7",
            ("Tax id issued by", "VAT number", "Business registration number", "Date of birth",
             "Permanent establishment in the EU", "Taxes withheld Q1", "Taxes withheld Q4"),
            "8901",
        ),
        ("1099k", ("Card not present (1b)", "Merchant category (2)", "Federal tax withheld (4)"), "6789"),
    ):  # fmt: skip
        (row,) = read(kind)
        assert {row[name] for name in names} == {""}
        assert row["Tax id, its end"] == f"••••{end}"


def test_without_a_year_it_is_the_last_one_and_a_year_that_is_none_is_refused():
    account = account_of("FR")
    earn(account, 10_000, 3)
    earn(account, 500, 1, year=2027)
    assert [row["Consideration"] for row in read("dac7")] == ["100.00"]
    assert [row["Consideration"] for row in read("dac7", "year=2027")] == ["5.00"]
    with pytest.raises(filters.BadFilter, match="no year"):
        read("dac7", "year=26")


def test_only_roles_with_the_right_may_have_them():
    allowed = {
        role
        for role, held in roles.ROLES.items()
        if {"payouts.export_seller_totals", *yearly._RIGHTS} <= held
    }
    assert allowed == {"accountant", "auditor"}
    for role in roles.ROLES:
        values = {"kind": "dac7", "filters": "", "format": "csv", "now": make.NOW}
        if role in allowed:
            made = exporting.request(actor=make.person(role), **values)
            assert made.filters_text == "Of the year 2025"
            continue
        with pytest.raises(NotAllowed):
            exporting.request(actor=make.person(role), **values)


def test_a_sale_counts_in_the_quarter_that_it_is_booked_in():
    """It happened in December and its month is open: it is of that year, whenever it was imported."""
    day = date(2026, 12, 31)
    make.earning(
        account_of("FR"),
        amount_minor=700,
        due_date=day,
        now=datetime.combine(day, datetime.min.time(), UTC) + timedelta(days=3),
    )
    (row,) = read("dac7")
    assert (row["Consideration Q4"], row["Consideration"]) == ("7.00", "7.00")


def move(seller, country, since=""):
    """By the only way there is: a file of sellers."""
    file = importing.check(
        stream=io.BytesIO(
            "external_id,name,country,country_since\n"
            f"{seller.external_id},{seller.name},{country},{since}\n".encode()
        ),
        name="s.csv", profile="generic", actor=actors.SYSTEM, now=timezone.now(),
    )  # fmt: skip
    importing.apply(file_id=file.pk, actor=actors.SYSTEM, now=timezone.now())
    seller.refresh_from_db()
    assert seller.country == country


def of(kind, year, query="", **names):
    """A column of the rows of a year, by the country."""
    rows = read(kind, f"year={year}{query}", now=timezone.now() + timedelta(days=800))
    (name,) = names.values()
    assert len({row["Country of residence"] for row in rows}) == len(rows)
    return {row["Country of residence"]: row[name] for row in rows}


@pytest.mark.parametrize(("before", "after"), [("FR", "US"), ("US", "FR"), ("FR", "DE")])
def test_a_year_that_is_over_stays_wherever_the_seller_moves(before, after):
    account = account_of(before, name="Mover")
    earn(account, 100_00, 3, year=2025)
    earn(account, 50_00, 11, year=2025)
    rows = {kind: read(kind, "year=2025") for kind in ("dac7", "1099k")}
    assert len(rows["1099k" if before == "US" else "dac7"]) == 1
    move(account.seller, after)
    make.ledger_account(account.seller, currency="SEK")
    assert {kind: read(kind, "year=2025") for kind in ("dac7", "1099k")} == rows
    assert {kind: read(kind, f"year=2025&country={before}") for kind in ("dac7", "1099k")} == rows
    elsewhere = f"year=2025&country={after}"
    assert read("dac7", elsewhere) == read("1099k", elsewhere) == []


def test_who_moved_within_a_year_is_reported_where_the_earnings_were_made():
    account = account_of("FR", name="Mover")
    today = periods.today(now=timezone.now())
    first = today - timedelta(days=1)
    make.earning(account, amount_minor=100_00, due_date=first, now=timezone.now() - timedelta(days=1))
    move(account.seller, "DE")
    make.earning(account, amount_minor=7_00, due_date=today, now=timezone.now())
    if first.year == today.year:
        assert of("dac7", today.year, name="Consideration") == {"FR": "100.00", "DE": "7.00"}
        # A part of what was sold is weighed by no threshold.
        few = of("dac7", today.year, name="Few sales: not reported where goods only")
        assert few == {"FR": "", "DE": ""}
    assert of("dac7", today.year, "&country=DE", name="Consideration") == {"DE": "7.00"}
    assert of("dac7", first.year, "&country=FR", name="Consideration") == {"FR": "100.00"}
    move(account.seller, "US")  # on the same day
    assert of("1099k", today.year, name="Gross amount (1a)") == {"US": "7.00"}
    assert of("dac7", first.year, name="Consideration") == {"FR": "100.00"}
    move(account.seller, "FR")  # and back: one row again
    assert of("1099k", today.year, name="Gross amount (1a)") == {}
    whole = "107.00" if first.year == today.year else "7.00"
    assert of("dac7", today.year, name="Consideration") == {"FR": whole}


def test_a_country_that_was_wrong_from_the_beginning_counts_on_no_day():
    account = account_of("FR", name="Never moved")
    earn(account, 100_00, 3, year=2025)
    move(account.seller, "US", since="beginning")
    assert read("dac7", "year=2025") == []
    (row,) = read("1099k", "year=2025")
    assert (row["Country of residence"], row["Gross amount (1a)"]) == ("US", "100.00")
    move(account.seller, "DE", since="Beginning")  # and again
    assert [row["Country of residence"] for row in read("dac7", "year=2025")] == ["DE"]
    move(account.seller, "FR")  # this time it moved
    assert of("dac7", 2025, name="Consideration") == {"DE": "100.00"}
    assert Event.objects.filter(action="seller.change").earliest("pk").data["country_since"] == [
        "",
        "beginning",
    ]


def test_a_move_counts_from_the_day_that_is_named():
    account = account_of("FR", name="Mover")
    earn(account, 100_00, 3, year=2025)
    earn(account, 7_00, 11, year=2025)
    move(account.seller, "DE", since="2025-06-30")
    assert of("dac7", 2025, name="Consideration") == {"FR": "100.00", "DE": "7.00"}
    move(account.seller, "AT", since="beginning")  # of this stay: it moved to Austria then
    assert of("dac7", 2025, name="Consideration") == {"FR": "100.00", "AT": "7.00"}
    move(account.seller, "ES", since="2025-01-01")  # never before the move before it
    assert of("dac7", 2025, name="Consideration") == {"FR": "100.00", "ES": "7.00"}


def test_an_account_of_a_later_year_leaves_the_threshold_of_this_one():
    account = account_of("FR")
    earn(account, 10_000, 3, year=2025)
    earn(make.ledger_account(account.seller, currency="SEK"), 10_000, 3, year=2026)
    (row,) = read("dac7", "year=2025")
    assert row["Few sales: not reported where goods only"] == "yes"


def test_where_a_seller_lived_is_written_by_the_trigger_and_never_changed():
    account = account_of("FR", name="Mover")
    move(account.seller, "DE")
    kept = Residence.objects.get()
    assert (kept.seller, kept.country, kept.left_on) == (
        account.seller, "FR", periods.today(now=timezone.now()),
    )  # fmt: skip
    account.seller.save(update_fields=["country"])  # nothing changed: no move
    assert Residence.objects.count() == 1
    for statement in (
        "INSERT INTO ledger_residence (seller_id, country, left_on) SELECT id, 'IT', '2020-01-01' FROM sellers_seller",
        "UPDATE ledger_residence SET left_on = '2020-01-01'",
        "DELETE FROM ledger_residence",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_moves_from_before_there_were_residences_are_in_the_audit_trail():
    """What the migration finds there is what the trigger has written since: nothing is added twice."""
    statement = importlib.import_module("sellers.ledger.migrations.0017_old_residences").OLD_MOVES
    move(account_of("FR", name="Mover").seller, "DE")
    nobody = "(SELECT 0 AS seller_id, '' AS country, current_date AS left_on)"
    found = statement.partition("\n")[2].replace("ledger_residence", nobody)
    with connection.cursor() as cursor:
        cursor.execute(found)
        old = cursor.fetchall()
        cursor.execute(statement.partition("\n")[2])
        assert cursor.fetchall() == []
    assert old == list(Residence.objects.values_list("seller_id", "country", "left_on"))
