"""The end of a seed: nothing goes wrong any more, time passes, people do their part. Then everything must be clear."""

from datetime import timedelta

from payouts import countries, tasks
from payouts.models import Batch, Incident, RailSwitch, Submission
from payouts.operations import batching, incidents, switches
from payouts.states import BatchStatus, SubmissionStatus
from tests.simulate import desk, restore, runbook, view
from tests.simulate.memory import rails_asked
from tests.simulate.world import World

_ROUNDS = 8


def drain(world: World) -> None:
    """Rails go on, unknowns are resolved, the bank finishes, everything it says is read."""
    world.calm = True
    world.messages.clear()
    world.sleep(601)
    for _ in range(_ROUNDS):
        world.step("the end", lambda: _round(world))
        if not _open(world):
            break
    for hours in (4, 24, 25):
        world.sleep(timedelta(hours=hours).total_seconds())
        world.step("the end", lambda: _hear(world))
    world.step("the end", tasks.sweep)
    if world.plan is not None:
        world.step("the end", tasks.seal_audit)


def _round(world: World) -> None:
    restored = Incident.objects.filter(code="restored", closed_at__isnull=True)
    if world.lost is not None and (restored.exists() or not rails_asked(world.observer)):
        restore.ask(world)
    _let_go_on(world)
    for pk in Batch.objects.filter(status=BatchStatus.APPROVED, pk__in=world.memory.slipped).values_list(
        "pk", flat=True
    ):
        batching.dissolve(
            batch_id=pk, actor=world.people["treasurer"][0], reason="tampered with", now=world.clock.now
        )
    world.sleep(1300)
    for pk in view.look(world.observer).held_back:
        runbook.settle(world, pk)
    tasks.sweep()
    _hear(world)
    for row in Submission.objects.filter(status=SubmissionStatus.UNKNOWN).order_by("pk"):
        _resolve(world, row)


def _hear(world: World) -> None:
    world.bank.work()
    for rail in sorted({countries.get(country).rail for country in world.countries}):
        tasks.collect(rail=rail)


def _open(world: World) -> bool:
    waiting = (SubmissionStatus.PREPARED, SubmissionStatus.DELIVERING, SubmissionStatus.UNKNOWN)
    return (
        Submission.objects.filter(status__in=waiting).exists()
        or Batch.objects.filter(status__in=(BatchStatus.APPROVED, BatchStatus.SUBMITTING)).exists()
    )


def _let_go_on(world: World) -> None:
    """One person looks at why the program stopped, another lets the rail go on: who neither stopped nor closed it."""
    people, now = world.people["treasurer"], world.clock.now
    for incident in Incident.objects.filter(code__in=switches.STOPPING, closed_at__isnull=True):
        incidents.close(incident_id=incident.pk, actor=people[0], note="looked", now=now)
    for switch in RailSwitch.objects.filter(restored_at__isnull=True).order_by("pk"):
        closed = Incident.objects.filter(code__in=switches.STOPPING, opened_at__gte=switch.stopped_at)
        involved = {switch.stopped_by_id, *closed.values_list("closed_by_id", flat=True)}
        other = next((one for one in people if one.user_id not in involved), None)
        if other is not None:
            switches.restore(switch_id=switch.pk, actor=other, now=now)


def _resolve(world: World, row: Submission) -> None:
    """By two people. A finding that stands from before is confirmed or dismissed; what is on its way comes first."""
    found = row.resolutions.filter(dismissed_at__isnull=True, confirmed_at__isnull=True).first()
    if found is None:
        desk.propose(world, row.pk)
        found = row.resolutions.get(dismissed_at__isnull=True, confirmed_at__isnull=True)
    other = next(p for p in world.people["treasurer"] if p.user_id != found.proposed_by_id)
    desk.confirm(world, found.pk, actor=other)
