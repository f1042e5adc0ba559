"""Those who work in the back office while everything falls over: they propose, approve, find out and send on."""

from collections.abc import Callable, Mapping
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from payouts.models import Attempt, Batch, Hold, Payout, Resolution, Submission
from payouts.operations import _doorbell, batching, holds, unknown
from payouts.queries import unknown as desk
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus
from tests import make, make_payouts
from tests.chaos import pace
from tests.chaos.bank import Bank
from tests.chaos.judge import did_not_arrive
from tests.chaos.plan import Plan

_QUIET = timedelta(seconds=pace.LATE_SECONDS + 1.5)
"""How long after the last news, and after the last strike, a bank may still take something on: nobody says "never"
before."""


class People:
    """`banks` by rail: whom they ask."""

    def __init__(self, banks: Mapping[str, Bank]) -> None:
        self._banks = banks
        self._first, self._second = make.person("treasurer"), make.person("treasurer")
        self._approver = make.person("approver")
        self._calm_since = _now()

    def prepare(self, plan: Plan) -> list[Batch]:
        """The plan's batches stand proposed, in its order."""
        return [make_payouts.proposed_batch(b.amounts, country=b.country, now=_now()) for b in plan.batches]

    def approve(self, batch_id: int) -> None:
        """The batch is approved, by whoever did not propose it. One that is on its way stays as it is."""
        batch = Batch.objects.get(pk=batch_id)
        if batch.status == BatchStatus.PROPOSED and batch.item_count:
            other = self._second if batch.proposed_by_id == self._first.user_id else self._first
            batching.approve(batch_id=batch_id, actor=other, now=_now())

    def ring_twice(self, batch_ids: list[int]) -> None:
        """Every doorbell of these batches rings twice more."""
        open_ones = (SubmissionStatus.DELIVERING, SubmissionStatus.UNKNOWN)
        keys = Submission.objects.filter(batch_id__in=batch_ids, status__in=open_ones)
        for _ in range(2):
            for batch_id in batch_ids:
                _doorbell._send("submit_batch", {"batch_id": batch_id})
            for submission_id in keys.values_list("pk", flat=True):
                _doorbell._send("work_submission", {"submission_id": submission_id})

    def calm(self) -> None:
        """From now on nothing is struck, and whatever was on its way arrives or never will."""
        self._calm_since = _now()

    def act(self) -> None:
        """One look at everything that waits for a person."""
        self._find_out()
        self._send_on()
        for batch_id in Batch.objects.filter(status=BatchStatus.PROPOSED).values_list("pk", flat=True):
            self.approve(batch_id)

    def _find_out(self) -> None:
        """What the program may not ask by sending again, two people find out from the bank's own log."""
        now = _now()
        if now < self._calm_since + _QUIET:
            return
        waiting = Submission.objects.filter(status=SubmissionStatus.UNKNOWN, status_at__lte=now - _QUIET)
        for row in waiting.defer("body_ciphertext"):
            if not desk.why_not_again(submission=row, now=now):
                continue
            bank = self._banks[row.rail]
            waits = bank.keeps_waiting()  # asked first: what is taken on in between is in the log
            has_it = any(carried.key == row.key for carried in bank.carried())
            if waits and not has_it:
                continue
            verdict = Resolution.Verdict.SENT if has_it else Resolution.Verdict.NEVER_SENT
            try:
                finding = desk.open_resolution(row)
                if finding is not None and finding.verdict != verdict:
                    unknown.dismiss(resolution_id=finding.pk, actor=self._second, now=now)
                    finding = None
                finding = finding or unknown.propose(
                    submission_id=row.pk,
                    verdict=verdict,
                    evidence="Its log.",
                    paper=make_payouts.PAPER,
                    actor=self._first,
                    now=now,
                )
                unknown.confirm(resolution_id=finding.pk, actor=self._second, now=now)
            except Refused:  # a worker may still wake up, or it is known by now: the next look
                continue

    def _send_on(self) -> None:
        """What the bank refused, never had or could not deliver goes into a new batch; what it carries stays."""
        logs = [i for bank in set(self._banks.values()) for i in bank.carried()]
        carried = {i.end_to_end_id for i in logs if not did_not_arrive(i)}
        had = Attempt.objects.filter(end_to_end_id__in=carried).values("payout_id")
        waiting = Payout.objects.filter(status=PayoutStatus.APPROVED).exclude(pk__in=had)
        ids = list(waiting.values_list("pk", flat=True))
        open_holds = Hold.objects.filter(payout_id__in=ids, released_at__isnull=True)
        hold_ids = list(open_holds.values_list("pk", flat=True))
        if hold_ids:
            holds.release(hold_ids=hold_ids, actor=self._approver, note="Looked at.", now=_now())
        if ids:
            batches, _ = batching.propose(payout_ids=ids, actor=self._first, now=_now())
            for batch in batches:
                self.approve(batch.pk)


def try_to(deed: Callable[[], object]) -> bool:
    """Do it, unless the database is away or somebody was quicker: then a person tries again. Answers whether it was
    done."""
    close_old_connections()
    try:
        deed()
    except (DatabaseError, InterfaceError):
        connection.close()
        return False
    except Refused:
        return False
    return True


def _now():
    return database_now()
