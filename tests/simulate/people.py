"""What people do: review, approve, hold, change bank accounts, batch, stop rails, cancel, pay again."""

from collections.abc import Callable, Iterator
from datetime import timedelta

from payouts.models import AccountVersion, Batch, Payout, RailSwitch, ReleaseRequest
from payouts.operations import (
    accounts,
    approval,
    batching,
    givebacks,
    holds,
    incidents,
    review,
    switches,
)
from payouts.operations._outcome import Outcome
from payouts.rails import registry
from sellers import operations as seller_verbs
from sellers.models import Seller
from tests.simulate import market
from tests.simulate.view import View
from tests.simulate.world import World

Deed = tuple[float, str, Callable[[], object]]
"""How likely, who does it, what."""
_REASONS = ("dispute", "documents", "other")


def deeds(world: World, view: View) -> Iterator[Deed]:
    """What people may do with what stands. They also try what they may not: the program must refuse."""
    states, now = view.payouts, world.clock.now
    if new := states.get("PENDING_REVIEW"):
        yield (
            4,
            "analyst reviews",
            lambda: _told(review.review(payout_ids=world.some(new), actor=world.one("analyst"), now=now)),
        )
    if judged := states.get("REVIEWED"):
        yield 5, "approver approves", lambda: _approve(world, world.some(judged))
    if unsent := view.unsent():
        yield 1.2, "somebody holds", lambda: _hold(world, world.some(unsent, most=2))
        yield (
            0.4,
            "analyst sends back",
            lambda: _told(
                review.send_back(
                    payout_ids=world.some(unsent, most=2),
                    actor=world.one("analyst"),
                    reason="look again",
                    now=now,
                )
            ),
        )
        yield (
            0.3,
            "approver cancels",
            lambda: _told(
                givebacks.cancel(
                    payout_ids=world.some(unsent, most=1),
                    actor=world.one("approver"),
                    reason="not due",
                    now=now,
                )
            ),
        )
    if view.holds:
        yield (
            8,
            "somebody releases",
            lambda: _release(world, world.some(view.holds)),
        )
    if view.sellers:
        seller = world.rng.choice(view.sellers)
        yield (
            0.4,
            "compliance holds a seller",
            lambda: holds.hold_seller(
                seller_id=seller, actor=world.one("compliance"), reason="compliance", note="look", now=now
            ),
        )
        yield 0.6, "compliance suspends or lifts", lambda: _suspend(world, seller)
        yield 1.5, "analyst asks for another account", lambda: _ask_account(world, seller)
        yield 0.7, "earnings come", lambda: _earn(world, seller)
    if view.versions:
        yield 6, "compliance decides on an account", lambda: _decide(world, view.versions[0])
    yield from _of_batches(world, view)
    yield from _of_rails(world, view)
    if dead := view.dead():
        yield 1.5, "analyst pays again", lambda: _again(world, world.rng.choice(dead))


def _of_batches(world: World, view: View) -> Iterator[Deed]:
    now, proposed = world.clock.now, view.batches.get("PROPOSED", [])
    open_ones = proposed + view.batches.get("APPROVED", [])
    if sure := view.payouts.get("APPROVED"):
        yield (
            5,
            "treasurer proposes a batch",
            lambda: _told(
                batching.propose(payout_ids=world.some(sure), actor=world.one("treasurer"), now=now)[1]
            ),
        )
    if proposed:
        yield 8, "treasurer approves a batch", lambda: _approve_batch(world, world.rng.choice(proposed))
    if open_ones:
        yield (
            0.3,
            "treasurer dissolves",
            lambda: batching.dissolve(
                batch_id=world.rng.choice(open_ones),
                actor=world.one("treasurer"),
                reason="wrong day",
                now=now,
            ),
        )
    if inside := view.payouts.get("BATCHED"):
        yield (
            0.5,
            "treasurer takes out",
            lambda: _told(
                batching.take_out(
                    payout_ids=world.some(inside, most=2),
                    actor=world.one("treasurer"),
                    reason="not today",
                    now=now,
                )
            ),
        )


def _of_rails(world: World, view: View) -> Iterator[Deed]:
    now = world.clock.now
    yield (
        0.4,
        "treasurer stops",
        lambda: switches.stop(
            rail=world.rng.choice((*registry.names(), switches.ALL)),
            reason="looks odd",
            actor=world.one("treasurer"),
            now=now,
        ),
    )
    if view.switches:
        yield 4, "treasurer restores", lambda: _restore(world, world.rng.choice(view.switches))
    if view.incidents:
        yield (
            0.5,
            "treasurer closes an incident",
            lambda: incidents.close(
                incident_id=world.rng.choice(view.incidents),
                actor=world.one("treasurer"),
                note="looked",
                now=now,
            ),
        )


