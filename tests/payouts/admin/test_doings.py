"""What the page of a payout offers: every verb once, those that are off with their reason, those that are on work."""

from datetime import timedelta

import pytest
from django.test import Client

from backoffice import roles
from backoffice.audit import actors
from payouts.admin import doings
from payouts.models import Flag
from payouts.operations import givebacks, holds
from payouts.queries import flags
from payouts.states import PayoutStatus
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


def of(payout, role):
    user = make.user(role, is_staff=True)
    found = doings.of(payout=payout, actor=actors.person(user), held=roles.ROLES[role])
    return user, found


@pytest.mark.parametrize("status", PayoutStatus.values)
def test_every_verb_stands_there_once_for_every_role_and_what_is_off_says_why(status):
    made = standing.payout(status)
    for role in ("analyst", "approver", "treasurer", "support", "auditor"):
        _, found = of(made, role)
        labels = [each["label"].split(" €")[0] for each in (*found.now, *found.later)]
        assert sorted(labels) == sorted(deed.label for deed in doings.DEEDS), (status, role)
        for each in found.later:
            assert each["why"].endswith(".") and each["why"][0].isupper() and "_" not in each["why"]
        for each in found.now:
            assert each.get("url") or each["off"].startswith("Off: ")


@pytest.mark.parametrize("status", PayoutStatus.values)
def test_a_verb_that_is_on_is_really_offered_by_its_page(status):
    made = standing.payout(status)
    for role in ("analyst", "approver", "treasurer"):
        user, found = of(made, role)
        browser = Client()
        browser.force_login(user)
        for each in found.now:
            if each.get("url") and each.get("method") != "post":
                page = browser.get(each["url"])
                assert page.status_code == 200, each
                assert page.context.get("preview", {"count": 1})["count"] == 1, (status, role, each)


def test_who_may_is_named_where_the_reader_may_not():
    made = quick.reviewed()
    make.user("approver")
    _, found = of(made, "analyst")
    why = {each["label"]: each["why"] for each in found.later}
    assert why["Approve"] == "Your role does not do this: ask an approver."
    assert why["Mark reviewed"] == "It is awaiting approval: only what is to review is marked reviewed."
    assert why["Release"] == "No hold on the payout itself is open."


def test_a_held_payout_is_not_approved_nor_batched_and_says_why():
    made = quick.reviewed()
    holds.hold(
        payout_ids=[made.pk], actor=make.person("analyst"), reason="documents", note="Ask", now=make.NOW
    )
    _, found = of(made, "approver")
    off = {each["label"]: each["off"] for each in found.now if each.get("off")}
    assert off == {"Approve €100.00": "Off: it is on hold: Documents missing."}


def test_the_page_shows_them_and_each_line_with_its_order_fifty_at_a_time():
    seller = make.seller()
    made = quick.payout(seller=seller, order_ref="ORD-1")
    browser = Client()
    browser.force_login(make.user("support", is_staff=True))
    page = browser.get(f"/payouts/{made.reference}/").content.decode()
    assert "Not now, and why" in page and "Your role does not do this: ask an analyst" in page
    lines = browser.get(f"/payouts/{made.reference}/?lines=all").content.decode()
    assert '<a href="/search/?q=ORD-1">ORD-1</a>' in lines


def test_more_lines_than_a_page_holds_are_read_one_page_after_the_other():
    account = make.ledger_account()
    for _ in range(51):
        make.earning(account, amount_minor=100)
    made = quick.payout(seller=account.seller)
    browser = Client()
    browser.force_login(make.user("support", is_staff=True))
    first = browser.get(f"/payouts/{made.reference}/?lines=all").context["lines"]
    second = browser.get(f"/payouts/{made.reference}/?lines=all&after={first.following}").context["lines"]
    assert (len(first.lines), len(second.lines), second.following) == (50, 2, None)
    wrong = browser.get(f"/payouts/{made.reference}/?lines=all&after=nonsense")
    assert wrong.status_code == 400 and "“after=nonsense” is no place in this list" in wrong.content.decode()


def test_the_flag_of_a_changed_account_says_how_many_days_before():
    made = quick.payout()
    facts = {"requested_at": (make.NOW - timedelta(days=2)).isoformat(), "from": "FR •• 1", "to": "FR •• 2"}
    flag = Flag(payout=made, code="account_changed", facts=facts, raised_at=make.NOW)
    said = flags.words(flag, currency="EUR")
    assert said.short == "Account changed 2 days before"
    assert said.title == "The bank account changed 2 days before this payout was made"
    assert said.fact == "From FR •• 1 to FR •• 2, asked for on Sunday 22 November."


def test_the_fact_behind_a_flag_is_one_link_away():
    made = quick.payout()
    twin = make.seller()
    facts = {
        "account_shared": {"sellers": [str(twin.reference)]},
        "unusual_amount": {"usual_minor": 100, "times": "100.0"},
        "name_differs": {"holder": "A", "seller": "B"},
    }
    for code, each in facts.items():
        Flag.objects.create(payout=made, code=code, facts=each, raised_at=make.NOW)
    browser = Client()
    browser.force_login(make.user("compliance", is_staff=True))
    entries = browser.get(f"/payouts/{made.reference}/").context["flag_entries"]
    links = [entry["url"] for entry in entries if entry.get("url")]
    assert len(links) == 3
    for url in links:
        assert browser.get(url, follow=True).status_code == 200
    assert browser.get(links[0]).url == f"/sellers/{twin.reference}/"


def test_the_lines_stand_beside_those_of_the_payout_before_and_so_do_the_totals():
    seller = make.seller()
    first = quick.payout(seller=seller, amount_minor=10_000)
    later = make.NOW + timedelta(days=2)
    second = quick.payout(seller=seller, amount_minor=12_500, now=later)
    browser = Client()
    browser.force_login(make.user("analyst", is_staff=True))
    page = browser.get(f"/payouts/{second.reference}/")
    assert page.context["before"] == first
    assert [(group.kind, group.money.minor, group.change.minor) for group in page.context["groups"]] == [
        ("sale", 12_500, 2_500)
    ]
    assert page.context["total_change"].minor == 2_500


def test_money_of_a_judged_seller_is_not_paid_again_and_the_page_says_why():
    made, compliance = quick.payout(), make.person("compliance")
    givebacks.cancel(payout_ids=[made.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    made.refresh_from_db()
    holds.hold_seller(
        seller_id=made.seller_id, reason="fraud_suspected", note="n", actor=compliance, now=make.NOW
    )
    _, found = of(made, "analyst")
    off = {each["label"]: each["off"] for each in found.now if "off" in each}
    why = "Off: its seller is on hold for fraud or compliance; two people release that first, one of compliance."
    assert off == {"Pay it again": why, "Add it to the next payout": why}
