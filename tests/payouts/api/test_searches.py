"""/api/v1/payouts?search=…: page by page, from indexes, and never more than was asked for."""

import pytest

from backoffice.doors.api.pages import ByNewest
from payouts.models import HoldReason
from payouts.operations import holds
from payouts.queries import searching
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def walked(caller, address: str, way: str = "next") -> tuple[list[int], str]:
    """The ids of every page from there on, and the last page's address."""
    found, last = [], address
    while address:
        last, page = address, caller.get(address).json()
        found += [row["id"] for row in page["results"]]
        address = page[way] or ""
    return found, last


@pytest.mark.parametrize("few", [1, 1_000])
def test_a_search_is_walked_page_by_page_both_ways(token, monkeypatch, few):
    """However many sellers the word finds; a payout that it finds by its own reference too comes once."""
    monkeypatch.setattr(searching, "FEW_SELLERS", few)
    made = [quick.payout(seller=make.seller(name=f"Mobile {n}")).pk for n in range(9)]
    quick.payout(seller=make.seller(name="Another"))
    other = quick.payout(seller=make.seller(name="Else", external_id="mobile"))
    wanted = [other.pk, *reversed(made)]
    ids, last = walked(token(), "/api/v1/payouts/?search=mobile&page_size=2")
    assert ids == wanted
    back, _first = walked(token(), last, "previous")
    assert sorted(back) == sorted(wanted)
    assert token().get("/api/v1/payouts/?search=mobile&page_size=2&status=PAID").json()["results"] == []


def test_what_changes_between_the_questions_of_a_search_is_not_shown(token, monkeypatch):
    """The first question found it; by the second it is held, and only what is not was asked for."""
    made = quick.payout(seller=make.seller(name="Mobile"))
    first_of = ByNewest._first_of

    def late(self, parts, request):
        found = first_of(self, parts, request)
        holds.place_on(payouts=[made], reason=HoldReason.OTHER, note="Looked at.", now=make.NOW)
        return found

    monkeypatch.setattr(ByNewest, "_first_of", late)
    assert token().get("/api/v1/payouts/?search=mobile&on_hold=false").json()["results"] == []
