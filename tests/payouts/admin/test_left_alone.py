"""After a verb on many the message names what was left alone, by reason, and leads there."""

import re

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from payouts.admin import _left_alone
from payouts.operations import holds, review
from payouts.operations._outcome import Refusal
from tests import make
from tests.payouts import quick

LIST = "/payouts/review/"


def at(role: str) -> Client:
    client = Client()
    client.force_login(make.user(role, is_staff=True))
    return client


def refusals(**reasons: int) -> list[Refusal]:
    return [
        Refusal(payout_id=number, reference=f"P{number}", code="x", reason=reason)
        for at, (reason, count) in enumerate(reasons.items(), start=1)
        for number in range(at * 10, at * 10 + count)
    ]


def words(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html)


def test_the_first_of_each_reason_are_named_the_most_frequent_reason_first():
    told = _left_alone.told(refusals(few=1, many=5, some=3), _left_alone.payout)
    assert words(told) == "many (P20, P21, P22 and 2 others); some (P30, P31, P32); few (P10)"
    assert '<a class="ref" href="/payouts/P10/">P10</a>' in told


def test_what_is_refused_for_further_reasons_is_counted():
    told = _left_alone.told(refusals(a=1, b=2, c=1, d=1, e=4), _left_alone.payout)
    assert words(told).endswith("; 2 for other reasons")


def test_a_reason_is_text_and_no_html():
    (one,) = refusals(x=1)
    told = _left_alone.told(
        [Refusal(one.payout_id, one.reference, one.code, "<b>{names}")], _left_alone.payout
    )
    assert told.startswith("&lt;b&gt;{names} (")


def test_a_payout_that_a_job_knows_by_its_number_only_is_named_without_a_way_to_it():
    told = _left_alone.told(
        [Refusal(payout_id=7, reference="", code="failed", reason="x")], _left_alone.payout
    )
    assert told == "x (P7)"


@pytest.mark.django_db
def test_the_message_says_which_payouts_were_refused_and_why():
    payouts = [quick.payout() for _ in range(6)]
    *held, gone, fine = payouts
    client = at("analyst")
    page = client.post(
        "/payouts/act/review/", {"ids": [each.pk for each in payouts], "back": LIST}, follow=True
    )
    actor = make.person("compliance")
    holds.hold(
        payout_ids=[each.pk for each in held], reason="documents", note="Ask.", actor=actor, now=make.NOW
    )
    review.review(payout_ids=[gone.pk], actor=make.person("analyst"), now=make.NOW)
    done = client.post(
        "/payouts/act/review/", {**dict(page.context["hidden"]), "confirmed": "1"}, follow=True
    )
    (message,) = map(str, get_messages(done.wsgi_request))
    assert words(message).startswith("1 payout reviewed, 5 refused: it was put on hold")
    for named in (*held[:3], gone):
        assert f'<a class="ref" href="/payouts/{named.reference}/">{named.reference}</a>' in message
    assert "and 1 other)" in message and held[3].reference not in words(message)
    assert fine.reference not in message
    assert message in done.content.decode()  # as HTML, and not once more escaped


@pytest.mark.django_db
def test_the_message_says_which_holds_are_left_as_they_are():
    payout, client = quick.payout(), at("compliance")
    actor, on = make.person("compliance"), {"reason": "compliance", "note": "All.", "now": make.NOW}
    sellers = (payout.seller, make.seller())
    asked = [holds.hold_seller(seller_id=each.pk, actor=actor, **on) for each in sellers]
    holds.hold(payout_ids=[payout.pk], actor=actor, **on)
    ids = [each.pk for each in (*asked, payout.holds.get())]
    sent = {"confirmed": "1", "note": "Fine.", "ids": ids}
    client.post("/holds/release/", sent)
    done = client.post("/holds/release/", sent, follow=True)
    (*_asked, message) = map(str, get_messages(done.wsgi_request))
    assert words(message).startswith("3 holds left as they are: you asked for its release")
    for url in (
        f"/payouts/{payout.reference}/",
        *(f"/sellers/{each.reference}/" for each in sellers),
    ):
        assert f'href="{url}"' in message
