"""Batches on the front page and in the navigation: those that can be approved, and apart, those that cannot."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice import home, navigation, roles
from backoffice.home import Line
from payouts.models import Batch, Payout
from payouts.operations import holds
from payouts.queries import batches, waiting
from sellers.ledger.money import Money
from sellers.operations import lift_suspension, suspend
from tests import make, make_payouts
from tests.make import NOW

pytestmark = pytest.mark.django_db
TO_APPROVE, KEPT_BACK = "Batches to approve", "Batches of which nothing may leave"


def barred(*payouts: Payout) -> None:
    for payout in payouts:
        suspend(seller_id=payout.seller_id, reason="Documents", actor=make.person("compliance"), now=NOW)


def lines(person) -> dict[str, Line]:
    found = home.page(permissions=roles.ROLES["treasurer"], now=NOW, person=person)
    return {line.work.label: line for line in [*found["lines"], *found["decisions"]]}


@pytest.fixture
def some() -> tuple[Batch, Batch, Batch]:
    """One of which a part leaves, one of which nothing does, and one that every payout has left."""
    part, nothing, empty = (make_payouts.proposed_batch([12_00, 34_00]) for _each in range(3))
    barred(make_payouts.payouts_of(part)[0], *make_payouts.payouts_of(nothing))
    ids = [payout.pk for payout in make_payouts.payouts_of(empty)]
    holds.hold(payout_ids=ids, reason="documents", note="Wait", actor=make.person("compliance"), now=NOW)
    return part, nothing, empty


def test_only_what_somebody_can_approve_counts_as_to_approve_with_the_money_that_leaves(client, some):
    part, *_others = some
    client.force_login(person := make.user("treasurer", is_staff=True))
    line = lines(person)[TO_APPROVE]
    assert line.count.value == 1
    assert [row["batch"] for row in client.get(line.count.url).context["rows"]] == [part]
    assert [(code, each and each.value) for code, each in line.sums] == [("EUR", Money(34_00, "EUR"))]
    leaving = client.get(dict(line.sums)["EUR"].url).context["rows"]
    assert [row.payout for row in leaving] == [make_payouts.payouts_of(part)[1]]
    assert waiting.batches(cap=9) == 1
    (place,) = [
        each
        for each in navigation.entries(permissions=roles.ROLES["treasurer"], path="/")
        if each.label == "Batches"
    ]
    assert place.count == "1"


def test_what_nobody_can_approve_is_a_decision_of_its_own_and_says_so_in_the_list(client, some):
    part, nothing, empty = some
    client.force_login(person := make.user("treasurer", is_staff=True))
    line = lines(person)[KEPT_BACK]
    assert line.work.decide and line.count.value == 2
    rows = client.get(line.count.url).context["rows"]
    assert [row["batch"] for row in rows] == [empty, nothing]
    assert [row["kept_back"] for row in rows] == ["every payout has left", "nothing may leave yet"]
    page = client.get("/batches/").content.decode()
    assert page.count("nothing may leave yet") == page.count("every payout has left") == 1
    others = client.get("/batches/?kept_back=false").context["rows"]
    assert [(row["batch"], row["kept_back"]) for row in others] == [(part, "")]
    lift_suspension(
        seller_id=make_payouts.payouts_of(nothing)[0].seller_id,
        reason="Here",
        actor=make.person("compliance"),
        now=NOW,
    )
    found = lines(person)
    assert (found[TO_APPROVE].count.value, found[KEPT_BACK].count.value) == (2, 1)


def test_who_cannot_dissolve_a_batch_is_not_asked_to_decide_on_it(some):
    found = home.page(permissions=roles.ROLES["analyst"], now=NOW)
    assert KEPT_BACK not in [line.work.label for line in [*found["lines"], *found["decisions"]]]


def test_a_batch_is_asked_up_to_the_first_payout_that_leaves():
    """Home and every page's navigation ask: a join of all that stands in proposed batches would cost by their size."""
    make_payouts.proposed_batch([12_00, 34_00])
    with CaptureQueriesContext(connection) as queries:
        assert list(batches.approvable())
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "SubPlan" in plan and plan.index("on payouts_batch ") < plan.index("on payouts_payout ")


def test_a_batch_that_is_on_its_way_is_not_kept_back(client):
    batch = make_payouts.approved_batch([12_00])
    barred(*make_payouts.payouts_of(batch))
    assert not batches.kept_back().exists() and not batches.approvable().exists()
    for kept in (True, False):
        assert not batches.narrowed(Batch.objects.all(), kept=kept).exists()
