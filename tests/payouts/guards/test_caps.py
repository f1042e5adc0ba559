"""Caps stand in the database: nothing leaves above them, and nobody raises one alone, by raw SQL either."""

import pytest
from django.db import IntegrityError, ProgrammingError

from payouts.models import CapChange, CapUse
from tests import make
from tests.payouts import standing
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db
AMOUNT = 10_000  # what each of `standing`'s payouts carries


@pytest.mark.parametrize(("source", "target"), [("REVIEWED", "APPROVED"), ("BATCHED", "SUBMITTED")])
def test_no_payout_over_its_cap_is_approved_or_submitted(source, target, raw_sql):
    made = standing.payout(source)
    standing.ready(made, target)
    cap("payout", AMOUNT - 1)
    with pytest.raises(IntegrityError, match="over the cap of one payout"):
        standing.move(raw_sql, made, target)
    cap("payout", AMOUNT)
    standing.move(raw_sql, made, target)


def test_no_more_leaves_an_account_on_a_day_than_its_cap(raw_sql):
    one, other = standing.payout("BATCHED"), standing.payout("BATCHED")
    cap("funding_day", 2 * AMOUNT - 1)
    for made in (one, other):
        standing.ready(made, "SUBMITTED")
    standing.move(raw_sql, one, "SUBMITTED")
    with pytest.raises(IntegrityError, match="over the cap funding_day"):
        standing.move(raw_sql, other, "SUBMITTED")
    cap("funding_day", 2 * AMOUNT)
    standing.move(raw_sql, other, "SUBMITTED")
    assert CapUse.objects.get(kind="funding_day").total_minor == 2 * AMOUNT


def test_no_more_goes_to_a_seller_on_a_day_than_the_cap(raw_sql):
    made = standing.payout("BATCHED")
    standing.ready(made, "SUBMITTED")
    cap("seller_day", AMOUNT - 1)
    with pytest.raises(IntegrityError, match="over the cap seller_day"):
        standing.move(raw_sql, made, "SUBMITTED")


def test_what_is_used_of_a_cap_is_written_by_nobody_but_the_trigger(raw_sql):
    standing.payout("SUBMITTED")
    assert CapUse.objects.count() == 2
    for statement in (
        "UPDATE payouts_capuse SET total_minor = 0",
        "DELETE FROM payouts_capuse",
        "TRUNCATE payouts_capuse",
        "INSERT INTO payouts_capuse (kind, subject_id, currency, day, total_minor) VALUES ('x', 1, 'EUR', now(), 1)",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            raw_sql(statement)


def test_a_cap_does_not_change_without_a_granted_wish_for_exactly_that(raw_sql):
    cap("payout", 5000)
    for limit in ("6000", "4000", "NULL"):
        with pytest.raises(IntegrityError, match="only by a change that was granted"):
            raw_sql(f"UPDATE payouts_cap SET limit_minor = {limit}")
    with pytest.raises(IntegrityError, match="only by a change that was granted"):
        raw_sql(
            "INSERT INTO payouts_cap (kind, currency, limit_minor, changed_at) VALUES ('payout', 'USD', 5, now())"
        )


@pytest.mark.parametrize(("before", "after"), [(5000, 6000), (5000, None), (None, None)])
def test_nobody_grants_their_own_raise(before, after):
    person = make.user()
    with pytest.raises(IntegrityError, match="cap_change_four_eyes"):
        CapChange.objects.create(
            kind="payout", currency="EUR", from_minor=before, to_minor=after, reason="x", asked_by=person,
            asked_at=make.NOW, decided_by=person, decided_at=make.NOW, granted=True,
        )  # fmt: skip


def test_a_wish_that_was_decided_is_not_decided_again(raw_sql):
    cap("payout", 5000)
    cap("payout", 6000)
    for change in ("granted = false", "decided_at = now()", f"decided_by_id = {make.user().pk}"):
        with pytest.raises(IntegrityError, match="was decided already"):
            raw_sql(f"UPDATE payouts_capchange SET {change} WHERE to_minor = 6000")


@pytest.mark.parametrize(
    "change",
    [
        "granted = true",
        "decided_by_id = {person}",
        "decided_at = now()",
        "granted = true, decided_at = now()",
    ],
)
def test_a_wish_is_decided_by_somebody(change, raw_sql):
    cap("payout", 5000)
    waiting = CapChange.objects.create(
        kind="payout",
        currency="EUR",
        from_minor=5000,
        to_minor=6000,
        reason="x",
        asked_by=make.user(),
        asked_at=make.NOW,
    )
    with pytest.raises(IntegrityError, match="cap_change_decided_by_somebody"):
        raw_sql(
            f"UPDATE payouts_capchange SET {change.format(person=make.user().pk)} WHERE id = %s", [waiting.pk]
        )
