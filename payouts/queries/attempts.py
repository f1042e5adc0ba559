"""Each hand-over of a payout as people understand it: what was sent when, what the bank said, what happens next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _

from backoffice.words import ended, later, sentences
from payouts.models import Attempt, BankFact, Disposal, Payout, Submission
from payouts.queries import explain, rail_words, recalls, recorded
from payouts.rails import base, reasons
from payouts.states import PayoutStatus, SubmissionStatus
from sellers.ledger import written
from sellers.ledger.money import Money

SAID = {
    BankFact.Kind.ACCEPTED: later("The bank accepted it."),
    BankFact.Kind.REJECTED: later("The bank refused it."),
    BankFact.Kind.PAID: later("The bank reports it paid."),
    BankFact.Kind.FAILED: later("The bank could not deliver it."),
    BankFact.Kind.RETURNED: later("The money came back."),
}


@dataclass(frozen=True)
class Said:
    """One thing the bank said, in plain words. ``code`` is the bank's own, for those who look it up."""

    at: str
    words: str
    code: str = ""


@dataclass(frozen=True)
class Story:
    """One attempt: moments are by the clock of the bank that paid (`explain.bank_zone`)."""

    attempt: Attempt
    money: Money
    sent: str
    said: Sequence[Said]
    follows: str


def of_payout(*, payout: Payout, now: datetime) -> list[Story]:
    """The attempts of one payout, newest first."""
    rows = (
        Attempt.objects.filter(payout=payout)
        .select_related("submission__batch__funding_account")
        .prefetch_related("facts")
    )
    attempts = list(rows.defer("submission__body_ciphertext").order_by("-number"))
    zones = [explain.bank_zone(attempt.submission.batch) for attempt in attempts]
    return [
        Story(
            attempt=attempt,
            money=Money(attempt.amount_minor, payout.currency),
            sent=sent_words(attempt, zone),
            said=_said(attempt, payout, zone),
            follows=_follows(attempt, payout, newest=position == 0, zone=zone, now=now),
        )
        for position, (attempt, zone) in enumerate(zip(attempts, zones, strict=True))
    ]


def sent_words(attempt: Attempt, zone: str) -> str:
    """When it was handed over, how often, over which rail."""
    submission = attempt.submission
    if submission.delivered_at is None:
        return _("It was not handed over yet.")
    words = _("Handed over {delivered_at} over {rail} as {key}").format(
        delivered_at=explain.clock(submission.delivered_at, zone),
        rail=rail_words.called(submission.rail),
        key=submission.key,
    )
    if submission.deliveries > 1:
        words += _("; the same bytes {deliveries} times in all").format(deliveries=submission.deliveries)
    return ended(words)


def plain(fact: BankFact) -> str:
    """What the bank said, in a sentence that people can pass on; its own words after it where it used any."""
    kind = BankFact.Kind(fact.kind)
    words = SAID[kind]
    if fact.code and kind is not BankFact.Kind.PAID and kind is not BankFact.Kind.ACCEPTED:
        words = sentences(words, reasons.explain(fact.code, kind=base.ReportKind(kind.value)).sentence)
    if fact.text and fact.text.rstrip(".") not in words:
        words = sentences(words, _("It says: “{text}”").format(text=recorded.perhaps(fact.text)))
    return words


def refused(submission: Submission) -> str:
    """Why the bank refused a hand-over: in our words where its code is known, else in its own."""
    known = reasons.known(submission.answer_code, kind=base.ReportKind.REJECTED)
    return (
        _("The bank refused it. {sentence}").format(sentence=known.sentence)
        if known is not None
        else recorded.perhaps(submission.answer_text)
    )


def _said(attempt: Attempt, payout: Payout, zone: str) -> list[Said]:
    """The answer to the hand-over, then the facts, in the order in which they came."""
    submission = attempt.submission
    found = []
    if submission.status == SubmissionStatus.UNKNOWN:
        words = recorded.perhaps(submission.answer_text) or _("Nothing came back.")
        found.append(
            Said(explain.clock(submission.status_at, zone), _("No clear answer. {words}").format(words=words))
        )
    elif submission.status == SubmissionStatus.REJECTED:
        at = explain.clock(submission.status_at, zone)
        found.append(Said(at, refused(submission), submission.answer_code))
    elif submission.answer_text:
        words = recorded.perhaps(submission.answer_text)
        found.append(Said(explain.clock(submission.status_at, zone), words))
    for fact in sorted(attempt.facts.all(), key=lambda each: each.pk):
        at = explain.clock(fact.occurred_at or fact.received_at, zone)
        words = plain(fact)
        if fact.amount_minor is not None and fact.amount_minor != attempt.amount_minor:
            of, all_of_it = (
                written.text(Money(minor, payout.currency))
                for minor in (fact.amount_minor, attempt.amount_minor)
            )
            part = _("It is about {of} of {all_of_it}.").format(of=of, all_of_it=all_of_it)
            words = sentences(words, part)
        found.append(Said(at, words, fact.code))
    return found


