"""The export pages: ask, watch, fetch."""

import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import translation

from backoffice.audit.clock import database_now
from payouts.models import Export, ExportTemplate
from payouts.operations import exporting
from payouts.queries import waiting
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def at(role: str, user=None) -> Client:
    client = Client()
    client.force_login(user or make.user(role, is_staff=True))
    return client


def test_the_page_says_what_the_file_will_hold_before_it_is_asked_for():
    quick.payout(amount_minor=123_456)
    quick.reviewed(amount_minor=50_000)
    text = at("accountant").get("/exports/new/?status=PENDING_REVIEW&before=9&back=/").content.decode()
    assert "Export 1 payout" in text
    assert "Status is to review" in text
    assert "1,234.56" in text
    assert not Export.objects.exists()


def test_asking_makes_an_export_of_exactly_that_filter():
    quick.payout()
    client = at("accountant")
    sent = {"query": "status=PENDING_REVIEW&country=FR", "format": "xlsx", "kind": "payouts"}
    answer = client.post("/exports/new/", sent, follow=True)
    made = Export.objects.get()
    assert made.filters == {"status": ["PENDING_REVIEW"], "country": ["FR"]}
    assert f"{made.file_name} is being written" in answer.content.decode()
    assert "Waits for a worker" in answer.content.decode()


def test_a_filter_that_cannot_be_read_is_a_page_with_a_sentence():
    answer = at("accountant").get("/exports/new/?status=DONE")
    assert answer.status_code == 400
    assert "is no status of a payout" in answer.content.decode()


def test_nothing_to_export_says_so():
    assert "No payout matches" in at("accountant").get("/exports/new/?status=PAID").content.decode()


def test_the_form_names_the_columns_that_a_file_has_only_where_they_are_ticked():
    quick.payout()
    client = at("accountant")
    text = html.unescape(client.get("/exports/new/?kind=payouts").content.decode())
    assert "Columns; when none is ticked, all but Blocked and Seller's standing" in text
    assert "Columns, all when none is ticked" in client.get("/exports/new/?kind=lines").content.decode()


def test_a_wrong_format_is_asked_for_again():
    quick.payout()
    answer = at("accountant").post("/exports/new/", {"query": "", "format": "pdf"})
    assert answer.status_code == 200
    assert "pdf" in answer.content.decode()
    assert not Export.objects.exists()


def test_the_state_asks_for_itself_again_only_while_there_is_something_to_see():
    user = make.user("accountant", is_staff=True)
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=make.NOW)
    client = at("", user)
    Export.objects.filter(pk=made.pk).update(
        status="RUNNING", started_at=make.NOW, rows_done=12_000, rows_total=40_000
    )
    text = client.get(f"/exports/{made.pk}/state/").content.decode()
    assert "12,000 of 40,000 rows" in text
    assert "hx-get" in text
    Export.objects.filter(pk=made.pk).update(status="FAILED", error="The disk is full.")
    text = client.get(f"/exports/{made.pk}/state/").content.decode()
    assert "The disk is full." in text
    assert "hx-get" not in text


def test_what_else_the_row_says_of_a_finished_export_comes_along_with_its_state():
    user = make.user("accountant", is_staff=True)
    actor = make.actors.person(user)
    first, made = (
        exporting.request(filters="", format="csv", actor=actor, now=make.NOW) for _each in range(2)
    )
    Export.objects.filter(pk=made.pk).update(
        status="READY",
        since=first,
        rows_done=1_234,
        rows_new=3,
        rows_changed=2,
        rows_withdrawn=1,
        totals=[["EUR", 1_234, 5_678_00]],
        file_bytes=10,
        finished_at=make.NOW,
        expires_at=make.NOW + timedelta(days=7),
    )
    client = at("", user)
    text = client.get(f"/exports/{made.pk}/state/").content.decode()
    listed = client.get("/exports/").content.decode()
    for part, said in (("sums", ("1,234", "5,678.00")), ("changed", ("3 new, 2 changed, 1 withdrawn",))):
        (come,) = re.findall(rf'id="export-{made.pk}-{part}" hx-swap-oob="true">(.*?)</(?:div|span)>\s', text)
        assert all(each in come for each in said)
        assert f'id="export-{made.pk}-{part}">{come}' in listed
    Export.objects.filter(pk=first.pk).update(status="RUNNING", started_at=make.NOW, rows_total=40)
    assert "hx-swap-oob" not in client.get(f"/exports/{first.pk}/state/").content.decode()


