"""The export of holds: exactly those of the page, with their money and days; and as they stood before."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils.html import escape

from backoffice.audit.clock import database_now
from payouts.exports import kinds, rows
from payouts.models import Hold, HoldReason
from payouts.operations import givebacks, holds
from payouts.queries import holds as asked
from tests import make
from tests.payouts import quick
from tests.payouts.admin.test_holds import held, seller_held

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def found(given, now=None):
    definition = kinds.get("holds")
    chosen = definition.chosen(given, now=now or database_now())
    return [row for chunk in rows.raw(rows.select(definition, chosen)) for row in chunk]


def browser_of(role="auditor"):
    browser = Client()
    browser.force_login(make.user(role, is_staff=True))
    return browser


@pytest.fixture
def many():
    """One of each."""
    analyst = make.person("analyst")
    old = held(quick.payout(amount_minor=300_00), days=8, actor=analyst)
    held(reason="documents", days=2, until=database_now() - DAY)
    held(quick.payout(seller=make.seller(country="JP"), currency="JPY", country="JP"))
    seller_held(make.seller(country="ES"), days=4)
    seller_held(old.payout.seller, days=1)
    risky = held(reason="fraud_suspected")
    holds.release(hold_ids=[risky.pk], actor=make.person("approver"), note="It is known.", now=database_now())
    holds.place_on(
        payouts=[quick.payout()], reason=HoldReason.RAIL_REJECTED, note="Refused.", now=database_now()
    )
    over = held(days=5)
    holds.release(hold_ids=[over.pk], actor=make.person("approver"), note="Found.", now=database_now())
    return analyst


def test_export_these_rows_holds_exactly_the_rows_of_the_page(many):
    browser, told = browser_of(), set()
    colleague = make.user("compliance").username
    spanish = Hold.objects.filter(seller__country="ES").get().seller.reference
    for query in (
        "", "reason=documents", "country=JP", "country=ES", f"who={many.user_id}", "who=program", "older=3",
        "older=7", "currency=JPY", "currency=EUR", "on=seller", "on=payout", "show=asked", "show=past",
        f"seller={spanish}", "show=asked&reason=fraud_suspected", f"waits_for={colleague}", "who=999999999",
        "past=true",
    ):  # fmt: skip
        page = browser.get(f"/holds/?{query}")
        listed = page.context["rows"]
        (verb,) = page.context["verbs"]
        assert verb["label"] == "Export these rows" and escape(verb["url"]) in page.content.decode()
        given = {name: value for name, (value,) in parse_qs(urlsplit(verb["url"]).query).items()}
        assert given.pop("kind") == "holds"
        made = found(given)
        assert {row["hold"] for row in made} == {f"H{row.hold.pk}" for row in listed}, query
        for row in listed:
            own = [each for each in made if each["hold"] == f"H{row.hold.pk}"]
            sums = [(each["amount"], each["currency"]) for each in own if each["amount"] is not None]
            assert sums == [(money.minor, money.currency) for money in row.sums]
            assert {each["days"] for each in own} == {row.days}
            assert sum(each["payouts"] for each in own) == row.payouts
        assert browser.get(verb["url"]).status_code == 200
        told.add(len(listed))
    assert len(told) > 3


def test_who_may_not_export_is_not_offered_it(many):
    assert browser_of("support").get("/holds/").context["verbs"] == []


def test_a_hold_says_who_placed_it_and_how_it_ended(many):
    made = {row["reason"]: row for row in found({"show": "all"})}
    assert made["The bank refused the payment"]["placed_by"] == "the program"
    fraud = made["Fraud suspected"]
    assert fraud["asked_by"].startswith("approver") and fraud["asked_note"] == "It is known."
    assert fraud["released_at"] is None and fraud["released_by"] is None
    over = Hold.objects.get(release_note="Found.")
    (row,) = [each for each in found({"show": "all"}) if each["hold"] == f"H{over.pk}"]
    assert (row["released_at"], row["released_by"]) == (over.released_at, over.released_by.username)
    assert (row["release_note"], row["amount"], row["days"]) == ("Found.", None, 0)


def test_a_moment_in_the_past_has_the_holds_and_the_money_of_then():
    payout = quick.payout(amount_minor=50_00)
    first = held(payout, days=3)
    seller_held(payout.seller, days=2)
    now = database_now()
    holds.release(hold_ids=[first.pk], actor=make.person("approver"), note="Found.", now=now - DAY)
    givebacks.cancel(payout_ids=[payout.pk], actor=make.person("approver"), reason="x", now=now)

    def told(moment):
        made = found({"at": moment.isoformat()}, now=now + DAY)
        return [(row["hold"] == f"H{first.pk}", row["amount"], row["days"]) for row in made]

    assert told(now - 4 * DAY) == []
    assert told(now - 2.5 * DAY) == [(True, 50_00, 0)]
    assert told(now - 1.5 * DAY) == [(True, 50_00, 1), (False, 50_00, 0)]
    assert told(now - 0.5 * DAY) == [(False, 50_00, 1)]
    assert told(now + 0.5 * DAY) == [(False, None, 0)]


def test_a_sellers_hold_has_a_row_for_each_currency():
    seller = make.seller(country="FR")
    quick.payout(seller=seller, amount_minor=10_00)
    seller.country = "JP"  # it moved: a run pays each country's currency
    seller.save()
    quick.payout(seller=seller, amount_minor=700, currency="JPY")
    seller_held(seller)
    assert [(row["payout"], row["currency"], row["amount"]) for row in found({})] == [
        (None, "EUR", 10_00),
        (None, "JPY", 700),
    ]
    words = kinds.get("holds").chosen({"show": "past", "reason": "other", "on": "seller"}, now=make.NOW)
    assert words.in_words().endswith("Past their date · Reason is other, see the note · On a whole seller")


def test_the_totals_are_those_of_the_page_each_payout_once_however_many_holds_it_has(many):
    browser, definition, now = browser_of(), kinds.get("holds"), database_now()
    for given, shown in (
        ({}, ""),
        ({"reason": "documents"}, "reason=documents"),
        ({"on": "seller"}, "on=seller"),
    ):
        chosen = definition.chosen(given, now=now)
        count, totals = rows.totals(rows.select(definition, chosen), chosen)
        page = browser.get(f"/holds/totals/?{shown}").context["totals"]
        assert [each.money for each in totals if each.minor] == page.sums != []
        made = found(given)
        assert count == len(made) >= sum(each.count for each in totals)
        for each in totals:
            assert each.count == len([row for row in made if row["currency"] == each.currency])
    whole = sum(row["amount"] or 0 for row in found({}) if row["currency"] == "EUR")
    chosen = definition.chosen({}, now=now)
    _count, totals = rows.totals(rows.select(definition, chosen), chosen)
    euros = next(each for each in totals if each.currency == "EUR")
    assert euros.minor == whole - 300_00, "the old payout is held twice, and its money once"


def test_the_page_and_the_export_mean_the_same_of_what_waits_for_one_person(many):
    approver = make.user("compliance", is_staff=True)
    listed = asked.of(asked.Chosen(for_person=approver.pk, judges=True), now=database_now())
    made = found({"waits_for": approver.username})
    assert [row["hold"] for row in made] == [f"H{each.pk}" for each in listed.order_by("pk")] != []
