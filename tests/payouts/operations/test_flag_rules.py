"""When a run raises each flag whose rule has a threshold or a comparison, and the facts that it keeps."""

from datetime import timedelta

import pytest

from payouts.queries import flags
from sellers.ledger.models import EarningKind
from tests import make
from tests.payouts import flagged

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
USUAL = [100_00, 200_00, 300_00]
"""Paid before: their mean is 200.00."""
LIMIT = timedelta(days=14)
BOTH = pytest.mark.parametrize("kind", [EarningKind.REFUND, EarningKind.CHARGEBACK])
FIRST_DAY = flagged.LAST_DAY + timedelta(days=1)
"""Of the payout that `flagged.after_refunds` makes."""


@pytest.fixture(autouse=True)
def no_wait(settings):
    settings.ACCOUNT_WAIT_HOURS = 0


def raised(payout, kind) -> dict | None:
    """The facts of the payout's flag of this kind, or None where it has none."""
    found = {flag.kind: flag for flag in flags.raised(payout_ids=[payout.pk]).get(payout.pk, [])}
    if kind not in found:
        return None
    assert found[kind].raised_at == make.NOW
    return found[kind].facts


def test_three_times_the_mean_of_what_was_paid_is_an_unusual_amount():
    facts = raised(flagged.after_payouts(USUAL, amount_minor=600_00), "unusual_amount")
    assert facts == {"usual_minor": 200_00, "times": 3.0}
    facts = raised(flagged.after_payouts(USUAL, amount_minor=700_00), "unusual_amount")
    assert facts == {"usual_minor": 200_00, "times": 3.5}


def test_a_cent_less_than_three_times_the_mean_is_usual():
    assert raised(flagged.after_payouts(USUAL, amount_minor=599_99), "unusual_amount") is None


def test_two_paid_payouts_are_too_few_to_know_what_is_usual():
    assert raised(flagged.after_payouts(USUAL[:2], amount_minor=900_00), "unusual_amount") is None


def test_only_what_was_paid_says_what_is_usual():
    for status in ("PENDING_REVIEW", "CANCELLED", "RETURNED"):
        payout = flagged.after_payouts(USUAL, amount_minor=600_00, status=status)
        assert raised(payout, "unusual_amount") is None


def test_usual_is_the_mean_of_the_last_twelve_paid():
    payout = flagged.after_payouts([900_00, *[10_00] * 12], amount_minor=30_00)
    assert raised(payout, "unusual_amount") == {"usual_minor": 10_00, "times": 3.0}


def test_an_account_asked_for_less_than_fourteen_days_ago_is_said_with_both_accounts():
    asked = make.NOW - LIMIT + SECOND
    payout = flagged.after_change(asked=asked)
    new = payout.payout_account
    assert raised(payout, "account_changed") == {
        "version": new.pk,
        "requested_at": asked.isoformat(),
        "from": new.slot.versions.get(number=1).masked,
        "to": new.masked,
    }


def test_an_account_asked_for_fourteen_days_ago_is_no_longer_new():
    assert raised(flagged.after_change(asked=make.NOW - LIMIT), "account_changed") is None


def test_a_first_account_is_no_change_however_new_it_is():
    payout = flagged.to_a_first_account(asked=make.NOW - SECOND)
    assert raised(payout, "account_changed") is None
    assert raised(payout, "first_payout") == {}


def test_an_account_in_another_country_than_the_sellers_is_said_with_both_countries():
    payout = flagged.after_change(asked=flagged.A_MONTH_AGO, fields=flagged.ABROAD)
    facts = {"version": payout.payout_account_id, "account": "DE", "seller": "FR"}
    assert raised(payout, "country_differs") == facts


def test_an_account_in_the_sellers_country_is_as_it_should_be():
    assert raised(flagged.after_change(asked=flagged.A_MONTH_AGO), "country_differs") is None


@BOTH
def test_refunds_of_a_tenth_of_sales_and_twice_the_usual_share_are_a_jump(kind):
    payout = flagged.after_refunds(10_00, before=5_00, kind=kind)
    assert raised(payout, "refunds_jump") == {"percent": 10, "usual_percent": 5}


@BOTH
def test_refunds_of_less_than_a_tenth_of_sales_are_no_jump(kind):
    assert raised(flagged.after_refunds(9_99, before=1_00, kind=kind), "refunds_jump") is None


def test_refunds_of_less_than_twice_the_usual_share_are_no_jump():
    assert raised(flagged.after_refunds(15_49, before=8_00), "refunds_jump") is None
    assert raised(flagged.after_refunds(16_00, before=8_00), "refunds_jump") == {
        "percent": 16,
        "usual_percent": 8,
    }


def test_the_usual_share_of_refunds_is_that_of_ninety_days_before():
    counted = FIRST_DAY - timedelta(days=90)
    assert raised(flagged.after_refunds(10_00, before=6_00, day=counted), "refunds_jump") is None
    older = flagged.after_refunds(10_00, before=6_00, day=counted - timedelta(days=1))
    assert raised(older, "refunds_jump") == {"percent": 10, "usual_percent": 0}
