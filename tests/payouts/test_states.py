"""THE transition table holds in the database itself: each edge of it is open, every other is shut, from raw SQL too."""

import itertools
import re

import pytest
from django.core.management import call_command
from django.db import IntegrityError

from payouts import states
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus
from tests.payouts import standing

pytestmark = pytest.mark.django_db

EDGES = {(str(move.source), str(move.target)) for move in states.TRANSITIONS}
BATCH_EDGES = {(str(source), str(target)) for source, target in states.BATCH_TRANSITIONS}
SUBMISSION_EDGES = {(str(source), str(target)) for source, target in states.SUBMISSION_TRANSITIONS}


def shut(values, edges, source):
    return [target for target in values if target != source and (source, target) not in edges]


@pytest.mark.parametrize("move", states.TRANSITIONS, ids=lambda move: f"{move.source}-{move.name}")
def test_each_move_of_the_table_is_accepted_when_its_preconditions_hold(move, raw_sql):
    made = standing.payout(move.source)
    standing.ready(made, move.target)
    standing.move(raw_sql, made, move.target)
    assert made.status == move.target


@pytest.mark.parametrize("source", PayoutStatus.values)
def test_no_other_move_is_accepted_even_from_raw_sql(source, raw_sql):
    made = standing.payout(source)
    for target in shut(PayoutStatus.values, EDGES, source):
        with pytest.raises(
            IntegrityError, match=f"not in the transition table: payout .* from {source} to {target}"
        ):
            standing.move(raw_sql, made, target)
        made.refresh_from_db()
        assert made.status == source


@pytest.mark.parametrize("edge", sorted(BATCH_EDGES), ids=">".join)
def test_each_move_of_a_batch_is_accepted(edge, raw_sql):
    made = standing.batch(edge[0])
    standing.move_batch(raw_sql, made, edge[1])
    assert made.status == edge[1]


@pytest.mark.parametrize("source", BatchStatus.values)
def test_no_other_move_of_a_batch_is_accepted(source, raw_sql):
    made = standing.batch(source)
    for target in shut(BatchStatus.values, BATCH_EDGES, source):
        with pytest.raises(IntegrityError, match=f"a batch may not go from {source} to {target}"):
            standing.move_batch(raw_sql, made, target)


@pytest.mark.parametrize("edge", sorted(SUBMISSION_EDGES), ids=">".join)
def test_each_move_of_a_submission_is_accepted(edge, raw_sql):
    made = standing.submission(status=edge[0])
    standing.move_submission(raw_sql, made, edge[1])
    assert made.status == edge[1]


@pytest.mark.parametrize("source", SubmissionStatus.values)
def test_no_other_move_of_a_submission_is_accepted(source, raw_sql):
    made = standing.submission(status=source)
    for target in shut(SubmissionStatus.values, SUBMISSION_EDGES, source):
        with pytest.raises(IntegrityError, match=f"a submission may not go from {source} to {target}"):
            standing.move_submission(raw_sql, made, target)


@pytest.mark.parametrize(
    ("function", "edges"),
    [
        ("payouts_changed", EDGES),
        ("payouts_batch_moves", BATCH_EDGES),
        ("payouts_submission_moves", SUBMISSION_EDGES),
    ],
)
def test_the_database_knows_exactly_the_table(function, edges):
    source = standing.plain("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])[0][0]
    arrays = re.findall(r"ARRAY\[([^\]]+)\]", source)
    assert len(arrays) == 1
    assert set(re.findall(r"'([A-Z_]+)>([A-Z_]+)'", arrays[0])) == edges


def test_holds_block_in_the_database_what_the_table_says_they_block():
    source = standing.plain("SELECT prosrc FROM pg_proc WHERE proname = 'payouts_changed'")[0][0]
    blocked = {f"{move.source}>{move.target}" for move in states.TRANSITIONS if move.blocked_by_hold}
    lists = re.findall(r"\(o\.status \|\| '>' \|\| n\.status\) IN \(([^)]+)\)", source)
    assert len(lists) == 3  # the lock, the holds, the approval
    assert all(set(re.findall(r"'([A-Z_>]+)'", each)) == blocked for each in lists)


def test_every_pair_of_statuses_has_at_most_one_move():
    pairs = [(move.source, move.target) for move in states.TRANSITIONS]
    assert len(pairs) == len(set(pairs))


def test_every_status_can_be_reached_and_only_ends_have_no_way_on():
    reached = {PayoutStatus.PENDING_REVIEW}
    for _ in states.TRANSITIONS:
        reached |= {move.target for move in states.TRANSITIONS if move.source in reached}
    assert reached == set(PayoutStatus)
    ends = {status for status in PayoutStatus if not any(m.source == status for m in states.TRANSITIONS)}
    assert ends == {PayoutStatus.CANCELLED, PayoutStatus.RETURNED}


def test_a_button_is_a_person_s_and_names_a_permission():
    for move in states.TRANSITIONS:
        assert not move.button or move.permission
    assert {move.name for move in states.buttons_for("SUBMITTED")} == set()


def test_one_verb_asks_for_one_permission():
    for name, moves in itertools.groupby(
        sorted(states.TRANSITIONS, key=lambda m: m.name), key=lambda m: m.name
    ):
        assert len({move.permission for move in moves}) == 1, name


def test_the_committed_diagrams_are_those_of_the_table():
    call_command("draw_states", check=True, verbosity=0)
