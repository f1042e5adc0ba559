"""A proposal whose cut-off passes is for the next value date, on every page at once."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from backoffice import home, roles
from backoffice.audit.models import Event
from payouts.models import Batch
from payouts.operations import batching, postponing, sweeping
from payouts.queries import batch_look, explain
from tests import make
from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def late(batch: Batch):
    return batch.cut_off_at + timedelta(seconds=1)


def test_a_proposal_whose_cut_off_passed_is_for_the_next_value_date_and_says_what_it_was_for():
    batch = quick.batch()
    cut_off, day = batch.cut_off_at, batch.value_date
    sweeping.sweep(now=cut_off - timedelta(seconds=1))
    batch.refresh_from_db()
    assert (batch.value_date, batch.proposed_for) == (day, None)

    for _twice in range(2):
        sweeping.sweep(now=cut_off)

    batch.refresh_from_db()
    assert (batch.cut_off_at, batch.value_date) == explain.deadline(batch, cut_off)
    assert (
        batch.value_date > day == batch.proposed_for == batch_look.value_date_before(batch, batch.value_date)
    )
    assert Event.objects.get(action="batch.missed_cut_off").data == {
        "value_date": day.isoformat(),
        "moved_to": batch.value_date.isoformat(),
    }
    (row,) = home.page(permissions=roles.ROLES["auditor"], now=cut_off)["funding"]["rows"]
    assert row.late is None and list(row.due) == [batch.value_date]

    sweeping.sweep(now=late(batch))
    batch.refresh_from_db()
    assert batch.proposed_for == day and Event.objects.filter(action="batch.missed_cut_off").count() == 2


def test_what_it_was_proposed_for_is_kept_by_an_approval_after_the_cut_off_too():
    batch = quick.batch()
    day = batch.value_date
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=late(batch))
    batch.refresh_from_db()
    assert batch.proposed_for == day < batch.value_date


def test_a_value_date_that_comes_earlier_than_before_holds_up_neither_sweep_nor_approval():
    """A country that is paid faster since the batch was proposed."""
    moved, approved, missed = (quick.batch() for _each in range(3))
    treasurer = make.person("treasurer")
    batching.approve(batch_id=missed.pk, actor=treasurer, now=make.NOW)
    far = moved.value_date + timedelta(days=20)
    Batch.objects.filter(pk__in=[moved.pk, approved.pk]).update(
        value_date=far, cut_off_at=moved.cut_off_at + timedelta(seconds=1)
    )
    now = late(Batch.objects.get(pk=moved.pk))
    batching.approve(batch_id=approved.pk, actor=treasurer, now=now)
    sweeping.sweep(now=now)
    for batch in (moved, approved):
        batch.refresh_from_db()
        assert batch.value_date < far and batch.proposed_for is None


def test_the_list_says_what_a_batch_was_proposed_for():
    batch = quick.batch()
    day = batch.value_date
    sweeping.sweep(now=late(batch))
    listed = client("treasurer").get("/batches/?status=PROPOSED")
    (row,) = listed.context["rows"]
    assert row["was"] == day and "was " in listed.content.decode()


def test_no_sweep_moves_what_was_approved_for_a_value_date():
    batch = quick.batch()
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=make.NOW)
    before = Batch.objects.values().get()
    assert postponing.overdue(now=late(batch)) == []
    postponing.postpone(batch_id=batch.pk, now=late(batch))
    assert Batch.objects.values().get() == before


@pytest.mark.parametrize(
    "change",
    [
        "value_date = value_date + 1, cut_off_at = cut_off_at - interval '1 hour'",
        "value_date = value_date + 1",  # for the same cut-off
        "cut_off_at = cut_off_at - interval '1 hour'",
        "cut_off_at = cut_off_at + interval '1 day', approved_at = now()",
        "proposed_for = value_date",  # it is for that one still
        "proposed_for = value_date - 9, value_date = value_date + 1, cut_off_at = cut_off_at + interval '1 day'",
    ],
)
def test_postgresql_lets_a_proposal_move_on_only(change, raw_sql):
    quick.batch()
    with pytest.raises(IntegrityError, match=r"its approval stands|had first"):
        raw_sql(f"UPDATE payouts_batch SET {change}")


def test_postgresql_keeps_what_a_batch_was_proposed_for_once_it_moved_on(raw_sql):
    batch = quick.batch()
    sweeping.sweep(now=late(batch))
    with pytest.raises(IntegrityError, match="had first"):
        raw_sql("UPDATE payouts_batch SET proposed_for = NULL")
