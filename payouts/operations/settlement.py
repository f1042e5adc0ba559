"""What a bank says became of payments: stored as facts, once each; the status is a fold over them (HOUSE ruling 1)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit.actors import SYSTEM
from payouts import facts
from payouts.facts import NEVER_LEFT
from payouts.models import Attempt, BankFact, Payout, Submission
from payouts.operations import (
    _attempts,
    _contradictions,
    _evidence,
    _locks,
    _move,
    _progress,
    answering,
    incidents,
)
from payouts.rails import base, reasons
from payouts.states import PayoutStatus, SubmissionStatus

_KINDS = {
    base.ReportKind.ACCEPTED: BankFact.Kind.ACCEPTED,
    base.ReportKind.REJECTED: BankFact.Kind.REJECTED,
    base.ReportKind.PAID: BankFact.Kind.PAID,
    base.ReportKind.FAILED: BankFact.Kind.FAILED,
    base.ReportKind.RETURNED: BankFact.Kind.RETURNED,
}
_VERBS = {PayoutStatus.PAID: "pay", PayoutStatus.FAILED: "fail", PayoutStatus.RETURNED: "return"}
_GOVERNED = (PayoutStatus.SUBMITTED, PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.RETURNED)


@dataclass(frozen=True)
class _Said:
    """One report about one attempt."""

    attempt: Attempt
    report: base.Report


@transaction.atomic
def apply(*, reports: Iterable[base.Report], rail: str, now: datetime) -> int:
    """Every report is a fact of its attempts, and payouts, ledger and batches follow; answers how many facts were new.

    Duplicates change nothing. Any order ends in the same state, but for a rejection: read after an acceptance or a
    payment it means not delivered; read before them, in an earlier call, it proves that nothing left, the payout is
    APPROVED and on hold, and what contradicts that later opens an incident. What one call brings counts together.
    A report about a submission of unknown outcome proves that the bank has it. What names nothing of ours, or
    contradicts what stands, opens an incident; nothing raises.
    """
    said, about = _named(list(reports), rail, now)
    ids = {one.attempt.payout_id for one in said}
    payouts = {p.pk: p for p in _locks.payouts(ids | _contradictions.heirs(ids))}
    rows = _locks.submissions({one.attempt.submission_id for one in said} | about.keys())
    for row in rows:
        _it_has_it(row, about.get(row.pk, []), now)
    attempts = {a.pk: a for a in Attempt.objects.filter(pk__in={one.attempt.pk for one in said})}  # as locked
    known, new = _write_facts(said, now)
    _contradictions.look(
        said=[(attempts[one.attempt.pk], one.report) for one in new],
        payouts=payouts,
        rail=rail,
        known=known,
        now=now,
    )
    _follow(attempts=attempts, payouts=payouts, known=known, said=said, now=now)
    _progress.advance(batch_ids={row.batch_id for row in rows}, now=now)
    return len(new)


def _named(
    reports: Sequence[base.Report], rail: str, now: datetime
) -> tuple[list[_Said], dict[int, list[base.Report]]]:
    """The reports by attempt, message-level ones spread over the attempts they cover; and by submission."""
    singles = {r.end_to_end_id for r in reports if r.end_to_end_id}
    by_reference = {
        a.end_to_end_id: a for a in Attempt.objects.filter(end_to_end_id__in=singles, submission__rail=rail)
    }
    wholes = {r.message_id for r in reports if not r.end_to_end_id}
    by_key = {s.key: s for s in Submission.objects.filter(rail=rail, key__in=wholes).defer("body_ciphertext")}
    inside: dict[int, list[Attempt]] = defaultdict(list)
    for attempt in Attempt.objects.filter(submission__in=by_key.values()):
        inside[attempt.submission_id].append(attempt)
    said: list[_Said] = []
    about: dict[int, list[base.Report]] = defaultdict(list)
    for report in _plain(reports, by_reference, by_key, inside):
        if report.end_to_end_id and report.end_to_end_id in by_reference:
            one = by_reference[report.end_to_end_id]
            said.append(_Said(one, report))
            about[one.submission_id].append(report)
        elif not report.end_to_end_id and report.message_id in by_key:
            whole = by_key[report.message_id]
            covered = [a for a in inside[whole.pk] if a.end_to_end_id not in report.except_for]
            said += [_Said(attempt, report) for attempt in covered]
            about[whole.pk].append(report)
        else:
            name = report.end_to_end_id or report.message_id or report.source_id
            incidents.open_one(
                code="unknown_reference",
                key=f"unknown_reference:{rail}:{name}",
                text=_(
                    "{rail} reports “{kind}” for {name}, which we never sent. Ask the bank what it is."
                ).format(rail=rail, kind=report.kind, name=name),
                rail=rail,
                now=now,
            )
    return said, about


def _plain(
    reports: Sequence[base.Report],
    by_reference: Mapping[str, Attempt],
    by_key: Mapping[str, Submission],
    inside: Mapping[int, list[Attempt]],
) -> list[base.Report]:
    """The reports with their free text fit to be kept for ever."""
    about: list[tuple[base.Report, Sequence[Attempt]]] = []
    for report in reports:
        attempts: Sequence[Attempt] = ()
        if report.end_to_end_id in by_reference:
            attempts = [by_reference[report.end_to_end_id]]
        elif not report.end_to_end_id and report.message_id in by_key:
            attempts = inside[by_key[report.message_id].pk]
        about.append((report, attempts))
    return _evidence.plain_reports(about)


def _it_has_it(row: Submission, reports: Sequence[base.Report], now: datetime) -> None:
    """Whatever a bank says about a submission proves that it has it. Notes are kept for people to read."""
    for report in reports:
        if report.kind is base.ReportKind.NOTED:
            text = f"{report.end_to_end_id} {report.text}".strip()
            answering.note(submission=row, what="noted", outcome="", code=report.code, text=text, now=now)
    if reports and row.status in (SubmissionStatus.UNKNOWN, SubmissionStatus.DELIVERING):
        row.answer_code, row.answer_text = "REPORTED", "The bank's reports speak about it, so it has it."
        row.lease_until = row.next_lookup_at = None
        answering.note(
            submission=row, what="report", outcome="accepted", code="REPORTED", text=row.answer_text, now=now
        )
        row.status, row.status_at = SubmissionStatus.ACCEPTED, now
        answering.settle(submissions=[row], now=now)


def _write_facts(said: Sequence[_Said], now: datetime) -> tuple[dict[int, set[str]], list[_Said]]:
    """All kinds of facts by attempt, with the new ones; and what was said for the first time.

    The payouts are locked, so that nobody writes facts of these attempts at the same time.
    """
    known: dict[int, set[str]] = defaultdict(set)
    stand = set()
    ids = {one.attempt.pk for one in said}
    for row in BankFact.objects.filter(attempt_id__in=ids).values_list("attempt_id", "kind", "source"):
        stand.add(row)
        known[row[0]].add(row[1])
    new: list[_Said] = []
    rows = []
    for one in said:
        kind = _KINDS.get(one.report.kind)
        if kind is None or (one.attempt.pk, kind.value, one.report.source_id) in stand:
            continue
        stand.add((one.attempt.pk, kind.value, one.report.source_id))
        known[one.attempt.pk].add(kind.value)
        new.append(one)
        rows.append(
            BankFact(
                attempt=one.attempt,
                kind=kind,
                code=one.report.code[:40],
                text=one.report.text,
                amount_minor=one.report.amount_minor,
                source=one.report.source_id,
                occurred_at=one.report.occurred_at,
                received_at=now,
            )
        )
    BankFact.objects.bulk_create(rows, batch_size=2000)
    return known, new


def _follow(
    *,
    attempts: Mapping[int, Attempt],
    payouts: Mapping[int, Payout],
    known: Mapping[int, set[str]],
    said: Sequence[_Said],
    now: datetime,
) -> None:
    """Payouts take the status their facts add up to, and money is given back: a statement for each reason."""
    why = {one.attempt.pk: _why(one.report) for one in said if one.report.kind in _KINDS}
    moves: dict[tuple[PayoutStatus, str], list[Payout]] = defaultdict(list)
    live: dict[int, Attempt] = {}
    for attempt in attempts.values():
        payout = payouts[attempt.payout_id]
        if attempt.ended_because in NEVER_LEFT or payout.status not in _GOVERNED:
            continue
        target = facts.fold(known[attempt.pk])
        if target in (PayoutStatus.SUBMITTED, payout.status):
            continue
        live[payout.pk] = attempt
        moves[target, "" if target == PayoutStatus.PAID else why.get(attempt.pk, "")].append(payout)
    for (target, reason), group in moves.items():
        if target == PayoutStatus.APPROVED:
            _attempts.not_sent(payouts=group, attempts=live, because="rejected", reason=reason, now=now)
            continue
        _move.change(name=_VERBS[target], payouts=group, actor=SYSTEM, reason=reason, now=now)
        if target != PayoutStatus.PAID:
            _attempts.give_back(payouts=group, attempts=live, because=target.lower(), now=now)


def _why(report: base.Report) -> str:
    sentence = reasons.explain(report.code, kind=report.kind).sentence
    return " ".join(
        part for part in (sentence, report.text, f"({report.code})" if report.code else "") if part
    )
