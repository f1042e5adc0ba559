"""A seller changes their bank: what was approved for the old account is held, looked at anew, paid to the new one."""

import pytest
from django.test import Client

from backoffice.audit import actors
from backoffice.audit.clock import database_now
from payouts.models import AccountVersion, Hold, Payout
from payouts.operations import accounts, batching
from tests import make, make_payouts
from tests.stories import market

pytestmark = pytest.mark.django_db

NEW = "FR1420041010050500013M02606"


def at(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_an_approved_payout_follows_its_seller_to_another_bank(settings, tmp_path):
    settings.ACCOUNT_WAIT_HOURS = 0  # the wait itself is told in tests/payouts/operations/test_accounts.py
    make_payouts.funding("FR")
    (payout,) = make_payouts.approved([45_210_00])
    old = accounts.decrypt_for_rail(version_ids=[payout.payout_account_id])[payout.payout_account_id].number
    analyst, compliance = make.user("analyst", is_staff=True), make.user("compliance", is_staff=True)

    # The analyst asks for the new account on the seller's page.
    page = f"/sellers/{payout.seller.reference}/account/"
    assert "will be on hold" in at(analyst).get(page).content.decode()
    answer = at(analyst).post(page, {"iban": NEW, "bic": "", "holder_name": payout.seller.name})
    assert answer.status_code == 302
    version = AccountVersion.objects.latest("pk")
    assert Hold.objects.get(payout=payout, released_at=None).reason == "account_change"

    # Nobody can send it now.
    _, outcome = batching.propose(payout_ids=[payout.pk], actor=make.person("treasurer"), now=database_now())
    assert "on hold" in outcome.refused[0].reason

    # Compliance verifies it; the payout goes to the new account and is to review again.
    at(compliance).post(
        f"/accounts/{version.pk}/decide/", {"decision": "verified", "note": "Called back.", "compared": "on"}
    )
    payout.refresh_from_db()
    assert (payout.status, payout.payout_account_id) == ("PENDING_REVIEW", version.pk)
    assert not Hold.objects.filter(payout=payout, released_at=None).exists()
    told = at(compliance).get(f"/payouts/{payout.reference}/").content.decode()
    assert "Sent back to review" in told

    # Two others look at it, and the bank is told the new account, never the old one.
    with make_payouts.bank(tmp_path, settings) as bank:
        market.send(market.judge([payout]))
        bank.sync()
        told_to = [each["payee_account"] for each in bank.bank.judgement()["instructions"]]
        assert len(told_to) == 1
        assert NEW in told_to[0]
        assert old not in told_to[0]
        bank.advance(60)
        market.hear("sepa")
    assert Payout.objects.get(pk=payout.pk).status == "PAID"


def test_who_asked_for_the_account_cannot_push_the_payout_through(settings):
    settings.ACCOUNT_WAIT_HOURS = 0
    (payout,) = make_payouts.approved([9_900])
    greedy = make.user(
        "analyst",
        permissions=["payouts.verify_payout_account", "payouts.approve_payout"],
        is_staff=True,
    )
    browser = at(greedy)
    browser.post(
        f"/sellers/{payout.seller.reference}/account/",
        {"iban": NEW, "bic": "", "holder_name": payout.seller.name},
    )
    version = AccountVersion.objects.latest("pk")
    refused = browser.post(
        f"/accounts/{version.pk}/decide/", {"decision": "verified", "note": "Mine.", "compared": "on"}
    )
    assert "Another person must verify it" in refused.content.decode()
    accounts.decide(
        version_id=version.pk,
        verified=True,
        actor=actors.person(make.user("compliance")),
        note="Called back.",
        now=database_now(),
    )
    payout.refresh_from_db()
    market.review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=database_now()).only()
    own = market.approval.approve(payout_ids=[payout.pk], actor=actors.person(greedy), now=database_now())
    assert own.refused[0].code == "four_eyes"
    assert Payout.objects.get(pk=payout.pk).status == "REVIEWED"
