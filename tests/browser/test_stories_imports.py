"""Files that come in: one with an error comes back with it and goes in corrected; a large one is left and found again;
corrections need a second person.
"""

import pathlib

import pytest

from backoffice.audit.clock import database_now
from payouts.operations import imports
from sellers.ledger.models import Adjustment, Earning, ImportFile
from tests import make
from tests.sellers.ledger.importing.given import csv, row

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def shop():
    return make.seller(external_id="shop-1")


def upload(page, data: bytes, *, name: str = "november.csv") -> None:
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": data})
    page.get_by_role("button", name="Check the file").click()


def test_a_file_with_an_error_comes_back_with_it_and_goes_in_corrected(visit):
    page = visit("/imports/", role="analyst")
    page.get_by_role("link", name="Import earnings").first.click()
    upload(page, csv(row("a", seller="shop-1"), row("b", seller="shop-l")))
    page.get_by_text("The seller shop-l is unknown").first.wait_for()
    with page.expect_download() as given:
        page.get_by_role("link", name="Download the file with its errors").click()
    copy = pathlib.Path(given.value.path()).read_bytes()
    assert given.value.suggested_filename == "november-with-errors.csv"
    assert "The seller shop-l is unknown" in copy.decode().splitlines()[2]
    page.get_by_role("link", name="Import a corrected file").click()
    upload(page, copy.replace(b",shop-l,", b",shop-1,"))
    page.get_by_role("button", name="Import 2 earnings").click()
    page.get_by_text("2 earnings imported.").wait_for()
    assert Earning.objects.count() == 2


def test_sellers_come_back_with_their_errors_too(visit):
    page = visit("/imports/sellers/new/", role="analyst")
    upload(page, b"external_id,name,country\ns1,Shop One,FR\ns2,Shop Two,Freedonia\n", name="sellers.csv")
    with page.expect_download() as given:
        page.get_by_role("link", name="Download the file with its errors").click()
    copy = pathlib.Path(given.value.path()).read_text("utf-8-sig")
    assert copy.splitlines()[0] == "external_id,name,country,error"
    assert "is no country" in copy.splitlines()[2]


def test_a_large_file_is_left_found_again_with_its_progress_and_posted_by_a_worker(visit, monkeypatch):
    monkeypatch.setattr(imports, "SMALL_BYTES", 0)
    monkeypatch.setattr(imports, "SMALL_ROWS", 0)
    page = visit("/imports/earnings/new/", role="analyst", width=390)
    upload(page, csv(row("a", seller="shop-1"), row("b", seller="shop-1")))
    page.get_by_text("It waits for a worker").wait_for()
    page.goto("/imports/")
    page.get_by_text("Being read and checked").wait_for()
    page.get_by_role("link", name="november.csv").click()
    file = ImportFile.objects.get()
    assert imports.work(import_id=file.pk, now=database_now())
    page.get_by_role("button", name="Import 2 earnings").click()  # the page renewed itself
    page.get_by_text("You may leave this page").wait_for()
    assert imports.work(import_id=file.pk, now=database_now())
    page.get_by_role("link", name="Import another file").wait_for()
    assert Earning.objects.count() == 2


def test_a_file_of_corrections_is_confirmed_by_another_person(visit):
    page = visit("/imports/corrections/new/", role="analyst")
    upload(
        page,
        b"external_id,seller,kind,amount,currency,date,reason\n"
        b"c1,shop-1,adjustment,12.50,EUR,2026-11-20,Parcel lost by us\n",
        name="claims.csv",
    )
    page.get_by_text("Another person must confirm the whole file").wait_for()
    assert page.get_by_role("button", name="Confirm").count() == 0
    other = visit("/imports/", role="approver")
    other.get_by_role("link", name="claims.csv").click()
    other.get_by_text("Parcel lost by us").wait_for()
    other.get_by_role("button", name="Confirm 1 correction").click()
    other.get_by_text("1 correction imported.").wait_for()
    assert Adjustment.objects.get().decision == "granted"
