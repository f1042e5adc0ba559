"""The program and the database compute the same digest of what people approve."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payouts import digests
from payouts.models import (
    Payout,
)
from tests.payouts import standing
from tests.payouts.standing import plain

pytestmark = pytest.mark.django_db


def test_the_digest_of_a_payout_is_the_one_the_database_computes(db):
    made = standing.payout()
    (row,) = plain(
        "SELECT payout_digest(id, seller_id, amount_minor, currency, payout_account_id) FROM payouts_payout"
    )
    assert row[0] == digests.of_payout(made)


def test_both_digests_agree_for_every_number_and_currency(db):
    number = st.integers(min_value=1, max_value=2**63 - 1)

    @given(number, number, number, st.from_regex("[A-Z]{3}", fullmatch=True), number)
    def agree(payout, seller, amount, currency, version):
        made = Payout(
            id=payout, seller_id=seller, amount_minor=amount, currency=currency, payout_account_id=version
        )
        given_values = [payout, seller, amount, currency, version]
        (row,) = plain("SELECT payout_digest(%s, %s, %s, %s, %s)", given_values)
        assert row[0] == digests.of_payout(made)

    agree()


def test_a_digest_changes_with_each_of_its_parts():
    one = quick_payout()
    for change in (
        {"id": 2},
        {"seller_id": 9},
        {"amount_minor": 9},
        {"currency": "USD"},
        {"payout_account_id": 9},
    ):
        assert digests.of_payout(quick_payout(**change)) != digests.of_payout(one)


def quick_payout(**changes) -> Payout:
    values = {"id": 1, "seller_id": 1, "amount_minor": 1, "currency": "EUR", "payout_account_id": 1}
    return Payout(**(values | changes))
