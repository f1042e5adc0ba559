"""Letting a stopped rail go on needs a second person, by raw SQL too; so does what the program stopped by itself."""

import pytest
from django.db import IntegrityError

from payouts.models import Incident, RailSwitch, Restoration
from payouts.operations import incidents, switches
from tests import make
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
RESTORE = "UPDATE payouts_railswitch SET restored_at = now(), restored_by_id = %s WHERE id = %s"


def stopped_by(user) -> RailSwitch:
    return RailSwitch.objects.create(rail="sepa", reason="x", stopped_by=user, stopped_at=NOW)


def test_who_stopped_a_rail_does_not_let_it_go_on(raw_sql):
    user = make.user()
    stop = stopped_by(user)
    with pytest.raises(IntegrityError, match="rail_switch_four_eyes"):
        raw_sql(RESTORE, [user.pk, stop.pk])
    raw_sql(RESTORE, [make.user().pk, stop.pk])


def test_nobody_lets_a_rail_go_on_without_a_name(raw_sql):
    stop = stopped_by(make.user())
    for change in ("restored_at = now()", f"restored_by_id = {make.user().pk}"):
        with pytest.raises(IntegrityError, match="rail_switch_restored_by_somebody"):
            raw_sql(f"UPDATE payouts_railswitch SET {change} WHERE id = %s", [stop.pk])


def test_a_stop_that_is_over_is_not_rewritten(raw_sql):
    stop = stopped_by(make.user())
    raw_sql(RESTORE, [make.user().pk, stop.pk])
    with pytest.raises(IntegrityError, match="is over already"):
        raw_sql(RESTORE, [make.user().pk, stop.pk])


@pytest.mark.parametrize("code", sorted(switches.STOPPING))
@pytest.mark.parametrize("rail", ["sepa", switches.ALL])
def test_what_the_program_stopped_goes_on_when_one_has_looked_and_another_says_so(code, rail, raw_sql):
    incidents.open_one(code=code, key="x", text="x", rail="" if rail == switches.ALL else rail, now=NOW)
    stop = switches.stop_by_itself(rail=rail, reason="x", now=NOW)
    one, other = make.user(), make.user()
    if code == "restored":
        Restoration.objects.create(asked_at=NOW, anchor_position=0, sealed_position=0, found=0)
    with pytest.raises(IntegrityError, match="is not over"):
        raw_sql(RESTORE, [other.pk, stop.pk])
    Incident.objects.update(closed_at=NOW, closed_by=one)
    with pytest.raises(IntegrityError, match="closed by the same person"):
        raw_sql(RESTORE, [one.pk, stop.pk])
    raw_sql(RESTORE, [other.pk, stop.pk])


def test_a_restored_database_does_not_go_on_before_the_rails_were_asked(raw_sql):
    incidents.open_one(code="restored", key="restored", text="x", now=NOW)
    stop = switches.stop_by_itself(rail=switches.ALL, reason="x", now=NOW)
    Incident.objects.update(closed_at=NOW, closed_by=make.user())
    with pytest.raises(IntegrityError, match="is not over"):
        raw_sql(RESTORE, [make.user().pk, stop.pk])
