"""What a run would find due, account by account, and what would keep each from being paid."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from backoffice.words import later
from payouts.countries import Country
from sellers.ledger import written
from sellers.ledger.money import Money

LAST = 2**63 - 1
"""Beyond every account's id."""

# What each account is owed from days not yet taken, and what keeps it from being paid. `wanting` is the reason
# shown to people; the order of the cases is the order in which a person would have to mend them.
DUE = """
SELECT a.id AS account_id, a.seller_id, a.currency, a.covered_through, due.amount_minor, due.lines,
       slot.current_id AS version_id,
       CASE
         WHEN due.amount_minor < 0 THEN 'negative'
         WHEN due.amount_minor = 0 THEN 'zero'
         WHEN a.currency <> %(currency)s THEN 'currency'
         WHEN s.suspended_at IS NOT NULL THEN 'seller_suspended'
         WHEN s.verified_at IS NULL THEN 'seller_unverified'
         WHEN slot.current_id IS NULL THEN 'no_account'
         WHEN due.amount_minor < %(minimum)s THEN 'under_minimum'
       END AS wanting
FROM (
  SELECT e.account_id, sum(e.amount_minor)::bigint AS amount_minor, count(*) AS lines
  FROM ledger_earning AS e JOIN ledger_account AS c ON c.id = e.account_id
  JOIN sellers_seller AS owner ON owner.id = c.seller_id
  WHERE owner.country = %(country)s AND e.due_date <= %(until)s
    AND (c.covered_through IS NULL OR e.due_date > c.covered_through)
    AND c.id > %(after)s AND c.id <= %(through)s
  GROUP BY e.account_id
) AS due
JOIN ledger_account AS a ON a.id = due.account_id
JOIN sellers_seller AS s ON s.id = a.seller_id
LEFT JOIN payouts_payoutaccount AS slot ON slot.seller_id = a.seller_id AND slot.currency = a.currency
"""


_NEXT = """
SELECT min(coming.due_date)
FROM sellers_seller AS s JOIN ledger_account AS a ON a.seller_id = s.id
CROSS JOIN LATERAL (
  SELECT e.due_date FROM ledger_earning AS e
  WHERE e.account_id = a.id AND e.amount_minor > 0 AND e.due_date > greatest(%(until)s, a.covered_through)
  ORDER BY e.due_date LIMIT 1
) AS coming
WHERE s.country = %(country)s AND a.currency = %(currency)s
"""


def upcoming(markets: Sequence[tuple[Country, date]]) -> list[tuple[Country, date]]:
    """The first due date after each country's day on which something to be paid falls due there; none where nothing
    does.
    """
    found = []
    with connection.cursor() as cursor:
        for country, until in markets:
            cursor.execute(_NEXT, {"country": country.code, "currency": country.currency, "until": until})
            (day,) = cursor.fetchone()
            if day is not None:
                found.append((country, day))
    return found


def arguments(country: Country, until: date, *, after: int = 0, through: int = LAST) -> dict[str, Any]:
    """The values of `DUE` for one country: accounts with an id above ``after``, up to and with ``through``."""
    return {
        "country": country.code,
        "currency": country.currency,
        "minimum": country.minimum_minor,
        "until": until,
        "after": after,
        "through": through,
    }


BY_ITSELF = frozenset({"negative", "zero", "under_minimum"})
"""Reasons that end with later earnings; the others somebody has to settle."""

# Why a run leaves a balance alone, in words that say what to do.
REASONS = {
    "negative": later("The balance is negative: later earnings are netted against it."),
    "zero": later("Sales and deductions cancel out: nothing to pay."),
    "currency": later("The country is paid in another currency: open a rail for this one first."),
    "seller_suspended": later("The seller is suspended: compliance must lift that first."),
    "seller_unverified": later("The seller is not verified: compliance must verify them first."),
    "no_account": later("No usable bank account: ask the seller for one, then have it verified."),
    "under_minimum": later("Under the country's minimum: it waits for more earnings."),
}


def sentences(country: Country) -> dict[str, str]:
    """`REASONS` with this country's currency and minimum in them."""
    minimum = written.text(Money(country.minimum_minor, country.currency))
    return {wanting: str(reason) for wanting, reason in REASONS.items()} | {
        "currency": _("{country} is paid in {currency} only: open a rail for this currency first.").format(
            country=country.called, currency=country.currency
        ),
        "under_minimum": _("Under the minimum of {minimum}: it waits for more earnings.").format(
            minimum=minimum
        ),
    }
