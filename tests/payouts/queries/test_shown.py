"""A reader who saw another state than now is told what changed: status, round, bank account, holds."""

from collections.abc import Callable

import pytest

from payouts.models import Hold, Payout
from payouts.operations import disposing, givebacks, holds, review
from payouts.queries import shown
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def hold(payout: Payout) -> Hold:
    holds.hold(payout_ids=[payout.pk], actor=make.person("analyst"), reason="dispute", note="?", now=make.NOW)
    return payout.holds.latest("pk")


def hold_the_seller(payout: Payout) -> None:
    person = make.person("compliance")
    holds.hold_seller(seller_id=payout.seller_id, actor=person, reason="dispute", note="Ask.", now=make.NOW)


def told(payout: Payout, seen: dict[int, str]) -> str:
    payout.refresh_from_db()
    return shown.changes([payout], seen).get(payout.pk, "")


@pytest.mark.parametrize("place", [hold, hold_the_seller])
def test_a_hold_placed_meanwhile_is_a_change(place: Callable[[Payout], object]):
    payout = quick.payout()
    seen = shown.tokens([payout])
    assert told(payout, seen) == ""
    place(payout)
    assert told(payout, seen) == "it was put on hold since you looked. Look again"
    seen = shown.tokens([payout])
    place(payout)
    assert "put on hold" in told(payout, seen), "another reason than the one that was read"


def test_a_hold_released_meanwhile_is_a_change():
    payout = quick.payout()
    placed = hold(payout)
    seen = shown.tokens([payout])
    holds.release(hold_ids=[placed.pk], actor=make.person("approver"), note="Found.", now=make.NOW)
    assert told(payout, seen) == "a hold on it was released since you looked. Look again"


def test_any_of_several_holds_released_meanwhile_is_a_change():
    payout = quick.payout()
    first, second = hold(payout), hold(payout)
    for released in (first, second):
        seen = shown.tokens([payout])
        holds.release(hold_ids=[released.pk], actor=make.person("approver"), note="Found.", now=make.NOW)
        assert told(payout, seen) == "a hold on it was released since you looked. Look again"


def test_of_many_holds_one_more_and_one_less_is_a_change():
    payout = quick.payout()
    placed = [hold(payout) for _ in range(shown.MOST_NAMED + 3)]
    seen = shown.tokens([payout])
    assert len(seen[payout.pk]) < 200
    holds.release(hold_ids=[placed[0].pk], actor=make.person("approver"), note="Found.", now=make.NOW)
    assert "released" in told(payout, seen)
    seen = shown.tokens([payout])
    hold(payout)
    assert "put on hold" in told(payout, seen)


def test_back_in_review_is_a_change():
    payout = quick.payout()
    seen = shown.tokens([payout])
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW)
    review.send_back(payout_ids=[payout.pk], actor=make.person("approver"), reason="Look", now=make.NOW)
    assert told(payout, seen) == "it went back to review since you looked. Look again"


@pytest.mark.parametrize(
    "word",
    [
        "",
        "x",
        "PENDING_REVIEW.1.2",
        "SENT?.1.2.0",
        "PENDING_REVIEW.1.2.x",
        f"PENDING_REVIEW.1.2.{'9' * 5000}",
    ],
)
def test_what_was_never_shown_is_no_state(word: str):
    payout = quick.payout()
    assert told(payout, {payout.pk: word}).endswith("Look again")


def test_payouts_that_nobody_says_they_saw_are_not_compared():
    payout = quick.payout()
    assert shown.changes([payout], None) == shown.changes([payout], {payout.pk + 1: "x"}) == {}


def test_reviewing_and_cancelling_what_was_held_meanwhile_is_refused():
    payout = quick.payout()
    seen = shown.tokens([payout])
    hold(payout)
    done = [
        review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW, seen=seen),
        givebacks.cancel(
            payout_ids=[payout.pk], actor=make.person("approver"), reason="Wrong", now=make.NOW, seen=seen
        ),
    ]
    assert [(outcome.moved, outcome.refused[0].code) for outcome in done] == [([], "changed")] * 2
    payout.refresh_from_db()
    assert payout.status == "PENDING_REVIEW"


def test_money_that_was_held_meanwhile_is_not_disposed_of():
    payout = quick.payout()
    givebacks.cancel(payout_ids=[payout.pk], actor=make.person("approver"), reason="Wrong", now=make.NOW)
    payout.refresh_from_db()
    seen = shown.tokens([payout])
    hold_the_seller(payout)
    outcome = disposing.roll(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW, seen=seen)
    assert (outcome.moved, outcome.refused[0].code) == ([], "changed")
