"""What PostgreSQL itself refuses of the books, as the program's role and as the owner of the tables."""

from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from sellers.ledger.models import AccountMapping, Book, Period, PeriodTotal, Transaction
from sellers.ledger.models.residence import EARLIEST
from sellers.models import Seller
from tests import books, make

pytestmark = pytest.mark.django_db
IN_DECEMBER = datetime(2026, 12, 3, 9, 0, tzinfo=UTC)


def earned(day: date = date(2026, 10, 7), *, now: datetime = books.IN_OCTOBER, **values) -> Transaction:
    made = make.earning(occurred_date=day, due_date=day, now=now, **values).transaction
    made.refresh_from_db()
    return made


@pytest.fixture
def october():
    books.charted()
    earned()
    return books.closed()


@pytest.mark.parametrize(
    ("fact", "posted", "booked", "of"),
    [
        (date(2026, 10, 7), books.IN_OCTOBER, date(2026, 10, 7), None),  # the day it happened
        (
            date(2026, 9, 3),
            books.IN_OCTOBER,
            date(2026, 9, 3),
            None,
        ),  # also in an earlier month, while that is open
        (date(2026, 10, 20), books.IN_OCTOBER, date(2026, 10, 14), None),  # not before it is posted
        (date(2026, 9, 30), datetime(2026, 9, 30, 22, 30, tzinfo=UTC), date(2026, 9, 30), None),
    ],
)
def test_a_transaction_stands_on_the_day_it_happened(fact, posted, booked, of):
    made = earned(fact, now=posted)
    assert (made.booked_on, made.fact_on) == (booked, of)


def test_a_day_begins_at_midnight_where_the_books_are_kept():
    key = "INSERT INTO ledger_transaction (key, kind, description, posted_at) VALUES ('k', 'x', '', %s)"
    with connection.cursor() as cursor:
        cursor.execute(key, [datetime(2026, 10, 31, 23, 30, tzinfo=UTC)])
    assert Transaction.objects.get(key="k").booked_on == date(2026, 11, 1)  # half past midnight in Paris


BY_HAND = (
    "INSERT INTO ledger_transaction (key, kind, description, posted_at, booked_on, fact_on)"
    " VALUES ('k', 'x', '', %s, %s, %s)"
)


@pytest.mark.parametrize(
    ("booked", "fact"),
    [
        ("2026-10-05", "2026-10-05"),  # in the closed month
        ("2026-10-05", None),
        ("2026-11-04", "2026-10-05"),  # late, and not on the day of posting
        ("2026-11-05", "2026-11-04"),  # its month is open: it stands on its own day
        ("2026-11-05", "2026-11-05"),  # said twice
        ("2026-12-01", None),  # in days to come
    ],
)
def test_nobody_chooses_the_day_by_hand(october, raw_sql, booked, fact):
    with pytest.raises(IntegrityError, match="not on the day that the books say: k"):
        raw_sql(BY_HAND, [books.IN_NOVEMBER, booked, fact])


@pytest.mark.parametrize(("booked", "fact"), [("2026-11-05", "2026-10-05"), ("2026-11-03", None)])
def test_the_day_that_the_trigger_would_choose_may_come_with_the_row(october, raw_sql, booked, fact):
    raw_sql(BY_HAND, [books.IN_NOVEMBER, booked, fact])
    assert str(Transaction.objects.get(key="k").booked_on) == booked


def test_posting_into_a_closed_month_is_never_refused_but_moves(october):
    assert earned(now=books.IN_NOVEMBER).booked_on == date(2026, 11, 5)
    # A clock that stands still in the closed month: the first open day.
    assert earned(now=books.IN_OCTOBER).booked_on == books.NOVEMBER


