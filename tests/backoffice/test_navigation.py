"""Who sees which place, and how many things wait there."""

from dataclasses import replace

import pytest
from django.contrib.auth.models import Permission

from backoffice import navigation, roles
from payouts.operations import answering, incidents
from payouts.queries.waiting import Of
from sellers.operations import suspend
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


def labels(role: str) -> set[str]:
    held = set(roles.ROLES[role])
    return {place.label for place in navigation.PLACES if navigation._may(place, held)}


def test_each_role_sees_its_own_work_and_no_other():
    assert "Review" in labels("analyst")
    assert "Approvals" not in labels("analyst")
    assert "Approvals" in labels("approver")
    assert "Failed & returned" not in labels("accountant")
    assert labels("admin") == {"Home", "Settings"}


def test_support_sees_where_a_seller_s_money_may_stand_and_no_numbers_of_what_others_have_to_do():
    looked_up = {"Payouts", "Sellers", "Why isn’t it paid?"}
    assert labels("support") == {"Home", "Holds", "Batches", "Failed & returned", "Recalls"} | looked_up
    held = set(roles.ROLES["support"])
    assert [place.label for place in navigation.PLACES if place.waiting in place.counted(held)] == []
    assert "Holds" not in {
        p.label for p in navigation.PLACES if navigation._may(p, held - {"payouts.view_hold"})
    }


def test_the_auditor_sees_every_place():
    assert labels("auditor") == {place.label for place in navigation.PLACES}


def test_a_number_is_of_what_the_reader_may_do_something_about():
    counted = {
        role: {place.label for place in navigation.PLACES if place.waiting in place.counted(set(held))}
        for role, held in roles.ROLES.items()
    }
    assert {"Adjustments", "Holds", "Imports"} <= counted["approver"]
    assert not {"Adjustments", "Holds", "Batches", "Accounts to verify"} & counted["analyst"]
    assert "Batches" in counted["treasurer"] and "Holds" not in counted["treasurer"]
    assert "Adjustments" not in counted["accountant"] and "Books" in counted["accountant"]
    assert not {"Adjustments", "Holds", "Review", "Batches"} & counted["auditor"]


def test_every_place_has_a_page():
    assert [place.url_name for place in navigation.PLACES if not navigation.address(place)] == []


def test_what_waits_is_counted_no_further_than_anybody_reads(monkeypatch, django_assert_num_queries):
    home = next(place for place in navigation.PLACES if place.label == "Home")
    every = Permission.objects.order_by("pk").values_list("pk", flat=True)
    of = [Of(lambda most=most: (Permission.objects.filter(pk__lte=every[most - 1]),)) for most in (6, 5, 2)]
    both = Of(lambda: (Permission.objects.filter(pk__lte=every[0]), Permission.objects.filter(pk=every[1])))
    monkeypatch.setattr(navigation, "CAP", 5)
    places = tuple(replace(home, waiting=each) for each in (*of, both))
    monkeypatch.setattr(navigation, "PLACES", (*places, replace(home, waiting=of[2], mine=both)))
    navigation.entries(permissions=(), path="/")  # the words of the questions are made
    with django_assert_num_queries(1):
        shown = navigation.entries(permissions=(), path="/")
    assert [each.count for each in shown] == ["5+", "5", "2", "2", "4"]
    assert [each.total for each in shown] == [6, 5, 2, 2, 4]


def test_every_count_can_be_read_when_nothing_waits():
    for place in navigation.PLACES:
        if place.waiting:
            assert place.waiting(cap=5) == 0


def test_the_numbers_of_the_queues_are_of_the_rows_of_their_pages(client):
    of_suspended = quick.reviewed()
    for _each in range(2):
        quick.reviewed()
        quick.payout()
    suspend(
        seller_id=of_suspended.seller_id, reason="Documents", actor=make.person("compliance"), now=make.NOW
    )
    everything = navigation.SEES_ALL | set(roles.ROLES["analyst"]) | set(roles.ROLES["approver"])
    client.force_login(make.user(permissions=everything, is_staff=True))
    shown = {entry.url: entry.total for entry in navigation.entries(permissions=everything, path="/")}
    for url, number in (("/payouts/review/", 2), ("/payouts/approvals/", 3)):
        assert shown[url] == number == len(client.get(url).context["rows"])


def test_one_trouble_is_counted_once_what_is_unknown_not_among_the_rails_incidents_too():
    lost = standing.submission(status="UNKNOWN")
    for code, key in (
        ("unknown", answering.alert_key(lost.pk)),
        ("conflict", answering.conflict_key(lost.pk)),
    ):
        incidents.open_one(code=code, key=key, text="Look.", now=make.NOW)
    incidents.open_one(code="invariant", key="invariant:x", text="Look.", now=make.NOW)
    seen = navigation.entries(permissions=roles.ROLES["treasurer"], path="/")
    counts = {entry.url: entry.count for entry in seen if entry.late}
    assert (counts["/unknown/"], counts["/rails/"]) == ("1", "1")


def test_the_place_one_is_in_is_marked_on_its_pages_and_below_them():
    held = roles.ROLES["admin"]
    at_settings = navigation.entries(permissions=held, path="/settings/")
    assert [entry.label for entry in at_settings if entry.current] == ["Settings"]
    at_home = navigation.entries(permissions=held, path="/")
    assert [entry.label for entry in at_home if entry.current] == ["Home"]


def test_a_verb_is_at_the_place_that_it_was_asked_for_from(client):
    client.force_login(make.user("analyst", is_staff=True))
    query = {"ids": quick.payout().pk}

    def here(back: str, method=client.get) -> list[str]:
        page = method("/payouts/act/review/", query | {"back": back})
        assert page.status_code == 200 and page.context["back_url"] == (back or "/payouts/")
        return [entry.label for entry in page.context["frame"].work if entry.current]

    assert here("/payouts/review/?country=FR") == ["Review"]
    assert here("/payouts/failed/") == ["Failed & returned"]
    # From the front page, and where nothing says from where, by its own address.
    assert here("/") == here("") == here("/payouts/P12/") == ["Payouts"]
    assert [
        entry.label for entry in client.get("/sellers/?back=/runs/").context["frame"].work if entry.current
    ] == ["Sellers"]
    query |= {"confirmed": "1", "note": "x" * 5000}
    assert here("/payouts/review/", client.post) == ["Review"]  # asked again in place
