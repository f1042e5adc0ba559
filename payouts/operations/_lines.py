"""What follows when a statement line is matched: its row, the books, and what the bank thereby says of its payment."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from payouts.models import FundingAccount, LineKind, LineResolution, StatementLine
from payouts.operations import _bookings, settlement
from payouts.operations._matching import Match
from payouts.rails import base

Pairs = Sequence[tuple[StatementLine, Match]]
_COLUMNS = ("kind", "matched_at", "submission", "attempt", "resolution")


def mark(line: StatementLine, found: Match, now: datetime) -> None:
    """The line is about the match; it is not saved yet."""
    line.kind, line.matched_at = found.kind, now
    line.submission_id = found.submission_id
    line.attempt = None if found.whole_file else found.attempts[0]


def settle(*, pairs: Pairs, funding: FundingAccount, now: datetime) -> None:
    """Lines booked before are matched: their amounts leave suspense, and returns are told. Proposals about them end."""
    for line, found in pairs:
        mark(line, found, now)
        line.save(update_fields=_COLUMNS)
    _bookings.move_from_suspense(lines=pairs, funding=funding, now=now)
    _end_proposals([line for line, _ in pairs], now)
    tell([line for line, _ in pairs], funding, now)


def explain(*, line: StatementLine, kind: LineKind, now: datetime) -> None:
    """The line moved no payment's money: it is something else, of this kind."""
    line.kind, line.matched_at = kind, now
    line.save(update_fields=_COLUMNS)
    _end_proposals([line], now)


def _end_proposals(lines: Sequence[StatementLine], now: datetime) -> None:
    """Nobody need confirm any more what these lines might be, or undo."""
    standing = LineResolution.objects.filter(confirmed_at__isnull=True, dismissed_at__isnull=True)
    standing.filter(Q(line__in=lines) | Q(other_line__in=lines)).update(dismissed_at=now)


def tell(lines: Sequence[StatementLine], funding: FundingAccount, now: datetime) -> None:
    """What matched lines say of their payments is a fact about them, like the same told in another message.

    Money that came back: returned. Money debited: the bank has them, whatever no answer said, so that nothing is sent
    again, and a refusal afterwards means that they failed.
    """
    reports = [report for line in lines if (report := _said(line, funding)) is not None]
    settlement.apply(reports=reports, rail=funding.rail, now=now)


def _said(line: StatementLine, funding: FundingAccount) -> base.Report | None:
    where = f"{funding.identifier}:{line.bank_reference or line.pk}"
    if line.kind == LineKind.RETURN and line.attempt is not None:
        return base.Report(
            kind=base.ReportKind.RETURNED,
            source_id=f"return:{where}:{line.attempt.end_to_end_id}",
            end_to_end_id=line.attempt.end_to_end_id,
            code=line.return_code,
            amount_minor=line.amount_minor,
            currency=funding.currency,
            bank_reference=line.bank_reference,
        )
    if line.kind == LineKind.DEBIT and line.attempt is not None:
        return base.Report(
            kind=base.ReportKind.ACCEPTED,
            source_id=f"debit:{where}:{line.attempt.end_to_end_id}",
            end_to_end_id=line.attempt.end_to_end_id,
        )
    if line.kind == LineKind.DEBIT and line.submission is not None:
        refused = line.submission.attempts.filter(ended_because__in=settlement.NEVER_LEFT)
        return base.Report(
            kind=base.ReportKind.ACCEPTED,
            source_id=f"debit:{where}",
            message_id=line.submission.key,
            except_for=frozenset(refused.values_list("end_to_end_id", flat=True)),
        )
    return None
