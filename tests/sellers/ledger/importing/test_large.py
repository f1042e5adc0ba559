"""A large file that comes when PostgreSQL's statistics know of small ones only."""

import pytest
from django.db import connection

from tests import make
from tests.sellers.ledger.importing.given import checked, csv, posted, row

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 8_000


@pytest.mark.parametrize("known", [False, True])
def test_a_large_file_is_not_compared_by_a_loop_over_each_row_for_each(owner_connection, known):
    for number in range(100):
        make.seller(external_id=f"shop-{number}")
    posted(csv(row("before", seller="shop-0")))
    checked(csv(row("waiting", seller="shop-0")), name="small.csv")
    owner_connection.commit()
    owner_connection.execute("ANALYZE")
    owner_connection.commit()
    large = csv(*(row(f"e{n}", seller=f"shop-{n % 100}", amount=f"{1 + n}.00") for n in range(ROWS)))
    with connection.cursor() as cursor:
        # No measure of speed: such a loop over more rows does not end.
        cursor.execute("SET statement_timeout = '20s'")
    file = posted(large)
    assert (file.new_count, file.known_count) == (ROWS, 0)
    if known:
        again = checked(large)
        assert (again.new_count, again.known_count) == (0, ROWS)


def test_the_guard_of_earnings_does_not_compare_each_with_every_leg_of_its_seller(owner_connection):
    make.seller(external_id="shop-0")
    owner_connection.execute("ANALYZE")
    owner_connection.commit()
    many = 12_000  # compared each with each they take a minute and more
    large = csv(*(row(f"e{n}", seller="shop-0", amount=f"{1 + n}.00") for n in range(many)))
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '20s'")
    assert posted(large).new_count == many
