"""The time left, as the page is made."""

from datetime import UTC, timedelta

import pytest

from backoffice.doors import countdown
from tests import make


@pytest.mark.parametrize(
    ("left", "shown"),
    [
        (timedelta(hours=3, minutes=20, seconds=59), '<span data-until="{}" data-left="12059">3 h 20 min</span>'),
        (timedelta(minutes=59), '<span data-until="{}" data-left="3540">59 min</span>'),
        (timedelta(minutes=-5), '<span data-until="{}" data-left="0">0 min</span>'),
    ],
)
def test_the_time_left_in_words_and_in_seconds(left, shown):
    at = make.NOW + left
    until = at.astimezone(UTC).isoformat(timespec="seconds")
    assert countdown.until(at, now=make.NOW) == shown.format(until)
