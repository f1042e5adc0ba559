"""What all that a bank said about one attempt means together."""

import pytest

from payouts.facts import fold


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (set(), "SUBMITTED"),
        ({"accepted"}, "SUBMITTED"),
        ({"rejected"}, "APPROVED"),
        ({"accepted", "rejected"}, "FAILED"),
        ({"paid"}, "PAID"),
        ({"failed"}, "FAILED"),
        ({"failed", "rejected"}, "FAILED"),
        ({"paid", "failed"}, "RETURNED"),
        ({"paid", "rejected"}, "RETURNED"),
        ({"returned"}, "RETURNED"),
        ({"failed", "returned"}, "RETURNED"),
    ],
)
def test_facts_add_up_whatever_their_order(kinds, status):
    assert fold(kinds) == status
