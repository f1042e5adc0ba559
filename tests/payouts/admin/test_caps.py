"""The page of caps: an administrator sets one, another person grants a raise; and where batches show what caps keep."""

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from backoffice.doors import keyset
from payouts.models import Cap, CapChange
from tests import make_payouts
from tests.payouts import quick
from tests.payouts.admin.test_pages import client
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db
CAPS, CHANGE = "/settings/caps/", "/settings/caps/change/"


def wish(browser, amount, *, kind="payout", currency="EUR", reason="Policy."):
    data = {"kind": kind, "currency": currency, "amount": amount, "reason": reason}
    return browser.post(CHANGE, data, follow=True).content.decode()


def decide(browser, decision):
    url = reverse("admin:payouts_cap_decide", args=[CapChange.objects.latest("pk").pk])
    return browser.post(url, {"decision": decision, "confirmed": "1"}, follow=True).content.decode()


def test_a_cap_is_set_and_its_raise_is_granted_by_another_person():
    one, other = client("admin"), client("treasurer")
    assert "No cap yet" in one.get(CAPS).content.decode()
    assert "The cap is in force" in wish(one, "5000")
    page = wish(one, "7500.50")
    assert "another person must grant it" in page and "Off for you: you asked for it" in page
    assert Cap.objects.get().limit_minor == 5000_00
    url = reverse("admin:payouts_cap_decide", args=[CapChange.objects.latest("pk").pk])
    for browser, decision, live in ((one, "grant", False), (one, "dismiss", True), (other, "grant", True)):
        page = browser.get(url, {"decision": decision}).content.decode()
        assert ("Off for you: you asked for it" not in page) == ('data-key="Enter">' in page) == live
    assert "you asked for it" in decide(one, "grant")
    assert "Grant" in other.get(CAPS).content.decode()

    assert "the new cap is in force" in decide(other, "grant")

    assert Cap.objects.get().limit_minor == 7500_50
    assert "granted or dismissed by someone else" in decide(other, "grant")


def test_what_a_decision_means_is_said_in_numbers_before_it_is_made():
    quick.payout(amount_minor=6000_00)
    one, other = client("admin"), client("treasurer")
    wish(one, "5000")
    wish(one, "7500.50")
    url = reverse("admin:payouts_cap_decide", args=[CapChange.objects.latest("pk").pk])
    page = other.get(url, {"decision": "grant"}).content.decode()
    assert "Grant €7,500.50 instead of €5,000.00" in page
    assert "1 payout that waits now may leave then: €6,000.00." in page and "Policy." in page
    page = other.post(url, {"decision": "dismiss"}).content.decode()
    assert "Dismiss the raise to €7,500.50: €5,000.00 stands" in page
    assert Cap.objects.get().limit_minor == 5000_00 and CapChange.objects.latest("pk").decided_at is None


def test_a_raise_is_dismissed():
    one = client("admin")
    wish(one, "5000")
    wish(one, "")
    assert "Dismissed: the cap stands" in decide(one, "dismiss")
    assert Cap.objects.get().limit_minor == 5000_00


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        ("12.345", "EUR", "too many decimals"),
        ("12.5", "JPY", "too many decimals"),
        ("much", "EUR", "is not an amount"),
        ("-5", "EUR", "more than zero"),
        ("0", "EUR", "more than zero"),
        ("", "EUR", "that is the cap already"),
        ("5", "XXX", "is none of these"),
    ],
)
def test_what_is_no_cap_is_told_beside_the_form(amount, currency, words):
    assert words in wish(client("admin"), amount, currency=currency)
    assert not Cap.objects.exists()


def test_who_sees_caps_and_cannot_set_them_sees_no_verb():
    cap("payout", 5000)
    page = client("auditor").get(CAPS).content.decode()
    assert "One payout" in page and "Set a cap" not in page
    assert client("auditor").post(CHANGE).status_code == 403


def test_a_batch_says_what_its_caps_will_keep_back_before_it_is_approved():
    batch = make_payouts.proposed_batch([1200, 9000])
    cap("payout", 5000)
    large = make_payouts.payouts_of(batch)[1].reference
    browser = client("treasurer")
    for name in ("detail", "approve"):
        page = browser.get(reverse(f"admin:payouts_batch_{name}", args=[batch.reference])).content.decode()
        assert "It is more than €50.00, the cap of one payout in EUR" in page and large in page


def test_a_batch_without_room_on_its_day_is_not_approved_and_the_page_says_what_to_do():
    batch = make_payouts.proposed_batch([1200, 1300])
    cap("funding_day", 2000)
    url = reverse("admin:payouts_batch_approve", args=[batch.reference])
    browser = client("treasurer")
    page = browser.get(url)
    hidden = dict(page.context["hidden"])
    said = browser.post(url, {"confirmed": "1", **hidden}, follow=True).content.decode()
    assert "Not approved: 1 payout of 2 does not fit" in said and "take it out" in said


def test_a_cap_is_read_as_the_reader_writes_it():
    browser = client("admin")
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "es"
    with override("en"):  # so that the language ends with it
        wish(browser, "7.500,50")
    assert Cap.objects.get().limit_minor == 7500_50


def test_the_caps_are_listed_a_page_at_a_time_by_currency(monkeypatch):
    monkeypatch.setattr(keyset.page, "__kwdefaults__", keyset.page.__kwdefaults__ | {"size": 2})
    for kind, currency in (("payout", "USD"), ("payout", "EUR"), ("funding_day", "EUR")):
        cap(kind, 100_00, currency=currency)
    reader = client("admin")
    first = reader.get(CAPS)
    assert [str(row["cap"]) for row in first.context["rows"]] == ["funding_day EUR", "payout EUR"]
    following = reader.get(CAPS + first.context["pager"].next_url)
    assert [str(row["cap"]) for row in following.context["rows"]] == ["payout USD"]
    assert 'rel="prev"' in following.content.decode() and not following.context["pager"].next_url