def test_legs_that_come_later_than_their_transaction_do_not_enter_a_closed_month(raw_sql):
    books.charted()
    earned()
    raw_sql(
        "INSERT INTO ledger_transaction (key, kind, description, posted_at) VALUES ('k', 'x', '', %s)",
        [books.IN_OCTOBER],
    )
    books.closed()
    with pytest.raises(IntegrityError, match="nothing is booked up to 2026-10-31"):
        raw_sql(
            """INSERT INTO ledger_entry (transaction_id, book, currency, amount_minor, payout_ref, funding_code)
            SELECT id, leg.book, 'EUR', leg.minor, '', '' FROM ledger_transaction,
            (VALUES ('vat', 5), ('suspense', -5)) AS leg (book, minor) WHERE key = 'k'"""
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transaction SET booked_on = '2026-10-05'",
        "UPDATE ledger_transaction SET fact_on = NULL",
        "UPDATE ledger_books SET frozen_through = NULL",
        "DELETE FROM ledger_books",
        "UPDATE ledger_period SET closed = false",
        "UPDATE ledger_period SET decided_at = NULL",
        "UPDATE ledger_period SET last_day = '2026-09-30'",
        "DELETE FROM ledger_period",
        "UPDATE ledger_periodtotal SET debit_minor = 1",
        "DELETE FROM ledger_periodnumbers",
        "INSERT INTO ledger_periodtotal (period_id, book, currency, opening_minor, debit_minor, credit_minor)"
        " SELECT id, 'vat', 'EUR', 0, 1, 1 FROM ledger_period",
        "UPDATE ledger_accountmapping SET number = '1'",
        "UPDATE ledger_accountmapping SET confirmed = false",
        "UPDATE ledger_accountmapping SET effective_from = '2026-12-01'",
        "DELETE FROM ledger_accountmapping",
        "UPDATE ledger_account SET country = 'ES'",
    ],
)
def test_raw_sql_changes_nothing_of_a_closed_month(october, raw_sql, statement):
    with pytest.raises(DatabaseError):
        raw_sql(statement)


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_changes_a_closed_month(owner_connection):
    books.charted()
    earned()
    books.closed()
    for statement in (
        "UPDATE ledger_transaction SET booked_on = '2026-11-05'",
        "UPDATE ledger_period SET closed = false",
        "DELETE FROM ledger_period",
        "TRUNCATE ledger_period CASCADE",
        "TRUNCATE ledger_books",
        "UPDATE ledger_periodtotal SET debit_minor = 1",
        "UPDATE ledger_accountmapping SET number = '1'",
        "UPDATE ledger_accountmapping SET confirmed = false",
    ):
        with pytest.raises(Exception, match=r"refused|append-only|may change|decided already|never|cannot"):
            owner_connection.execute(statement)
        owner_connection.rollback()


@pytest.mark.django_db(transaction=True)
def test_money_is_posted_even_where_the_row_of_the_books_is_lost(owner_connection):
    owner_connection.execute("DELETE FROM ledger_books")
    (day,) = owner_connection.execute(
        "INSERT INTO ledger_transaction (key, kind, description, posted_at)"
        " VALUES ('k', 'x', '', %s) RETURNING booked_on",
        [books.IN_OCTOBER],
    ).fetchone()
    assert day == date(2026, 10, 14)


def asked_for(first: date, last: date, *, at: datetime = IN_DECEMBER, **values) -> Period:
    return Period.objects.create(first_day=first, last_day=last, asked_by=make.user(), asked_at=at, **values)


def test_months_are_whole_over_and_in_order(october, raw_sql):
    for first, last, at, words in (
        (date(2026, 11, 1), date(2026, 11, 29), IN_DECEMBER, "whole month"),
        (date(2026, 11, 2), date(2026, 11, 30), IN_DECEMBER, "whole month"),
        (date(2026, 11, 1), date(2026, 11, 30), books.IN_NOVEMBER, "not over"),
        (date(2026, 10, 1), date(2026, 10, 31), IN_DECEMBER, "in order|period_stands_once"),
    ):
        with pytest.raises(IntegrityError, match=words):
            raw_sql(
                "INSERT INTO ledger_period (first_day, last_day, asked_by_id, asked_at, closed)"
                " VALUES (%s, %s, %s, %s, false)",
                [first, last, make.user().pk, at],
            )
    with pytest.raises(IntegrityError, match="asked for before"):
        asked_for(
            date(2026, 11, 1), date(2026, 11, 30), decided_by=make.user(), decided_at=IN_DECEMBER, closed=True
        )


