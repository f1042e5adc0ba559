"""What goes on without people: messages, sweeps, what the bank does, time, and a stranger with a database shell."""

from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings

from payouts import countries, tasks
from payouts.models import Batch
from tests.simulate.people import Deed
from tests.simulate.view import View
from tests.simulate.world import World

_JUMPS = (60.0, 300.0, 1200.0, 2400.0, 4000.0, 8000.0, 30_000.0)
_NEXT_CUT_OFF = "SELECT min(cut_off_at) FROM payouts_batch WHERE status = 'APPROVED' AND cut_off_at > %s"
_NO_ALERT = """
SELECT s.key FROM payouts_submission AS s WHERE s.status = 'UNKNOWN' AND s.status_at < %s
  AND NOT EXISTS (SELECT 1 FROM payouts_incident AS i WHERE i.key = 'unknown:' || s.id)
"""
_SLIP = """
UPDATE payouts_batch SET status = 'PROPOSED', status_at = now(), approved_by_id = NULL, approved_at = NULL, digest = ''
WHERE id = %(batch)s;
INSERT INTO payouts_batchitem (batch_id, payout_id, amount_minor, account_version_id, digest, left_because)
SELECT %(batch)s, id, amount_minor, payout_account_id,
  payout_digest(id, seller_id, amount_minor, currency, payout_account_id), ''
FROM payouts_payout WHERE id = %(payout)s;
INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_name, via, reason)
VALUES (%(payout)s, 'batch', 'APPROVED', 'BATCHED', now(), 'a shell', 'system', '');
UPDATE payouts_payout SET status = 'BATCHED', batch_id = %(batch)s WHERE id = %(payout)s;
UPDATE payouts_batch AS b SET item_count = item_count + 1, total_minor = total_minor + p.amount_minor
FROM payouts_payout AS p WHERE b.id = %(batch)s AND p.id = %(payout)s;
UPDATE payouts_batch SET status = 'APPROVED', approved_by_id = %(by)s, approved_at = %(at)s, digest = %(digest)s
WHERE id = %(batch)s
"""


def deeds(world: World, view: View) -> Iterator[Deed]:
    if world.messages:
        yield 12, "worker", lambda: deliver(world)
    yield 3, "sweeper", lambda: _sweep(world)
    for rail in sorted({countries.get(country).rail for country in world.countries}):
        yield 2, f"collector of {rail}", lambda rail=rail: tasks.collect(rail=rail)
    open_ones = view.submissions.get("UNKNOWN", []) + view.submissions.get("DELIVERING", [])
    if open_ones:
        yield 4, "worker looks", lambda: tasks.work_submission(submission_id=world.rng.choice(open_ones))
    yield 1.5, "account clock", lambda: tasks.take_effect()
    yield 0.5, "hold clock", lambda: tasks.release_due_holds()
    yield 0.3, "self-check", lambda: tasks.check_invariants()
    if world.plan is not None:
        yield 3, "audit clock", lambda: tasks.seal_audit()
    yield 3, "bank", lambda: world.bank.work()
    yield 2.5, "time", lambda: _jump(world)
    lone, sealed = view.payouts.get("APPROVED"), view.batches.get("APPROVED")
    if lone and sealed:
        yield 3, "stranger", lambda: _slip(world, world.rng.choice(sealed), world.rng.choice(lone))


def deliver(world: World) -> str:
    """A message reaches a worker; now and then it is lost, comes twice, or again because its worker died."""
    rng = world.rng
    task, ids = world.messages.pop(rng.randrange(len(world.messages)))
    if rng.random() < world.mood.lost:
        return f"{task} {ids} is lost"
    if rng.random() < world.mood.twice:
        world.messages.append((task, ids))
    came_to_end = False
    try:
        getattr(tasks, task)(**ids)
        came_to_end = True
    except Batch.DoesNotExist:
        if world.lost is None:
            raise
        return f"{task} {ids} means nothing here any more"
    finally:
        if not came_to_end and rng.random() < 0.7:
            world.messages.append((task, ids))
    return f"{task} {ids}"


def _sweep(world: World) -> None:
    """Afterwards no unknown is old without ever having had an alert."""
    begun = world.clock.now
    tasks.sweep()
    for (key,) in world.observer.execute(
        _NO_ALERT, [begun - timedelta(minutes=settings.UNKNOWN_ALERT_MINUTES)]
    ):
        world.broke(f"nobody was told that {key} stays unknown")


def _jump(world: World) -> str:
    """Some time, or until just after the cut-off of a batch that waits to be sent."""
    seconds = world.rng.choice(_JUMPS)
    (cut_off,) = world.observer.execute(_NEXT_CUT_OFF, [world.clock.now]).fetchone()
    if cut_off is not None and world.rng.random() < 0.4:
        seconds = (cut_off - world.clock.now).total_seconds() + 1
    world.sleep(seconds)
    return f"{seconds:.0f} s pass"


def _slip(world: World, batch_id: int, payout_id: int) -> str:
    """Somebody with the program's own database role slips an approved payout into a batch approved without it.

    The database allows it: a batch may be asked for again. Its seal must not fit any more.
    """
    row = world.observer.execute(
        "SELECT b.approved_by_id, b.approved_at, b.digest FROM payouts_batch AS b, payouts_payout AS p"
        " WHERE b.id = %s AND p.id = %s AND p.currency = b.currency AND NOT EXISTS"
        " (SELECT 1 FROM payouts_hold WHERE released_at IS NULL) AND NOT EXISTS"
        " (SELECT 1 FROM sellers_seller WHERE suspended_at IS NOT NULL)",
        [batch_id, payout_id],
    ).fetchone()
    if row is None or payout_id in world.memory.sealed.get(batch_id, set()):
        return "nothing to slip in"
    by, at, digest = row
    values = {"batch": batch_id, "payout": payout_id, "by": by, "at": at, "digest": digest}
    with world.observer.transaction():
        for statement in _SLIP.split(";\n"):
            world.observer.execute(statement, values)
    world.memory.slipped.add(batch_id)
    return f"P{payout_id} into B{batch_id}"
