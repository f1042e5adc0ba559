"""A filter that names what is not there is refused in words; former names and both ways of writing codes are read."""

import pytest

from payouts.models import Export
from tests import make, make_payouts
from tests.payouts import quick

pytestmark = pytest.mark.django_db
MISSING = {
    "seller": "S999999",
    "batch": "B999999",
    "run": "R999999",
    "pasted": "L999999",
    "funding": "NOWHERE-EUR",
    "country": "XX",
    "waits_for": "nobody-at-all",
}


@pytest.mark.parametrize(("name", "value"), MISSING.items())
def test_a_reference_to_nothing_is_refused_with_its_field_and_value(token, name, value):
    quick.payout()
    listed = token().get("/api/v1/payouts/", {name: value})
    assert listed.status_code == 400, listed.json()
    assert value in str(listed.json()) and name in str(listed.json())
    given = [value] if name == "country" else value
    for body in ({"filter": {name: given}}, {"kind": "failed", "filter": {name: given}}):
        asked = token("accountant").post("/api/v1/exports/", {"format": "csv", **body}, format="json")
        assert asked.status_code == 400 and value in str(asked.json()), body
    assert not Export.objects.exists()


def test_a_reference_to_something_answers_even_an_empty_list(token):
    batch, idle = make_payouts.proposed_batch([5_00]), make.seller()
    for query, count in (
        ({"seller": idle.reference}, 0),
        ({"seller": idle.external_id}, 0),
        ({"batch": batch.reference}, 1),
        ({"batch": str(batch.pk)}, 1),
        ({"funding": batch.funding_account.code}, 1),
        ({"funding": batch.funding_account.code, "status": "paid"}, 0),
    ):
        answer = token().get("/api/v1/payouts/", query)
        assert answer.status_code == 200 and len(answer.json()["results"]) == count, query


def test_a_batch_of_another_kind_of_export_is_looked_for_too(token):
    body = {"format": "csv", "kind": "reconciliation", "filter": {"funding": "NOWHERE"}}
    answer = token("accountant").post("/api/v1/exports/", body, format="json")
    assert answer.status_code == 400 and "NOWHERE" in str(answer.json())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"status": "paid,failed"}, {"status": ["PAID", "FAILED"]}),
        ({"status": ["paid", "failed"]}, {"status": ["PAID", "FAILED"]}),
        ({"flag": "first_payout,account_shared"}, {"flag": ["first_payout", "account_shared"]}),
        ({"flag": ["first_payout"], "country": "es"}, {"flag": ["first_payout"], "country": ["ES"]}),
    ],
)
def test_codes_are_a_list_or_one_text_with_commas(token, given, kept):
    answer = token("accountant").post("/api/v1/exports/", {"format": "csv", "filter": given}, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["filter"] == kept


@pytest.mark.parametrize("names", [("value_from", "value_until"), ("value_after", "value_before")])
def test_the_value_date_has_one_name_and_the_former_one_is_still_read(token, names):
    first, last = names
    body = {"format": "csv", "kind": "batches", "filter": {first: "2026-11-01", last: "2026-11-30"}}
    answer = token("accountant").post("/api/v1/exports/", body, format="json")
    assert answer.status_code == 201, answer.json()
    assert answer.json()["filter"] == {"value_from": ["2026-11-01"], "value_until": ["2026-11-30"]}
    assert answer.json()["filter_text"].startswith("Value date from Sun 1 Nov 2026")
    backwards = {"value_after": "2026-11-30", "value_until": "2026-11-01"}
    refused = token("accountant").post("/api/v1/exports/", body | {"filter": backwards}, format="json")
    assert refused.status_code == 400 and "exchange the two days" in str(refused.json())