def test_others_exports_are_not_there():
    made = exporting.request(filters="", format="csv", actor=make.person("accountant"), now=make.NOW)
    client = at("auditor")
    assert client.get(f"/exports/{made.pk}/state/").status_code == 404
    assert client.get(f"/exports/{made.pk}/download/").status_code == 404
    assert made.file_name not in client.get("/exports/").content.decode()


def test_who_may_not_export_does_not_get_in():
    client = at("support")
    for address in ("/exports/", "/exports/new/", "/exports/choose/", "/exports/1/download/"):
        assert client.get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_written_export_is_downloaded_by_its_requester(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    user = make.user("accountant", is_staff=True)
    made_payout = quick.payout()
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=make.NOW)
    exporting.write(export_id=made.pk, now=make.NOW)
    client = at("", user)
    text = client.get("/exports/").content.decode()
    assert "Download" in text
    assert "Exports<b>1" in text  # the navigation tells it on every page
    on = client.post(f"/exports/{made.pk}/link/")
    assert client.head(on.url).status_code == 405
    answer = client.get(on.url)
    assert answer["Content-Disposition"] == f'attachment; filename="{made.file_name}"'
    assert answer["Cache-Control"] == "no-store"
    assert made_payout.reference in b"".join(answer.streaming_content).decode()
    again = client.get(on.url)
    assert again.status_code == 410
    assert "works once" in again.content.decode()
    text = client.get("/exports/").content.decode()
    assert "Fetch again" in text
    assert "Exports<b>" not in text


def test_every_export_one_may_ask_for_stands_on_a_page_and_no_other():
    text = at("accountant").get("/exports/choose/").content.decode()
    assert "Seller balances at a moment" in text
    assert "Deeds" not in text
    assert "Deeds" in at("auditor").get("/exports/choose/").content.decode()


def test_a_kind_is_asked_for_with_its_own_filter_and_columns():
    client = at("accountant")
    text = client.get("/exports/new/?kind=batches").content.decode()
    assert "Value date from" in text
    sent = {
        "kind": "batches", "query": "", "format": "excel_csv", "locale": "es", "value_from": "2026-11-01",
        "columns": ["batch", "amount"], "save_as": "Short", "compressed": "on",
    }  # fmt: skip
    client.post("/exports/new/", sent)
    made = Export.objects.get()
    assert (made.kind, made.locale, made.compressed, made.columns) == (
        "batches",
        "es",
        True,
        ["batch", "amount"],
    )
    assert made.filters == {"value_from": ["2026-11-01"]}
    assert made.filters_text == "Value date from Sun 1 Nov 2026"
    assert made.file_name.endswith(".csv.gz")
    text = client.get("/exports/new/?kind=batches").content.decode()
    assert "Short" in text
    template = ExportTemplate.objects.get()
    text = client.get(f"/exports/new/?kind=batches&template={template.pk}").content.decode()
    assert text.count("checked") == 3  # the two columns, and the format
    client.post(f"/exports/templates/{template.pk}/drop/")
    assert "Short" not in client.get("/exports/new/?kind=batches").content.decode()


def test_a_filter_that_is_wrong_is_refused_beside_its_field():
    sent = {"kind": "balances", "query": "", "format": "csv", "at": "2100-01-01"}
    answer = at("accountant").post("/exports/new/", sent, follow=True)
    assert "yet to come" in answer.content.decode()
    sent["at"] = "soon"
    assert "is no date" in at("accountant").post("/exports/new/", sent).content.decode()
    assert not Export.objects.exists()


