"""The bank's log against what we wrote down: each instruction once, as approved, and nobody paid more than earned."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import psycopg

from backoffice.audit import sealing
from tests.simulate.memory import Memory, Written, rails_asked, written
from tests.simulate.world import World

NOT_CARRIED = ("failed", "returned")


def compare(world: World, observer: psycopg.Connection[Any]) -> None:
    """What the bank took on, each as it stands in the database or stood there before it was restored."""
    broke = world.broke
    rows = written(observer)
    known = {row.end_to_end_id: row for row in rows}
    carried: dict[int, int] = defaultdict(int)
    gone: dict[int, int] = defaultdict(int)
    statuses: dict[int, list[str]] = defaultdict(list)
    references: set[str] = set()
    lost: set[str] = set()
    for one in world.bank.bank.books.instructions.values():
        row, memory = _found(world, known, one)
        if row is None:
            broke(f"the bank carries {one.end_to_end_id}, which nobody wrote down")
            continue
        _compare_one(world, one, row, memory)
        if memory is not world.memory:
            lost.add(one.end_to_end_id)
        statuses[row.payout].append(one.status)
        if one.status not in NOT_CARRIED:
            carried[row.payout] += 1
            gone[row.seller] += one.amount_minor
        if carried[row.payout] > 1 or one.end_to_end_id in references:
            broke(f"{row.reference} is paid twice")
        references.add(one.end_to_end_id)
    for seller, minor in gone.items():
        if minor > world.earned.get(seller, 0):
            broke(f"seller {seller} got {minor}, having earned {world.earned.get(seller, 0)}")
    for row in rows:
        if row.status == "PAID" and not {"paid", "returned"} & set(statuses[row.payout]):
            broke(f"{row.reference} is shown as paid, but not at the bank")
    if lost and rails_asked(observer):
        _look_for_lost(world, observer, lost)


def _compare_one(world: World, one: Any, row: Written, memory: Memory) -> None:
    """It is what was written down, and people wanted just that."""
    payout = abs(row.payout)
    if (one.amount_minor, one.body_sha256) != (row.amount_minor, row.sha256) or (
        row.amount_minor != row.approved_minor
    ):
        world.broke(f"the bank carries {one.end_to_end_id} otherwise than it was written down")
    account = memory.accounts.get(row.version)
    if one.payee_account != account or (payout, row.version) not in memory.approved:
        world.broke(f"{one.end_to_end_id} went to a bank account that nobody approved it for")
    if payout not in memory.sealed.get(row.batch, ()):
        world.broke(f"{one.end_to_end_id} went out in B{row.batch}, whose approver never saw it")


def _found(world: World, known: Mapping[str, Written], one: Any) -> tuple[Written | None, Memory]:
    """What was written down about an instruction, and what people wanted at that time."""
    row = known.get(one.end_to_end_id)
    if world.lost is not None and (row is None or row.sha256 != one.body_sha256):
        lost = world.lost.rows.get((one.end_to_end_id, one.body_sha256))
        if lost is not None:
            return lost, world.lost.memory
    return row, world.memory


def _look_for_lost(world: World, observer: psycopg.Connection[Any], lost: set[str]) -> None:
    """Once the rails were asked, the program knows of everything that the bank carries."""
    told = {name for (name,) in observer.execute("SELECT end_to_end_id FROM payouts_outsidepayment")}
    for name in sorted(lost - told):
        world.broke(f"the rails were asked, and still nobody knows that the bank has {name}")


def look_at_the_end(world: World, observer: psycopg.Connection[Any]) -> None:
    """Nothing is lost: every payout is where the bank says, or with people."""
    told = {one.end_to_end_id: one.status.upper() for one in world.bank.bank.books.instructions.values()}
    last = {row.payout: row for row in written(observer)}
    sent = ("SUBMITTED", "PAID", "FAILED", "RETURNED")
    for payout, status, reference in observer.execute(
        "SELECT id, status, reference FROM payouts_payout ORDER BY id"
    ).fetchall():
        told_of_it = told.get(last[payout].end_to_end_id) if payout in last else None
        came_back = (status, told_of_it) == (
            "RETURNED",
            "FAILED",
        )  # a file's debit that is booked back is both
        if status in sent and told_of_it != status and not came_back:
            world.broke(f"{reference} ends as {status}; the bank says {told_of_it or 'nothing'}")
        if status not in sent and told_of_it is not None:
            world.broke(f"{reference} ends as {status}, but the bank has it: {told_of_it}")
    _owed(world, observer)
    names = sorted(world.lost.names) if world.lost is not None else []
    for sentence, sql in _AT_THE_END:
        for (found,) in observer.execute(sql, {"lost": names}).fetchall():
            world.broke(sentence.format(found))
    if world.plan is not None:
        for problem in sealing.verify():
            world.broke(f"the audit trail does not fit: {problem}")


def _owed(world: World, observer: psycopg.Connection[Any]) -> None:
    """What we owe each seller is what they sold less what the bank carried, lost payments taken off by hand.

    What came back after it was taken off is for people again: then it is more than what the bank carried.
    """
    known = {row.end_to_end_id: row for row in written(observer)}
    gone: dict[int, int] = defaultdict(int)
    lost: dict[int, int] = defaultdict(int)
    for one in world.bank.bank.books.instructions.values():
        row, memory = _found(world, known, one)
        if row is not None and one.status not in NOT_CARRIED:
            (gone if memory is world.memory else lost)[row.seller] += one.amount_minor
    for seller, sold, taken_off, owed in observer.execute(_OWED).fetchall():
        if owed != sold - taken_off - gone[seller]:
            world.broke(
                f"seller {seller} sold {sold} and got {gone[seller]}, {taken_off} was taken off; "
                f"we say that we owe {owed}"
            )
        if taken_off < lost[seller]:
            world.broke(f"seller {seller} got {lost[seller]} that a restore lost; {taken_off} was taken off")


# Of sellers about whom people have settled everything that a restore lost.
_OWED = """
SELECT a.seller_id,
  coalesce(sum((SELECT sum(amount_minor) FROM ledger_earning WHERE account_id = a.id AND kind = 'sale')), 0)::bigint,
  coalesce(sum((SELECT -sum(amount_minor) FROM ledger_earning
                WHERE account_id = a.id AND kind = 'adjustment')), 0)::bigint,
  coalesce(sum((SELECT -sum(amount_minor) FROM ledger_entry
                WHERE account_id = a.id AND book IN ('payable', 'reserved'))), 0)::bigint
FROM ledger_account AS a
WHERE NOT EXISTS (SELECT 1 FROM payouts_hold AS h
  WHERE h.seller_id = a.seller_id AND h.placed_by_id IS NULL AND h.released_at IS NULL)
GROUP BY a.seller_id
"""
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
        """SELECT l.id::text FROM payouts_statementline AS l WHERE l.matched_at IS NULL
           AND l.end_to_end_id <> ALL (%(lost)s) AND l.batch_reference <> ALL (%(lost)s)""",
    ),
    ("{} was not read", "SELECT name FROM payouts_bankdocument WHERE processed_at IS NULL OR problem <> ''"),
    (
        "every statement was read, and still: {}",
        "SELECT text FROM payouts_incident WHERE code = 'statement_chain' AND closed_at IS NULL",
    ),
)
