"""A statement line that matches nothing: one person says what it is, another confirms, and only then it is booked."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from payouts.models import Attempt, LineKind, LineResolution
from payouts.operations import _bookings, _contradictions, _fitting, _lines, settlement
from payouts.operations._matching import Match
from sellers import vault
from sellers.ledger.models import Book

PERMISSION = "payouts.reconcile"
LARGEST_DOCUMENT = 5 * 1024 * 1024
Verdict = LineResolution.Verdict
BOOKS: Mapping[str, Book] = {
    Verdict.CHARGES: Book.BANK_CHARGES,
    Verdict.FUNDS: Book.PSP_CLEARING,
    Verdict.OTHER: Book.ADJUSTMENTS,
}
"""Where money goes that is no payment of ours."""


class OwnProposal(Refused):
    """Who says what a line is does not confirm it."""

    code = "four_eyes"


class NeverLeft(Refused):
    """The attempt ended because its money never left; its payout is on hold and an incident stands."""

    code = "never_left"


def propose(
    *,
    line_id: int,
    verdict: str,
    evidence: str,
    attempt_id: int | None = None,
    submission_id: int | None = None,
    other_line_id: int | None = None,
    document_name: str = "",
    document: bytes = b"",
    actor: Actor,
    now: datetime,
) -> LineResolution:
    """One person's word of what the line is stands, to be confirmed by another; nothing is booked yet.

    A payment's debit has its amount, its return at most that; a file's debit is the sum of what left of it; a line
    that undoes another has the opposite amount on the same account. "other" needs a document, kept encrypted. Raises
    `DoesNotFit`, `NeverLeft`, `Refused` for papers that lack, `Conflict` when the line is matched or a proposal
    stands, `NotAllowed`.
    """
    with transaction.atomic():
        authority.require(actor=actor, permission=PERMISSION)
        _check_papers(verdict, evidence, document_name, document)
        line = _fitting.locked(line_id, other_line_id, doing="proposed")
        named = {"attempt_id": attempt_id, "submission_id": submission_id, "other_line_id": other_line_id}
        wish = LineResolution(line=line.row, verdict=verdict, evidence=evidence.strip(), **named)
        denied = _denied(line, _fitting.match(line, wish), actor, now)
        if not denied:
            wish.proposed_by_id, wish.proposed_at = actor.person_id, now
            _add_document(wish, document_name, document)
            _stand(wish)
            _record("propose", wish, actor, now)
    _refuse(denied)
    return wish


def confirm(*, resolution_id: int, actor: Actor, now: datetime) -> LineResolution:
    """Another person confirms, and the line is what was proposed: matched and booked.

    A return is told as every return is: its payout is RETURNED, its money the seller's again, once. Raises
    `OwnProposal`, `DoesNotFit`, `NeverLeft`, `Conflict` when the line matched or the proposal ended, `NotAllowed`.
    """
    with transaction.atomic():
        authority.require(actor=actor, permission=PERMISSION)
        found = _found(resolution_id)
        line = _fitting.locked(found.line_id, found.other_line_id, doing="confirmed")
        wish = _standing(resolution_id, doing="confirmed")
        if wish.proposed_by_id == actor.user_id:
            raise OwnProposal(_("Not confirmed: it is your own proposal. Another person must confirm it."))
        match = _fitting.match(line, wish)
        denied = _denied(line, match, actor, now)
        if not denied:
            wish.confirmed_by_id, wish.confirmed_at = actor.user_id, now
            wish.save(update_fields=["confirmed_by", "confirmed_at"])
            _book(line, wish, match, now)
            _record("confirm", wish, actor, now)
    _refuse(denied)
    return wish


@transaction.atomic
def dismiss(*, resolution_id: int, actor: Actor, now: datetime) -> LineResolution:
    """The proposal does not stand, also by who made it; another may be made. Raises `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission=PERMISSION)
    wish = _standing(resolution_id, doing="dismissed")
    wish.dismissed_by_id, wish.dismissed_at = actor.person_id, now
    wish.save(update_fields=["dismissed_by", "dismissed_at"])
    _record("dismiss", wish, actor, now)
    return wish


@transaction.atomic
def read_document(*, resolution_id: int, actor: Actor, now: datetime) -> tuple[str, bytes]:
    """The document's name and plain bytes; that it was read is recorded. Raises `Refused`, `NotAllowed`."""
    authority.require(actor=actor, permission="payouts.see_reconciliation")
    wish = _found(resolution_id)
    if wish.document_ciphertext is None:
        raise Refused(_("No document came with this proposal."), code="no_document")
    aad = vault.place("payouts.LineResolution", wish.line_id, wish.document_sha256)
    plain = vault.decrypt_blob(wish.document_ciphertext, ring=vault.keyring(), aad=aad)
    _record("read_document", wish, actor, now)
    return wish.document_name, plain


def _check_papers(verdict: str, evidence: str, document_name: str, document: bytes) -> None:
    if verdict not in Verdict.values:
        raise Refused(_("Not proposed: say what the line is."), code="bad_verdict")
    if not evidence.strip():
        raise Refused(_("Not proposed: write how you know, for those who check it."), code="reason_missing")
    if len(document) > LARGEST_DOCUMENT:
        raise Refused(_("Not proposed: the document is larger than 5 MB."), code="document_too_large")
    if verdict == Verdict.OTHER and not (document and document_name.strip()):
        raise Refused(
            _("Not proposed: what nobody can explain needs a document, such as the bank's letter."),
            code="document_missing",
        )


def _found(resolution_id: int) -> LineResolution:
    found = LineResolution.objects.filter(pk=resolution_id).first()
    if found is None:
        raise Refused(_("There is no such proposal. Look at the lines without a match."), code="no_proposal")
    return found


def _standing(resolution_id: int, *, doing: _fitting.Doing) -> LineResolution:
    """The proposal, locked. Raises `Conflict` when it ended."""
    rows = LineResolution.objects.select_for_update(of=("self",)).select_related("line")
    wish = rows.filter(pk=resolution_id).first() or _found(resolution_id)
    if wish.confirmed_at is not None or wish.dismissed_at is not None:
        raise Conflict(
            _fitting.not_done(doing, _("this proposal was confirmed or dismissed already. Look again."))
        )
    return wish


def _denied(line: _fitting.OpenLine, match: Match | None, actor: Actor, now: datetime) -> Sequence[Attempt]:
    """The attempts the line cannot be about, because they never left; then their payouts are kept from being sent."""
    denied = [each for each in match.attempts if each.ended_because in settlement.NEVER_LEFT] if match else []
    if denied:
        _contradictions.look_at_line(line=line.row, attempts=denied, rail=line.funding.rail, now=now)
        data = {"attempts": [each.end_to_end_id for each in denied], "amount_minor": line.row.amount_minor}
        recording.record(actor=actor, action="break.contradiction", subject=line.row, data=data, now=now)
    return denied


def _refuse(denied: Sequence[Attempt]) -> None:
    """Said after the commit: what the line proves must stand."""
    if denied:
        raise NeverLeft(
            _(
                "Not done: {end_to_end_id} ended because it never left. If the bank did move "
                "its money, it must not be paid again: its payout is on hold and an incident "
                "is open. Close it with what you find."
            ).format(end_to_end_id=denied[0].end_to_end_id)
        )


def _add_document(wish: LineResolution, name: str, document: bytes) -> None:
    if not document:
        return
    wish.document_name = name.strip()[-200:]
    wish.document_sha256 = hashlib.sha256(document).hexdigest()
    aad = vault.place("payouts.LineResolution", wish.line_id, wish.document_sha256)
    wish.document_ciphertext = vault.encrypt_blob(document, ring=vault.keyring(), aad=aad)


def _stand(wish: LineResolution) -> None:
    undone = LineResolution.objects.filter(dismissed_at__isnull=True, confirmed_at__isnull=True)
    lines = [pk for pk in (wish.line_id, wish.other_line_id) if pk is not None]
    taken = undone.filter(Q(line__in=lines) | Q(other_line__in=lines)).exists()
    try:
        with transaction.atomic():
            if not taken:
                wish.save()
    except IntegrityError:  # the account is locked: only a door that goes around us comes here
        taken = True
    if taken:
        raise Conflict(_("Not proposed: a proposal waits already. Confirm or dismiss it first."))


def _book(line: _fitting.OpenLine, wish: LineResolution, match: Match | None, now: datetime) -> None:
    line.row.resolution = wish
    if match is not None:
        _lines.settle(pairs=[(line.row, match)], funding=line.funding, now=now)
        return
    _lines.explain(line=line.row, kind=LineKind(wish.verdict), now=now)
    if line.other is not None:  # the two together moved nothing: suspense is even
        line.other.resolution = wish
        _lines.explain(line=line.other, kind=LineKind.UNDONE, now=now)
    else:
        _bookings.move_to(line=line.row, book=BOOKS[wish.verdict], funding=line.funding, now=now)


def _record(what: str, wish: LineResolution, actor: Actor, now: datetime) -> None:
    data = {"line": wish.line_id, "verdict": wish.verdict, "amount_minor": wish.line.amount_minor}
    named = {"attempt": wish.attempt_id, "submission": wish.submission_id, "other_line": wish.other_line_id}
    data |= {name: pk for name, pk in named.items() if pk is not None}
    recording.record(actor=actor, action=f"break.{what}", subject=wish, data=data, now=now)
