"""What stands in the database right now, as far as the scheduler must know to draw something that makes sense."""

from dataclasses import dataclass
from typing import Any

import psycopg


@dataclass(frozen=True)
class View:
    """Ids by status. Read beside the program, from what is committed."""

    payouts: dict[str, list[int]]
    batches: dict[str, list[int]]
    submissions: dict[str, list[int]]
    sellers: list[int]
    holds: list[int]
    held_back: list[int]
    """Holds on sellers of whom a restored database had lost payments: only who settles those releases them."""
    switches: list[int]
    incidents: list[int]
    findings: list[int]
    versions: list[int]
    """Bank accounts that wait to be verified."""
    restored: list[int]
    """The open incident that says that the database was restored."""

    def unsent(self) -> list[int]:
        states = ("PENDING_REVIEW", "REVIEWED", "APPROVED", "BATCHED")
        return sorted(pk for state in states for pk in self.payouts.get(state, []))

    def dead(self) -> list[int]:
        return sorted(pk for s in ("CANCELLED", "FAILED", "RETURNED") for pk in self.payouts.get(s, []))


_STANDS = """
SELECT 'payouts', status, id FROM payouts_payout
UNION ALL SELECT 'batches', status, id FROM payouts_batch
UNION ALL SELECT 'submissions', status, id FROM payouts_submission
UNION ALL SELECT 'sellers', '', id FROM sellers_seller
UNION ALL SELECT CASE WHEN seller_id IS NOT NULL AND placed_by_id IS NULL AND note LIKE 'The bank was handed %'
  THEN 'held_back' ELSE 'holds' END, '', id FROM payouts_hold WHERE released_at IS NULL
UNION ALL SELECT 'switches', '', id FROM payouts_railswitch WHERE restored_at IS NULL
UNION ALL SELECT 'incidents', '', id FROM payouts_incident WHERE closed_at IS NULL
UNION ALL SELECT 'restored', '', id FROM payouts_incident WHERE closed_at IS NULL AND code = 'restored'
UNION ALL SELECT 'findings', '', id FROM payouts_resolution WHERE confirmed_at IS NULL AND dismissed_at IS NULL
UNION ALL SELECT 'versions', '', v.id FROM payouts_accountversion AS v
  WHERE NOT EXISTS (SELECT 1 FROM payouts_accountdecision AS d WHERE d.version_id = v.id)
ORDER BY 1, 2, 3
"""
_GROUPED = ("payouts", "batches", "submissions")


def look(observer: psycopg.Connection[Any]) -> View:
    """Everything in one statement."""
    found: dict[str, Any] = {name: {} if name in _GROUPED else [] for name in View.__dataclass_fields__}
    for what, status, pk in observer.execute(_STANDS).fetchall():
        if what in _GROUPED:
            found[what].setdefault(status, []).append(pk)
        else:
            found[what].append(pk)
    return View(**found)
