"""Batches on the front page and in the navigation: those that can be approved, and apart, those that cannot."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice import home, navigation, roles
from backoffice.home import Line
from payouts.admin import batch_caps
from payouts.models import Batch, CapKind, Payout
from payouts.operations import approval, batching, holds, review, submission
from payouts.queries import batches, capped, caps, explain, leaving, waiting
from sellers.ledger.money import Money
from sellers.operations import lift_suspension, suspend
from tests import make, make_payouts
from tests.make import NOW
from tests.payouts import quick
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db
TO_APPROVE, KEPT_BACK = "Batches to approve", "Batches of which nothing may leave"


def barred(*payouts: Payout) -> None:
    for payout in payouts:
        suspend(seller_id=payout.seller_id, reason="Documents", actor=make.person("compliance"), now=NOW)


def proposed(seller, amount_minor: int, *, now) -> Batch:
    """A batch of one payout to this seller."""
    ids = [quick.payout(seller=seller, amount_minor=amount_minor, now=now).pk]
    review.review(payout_ids=ids, actor=make.person("analyst"), now=now).only()
    approval.approve(payout_ids=ids, actor=make.person("approver"), now=now).only()
    return batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=now)[0][0]


def lines(person) -> dict[str, Line]:
    found = home.page(permissions=roles.ROLES["treasurer"], now=NOW, person=person)
    return {line.work.label: line for line in [*found["lines"], *found["decisions"]]}


def told(client) -> list[str]:
    """What the part of the front page that comes after it says of caps."""
    (said,) = re.findall(
        r'<div class="small" id="caps">(.*)</div>', client.get("/batches/caps/").content.decode()
    )
    return said.split("<br>") if said else []


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


def test_what_a_cap_keeps_is_said_after_the_page_as_the_batches_own_page_keeps_it(client, monkeypatch):
    monkeypatch.setattr(batch_caps, "database_now", lambda: NOW)
    client.force_login(make.user("treasurer", is_staff=True))
    assert "/batches/caps/" not in client.get("/").content.decode()
    batch, fits = make_payouts.proposed_batch([12_00, 34_00, 5_00]), make_payouts.proposed_batch([4_00])
    assert told(client) == []
    cap("payout", 33_00)
    cap("seller_day", 11_00)
    cap("funding_day", 15_00)
    day = explain.day(batch.value_date)
    over = (
        f"{batch.reference}: 1 payout is over €33.00, the cap of one payout; with 1 payout its seller would get more "
        f"than €11.00 on {day}, the cap of one seller a day."
    )
    who = "An administrator may ask to raise a cap; another person grants it."
    assert told(client) == [over, who]  # what the others keep takes no room of the account
    assert not leaving.of(batch=batch, day=batch.value_date).full
    make_payouts.approved_batch([10_00])
    make_payouts.approved_batch([2_00])
    *found, _who = told(client)
    room = f"Of the €15.00 that SEPA-EUR may pay on {day}, its cap of a day, €3.00 is left."
    assert found == [
        f"{over[:-1]}; 1 payout does not fit the cap of its funding account. {room}",
        f"{fits.reference}: 1 payout does not fit the cap of its funding account. {room}",
    ]
    assert len(leaving.of(batch=batch, day=batch.value_date).full) == 1


def test_caps_are_asked_after_the_first_paint(client):
    client.force_login(make.user("treasurer", is_staff=True))
    make_payouts.proposed_batch([12_00])
    cap("funding_day", 10_00)
    with CaptureQueriesContext(connection) as queries:
        page = client.get("/").content.decode()
    assert 'hx-get="/batches/caps/" hx-trigger="load, again"' in page
    assert not [
        each["sql"]
        for each in queries
        if "payouts_capuse" in each["sql"] or '"payouts_cap"."limit' in each["sql"]
    ]


def test_what_left_already_takes_of_a_sellers_cap_of_the_day(tmp_path, settings):
    """What is sent on a Saturday and on a Sunday has one value date."""
    saturday = NOW + timedelta(days=4)
    sunday = saturday + timedelta(days=1)
    with make_payouts.bank(tmp_path, settings):
        (paid,) = make_payouts.payouts_of(make_payouts.submitted([1_00]))
        seller = paid.seller
        cap("seller_day", 20_00)
        first = proposed(seller, 12_00, now=saturday)
        batching.approve(batch_id=first.pk, actor=make.person("treasurer"), now=saturday)
        submission.submit(batch_id=first.pk, now=saturday)
    batch = proposed(seller, 8_00, now=sunday)
    assert batch.value_date == first.value_date
    assert capped.told([batch], now=sunday) == []
    cap("seller_day", 19_00)
    assert "with 1 payout its seller would get more than €19.00" in capped.told([batch], now=sunday)[0]


def test_only_the_first_are_looked_at_and_no_more_payouts_than_are_read_at_once(monkeypatch):
    large, *others = (
        make_payouts.proposed_batch(each) for each in ([12_00, 9_50], [12_00], [13_00], [14_00])
    )
    every = list(batches.approvable().select_related("funding_account").order_by("pk"))
    cap("payout", 10_00)
    rest = "{} more batches were not looked at here: their pages say what caps keep of them."
    assert [each.split(":")[0] for each in capped.told(every, now=NOW)] == [
        *(each.reference for each in (large, *others[:2])),
        "1 more batch was not looked at here",
    ]
    monkeypatch.setattr(capped, "MOST_PAYOUTS", 1)
    found = capped.told(every, now=NOW)
    assert found[0].startswith(others[0].reference) and found[1:] == [rest.format(3)]
    monkeypatch.setattr(capped, "MOST_BATCHES", 0)
    assert capped.told(every, now=NOW) == [rest.format(4)]


def test_use_of_a_cap_is_counted_anew_in_one_query_of_all_sellers(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        paid = make_payouts.payouts_of(make_payouts.submitted([1_00, 2_00, 3_00]))
    day = paid[0].batch.value_date

    def used(of: list[Payout], limit: int) -> tuple[dict[int, int], int]:
        wanted = {each.seller_id: 10_00 for each in of}
        with CaptureQueriesContext(connection) as queries:
            found = caps.used_of(CapKind.SELLER_DAY, currency="EUR", day=day, limit=limit, wanted=wanted)
        return found, len(queries)

    assert used(paid, 10_00) == ({each.seller_id: each.amount_minor for each in paid}, 2)
    assert used(paid[:1], 10_00)[1] == 2
    assert used(paid, 13_00)[1] == 1  # there is room by the rollup
