"""Our own accounts."""

import pytest

from payouts.models import FundingAccount


@pytest.mark.parametrize(
    ("identifier", "shown"),
    [
        ("FR7630006000011234567890189", "FR76 •••• 0189"),
        ("SBX392000033", "•••• 033"),
        ("12345678", "•••• 78"),
        ("12", "•••• 2"),
    ],
)
def test_a_page_never_shows_more_than_half_of_our_account(identifier, shown):
    assert FundingAccount(identifier=identifier).masked == shown
