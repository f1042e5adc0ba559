"""Pages of payouts come from indexes in the order asked for, and hold what the filter means."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.doors.keyset import Order
from payouts.queries import filters, searching, streams
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db
SIZE = 3


def plan(part, fields: tuple[str, ...], *, down: bool) -> str:
    """How a page of this part is read where nothing may be sorted, gathered or read whole."""
    page = part.order_by(*Order(fields, down).by())[:SIZE]
    with connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
        )
    return page.explain()


@pytest.mark.parametrize("down", [True, False])
@pytest.mark.parametrize(
    ("query", "fields", "index"),
    [
        ("", (), "payouts_payout_pkey"),
        ("status=PAID", (), "payout_status"),
        ("status=PENDING_REVIEW,REVIEWED", (), "payout_status"),
        ("country=FR", (), "payout_country_status"),
        ("currency=EUR", (), "payout_country_status"),
        ("country=FR&status=PAID", (), "payout_country_status"),
        ("", ("status_at",), "payout_status_at"),
        ("status=PAID", ("status_at",), "payout_status_at"),
        ("country=FR&status=PENDING_REVIEW", ("status_at",), "payout_status_at"),
        ("", ("currency", "amount_minor"), "payout_status_amount"),
        ("country=FR", ("currency", "amount_minor"), "payout_status_amount"),
    ],
)
def test_every_part_of_a_page_is_read_in_the_order_of_an_index(query, fields, index, down):
    quick.payout()
    quick.reviewed()
    for part in streams.of(filters.read(query), fields):
        read = plan(part, fields, down=down)
        assert (
            f"using {index} on payouts_payout" in read or f"Backward using {index} on payouts_payout" in read
        ), read
        assert "Sort" not in read, read


@pytest.mark.parametrize("few", [0, 1000])
@pytest.mark.parametrize(
    "text", ["atelier", "ext-2", "S0", "nobody", "P{first}", "ORD-1", "sho", "el", "shop1@"]
)
def test_a_search_by_parts_finds_what_the_search_means_and_a_few_sellers_or_many_are_found_alike(
    text, few, monkeypatch
):
    monkeypatch.setattr(searching, "FEW_SELLERS", few)
    one = make.seller(name="Atelier Électro el", email="shop1@x.example", external_id="ext-1")
    two = make.seller(name="Atelier Straße", email="shop2@x.example", external_id="ext-2")
    first = quick.payout(seller=one, order_ref="ORD-1")
    quick.payout(seller=two)
    quick.payout(seller=make.seller(name="Other", email="other@y.example"))
    quick.reviewed(seller=one)
    words = text.format(first=first.pk)
    for query in ({"search": words}, {"search": words, "status": "PENDING_REVIEW"}):
        chosen = filters.read(query)
        wanted = list(chosen.qs.order_by("-pk"))
        assert streams.newest(chosen, size=10) == wanted
        assert {payout for part in streams.of(chosen, ()) for payout in part} == set(wanted)


def test_a_common_word_asks_each_rows_seller_and_gathers_nobody(monkeypatch):
    monkeypatch.setattr(searching, "FEW_SELLERS", 0)
    quick.payout()
    _, walked = streams.of(filters.read({"search": "atelier"}), ())
    read = plan(walked, (), down=True)
    assert "Backward using payouts_payout_pkey" in read
    assert "SubPlan" in read
    assert "sellers_seller_pkey" in read


def test_a_page_asks_as_much_however_many_statuses_it_shows():
    made = quick.payout()
    chosen = filters.read({"status": "PENDING_REVIEW,REVIEWED,PAID"})
    with CaptureQueriesContext(connection) as captured:
        assert streams.newest(chosen, size=2) == [made]
    assert len(captured) <= 3
