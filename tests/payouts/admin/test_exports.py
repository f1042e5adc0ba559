"""The export pages: ask, watch, fetch."""

import pytest
from django.test import Client

from payouts.models import Export
from payouts.operations import exporting
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
    sent = {"query": "status=PENDING_REVIEW&country=FR", "format": "xlsx"}
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


def test_others_exports_are_not_there():
    made = exporting.request(filters="", format="csv", actor=make.person("accountant"), now=make.NOW)
    client = at("auditor")
    assert client.get(f"/exports/{made.pk}/state/").status_code == 404
    assert client.get(f"/exports/{made.pk}/download/").status_code == 404
    assert made.file_name not in client.get("/exports/").content.decode()


def test_who_may_not_export_does_not_get_in():
    client = at("support")
    for address in ("/exports/", "/exports/new/", "/exports/1/download/"):
        assert client.get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_written_export_is_downloaded_by_its_requester(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    user = make.user("accountant", is_staff=True)
    made_payout = quick.payout()
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=make.NOW)
    exporting.write(export_id=made.pk, now=make.NOW)
    client = at("", user)
    assert "Download" in client.get("/exports/").content.decode()
    answer = client.get(f"/exports/{made.pk}/download/")
    assert answer["Content-Disposition"] == f'attachment; filename="{made.file_name}"'
    assert answer["Cache-Control"] == "no-store"
    assert made_payout.reference in b"".join(answer.streaming_content).decode()
