"""One earning, posted once, into days that are open; and what PostgreSQL refuses from any door."""

import datetime

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError

from sellers.ledger.models import Earning, EarningKind, Entry
from sellers.ledger.operations import earnings
from tests import make

pytestmark = pytest.mark.django_db
REFUSALS = (IntegrityError, ProgrammingError, InternalError)


def test_asked_again_it_answers_what_stands():
    account = make.ledger_account()
    first = make.earning(account, external_id="x")

    assert make.earning(account, external_id="x") == first
    assert (Earning.objects.count(), Entry.objects.count()) == (1, 2)


def test_asked_again_with_another_amount_it_refuses():
    account = make.ledger_account()
    make.earning(account, external_id="x")

    with pytest.raises(earnings.KnownOtherwise, match="give a correction an id of its own"):
        make.earning(account, external_id="x", amount_minor=1)


def test_a_late_earning_is_due_after_the_covered_days():
    account = make.ledger_account(covered_through=datetime.date(2026, 11, 20))

    assert make.earning(account, due_date=datetime.date(2026, 11, 3)).due_date == datetime.date(2026, 11, 21)
    assert make.earning(account, due_date=datetime.date(2026, 11, 22)).due_date == datetime.date(2026, 11, 22)


@pytest.mark.parametrize("table", ["ledger_earning", "ledger_entry", "ledger_transaction"])
def test_postgresql_refuses_to_change_or_delete_history(raw_sql, table):
    make.earning()

    with pytest.raises(REFUSALS):
        raw_sql(f"UPDATE {table} SET id = id")
    with pytest.raises(REFUSALS):
        raw_sql(f"DELETE FROM {table}")
    with pytest.raises(REFUSALS):
        raw_sql(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("table", ["ledger_earning", "ledger_entry", "ledger_transaction"])
@pytest.mark.django_db(transaction=True)
def test_even_the_owner_of_the_tables_is_refused(owner_connection, table):
    make.earning()

    for statement in (f"UPDATE {table} SET id = id", f"DELETE FROM {table}", f"TRUNCATE {table} CASCADE"):
        with pytest.raises(Exception, match="its rows are history"):
            owner_connection.execute(statement)
        owner_connection.rollback()


def test_postgresql_refuses_a_transaction_that_does_not_balance(raw_sql):
    earning = make.earning()
    (transaction_id,) = raw_sql("INSERT INTO ledger_transaction (key, kind, description) VALUES ('k', 'x', '') RETURNING id")[0]  # fmt: skip  # noqa: E501

    with pytest.raises(IntegrityError, match="debits and credits differ"):
        raw_sql(
            "INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref,"
            " funding_code) VALUES (%s, 'payable', %s, 'EUR', -5, '', ''), (%s, 'vat', NULL, 'EUR', 4, '', '')",
            [transaction_id, earning.account_id, transaction_id],
        )


def test_postgresql_refuses_legs_that_come_later(raw_sql):
    earning = make.earning()

    with pytest.raises(IntegrityError, match="reopened"):
        raw_sql(
            "INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref,"
            " funding_code) VALUES (%s, 'payable', %s, 'EUR', -5, '', ''), (%s, 'vat', NULL, 'EUR', 5, '', '')",
            [earning.transaction_id, earning.account_id, earning.transaction_id],
        )


def test_postgresql_refuses_an_entry_in_another_currency_than_its_account(raw_sql):
    earning = make.earning()
    (transaction_id,) = raw_sql("INSERT INTO ledger_transaction (key, kind, description) VALUES ('k', 'x', '') RETURNING id")[0]  # fmt: skip  # noqa: E501

    with pytest.raises(IntegrityError, match="entry_currency_is_the_accounts"):
        raw_sql(
            "INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref,"
            " funding_code) VALUES (%s, 'payable', %s, 'USD', -5, '', ''), (%s, 'vat', NULL, 'USD', 5, '', '')",
            [transaction_id, earning.account_id, transaction_id],
        )


_COPY_OF = """
INSERT INTO ledger_earning (transaction_id, account_id, source, external_id, kind, amount_minor, order_ref,
  description, occurred_date, requested_due_date, due_date)
SELECT %(transaction)s, account_id, source, external_id || '-2', kind, %(amount)s, '', '', occurred_date,
  requested_due_date, %(due)s FROM ledger_earning WHERE id = %(earning)s
"""


def _posted_alone(raw_sql, account_id, minor):
    """A balanced transaction that credits the seller, with no earning yet."""
    (transaction_id,) = raw_sql("INSERT INTO ledger_transaction (key, kind, description) VALUES ('k', 'x', '') RETURNING id")[0]  # fmt: skip  # noqa: E501
    raw_sql(
        "INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref,"
        " funding_code) VALUES (%s, 'payable', %s, 'EUR', %s, '', ''), (%s, 'suspense', NULL, 'EUR', %s, '', '')",
        [transaction_id, account_id, -minor, transaction_id, minor],
    )
    return transaction_id


def test_postgresql_refuses_an_earning_in_days_that_payouts_have_taken(raw_sql):
    account = make.ledger_account(covered_through=datetime.date(2026, 11, 20))
    earning = make.earning(account, due_date=datetime.date(2026, 11, 10))
    transaction_id = _posted_alone(raw_sql, earning.account_id, 500)
    values = {"transaction": transaction_id, "amount": 500, "earning": earning.pk}

    with pytest.raises(IntegrityError, match="days that payouts have taken"):
        raw_sql(_COPY_OF, values | {"due": "2026-11-20"})
    raw_sql(_COPY_OF, values | {"due": "2026-11-21"})


def test_postgresql_refuses_an_earning_that_is_not_what_its_transaction_credits(raw_sql):
    earning = make.earning()
    transaction_id = _posted_alone(raw_sql, earning.account_id, 500)

    with pytest.raises(IntegrityError, match="equals what its transaction credits"):
        raw_sql(
            _COPY_OF,
            {"transaction": transaction_id, "amount": 501, "earning": earning.pk, "due": "2026-11-21"},
        )


@pytest.mark.parametrize(
    ("kind", "amount"), [(EarningKind.SALE, -1), (EarningKind.REFUND, 1), (EarningKind.CHARGEBACK, 1)]
)
def test_postgresql_refuses_a_sign_that_does_not_fit_the_kind(kind, amount):
    with pytest.raises(IntegrityError, match="earning_sign_fits_kind"):
        make.earning(kind=kind, amount_minor=amount)


def test_covered_through_moves_forward_only(raw_sql):
    account = make.ledger_account(covered_through=datetime.date(2026, 11, 20))

    for value in ("2026-11-19", None):
        with pytest.raises(IntegrityError, match="forward only"):
            raw_sql("UPDATE ledger_account SET covered_through = %s WHERE id = %s", [value, account.pk])
