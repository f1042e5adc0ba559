"""Of many payouts the reader sees first what they would not want to have missed."""

from datetime import timedelta

import pytest
from django.test import Client

from payouts.models import Flag
from payouts.queries import lookout
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def payouts():
    """By name: one with a bad flag, one with another, and two without, the second larger."""
    first = quick.payout(amount_minor=7_000)
    Flag.objects.create(payout=first, code="account_shared", facts={"sellers": ["S9"]}, raised_at=make.NOW)
    known = make.seller()
    odd = quick.payout(seller=known, amount_minor=6_000)
    later = [make.NOW + timedelta(days=days) for days in (1, 2)]
    plain, large = (
        quick.payout(seller=known, amount_minor=amount, now=now)
        for amount, now in zip((5_000, 90_000), later, strict=True)
    )
    return {"bad": first, "odd": odd, "plain": plain, "large": large}


def test_bad_flags_come_first_then_others_then_the_largest(payouts):
    seen = lookout.first(list(payouts.values()), most=3)
    assert [each.payout for each in seen] == [payouts["bad"], payouts["odd"], payouts["large"]]
    assert seen[0].flags == ("Shared account", "First payout")
    assert seen[2].flags == ()
    assert seen[0].account.startswith("FR76 ••••")


def test_the_confirmation_of_many_tells_the_account_and_the_flags(payouts):
    client = Client()
    client.force_login(make.user("analyst", is_staff=True))
    ids = [payout.pk for payout in payouts.values()]
    answer = client.post("/payouts/act/review/", {"ids": ids}, follow=True)
    rows = answer.context["preview"]["rows"]
    assert rows[0]["reference"] == payouts["bad"].reference
    assert rows[0]["note"].startswith("To FR76 •••• ")
    assert rows[0]["note"].endswith("; Shared account; First payout")
