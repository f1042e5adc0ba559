"""Every test run plays some seeds, the corpus among them, and sees that the harness does not sleep."""

import re
from pathlib import Path

import pytest

from tests.simulate import planting, scheduler
from tests.simulate.planted import BUGS
from tests.simulate.stage import Stage

SEEDS = range(1, 301)
"""What the bar asks of every test run. A seed takes about 0.8 s of one core (docs/measurements.md)."""
AT_ONCE = 25
"""Seeds of one test: workers share them."""
RESTORED = 58
"""A seed whose database is put back to a backup."""
CORPUS = [
    int(found[1])
    for found in re.finditer(r"^(\d+) ", (Path(__file__).parent / "corpus.txt").read_text(), re.M)
]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("first", range(SEEDS.start, SEEDS.stop, AT_ONCE))
def test_nothing_is_paid_twice_lost_or_guessed_in_any_seed(first, database):
    _play(SEEDS[first - SEEDS.start :][:AT_ONCE], database)


def test_what_was_found_once_stays_away(database):
    _play(CORPUS, database)


def _play(seeds, database) -> None:
    with Stage(database) as stage:
        results = [scheduler.run(seed, stage=stage) for seed in seeds]
    assert {result.seed: result.violations for result in results if result.violations} == {}


@pytest.mark.parametrize("seed", [RESTORED, 7])
def test_a_seed_repeats_itself(seed, database):
    with Stage(database) as stage:
        first, again = (scheduler.run(seed, stage=stage) for _ in range(2))
    assert first == again
    assert first.carried > 0
    assert any("the database is put back" in line for line in first.story) == (seed == RESTORED)


@pytest.mark.parametrize(
    "name", ["unknown-is-refusal", "two-live-attempts", "holds-not-rechecked", "upload-counted-again"]
)
def test_the_harness_finds_what_is_planted(name, database):
    (bug,) = [bug for bug in BUGS if bug.name == name]
    assert planting.hunt(bug, database=database).seed is not None


def test_every_planted_bug_says_what_it_breaks():
    assert len(BUGS) >= 15
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert all(bug.breaks for bug in BUGS)
