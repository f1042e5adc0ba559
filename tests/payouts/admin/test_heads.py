"""What a column counts is told beside its short head: a ``title`` is for a mouse alone."""

import pytest
from django.test import Client
from lxml import html

from payouts.operations import holds
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "explained"),
    [
        ("/payouts/?view=all", {"Period", "Age", "Waiting", "Last 12", "Against usual"}),
        ("/payouts/review/", {"Period", "Age", "Waiting", "Last 12", "Against usual"}),
        ("/holds/", {"Seller-days"}),
    ],
)
def test_who_listens_hears_what_a_column_counts(address, explained):
    payout, _free = quick.payout(), quick.payout()
    actor = make.person("compliance")
    holds.hold(payout_ids=[payout.pk], reason="documents", note="Ask.", actor=actor, now=make.NOW)
    client = Client()
    client.force_login(make.user("auditor", is_staff=True))
    page = html.fromstring(client.get(address).content.decode())
    heads = page.xpath("//table[contains(@class, 'table')]/thead//th[@title]")
    told = {}
    for head in heads:
        (words,) = head.xpath("span[@class='sr']/text()")
        assert words == head.get("title")
        told[head.text_content().removesuffix(words).replace("\u00a0", " ").strip()] = words
    assert told.keys() == explained
