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
    """Money that came back is a fact about its attempt too, like the same return told in another message."""
    reports = [
        base.Report(
            kind=base.ReportKind.RETURNED,
            source_id=f"return:{funding.identifier}:{line.bank_reference or line.pk}:{line.attempt.end_to_end_id}",
            end_to_end_id=line.attempt.end_to_end_id,
            code=line.return_code,
            amount_minor=line.amount_minor,
            currency=funding.currency,
            bank_reference=line.bank_reference,
        )
        for line in lines
        if line.kind == LineKind.RETURN and line.attempt is not None
    ]
    settlement.apply(reports=reports, rail=funding.rail, now=now)
