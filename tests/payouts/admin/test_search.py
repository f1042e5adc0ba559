"""Search everywhere, as its readers use it."""

import pytest
from django.test import Client
from django.urls import reverse

from payouts.operations import creation
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


def test_the_way_to_all_that_was_found_keeps_the_words_whole():
    for number in range(21):
        account = make.ledger_account(make.seller(name=f"A&B #{number}"))
        make.earning(account)
        make_accounts.payable(account.seller)
    creation.run(until=None, key="all", actor=make.person("analyst"), now=make.NOW)
    client = Client()
    client.force_login(make.user("support", is_staff=True))

    page = client.get(reverse("admin:search"), {"q": "a&b #"})
    listed = client.get(page.context["more_url"])
    assert len(page.context["payouts"]) == 20
    assert listed.status_code == 200
    assert [chip["text"] for chip in listed.context["chips"] if "text" in chip] == ["Search: a&b #"]
