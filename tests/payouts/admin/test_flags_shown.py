"""The page of a payout says each flag that a run raised, with the facts behind it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils.html import escape

from tests import make
from tests.payouts import flagged

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_wait(settings):
    settings.ACCOUNT_WAIT_HOURS = 0


def _unusual():
    payout = flagged.after_payouts([100_00, 200_00, 300_00], amount_minor=700_00)
    return payout, "3.5× the usual payout", "Usual is €200.00, the mean of the last twelve paid."


def _changed():
    payout = flagged.after_change(asked=make.NOW - timedelta(days=13))
    old, new = (payout.payout_account.slot.versions.get(number=number).masked for number in (1, 2))
    title = "The bank account changed 13 days before this payout was made"
    return payout, title, f"From {old} to {new}, asked for on Wednesday 11 November."


def _abroad():
    payout = flagged.after_change(asked=flagged.A_MONTH_AGO, fields=flagged.ABROAD)
    return payout, "The account is in another country", "The account is in DE, the seller in FR."


def _refunds():
    payout = flagged.after_refunds(16_00, before=8_00)
    return payout, "More refunds than usual", "16% of sales in this period; 8% in the 90 days before."


@pytest.mark.parametrize("case", [_unusual, _changed, _abroad, _refunds])
def test_the_page_of_a_payout_says_its_flag_and_the_facts_behind_it(case):
    payout, title, fact = case()
    browser = Client()
    browser.force_login(make.user("analyst", is_staff=True))
    answer = browser.get(f"/payouts/{payout.reference}/")
    entries = [entry for entry in answer.context["flag_entries"] if entry.get("title")]
    assert [(entry["title"], entry["fact"]) for entry in entries] == [(title, fact)]
    text = answer.content.decode()
    assert escape(title) in text and escape(fact) in text
