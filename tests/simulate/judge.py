"""What must hold after every step: the bank's log (`judge_bank`), rules of our own about it, and every invariant."""

from typing import Any

import psycopg
from django.conf import settings

from payouts.queries import invariants
from tests.simulate import judge_bank
from tests.simulate.world import World

EXPECTED = ("unknown", "statement_chain")
"""Incidents that an honest bank and honest people can cause. Every other one is a false alarm or hides a fault.

A statement may come after a later one, from the bank or from a person; at the end, when all have come, none stands.
"""
_RULES = (
    (
        "{} was handed over although it was on hold or its seller was suspended",
        """SELECT a.end_to_end_id FROM payouts_attempt AS a JOIN payouts_payout AS p ON p.id = a.payout_id
           WHERE EXISTS (SELECT 1 FROM payouts_hold AS h WHERE (h.payout_id = p.id OR h.seller_id = p.seller_id)
               AND h.placed_at < a.created_at AND (h.released_at IS NULL OR h.released_at > a.created_at))
             OR (SELECT e.action FROM audit_event AS e WHERE e.subject_type = 'sellers.seller'
               AND e.subject_id = p.seller_id AND e.at < a.created_at
               AND e.action IN ('seller.suspend', 'seller.lift_suspension') ORDER BY e.id DESC LIMIT 1)
               = 'seller.suspend'""",
    ),
    (
        "{} was prepared after the cut-off of its batch",
        """SELECT b.reference FROM payouts_batch AS b JOIN payouts_submission AS s ON s.batch_id = b.id
           GROUP BY b.id HAVING min(s.prepared_at) >= b.cut_off_at""",
    ),
    (
        "a worker wrote the outcome of {} after its lease was over",
        """SELECT s.key FROM payouts_submissionevent AS e JOIN payouts_submission AS s ON s.id = e.submission_id
           WHERE e.what = 'answer' AND NOT EXISTS (SELECT 1 FROM payouts_submissionevent AS l
             WHERE l.submission_id = e.submission_id AND l.what = 'lease' AND l.fence = e.fence AND l.id < e.id
               AND e.at < l.at + make_interval(secs => %(lease)s)
               AND NOT EXISTS (SELECT 1 FROM payouts_submissionevent AS n WHERE n.submission_id = l.submission_id
                 AND n.what IN ('lease', 'expired') AND n.id > l.id AND n.id < e.id))""",
    ),
    (
        "what the bank said once of {} was believed twice",
        """SELECT a.end_to_end_id FROM payouts_bankfact AS f JOIN payouts_attempt AS a ON a.id = f.attempt_id
           WHERE f.source LIKE 'sandbox:%%' GROUP BY a.id, f.kind HAVING count(*) > 1""",
    ),
    (
        "incident {} was opened without a reason",
        """SELECT i.code || ': ' || i.text FROM payouts_incident AS i WHERE i.code <> ALL (%(expected)s)
           AND i.key <> 'invariant:unknown_has_an_alert'  -- the self-check came before the sweeper
           AND NOT (i.code = 'restored' AND %(restored)s)
           AND NOT (i.code = 'unknown_reference' AND split_part(i.key, ':', 3) = ANY (%(lost)s))
           AND NOT (i.code = 'seal_broken' AND split_part(i.key, ':', 2)::bigint = ANY (%(slipped)s))""",
    ),
)

_ALL_RULES = " UNION ALL ".join(
    f"SELECT {number}, found FROM ({sql}) AS rule (found)" for number, (_, sql) in enumerate(_RULES)
)
_ALL_INVARIANTS = " UNION ALL ".join(
    f"SELECT '{each.name}', found::text FROM ({each.sql}) AS invariant (found)"
    for each in invariants.ALL
    if each.name != "unknown_has_an_alert"  # true only when the sweeper has just been: asked there
)


class Judge:
    """Reads beside the program, on a connection of its own."""

    def __init__(self, world: World, observer: psycopg.Connection[Any]) -> None:
        self._world, self._observer = world, observer

    def look(self) -> None:
        """The bank's log and the rules, after each step."""
        judge_bank.compare(self._world, self._observer)
        lost = self._world.lost
        arguments = {
            "lease": settings.SUBMISSION_LEASE_SECONDS,
            "expected": list(EXPECTED),
            "slipped": sorted(self._world.memory.slipped),
            "restored": lost is not None,
            "lost": sorted(lost.names) if lost is not None else [],
        }
        for number, found in self._observer.execute(_ALL_RULES, arguments).fetchall():
            self._world.broke(_RULES[number][0].format(found))

    def look_closely(self) -> None:
        """And every invariant that the program itself keeps."""
        self.look()
        arguments = {"now": self._world.clock.now, "alert_minutes": settings.UNKNOWN_ALERT_MINUTES}
        for name, found in self._observer.execute(_ALL_INVARIANTS, arguments).fetchall():
            self._world.broke(f"invariant {name}: {found}")
