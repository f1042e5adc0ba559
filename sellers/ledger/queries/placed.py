"""The legs of some days, each with the country it counts for: its account's; for a book of the house that of the
seller whose transaction it is, and none where sellers of several countries, or nobody, are in it.
"""

from collections.abc import Iterable

LEGS = """legs AS (
  SELECT t.id, t.booked_on, t.fact_on, t.kind, e.id AS entry_id, e.book, e.currency, e.amount_minor, e.payout_ref,
    e.funding_code, e.account_id, a.country
  FROM ledger_transaction AS t JOIN ledger_entry AS e ON e.transaction_id = t.id
  LEFT JOIN ledger_account AS a ON a.id = e.account_id
  WHERE t.booked_on BETWEEN %(first)s AND %(last)s
), placed AS (
  SELECT legs.*, coalesce(country,
    CASE WHEN min(country) OVER one = max(country) OVER one THEN min(country) OVER one END, '') AS at_country
  FROM legs WINDOW one AS (PARTITION BY id, currency)
)"""
"""Common table expressions ``legs`` and ``placed``, of the days ``first`` through ``last``."""


def house(countries: Iterable[str]) -> str:
    """Where the house's side of a transaction counts in one currency, as ``placed`` has it: the one country of the
    accounts that are in it, or none.
    """
    found = {country for country in countries if country}
    return found.pop() if len(found) == 1 else ""
