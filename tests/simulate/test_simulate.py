"""Every test run plays some seeds, the corpus among them, and sees that the harness does not sleep."""

import re
from pathlib import Path

import pytest

from tests.simulate import planting, scheduler
from tests.simulate.planted import BUGS
from tests.simulate.stage import Stage

SEEDS = range(1, 31)
"""A seed takes about 0.7 s of one core: 300 would take longer than all other tests together (docs/measurements.md)."""
CORPUS = [
    int(found[1])
    for found in re.finditer(r"^(\d+) ", (Path(__file__).parent / "corpus.txt").read_text(), re.M)
]

pytestmark = pytest.mark.django_db(transaction=True)


def test_nothing_is_paid_twice_lost_or_guessed_in_any_seed(database):
    with Stage(database) as stage:
        results = [scheduler.run(seed, stage=stage) for seed in (*CORPUS, *SEEDS)]
    assert {result.seed: result.violations for result in results if result.violations} == {}


def test_a_seed_repeats_itself(database):
    with Stage(database) as stage:
        first, again = (scheduler.run(7, stage=stage) for _ in range(2))
    assert first == again
    assert first.carried > 0


@pytest.mark.parametrize("name", ["unknown-is-refusal", "two-live-attempts", "holds-not-rechecked"])
def test_the_harness_finds_what_is_planted(name, database):
    (bug,) = [bug for bug in BUGS if bug.name == name]
    assert planting.hunt(bug, database=database).seed is not None


def test_every_planted_bug_says_what_it_breaks():
    assert len(BUGS) >= 15
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert all(bug.breaks for bug in BUGS)
