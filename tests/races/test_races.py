"""A small `make races` in every test run, and bugs planted on purpose that it must find."""

from types import SimpleNamespace
from unittest import mock

import pytest

from payouts.models import Payout
from payouts.operations import _move, approval, holds, preparing
from payouts.queries import invariants
from tests import make_payouts
from tests.make import NOW
from tests.races import approvals, deeds, rounds, troubles

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def unlocked(payout_ids):
    """Reads what `_move.locked` reads, and trusts it."""
    return list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk"))


def careless():
    """In place of `_move` in a verb: the verb looks before it leaps, without a lock."""
    return SimpleNamespace(**(vars(_move) | {"locked": unlocked}))


def owner(connection, *statements):
    for statement in statements:
        connection.execute(statement)
    connection.commit()


def test_each_seat_is_filled_once_however_many_approvers_there_are():
    tally = approvals.race(count=200, seed=1)

    assert tally.troubles == []
    assert (tally.approvals, tally.approved_twice, tally.wrong, tally.untold) == (200, 0, 0, 0)
    assert troubles.deadlocks() == 0


def test_a_hold_and_a_submission_never_both_win(bank):
    held = rounds.race(rounds=60, seed=1, bank=bank)

    assert held.troubles == []
    assert held.verdicts.stories == []
    assert held.verdicts["rounds"] >= 60
    assert held.verdicts["held_first"] + held.verdicts["sent_first"] == held.verdicts["rounds"]
    assert {one.name: ids for one, ids in invariants.run(now=NOW) if ids} == {}
    assert troubles.deadlocks() == 0


def test_it_finds_an_approval_that_takes_no_lock(owner_connection):
    owner(
        owner_connection,
        "ALTER TABLE payouts_approval DROP CONSTRAINT approval_one_per_seat",
        "ALTER TABLE payouts_approval DROP CONSTRAINT approval_one_per_person",
    )
    with mock.patch.object(approval, "_move", careless()):
        tally = approvals.race(count=400, seed=1)

    assert tally.approved_twice > 0


def test_it_finds_a_hold_that_takes_no_lock(bank, owner_connection):
    owner(owner_connection, "DROP TRIGGER guard_hold_locks ON payouts_hold")
    only = mock.patch.object(deeds, "MIX", (deeds.Kind.PAYOUT,))
    with only, mock.patch.object(holds, "_move", careless()):
        held = rounds.race(rounds=40, seed=1, bank=bank)

    assert held.verdicts["held_and_sent"] > 0


def test_it_finds_a_submission_that_looks_for_nothing_in_the_way(bank, owner_connection):
    owner(owner_connection, "DROP TRIGGER guard_changed ON payouts_payout")
    only = mock.patch.object(deeds, "MIX", (deeds.Kind.SUSPENSION,))
    with only, mock.patch.object(preparing, "blocks", SimpleNamespace(of=lambda payouts: {})):
        held = rounds.race(rounds=40, seed=1, bank=bank)

    assert held.verdicts["held_and_sent"] > 0
