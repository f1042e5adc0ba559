"""Holds for risk and compliance: who asks, who confirms, and what no date ends."""

from datetime import timedelta

import pytest

from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.models import Hold, ReleaseRequest
from payouts.operations import accounts, approval, holds
from tests import make
from tests.access.world import change_of_account
from tests.make import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def held(reason="fraud_suspected", payout=None, **values) -> Hold:
    made = payout or quick.payout()
    actor = values.pop("actor", None) or make.person("analyst")
    holds.hold(payout_ids=[made.pk], actor=actor, reason=reason, note="Look.", now=NOW, **values).only()
    return Hold.objects.filter(payout=made).latest("pk")


def release(*ones: Hold, actor, seen=(), note="The shop is real."):
    found = holds.release(
        hold_ids=[each.pk for each in ones], actor=actor, note=note, now=NOW, seen=set(seen)
    )
    for each in ones:
        each.refresh_from_db()
    return found


def request_of(hold: Hold) -> ReleaseRequest:
    return hold.release_requests.latest("pk")


def test_the_first_asks_and_the_hold_stays_in_force():
    payout = quick.reviewed()
    hold, compliance, approver = held(payout=payout), make.person("compliance"), make.person("approver")
    found = release(hold, actor=compliance)
    assert (found.asked, found.released) == ([hold], []) and hold.is_open
    assert approval.approve(payout_ids=[payout.pk], actor=approver, now=NOW).refused[0].code == "held"

    release(hold, actor=approver, seen=[request_of(hold).pk], note="I called them too.")
    assert (hold.released_by_id, hold.release_note) == (approver.user_id, "I called them too.")
    assert (
        request_of(hold).note == "The shop is real." and request_of(hold).confirmed_by_id == approver.user_id
    )
    approval.approve(payout_ids=[payout.pk], actor=approver, now=NOW).only()
    deeds = Event.objects.filter(
        subject_type="payouts.payout", subject_id=payout.pk, action__contains="release"
    )
    assert list(deeds.order_by("pk").values_list("action", "actor_id")) == [
        ("payout.release_asked", compliance.user_id),
        ("payout.release", approver.user_id),
    ]


def test_who_asked_does_not_confirm():
    hold, compliance = held(), make.person("compliance")
    release(hold, actor=compliance)
    found = release(hold, actor=compliance, seen=[request_of(hold).pk])
    assert [each.code for each in found.refused] == ["four_eyes"] and hold.is_open


def test_what_the_second_person_has_not_read_is_not_confirmed():
    hold = held()
    release(hold, actor=make.person("compliance"))
    found = release(hold, actor=make.person("compliance"))
    assert [each.code for each in found.refused] == ["changed"] and hold.is_open


@pytest.mark.parametrize(
    ("reason", "roles", "code"),
    [
        ("fraud_suspected", ("approver", "approver"), "compliance"),
        ("compliance", ("approver", "approver"), "compliance"),
        ("compliance", ("approver", "compliance"), ""),
        ("compliance", ("compliance", "approver"), ""),
        ("account_change", ("approver", "approver"), ""),
    ],
)
def test_of_the_two_one_judges_for_compliance_where_it_is_theirs(reason, roles, code):
    hold, (first, second) = held(reason), map(make.person, roles)
    release(hold, actor=first)
    found = release(hold, actor=second, seen=[request_of(hold).pk])
    assert "".join(each.code for each in found.refused) == code
    assert hold.is_open is bool(code)


def test_the_placer_may_be_one_of_the_two_and_not_both():
    placer = make.person("compliance")
    hold = held("compliance", actor=placer)
    release(hold, actor=make.person("compliance"))
    release(hold, actor=placer, seen=[request_of(hold).pk])
    assert hold.released_by_id == placer.user_id


def test_what_one_person_may_release_goes_at_once_beside_what_needs_two():
    plain, risky = held("dispute"), held("compliance")
    found = release(plain, risky, actor=make.person("approver"))
    assert (found.released, found.asked) == ([plain], [risky])
    assert not plain.is_open and risky.is_open


def test_a_seller_on_hold_for_risk_is_released_by_two():
    seller = make.seller()
    hold = holds.hold_seller(
        seller_id=seller.pk, actor=make.person("compliance"), reason="fraud_suspected", note="Look.", now=NOW
    )
    release(hold, actor=make.person("approver"))
    assert hold.is_open
    release(hold, actor=make.person("compliance"), seen=[request_of(hold).pk])
    assert not hold.is_open
    names = Event.objects.filter(subject_type="sellers.seller", subject_id=seller.pk).order_by("pk")
    assert list(names.values_list("action", flat=True)) == [
        "seller.hold",
        "seller.release_asked",
        "seller.release",
    ]


def test_who_asked_takes_it_back_without_a_word_and_another_says_why():
    hold, asker, other = held(), make.person("compliance"), make.person("approver")
    release(hold, actor=asker)
    with pytest.raises(Refused, match="say why"):
        holds.withdraw(request_ids=[request_of(hold).pk], actor=other, note=" ", now=NOW)
    holds.withdraw(request_ids=[request_of(hold).pk], actor=other, note="Call them first.", now=NOW)
    release(hold, actor=asker)
    holds.withdraw(request_ids=[request_of(hold).pk], actor=asker, note="", now=NOW)
    assert hold.is_open and hold.release_requests.filter(withdrawn_at=NOW).count() == 2
    with pytest.raises(Conflict):
        holds.withdraw(request_ids=[request_of(hold).pk], actor=asker, note="", now=NOW)
    with pytest.raises(NotAllowed):
        holds.withdraw(request_ids=[request_of(hold).pk], actor=make.person("analyst"), note="x", now=NOW)


def test_a_request_ends_with_a_hold_that_ends_by_itself():
    payout = quick.payout()
    version = change_of_account(payout.seller)
    hold = payout.holds.get()
    release(hold, actor=make.person("approver"))
    accounts.decide(
        version_id=version.pk, verified=False, actor=make.person("compliance"), note="No.", now=NOW
    )
    hold.refresh_from_db()
    assert not hold.is_open and hold.released_by_id is None
    assert request_of(hold).withdrawn_at is not None and request_of(hold).withdrawn_by_id is None


@pytest.mark.parametrize("reason", ["account_change", "fraud_suspected", "compliance"])
def test_no_date_ends_a_hold_for_risk(reason):
    with pytest.raises(holds.BadHold, match="no date does"):
        held(reason, until=NOW + timedelta(days=1))
    with pytest.raises(holds.BadHold, match="no date does"):
        holds.hold_seller(
            seller_id=make.seller().pk, actor=make.person("analyst"), reason=reason, note="x", now=NOW,
            until=NOW + timedelta(days=1),
        )  # fmt: skip
    assert not Hold.objects.exists()


@pytest.mark.parametrize(
    ("until", "words"), [(timedelta(0), "in the past"), (timedelta(days=367), "a year ahead")]
)
def test_a_hold_ends_within_a_year(until, words):
    with pytest.raises(holds.BadHold, match=words):
        held("other", until=NOW + until)


def test_a_hold_ends_on_its_date_and_not_before():
    hold = held("other", until=NOW + timedelta(days=2))
    assert holds.release_due(now=NOW + timedelta(days=1)) == 0
    assert holds.release_due(now=NOW + timedelta(days=2)) == 1
    hold.refresh_from_db()
    assert (hold.released_by_id, hold.release_note) == (None, "Its date has come.")
