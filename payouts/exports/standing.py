"""What stood open at a moment in the past: payouts with their holds, and the balances of sellers.

Read off what is only ever appended: transitions, holds with their release, ledger entries by the day they are booked on
or by when they were posted.
"""

from backoffice.words import later_as
from payouts.exports.columns import YES_NO, Column, Columns, Kind, labels, literals
from payouts.exports.definition import Definition
from payouts.exports.sellers import STANDING, STANDINGS
from payouts.models import HoldReason
from payouts.queries import export_filters
from payouts.states import OVER, PayoutStatus
from sellers.ledger.words import noted

_OVER = literals(sorted(OVER))
# Who is over since before then was over then, too: most payouts need no look into their history.
_OPEN = f"""({{rows}}) AS payout JOIN sellers_seller AS seller ON seller.id = payout.seller_id
JOIN LATERAL (
  SELECT t.to_status, t.at FROM payouts_transition AS t WHERE t.payout_id = payout.id AND t.at < {{at}}
  ORDER BY t.id DESC LIMIT 1
) AS past ON past.to_status NOT IN ({_OVER})
LEFT JOIN LATERAL (
  SELECT string_agg(DISTINCT {labels("h.reason", HoldReason.choices)}, '; ') AS reasons, min(h.placed_at) AS since
  FROM payouts_hold AS h WHERE (h.payout_id = payout.id OR h.seller_id = payout.seller_id)
    AND h.placed_at < {{at}} AND (h.released_at IS NULL OR h.released_at >= {{at}})
) AS held ON true
WHERE payout.created_at < {{at}} AND NOT (payout.status IN ({_OVER}) AND payout.status_at < {{at}})"""  # noqa: S608 - constants only
_BALANCES = """({rows}) AS account JOIN sellers_seller AS seller ON seller.id = account.seller_id
JOIN (
  SELECT e.account_id, -sum(e.amount_minor) AS total,
    coalesce(-sum(e.amount_minor) FILTER (WHERE e.book = 'payable'), 0) AS payable,
    coalesce(-sum(e.amount_minor) FILTER (WHERE e.book = 'reserved'), 0) AS reserved,
    coalesce(-sum(e.amount_minor) FILTER (WHERE e.book = 'in_transit'), 0) AS in_transit
  FROM ledger_entry AS e JOIN ledger_transaction AS t ON t.id = e.transaction_id
  WHERE e.account_id IN (SELECT id FROM ({rows}) AS chosen) AND {before} GROUP BY e.account_id
) AS book ON book.account_id = account.id
CROSS JOIN LATERAL (SELECT {country} AS country) AS place"""


class OpenPayouts(Columns):
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    status = Column("Status then", Kind.CODE, sql=labels("past.to_status", PayoutStatus.choices), width=18)
    status_at = Column("Status since", Kind.MOMENT, sql="past.at", width=20)
    on_hold = Column(
        "On hold then",
        Kind.CODE,
        sql="CASE WHEN held.reasons IS NULL THEN 'no' ELSE 'yes' END",
        words=YES_NO,
        width=12,
    )
    holds = Column("Hold reasons", sql="held.reasons", width=24, words=HoldReason.labels, many=True)
    held_since = Column("On hold since", Kind.MOMENT, sql="held.since", width=20)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="payout.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="payout.currency", width=9)
    amount = Column("Amount", Kind.MONEY, sql="payout.amount_minor", currency="payout.currency", width=16)
    amount_minor = Column("Amount in minor units", Kind.COUNT, sql="payout.amount_minor", width=20)
    created_at = Column("Created", Kind.MOMENT, sql="payout.created_at", width=20)
    now = Column("Status now", Kind.CODE, sql=labels("payout.status", PayoutStatus.choices), width=18)
    seller_standing = Column(
        "Seller's standing now", Kind.CODE, sql=STANDING, words=STANDINGS, width=14, optional=True
    )


class SellerBalances(Columns):
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="place.country", width=8)
    currency = Column("Currency", Kind.CODE, sql="account.currency", width=9)
    total = Column("Balance", Kind.MONEY, sql="book.total", currency="account.currency", width=16)
    payable = Column("Owed", Kind.MONEY, sql="book.payable", currency="account.currency", width=16)
    reserved = Column(
        "In payouts not sent", Kind.MONEY, sql="book.reserved", currency="account.currency", width=18
    )
    in_transit = Column(
        "On its way", Kind.MONEY, sql="book.in_transit", currency="account.currency", width=16
    )
    total_minor = Column("Balance in minor units", Kind.COUNT, sql="book.total", width=20)


OPEN = Definition(
    kind="open",
    title=noted("Open payouts and holds at a moment"),
    sheet=later_as("sheet", "Open payouts and holds"),
    noun="payouts",
    lead=noted("Payouts that were neither paid nor over at that moment, with the holds that were open then."),
    permissions=("payouts.view_payout", "payouts.view_hold"),
    resource=OpenPayouts,
    source=_OPEN,
    order="payout.id DESC",
    key="payout.reference",
    filter=export_filters.StandingFilter,
    of_the_past=True,
)
BALANCES = Definition(
    kind="balances",
    title=noted("Seller balances at a moment"),
    sheet=later_as("sheet", "Seller balances"),
    noun="balances",
    lead=noted(
        "What each seller was owed in each currency, and where it stood: by the books’ day, as closed months have it, "
        "or by when it was posted."
    ),
    permissions=("sellers.view_seller", "ledger.view_account"),
    resource=SellerBalances,
    source=_BALANCES,
    order="seller.id, account.currency",
    key="seller.reference || '/' || account.currency",
    filter=export_filters.BalanceFilter,
    of_the_past=True,
    of_today=("seller_name",),
    shown=("seller", "seller_name", "country", "total", "payable", "reserved", "in_transit"),
    place="account.id",
)
