"""Every status has a word, a meaning and a shape."""

import pytest

from backoffice import wording
from payouts.models.hold import HoldReason
from payouts.queries.filter_words import STANDINGS


@pytest.mark.parametrize("kind", wording.ENUMS)
def test_every_status_of_every_kind_has_a_word_and_a_meaning(kind):
    for value in wording.ENUMS[kind].values:
        word = wording.status(value, kind)
        assert word.text
        assert word.text != value
        assert word.icon == wording.ICONS[word.meaning]


def test_an_unknown_status_is_an_error_not_a_raw_enum_on_a_page():
    with pytest.raises(KeyError):
        wording.status("SOMETHING")


def test_every_hold_reason_has_the_few_words_of_a_pill():
    assert set(wording.HOLD_PILLS) == set(HoldReason)
    assert wording.hold_pill("account_change") == "bank account"
    assert wording.hold_pill("a text of its own") == "a text of its own"


def test_every_standing_to_which_no_money_may_go_has_its_pill_and_no_other_word_has_one():
    assert set(wording.BARRED) == set(STANDINGS)
    assert wording.barred("suspended") == wording.Word("Seller suspended", wording.STOPPED)
    assert wording.barred("unverified") == wording.Word("Seller not verified", wording.STOPPED)
    with pytest.raises(KeyError):
        wording.barred("active")
