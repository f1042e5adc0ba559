"""What must hold after every step: what the bank's log says against what we wrote down, and our own invariants."""

from collections import defaultdict
from typing import Any

import psycopg
from django.conf import settings

from payouts.queries import invariants
from tests.simulate.world import World

EXPECTED = ("unknown",)
"""Incidents that an honest bank and honest people can cause. Every other one is a false alarm or hides a fault."""
NOT_CARRIED = ("failed", "returned")

_ATTEMPTS = """
SELECT a.end_to_end_id, a.payout_id, a.amount_minor, a.account_version_id, s.body_sha256, s.batch_id, p.status,
  p.amount_minor, p.seller_id, p.reference
FROM payouts_attempt AS a JOIN payouts_submission AS s ON s.id = a.submission_id
JOIN payouts_payout AS p ON p.id = a.payout_id ORDER BY a.id
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
        rows = self._observer.execute(_ATTEMPTS).fetchall()
        self._compare_with_the_bank(rows)
        arguments = {
            "lease": settings.SUBMISSION_LEASE_SECONDS,
            "expected": list(EXPECTED),
            "slipped": sorted(self._world.slipped),
        }
        for number, found in self._observer.execute(_ALL_RULES, arguments).fetchall():
            self._world.broke(_RULES[number][0].format(found))

    def look_closely(self) -> None:
        """And every invariant that the program itself keeps."""
        self.look()
        arguments = {"now": self._world.clock.now, "alert_minutes": settings.UNKNOWN_ALERT_MINUTES}
        for name, found in self._observer.execute(_ALL_INVARIANTS, arguments).fetchall():
            self._world.broke(f"invariant {name}: {found}")

    def _compare_with_the_bank(self, rows: list[tuple[Any, ...]]) -> None:
        broke, world = self._world.broke, self._world
        known = {row[0]: row for row in rows}
        carried: dict[int, int] = defaultdict(int)
        gone: dict[int, int] = defaultdict(int)
        statuses: dict[int, list[str]] = defaultdict(list)
        references: set[str] = set()
        for one in world.bank.bank.books.instructions.values():
            row = known.get(one.end_to_end_id)
            if row is None:
                broke(f"the bank carries {one.end_to_end_id}, which nobody wrote down")
                continue
            _, payout, amount, version, digest, batch, _, approved, seller, reference = row
            if (one.amount_minor, one.body_sha256) != (amount, digest) or amount != approved:
                broke(f"the bank carries {one.end_to_end_id} otherwise than it was written down")
            if one.payee_account != world.accounts.get(version) or (payout, version) not in world.approved:
                broke(f"{one.end_to_end_id} went to a bank account that nobody approved it for")
            if payout not in world.sealed.get(batch, ()):
                broke(f"{one.end_to_end_id} went out in B{batch}, whose approver never saw it")
            statuses[payout].append(one.status)
            if one.status not in NOT_CARRIED:
                carried[payout] += 1
                gone[seller] += one.amount_minor
            if carried[payout] > 1 or one.end_to_end_id in references:
                broke(f"{reference} is paid twice")
            references.add(one.end_to_end_id)
        for seller, minor in gone.items():
            if minor > world.earned.get(seller, 0):
                broke(f"seller {seller} got {minor}, having earned {world.earned.get(seller, 0)}")
        for row in rows:
            payout, status, reference = row[1], row[6], row[9]
            if status == "PAID" and not {"paid", "returned"} & set(statuses[payout]):
                broke(f"{reference} is shown as paid, but not at the bank")


def look_at_the_end(world: World, observer: psycopg.Connection[Any]) -> None:
    """Nothing is lost: every payout is where the bank says, or with people."""
    told = {one.end_to_end_id: one.status.upper() for one in world.bank.bank.books.instructions.values()}
    last = {row[1]: row for row in observer.execute(_ATTEMPTS).fetchall()}
    sent = ("SUBMITTED", "PAID", "FAILED", "RETURNED")
    for payout, status, reference in observer.execute(
        "SELECT id, status, reference FROM payouts_payout ORDER BY id"
    ).fetchall():
        told_of_it = told.get(last[payout][0]) if payout in last else None
        came_back = (status, told_of_it) == (
            "RETURNED",
            "FAILED",
        )  # a file's debit that is booked back is both
        if status in sent and told_of_it != status and not came_back:
            world.broke(f"{reference} ends as {status}; the bank says {told_of_it or 'nothing'}")
        if status not in sent and told_of_it is not None:
            world.broke(f"{reference} ends as {status}, but the bank has it: {told_of_it}")
    for sentence, sql in _AT_THE_END:
        for (found,) in observer.execute(sql).fetchall():
            world.broke(sentence.format(found))


_AT_THE_END = (
    (
        "{} is approved and nobody sends it",
        """SELECT p.reference FROM payouts_payout AS p JOIN payouts_batch AS b ON b.id = p.batch_id
           WHERE p.status = 'BATCHED' AND b.status <> 'PROPOSED'""",
    ),
    (
        "nobody knows what became of {}",
        "SELECT key FROM payouts_submission WHERE status IN ('PREPARED', 'DELIVERING', 'UNKNOWN')",
    ),
    (
        "batch {} was never settled",
        "SELECT reference FROM payouts_batch WHERE status IN ('APPROVED', 'SUBMITTING', 'SUBMITTED')",
    ),
    (
        "nobody can say what the statement's line {} is",
        "SELECT id::text FROM payouts_statementline WHERE matched_at IS NULL",
    ),
    ("{} was not read", "SELECT name FROM payouts_bankdocument WHERE processed_at IS NULL OR problem <> ''"),
)
