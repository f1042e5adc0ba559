"""The verbs of the list of all payouts follow the status that it is narrowed to."""

import pytest

from payouts.operations import holds
from tests import make
from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def verbs(role: str, query: str) -> dict[str, str]:
    """(deed: kind) of the selection bar."""
    found = client(role).get(f"/payouts/?{query}").context["selection"]["verbs"]
    return {each["url"].split("/")[-2]: each["kind"] for each in found}


def test_unreviewed_payouts_are_reviewed_and_reviewed_ones_approved_from_the_list_of_all():
    quick.payout()
    quick.reviewed()
    assert verbs("analyst", "status=PENDING_REVIEW")["review"] == "main"
    assert "batch" not in verbs("analyst", "status=PENDING_REVIEW")
    approver = verbs("approver", "status=REVIEWED")
    assert approver["approve"] == "main" and {"hold", "cancel"} <= approver.keys()


def test_batches_are_the_main_verb_of_approved_payouts_alone():
    assert verbs("analyst", "status=APPROVED")["batch"] == "main"
    for query in ("view=all", "status=APPROVED&status=REVIEWED", "status=PAID"):
        assert verbs("analyst", query)["batch"] == ""


def test_a_queue_that_is_mostly_on_hold_leads_to_what_can_be_done():
    free, *held = [quick.reviewed() for _each in range(3)]
    holds.hold(
        payout_ids=[each.pk for each in held],
        reason="dispute",
        note="Ask.",
        actor=make.person("analyst"),
        now=make.NOW,
    )
    approver = client("approver")
    page = approver.get("/payouts/approvals/?country=FR")
    assert (
        page.context["stopped"]["count"] == 2 and "2 rows of this page are on hold" in page.content.decode()
    )
    rest = approver.get("/payouts/approvals/" + page.context["stopped"]["url"])
    assert [row.payout.pk for row in rest.context["rows"]] == [free.pk]
    assert not rest.context["stopped"] and not approver.get("/payouts/?view=all").context["stopped"]
    assert not approver.get("/payouts/approvals/?on_hold=true").context["stopped"]
