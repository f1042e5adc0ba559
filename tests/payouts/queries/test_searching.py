"""One search for sellers, from whichever door it is asked."""

import pytest

from payouts.queries import searching
from sellers import queries
from sellers.models import Seller
from tests import make

pytestmark = pytest.mark.django_db
FOUND = ("électro", "ÉLECTRO", "straße", "株式", "式会", "hello@electro", "ext-1", "ext-1, S0")
OTHERS = ("strasse", "lectro s", "xt-1", "tro", "%", "el", "Élect  STRA")


@pytest.mark.parametrize("text", [*FOUND, *OTHERS])
def test_the_list_of_sellers_and_the_list_of_payouts_find_the_same(text):
    wanted = make.seller(
        name="Électro Straße 株式会社 el", email="hello@electro.example", external_id="ext-1"
    )
    make.seller(name="Other", email="other@shop.example")

    listed = set(queries.search(text=text).sellers)
    assert listed == set(Seller.objects.filter(searching.sellers_found_by(text)))
    assert listed <= {wanted}


@pytest.mark.parametrize("text", FOUND)
def test_letters_are_raised_as_postgresql_raises_them(text):
    wanted = make.seller(name="Électro Straße 株式会社", email="hello@electro.example", external_id="ext-1")
    make.seller(name="Other", email="other@shop.example")

    assert queries.search(text=text).sellers == [wanted]
