"""What PostgreSQL itself refuses of months' rates and of the layout of a month's files, as whichever role."""

import threading
from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection

from payouts.operations import periods
from sellers.ledger.models import MonthRate, Period
from sellers.ledger.operations import rates
from tests import books, make
from tests.races.crew import together

pytestmark = pytest.mark.django_db
CONFIRM = "UPDATE ledger_monthrate SET confirmed = true, decided_by_id = %s, decided_at = now() WHERE id = %s"


def wish(**values) -> MonthRate:
    given = {"month": books.OCTOBER, "currency": "USD", "home": "EUR", "units": "1.0833", "worth": 1}
    given |= {"reason": "R", "asked_by": make.user(), "asked_at": make.NOW}
    return MonthRate.objects.create(**given | values)


@pytest.fixture
def october():
    books.charted()
    make.earning(occurred_date=date(2026, 10, 7), due_date=date(2026, 10, 7), now=books.IN_OCTOBER)


def test_a_rate_that_nobody_else_confirmed_counts_from_no_shell(raw_sql):
    made = wish()
    with pytest.raises(IntegrityError, match="rate_four_eyes"):
        raw_sql(CONFIRM, [made.asked_by_id, made.pk])
    raw_sql(CONFIRM, [make.user().pk, made.pk])
    with pytest.raises(DatabaseError, match="decided already"):
        raw_sql(CONFIRM, [make.user().pk, made.pk])


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"month": date(2026, 10, 2)}, "rate_of_a_month"),
        ({"currency": "EUR"}, "rate_of_another_currency"),
        ({"currency": "usd"}, "rate_of_another_currency"),
        ({"home": ""}, "rate_of_another_currency"),
        ({"units": 0}, "rate_is_positive"),
        ({"worth": "-1"}, "rate_is_positive"),
        ({"reason": ""}, "rate_has_reason"),
        ({"decided_at": make.NOW}, "asked for before"),
        ({"confirmed": True}, "rate_decided_by_somebody"),
    ],
)
def test_what_is_no_rate_is_no_row(values, constraint):
    with pytest.raises(IntegrityError, match=constraint):
        wish(**values)


def test_one_waits_at_a_time():
    wish()
    wish(currency="GBP")
    with pytest.raises(IntegrityError, match="rate_one_open"):
        wish()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_monthrate SET units = 2",
        "UPDATE ledger_monthrate SET month = '2026-11-01'",
        "UPDATE ledger_monthrate SET confirmed = false",
        "UPDATE ledger_monthrate SET decided_at = NULL, decided_by_id = NULL, confirmed = false",
        "DELETE FROM ledger_monthrate",
        "UPDATE ledger_period SET layout = 1",
    ],
)
def test_raw_sql_changes_no_rate_and_no_layout(october, raw_sql, statement):
    books.rate(books.OCTOBER, "USD")
    books.closed()
    with pytest.raises(DatabaseError):
        raw_sql(statement)


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_changes_them(owner_connection):
    books.charted()
    make.earning(occurred_date=date(2026, 10, 7), due_date=date(2026, 10, 7), now=books.IN_OCTOBER)
    books.rate(books.OCTOBER, "USD")
    books.closed()
    made = wish(units=2)
    other = make.user()
    for statement in (
        "UPDATE ledger_monthrate SET units = 2 WHERE confirmed",
        "DELETE FROM ledger_monthrate",
        "TRUNCATE ledger_monthrate",
        "UPDATE ledger_period SET layout = 1",
        CONFIRM.replace("%s", str(other.pk), 1).replace("%s", str(made.pk)),
    ):
        with pytest.raises(
            Exception, match=r"refused|append-only|may change|decided already|never|cannot|keeps"
        ):
            owner_connection.execute(statement)
        owner_connection.rollback()


def test_from_the_asking_on_a_month_keeps_its_rate_and_one_it_lacks_comes_once(october, raw_sql):
    books.rate(books.OCTOBER, "USD")
    changed, first, second = wish(units=2), wish(currency="GBP"), make.user()
    one = make.person("accountant")
    periods.ask(first=books.OCTOBER, actor=one, now=books.IN_NOVEMBER)
    with pytest.raises(IntegrityError, match="keeps its rate of USD"):
        raw_sql(CONFIRM, [second.pk, changed.pk])
    raw_sql(CONFIRM, [second.pk, first.pk])
    with pytest.raises(IntegrityError, match="keeps its rate of GBP"):
        raw_sql(CONFIRM, [second.pk, wish(currency="GBP").pk])
    periods.take_back(first=books.OCTOBER, actor=one, now=books.IN_NOVEMBER)
    raw_sql(CONFIRM, [second.pk, changed.pk])


@pytest.mark.django_db(transaction=True)
def test_who_asks_to_close_a_month_waits_for_a_rate_that_is_being_confirmed(app_connection, monkeypatch):
    """Else the rate would change after the month was frozen: neither would see the other."""
    monkeypatch.setattr(periods, "PATIENCE_MS", 50)
    books.charted()
    make.earning(occurred_date=date(2026, 10, 7), due_date=date(2026, 10, 7), now=books.IN_OCTOBER)
    books.rate(books.OCTOBER, "USD")
    app_connection.execute(CONFIRM, [make.user().pk, wish(units=2).pk])
    with pytest.raises(periods.Conflict):
        periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=books.IN_NOVEMBER)
    app_connection.commit()
    periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=books.IN_NOVEMBER)


@pytest.mark.django_db(transaction=True)
def test_a_rate_whose_month_is_asked_to_be_closed_meanwhile_is_refused_with_a_sentence(monkeypatch):
    books.charted()
    make.earning(occurred_date=date(2026, 10, 7), due_date=date(2026, 10, 7), now=books.IN_OCTOBER)
    books.rate(books.OCTOBER, "USD")
    waiting, looked, asked = wish(units="1.2"), threading.Event(), threading.Event()
    real = rates._check_open

    def check(*values):
        real(*values)
        looked.set()
        asked.wait(20)

    def ask():
        assert looked.wait(20)
        try:
            return periods.ask(first=books.OCTOBER, actor=make.person("accountant"), now=make.NOW)
        finally:
            asked.set()

    monkeypatch.setattr(periods, "_refuse_blocked", lambda *values: None)  # a rate that waits keeps it open
    monkeypatch.setattr(rates, "_check_open", check)
    confirm = lambda: rates.confirm(rate_ids=[waiting.pk], actor=make.person("accountant"), now=make.NOW)  # noqa: E731
    refused, period = together(confirm, ask)
    assert isinstance(refused, rates.BadRate) and "October 2026 is closed, or asked to be" in str(refused)
    assert period == [Period.objects.get()]


def test_a_layout_that_nobody_knows_is_none(raw_sql):
    with pytest.raises(IntegrityError, match="period_layout"):
        raw_sql(
            "INSERT INTO ledger_period (first_day, last_day, asked_by_id, asked_at, closed, layout)"
            " VALUES ('2026-09-01', '2026-09-30', %s, '2026-10-03', false, 9)",
            [make.user().pk],
        )


def test_a_month_keeps_the_layout_it_was_asked_for_under(october):
    books.closed()
    assert Period.objects.get().layout == 2
    with connection.cursor() as cursor:  # as the version before asks
        cursor.execute(
            "INSERT INTO ledger_period (first_day, last_day, asked_by_id, asked_at, closed)"
            " VALUES ('2026-11-01', '2026-11-30', %s, '2026-12-03', false) RETURNING layout",
            [make.user().pk],
        )
        assert cursor.fetchone() == (1,)
