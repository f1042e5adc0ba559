"""What happened to a payout, newest first: people and bank in one timeline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.words import labelled, later, later_as
from payouts.models import (
    AccountDecision,
    AccountVersion,
    BankFact,
    Hold,
    Payout,
    PayoutNote,
    Recall,
    RecallState,
    ReleaseRequest,
    SubmissionEvent,
    Transition,
)
from payouts.queries import attempts, recalls, recorded
from payouts.rails import base
from sellers.models import Note, Verification

DONE, WAITING, STOPPED, MOVING, NEUTRAL = "done", "waiting", "stopped", "moving", "neutral"


@dataclass(frozen=True)
class Happening:
    """One entry of a timeline."""

    at: datetime
    title: str
    who: str = ""
    text: str = ""
    meaning: str = NEUTRAL


_TITLES = {
    "create": (later("Payout made"), NEUTRAL),
    "review": (later("Reviewed"), DONE),
    "approve": (later("Approved"), DONE),
    "batch": (later_as("what happened to a payout", "Put into a batch"), MOVING),
    "submit": (later("Handed to the bank"), MOVING),
    "pay": (later("Paid"), DONE),
    "send_back": (later("Sent back to review"), WAITING),
    "take_out": (later("Taken out of its batch"), WAITING),
    "reject": (later("Refused by the bank"), STOPPED),
    "cancel": (later("Cancelled"), STOPPED),
    "fail": (later("Failed"), STOPPED),
    "return": (later("Returned"), STOPPED),
}
_FACTS = {
    "accepted": (later("The bank accepted it"), MOVING),
    "rejected": (later("The bank refused it"), STOPPED),
    "paid": (later("The bank reports it paid"), DONE),
    "failed": (later("The bank could not deliver it"), STOPPED),
    "returned": (later("The money came back"), STOPPED),
}


REQUESTS = ("release_requests__asked_by", "release_requests__withdrawn_by")
_ANSWERS = {
    RecallState.RECALLED: (later("The bank brings it back"), DONE),
    RecallState.REFUSED: (later("The bank refuses to recall it"), STOPPED),
    RecallState.NO_ANSWER: (later("No answer to the recall"), NEUTRAL),
}


def of_payout(*, payout: Payout) -> list[Happening]:
    """Transitions, holds, notes, recalls and what the bank said, newest first."""
    found = [
        *_transitions(Transition.objects.filter(payout=payout).select_related("actor")),
        *_holds(
            Hold.objects.filter(Q(payout=payout) | Q(seller_id=payout.seller_id))
            .select_related("placed_by", "released_by")
            .prefetch_related(*REQUESTS)
        ),
        *_notes(PayoutNote.objects.filter(payout=payout).select_related("written_by")),
        *_facts(BankFact.objects.filter(attempt__payout=payout)),
        *_recalls(recalls.of_payout(payout)),
        *_submissions(SubmissionEvent.objects.filter(submission__attempts__payout=payout)),
    ]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _name(user: object) -> str:
    return (
        str(user.get_full_name() or user.get_username())
        if isinstance(user, get_user_model())
        else capfirst(_("the program"))
    )


def _transitions(rows: Iterable[Transition]) -> Iterable[Happening]:
    for row in rows:
        title, meaning = _TITLES.get(row.name, (row.name.replace("_", " ").capitalize(), NEUTRAL))
        who = "" if row.via == "system" else _name(row.actor) if row.actor else row.actor_name
        # The program moves what it holds, for whoever holds it: its words stand there beside a person's name.
        why = recorded.said(row.reason) if row.via == "system" else recorded.perhaps(row.reason)
        yield Happening(row.at, title, who, why, meaning)


def _holds(rows: Iterable[Hold]) -> Iterable[Happening]:
    for hold in rows:
        what = _("Seller put on hold") if hold.seller_id else _("Put on hold")
        reason = hold.get_reason_display()
        note = recorded.by(hold.placed_by_id, hold.note)
        yield Happening(hold.placed_at, labelled(what, reason), _name(hold.placed_by), note, STOPPED)
        yield from _requests(hold.release_requests.all(), reason)
        if hold.released_at is not None:
            who = _name(hold.released_by)
            yield Happening(
                hold.released_at,
                _("Hold released: {reason}").format(reason=reason),
                who,
                recorded.by(hold.released_by_id, hold.release_note),
                DONE,
            )


def _requests(rows: Iterable[ReleaseRequest], reason: str) -> Iterable[Happening]:
    for row in rows:
        yield Happening(
            row.asked_at,
            _("Release asked for: {reason}").format(reason=reason),
            _name(row.asked_by),
            row.note,
            WAITING,
        )
        if row.withdrawn_at is not None:
            title = _("Release no longer asked for: {reason}").format(reason=reason)
            yield Happening(row.withdrawn_at, title, _name(row.withdrawn_by), row.withdrawn_note)


def _notes(rows: Iterable[PayoutNote]) -> Iterable[Happening]:
    for note in rows:
        yield Happening(note.written_at, _("Note"), _name(note.written_by), note.text)


def _facts(rows: Iterable[BankFact]) -> Iterable[Happening]:
    for fact in rows:
        title, meaning = _FACTS[fact.kind]
        words = attempts.plain(fact).removeprefix(str(attempts.SAID[BankFact.Kind(fact.kind)])).strip()
        yield Happening(fact.received_at, title, "", words, meaning)


def _recalls(rows: Iterable[Recall]) -> Iterable[Happening]:
    for row in rows:
        told = f"{row.reason} ({row.get_channel_display()})"
        yield Happening(
            row.asked_at, _("The bank was asked to recall it"), _name(row.asked_by), told, WAITING
        )
        if row.recorded_at is not None:
            title, meaning = _ANSWERS[RecallState(row.state)]
            yield Happening(row.recorded_at, title, _name(row.recorded_by), row.answer, meaning)


def _submissions(rows: Iterable[SubmissionEvent]) -> Iterable[Happening]:
    for event in rows:
        if event.outcome == base.Outcome.UNKNOWN or event.what in ("lookup", "resolved", "expired"):
            title = {"lookup": _("The bank was asked"), "resolved": _("Decided by two people")}.get(
                event.what, _("No clear answer from the bank")
            )
            text = event.text if event.actor_name else recorded.perhaps(event.text)
            yield Happening(event.at, title, event.actor_name, text, WAITING)


def of_seller(*, seller_id: int, limit: int = 25) -> list[Happening]:
    """The newest happenings to a seller's payouts, accounts and standing, newest first."""
    moves = (
        Transition.objects.filter(payout__seller=seller_id)
        .exclude(name="create")
        .select_related("actor", "payout")
    )
    found = [
        Happening(each.at, f"{row.payout.reference} {each.title.lower()}", each.who, each.text, each.meaning)
        for row in moves.order_by("-id")[:limit]
        for each in _transitions([row])
    ]
    found += _holds(
        Hold.objects.filter(seller_id=seller_id)
        .select_related("placed_by", "released_by")
        .prefetch_related(*REQUESTS)
        .order_by("-id")[:limit]
    )
    versions = AccountVersion.objects.filter(slot__seller=seller_id).select_related("requested_by")
    for version in versions.order_by("-id")[:limit]:
        title = _("Bank account asked for") if version.number == 1 else _("Bank account change asked for")
        found.append(
            Happening(version.requested_at, title, _name(version.requested_by), version.masked, WAITING)
        )
    decisions = AccountDecision.objects.filter(version__slot__seller=seller_id).select_related("decided_by")
    for decision in decisions.order_by("-id")[:limit]:
        title, meaning = (
            (_("Bank account verified"), DONE) if decision.verified else (_("Bank account rejected"), STOPPED)
        )
        found.append(
            Happening(decision.decided_at, title, _name(decision.decided_by), decision.note, meaning)
        )
    findings = Verification.objects.filter(seller=seller_id).select_related("decided_by")
    for finding in findings.order_by("-id")[:limit]:
        title, meaning = (
            (_("Seller verified"), DONE) if finding.passed else (_("Verification failed"), STOPPED)
        )
        found.append(Happening(finding.decided_at, title, _name(finding.decided_by), finding.note, meaning))
    for note in Note.objects.filter(seller=seller_id).select_related("written_by").order_by("-id")[:limit]:
        found.append(Happening(note.written_at, _("Note"), _name(note.written_by), note.text))
    return sorted(found, key=lambda each: each.at, reverse=True)[:limit]