def test_who_asked_closes_nothing_from_a_shell_either(raw_sql):
    books.charted()
    earned()
    period = asked_for(date(2026, 10, 1), date(2026, 10, 31))
    close = "UPDATE ledger_period SET closed = true, decided_by_id = %s, decided_at = now() WHERE id = %s"
    with pytest.raises(IntegrityError, match="period_four_eyes"):
        raw_sql(close, [period.asked_by_id, period.pk])
    raw_sql(close, [make.user().pk, period.pk])
    with pytest.raises(DatabaseError, match="decided already"):
        raw_sql(close, [make.user().pk, period.pk])


def test_totals_of_a_month_are_written_before_it_is_closed_and_only_then():
    books.charted()
    earned()
    period = books.closed()
    with pytest.raises(IntegrityError, match="its totals and numbers stand"):
        PeriodTotal.objects.create(
            period=period, book="vat", currency="EUR", opening_minor=0, debit_minor=0, credit_minor=0
        )


def test_an_account_that_nobody_else_confirmed_is_in_force_from_no_shell(raw_sql):
    person = make.user()
    values = {
        "number": "5120",
        "label": "Bank",
        "effective_from": books.OCTOBER,
        "reason": "R",
        "asked_at": make.NOW,
    }
    made = AccountMapping.objects.create(book=Book.CASH, asked_by=person, **values)
    confirm = "UPDATE ledger_accountmapping SET confirmed = true, decided_by_id = %s, decided_at = now() WHERE id = %s"
    with pytest.raises(IntegrityError, match="mapping_four_eyes"):
        raw_sql(confirm, [person.pk, made.pk])
    raw_sql(confirm, [make.user().pk, made.pk])


@pytest.mark.parametrize(
    ("number", "label"), [("=1", "Bank"), ("+1", "Bank"), ("", "Bank"), ("51", "=Bank"), ("51", "")]
)
def test_no_account_starts_a_formula(number, label, raw_sql):
    values = {"effective_from": books.OCTOBER, "reason": "R", "asked_at": make.NOW, "asked_by": make.user()}
    with pytest.raises(IntegrityError, match="mapping_"):
        AccountMapping.objects.create(book=Book.CASH, number=number, label=label, **values)


def test_a_version_that_would_change_a_closed_month_is_confirmed_by_nobody(october, raw_sql):
    values = {"number": "5121", "label": "Bank", "reason": "R", "asked_at": make.NOW, "asked_by": make.user()}
    made = AccountMapping.objects.create(book=Book.CASH, effective_from=date(2026, 10, 31), **values)
    with pytest.raises(IntegrityError, match="closed"):
        raw_sql(
            "UPDATE ledger_accountmapping SET confirmed = true, decided_by_id = %s, decided_at = now() WHERE id = %s",
            [make.user().pk, made.pk],
        )


def test_a_seller_who_moves_stays_in_the_books_where_the_account_was_opened():
    account = make.ledger_account(make.seller(country="FR"))
    account.refresh_from_db()
    assert account.country == "FR"
    type(account.seller).objects.filter(pk=account.seller_id).update(country="ES")
    account.refresh_from_db()
    assert account.country == "FR"


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_changes_where_a_seller_lived(owner_connection):
    seller = make.seller(country="FR")
    Seller.objects.filter(pk=seller.pk).update(country="DE")
    for statement in (
        "UPDATE ledger_residence SET left_on = '2020-01-01'",
        "DELETE FROM ledger_residence",
        "TRUNCATE ledger_residence",
    ):
        with pytest.raises(Exception, match=r"refused|append-only|never|cannot"):
            owner_connection.execute(statement)
        owner_connection.rollback()


