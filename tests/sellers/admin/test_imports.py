"""Sellers come in through a page: file, preview of every change, yes."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from payouts.operations import _seller_import, imports
from sellers.ledger.models import ImportFile
from sellers.models import Seller, SellerFile
from tests import make

pytestmark = pytest.mark.django_db


def upload(client, text):
    form = {"profile": "generic", "file": SimpleUploadedFile("sellers.csv", text.encode())}
    return client.post(reverse("admin:sellers_import_new"), form, follow=True)


@pytest.fixture
def analyst(client):
    client.force_login(make.user("analyst", is_staff=True))
    return client


def test_changes_are_shown_and_applied_on_a_yes(analyst):
    known = make.seller(external_id="a", name="Shop", country="FR")

    page = upload(analyst, "external_id,name,country\na,Boutique,FR\nb,New Shop,DE\n").content.decode()

    assert "<del>Shop</del> <ins>Boutique</ins>" in page
    assert "Add 1 and change 1 sellers" in page
    known.refresh_from_db()
    assert known.name == "Shop"
    answer = analyst.post(
        reverse("admin:sellers_import_confirm", args=[SellerFile.objects.get().pk]), follow=True
    )
    assert "1 seller added, 1 changed, 0 as before." in answer.content.decode()
    known.refresh_from_db()
    assert known.name == "Boutique"


def test_errors_stand_by_their_line(analyst):
    page = upload(analyst, "external_id,name,country\na,,FR\nb,Shop,Q1\n").content.decode()

    assert "The name is empty." in page
    assert "“Q1” is no country" in page
    assert Seller.objects.count() == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("external_id,name,country,iban\na,Shop,FR,FR76\n", "Those never come by file"),
        ("external_id,name,country,shoe\na,Shop,FR,42\n", "The columns “shoe” are unknown."),
        ("external_id,name,land\na,Shop,FR\n", "The header lacks “country”."),
        ("external_id,name,country\na,Sh\0p,FR\n", "Line 2 has a NUL character"),
    ],
)
def test_a_file_of_which_nothing_could_be_read_has_no_rows_with_errors(analyst, text, says):
    page = upload(analyst, text).content.decode()

    assert says in page
    assert "The file could not be read" in page and "Refused: could not be read" in page
    listed = analyst.get(reverse("admin:ledger_import_list")).content.decode()
    assert "Refused: could not be read" in listed
    assert "with errors<" not in page + listed and "have errors" not in page + listed


def test_a_stale_preview_is_not_applied(analyst):
    known = make.seller(external_id="a", name="Shop", country="FR")
    upload(analyst, "external_id,name,country\na,Boutique,FR\n")
    Seller.objects.filter(pk=known.pk).update(name="Atelier")

    answer = analyst.post(
        reverse("admin:sellers_import_confirm", args=[SellerFile.objects.get().pk]), follow=True
    )

    assert "Not applied: sellers changed since the preview" in answer.content.decode()


def test_turning_the_pages_of_a_preview_never_works_through_the_file_again(analyst):
    rows = "".join(f"n{n},New {n},FR\n" for n in range(60))
    page = upload(analyst, f"external_id,name,country\n{rows}")
    url = reverse("admin:sellers_import_detail", args=[SellerFile.objects.get().pk])
    assert "New 0" in page.content.decode() and "New 59" not in page.content.decode()

    with CaptureQueriesContext(connection) as asked:
        second = analyst.get(url + page.context["pager"].next_url)
    assert "New 59" in second.content.decode() and ">New 49<" not in second.content.decode()
    assert not [each["sql"] for each in asked if '"content"' in each["sql"]]
    assert not [each["sql"] for each in asked if 'FROM "sellers_seller"' in each["sql"]]


def test_dropping_changes_nothing(analyst):
    upload(analyst, "external_id,name,country\na,Boutique,FR\n")

    analyst.post(reverse("admin:sellers_import_drop", args=[SellerFile.objects.get().pk]))

    assert (SellerFile.objects.get().status, Seller.objects.count()) == ("DROPPED", 0)
    assert analyst.get(reverse("admin:ledger_import_list")).status_code == 200


@pytest.mark.parametrize("role", ["support", "approver", "treasurer"])
def test_other_roles_do_not_open_it(client, role):
    client.force_login(make.user(role, is_staff=True))

    assert client.get(reverse("admin:sellers_import_new")).status_code == 403


def left_to_a_worker(analyst, monkeypatch) -> ImportFile:
    """A file whose yes was said and that a worker is to apply."""
    monkeypatch.setattr(imports, "SMALL_ROWS", 0)
    upload(analyst, "external_id,name,country\na,Boutique,FR\n")
    analyst.post(reverse("admin:sellers_import_confirm", args=[SellerFile.objects.get().pk]))
    return ImportFile.objects.get()


def seen(analyst, file: ImportFile) -> str:
    answer = analyst.get(reverse("admin:sellers_import_detail", args=[file.seller_file_id]), follow=True)
    return answer.content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_a_worker_refused_is_said_on_the_page(analyst, monkeypatch):
    file = left_to_a_worker(analyst, monkeypatch)
    assert "Cancel the import" in seen(analyst, file)
    make.seller(external_id="a")
    imports.work(import_id=file.pk, now=make.NOW)
    page = seen(analyst, file)
    assert "sellers changed since the preview" in page
    assert "Import another file" in page and "waits for a yes" not in page
    assert SellerFile.objects.get().status == "DROPPED"


@pytest.mark.django_db(transaction=True)
def test_what_failed_at_a_worker_is_said_on_the_page_and_waits_no_more(analyst, monkeypatch):
    file = left_to_a_worker(analyst, monkeypatch)
    monkeypatch.setattr(_seller_import, "post", lambda **values: 1 / 0)
    imports.work(import_id=file.pk, now=make.NOW)
    page = seen(analyst, file)
    assert "Failed: nothing was posted" in page
    assert "nothing of it was posted; the trouble was logged" in page
    assert "Add 1 seller" not in page and "unverified until somebody looks" not in page


def test_a_file_that_no_longer_fits_is_refused_with_its_sentence_and_not_offered_again(analyst):
    known = make.seller(external_id="a", name="Shop", country="ES")
    head = "external_id,name,country,country_since\n"
    upload(analyst, f"{head}a,Shop,FR,2020-10-15\n")
    upload(analyst, f"{head}a,Shop,FR,2020-01-01\n")
    first, second = SellerFile.objects.order_by("pk").values_list("pk", flat=True)
    analyst.post(reverse("admin:sellers_import_confirm", args=[first]))

    answer = analyst.post(reverse("admin:sellers_import_confirm", args=[second]))

    sentence = "The seller lives in FR already: leave country_since empty."
    assert answer.status_code == 409 and sentence in answer.content.decode()
    page = analyst.get(reverse("admin:sellers_import_detail", args=[second])).content.decode()
    assert sentence in page and "Upload the file again" in page
    assert "Change 1 seller" not in page and "waits for a yes" not in page
    job = ImportFile.objects.get(seller_file=second)
    assert job.status == "FAILED"
    imports.sweep(now=make.NOW)
    kept = SellerFile.objects.get(pk=second)
    assert (kept.status, bytes(kept.content), kept.rows.count()) == ("DROPPED", b"", 0)
    known.refresh_from_db()
    assert known.country == "FR"
