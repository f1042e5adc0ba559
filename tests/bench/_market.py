"""Many sellers with balances that are due, written as sets: the ground of every bench."""

import psycopg
from django.db import connection

from payouts.models import AccountVersion
from sellers.models import Seller
from tests import make, make_accounts


def analyze(owner_url: str) -> None:
    """The planner knows the tables, as autovacuum sees to in production; only their owner may say so."""
    with psycopg.connect(owner_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def sellers(*, count: int, earnings_each: int) -> None:
    """``count`` payable French sellers with ``earnings_each`` sales due, in the ledger, balanced."""
    model = make_accounts.payable(make.seller())
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO sellers_seller (external_id, name, kind, country, email, phone, tax_id, address_line,
                                           postcode, city, verified_at, suspended_reason)
               SELECT 'bench-' || n, 'Bench Seller ' || n, 'business', 'FR', '', '', '', '', '', '', now(), ''
               FROM generate_series(1, %s) AS n""",
            [count],
        )
        cursor.execute(
            "INSERT INTO ledger_account (seller_id, currency) SELECT id, 'EUR' FROM sellers_seller "
            "WHERE external_id LIKE 'bench-%%'"
        )
        _accounts(cursor, model)
        _earnings(cursor, earnings_each)
    assert Seller.objects.filter(external_id__startswith="bench-").count() == count


def _accounts(cursor, model: AccountVersion) -> None:
    people = [model.requested_by_id, model.decision.decided_by_id]
    cursor.execute(
        "INSERT INTO payouts_payoutaccount (seller_id, currency) SELECT id, 'EUR' FROM sellers_seller "
        "WHERE external_id LIKE 'bench-%%'"
    )
    cursor.execute(
        """INSERT INTO payouts_accountversion (slot_id, number, scheme, country, holder_name, ciphertext, masked,
             bank_name, fingerprint, requested_by_id, requested_at, effective_at)
           SELECT a.id, 1, 'iban', 'FR', s.name, '', 'FR76 •••• 0001', '', 'bench-' || a.id, %s,
                  now() - interval '60 days', now() - interval '57 days'
           FROM payouts_payoutaccount AS a JOIN sellers_seller AS s ON s.id = a.seller_id
           WHERE s.external_id LIKE 'bench-%%'""",
        [people[0]],
    )
    cursor.execute(
        """INSERT INTO payouts_accountdecision (version_id, verified, requested_by_id, decided_by_id, decided_at, note)
           SELECT id, true, requested_by_id, %s, now(), '' FROM payouts_accountversion
           WHERE fingerprint LIKE 'bench-%%'""",
        [people[1]],
    )
    cursor.execute(
        """UPDATE payouts_payoutaccount AS a SET current_id = v.id FROM payouts_accountversion AS v
           WHERE v.slot_id = a.id AND v.fingerprint LIKE 'bench-%%'"""
    )


def _earnings(cursor, each: int) -> None:
    cursor.execute(
        """CREATE TEMP TABLE wanted AS
           SELECT a.id AS account_id, a.id || '-' || n AS external_id,
                  'earning:bench:' || a.id || '-' || n || ':sale' AS key, 1000 + (a.id * 7 + n * 13) %% 9000 AS amount
           FROM ledger_account AS a CROSS JOIN generate_series(1, %s) AS n
           JOIN sellers_seller AS s ON s.id = a.seller_id WHERE s.external_id LIKE 'bench-%%'""",
        [each],
    )
    cursor.execute("ANALYZE wanted")
    cursor.execute(
        "INSERT INTO ledger_transaction (key, kind, description) SELECT key, 'earning', '' FROM wanted"
    )
    cursor.execute(
        """INSERT INTO ledger_entry (transaction_id, book, account_id, currency, amount_minor, payout_ref, funding_code)
           SELECT t.id, leg.book, CASE leg.book WHEN 'payable' THEN w.account_id END, 'EUR', leg.sign * w.amount, '', ''
           FROM wanted AS w JOIN ledger_transaction AS t ON t.key = w.key
           CROSS JOIN (VALUES ('psp_clearing', 1), ('payable', -1)) AS leg (book, sign)"""
    )
    cursor.execute(
        """INSERT INTO ledger_earning (transaction_id, account_id, source, external_id, kind, amount_minor, order_ref,
                                       description, occurred_date, requested_due_date, due_date)
           SELECT t.id, w.account_id, 'bench', w.external_id, 'sale', w.amount, '', '',
                  DATE '2026-11-01', DATE '2026-11-10', DATE '2026-11-10'
           FROM wanted AS w JOIN ledger_transaction AS t ON t.key = w.key"""
    )
    cursor.execute("DROP TABLE wanted")
