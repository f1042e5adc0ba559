"""The timeline of a payout tells what the bank said, and when it said nothing clear."""

import pytest

from payouts.queries import history
from tests import make_payouts
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