@pytest.mark.django_db(transaction=True)
def test_a_move_leaves_every_closed_day_and_the_move_before_it_alone(owner_connection):
    """Though the clock of the machine were behind the books, or went back."""
    seller = make.seller(country="FR")
    closed = date(2100, 1, 31)
    owner_connection.execute("UPDATE ledger_books SET frozen_through = %s", [closed])

    def moved(country: str) -> None:
        owner_connection.execute("UPDATE sellers_seller SET country = %s WHERE id = %s", [country, seller.pk])

    moved("DE")
    later = date(2100, 3, 1)
    owner_connection.execute(
        "INSERT INTO ledger_residence (seller_id, country, left_on) VALUES (%s, 'DE', %s)", [seller.pk, later]
    )
    moved("IT")
    found = owner_connection.execute("SELECT left_on FROM ledger_residence ORDER BY id").fetchall()
    assert [day for (day,) in found] == [date(2100, 2, 1), later, later]


@pytest.mark.django_db(transaction=True)
def test_a_day_that_is_named_is_never_a_closed_one_and_a_mistake_was_one_on_closed_days_too(owner_connection):
    seller = make.seller(country="FR")
    owner_connection.execute("UPDATE ledger_books SET frozen_through = %s", [date(2026, 1, 31)])

    def told(country: str, since: date | None) -> None:
        owner_connection.execute(
            "UPDATE sellers_seller SET country = %s, country_since = %s WHERE id = %s",
            [country, since, seller.pk],
        )

    told("DE", date(2025, 6, 1))
    told("AT", date.min)
    told("AT", date(2026, 3, 1))  # the country is the same: nothing is said
    told("IT", date(2026, 3, 1))
    told("ES", date.min)
    found = owner_connection.execute("SELECT country, left_on FROM ledger_residence ORDER BY id").fetchall()
    assert found == [
        ("FR", date(2026, 2, 1)),
        ("DE", date(2026, 2, 1)),
        ("AT", date(2026, 3, 1)),
        ("IT", date(2026, 3, 1)),
    ]
    kept = owner_connection.execute("SELECT country, country_since FROM sellers_seller").fetchall()
    assert kept == [("ES", None)]


@pytest.mark.parametrize("since", [date(1989, 12, 31), date(20, 1, 1)])
def test_a_day_long_before_all_books_is_refused_whoever_says_it(since):
    seller = Seller.objects.filter(pk=make.seller(country="FR").pk)
    with pytest.raises(IntegrityError, match="long before all books"), transaction.atomic():
        seller.update(country="DE", country_since=since)
    assert seller.get().country == "FR"
    seller.update(country="DE", country_since=EARLIEST)
    assert seller.get().residences.get().left_on == EARLIEST


@pytest.mark.django_db(transaction=True)
def test_a_country_that_was_wrong_is_corrected_after_a_move_that_an_earlier_version_took(owner_connection):
    seller, once = make.seller(country="DE"), date(20, 1, 1)
    owner_connection.execute(
        "INSERT INTO ledger_residence (seller_id, country, left_on) VALUES (%s, 'FR', %s)", [seller.pk, once]
    )
    owner_connection.execute(
        "UPDATE sellers_seller SET country = 'AT', country_since = %s WHERE id = %s", [date.min, seller.pk]
    )
    found = owner_connection.execute("SELECT country, left_on FROM ledger_residence ORDER BY id").fetchall()
    assert found == [("FR", once), ("DE", once)]


@pytest.mark.django_db(transaction=True)
def test_without_a_move_before_it_a_mistake_ends_before_all_days(owner_connection):
    seller = make.seller(country="FR")
    owner_connection.execute(
        "UPDATE sellers_seller SET country = 'DE', country_since = %s WHERE id = %s", [date.min, seller.pk]
    )
    assert owner_connection.execute("SELECT left_on FROM ledger_residence").fetchall() == [(date.min,)]
    with pytest.raises(Exception, match="seller_country_since_is_taken"):
        owner_connection.execute(
            "INSERT INTO sellers_seller (external_id, name, kind, country, country_since, email, phone, tax_id, "
            "address_line, postcode, city, suspended_reason) "
            "VALUES ('x', 'X', 'person', 'FR', '2020-01-01', '', '', '', '', '', '', '')"
        )
    owner_connection.rollback()
