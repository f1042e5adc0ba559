"""The weekly work of the back office, as operations at moments of the past: import, run, review, approve,
pay.
"""

import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import unwrap
from random import Random

from backoffice.audit.actors import SYSTEM, Actor
from backoffice.demo import trade
from backoffice.demo.bank import Bank
from payouts.models import Batch, Hold, HoldReason, Payout, ReleaseRequest
from payouts.operations import (
    answering,
    approval,
    batching,
    collecting,
    creation,
    givebacks,
    holds,
    jobs,
    preparing,
    review,
    submission,
)
from payouts.queries import shown, waiting
from payouts.rails import registry
from payouts.states import PayoutStatus
from sellers.ledger.importing import posting, staging

GROUPS: dict[str, tuple[str, ...]] = {
    "sepa": ("FR", "ES", "DE", "IT"),
    "us": ("US",),
    "gb": ("GB",),
    "jp": ("JP",),
}
_REASONS: tuple[tuple[HoldReason, str], ...] = (
    (HoldReason.DISPUTE, "Three buyers opened disputes this week; waiting for the carrier's proof."),
    (HoldReason.DOCUMENTS, "The register extract is older than a year. Asked the seller for a new one."),
    (HoldReason.AMOUNT_UNUSUAL, "Four times the usual amount. Is there a bulk order behind it?"),
    (HoldReason.FRAUD_SUSPECTED, "Same device ids as a shop closed last month; security looks into it."),
    (HoldReason.COMPLIANCE, "The screening shows a similar name; compliance compares the birth dates."),
    (HoldReason.SELLER_REQUEST, "The seller asked to wait until their new account is open."),
)


@dataclass
class Desk:
    """Who works with what. Two of each role, so that every step has another person."""

    staff: Mapping[str, Actor]
    bank: Bank
    random: Random

    def import_week(self, content: bytes, *, name: str, now: datetime) -> None:
        """The week's file is checked and posted by an analyst."""
        file = staging.check(
            stream=io.BytesIO(content),
            name=name,
            profile=trade.PROFILE,
            actor=self.staff["analyst3"],
            now=now,
        )
        posting.post(import_file_id=file.pk, actor=self.staff["analyst3"], now=now)

    def run(self, country: str, *, day: str, now: datetime) -> None:
        """The scheduled run of a country, under the key that beat would give it."""
        creation.run(until=None, country=country, key=f"schedule:{country}:{day}", actor=SYSTEM, now=now)

    def of(self, group: str, *statuses: PayoutStatus) -> list[int]:
        """Payouts of a group in these states."""
        rows = Payout.objects.filter(country__in=GROUPS[group], status__in=statuses).order_by("pk")
        return list(rows.values_list("pk", flat=True))

    def review(self, ids: Sequence[int], *, now: datetime) -> None:
        """Two analysts share the work."""
        for who, half in _shared(("analyst2", "analyst3"), ids):
            review.review(payout_ids=half, actor=self.staff[who], now=now)

    def review_as_job(self, ids: Sequence[int], *, now: datetime) -> None:
        """An analyst has a worker do it; a colleague was quicker with the first two, which are refused and say so."""
        if not ids:
            return
        seen = shown.tokens(list(Payout.objects.filter(pk__in=ids)))
        job = jobs.request(
            verb="review",
            payout_ids=ids,
            values={"note": "The sums agree with the order lines."},
            key="demo",
            actor=self.staff["analyst"],
            now=now,
            seen=seen,
        )
        review.review(payout_ids=ids[:2], actor=self.staff["analyst2"], now=now)
        jobs.work(job_id=job.pk, now=now)

    def hold_some(self, ids: Sequence[int], *, count: int, now: datetime) -> None:
        """A few are put on hold, each with a reason of its own."""
        for payout_id in self.random.sample(list(ids), min(count, len(ids))):
            reason, note = self.random.choice(_REASONS)
            holds.hold(
                payout_ids=[payout_id], actor=self.staff["analyst2"], reason=reason, note=note, now=now
            )

    def release_old(self, *, before: datetime, now: datetime) -> None:
        """Holds that were looked into are released."""
        old = Hold.objects.filter(released_at=None, payout__isnull=False, placed_at__lt=before)
        old = old.exclude(reason=HoldReason.ACCOUNT_CHANGE)
        ids = list(old.values_list("pk", flat=True))
        note = "Looked into: proof came, nothing speaks against paying."
        asked = holds.release(hold_ids=ids, actor=self.staff["approver2"], note=note, now=now).asked
        requests = ReleaseRequest.objects.filter(hold__in=asked)
        holds.release(
            hold_ids=[hold.pk for hold in asked],
            actor=self.staff["compliance2"],
            note="Compliance agrees.",
            now=now,
            seen=set(requests.values_list("pk", flat=True)),
        )

    def approve(self, ids: Sequence[int], *, now: datetime) -> None:
        """Two approvers share the work."""
        for who, half in _shared(("approver", "approver2"), ids):
            approval.approve(payout_ids=half, actor=self.staff[who], now=now)

    def propose(self, ids: Sequence[int], *, now: datetime) -> list[Batch]:
        """Everything of these that may go is in batches."""
        if not ids:
            return []
        who = self.random.choice(("analyst2", "analyst3"))
        return batching.propose(payout_ids=ids, actor=self.staff[who], now=now)[0]

    def approve_batches(self, batches: Iterable[Batch], *, now: datetime) -> None:
        """A treasurer approves what an analyst proposed."""
        for batch in batches:
            batching.approve(batch_id=batch.pk, actor=self.staff["treasurer2"], now=now)

    def send(self, batches: Iterable[Batch], *, now: datetime) -> None:
        """The batches are handed to the simulated bank, with the bank's clock at this moment."""
        self.bank.until(now)
        for batch in batches:
            rail, transport, more = registry.get(batch.rail), self.bank.transport(batch.rail), True
            while more:
                # Without their own transactions: the whole history is one, so that a broken load leaves nothing.
                prepared = unwrap(preparing.prepare)(batch_id=batch.pk, now=now)
                given = [
                    answering.Given(
                        lease.submission_id,
                        lease.fence,
                        rail.deliver(lease.body, key=lease.key, transport=transport, now=now),
                    )
                    for lease in prepared.leases
                ]
                unwrap(answering._record)(given=given, now=now)
                more = prepared.more
            submission.advance(batch_id=batch.pk, now=now)

    def collect(self, *, now: datetime) -> None:
        """What the bank has left until now is fetched and read."""
        self.bank.until(now)
        for rail in ("sepa", "sandbox"):
            collecting.take(rail=rail, transport=self.bank.transport(rail), now=now)

    def dispose(self, *, older_than: datetime, now: datetime) -> None:
        """Money of dead payouts is paid again or added to the next run; the newest ones still wait."""
        dead = waiting.undisposed().filter(status_at__lt=older_than).order_by("pk")
        for payout in dead:
            act: Callable[..., object] = givebacks.roll if self.random.random() < 0.3 else givebacks.reissue
            act(payout_id=payout.pk, actor=self.staff["analyst"], now=now)


def _shared(people: Sequence[str], ids: Sequence[int]) -> Iterable[tuple[str, Sequence[int]]]:
    """The ids in as many parts as there are people, without empty parts."""
    for turn, who in enumerate(people):
        part = [payout_id for payout_id in ids if payout_id % len(people) == turn]
        if part:
            yield who, part
