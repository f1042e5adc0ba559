"""Earnings come in through a page: file, preview with every error, yes."""

import tracemalloc
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from backoffice.audit.actors import SYSTEM
from payouts.operations import creation
from sellers.ledger import importing
from sellers.ledger.models import Earning, ImportFile
from tests import make, make_accounts
from tests.sellers.ledger.importing.given import HEADER, checked, csv, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


def as_role(client, role):
    client.force_login(make.user(role, is_staff=True))
    return client


def upload(client, data, *, profile="generic", name="november.csv"):
    form = {"profile": profile, "file": SimpleUploadedFile(name, data)}
    return client.post(reverse("admin:ledger_import_new"), form, follow=True)


def test_a_file_is_previewed_and_then_imported(client, shop):
    as_role(client, "analyst")

    answer = upload(client, csv(row("a", seller="shop-1", amount="120.50"), row("b", seller="shop-1")))

    page = answer.content.decode()
    assert "Import 2 earnings" in page
    assert "220.50" in page
    assert Earning.objects.count() == 0
    file = ImportFile.objects.get()
    answer = client.post(reverse("admin:ledger_import_confirm", args=[file.pk]), follow=True)
    assert "2 earnings imported." in answer.content.decode()
    assert Earning.objects.count() == 2


def test_importing_again_says_that_nothing_changes(client, shop):
    as_role(client, "analyst")
    data = csv(row("a", seller="shop-1"))
    upload(client, data)
    client.post(reverse("admin:ledger_import_confirm", args=[ImportFile.objects.get().pk]))

    page = upload(client, data).content.decode()

    assert "Nothing would change: the only earning is known already." in page
    assert "Import 0" not in page


def test_every_error_stands_by_its_line_and_can_be_downloaded(client, shop):
    as_role(client, "analyst")

    page = upload(
        client, csv(row("a", seller="nobody"), row("b", seller="shop-1", amount="x"))
    ).content.decode()

    assert "The file has errors" in page
    assert "The seller nobody is unknown." in page
    assert "“x” is not an amount" in page
    file = ImportFile.objects.get()
    assert client.post(reverse("admin:ledger_import_confirm", args=[file.pk]), follow=True).status_code == 200
    assert Earning.objects.count() == 0
    answer = client.get(reverse("admin:ledger_import_errors", args=[file.pk]))
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "line,error"
    assert [line.split(",")[0] for line in lines[1:]] == ["2", "3"]


def test_no_copy_is_advised_of_a_file_that_cannot_be_read(client, shop):
    as_role(client, "analyst")
    page = upload(client, csv(row("a\0b", seller="shop-1"))).content.decode()
    assert "has a NUL character" in page and "Mend the file as its errors say" in page
    assert "Download the file with its errors" not in page


