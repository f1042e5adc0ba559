"""Bugs planted on purpose, one line each on what it breaks. A harness that does not find them is broken itself.

Each has a database of its own.
"""

import dataclasses
import itertools
from datetime import timedelta
from typing import Any
from unittest import mock

from django.db import transaction

from payouts import facts
from payouts.operations import (
    _account_change,
    _attempts,
    _leases,
    accounts,
    answering,
    batching,
    collecting,
    delivering,
    lookups,
    preparing,
    settlement,
    submission,
    sweeping,
    switches,
    unknown,
)
from payouts.operations._watch import Watch
from payouts.queries import unknown as desk
from payouts.rails import base
from payouts.states import SubmissionStatus
from tests.simulate import planted_restored
from tests.simulate.bug import Bug, Patches, nothing, put

_REJECTED, _UNKNOWN = base.Outcome.REJECTED, base.Outcome.UNKNOWN
_numbers = itertools.count(1)


def _inside() -> Patches:
    def submit(*, batch_id: int, now: Any) -> None:
        watch = Watch(now)
        with transaction.atomic():
            prepared = preparing.prepare.__wrapped__(batch_id=batch_id, now=now)
            answers = delivering.deliver(leases=prepared.leases, watch=watch)
            given = [answering.Given(lease.submission_id, lease.fence, answer) for lease, answer in answers]
            answering._record.__wrapped__(given=given, now=watch.now())

    return [put(submission, "submit", submit)]


def _fresh_key() -> Patches:
    real = _leases.lease

    def lease(**values: Any) -> list[_leases.Lease]:
        return [_renamed(taken) if taken.fence > 1 else taken for taken in real(**values)]

    return [put(_leases, "lease", lease)]


def _renamed(taken: _leases.Lease) -> _leases.Lease:
    key = f"{taken.key}R{taken.fence}"
    body = taken.body.replace(f'"key":"{taken.key}"'.encode(), f'"key":"{key}"'.encode())
    return dataclasses.replace(taken, key=key, body=body)


def _taken_as(outcome: base.Outcome, *codes: str, of: str = "_call") -> Patches:
    """What a call or a lookup answers with one of these codes counts as ``outcome``."""
    real = getattr(delivering, of)

    def changed(*arguments: Any, **values: Any) -> base.Answer:
        answer = real(*arguments, **values)
        return dataclasses.replace(answer, outcome=outcome) if answer.code in codes else answer

    return [put(delivering, of, changed)]


def _attempt_lives_on() -> Patches:
    real = _attempts._end

    def end(**values: Any) -> None:
        with mock.patch.object(_attempts.Attempt, "objects", _Deaf()):
            real(**values)

    return [put(_attempts, "_end", end)]


class _Deaf:
    """A manager whose updates are forgotten."""

    def filter(self, **_: Any) -> "_Deaf":
        return self

    def update(self, **_: Any) -> int:
        return 0


def _points_only(payouts: Any, targets: dict[int, int], now: Any) -> None:
    for payout in payouts:
        type(payout).objects.filter(pk=payout.pk).update(payout_account_id=targets[payout.pk])


def _longer_window() -> Patches:
    real = desk.registry.get

    def get(name: str) -> Any:
        rail = real(name)
        forever = timedelta(days=3650) if rail.capabilities.key_window else None
        return mock.Mock(capabilities=dataclasses.replace(rail.capabilities, key_window=forever))

    return [put(desk, "registry", mock.Mock(get=get))]


def _twice_given_back() -> Patches:
    real = _attempts.posting.transfer

    def transfer(*, key: str, **values: Any) -> Any:
        return real(key=f"{key}:{next(_numbers)}" if key.endswith("given_back") else key, **values)

    return [put(_attempts, "posting", mock.Mock(transfer=transfer, post=_attempts.posting.post))]


def _died_is_rejected(*, submission: Any, now: Any) -> None:
    submission.lease_until = None
    submission.status, submission.status_at = SubmissionStatus.REJECTED, now
    answering.settle(submissions=[submission], now=now)
    live = answering.Attempt.objects.filter(submission=submission, ended_at__isnull=True)
    locked = answering._locks.payouts(live.values_list("payout_id", flat=True))
    answering.never_left(submission=submission, locked=locked, because="rejected", reason="died", now=now)


def _every_word_is_new() -> Patches:
    real = settlement._write_facts

    def write(said: Any, now: Any) -> Any:
        told = [
            dataclasses.replace(
                one,
                report=dataclasses.replace(one.report, source_id=f"{one.report.source_id}#{next(_numbers)}"),
            )
            for one in said
        ]
        return real(told, now)

    return [put(settlement, "_write_facts", write)]


def _fold_forgets_returns() -> Patches:
    real = facts.fold
    return [put(facts, "fold", lambda kinds: real(set(kinds) - {"returned"}))]


