"""A checked file is posted whole, once, into days that are still open."""

import datetime
import threading

import pytest
from django.db import connection, connections, transaction

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from payouts.operations import creation
from sellers.ledger import importing
from sellers.ledger.models import Account, Earning, Entry, Transaction
from sellers.ledger.queries import balances
from sellers.models import Seller
from tests import make, make_payouts
from tests.sellers.ledger.importing.given import checked, csv, posted, row

pytestmark = pytest.mark.django_db
OLIST = "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,freight_value"


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


def test_every_earning_stands_in_the_ledger_with_both_its_sides(shop):
    posted(
        csv(
            row("a", seller="shop-1", kind="sale", amount="100.00"),
            row("a", seller="shop-1", kind="commission", amount="-12.00"),
            row("a", seller="shop-1", kind="fee", amount="-0.30"),
            row("b", seller="shop-1", kind="refund", amount="-40.00"),
            row("c", seller="shop-1", kind="chargeback", amount="-1.00"),
        )
    )

    legs = set(Entry.objects.values_list("transaction__key", "book", "amount_minor"))
    assert legs == {
        ("earning:generic:a:sale", "psp_clearing", 10_000),
        ("earning:generic:a:sale", "payable", -10_000),
        ("earning:generic:a:commission", "payable", 1_200),
        ("earning:generic:a:commission", "commission_revenue", -1_200),
        ("earning:generic:a:fee", "payable", 30),
        ("earning:generic:a:fee", "fee_revenue", -30),
        ("earning:generic:b:refund", "payable", 4_000),
        ("earning:generic:b:refund", "psp_clearing", -4_000),
        ("earning:generic:c:chargeback", "payable", 100),
        ("earning:generic:c:chargeback", "psp_clearing", -100),
    }
    (balance,) = balances.balances(seller_id=shop.pk, today=make.TODAY)
    assert (balance.due, balance.pending, balance.total) == (4_670, 0, 4_670)


def test_importing_the_same_rows_twice_changes_nothing_and_says_so(shop):
    data = csv(row("a", seller="shop-1"), row("b", seller="shop-1"))
    posted(data)
    before = (Transaction.objects.count(), Entry.objects.count(), Earning.objects.count())

    again = posted(data)

    assert (again.new_count, again.known_count, again.totals) == (0, 2, {})
    assert (Transaction.objects.count(), Entry.objects.count(), Earning.objects.count()) == before


def test_rows_added_to_a_known_file_are_the_only_ones_posted(shop):
    posted(csv(row("a", seller="shop-1")))

    more = posted(csv(row("a", seller="shop-1"), row("b", seller="shop-1", amount="1.00")))

    assert (more.new_count, more.known_count, more.totals) == (1, 1, {"EUR": {"sale": 100}})


