"""The list of sellers."""

from urllib.parse import urlencode

import pytest
from django.urls import reverse

from sellers import queries
from sellers.models import Seller
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_only_a_standing_that_exists_filters_and_shows_as_a_filter(client):
    make.seller(name="Verified", verified_at=make.NOW)
    make.seller(name="Waiting", verified_at=None)
    client.force_login(make.user("support", is_staff=True))

    def listed(standing):
        page = client.get(reverse("admin:sellers_seller_list"), {"standing": standing})
        chips = [chip["text"] for chip in page.context["chips"] if "text" in chip]
        return chips, {name for name in ("Verified", "Waiting") if f">{name}<" in page.content.decode()}

    assert listed("unverified") == (["Standing is not verified"], {"Waiting"})
    assert listed("") == ([], {"Verified", "Waiting"})
    wrong = client.get(reverse("admin:sellers_seller_list"), {"standing": "foo"})
    assert wrong.status_code == 400 and "has no choice “foo”" in wrong.content.decode()


@pytest.mark.parametrize("few", [4, 1_000])
def test_a_search_lists_every_seller_it_finds_page_by_page(client, monkeypatch, few):
    """Few are named, many are met in the list's order: both end with the last one, and no other comes along."""
    monkeypatch.setattr(queries, "FEW", few)
    made = [
        Seller(external_id=f"m-{n}", name=f"Mobile shop {n}", country="FR", email=f"m{n}@example.com")
        for n in range(503)
    ]
    Seller.objects.bulk_create(made)
    make.seller(name="Other")
    payout = quick.payout(seller=make.seller(name="Other too"))
    client.force_login(make.user("support", is_staff=True))

    def shown(words):
        url, names = reverse("admin:sellers_seller_list"), []
        query = f"?{urlencode({'q': words})}"
        while query:
            page = client.get(url + query)
            names += [row["seller"].name for row in page.context["rows"]]
            query = page.context["pager"].next_url
        return names

    assert shown("mobile") == [each.name for each in reversed(made)]
    assert shown(str(payout.reference)) == ["Other too"]
    assert shown("m") == []
