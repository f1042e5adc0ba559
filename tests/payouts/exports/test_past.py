"""What stood at a moment in the past, whatever happened since."""

from datetime import timedelta

import pytest

from payouts.exports import kinds, rows
from payouts.operations import holds, review
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def at(kind, moment, **given):
    definition = kinds.KINDS[kind]
    chosen = definition.chosen(given | {"at": moment.isoformat()}, now=make.NOW + 24 * HOUR)
    return [row for chunk in rows.raw(rows.select(definition, chosen)) for row in chunk]


def test_a_payout_stands_as_it_stood_with_the_holds_of_then():
    made = quick.payout()
    held = holds.hold(
        payout_ids=[made.pk],
        actor=make.person("approver"),
        reason="dispute",
        note="Ask.",
        now=make.NOW + 2 * HOUR,
    )
    assert held.moved
    review.review(payout_ids=[made.pk], actor=make.person("analyst"), now=make.NOW + 4 * HOUR).only()
    told = [
        [(row["payout"], row["status"], row["on_hold"]) for row in at("open", make.NOW + hours * HOUR)]
        for hours in (-1, 1, 3, 5)
    ]
    assert told == [
        [],
        [(made.reference, "To review", "no")],
        [(made.reference, "To review", "yes")],
        [(made.reference, "Awaiting approval", "yes")],
    ]


def test_a_day_means_its_end_in_the_programs_time_zone():
    quick.payout()
    definition = kinds.KINDS["open"]
    for day, count in (("2026-11-23", 0), ("2026-11-24", 1)):
        chosen = definition.chosen({"at": day}, now=make.NOW + 24 * HOUR)
        assert len([row for chunk in rows.raw(rows.select(definition, chosen)) for row in chunk]) == count


def test_an_export_of_the_past_that_names_no_moment_is_of_the_one_it_was_asked_for():
    chosen = kinds.KINDS["balances"].chosen({}, now=make.NOW)
    assert chosen.stored() == {"at": [make.NOW.isoformat()], "by": ["posted"]}
    assert "As it stood Tue 24 Nov 2026" in chosen.in_words()
