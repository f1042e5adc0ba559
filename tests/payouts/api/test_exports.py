"""/api/v1/exports: asking, watching and fetching, each for oneself."""

import pytest

from payouts.models import Export
from payouts.operations import exporting
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_an_export_is_asked_for_and_watched(token):
    caller = token("accountant")
    body = {"format": "csv", "filter": {"status": ["paid"], "on_hold": False, "search": "wise"}}
    made = caller.post("/api/v1/exports/", body, format="json")
    assert (made.status_code, made.json()["status"]) == (201, "WAITING")
    assert made.json()["filter"] == {"status": ["PAID"], "on_hold": ["false"], "search": ["wise"]}
    assert made.json()["filter_text"] == "Status is paid · Not on hold · Search: wise"
    number = made.json()["id"]
    assert caller.get(f"/api/v1/exports/{number}").json() == made.json()
    assert [row["id"] for row in caller.get("/api/v1/exports/").json()["results"]] == [number]
    waiting = caller.get(f"/api/v1/exports/{number}/download")
    assert (waiting.status_code, waiting.json()["code"]) == (409, "not_ready")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "format"),
        ({"format": "pdf"}, "format"),
        ({"format": "csv", "kind": "secrets"}, "kind"),
        ({"format": "csv", "filter": {"status": ["DONE"]}}, "filter.status"),
        ({"format": "csv", "filter": {"nothing": 1}}, "filter.nothing"),
        ({"format": "csv", "filter": "status=PAID"}, "filter"),
        ({"format": "csv", "columns": []}, "columns"),
    ],
)
def test_an_export_that_cannot_be_read_is_400(token, body, field):
    answer = token("accountant").post("/api/v1/exports/", body, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Export.objects.exists()


def test_nobody_sees_anothers_export(token):
    made = exporting.request(filters="", format="csv", actor=make.person("accountant"), now=make.NOW)
    caller = token("auditor")
    assert caller.get(f"/api/v1/exports/{made.pk}").status_code == 404
    assert caller.get(f"/api/v1/exports/{made.pk}/download").status_code == 404
    assert caller.get("/api/v1/exports/").json()["results"] == []
    assert token("support").get("/api/v1/exports/").status_code == 403


@pytest.mark.django_db(transaction=True)
def test_the_file_comes_whatever_the_caller_accepts(token, settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    payout = quick.payout()
    user = make.user("accountant")
    made = exporting.request(filters="", format="csv", actor=make.actors.person(user), now=make.NOW)
    exporting.write(export_id=made.pk, now=make.NOW)
    for accept in ("text/csv", "*/*", "application/json"):
        answer = token(user=user).get(f"/api/v1/exports/{made.pk}/download", HTTP_ACCEPT=accept)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert payout.reference in b"".join(answer.streaming_content).decode()
