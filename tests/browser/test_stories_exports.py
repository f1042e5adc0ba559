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
from payouts.models import Export
from payouts.operations import exporting
from tests import make
from tests.payouts import quick

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AFTERWARDS = make.NOW + timedelta(days=2)
_SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


@pytest.fixture
def accountant(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    return make.user("accountant", is_staff=True)


def fetched(page) -> bytes:
    """The file of the newest export, written meanwhile by a worker and fetched from the page."""
    made = Export.objects.latest("pk")
    assert exporting.write(export_id=made.pk, now=database_now())
    with page.expect_download() as given:
        page.locator(f"#export-{made.pk}").get_by_role("button", name="Download").click(timeout=20_000)
    return pathlib.Path(given.value.path()).read_bytes()


def narrowed(page, chip: str, **values: str) -> None:
    """A filter of the list, chosen as a person does."""
    page.locator("summary", has_text=chip).click()
    opened = page.locator("details.filter[open]")
    for label, value in values.items():
        field = opened.get_by_label(label)
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)
    opened.get_by_role("button", name="Filter").click()


def test_the_months_payouts_for_spain_open_in_spanish_excel_with_the_pages_total(visit, accountant):
    for amount in (123_456, 70_001):
        quick.payout(country="ES", amount_minor=amount)
    quick.payout(country="FR", amount_minor=50_000)
    quick.payout(country="ES", amount_minor=99_000, now=AFTERWARDS)
    page = visit("/payouts/", user=accountant)
    narrowed(page, "Country", Country="ES")
    narrowed(page, "Made", From="2026-11-01", Until="2026-11-25")
    expect(page.locator("#totals")).to_contain_text("2 payouts")
    shown = page.locator("#totals").inner_text()
    page.get_by_role("link", name="Export these rows").click()
    page.get_by_label("CSV for Excel, in a language").check()
    page.get_by_label("Language of Excel").select_option("es")
    page.get_by_role("button", name="Export 2 payouts").click()
    text = fetched(page).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    at = rows[0].index("Amount")
    amounts = [parse_decimal(row[at], locale="es", strict=True) for row in rows[1:]]
    assert sum(amounts[:-1]) == amounts[-1] == Decimal("1934.57")
    assert rows[-1][0] == "Total EUR, 2 payouts"
    assert f"{amounts[-1]:,}" in shown, "the last row is the page's total"


def test_what_failed_or_came_back_is_a_workbook_with_the_banks_reason(visit, accountant):
    page = visit("/exports/", user=accountant)
    page.get_by_role("link", name="New export").click()
    page.get_by_role("link", name="Failed and returned payouts").click()
    page.get_by_label("In its status from").fill("2026-10-01")
    page.get_by_label("In its status until").fill("2026-10-31")
    page.get_by_role("button", name="Export", exact=True).click()
    body = fetched(page)
    assert "In its status from Thu 1 Oct 2026" in Export.objects.get().filters_text
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    heads = ["".join(cell.itertext()) for cell in next(tree.iter(f"{_SPACE}row")).iter(f"{_SPACE}c")]
    assert {"Payout", "Bank's reason", "What became of it"} <= set(heads)
