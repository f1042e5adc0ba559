"""A schedule follows from its seed, and the seeds reach everything."""

from tests.chaos import plan
from tests.chaos.faults import _DEEDS

PLANS = [plan.make(seed, broker_may_die=True) for seed in range(200)]


def test_the_same_seed_is_the_same_schedule_and_another_is_another():
    assert plan.make(7, broker_may_die=True) == PLANS[7]
    assert len({made.strikes for made in PLANS}) == len(PLANS)


def test_a_schedule_has_10_to_40_payouts_over_every_rail():
    for made in PLANS:
        assert 10 <= sum(len(batch.amounts) for batch in made.batches) <= 40
        assert {batch.country for batch in made.batches} == {"US", "FR", "GB"}


def test_the_seeds_reach_every_fault_and_every_fault_can_be_done():
    assert {strike.fault for made in PLANS for strike in made.strikes} == set(plan.Fault) == set(_DEEDS)


def test_a_broker_that_others_use_is_never_killed():
    shared = [plan.make(seed, broker_may_die=False) for seed in range(200)]
    assert all(strike.fault is not plan.Fault.KILL_BROKER for made in shared for strike in made.strikes)
