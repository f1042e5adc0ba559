"""An accountant at month end: the month's payouts for Spain, and what came back, as files that agree with the page."""

import csv
import io
import pathlib
import zipfile
from datetime import timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest
from babel.numbers import parse_decimal
from playwright.sync_api import expect

from backoffice.audit.clock import database_now
from payouts.models import Export, Payout
from payouts.operations import exporting, holds, review, settlement
from payouts.rails.base import Report, ReportKind
from tests import make, make_payouts
from tests.browser import complaints
from tests.payouts import quick

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AFTERWARDS = make.NOW + timedelta(days=2)
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def accountant(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    return make.user("accountant", is_staff=True)


@pytest.fixture
def returned(tmp_path, settings) -> list[Payout]:
    """Two that came back: the first in November, the second in December."""
    with make_payouts.bank(tmp_path / "bank", settings):
        batch = make_payouts.submitted([123_00, 456_00])
    found = make_payouts.payouts_of(batch)
    for payout, day in zip(found, (make.NOW, make.NOW + timedelta(days=14)), strict=True):
        for kind in (ReportKind.PAID, ReportKind.RETURNED):
            report = Report(
                kind=kind, source_id=f"{kind}{payout.pk}", end_to_end_id=f"{payout.reference}A1", code="AC04"
            )
            settlement.apply(reports=[report], rail="sepa", now=day)
    return found


def fetched(page) -> bytes:
    """The file of the newest export, written meanwhile by a worker and fetched from the page."""
    made = Export.objects.latest("pk")
    assert exporting.write(export_id=made.pk, now=database_now())
    with page.expect_download() as given:
        page.locator(f"#export-{made.pk}").get_by_role("button", name="Download").click(timeout=20_000)
    return pathlib.Path(given.value.path()).read_bytes()


def narrowed(page, chip: str, **values: str | bool) -> None:
    """A filter of the list, chosen as a person does."""
    page.locator("summary", has_text=chip).click()
    opened = page.locator("details.filter[open]")
    for label, value in values.items():
        field = opened.get_by_label(label)
        if value is True:
            field.check()
        elif field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(str(value))
        else:
            field.fill(str(value))
    opened.get_by_role("button", name="Filter").click()


def test_the_months_payouts_for_spain_open_in_spanish_excel_with_the_pages_total(visit, accountant):
    for amount in (123_456, 70_001):
        quick.payout(country="ES", amount_minor=amount)
    quick.payout(country="FR", amount_minor=50_000)
    quick.payout(country="ES", amount_minor=99_000, now=AFTERWARDS)
    page = visit("/payouts/", user=accountant)
    narrowed(page, "Country", Spain=True)
    narrowed(page, "Made", From="2026-11-01", Until="2026-11-25")
    expect(page.locator("#totals")).to_contain_text("2 payouts")
    shown = page.locator("#totals").inner_text()
    page.get_by_role("link", name="Export these rows").click()
    page.get_by_label("CSV for Excel, in a language").check()
    page.get_by_label("Language of Excel").select_option("es")
    page.get_by_role("button", name="Export 2 payouts").click()
    text = fetched(page).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    at = rows[0].index("Importe")
    amounts = [parse_decimal(row[at], locale="es", strict=True) for row in rows[1:]]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("1934.57")
    assert rows[-1][0].startswith("Total EUR, 2 ")
    assert f"{amounts[-1]:,}" in shown, "the last row is the page's total"


@pytest.mark.parametrize("width", [1280, 390])
def test_what_failed_or_came_back_is_a_workbook_with_the_banks_reason(visit, accountant, returned, width):
    page = visit("/exports/", user=accountant, width=width)
    page.get_by_role("link", name="New export").click()
    page.get_by_role("link", name="Failed and returned payouts").click()
    page.get_by_label("In its status from").fill("2026-11-01")
    page.get_by_label("In its status until").fill("2026-11-30")
    page.get_by_role("button", name="Export", exact=True).click()
    body = fetched(page)
    assert "In its status from Sun 1 Nov 2026" in Export.objects.get().filters_text
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    rows = [
        ["".join(cell.itertext()) for cell in row.iter(f"{_SPACE}c")] for row in tree.iter(f"{_SPACE}row")
    ]
    assert {"Payout", "Bank's reason", "What became of it"} <= set(rows[0])
    last_month, this_month = (str(payout.reference) for payout in returned)
    cells = {cell for row in rows for cell in row}
    assert last_month in cells and this_month not in cells


@pytest.mark.parametrize("width", [1280, 390])
def test_last_months_returned_payouts_are_found_in_the_list_and_exported(visit, accountant, returned, width):
    page = visit("/payouts/?status=RETURNED", user=accountant, width=width)
    narrowed(page, "In its status", From="2026-11-01", Until="2026-11-30")
    expect(page.locator("#totals")).to_contain_text("1 payout")
    page.get_by_role("link", name="Export these rows").click()
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Export 1 payout").click()
    rows = list(csv.DictReader(io.StringIO(fetched(page).decode(), newline="")))
    assert [(row["Payout"], row["Amount"]) for row in rows] == [(returned[0].reference, "123.00")]


def test_what_changed_since_my_last_export_comes_alone_and_in_the_lists_order(visit, accountant):
    """Each Monday open payouts are taken over into a sheet: the second time only what is not as it was."""
    small, large, kept = (quick.payout(amount_minor=minor) for minor in (1_000, 90_000, 5_000))
    page = visit("/payouts/?status=PENDING_REVIEW&sort=-amount", user=accountant)
    page.get_by_role("link", name="Export these rows").click()
    page.get_by_text("Each currency by itself, the largest amount first").wait_for()
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Export 3 payouts").click()
    first = list(csv.DictReader(io.StringIO(fetched(page).decode(), newline="")))
    assert [row["Payout"] for row in first] == [made.reference for made in (large, kept, small)]

    actor = make.person("approver")
    holds.hold(payout_ids=[small.pk], actor=actor, reason="dispute", note="Ask.", now=make.NOW)
    review.review(payout_ids=[large.pk], actor=make.person("analyst"), now=make.NOW).only()
    new = quick.payout(amount_minor=7_000)

    page.goto("/exports/")
    page.get_by_role("link", name="What changed since").click()
    page.get_by_text("the rows that are new, changed or withdrawn").wait_for()
    assert complaints.all_of(page) == []
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Export what changed").click()
    rows = list(csv.DictReader(io.StringIO(fetched(page).decode(), newline="")))
    assert [(row["What happened"], row["Row"], row["On hold"]) for row in rows] == [
        ("New", new.reference, "no"),
        ("Changed", small.reference, "yes"),
        ("Withdrawn", large.reference, ""),
    ]
    page.reload()
    page.get_by_text("1 new, 1 changed, 1 withdrawn").wait_for()

    # By the new export's form the same earlier ones are offered.
    page.goto("/payouts/?status=PENDING_REVIEW&sort=-amount")
    page.get_by_role("link", name="Export these rows").click()
    page.get_by_label("Rows").select_option(index=1)
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Export 3 payouts").click()
    assert list(csv.DictReader(io.StringIO(fetched(page).decode(), newline=""))) == []


def test_the_pages_of_changes_pass_axe_on_a_phone(visit, accountant):
    quick.payout()
    actor, now = make.actors.person(accountant), database_now()
    made = exporting.request(filters="", format="csv", sort="-amount", actor=actor, now=now)
    exporting.write(export_id=made.pk, now=now)
    other = exporting.request_changes(since=made.pk, format="csv", actor=actor, now=now)
    exporting.write(export_id=other.pk, now=now)
    page = visit("/exports/", user=accountant, width=390, theme="dark")
    found = complaints.accessibility(page) + complaints.overflow(page)
    page.goto(f"/exports/{made.pk}/since/")
    found += complaints.all_of(page)
    page.goto("/exports/new/?kind=dac7")
    assert found + complaints.all_of(page) == []