def _told(outcome: Outcome) -> str:
    refused = "".join(f"; {each.reference} {each.code}" for each in outcome.refused)
    return f"moved {outcome.moved}{refused}"


def _approve(world: World, ids: list[int]) -> str:
    market.note_approval(world, ids)
    return _told(approval.approve(payout_ids=ids, actor=world.one("approver"), now=world.clock.now))


def _hold(world: World, ids: list[int]) -> str:
    until = world.clock.now + timedelta(hours=1) if world.rng.random() < 0.3 else None
    reason = world.rng.choice(_REASONS)
    actor = world.one(world.rng.choice(("analyst", "approver", "treasurer", "compliance")))
    return _told(
        holds.hold(
            payout_ids=ids, actor=actor, reason=reason, note="find out", until=until, now=world.clock.now
        )
    )


def _release(world: World, ids: list[int]) -> str:
    """Whoever releases has read why others asked for it: what needs two people is asked for, then confirmed."""
    waiting = ReleaseRequest.objects.filter(hold__in=ids, confirmed_at=None, withdrawn_at=None)
    seen = set(waiting.values_list("pk", flat=True))
    actor = world.one(world.rng.choice(("approver", "compliance")))
    done = holds.release(hold_ids=ids, actor=actor, note="settled", now=world.clock.now, seen=seen)
    return f"{len(done.released)} released, {len(done.asked)} asked for, {len(done.refused)} refused"


def _suspend(world: World, seller_id: int) -> str:
    suspended = Seller.objects.get(pk=seller_id).suspended_at is not None
    verb = seller_verbs.lift_suspension if suspended else seller_verbs.suspend
    verb(seller_id=seller_id, reason="as found", actor=world.one("compliance"), now=world.clock.now)
    return f"seller {seller_id} {'lifted' if suspended else 'suspended'}"


def _ask_account(world: World, seller_id: int) -> str:
    seller = Seller.objects.get(pk=seller_id)
    scheme, fields, holder = market.bank_details(world, seller.country)
    currency = {"US": "USD", "FR": "EUR"}[seller.country]
    newest = AccountVersion.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    try:
        accounts.request(
            seller_id=seller_id,
            currency=currency,
            fields=fields,
            holder_name=holder,
            country=seller.country,
            actor=world.one("analyst"),
            now=world.clock.now,
        )
    finally:  # also where the process died after the commit
        for (pk,) in world.observer.execute("SELECT id FROM payouts_accountversion WHERE id > %s", [newest]):
            world.memory.accounts.setdefault(pk, market.number_of(scheme, fields))
    return f"seller {seller_id}"


def _decide(world: World, version_id: int) -> str:
    verified = world.rng.random() < 0.8
    accounts.decide(
        version_id=version_id,
        verified=verified,
        actor=world.one("compliance"),
        note="called them",
        now=world.clock.now,
    )
    return f"version {version_id} {'verified' if verified else 'rejected'}"


def _earn(world: World, seller_id: int) -> str:
    seller = Seller.objects.get(pk=seller_id)
    market.earn(world, seller)
    return market.run(world, seller.country)


def _approve_batch(world: World, batch_id: int) -> str:
    market.note_seal(world, batch_id)
    proposer = Batch.objects.get(pk=batch_id).proposed_by_id
    others = [p for p in world.people["treasurer"] if p.user_id != proposer or world.rng.random() < 0.1]
    batch = batching.approve(batch_id=batch_id, actor=world.rng.choice(others), now=world.clock.now)
    return f"B{batch.pk} of {batch.item_count}"


def _restore(world: World, switch_id: int) -> str:
    switch = RailSwitch.objects.get(pk=switch_id)
    switches.restore(switch_id=switch_id, actor=world.one("treasurer"), now=world.clock.now)
    return switch.rail


def _again(world: World, payout_id: int) -> str:
    old = Payout.objects.get(pk=payout_id)
    if world.rng.random() < 0.5:
        new = givebacks.reissue(payout_id=payout_id, actor=world.one("analyst"), now=world.clock.now)
        return f"{old.reference} as {new.reference}"
    givebacks.roll(payout_id=payout_id, actor=world.one("analyst"), now=world.clock.now)
    return f"{old.reference} rolled"
