"""The verbs of the list of all payouts follow the status that it is narrowed to."""

import pytest

from payouts.operations import holds, review
from sellers.operations import suspend
from tests import make
from tests.payouts import quick, standing
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


def test_a_queue_that_is_mostly_blocked_leads_to_what_can_be_done():
    free, held, of_suspended = (quick.reviewed() for _each in range(3))
    compliance = make.person("compliance")
    holds.hold(payout_ids=[held.pk], reason="dispute", note="Ask.", actor=compliance, now=make.NOW)
    suspend(seller_id=of_suspended.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    approver = client("approver")
    page = approver.get("/payouts/approvals/?country=FR")
    assert (
        page.context["blocked"]["count"] == 2 and "2 rows of this page are blocked" in page.content.decode()
    )
    assert page.content.decode().count("Seller suspended") == 1
    rest = approver.get("/payouts/approvals/" + page.context["blocked"]["url"])
    assert [row.payout.pk for row in rest.context["rows"]] == [free.pk]
    assert not rest.context["blocked"] and not approver.get("/payouts/?view=all").context["blocked"]
    reviewed = [free, held, of_suspended]
    review.send_back(
        payout_ids=[each.pk for each in reviewed],
        reason="Look again.",
        actor=make.person("approver"),
        now=make.NOW,
    )
    queue = client("analyst").get("/payouts/review/")
    assert len(queue.context["rows"]) == 3 and not queue.context["blocked"]  # they can be looked at
    for asked in ("on_hold=true", "blocked=true"):
        assert not approver.get(f"/payouts/approvals/?{asked}").context["blocked"]


def test_the_next_cut_off_is_of_a_country_that_something_waits_for():
    """Tokyo's comes hours before Paris's, and nobody here waits for it."""
    analyst = client("analyst")
    assert "Next cut-off" not in analyst.get("/payouts/review/").context["lead"]
    quick.payout(country="FR")
    assert "(FR)." in analyst.get("/payouts/review/").context["lead"]
    quick.payout(country="JP", currency="JPY")
    for place, soonest in (("review/", "JP"), ("review/?country=FR", "FR"), ("?view=all", "JP")):
        assert f"({soonest})." in analyst.get(f"/payouts/{place}").context["lead"]
    for place in ("approvals/", "?status=PAID", "review/?currency=EUR"):
        assert "Next cut-off" not in analyst.get(f"/payouts/{place}").context["lead"]


def test_a_payout_that_was_sent_has_no_mark_of_how_its_seller_stands():
    paid, waits = standing.payout("PAID"), quick.payout()
    compliance = make.person("compliance")
    for each in (paid, waits):
        suspend(seller_id=each.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    rows = client("analyst").get("/payouts/?view=all").context["rows"]
    assert {row.payout.pk: row.barred for row in rows} == {paid.pk: "", waits.pk: "suspended"}
