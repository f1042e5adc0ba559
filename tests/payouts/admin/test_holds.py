"""The page of holds: which, how much money, how many seller-days; and releasing them, alone and by two."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.audit.clock import database_now
from backoffice.doors import keyset
from payouts.models import Hold, ReleaseRequest
from payouts.operations import givebacks, holds
from payouts.queries import holds as asked
from sellers.operations import suspend
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db

LIST, TOTALS = "/holds/", "/holds/totals/"


def at(role: str) -> Client:
    browser = Client()
    browser.force_login(make.user(role, is_staff=True, first_name=role.title(), last_name="Who"))
    return browser


def held(payout=None, *, reason="dispute", days=0, actor=None, **values) -> Hold:
    made = payout or quick.payout()
    now = database_now() - timedelta(days=days, minutes=5)
    holds.hold(
        payout_ids=[made.pk],
        reason=reason,
        note="Look.",
        actor=actor or make.person("analyst"),
        now=now,
        **values,
    )
    return made.holds.latest("pk")


def seller_held(seller, *, days=0, reason="other") -> Hold:
    now = database_now() - timedelta(days=days, minutes=5)
    return holds.hold_seller(
        seller_id=seller.pk, reason=reason, note="All.", actor=make.person("compliance"), now=now
    )


def shown(query="", role="compliance") -> list[str]:
    return [row.reference for row in at(role).get(f"{LIST}{query}").context["rows"]]


def test_each_filter_leaves_its_own():
    analyst = make.person("analyst")
    old, young = held(days=8, actor=analyst), held(reason="documents")
    yen = held(quick.payout(seller=make.seller(country="JP"), currency="JPY"))
    whole = seller_held(make.seller(country="ES"))
    everything = [old, young, yen, whole]
    names = {
        each.pk: str(each.payout.reference if each.payout else each.seller.reference) for each in everything
    }
    cases = {
        "": everything, "?reason=documents": [young], "?country=JP": [yen], "?country=ES": [whole],
        f"?who={analyst.user_id}": [old], "?who=program": [], "?older=7": [old], "?currency=JPY": [yen],
        "?on=seller": [whole], "?on=payout": [old, young, yen], "?show=asked": [],
    }  # fmt: skip
    browser = at("compliance")
    for query, wanted in cases.items():
        rows = browser.get(f"{LIST}{query}").context["rows"]
        assert sorted(row.reference for row in rows) == sorted(names[each.pk] for each in wanted), query


def test_by_money_the_most_comes_first_on_every_page(monkeypatch):
    amounts = (300_00, 100_00, 500_00, 100_00, 200_00)
    for amount in amounts:
        held(quick.payout(amount_minor=amount))
    seller = quick.payout(amount_minor=400_00).seller
    seller_held(seller)
    now = database_now()
    rows = asked.with_money(asked.of(asked.Chosen(currency="EUR"), now=now), "EUR")
    assert sorted((row.money for row in rows), reverse=True) == [
        500_00,
        400_00,
        300_00,
        200_00,
        100_00,
        100_00,
    ]

    browser, url, found = at("auditor"), f"{LIST}?sort=-money&currency=EUR", []
    monkeypatch.setitem(keyset.page.__kwdefaults__, "size", 2)
    for _ in range(3):
        page = browser.get(url)
        found.append([row.sums[0].minor for row in page.context["rows"]])
        url = f"{LIST}{page.context['pager'].next_url}"
    assert found == [[500_00, 400_00], [300_00, 200_00], [100_00, 100_00]]
    assert page.context["pager"].next_url == ""
    back = browser.get(f"{LIST}{page.context['pager'].previous_url}")
    assert [row.sums[0].minor for row in back.context["rows"]] == [300_00, 200_00]


def test_totals_count_each_payout_and_each_seller_once():
    payout = quick.payout(amount_minor=100_00)
    held(payout, days=10), held(payout, days=3)
    seller_held(payout.seller, days=2)
    held(quick.payout(amount_minor=50_00), days=4)
    seller_held(make.seller(), days=30)  # nothing of theirs waits
    dead = quick.payout(amount_minor=9_00)
    held(dead, days=20)
    givebacks.cancel(payout_ids=[dead.pk], actor=make.person("approver"), reason="x", now=make.NOW)
    found = asked.totals(asked.open_ones(), now=database_now())
    assert (found.count, [money.minor for money in found.sums]) == (6, [150_00])
    assert (found.payouts, found.seller_days, found.sellers) == (2, 14, 2)
    page = at("auditor").get(TOTALS).content.decode()
    assert "14 seller-days of 2 sellers" in page and "6 holds: 2 payouts on hold</span>" in page


def test_the_payouts_that_the_holds_stop_are_those_on_hold_of_the_front_page():
    """The one counts holds, the other payouts: the page of holds says both."""
    payout = quick.payout()
    held(payout), seller_held(payout.seller), held(), seller_held(quick.payout(seller=make.seller()).seller)
    browser = at("compliance")
    (line,) = [
        each for each in browser.get("/").context["lines"] if each.work.permission == "payouts.release_hold"
        and each.work.payouts
    ]  # fmt: skip
    assert line.count.value == 3
    assert "4 holds: 3 payouts on hold</span>" in browser.get(TOTALS).content.decode()


def test_the_totals_of_no_hold_stop_nothing():
    found = asked.totals(asked.open_ones(), now=database_now())
    assert (found.count, found.payouts, found.seller_days, found.sellers) == (0, 0, 0, 0)


def test_all_that_match_are_not_offered_where_only_those_of_the_page_are_taken():
    held()
    page = at("compliance").get(LIST).content.decode()
    assert "Release {n} holds" in page and "data-select-matching" not in page


def test_a_hold_that_stops_no_money_costs_no_days():
    seller_held(make.seller(), days=30)
    (row,) = asked.rows(list(asked.open_ones()), now=database_now())
    assert (row.sums, row.days) == ([], 0)


def test_a_hold_past_its_date_is_found_until_the_program_releases_it():
    hold = held(days=3, until=database_now() - timedelta(days=1))
    held()
    assert shown("?show=past") == shown("?past=true") == [hold.payout.reference]
    holds.release_due(now=database_now())
    assert shown("?show=past") == []


def release(browser: Client, *ones: Hold, note="The shop is real."):
    page = browser.get(
        reverse("admin:payouts_hold_release"), {"ids": [each.pk for each in ones], "back": LIST}
    )
    sent: dict = {"confirmed": "1", "note": note}
    for name, value in page.context["hidden"]:
        sent.setdefault(name, []).append(value)
    return page, browser.post(reverse("admin:payouts_hold_release"), sent, follow=True)


def test_one_asks_and_another_confirms_what_the_page_tells_each():
    risky, plain = held(reason="fraud_suspected"), held()
    asker = at("compliance")
    page, done = release(asker, risky, plain)
    assert page.context["title"] == "Release 1 hold, ask to release 1 hold"
    assert "1 hold still in force until another person confirms" in done.content.decode()
    risky.refresh_from_db()
    assert risky.is_open and not Hold.objects.get(pk=plain.pk).is_open
    assert shown("?show=asked") == [risky.payout.reference]

    again, _ = release(asker, risky)
    assert again.context["title"] == "Nothing can be done" and "0 hold" not in again.content.decode()
    assert "you asked for its release: another person must confirm it" in again.content.decode().lower()

    page, _ = release(at("approver"), risky, note="I called them.")
    assert page.context["title"] == "Confirm the release of 1 hold"
    assert "Compliance Who found out: The shop is real." in page.content.decode()
    risky.refresh_from_db()
    assert (risky.is_open, risky.release_note) == (False, "I called them.")


def test_where_a_release_would_do_nothing_its_button_is_off_and_says_why():
    risky, asker = held(reason="fraud_suspected"), at("compliance")
    whole = seller_held(make.seller(), reason="compliance")
    cases = (
        (risky, f"/payouts/{risky.payout.reference}/", "Release"),
        (whole, f"/sellers/{whole.seller.reference}/", "Release the seller"),
    )
    for hold, page, label in cases:
        (verb,) = [each for each in asker.get(page).context["verbs"] if each["label"] == label]
        assert verb["url"] and not verb.get("off")
        asker.post(reverse("admin:payouts_hold_release"), {"confirmed": "1", "note": "Fine.", "ids": hold.pk})
        (verb,) = [each for each in asker.get(page).context["verbs"] if each["label"] == label]
        assert verb["off"] == "Off: you asked for its release: another person must confirm it."
        (verb,) = [each for each in at("approver").get(page).context["verbs"] if each["label"] == label]
        assert not verb.get("off")


def test_each_reason_why_a_release_would_do_nothing_is_said_once():
    payout, asker, former = quick.payout(), at("compliance"), make.user("compliance", first_name="Noa")
    mine, also_mine, of_former = [
        held(payout, reason=why) for why in ("fraud_suspected", "compliance", "fraud_suspected")
    ]
    asker.post(
        reverse("admin:payouts_hold_release"),
        {"confirmed": "1", "note": "Fine.", "ids": [mine.pk, also_mine.pk]},
    )
    holds.release(hold_ids=[of_former.pk], actor=make.actors.person(former), note="Fine.", now=database_now())
    former.groups.clear()
    (verb,) = [
        each
        for each in asker.get(f"/payouts/{payout.reference}/").context["verbs"]
        if each["label"] == "Release"
    ]
    assert verb["off"] == (
        "Off: you asked for its release: another person must confirm it; "
        "Noa asked for its release and may not release any more: withdraw it, and ask anew."
    )


def test_what_was_asked_for_while_the_page_was_open_is_409():
    risky, one, two = held(reason="compliance"), at("compliance"), at("compliance")
    sent = {"confirmed": "1", "note": "Fine.", "ids": risky.pk}
    assert one.post(reverse("admin:payouts_hold_release"), sent).status_code == 302
    late = two.post(reverse("admin:payouts_hold_release"), sent)
    assert late.status_code == 409 and "read why, then decide" in late.content.decode()
    risky.refresh_from_db()
    assert risky.is_open


def test_a_request_is_taken_back_with_a_word_for_who_asked():
    risky = held(reason="fraud_suspected")
    release(at("compliance"), risky)
    request, url = ReleaseRequest.objects.get(), reverse("admin:payouts_hold_withdraw")
    other = at("approver")
    assert "The shop is real." in other.get(url, {"ids": risky.pk}).content.decode()
    sent = {"confirmed": "1", "ids": risky.pk, "request": request.pk}
    assert "say why, for the person who asked" in other.post(url, sent).content.decode()
    assert other.post(url, {**sent, "note": "Call them first."}).status_code == 302
    request.refresh_from_db()
    assert request.withdrawn_note == "Call them first." and Hold.objects.get(pk=risky.pk).is_open
    assert other.post(url, {**sent, "note": "Again."}).status_code == 409


def test_the_meaning_of_each_reason_stands_beside_the_choice():
    page = at("analyst").get(reverse("admin:payouts_payout_act", args=["hold"]), {"ids": quick.payout().pk})
    text = page.content.decode()
    assert "Sanctions, money laundering or identity." in text
    assert text.count("Two people release it, one of them of compliance.") == 2


def test_the_preview_of_a_release_counts_each_payout_once_and_so_do_the_boxes():
    one = held(quick.payout(amount_minor=5_00))
    twice = held(one.payout, reason="documents")
    whole, other = seller_held(one.payout.seller), held(quick.payout(amount_minor=2_00))
    page, _ = release(at("compliance"), one, twice, whole, other)
    assert [sum_.minor for sum_ in page.context["preview"]["sums"]] == [7_00]
    for each in (one, twice, whole, other):
        held(each.payout) if each.payout else seller_held(each.seller)
    text = at("compliance").get(LIST).content.decode()
    seller = one.payout.seller_id
    assert text.count(f'data-once="payout {one.payout_id}" data-within="seller {seller}"') == 2
    assert text.count(f'data-once="seller {seller}"') == 1


@pytest.mark.parametrize("address", ["/payouts/act/hold/?ids={payout}", "/sellers/{seller}/act/hold/"])
def test_the_reason_of_a_hold_is_chosen_and_never_the_one_that_stood_there(address):
    payout = quick.payout()
    url = address.format(payout=payout.pk, seller=payout.seller.reference)
    browser = at("compliance")
    page = browser.get(url)
    assert page.context["form"]["reason"].field.choices[0] == ("", "Choose the reason")
    sent = {**dict(page.context.get("hidden", [])), "confirmed": "1", "note": "Look.", "ids": payout.pk}
    browser.post(url.partition("?")[0], sent)
    assert not Hold.objects.exists()


def test_a_release_says_how_many_payouts_and_how_much_go_on_by_it_and_what_stays_stopped():
    seller, other = make.seller(), quick.payout(country="US", currency="USD", amount_minor=9_00).seller
    quick.payout(seller=seller, amount_minor=5_00)
    second = quick.payout(seller=seller, amount_minor=7_00, now=make.NOW + timedelta(days=1))
    own, both = held(second), (seller_held(seller), seller_held(other))
    page, _ = release(at("compliance"), *both, note="")
    going, still, *_more = page.context["preview"]["follows"]
    assert going == "2 payouts that are not sent yet go on: €5.00, $9.00."
    assert still == "1 payout that is not sent yet is stopped by something else, and stays so: €7.00."
    page, _ = release(at("compliance"), *both, own, note="")
    going, *more = page.context["preview"]["follows"]
    assert going == "3 payouts that are not sent yet go on: €12.00, $9.00." and "stays so" not in more[0]
    suspend(seller_id=seller.pk, reason="Documents", actor=make.person("compliance"), now=make.NOW)
    page, _ = release(at("compliance"), both[0], own, note="")
    assert page.context["preview"]["follows"][0] == "No payout goes on by it."


def test_a_release_that_another_must_confirm_lets_nothing_go_on_yet():
    whole = seller_held(quick.payout().seller, reason="compliance")
    page, _ = release(at("compliance"), whole, note="")
    assert not [line for line in page.context["preview"]["follows"] if "go on" in line or "goes on" in line]
