"""What a verb would refuse, or did, leads to exactly those rows, however many they are."""

from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.messages import get_messages
from django.http import HttpRequest
from django.test import Client, RequestFactory
from lxml import html

from payouts.admin import _left_alone
from payouts.models import PastedList, Payout
from payouts.operations import holds, review
from payouts.operations._outcome import Refusal
from payouts.operations.views import SEE
from payouts.queries.searching import MOST_LISTED
from tests import make
from tests.payouts import quick


def at(role: str) -> Client:
    client = Client()
    client.force_login(make.user(role, is_staff=True))
    return client


def held(count: int, **on: str) -> list[Payout]:
    payouts = [quick.payout() for _ in range(count)]
    reason = {"reason": "documents", "note": "Ask.", **on}
    actor = make.person("compliance")
    holds.hold(payout_ids=[each.pk for each in payouts], actor=actor, now=make.NOW, **reason)
    return payouts


def listed(page) -> set[int]:
    return {row.payout.pk for row in page.context["rows"]}


def ids(payouts: Sequence[Payout]) -> set[int]:
    return {each.pk for each in payouts}


def refused_cells(page) -> tuple[html.HtmlElement, html.HtmlElement]:
    """Which, and how many, of the first reason."""
    (table,) = html.fromstring(page.content.decode()).xpath("//table[caption='Refused, by reason']")
    _why, which, how_many = table.xpath("tbody/tr[1]/td")
    return which, how_many


@pytest.mark.django_db
def test_a_few_that_are_refused_are_an_address():
    gone, fine = [quick.approved() for _ in range(2)], quick.payout()
    client = at("analyst")
    page = client.post("/payouts/act/review/", {"ids": [each.pk for each in (*gone, fine)]}, follow=True)
    which, how_many = refused_cells(page)
    assert which.xpath("a/@href") == [f"/payouts/{each.reference}/" for each in gone]
    (link,) = how_many.xpath("a")
    assert link.text == "2" and link.get("aria-label") == "2: see them in a list"
    assert listed(client.get(link.get("href"))) == ids(gone)
    assert not PastedList.objects.exists()


@pytest.mark.django_db
def test_many_that_are_refused_are_a_list_that_is_kept_once_somebody_opens_it():
    gone, client = [quick.approved() for _ in range(7)], at("analyst")
    page = client.post("/payouts/act/review/", {"ids": [each.pk for each in gone]}, follow=True)
    which, how_many = refused_cells(page)
    assert len(which.xpath("a")) == 3 and which.text_content().endswith("…")
    assert not PastedList.objects.exists()
    (form,) = how_many.xpath("form")
    opened = client.post(form.get("action"), dict(form.form_values()), follow=True)
    assert listed(opened) == ids(gone) and PastedList.objects.count() == 1


def asked_by(*permissions: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.user = make.user(permissions=permissions)
    return request


@pytest.mark.django_db
def test_more_than_one_list_holds_are_several():
    refused = [Refusal(number, f"P{number}", "x", "why") for number in range(1, MOST_LISTED + 3)]
    (group,) = _left_alone.grouped([("why", refused)], request=asked_by(SEE))
    first, second = group["lists"]
    assert (first["label"], second["label"]) == ("1–5,000", "5,001–5,002")
    assert [*first["text"].split(), *second["text"].split()] == [each.reference for each in refused]


@pytest.mark.django_db
@pytest.mark.parametrize("count", [2, 7])
def test_who_may_see_no_payouts_is_led_to_no_list_of_them(count):
    refused = [Refusal(number, f"P{number}", "x", "why") for number in range(1, count + 1)]
    (group,) = _left_alone.grouped([("why", refused)], request=asked_by("payouts.review_payout"))
    assert not group["url"] and "lists" not in group and group["count"] == count


@pytest.mark.django_db
def test_what_is_known_by_its_number_only_leads_nowhere():
    refused = [Refusal(7, "", "failed", "why")]
    (group,) = _left_alone.grouped([("why", refused)], request=asked_by(SEE))
    assert group["references"] == [{"reference": "P7", "url": ""}] and group["url"] == ""


@pytest.mark.django_db
@pytest.mark.parametrize(("count", "kept"), [(4, 0), (6, 1)])
def test_after_the_deed_a_reason_leads_to_all_that_it_left_alone(count, kept):
    fine, client = quick.payout(), at("analyst")
    others = [quick.payout() for _ in range(count)]
    page = client.post("/payouts/act/review/", {"ids": [each.pk for each in (fine, *others)]}, follow=True)
    sent = {**dict(page.context["hidden"]), "confirmed": "1"}
    review.review(payout_ids=[each.pk for each in others], actor=make.person("analyst"), now=make.NOW)
    done = client.post("/payouts/act/review/", sent, follow=True)
    (message,) = map(str, get_messages(done.wsgi_request))
    reason = html.fromstring(f"<p>{message}</p>").xpath("a[1]")[0]
    assert listed(client.get(reason.get("href"))) == ids(others)
    assert PastedList.objects.count() == kept
    assert set(parse_qs(urlsplit(reason.get("href")).query)) == ({"pasted"} if kept else {"search"})


@pytest.mark.django_db
def test_every_hold_that_is_not_released_is_named_with_the_way_to_it():
    payouts = held(5, reason="compliance")
    client = at("compliance")
    chosen = [payout.holds.get().pk for payout in payouts]
    client.post("/holds/release/", {"confirmed": "1", "note": "Fine.", "ids": chosen})
    which, how_many = refused_cells(client.post("/holds/release/", {"ids": chosen}, follow=True))
    assert set(which.xpath(".//a/@href")) == {f"/payouts/{each.reference}/" for each in payouts}
    assert which.xpath("details/summary/text()") == ["and 2 more"] and how_many.text_content() == "5"


@pytest.mark.django_db
def test_what_a_run_would_leave_alone_leads_to_exactly_those_balances():
    account = make.ledger_account()
    make.earning(account, amount_minor=50_00)  # no bank account: not paid, with the reason
    client = at("analyst")
    which, how_many = refused_cells(client.get("/runs/new/", {"country": "FR"}))
    reference = account.seller.reference
    assert which.xpath("a/@href") == [f"/sellers/{reference}/"]
    shown = client.get(how_many.xpath("a/@href")[0])
    assert [row["payee"].reference for row in shown.context["rows"]] == [reference]
