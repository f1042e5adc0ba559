"""The list of sellers."""

import pytest
from django.urls import reverse

from tests import make

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
    assert listed("foo") == ([], {"Verified", "Waiting"})
