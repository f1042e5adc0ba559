"""The exports page in a real browser: progress without reloading, then the file."""

import csv
import pathlib
from datetime import timedelta

import pytest
from django.conf import settings

from backoffice.audit.clock import database_now
from payouts.models import Export
from payouts.operations import exporting
from tests import make
from tests.browser import complaints
from tests.payouts import quick

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def accountant(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    return make.user("accountant", is_staff=True)


def test_an_export_is_asked_for_from_a_filtered_list_watched_and_downloaded(visit, accountant):
    wanted = quick.payout(amount_minor=123_456)
    quick.reviewed()
    page = visit("/payouts/?status=PENDING_REVIEW", user=accountant)
    page.get_by_role("link", name="Export these rows").click()
    page.get_by_label("CSV, for other programs").check()
    page.get_by_role("button", name="Export 1 payout").click()
    page.get_by_text("Waits for a worker").wait_for()
    page.evaluate("window.stays = true")
    made = Export.objects.get()
    Export.objects.filter(pk=made.pk).update(
        status="RUNNING",
        started_at=database_now() - timedelta(seconds=20),
        rows_done=12_000,
        rows_total=40_000,
    )
    page.get_by_text("12,000 of 40,000 rows").wait_for()
    page.get_by_text("s left").wait_for()
    exporting.write(export_id=made.pk, now=database_now())
    page.locator(f"#export-{made.pk}-sums").get_by_text("1,234.56").wait_for()
    assert page.evaluate("window.stays"), "the page was not loaded again"
    with page.expect_download() as fetched:
        page.locator(f"#export-{made.pk}").get_by_role("button", name="Download").click()
    with pathlib.Path(fetched.value.path()).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["Payout"], row["Amount"]) for row in rows] == [(wanted.reference, "1234.56")]
    assert fetched.value.suggested_filename == made.file_name


@pytest.mark.parametrize(("width", "theme"), [(1280, "light"), (390, "dark")])
def test_axe_finds_nothing_on_exports_in_any_state(visit, accountant, width, theme):
    quick.payout()
    actor, now = make.actors.person(accountant), database_now()
    for status in ("READY", "FAILED", "EXPIRED", "RUNNING", "WAITING"):
        query = "status=PENDING_REVIEW,REVIEWED&country=FR&created_after=2026-11-01&search=Atelier"
        made = exporting.request(filters=query, format="xlsx", actor=actor, now=now)
        if status == "READY":
            exporting.write(export_id=made.pk, now=now)
        else:
            Export.objects.filter(pk=made.pk).update(
                status=status,
                started_at=now - timedelta(seconds=20),
                rows_done=12_000,
                rows_total=40_000,
                error="The file could not be stored. Ask an administrator: is the disk full?"
                if status == "FAILED"
                else "",
            )
    page = visit("/exports/", user=accountant, width=width, theme=theme)
    found = complaints.accessibility(page) + complaints.overflow(page)
    page.goto("/exports/new/?status=PENDING_REVIEW")
    assert found + complaints.all_of(page) == []


@pytest.mark.parametrize("kind", ["dac7", "1099k"])
@pytest.mark.parametrize("width", [1280, 390])
def test_yearly_totals_fit_and_each_value_says_what_it_is(visit, accountant, kind, width):
    country, currency = ("FR", "EUR") if kind == "dac7" else ("US", "USD")
    seller = make.seller(country=country, name="Ateliers réunis de la Loire et de la Bretagne")
    account = make.ledger_account(seller, currency=currency)
    for minor, what in ((1_234_567_89, "sale"), (-12_345_67, "commission"), (-7_000_00, "reserve")):
        made = make.earning(account, amount_minor=minor, kind=what)
    year = made.transaction.booked_on.year
    page = visit(f"/exports/rows/?kind={kind}&year={year}", user=accountant, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    sheet = page.locator(".sheet").bounding_box()
    for cell in page.locator("td:visible").all():
        box = cell.bounding_box()
        assert box["x"] + box["width"] <= sheet["x"] + sheet["width"]
    link = page.get_by_role("link", name=f"Made of what, {seller.reference}", exact=True)
    box = link.bounding_box()
    assert box["x"] + box["width"] <= width
    if width == 390:
        words = page.locator("td[data-word]").evaluate_all("tds => tds.map(td => td.dataset.word)")
        assert words == (
            ["Activities", "Fees and commissions", "Adjustments and the like, in none of these"]
            if kind == "dac7"
            else ["Transactions (3)"]
        )
    else:
        for language in ("fr", "es", "ja"):
            cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": page.url}
            page.context.add_cookies([cookie])
            page.reload()
            assert page.evaluate("document.documentElement.scrollWidth") <= width, language