def test_a_refused_export_keeps_no_template_and_what_was_chosen_stands_there_again(monkeypatch):
    monkeypatch.setattr(exporting, "MOST_WAITING", 0)
    sent = {
        "kind": "batches", "query": "", "format": "csv", "columns": ["batch", "amount"], "save_as": "Short",
    }  # fmt: skip
    answer = at("accountant").post("/exports/new/", sent)
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "still being written" in text
    assert 'value="Short"' in text and text.count("checked") == 3
    assert not ExportTemplate.objects.exists() and not Export.objects.exists()


def test_who_may_not_see_a_kind_does_not_get_it():
    sent = {"kind": "deeds", "query": "", "format": "csv"}
    accountant = at("accountant")
    assert accountant.post("/exports/new/", sent).status_code == 403
    for address in ("/exports/new/", "/exports/schedules/new/form/"):
        opened = accountant.get(f"{address}?kind=deeds")
        assert opened.status_code == 403
        assert "Deeds is not yours to export" in opened.content.decode()
    assert at("accountant").get("/exports/new/?kind=nothing").status_code == 422


def test_a_reader_of_french_reads_titles_and_orders_in_french():
    user = make.user("accountant", is_staff=True)
    exporting.request(filters="", sort="-amount", format="csv", actor=make.actors.person(user), now=make.NOW)
    client = at("", user)
    with translation.override("fr"):  # and back: a request leaves its language behind
        listed, refused = (
            client.get(address, headers={"accept-language": "fr"})
            for address in ("/exports/", "/exports/new/?kind=deeds")
        )
    assert listed.content.decode().count("le plus grand montant en premier") == 1
    assert refused.status_code == 403 and "Actions\xa0: vous ne pouvez" in refused.content.decode()


def test_an_earlier_export_is_named_by_its_filter_in_the_language_of_who_reads_it():
    user = make.user("accountant", is_staff=True)
    quick.payout()
    values = {"format": "csv", "actor": make.actors.person(user), "now": database_now()}
    with translation.override("es"):
        made = exporting.request(filters="status=PAID&country=FR", **values)
    assert "País" in made.filters_text
    Export.objects.filter(pk=made.pk).update(
        status="READY", hashes_until=database_now() + timedelta(days=1), finished_at=database_now()
    )
    client = at("", user)
    for address in ("/exports/new/?status=PENDING_REVIEW", f"/exports/{made.pk}/since/"):
        text = html.unescape(client.get(address).content.decode())
        assert "Country is France" in text and "País" not in text, address
    with pytest.raises(exporting.BadExport, match="Country is France"):
        exporting.request(filters="status=REVIEWED", since=made.pk, **values)


def test_the_record_of_an_unfiltered_export_says_what_its_rows_are():
    user = make.user("accountant", is_staff=True)
    for kind, words in (
        ("failed", "All failed and returned payouts"),
        ("lines", "The lines of all payouts"),
        ("payouts", "All payouts"),
    ):
        made = exporting.request(
            kind=kind, filters="", format="csv", actor=make.actors.person(user), now=make.NOW
        )
        assert made.filters_text == words


