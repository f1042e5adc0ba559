"""What the database refuses about the end of a hold, also to raw SQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from payouts.models import Hold, ReleaseRequest
from payouts.models.hold import TWO_PEOPLE
from tests import make

pytestmark = pytest.mark.django_db

RELEASE = "UPDATE payouts_hold SET released_at = %s, released_by_id = %s WHERE id = %s"
CONFIRM = "UPDATE payouts_releaserequest SET confirmed_by_id = %s, confirmed_at = now() WHERE id = %s"
BOTH = f"{CONFIRM}; {RELEASE}"


def held(reason: str = "fraud_suspected", **values) -> Hold:
    placed = values.pop("placed_by", None) or make.user()
    return Hold.objects.create(
        seller=make.seller(), reason=reason, note="Look.", placed_at=make.NOW, placed_by=placed, **values
    )


def asked(hold: Hold, **values) -> ReleaseRequest:
    return ReleaseRequest.objects.create(
        **({"hold": hold, "note": "Found.", "asked_by": make.user(), "asked_at": make.NOW} | values)
    )


@pytest.mark.parametrize("reason", sorted(TWO_PEOPLE))
def test_nobody_releases_a_hold_for_risk_alone(reason, raw_sql):
    hold = held(reason)
    with pytest.raises(IntegrityError, match="two people release hold"):
        raw_sql(RELEASE, [make.NOW, make.user().pk, hold.pk])


def test_who_asked_does_not_confirm(raw_sql):
    request = asked(held())
    with pytest.raises(IntegrityError, match="release_request_four_eyes"):
        raw_sql(CONFIRM, [request.asked_by_id, request.pk])


def test_who_did_not_confirm_does_not_release(raw_sql):
    request = asked(held())
    with pytest.raises(IntegrityError, match="two people release hold"):
        raw_sql(BOTH, [make.user().pk, request.pk, make.NOW, request.asked_by_id, request.hold_id])


def test_a_request_that_is_off_releases_nothing(raw_sql):
    request = asked(held())
    raw_sql("UPDATE payouts_releaserequest SET withdrawn_at = now() WHERE id = %s", [request.pk])
    with pytest.raises(IntegrityError, match="was decided already"):
        raw_sql(CONFIRM, [make.user().pk, request.pk])
    with pytest.raises(IntegrityError, match="two people release hold"):
        raw_sql(RELEASE, [make.NOW, make.user().pk, request.hold_id])


def test_a_confirmation_without_the_release_does_not_commit(raw_sql):
    with pytest.raises(IntegrityError, match="its hold is in force"):
        raw_sql(CONFIRM, [make.user().pk, asked(held()).pk])


def test_two_people_release_it(raw_sql):
    request, other = asked(held()), make.user()
    raw_sql(BOTH, [other.pk, request.pk, make.NOW, other.pk, request.hold_id])
    assert not Hold.objects.get(pk=request.hold_id).is_open


def test_the_program_releases_only_what_ends_by_itself(raw_sql):
    soon = make.NOW + timedelta(hours=1)
    for hold in (held("other"), held("other", until=soon), held("account_change"), held("compliance")):
        with pytest.raises(IntegrityError, match="a person releases hold"):
            raw_sql(RELEASE, [make.NOW, None, hold.pk])
    raw_sql(RELEASE, [soon, None, held("other", until=soon).pk])


def test_a_release_is_asked_for_of_an_open_hold_for_risk():
    with pytest.raises(IntegrityError, match="an open hold for risk"):
        asked(held("dispute"))


def test_a_request_begins_undecided():
    with pytest.raises(IntegrityError, match="then confirmed"):
        asked(held(), confirmed_by=make.user(), confirmed_at=make.NOW)


def test_one_request_waits_for_a_hold():
    first = asked(held())
    with pytest.raises(IntegrityError, match="release_request_one_open"):
        asked(first.hold)


def test_a_request_has_a_finding():
    with pytest.raises(IntegrityError, match="release_request_has_note"):
        asked(held(), note="")


@pytest.mark.parametrize("reason", sorted(TWO_PEOPLE))
def test_no_date_ends_a_hold_for_risk(reason):
    with pytest.raises(IntegrityError, match="no date does"):
        held(reason, until=make.NOW + timedelta(days=1))


@pytest.mark.parametrize("days", [-1, 367])
def test_a_hold_ends_within_a_year(days):
    with pytest.raises(IntegrityError, match="within a year"):
        held("other", until=make.NOW + timedelta(days=days))
