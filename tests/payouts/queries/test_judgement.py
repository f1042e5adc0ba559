"""What a payout is compared with, beside which a reader judges it."""

from datetime import timedelta

import pytest

from payouts.models import Flag
from payouts.operations import givebacks, review
from payouts.queries import flags, judgement
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_what_is_paid_again_is_compared_with_the_last_that_lives_not_with_the_dead_that_it_replaces():
    usual = quick.payout(amount_minor=80_00)
    dead = quick.payout(seller=usual.seller, amount_minor=100_00, now=make.NOW + timedelta(days=1))
    givebacks.cancel(payout_ids=[dead.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    disposer = make.person(permissions=["payouts.dispose_payout"])
    again = givebacks.reissue(payout_id=dead.pk, actor=disposer, now=make.NOW)
    before = judgement.previous(again)
    assert before == usual
    (line,) = judgement.lines(again, before)
    assert line.before is not None and line.change is not None
    assert (line.money.minor, line.before.minor, line.change.minor) == (100_00, 80_00, 20_00)

    later = quick.payout(seller=usual.seller, amount_minor=70_00, now=make.NOW + timedelta(days=2))
    assert judgement.previous(later) == again
    assert [(line.kind, line.change.minor) for line in judgement.lines(later, again)] == [("sale", -30_00)]


def test_who_may_approve_is_named_up_to_six_and_the_rest_is_counted(client):
    payout = quick.payout()
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW)
    payout.refresh_from_db()
    already = len(judgement.seats(payout).may_approve)
    for number in range(already, 6):
        make.user("approver", first_name=f"A{number}")
    assert (len(judgement.seats(payout).may_approve), judgement.seats(payout).more) == (6, 0)
    for number in range(2):
        make.user("approver", first_name=f"Z{number}")
    seats = judgement.seats(payout)
    assert (len(seats.may_approve), seats.more) == (6, 2)
    client.force_login(make.user("auditor", is_staff=True))
    assert "or 2 others" in client.get(f"/payouts/{payout.reference}/").content.decode()


def test_the_page_names_who_may_approve_as_a_choice(client):
    payout = quick.payout()
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW)
    for name in ("Ada", "Bea"):
        make.user("approver", first_name=name)
    client.force_login(make.user("auditor", is_staff=True))
    text = client.get(f"/payouts/{payout.reference}/").content.decode()
    assert "Ada" in text and " or Bea" in text and "Waits for " in text


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (5, "S1, S2, S3, S4, S5."),
        (6, "S1, S2, S3, S4, S5 and 1 more."),
        (9, "S1, S2, S3, S4, S5 and 4 more."),
    ],
)
def test_a_shared_account_says_how_many_more_use_it(count, said):
    facts = {"sellers": [f"S{number}" for number in range(1, count + 1)]}
    flag = Flag(code="account_shared", facts=facts, raised_at=make.NOW)
    assert flags.words(flag, currency="EUR").fact == f"Also used by {said}"
