"""The timeline of a payout tells what the bank said, and when it said nothing clear."""

import pytest

from payouts.models import HoldReason
from payouts.operations import holds
from payouts.queries import history
from tests import make, make_payouts
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def titles(batch) -> list[str]:
    (payout,) = make_payouts.payouts_of(batch)
    return [each.title for each in history.of_payout(payout=payout)]


def test_an_answer_that_proves_nothing_is_told(bank, settings):
    with lines.line(bank.url, settings) as line:
        line.posts = [lines.DROP_AFTER]
        batch = make_payouts.submitted([1200], country="US")

    assert titles(batch).count("No clear answer from the bank") == 1


def test_an_answer_that_is_clear_is_not_told_as_unclear(bank):
    assert "No clear answer from the bank" not in titles(make_payouts.submitted([1200], country="US"))


def test_only_our_own_words_for_who_did_it_begin_with_a_capital():
    seller, by_hand = make.seller(), make.seller()
    holds.place_on_seller(
        seller_id=seller.pk, reason=HoldReason.ACCOUNT_CHANGE, note="New IBAN.", now=make.NOW
    )
    (placed,) = history.of_seller(seller_id=seller.pk)
    assert placed.who == "The program"
    by_hand.notes.create(text="Called.", written_by=make.user(username="nora"), written_at=make.NOW)
    assert [each.who for each in history.of_seller(seller_id=by_hand.pk)] == ["nora"]