def test_a_file_is_posted_once(shop):
    file = posted(csv(row("a", seller="shop-1")))

    with pytest.raises(importing.AlreadyPosted, match="already"):
        importing.post(import_file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    assert Earning.objects.count() == 1


def test_a_refused_or_dropped_file_cannot_be_posted(shop):
    refused = checked(csv(row("a", seller="nobody")))
    dropped = checked(csv(row("a", seller="shop-1")))
    importing.drop(import_file_id=dropped.pk, actor=actors.SYSTEM, now=make.NOW)

    for file in (refused, dropped):
        with pytest.raises(importing.NotPostable):
            importing.post(import_file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
    assert Earning.objects.count() == 0


def test_a_late_earning_takes_effect_after_the_days_that_payouts_have_taken(shop):
    make.ledger_account(shop, covered_through=datetime.date(2026, 11, 20))

    posted(
        csv(
            row("late", seller="shop-1", due="2026-11-16"),
            row("edge", seller="shop-1", due="2026-11-20"),
            row("open", seller="shop-1", due="2026-11-25"),
        )
    )

    found = dict(Earning.objects.values_list("external_id", "due_date"))
    assert found == {
        "late": datetime.date(2026, 11, 21),
        "edge": datetime.date(2026, 11, 21),
        "open": datetime.date(2026, 11, 25),
    }
    assert Earning.objects.get(external_id="late").requested_due_date == datetime.date(2026, 11, 16)


def test_a_profile_may_create_sellers_unverified():
    posted(
        csv("o1,1,p,0123456789abcdef,9/19/2017 9:45,58.9,13.29", header=OLIST), profile="olist-order-items"
    )

    seller = Seller.objects.get()
    assert (seller.external_id, seller.name, seller.country) == ("0123456789abcdef", "Loja 01234567", "BR")
    assert seller.verified_at is None
    assert Account.objects.get().currency == "BRL"
    assert dict(Earning.objects.values_list("kind", "amount_minor")) == {"sale": 7_219, "commission": -707}


def test_a_commission_that_rounds_to_nothing_makes_no_earning():
    posted(csv("o1,1,p,s1,9/19/2017 9:45,0.04,0", header=OLIST), profile="olist-order-items")

    assert list(Earning.objects.values_list("kind", "amount_minor")) == [("sale", 4)]


def test_what_the_ledger_learned_after_the_check_is_respected(shop):
    first, second = checked(csv(row("a", seller="shop-1"))), checked(csv(row("a", seller="shop-1")))
    other = checked(csv(row("a", seller="shop-1", amount="99.00")))
    importing.post(import_file_id=first.pk, actor=actors.SYSTEM, now=make.NOW)

    same = importing.post(import_file_id=second.pk, actor=actors.SYSTEM, now=make.NOW)
    with pytest.raises(importing.Changed, match=r"amount 99\.00 EUR here, 100\.00 EUR there"):
        importing.post(import_file_id=other.pk, actor=actors.SYSTEM, now=make.NOW)

    assert (same.new_count, same.known_count) == (0, 1)
    other.refresh_from_db()
    assert other.status == "CHECKED"
    assert Earning.objects.get().amount_minor == 10_000


def test_a_failure_on_the_last_statement_leaves_nothing_half_written(shop, database):
    file = checked(csv(row("a", seller="shop-1")))
    with connection.cursor() as cursor:
        # A ledger transaction that holds the key, without an earning: the file's own insert must fail.
        cursor.execute(
            "INSERT INTO ledger_transaction (key, kind, posted_at, description)"
            " VALUES ('earning:generic:a:sale', 'sale', now(), '')"
        )

    with pytest.raises(importing.Changed, match="Nothing was imported"):
        importing.post(import_file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)

    file.refresh_from_db()
    assert (file.status, file.staged.count()) == ("CHECKED", 1)
    assert (Earning.objects.count(), Entry.objects.count()) == (0, 0)


def test_who_imported_what_is_recorded(shop):
    analyst = make.person("analyst")
    file = posted(csv(row("a", seller="shop-1")), actor=analyst)

    event = Event.objects.get(action="earnings.import")
    assert (event.actor_id, event.subject_id) == (analyst.user_id, file.pk)
    assert event.data["totals_minor"] == {"EUR": {"sale": 10_000}}
    assert event.data["sha256"] == file.sha256


def test_nobody_posts_without_the_permission(shop):
    file = checked(csv(row("a", seller="shop-1")))

    with pytest.raises(NotAllowed):
        importing.post(import_file_id=file.pk, actor=make.person("approver"), now=make.NOW)


@pytest.mark.django_db(transaction=True)
def test_two_files_with_the_same_earnings_posted_at_once_post_them_once():
    make.seller(external_id="shop-1")
    rows = [row(f"e{n}", seller="shop-1") for n in range(300)]
    files = [checked(csv(*rows)).pk, checked(csv(*reversed(rows))).pk]
    barrier, outcomes = threading.Barrier(2), []

    def run(pk: int) -> None:
        try:
            barrier.wait(timeout=10)
            outcomes.append(importing.post(import_file_id=pk, actor=actors.SYSTEM, now=make.NOW).new_count)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[pk]) for pk in files]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert sorted(outcomes) == [0, 300]
    assert Earning.objects.count() == 300


@pytest.mark.django_db(transaction=True)
def test_posting_waits_for_a_payout_run_and_goes_into_the_days_it_left_open():
    account = make.ledger_account(make.seller(external_id="shop-1"))
    make.earning(account, due_date=datetime.date(2026, 11, 19))
    make_payouts.account(account.seller, currency="EUR", scheme="iban")
    file = checked(csv(row("a", seller="shop-1", due="2026-11-16")))
    through = datetime.date(2026, 11, 20)

    def run() -> None:
        try:
            importing.post(import_file_id=file.pk, actor=actors.SYSTEM, now=make.NOW)
        finally:
            connections.close_all()

    poster = threading.Thread(target=run)
    with transaction.atomic():  # the run has the account and has not committed yet
        creation.run(until=through, country="FR", key="run", actor=make.person("analyst"), now=make.NOW)
        poster.start()
        poster.join(timeout=0.7)
        assert poster.is_alive(), "posting did not wait for the run"
    poster.join(timeout=20)

    assert Earning.objects.get(external_id="a").due_date == through + datetime.timedelta(days=1)
