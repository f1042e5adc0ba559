"""/api/v1/exports: asking, watching and fetching, each for oneself."""

import pytest

from payouts.models import Export
from payouts.operations import export_templates, exporting
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
    waiting = caller.post(f"/api/v1/exports/{number}/link")
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
        ({"format": "csv", "columns": ["secret"]}, "columns"),
        ({"format": "csv", "column": []}, "column"),
        ({"format": "csv", "kind": "batches", "filter": {"on_hold": True}}, "filter.on_hold"),
        ({"format": "csv", "kind": "balances", "filter": {"at": {"day": 1}}}, "filter.at"),
        ({"format": "csv", "locale": "xx"}, "locale"),
        ({"format": 5}, "format"),
    ],
)
def test_an_export_that_cannot_be_read_is_400(token, body, field):
    answer = token("accountant").post("/api/v1/exports/", body, format="json")
    assert answer.status_code == 400
    assert field in answer.json()["errors"]
    assert not Export.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_changed_since_an_earlier_one(token, settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    caller = token("accountant")
    quick.payout()
    body = {"format": "csv", "filter": {"status": ["pending_review"]}, "sort": "-amount"}
    first = caller.post("/api/v1/exports/", body, format="json").json()
    assert first["order_text"] == "Each currency by itself, the largest amount first"
    assert exporting.write(export_id=first["id"], now=make.NOW)
    quick.payout()
    made = caller.post("/api/v1/exports/", {"format": "csv", "since": first["id"]}, format="json")
    assert made.status_code == 201
    assert (made.json()["filter"], made.json()["since"]) == (first["filter"], first["id"])
    assert exporting.write(export_id=made.json()["id"], now=make.NOW)
    told = caller.get(f"/api/v1/exports/{made.json()['id']}").json()
    assert (told["rows_new"], told["rows_changed"], told["rows_withdrawn"]) == (1, 0, 0)

    for more in ({"filter": {}}, {"columns": []}, {"sort": "amount"}):
        answer = caller.post(
            "/api/v1/exports/", {"format": "csv", "since": first["id"], **more}, format="json"
        )
        assert answer.status_code == 400
        assert next(iter(more)) in answer.json()["errors"]
    other = caller.post("/api/v1/exports/", {"format": "csv", "since": first["id"] + 99}, format="json")
    assert (other.status_code, other.json()["code"]) == (404, "not_found")
    kind = caller.post(
        "/api/v1/exports/", {"format": "csv", "since": first["id"], "kind": "lines"}, format="json"
    )
    assert kind.json()["code"] == "bad_export"


def test_kind_format_and_locale_are_taken_in_any_case(token):
    body = {"kind": "Batches", "format": "CSV", "locale": "FR"}
    made = token("accountant").post("/api/v1/exports/", body, format="json").json()
    assert [made[name] for name in body] == ["batches", "csv", "fr"]


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
        link = token(user=user).post(f"/api/v1/exports/{made.pk}/link").json()
        assert token(user=user).head(link["url"]).status_code == 405
        answer = token(user=user).get(link["url"], HTTP_ACCEPT=accept)
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert payout.reference in b"".join(answer.streaming_content).decode()
        again = token(user=user).get(link["url"])
        assert (again.status_code, again.json()["code"]) == (410, "link_spent")


def test_an_export_of_another_kind_with_some_columns_is_asked_for_and_cancelled(token):
    caller = token("accountant")
    body = {
        "kind": "balances", "format": "excel_csv", "locale": "fr", "compressed": True,
        "columns": ["seller", "total"], "filter": {"country": ["fr"], "at": "2026-11-01"},
    }  # fmt: skip
    made = caller.post("/api/v1/exports/", body, format="json").json()
    assert made["filter_text"] == (
        "As it stood at the end of Sun 1 Nov 2026 · By the books’ day · Country is France"
    )
    assert made["file_name"].endswith(".csv.gz")
    over = caller.post(f"/api/v1/exports/{made['id']}/cancel")
    assert (over.status_code, over.json()["status"]) == (200, "CANCELLED")
    assert caller.post(f"/api/v1/exports/{made['id']}/cancel").status_code == 409


def test_a_kind_needs_its_own_rights(token):
    answer = token("accountant").post("/api/v1/exports/", {"kind": "deeds", "format": "csv"}, format="json")
    assert answer.status_code == 403


def test_a_template_says_the_columns_by_its_name(token):
    person = make.user("accountant")
    values = {"kind": "lines", "columns": ["amount", "order_ref"], "actor": make.actors.person(person)}
    export_templates.save(name="Orders", shared=False, now=make.NOW, **values)
    caller = token(user=person)
    body = {"kind": "lines", "format": "csv", "template": "Orders"}
    made = caller.post("/api/v1/exports/", body, format="json")
    assert (made.status_code, made.json()["columns"]) == (201, ["amount", "order_ref"])
    for wrong in ({"kind": "payouts"}, {"template": "Nothing"}, {"columns": ["payout"]}):
        answer = caller.post("/api/v1/exports/", body | wrong, format="json")
        assert (answer.status_code, answer.json()["code"]) == (422, "bad_template")
    again = caller.post(
        "/api/v1/exports/", {"format": "csv", "since": 1, "template": "Orders"}, format="json"
    )
    assert again.status_code == 400
    assert "template" in again.json()["errors"]
