"""What the description says of statuses and refusals is what the program does."""

import re
from pathlib import Path

import pytest
from rest_framework.test import APIClient

from backoffice.doors.api import keys
from payouts.api import described
from payouts.api.verbs import VERBS
from payouts.operations import givebacks
from payouts.states import BatchStatus, PayoutStatus

PAYOUTS = Path(described.__file__).parents[1]
# Where a verb of the API is decided; the sorting of what people see stands elsewhere.
DECIDE = [
    *(
        PAYOUTS / "operations" / f"{name}.py"
        for name in ("_move", "review", "approval", "holds", "batching", "givebacks")
    ),
    PAYOUTS / "queries" / "blocks.py",
    PAYOUTS / "api" / "verbs.py",
    PAYOUTS / "api" / "outcomes.py",
]
CODE = re.compile(r'(?:refuse\(\s*payout,|refuse\(p,|Block\(|Refusal\(number, f"P{number}",|code=)\s*"(\w+)"')
# Of the call as a whole, or of a verb on a batch: none of a payout.
OTHERS = {"reason_missing", "empty", "too_long"}


@pytest.fixture(scope="module")
def schema(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        return APIClient().get("/api/v1/schema/", HTTP_ACCEPT="application/json").json()


def test_every_code_of_a_refusal_is_told_with_its_meaning_and_no_other():
    found = {code for path in DECIDE for code in CODE.findall(path.read_text())}
    found |= {givebacks.NothingToGiveBack.code, givebacks.HandedOver.code}
    assert found - OTHERS == set(described.REFUSALS)


def test_refusals_and_statuses_stand_in_the_description(schema):
    rows = schema["components"]["schemas"]
    told = rows["RefusalRow"]["properties"]["code"]["description"]
    assert all(f"* `{code}`: {meaning}" in told for code, meaning in described.REFUSALS.items())
    for row, statuses in (("PayoutRow", PayoutStatus), ("BatchRow", BatchStatus)):
        told = rows[row]["properties"]["status"]["description"]
        assert all(status.value in told.split("*")[0] for status in statuses), row


@pytest.mark.parametrize("verb", VERBS, ids=lambda verb: verb.name)
def test_each_verb_says_where_it_begins_and_who_may(schema, verb):
    for address in (f"/api/v1/payouts/{{id}}/{verb.name}/", f"/api/v1/payouts/{verb.name}/"):
        told = schema["paths"][address]["post"]["description"]
        assert told.startswith(described.verb(verb.name, verb.right))
    assert "Begins at " in told and "Asks for the right to " in told
    assert ("never with a token" in told) == (verb.name in ("approve", "release"))


def test_a_verb_is_told_from_the_table():
    assert described.verb("approve", "payouts.approve_payout") == (
        "Begins at REVIEWED. It is APPROVED then. Not while it is blocked. Asks for the right to approve payouts "
        "another reviewed, of a person at a browser session: never with a token."
    )
    assert described.verb("cancel", "payouts.cancel_payout").startswith(
        "Begins at PENDING_REVIEW, REVIEWED, APPROVED or BATCHED. It is CANCELLED then. Asks"
    )


def test_the_introduction_and_each_no_say_what_to_do(schema):
    assert "Idempotency-Key" in schema["info"]["description"] and "Not here" in schema["info"]["description"]
    call = schema["paths"]["/api/v1/payouts/{id}/hold/"]["post"]["responses"]
    assert keys.AGAIN in call["200"]["headers"]
    assert call["422"]["description"].startswith("Understood, and refused")
    assert call["403"]["description"] != "Forbidden"
    link = schema["paths"]["/api/v1/exports/{id}/link/"]["post"]["responses"]
    assert "headers" not in link["201"], "each link works once: no key is taken"
    assert link["409"]["description"] == "It has no file, not yet or no longer", "its own words stay"
