"""A seller's account between two moments: what it stood at, what was earned, what went into payouts or came back.

The balance is that of the book `payable`: earned, and in no payout. A payout takes its amount out when it is made;
one that is cancelled, fails or is returned puts it back. So every movement is an earning or names its payout.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from sellers.ledger.models import EarningKind

# OFFSET 0 keeps each transaction a look-up by its key: for a large seller the planner would read the table whole.
_PAYABLE = """
FROM ledger_entry AS e
CROSS JOIN LATERAL (SELECT kind, posted_at FROM ledger_transaction WHERE id = e.transaction_id OFFSET 0) AS t
WHERE e.account_id = %(account)s AND e.book = 'payable'
"""
_WITHIN = f"{_PAYABLE} AND t.posted_at >= %(since)s AND t.posted_at < %(until)s"
# One statement, so one snapshot. The kind of an earning's transaction is the earning's own.
_STATEMENT = f"""SELECT 'opening', '', NULL::timestamptz AS at, NULL::bigint AS id, 1, coalesce(-sum(e.amount_minor), 0)
{_PAYABLE} AND t.posted_at < %(since)s
UNION ALL
SELECT 'earned', t.kind, NULL, NULL, count(*), -sum(e.amount_minor) {_WITHIN} AND e.payout_ref = '' GROUP BY t.kind
UNION ALL
SELECT 'payout', e.payout_ref, t.posted_at, e.id, 1, -e.amount_minor {_WITHIN} AND e.payout_ref <> ''
ORDER BY at, id
"""


@dataclass(frozen=True, slots=True)
class Earned:
    """All earnings of one kind: how many, and their sum in minor units."""

    kind: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Moved:
    """One payout's amount in minor units: negative when it went into the payout, positive when it came back."""

    payout_ref: str
    at: datetime
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Statement:
    """An account between two moments, in minor units: opening + earned + payouts = closing."""

    opening: int
    earned: list[Earned]
    payouts: list[Moved]

    @property
    def closing(self) -> int:
        return (
            self.opening
            + sum(each.amount_minor for each in self.earned)
            + sum(each.amount_minor for each in self.payouts)
        )


def statement(*, account_id: int, since: datetime, until: datetime) -> Statement:
    """Everything posted on the account from ``since`` up to, not including, ``until``; earnings in order of kind.

    All of it is of one snapshot: what is posted meanwhile is in opening and movements, or in neither.
    """
    values: dict[str, Any] = {"account": account_id, "since": since, "until": until}
    opening, earned, moved = 0, [], []
    with connection.cursor() as cursor:
        cursor.execute(_STATEMENT, values)
        for part, name, at, _, count, minor in cursor.fetchall():
            if part == "opening":
                opening = int(minor)
            elif part == "earned":
                earned.append(Earned(name, count, int(minor)))
            else:
                moved.append(Moved(name, at, int(minor)))
    order = list(EarningKind.values)
    return Statement(opening, sorted(earned, key=lambda each: order.index(each.kind)), moved)
