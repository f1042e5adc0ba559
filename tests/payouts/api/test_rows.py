"""A payout's row is made by hand: it says what its fields, and with them the schema, declare."""

import pytest

from payouts.api import rows
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def test_each_declared_field_stands_in_the_row_in_its_order() -> None:
    row = rows.one(quick.payout())
    assert list(row) == list(rows.PayoutRow().fields)


def test_plain_fields_are_what_the_declared_ones_would_give() -> None:
    payout = quick.payout()
    row = rows.one(payout)
    made = ("on_hold", "holds", "flags", "amount", "period_start", "period_end", "batch_reference", "seen")
    plain = {name: field for name, field in rows.PayoutRow().fields.items() if name not in made}
    for name, field in plain.items():
        value = field.get_attribute(payout)
        assert row[name] == (None if value is None else field.to_representation(value)), name
