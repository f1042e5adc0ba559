"""Holds: which, why, whose, since when and how they end, with the money that they stop, at a moment."""

from backoffice.words import later, recorded
from payouts.exports.columns import Column, Columns, Kind, labels, literal, literals
from payouts.exports.definition import Definition
from payouts.exports.sellers import STANDING, STANDINGS
from payouts.models import HoldReason
from payouts.queries.hold_filter import HoldFilter
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger.words import noted

_PROGRAM = later("the program")
_UNSENT = literals(sorted(UNSENT))
_SENT = literals(sorted(set(PayoutStatus) - UNSENT))
_PAYOUT = "p.id, p.currency, p.amount_minor, p.created_at, p.status, p.status_at"
# What each hold may stop: a seller's those that wait now, and those that have moved since then; never the seller's
# whole past. One that has not moved since then was then what it is now: most need no look into their history. A payout
# counts once in the total, with the first of its holds.
_MONEY = f"""SELECT hold_id, currency, count(*) AS payouts, sum(amount_minor)::bigint AS minor,
    sum(amount_minor) FILTER (WHERE nth = 1) AS once
  FROM (
    SELECT p.hold_id, p.currency, p.amount_minor, row_number() OVER (PARTITION BY p.id ORDER BY p.hold_id) AS nth
    FROM (
      SELECT h.id AS hold_id, h.released_at, {_PAYOUT}
      FROM ({{rows}}) AS h JOIN payouts_payout AS p ON p.id = h.payout_id
      UNION ALL
      SELECT h.id, h.released_at, {_PAYOUT}
      FROM ({{rows}}) AS h JOIN payouts_payout AS p ON p.seller_id = h.seller_id AND p.status IN ({_UNSENT})
      UNION ALL
      SELECT h.id, h.released_at, {_PAYOUT}
      FROM ({{rows}}) AS h
      JOIN payouts_payout AS p ON p.seller_id = h.seller_id AND p.status IN ({_SENT}) AND p.status_at >= {{at}}
    ) AS p
    WHERE p.created_at < {{at}} AND (p.released_at IS NULL OR p.released_at >= {{at}})
      AND CASE WHEN p.status_at < {{at}} THEN p.status ELSE (
        SELECT t.to_status FROM payouts_transition AS t WHERE t.payout_id = p.id AND t.at < {{at}}
        ORDER BY t.id DESC LIMIT 1) END IN ({_UNSENT})
  ) AS stopped GROUP BY hold_id, currency"""  # noqa: S608 - constants only
_SOURCE = f"""({{rows}}) AS held
LEFT JOIN payouts_payout AS payout ON payout.id = held.payout_id
JOIN sellers_seller AS seller ON seller.id = coalesce(held.seller_id, payout.seller_id)
LEFT JOIN auth_user AS placer ON placer.id = held.placed_by_id
LEFT JOIN auth_user AS releaser ON releaser.id = held.released_by_id
LEFT JOIN LATERAL (
  SELECT r.note, r.asked_at, u.username FROM payouts_releaserequest AS r JOIN auth_user AS u ON u.id = r.asked_by_id
  WHERE r.hold_id = held.id AND r.asked_at < {{at}} AND (r.withdrawn_at IS NULL OR r.withdrawn_at >= {{at}})
  ORDER BY r.id DESC LIMIT 1
) AS asked ON true
LEFT JOIN (
  {_MONEY}
) AS money ON money.hold_id = held.id
CROSS JOIN (SELECT {{at}} AS at) AS moment"""  # noqa: S608 - constants only


_CURRENCY = "coalesce(money.currency, payout.currency)"


def _who(name: str) -> str:
    return f"coalesce({name}, {literal(recorded(_PROGRAM))})"


class Holds(Columns):
    hold = Column("Hold id", Kind.CODE, sql="'H' || held.id", width=10)
    on = Column(
        "What is held",
        Kind.CODE,
        sql=f"CASE WHEN held.payout_id IS NULL THEN {literal('A whole seller')} ELSE {literal('One payout')} END",
        width=14,
        words=(later("A whole seller"), later("One payout")),
    )
    payout = Column("Payout", Kind.CODE, sql="payout.reference", width=12)
    seller = Column("Seller", Kind.CODE, sql="seller.reference", width=10)
    seller_id = Column("Seller id", sql="seller.external_id", width=24)
    seller_name = Column("Seller name", sql="seller.name", width=32)
    country = Column("Country", Kind.CODE, sql="coalesce(payout.country, seller.country)", width=8)
    reason = Column("Reason", Kind.TEXT, sql=labels("held.reason", HoldReason.choices), width=28)
    note = Column("Note", sql="held.note", width=40)
    placed_by = Column("Placed by", sql=_who("placer.username"), width=16, words=(_PROGRAM,))
    placed_at = Column("Placed", Kind.MOMENT, sql="held.placed_at", width=20)
    until = Column("Until", Kind.MOMENT, sql="held.until", width=20)
    asked_by = Column("Release asked for by", sql="asked.username", width=18)
    asked_at = Column("Release asked for", Kind.MOMENT, sql="asked.asked_at", width=20)
    asked_note = Column("What was found out", sql="asked.note", width=32)
    released_at = Column("Released", Kind.MOMENT, sql="held.released_at", width=20)
    released_by = Column(
        "Released by",
        sql=f"CASE WHEN held.released_at IS NOT NULL THEN {_who('releaser.username')} END",
        width=16,
        words=(_PROGRAM,),
    )
    release_note = Column("Note on the release", sql="nullif(held.release_note, '')", width=32)
    payouts = Column("Payouts held", Kind.COUNT, sql="coalesce(money.payouts, 0)", width=9)
    currency = Column("Currency", Kind.CODE, sql=_CURRENCY, width=9)
    # A payout may have several holds, and its seller another: the same money stands on the row of each.
    amount = Column(
        "Money held", Kind.MONEY, sql="money.minor", currency=_CURRENCY, width=16, total="money.once"
    )
    amount_minor = Column("Money held in minor units", Kind.COUNT, sql="money.minor", width=20)
    days = Column(
        "Seller-days",
        Kind.COUNT,
        sql="CASE WHEN money.minor IS NULL THEN 0 "
        "ELSE floor(extract(epoch FROM moment.at - held.placed_at) / 86400)::bigint END",
        width=10,
    )
    seller_standing = Column(
        "Seller's standing now", Kind.CODE, sql=STANDING, words=STANDINGS, width=14, optional=True
    )


HOLDS = Definition(
    kind="holds",
    title=noted("Holds at a moment"),
    noun="holds",
    lead=noted(
        "A row a hold that was open at that moment, and for each currency that it stops; with who placed and who "
        "released it, if anybody has by now."
    ),
    permissions=("payouts.view_payout", "payouts.view_hold"),
    resource=Holds,
    source=_SOURCE,
    order="held.id, money.currency",
    key="'H' || held.id || coalesce('/' || money.currency, '')",
    filter=HoldFilter,
    of_the_past=True,
    shown=("hold", "on", "payout", "seller", "seller_name", "reason", "placed_at", "amount"),
)