def _follows(attempt: Attempt, payout: Payout, *, newest: bool, zone: str, now: datetime) -> str:
    if not newest:
        return _("It is over: the payout was sent again, see above.")
    recall = recalls.open_of(attempt)
    words = (_over(attempt, payout) if attempt.ended_at is not None else "") or _under_way(
        attempt, payout, zone=zone, now=now
    )
    if recall is not None:
        asked = _("The bank has been asked to recall it, {asked_at}.")
        return sentences(words, asked.format(asked_at=explain.clock(recall.asked_at, zone)))
    return words


def _over(attempt: Attempt, payout: Payout) -> str:
    if attempt.ended_because in ("rejected", "never_sent"):
        if payout.status == PayoutStatus.CANCELLED:
            return _("It never left, and the payout was cancelled.")
        return _(
            "It never left. Its payout is approved again and on hold; once that is released "
            "it can go into a batch."
        )
    disposal = Disposal.objects.filter(payout=payout).select_related("new_payout").first()
    if disposal is None:
        return _(
            "The money is the seller's again. An analyst pays it again or adds it to the "
            "seller's next payout."
        )
    if disposal.new_payout is not None:
        return _("The money is paid again as {reference}.").format(reference=disposal.new_payout.reference)
    return _("The money is part of the seller's next payout.")


def _under_way(attempt: Attempt, payout: Payout, *, zone: str, now: datetime) -> str:
    submission = attempt.submission
    if submission.status in (SubmissionStatus.PREPARED, SubmissionStatus.DELIVERING):
        return handing_over(submission, zone)
    if submission.status == SubmissionStatus.UNKNOWN:
        return unknown_words(submission, zone, now=now)
    if payout.status == PayoutStatus.PAID:
        return _("Nothing more. Should the payee's bank still send it back, the money is the seller's again.")
    return due_words(submission, explain.zone_of(payout.country), now=now)


def handing_over(submission: Submission, zone: str) -> str:
    """What follows while a worker hands it over."""
    if submission.lease_until is None:
        return _("A worker is about to hand it over.")
    until = explain.clock(submission.lease_until, zone)
    return _("It is being handed over. If no answer is in by {until}, the bank is asked what it has.").format(
        until=until
    )


def unknown_words(submission: Submission, zone: str, *, now: datetime) -> str:
    """What follows while nobody knows what became of it."""
    due = submission.next_lookup_at
    asked = (
        _("at {due}").format(due=explain.clock(due, zone))
        if due is not None and due > now
        else _("within two minutes")
    )
    alarm = submission.status_at + timedelta(minutes=settings.UNKNOWN_ALERT_MINUTES)
    told = _("From {alarm} it stands on the front page.").format(alarm=explain.clock(alarm, zone))
    return sentences(
        _("Nothing is sent anew before we know."),
        _("The bank is asked again {asked}; if it cannot say, two people decide.").format(asked=asked),
        told if now < alarm else "",
    )


def due_words(submission: Submission, payees: str, *, now: datetime) -> str:
    """What follows once the bank has it: when the money is due, and what to do when that day is over (`late`)."""
    due = _("due at the payee's bank on {value_date}").format(
        value_date=explain.day(submission.batch.value_date)
    )
    if not late(submission, payees, now=now):
        return _("The bank carries it out. It is {due}.").format(due=due)
    return _("It was {due}, and the bank has not reported it: ask the bank.").format(due=due)


def late(submission: Submission, payees: str, *, now: datetime) -> bool:
    """Whether its value date is over in the time zone of the ``payees``, whatever day it is at the bank that pays."""
    return now.astimezone(ZoneInfo(payees)).date() > submission.batch.value_date
