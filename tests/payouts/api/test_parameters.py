"""An address of the API takes no parameter that it does not know: what it asks for would silently be left out."""

import pytest

from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("things", ["payouts", "batches", "runs", "exports", "schedules", "sellers"])
def test_a_list_refuses_what_it_does_not_know(token, things):
    caller = token("auditor")
    assert caller.get(f"/api/v1/{things}/").status_code == 200
    for query in ({"nonsense": "1"}, {"sort": "amount"}, {"page": "2"}, {"cursor": "nonsense"}):
        answer = caller.get(f"/api/v1/{things}/", query)
        assert answer.status_code == 400, query
        assert answer["Content-Type"] == "application/problem+json"
        assert list(answer.json()["errors"]) == list(query)


def test_one_thing_refuses_what_it_does_not_know(token):
    address = f"/api/v1/payouts/{quick.payout().pk}"
    caller = token("auditor")
    assert caller.get(address).status_code == 200
    answer = caller.get(address, {"expand": "lines"})
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"] == {"expand": ["“expand” is nothing to ask here. Leave it out."]}
