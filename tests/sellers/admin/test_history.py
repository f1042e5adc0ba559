"""The seller's page, for whoever is asked about them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.audit.clock import database_now
from payouts.models import Hold, Payout, ReleaseRequest
from payouts.operations import creation
from sellers.models import Note, Seller
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


def client(role: str) -> Client:
    made = Client()
    made.force_login(make.user(role, is_staff=True))
    return made


def url(seller: Seller) -> str:
    return reverse("admin:sellers_seller_detail", args=[seller.reference])


def act(seller: Seller, name: str) -> str:
    return reverse("admin:sellers_seller_act", args=[seller.reference, name])


@pytest.fixture
def seller() -> Seller:
    account = make.ledger_account()
    make.earning(account, amount_minor=45_210_00)
    make_accounts.payable(account.seller)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return account.seller


def test_support_reads_why_it_is_not_paid_and_what_we_owe(seller):
    page = client("support").get(url(seller)).content.decode()
    assert "waits for an analyst" in page
    assert "€45,210.00" in page
    assert "in payouts under way" in page


def test_support_can_change_no_money(seller):
    page = client("support").get(url(seller))
    assert [verb["label"] for verb in page.context["verbs"]] == ["Add a note", "Statement"]
    for name in ("hold", "suspend", "lift", "verify"):
        answer = client("support").post(act(seller, name), {"reason": "other", "note": "x", "passed": "yes"})
        assert answer.status_code == 403
    seller.refresh_from_db()
    assert not Hold.objects.exists()
    assert seller.suspended_at is None


def test_a_seller_is_found_by_the_reference_of_a_payout(seller):
    reference = Payout.objects.get(seller=seller).reference
    page = client("support").get(reverse("admin:sellers_seller_list"), {"q": str(reference).lower()})
    assert [row["seller"].pk for row in page.context["rows"]] == [seller.pk]


def test_compliance_suspends_with_a_reason_that_the_page_then_shows(seller):
    browser = client("compliance")
    assert b"Fill this in" in browser.post(act(seller, "suspend"), {"reason": ""}).content
    page = browser.post(act(seller, "suspend"), {"reason": "Fraud case 12"}, follow=True).content.decode()
    assert "is suspended." in page
    assert "Fraud case 12" in page


def test_a_seller_hold_shows_and_is_released(seller):
    browser = client("compliance")
    browser.post(act(seller, "hold"), {"reason": "dispute", "note": "Case 7"})
    assert "Release the seller" in browser.get(url(seller)).content.decode()
    page = browser.get(act(seller, "release"), follow=True)
    ids = [value for name, value in page.context["hidden"] if name == "ids"]
    later = Hold.objects.create(seller=seller, reason="dispute", note="Came meanwhile", placed_at=make.NOW)
    browser.post(reverse("admin:payouts_hold_release"), {"ids": ids, "confirmed": "1", "note": "Cleared"})
    assert Hold.objects.get(released_at__isnull=True) == later  # what nobody saw stays


def test_a_seller_held_for_risk_is_released_by_two_from_their_page(seller):
    first, second = client("compliance"), client("compliance")
    first.post(act(seller, "hold"), {"reason": "compliance", "note": "Case 7"})
    release = {"confirmed": "1", "note": "Cleared"}
    page = first.get(act(seller, "release"), follow=True)
    assert "Ask to release 1 hold" in page.content.decode()
    first.post(reverse("admin:payouts_hold_release"), dict(page.context["hidden"]) | release)
    assert Hold.objects.get().is_open
    page = second.get(act(seller, "release"), follow=True)
    assert "found out: Cleared" in page.content.decode()
    second.post(reverse("admin:payouts_hold_release"), dict(page.context["hidden"]) | release)
    assert not Hold.objects.get().is_open


def test_a_seller_is_held_until_a_day_and_no_longer_than_a_year(seller):
    browser, until = client("compliance"), database_now() + timedelta(days=3)
    held = {"reason": "dispute", "note": "Case 7", "until": f"{until:%Y-%m-%dT%H:%M}"}
    browser.post(act(seller, "hold"), held)
    assert Hold.objects.get().until is not None
    late = {**held, "until": f"{until + timedelta(days=400):%Y-%m-%dT%H:%M}"}
    assert "a year ahead" in browser.post(act(seller, "hold"), late).content.decode()
    risky = {**held, "reason": "fraud_suspected"}
    page = browser.post(act(seller, "hold"), risky).content.decode()
    assert "no date does" in page and "Two people release it, one of them of compliance." in page


def test_open_holds_say_what_they_mean_until_when_and_that_a_release_is_asked_for(seller):
    until = database_now() + timedelta(days=3)
    payout = Payout.objects.get(seller=seller)
    Hold.objects.create(
        seller=seller, reason="seller_request", note="On holiday", placed_at=make.NOW, until=until
    )
    Hold.objects.create(payout=payout, reason="documents", note="Passport", placed_at=make.NOW)
    risky = Hold.objects.create(seller=seller, reason="compliance", note="Case 7", placed_at=make.NOW)
    ReleaseRequest.objects.create(
        hold=risky, asked_by=make.user("compliance"), asked_at=make.NOW, note="The lists agree"
    )
    page = client("support").get(url(seller)).content.decode()
    plain = " ".join(re.sub("<[^>]*>", "", page).split())
    assert "The seller asked us to wait. One person releases it" in plain
    assert re.search(r", ends by itself \w", plain)
    assert "until somebody releases it" in plain and "until two people release it" in plain
    assert "release asked for The lists agree" in plain


def test_a_held_seller_and_their_payouts_look_held(seller):
    browser = client("support")
    payout = Payout.objects.get(seller=seller)
    before = browser.get(url(seller)).content.decode()
    assert ">Active</span>" in before.replace("\n", "") and "On hold" not in before

    Hold.objects.create(payout=payout, reason="documents", note="Passport", placed_at=make.NOW)
    assert held(browser.get(url(seller))) == ([], ["documents"])

    Hold.objects.create(seller=seller, reason="compliance", note="Case 7", placed_at=make.NOW)
    page = browser.get(url(seller))
    assert held(page) == (["compliance"], ["documents", "compliance"])
    head, rest = page.content.decode().split('class="answer"')
    assert "On hold" in head and "Active" not in head
    assert rest.split('id="payouts"')[1].split("</table>")[0].count("On hold") == 1


def held(page) -> tuple[list[str], list[str]]:
    """Why the seller is on hold, and why the one payout is."""
    ((_payout, _money, stopping),) = page.context["rows"]
    return [each.reason for each in page.context["held"]], [each.reason for each in stopping]


def test_a_note_stands_on_the_page(seller):
    page = client("support").post(act(seller, "note"), {"text": "Called, ticket 88120"}, follow=True)
    assert Note.objects.get().text == "Called, ticket 88120"
    assert b"ticket 88120" in page.content


def test_an_unknown_seller_or_verb_is_not_found(seller):
    browser = client("support")
    assert browser.get(reverse("admin:sellers_seller_detail", args=["S999999"])).status_code == 404
    assert browser.get(act(seller, "enrich")).status_code == 404
