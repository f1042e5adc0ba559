"""The entries of a month, where few of many are asked for: they are found without reading the month."""

from datetime import date

import pytest
from django.db import connection

from sellers.ledger.queries import lineage
from tests.sellers import plans

pytestmark = pytest.mark.django_db
MONTH = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}


@pytest.mark.parametrize(
    ("book", "kind", "index"),
    [
        ("adjustments", "", "entry_quiet_book"),
        ("suspense", "", "entry_quiet_book"),
        ("payable", "adjustment", "transaction_rare_kind"),
        ("cash", "opening_balance", "transaction_rare_kind"),
    ],
)
def test_a_quiet_book_and_a_rare_kind_are_found_by_an_index(book, kind, index):
    def ask() -> None:
        lineage.entries(**MONTH, book=book, kind=kind, currency="EUR", country=None, after=None, size=50)

    assert index in plans.of(ask, connection)
