"""What only the whole file or the ledger can say about a row: set by set, in SQL."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from sellers.ledger import money
from sellers.ledger.models import ImportFile, ImportKind
from sellers.ledger.profiles import Profile

_TWICE = """
UPDATE ledger_stagedearning AS s SET error = concat_ws(' ', nullif(s.error, ''),
  format('The %%s %%s is on line %%s, too: each id stands once in a file.', s.kind, s.external_id, f.first))
FROM (SELECT id, row_number, first_value(row_number) OVER w AS first, row_number() OVER w AS place
      FROM ledger_stagedearning WHERE import_file_id = %(file)s AND error = ''
      WINDOW w AS (PARTITION BY external_id, kind ORDER BY row_number, id)) AS f
WHERE s.id = f.id AND f.place > 1
"""

_UNKNOWN_SELLERS = """
UPDATE ledger_stagedearning AS s SET error = concat_ws(' ', nullif(s.error, ''),
  format('The seller %%s is unknown. Import the sellers first, or correct the id.', s.seller_external_id))
WHERE s.import_file_id = %(file)s AND s.seller_external_id <> ''
  AND NOT EXISTS (SELECT 1 FROM sellers_seller AS k WHERE k.external_id = s.seller_external_id)
  AND s.id = (SELECT min(o.id) FROM ledger_stagedearning AS o  -- said once for all earnings of the row
              WHERE o.import_file_id = s.import_file_id AND o.row_number = s.row_number)
"""

_FUTURE = """
UPDATE ledger_stagedearning AS s SET error = concat_ws(' ', nullif(s.error, ''),
  format('It occurred on %%s, which is in the future: check the order of day and month.', s.occurred_date))
WHERE s.import_file_id = %(file)s AND s.occurred_date > %(latest)s
  AND s.id = (SELECT min(o.id) FROM ledger_stagedearning AS o
              WHERE o.import_file_id = s.import_file_id AND o.row_number = s.row_number)
"""

# Amounts are shown with the decimals of their currency: minor units / 10 ^ exponent, as exact numerics.
_KNOWN = """
UPDATE ledger_stagedearning AS s
SET known = (d.differs = ''),
    error = concat_ws(' ', nullif(s.error, ''), CASE WHEN d.differs <> '' THEN format(
      'The %%s %%s is in the ledger with other values: %%s. '
      'What is posted never changes: give a correction an id of its own.', s.kind, s.external_id, d.differs) END)
FROM (
  SELECT staged.id, concat_ws(', ',
    CASE WHEN k.external_id <> staged.seller_external_id
      THEN format('seller %%s here, %%s there', staged.seller_external_id, k.external_id) END,
    CASE WHEN a.currency <> staged.currency OR e.amount_minor <> staged.amount_minor
      THEN format('amount %%s %%s here, %%s %%s there',
        round(staged.amount_minor / 10::numeric ^ digits.here, digits.here), staged.currency,
        round(e.amount_minor / 10::numeric ^ digits.there, digits.there), a.currency) END,
    CASE WHEN e.occurred_date <> staged.occurred_date
      THEN format('occurred %%s here, %%s there', staged.occurred_date, e.occurred_date) END,
    CASE WHEN e.requested_due_date <> staged.due_date
      THEN format('due %%s here, %%s there', staged.due_date, e.requested_due_date) END,
    CASE WHEN e.order_ref <> staged.order_ref
      THEN format('order “%%s” here, “%%s” there', staged.order_ref, e.order_ref) END,
    CASE WHEN e.description <> staged.description
      THEN format('description “%%s” here, “%%s” there', staged.description, e.description) END) AS differs
  FROM ledger_stagedearning AS staged
  JOIN ledger_earning AS e
    ON e.source = %(source)s AND e.external_id = staged.external_id AND e.kind = staged.kind
  JOIN ledger_account AS a ON a.id = e.account_id
  JOIN sellers_seller AS k ON k.id = a.seller_id
  CROSS JOIN LATERAL (SELECT (%(exponents)s::jsonb ->> staged.currency)::int AS here,
                             (%(exponents)s::jsonb ->> a.currency)::int AS there) AS digits
  WHERE staged.import_file_id = %(file)s AND staged.amount_minor IS NOT NULL
) AS d
WHERE s.id = d.id
"""

MOST_IN_FILE = 10**16
"""Minor units that one kind of earning of a file may add up to in one currency: a hundred trillion euros, and a
thousandth of what a bigint holds, so that sums over many files fit one.
"""
MOST_OF_SELLER = 10**17
"""Minor units that the earnings of one seller in one currency may ever add up to, whatever their signs."""

# Gathered first and once: joined straight to the rows, the planner may add all up again for each of them.
_FILE_TOO_LARGE = """
WITH f AS MATERIALIZED (
  SELECT min(id) AS id, kind, currency, sum(abs(amount_minor::numeric)) AS total FROM ledger_stagedearning
  WHERE import_file_id = %(file)s AND error = '' AND NOT known
  GROUP BY kind, currency HAVING sum(abs(amount_minor::numeric)) > %(most)s
)
UPDATE ledger_stagedearning AS s SET error = format(
  'All %%s in %%s of this file add up to %%s, more than one file may hold (%%s). Are the amounts in minor units? '
  'Correct them, or split the file.', f.kind, f.currency, round(f.total / u.unit, u.digits), round(%(most)s / u.unit))
FROM f CROSS JOIN LATERAL (SELECT (%(exponents)s::jsonb ->> f.currency)::int AS digits,
                                  10::numeric ^ (%(exponents)s::jsonb ->> f.currency)::int AS unit) AS u