def _own_batch(**values: Any) -> Any:
    batch = batching._locked(values["batch_id"])
    by = values["actor"].user_id
    batching.Batch.objects.filter(pk=batch.pk).update(
        status="APPROVED",
        approved_by_id=by,
        approved_at=values["now"],
        digest="0" * 64,
        status_at=values["now"],
    )
    batching._doorbell.ring("submit_batch", batch_id=batch.pk)
    return batch


BUGS: tuple[Bug, ...] = (
    Bug("call-in-transaction", "the bank is called inside the transaction: a crash forgets what it took", _inside),
    Bug("fresh-key", "each retry goes out under a key of its own: nothing deduplicates", _fresh_key),
    Bug("timeout-is-refusal", "no answer counts as never left: it is paid again",
        lambda: _taken_as(_REJECTED, base.UNREACHABLE)),
    Bug("unknown-is-refusal", "5xx and nonsense count as never left: it is paid again",
        lambda: _taken_as(_REJECTED, base.GARBLED, "HTTP_503")),
    Bug("not-found-is-never-sent", "a lookup that finds nothing counts as never left: it is paid again",
        lambda: _taken_as(_REJECTED, base.NOT_FOUND, of="look_up")),
    Bug("timeout-is-paid", "no answer counts as accepted: what never arrived is never sent",
        lambda: _taken_as(base.Outcome.ACCEPTED, base.UNREACHABLE)),
    Bug("two-live-attempts", "a refused attempt lives on, and no index forbids a second live one",
        _attempt_lives_on, "DROP INDEX attempt_one_live"),
    Bug("no-fence", "whoever was given a lease once may write, whoever holds it now",
        lambda: [put(answering, "_may_write", lambda row, one, now: row.status in ("DELIVERING", "UNKNOWN"))]),
    Bug("late-worker-writes", "a worker writes after its lease, as long as nobody has noticed",
        lambda: [put(answering, "_is_dead", lambda row, now: False)]),
    Bug("dead-lease-is-refusal", "a worker that did not come back has sent nothing",
        lambda: [put(answering, "lease_died", _died_is_rejected)]),
    Bug("holds-not-rechecked", "submission trusts what was true when the batch was approved; the database refuses",
        lambda: [put(preparing, "blocks", mock.Mock(of=lambda payouts: {}))]),
    Bug("holds-not-rechecked-nor-guarded", "the same without the database's own guard",
        lambda: [put(preparing, "blocks", mock.Mock(of=lambda payouts: {}))],
        "DROP TRIGGER guard_changed ON payouts_payout"),
    Bug("approval-outlives-account", "another bank account takes effect and the approval stands",
        lambda: [put(accounts, "_point", _points_only)], "DROP TRIGGER guard_changed ON payouts_payout"),
    Bug("account-not-caught-up", "what comes back unsent still goes to the account of before",
        lambda: [put(_account_change, "catch_up", nothing)]),
    Bug("past-the-window", "sent again after the bank has forgotten the key", _longer_window),
    Bug("resend-anywhere", "sent again on a rail that does not deduplicate",
        lambda: [put(desk, "why_not_again", lambda submission, now: "")]),
    Bug("seal-not-recomputed", "what was slipped into an approved batch goes out with it",
        lambda: [put(preparing, "_check_seal", nothing)]),
    Bug("own-batch", "who proposed a batch may approve it, and nothing is sealed",
        lambda: [put(batching, "approve", _own_batch)]),
    Bug("kill-switch-ignored", "a stopped rail goes on", lambda: [put(switches, "open_on", nothing)]),
    Bug("given-back-twice", "failed, then returned: the seller gets it twice", _twice_given_back),
    Bug("event-applied-twice", "what the bank repeats counts as a new fact", _every_word_is_new),
    Bug("returns-forgotten", "money that came back is shown as paid", _fold_forgets_returns),
    Bug("never-sent-at-once", "two people may say never while the worker is still about to send",
        lambda: [put(unknown, "_check_nothing_is_on_its_way", nothing)]),
    Bug("forgotten-batches", "a lost message is never missed: nobody sends the batch",
        lambda: [put(sweeping, "_forgotten_batches", lambda now: [])]),
    Bug("forgotten-submissions", "nobody asks what became of a worker that died",
        lambda: [put(sweeping, "_due_submissions", lambda now: []), put(lookups, "work", nothing)]),
    Bug("no-alarm", "an unknown stays unknown and nobody is told", lambda: [put(sweeping, "alert", nothing)]),
    Bug("missed-cut-off", "a batch that missed its cut-off is neither sent nor asked for again",
        lambda: [put(batching, "ask_again", nothing)]),
    Bug("document-read-once-only", "a worker that dies while it reads leaves the document unread for ever",
        lambda: [put(collecting, "process_all", lambda **_: 0)]),
    *planted_restored.BUGS,
)  # fmt: skip
"""Every one must be found within `planting.SEEDS` seeds."""
