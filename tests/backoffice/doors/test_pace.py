"""How long something may still take, in words whose unit fits."""

from datetime import UTC, datetime, timedelta

import pytest

from backoffice.doors.pace import time_left

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("done", "total", "seconds", "words"),
    [
        (100, 101, 10, "about 1 s left"),
        (100, 980, 10, "about 88 s left"),
        (100, 1_000, 10, "about 2 min left"),
        (100, 1_900, 10, "about 3 min left"),
        (100, 53_000, 10, "about 88 min left"),
        (100, 71_900, 10, "about 120 min left"),
        (100, 72_100, 10, "about 2 h left"),
        (100, 864_100, 10, "about 24 h left"),
    ],
)
def test_the_time_left_by_the_pace_so_far(done, total, seconds, words):
    since = NOW - timedelta(seconds=seconds)
    assert time_left(done=done, total=total, since=since, now=NOW) == words


@pytest.mark.parametrize(("done", "total", "seconds"), [(0, 10, 60), (5, 0, 60), (10, 10, 60), (1, 10, 1)])
def test_without_a_pace_to_speak_of_nothing_is_said(done, total, seconds):
    assert time_left(done=done, total=total, since=NOW - timedelta(seconds=seconds), now=NOW) == ""


def test_nothing_is_said_of_what_has_not_begun():
    assert time_left(done=1, total=10, since=None, now=NOW) == ""