WHERE s.id = f.id
"""

_SELLER_TOO_LARGE = """
WITH mine AS MATERIALIZED (
  SELECT min(id) AS id, seller_external_id AS seller, currency, sum(abs(amount_minor::numeric)) AS total
  FROM ledger_stagedearning WHERE import_file_id = %(file)s AND error = '' AND NOT known
  GROUP BY seller_external_id, currency
), held AS MATERIALIZED (
  SELECT mine.id, sum(abs(e.amount_minor::numeric)) AS total
  FROM mine JOIN sellers_seller AS k ON k.external_id = mine.seller
  JOIN ledger_account AS a ON a.seller_id = k.id AND a.currency = mine.currency
  JOIN ledger_earning AS e ON e.account_id = a.id GROUP BY mine.id
), f AS MATERIALIZED (
  SELECT mine.* FROM mine LEFT JOIN held ON held.id = mine.id
  WHERE mine.total + coalesce(held.total, 0) > %(most)s
)
UPDATE ledger_stagedearning AS s SET error = format(
  'With this file the earnings of seller %%s in %%s would add up to more than a balance can hold (%%s). '
  'Are the amounts in minor units? Correct them.', f.seller, f.currency,
  round(%(most)s / 10::numeric ^ (%(exponents)s::jsonb ->> f.currency)::int))
FROM f WHERE s.id = f.id
"""

# Of several write-offs of one seller the first says so. The accounts are locked by who posts.
_MORE_THAN_OWED = """
WITH f AS MATERIALIZED (
  SELECT min(id) AS id, seller_external_id AS seller, currency, sum(amount_minor) AS total FROM ledger_stagedearning
  WHERE import_file_id = %(file)s AND error = '' AND NOT known AND kind = 'write_off'
  GROUP BY seller_external_id, currency
), owed AS MATERIALIZED (
  SELECT f.id, coalesce((SELECT sum(e.amount_minor) FROM sellers_seller AS k
    JOIN ledger_account AS a ON a.seller_id = k.id AND a.currency = f.currency
    JOIN ledger_entry AS e ON e.account_id = a.id AND e.book = 'payable' WHERE k.external_id = f.seller), 0) AS debt
  FROM f
)
UPDATE ledger_stagedearning AS s SET error = format(
  'The write-offs of seller %%s in %%s add up to %%s, and the seller owes us %%s. A write-off forgives a debt: '
  'to give money, write an adjustment.', f.seller, f.currency,
  round(f.total / u.unit, u.digits), round(greatest(owed.debt, 0) / u.unit, u.digits))
FROM f JOIN owed ON owed.id = f.id
CROSS JOIN LATERAL (SELECT (%(exponents)s::jsonb ->> f.currency)::int AS digits,
                           10::numeric ^ (%(exponents)s::jsonb ->> f.currency)::int AS unit) AS u
WHERE s.id = f.id AND f.total > owed.debt
"""

_COUNTS = """
SELECT count(DISTINCT row_number) FILTER (WHERE error <> ''),
       count(*) FILTER (WHERE error = '' AND NOT known),
       count(*) FILTER (WHERE error = '' AND known),
       (SELECT count(*) FROM (SELECT DISTINCT n.seller_external_id FROM ledger_stagedearning AS n
          WHERE n.import_file_id = %(file)s AND n.error = '' AND NOT EXISTS (
            SELECT 1 FROM sellers_seller AS k WHERE k.external_id = n.seller_external_id)) AS missing)
FROM ledger_stagedearning WHERE import_file_id = %(file)s
"""

_TOTALS = """
SELECT currency, kind, sum(amount_minor)::text FROM ledger_stagedearning
WHERE import_file_id = %(file)s AND error = '' AND NOT known GROUP BY currency, kind ORDER BY currency, kind
"""


def apply(*, file: ImportFile, profile: Profile, now: datetime) -> None:
    """Every staged row says whether it is known already, and what else is wrong with it."""
    with connection.cursor() as cursor:
        cursor.execute(_TWICE, {"file": file.pk})
        # A day of leeway: the seller's calendar may be ahead of the database's clock.
        cursor.execute(_FUTURE, {"file": file.pk, "latest": now.date() + timedelta(days=1)})
        if profile.sellers is None:
            cursor.execute(_UNKNOWN_SELLERS, {"file": file.pk})
    mark_known(file=file, profile=profile)
    bound(file=file)


def mark_known(*, file: ImportFile, profile: Profile) -> None:
    """Compare with the ledger as it is now: equal values are known, other values are an error of the row."""
    values: dict[str, Any] = {
        "file": file.pk,
        "source": profile.source,
        "exponents": json.dumps(money.EXPONENTS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, values)


def bound(*, file: ImportFile) -> None:
    """Sums that no column and no page could show are an error, said at the first row that adds to them; so is a
    write-off of more than the seller owes.
    """
    values: dict[str, Any] = {"file": file.pk, "exponents": json.dumps(money.EXPONENTS)}
    with connection.cursor() as cursor:
        for statement, most in ((_FILE_TOO_LARGE, MOST_IN_FILE), (_SELLER_TOO_LARGE, MOST_OF_SELLER)):
            cursor.execute(statement, values | {"most": most})
        if file.kind == ImportKind.CORRECTIONS:
            cursor.execute(_MORE_THAN_OWED, values)


def count(*, file: ImportFile) -> None:
    """Set the file's counts and totals (minor units by currency and kind) from its staged rows; does not save."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"file": file.pk})
        file.error_count, file.new_count, file.known_count, file.seller_count = cursor.fetchone()
        cursor.execute(_TOTALS, {"file": file.pk})
        totals: dict[str, dict[str, int]] = {}
        for currency, kind, amount in cursor.fetchall():
            totals.setdefault(currency, {})[kind] = int(amount)
    file.totals = totals
