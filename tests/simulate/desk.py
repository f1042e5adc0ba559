"""The desk of unknown submissions: one person finds out, another asks the bank once more and confirms."""

from collections.abc import Iterator

from backoffice.audit.actors import Actor
from payouts.models import Resolution, Submission
from payouts.operations import unknown
from payouts.rails import registry
from payouts.rails.base import Shape
from tests.make_payouts import PAPER
from tests.simulate.people import Deed
from tests.simulate.view import View
from tests.simulate.world import World

SENT, NEVER_SENT = Resolution.Verdict.SENT.value, Resolution.Verdict.NEVER_SENT.value


def deeds(world: World, view: View) -> Iterator[Deed]:
    """People are honest: they say what the bank says when they ask it. What is still on its way, it cannot know."""
    if ids := view.submissions.get("UNKNOWN"):
        chosen, now = world.rng.choice(ids), world.clock.now
        yield (
            1,
            "operator looks up",
            lambda: unknown.look_up_now(submission_id=chosen, actor=world.one("treasurer"), now=now).status,
        )
        yield (
            1.5,
            "operator sends again",
            lambda: unknown.send_again(submission_id=chosen, actor=world.one("treasurer"), now=now).status,
        )
        yield 5, "operator finds out", lambda: propose(world, chosen)
    if view.findings:
        yield 10, "second person confirms", lambda: confirm(world, world.rng.choice(view.findings))


def verdict(world: World, row: Submission) -> str:
    """What the bank's people say about it now."""
    is_file = registry.get(row.rail).capabilities.shape is Shape.FILE
    return SENT if world.bank.has(key=row.key, is_file=is_file) else NEVER_SENT


def propose(world: World, submission_id: int) -> str:
    row = Submission.objects.defer("body_ciphertext").get(pk=submission_id)
    said = verdict(world, row)
    actor = world.one(world.rng.choice(("treasurer", "approver")))
    unknown.propose(
        submission_id=row.pk,
        verdict=said,
        evidence="asked the bank",
        paper=PAPER,
        actor=actor,
        now=world.clock.now,
    )
    return f"{row.key} {said}"


def confirm(world: World, resolution_id: int, *, actor: Actor | None = None) -> str:
    """Confirmed where the bank still says so, else dismissed."""
    found = Resolution.objects.select_related("submission").get(pk=resolution_id)
    actor = actor or world.one(world.rng.choice(("treasurer", "approver")))
    if verdict(world, found.submission) != found.verdict:
        unknown.dismiss(resolution_id=resolution_id, actor=actor, now=world.clock.now)
        return f"{found.submission.key} dismissed"
    unknown.confirm(resolution_id=resolution_id, actor=actor, now=world.clock.now)
    return f"{found.submission.key} {found.verdict}"
