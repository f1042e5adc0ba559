"""What an open statement line may be said to be: locked with what it touches, and held against it."""

from dataclasses import dataclass
from typing import Literal

from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.audit.errors import Conflict, Refused
from backoffice.words import later
from payouts.models import Attempt, FundingAccount, LineKind, LineResolution, StatementLine
from payouts.operations import _locks, settlement
from payouts.operations._matching import Match

Verdict = LineResolution.Verdict
Doing = Literal["proposed", "confirmed", "dismissed"]

_NOT_DONE: dict[Doing, str] = {
    "proposed": later("Not proposed: {why}"),
    "confirmed": later("Not confirmed: {why}"),
    "dismissed": later("Not dismissed: {why}"),
}


class DoesNotFit(Refused):
    """The line cannot be that: another amount, account or direction."""

    code = "does_not_fit"


@dataclass(frozen=True)
class OpenLine:
    """An open line, with its account and the line that undoes it, all locked."""

    row: StatementLine
    funding: FundingAccount
    other: StatementLine | None


def not_done(doing: Doing, why: str) -> str:
    """The no to one of the three deeds about a line, and why."""
    return str(_NOT_DONE[doing]).format(why=why)


def locked(line_id: int, other_line_id: int | None, *, doing: Doing) -> OpenLine:
    """The account first, as reading a statement does; then the lines. Raises `Conflict` when one is matched."""
    ids = sorted({pk for pk in (line_id, other_line_id) if pk is not None})
    accounts = StatementLine.objects.filter(pk__in=ids).values_list(
        "statement__funding_account_id", flat=True
    )
    fundings = FundingAccount.objects.in_bulk(set(accounts))
    _locks.statements_of(fundings)
    rows = StatementLine.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk")
    lines = {row.pk: row for row in rows.select_related("statement").defer("statement__body_ciphertext")}
    if len(lines) < len(ids):
        raise Refused(
            not_done(doing, _("there is no such line. Look at the lines without a match.")),
            code="no_line",
        )
    if any(line.matched_at is not None for line in lines.values()):
        raise Conflict(not_done(doing, _("the line was matched meanwhile. Look again.")))
    row = lines[line_id]
    other = lines[other_line_id] if other_line_id is not None else None
    return OpenLine(row, fundings[row.statement.funding_account_id], other)


def match(line: OpenLine, wish: LineResolution) -> Match | None:
    """Which payments the line moves money of; None where it is none of ours. Raises `DoesNotFit`, `Conflict`."""
    named = {
        Verdict.PAYMENT: wish.attempt_id,
        Verdict.FILE: wish.submission_id,
        Verdict.UNDONE: wish.other_line_id,
    }
    if sum(pk is not None for pk in named.values()) != (wish.verdict in named) or (
        wish.verdict in named and named[Verdict(wish.verdict)] is None
    ):
        raise DoesNotFit(_("Not done: name the payment, the file or the other line, and only that."))
    if wish.verdict == Verdict.PAYMENT:
        return _payment(line, wish.attempt_id or 0)
    if wish.verdict == Verdict.FILE:
        return _file(line, wish.submission_id or 0)
    if line.other is not None:
        same = line.other.statement.funding_account_id == line.funding.pk
        if not same or line.other.amount_minor != -line.row.amount_minor:
            raise DoesNotFit(
                _("Not done: a line is undone by one of the opposite amount on the same account.")
            )
    return None


def _payment(line: OpenLine, attempt_id: int) -> Match:
    attempts = Attempt.objects.filter(pk=attempt_id, submission__batch__funding_account=line.funding)
    _locks.payouts(attempts.values_list("payout_id", flat=True))
    attempt = attempts.select_related("payout").first()
    if attempt is None:
        raise DoesNotFit(_("Not done: it was not paid from {funding}.").format(funding=line.funding.code))
    amount = line.row.amount_minor
    kind = LineKind.RETURN if amount > 0 else LineKind.DEBIT
    if kind == LineKind.DEBIT and -amount != attempt.amount_minor:
        raise DoesNotFit(
            _("Not done: {end_to_end_id} has another amount.").format(end_to_end_id=attempt.end_to_end_id)
        )
    if kind == LineKind.RETURN and amount > attempt.amount_minor:
        raise DoesNotFit(
            _("Not done: more came back than {end_to_end_id} had sent.").format(
                end_to_end_id=attempt.end_to_end_id
            )
        )
    booked = Q(attempt=attempt)
    if kind == LineKind.DEBIT:
        booked |= Q(submission_id=attempt.submission_id, attempt__isnull=True)
    if StatementLine.objects.filter(booked, kind=kind).exists():
        raise Conflict(
            _("Not done: {end_to_end_id} has such a line already.").format(
                end_to_end_id=attempt.end_to_end_id
            )
        )
    return Match(kind, (attempt,), attempt.submission_id)


def _file(line: OpenLine, submission_id: int) -> Match:
    inside = Attempt.objects.filter(submission=submission_id, submission__batch__funding_account=line.funding)
    _locks.payouts(inside.values_list("payout_id", flat=True))
    rows = inside.select_related("payout").order_by("pk")
    attempts = tuple(each for each in rows if each.ended_because not in settlement.NEVER_LEFT)
    if not attempts:
        raise DoesNotFit(
            _("Not done: nothing of it was paid from {funding}.").format(funding=line.funding.code)
        )
    if sum(each.amount_minor for each in attempts) != -line.row.amount_minor:
        raise DoesNotFit(_("Not done: what left in this file adds up to another amount."))
    if StatementLine.objects.filter(submission=submission_id, kind=LineKind.DEBIT).exists():
        raise Conflict(_("Not done: this file was debited already, whole or in part."))
    return Match(LineKind.DEBIT, attempts, submission_id, whole_file=True)