@pytest.mark.django_db(transaction=True)
def test_an_exports_totals_lead_to_its_list_and_its_lines(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    user = make.user("accountant", is_staff=True)
    quick.payout(amount_minor=1_234_56)
    quick.payout(amount_minor=1_00)
    values = {"format": "jsonl", "actor": make.actors.person(user), "now": make.NOW}
    made = exporting.request(filters="status=PENDING_REVIEW&country=FR", sort="-amount", **values)
    exporting.write(export_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    assert made.totals == [["EUR", 2, 1_235_56]]
    client = at("", user)
    text = client.get("/exports/").content.decode()
    assert "1,235.56" in text
    listed, lines = (
        html.unescape(re.search(rf'href="({start}[^"]*)"', text)[1])
        for start in (r"/payouts/\?", r"/exports/new/\?")
    )
    assert listed == "/payouts/?status=PENDING_REVIEW&country=FR&sort=-amount"
    assert client.get(listed).status_code == 200
    assert "kind=lines" in lines
    assert "Status is to review · Country is France" in client.get(lines).content.decode()
    failed = exporting.request(kind="failed", filters="status=PAID,FAILED", **values)
    text = client.get("/exports/").content.decode()
    assert f"{failed.filters_text}</a>" in text
    assert 'href="/payouts/?status=FAILED"' in text


def test_an_export_is_cancelled_by_who_asked_for_it():
    user = make.user("accountant", is_staff=True)
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=make.NOW)
    client = at("", user)
    assert "is cancelled" in client.post(f"/exports/{made.pk}/cancel/", follow=True).content.decode()
    made.refresh_from_db()
    assert made.status == "CANCELLED"
    assert "cancelled already" in client.post(f"/exports/{made.pk}/cancel/", follow=True).content.decode()


def test_what_failed_is_news_on_the_front_page_and_in_the_navigation_for_three_days():
    user = make.user("accountant", is_staff=True)
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=make.NOW)
    now = database_now()
    failed = {"status": "FAILED", "error": "The disk is full.", "started_at": now, "finished_at": now}
    Export.objects.filter(pk=made.pk).update(**failed)
    client = at("", user)
    home = client.get("/").content.decode()
    assert "Exports that failed" in home and "/exports/?show=failed" in home
    assert "The disk is full." in client.get("/exports/?show=failed").content.decode()
    assert waiting.my_exports(cap=9, person_id=user.pk) == 1
    assert "Exports that failed" not in at("accountant").get("/").content.decode(), "another's"
    Export.objects.filter(pk=made.pk).update(finished_at=now - timedelta(days=3, seconds=5))
    assert "Exports that failed" not in client.get("/").content.decode()
    assert waiting.my_exports(cap=9, person_id=user.pk) == 0


def test_the_filter_of_a_past_export_is_told_in_the_readers_language_and_several_choices_are_boxes():
    browser = at("accountant")
    browser.post("/exports/new/", {"kind": "batches", "query": "", "format": "csv", "status": ["SETTLED"]})
    assert Export.objects.get().filters_text == "Status is settled"
    with translation.override("fr"):  # and back: a request leaves its language behind
        page = browser.get("/exports/", headers={"accept-language": "fr"}).content.decode()
    assert "Status is settled" not in page and "Statut" in page
    form = browser.get("/exports/new/?kind=batches").content.decode()
    assert "<select multiple" not in form and 'type="checkbox" name="status" value="SETTLED"' in form


@pytest.mark.parametrize("page", ["/exports/new/?kind=batches", "/exports/schedules/new/form/?kind=payouts"])
def test_currencies_are_offered_that_are_in_use_or_were_chosen(page):
    quick.payout(country="FR", currency="EUR")
    client = at("accountant")

    def boxes(address: str) -> set[str]:
        tags = re.findall('<input[^>]*name="currency"[^>]*>', client.get(address).content.decode())
        return {re.search('value="([A-Z]*)"', tag)[1] for tag in tags}

    plain, chosen = boxes(page), boxes(f"{page}&currency=XAF")
    assert "EUR" in plain and "XAF" not in plain and len(plain) < 40
    assert chosen == plain | {"XAF"}


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("dac7", "the year before the one in which the file is made"),
        ("1099k", "the year before the one in which the file is made"),
        ("balances", "as it stands when the file is made"),
        ("holds", "as it stands when the file is made"),
    ],
)
def test_what_an_empty_year_or_moment_means_stands_beside_the_field(kind, sentence):
    assert sentence in at("accountant").get(f"/exports/new/?kind={kind}").content.decode()