@pytest.mark.parametrize("language", ["en", "fr"])
def test_however_many_errors_there_are_they_are_sent_as_they_are_read(client, shop, language):
    as_role(client, "analyst")
    upload(client, csv(row("a", seller="nobody")))
    file = ImportFile.objects.get()
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO ledger_stagedearning (import_file_id, row_number, error, known, seller_external_id,
                 seller_name, country, external_id, kind, currency, order_ref, description)
               SELECT %s, 2 + n, 'The seller ' || n || repeat('x', 100) || ' stands in an earlier row, too.',
                 false, '', '', '', '', '', '', '', ''
               FROM generate_series(1, 50000) AS n""",
            [file.pk],
        )
    address = reverse("admin:ledger_import_errors", args=[file.pk])
    answer = client.get(address, headers={"accept-language": language})
    lines, size = 0, 0

    tracemalloc.start()
    try:
        for piece in answer.streaming_content:
            lines, size = lines + piece.count(b"\n"), size + len(piece)
        held = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert lines == 50_002 and size > 6_000_000
    assert held < 3_000_000, "two thousand rows at a time"


def test_no_cell_of_the_errors_begins_a_formula(client, shop):
    as_role(client, "analyst")
    upload(client, csv(row("a", seller="nobody")))
    file = ImportFile.objects.get()
    file.staged.update(error="=1+1")

    answer = client.get(reverse("admin:ledger_import_errors", args=[file.pk]))

    assert b"".join(answer.streaming_content).splitlines()[1] == b"2,'=1+1"


@pytest.mark.parametrize("data", [b"", b"\x00\xff", "é;à".encode("cp1252"), b'"', b"MZ\x90"])
def test_a_file_that_is_none_is_a_sentence_not_a_crash(client, data):
    as_role(client, "analyst")

    answer = upload(client, data)

    assert answer.status_code == 200
    assert any(word in answer.content.decode() for word in ("errors", "empty", "one line"))


def test_a_page_to_log_in_is_refused_at_the_file_field_and_nothing_is_kept(client):
    as_role(client, "analyst")

    answer = upload(client, b"<!DOCTYPE html><html>", name="november.csv")

    (sentence,) = answer.context["form"].errors["file"]
    assert sentence.startswith("Not read, for it is a web page, not a CSV file: log in at the source again")
    assert answer.redirect_chain == [] and not ImportFile.objects.exists()


def test_a_file_over_the_limit_is_a_sentence(client, settings, shop):
    settings.IMPORT_MAX_BYTES = 10
    as_role(client, "analyst")

    assert "Split it into smaller files" in upload(client, csv(row(seller="shop-1"))).content.decode()


def test_what_a_file_holds_is_shown_as_text_only(client, shop):
    as_role(client, "analyst")

    page = upload(
        client, csv(row("<script>alert(1)</script>", seller="shop-1")), name="<b>x.csv"
    ).content.decode()

    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_a_dropped_file_is_not_imported(client, shop):
    as_role(client, "analyst")
    file = checked(csv(row(seller="shop-1")))

    answer = client.post(reverse("admin:ledger_import_drop", args=[file.pk]), follow=True)

    assert "Nothing of it was imported" in answer.content.decode()


@pytest.mark.parametrize("role", ["auditor"])
def test_an_auditor_sees_imports_and_has_no_button(client, shop, role):
    as_role(client, role)
    file = checked(csv(row(seller="shop-1")))

    page = client.get(reverse("admin:ledger_import_detail", args=[file.pk])).content.decode()

    assert "november.csv" in page
    assert "Import 1 earning" not in page
    assert client.get(reverse("admin:ledger_import_list")).status_code == 200
    assert client.post(reverse("admin:ledger_import_confirm", args=[file.pk])).status_code == 403
    assert Earning.objects.count() == 0


@pytest.mark.parametrize("role", ["support", "admin"])
def test_other_roles_do_not_open_it(client, role):
    as_role(client, role)

    assert client.get(reverse("admin:ledger_import_list")).status_code == 403
    assert client.get(reverse("admin:ledger_import_new")).status_code == 403


@pytest.mark.parametrize("role", ["approver", "treasurer"])
def test_who_confirms_other_kinds_sees_no_earnings(client, shop, role):
    as_role(client, role)
    file = checked(csv(row(seller="shop-1")))

    assert "november.csv" not in client.get(reverse("admin:ledger_import_list")).content.decode()
    assert client.get(reverse("admin:ledger_import_new")).status_code == 403
    for name in ("detail", "progress", "copy", "errors"):
        assert client.get(reverse(f"admin:ledger_import_{name}", args=[file.pk])).status_code == 403
    for name in ("confirm", "drop"):
        assert client.post(reverse(f"admin:ledger_import_{name}", args=[file.pk])).status_code == 403


def test_a_long_file_comes_in_pages(client, shop):
    as_role(client, "analyst")
    file = checked(csv(*[row(f"e{n}", seller="shop-1") for n in range(120)]))
    address, seen = reverse("admin:ledger_import_detail", args=[file.pk]), 0
    following = address
    for _ in range(3):
        answer = client.get(following)
        seen += answer.content.decode().count("<tr data-row>")
        following = address + answer.context["pager"].next_url

    assert (seen, following) == (120, address)


def test_the_preview_says_which_due_days_a_payout_has_covered(client):
    account = make.ledger_account(make.seller(external_id="shop-9"))
    make.earning(account, due_date=date(2026, 11, 16))
    make_accounts.payable(account.seller)
    creation.run(until=None, country="FR", key="covers", actor=make.person("analyst"), now=make.NOW)
    file = checked(
        csv(row("late", seller="shop-9", due="2026-11-20"), row("fine", seller="shop-9", due="2026-12-20"))
    )
    client.force_login(make.user("analyst", is_staff=True))
    page = client.get(f"/imports/{file.pk}/").content.decode()
    assert page.count("a payout covers the day before") == 1
    assert "new, due Wed 25 Nov" in page
    posted = importing.post(import_file_id=file.pk, actor=SYSTEM, now=make.NOW)
    assert posted.earnings.get(external_id="late").due_date == date(2026, 11, 25)


def test_a_file_that_the_ledger_contradicts_by_now_is_not_offered_again(client, shop):
    as_role(client, "analyst")
    upload(client, csv(row("a", seller="shop-1", amount="100.00")))
    upload(client, csv(row("a", seller="shop-1", amount="99.00")))
    first, second = ImportFile.objects.order_by("pk").values_list("pk", flat=True)
    client.post(reverse("admin:ledger_import_confirm", args=[first]))

    answer = client.post(reverse("admin:ledger_import_confirm", args=[second]))

    sentence = "Nothing was imported: 1 row does not fit what the ledger has learned since the check: "
    assert answer.status_code == 409 and sentence in answer.content.decode()
    page = client.get(reverse("admin:ledger_import_detail", args=[second])).content.decode()
    assert sentence in page and "Import another file" in page
    assert "waits for a yes" not in page and "Import 1 earning" not in page
    assert Earning.objects.get().amount_minor == 10_000


@pytest.mark.parametrize(
    ("role", "query", "advice", "button"),
    [
        (
            "analyst",
            "",
            "Import a CSV of sales, commissions and refunds; then run payouts.",
            "Import earnings",
        ),
        ("analyst", "?kind=sellers", "Import a CSV of sellers;", "Import sellers"),
        ("treasurer", "", "Import the camt.053 of a day that did not come.", "Import a bank statement"),
        ("accountant", "", "Import a CSV of adjustments and write-offs;", "Import corrections"),
        ("accountant", "?kind=statement", "Who imports bank statements: a treasurer.", ""),
        ("approver", "", "Who imports corrections: an accountant or an analyst.", ""),
        ("analyst", "?waits_for=me", "Take a filter away.", ""),
    ],
)
def test_an_empty_list_advises_what_its_reader_may_bring_or_says_who_does(
    client, role, query, advice, button
):
    as_role(client, role)
    context = client.get(f"{reverse('admin:ledger_import_list')}{query}", follow=True).context
    assert advice in context["empty_text"]
    assert context.get("empty_label", "") == button


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (csv(row("a\0b", seller="shop-1")), "Line 2 has a NUL character"),
        (csv(row("a", seller="shop-1")).replace(b"seller,", b"shop,", 1), "The header lacks “seller”."),
        (
            csv(f"{row('a', seller='shop-1')},x", header=f"{HEADER},kind"),
            "The header names “kind” more than once",
        ),
    ],
    ids=["no text", "a column lacks", "a column twice"],
)
def test_a_file_that_could_not_be_read_has_no_rows_with_errors(client, shop, data, says):
    as_role(client, "analyst")
    page = upload(client, data).content.decode()
    assert says in page and "Mend the file as its errors say" in page
    assert "The file could not be read" in page and "Refused: could not be read" in page
    listed = client.get(reverse("admin:ledger_import_list")).content.decode()
    assert "Refused: could not be read" in listed
    assert "with errors" not in page + listed and "have errors" not in page + listed
    upload(client, csv(row("b", seller="nobody")))
    listed = client.get(reverse("admin:ledger_import_list")).content.decode()
    assert "Refused: rows have errors" in listed and "1 row with errors" in listed


def test_a_list_of_what_waits_for_somebody_says_for_whom_nothing_does(client):
    as_role(client, "analyst")
    other = make.user("approver", username="ann", first_name="Ann", last_name="Moreau")
    page = client.get(f"{reverse('admin:ledger_import_list')}?waits_for={other.username}")
    assert page.context["empty_title"] == "Nothing waits for Ann Moreau"
