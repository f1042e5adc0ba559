"""One batch as people understand it: where it stands, who has to act, what happens next and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.models import Event
from backoffice.words import ended, later, number, sentences
from payouts.countries import calendars
from payouts.models import Batch, MissedCutOff, Submission
from payouts.queries import attempts, batches, explain, leaving, rails, recorded
from payouts.states import BatchStatus, SubmissionStatus

_STATES = {
    SubmissionStatus.PREPARED: later("prepared"),
    SubmissionStatus.DELIVERING: later("being handed over"),
    SubmissionStatus.ACCEPTED: later("accepted"),
    SubmissionStatus.REJECTED: later("refused"),
    SubmissionStatus.UNKNOWN: later("unknown"),
}


def missed() -> "QuerySet[MissedCutOff]":
    """Missed cut-offs of batches that still wait for their new approval, oldest first."""
    waiting = MissedCutOff.objects.filter(batch__status=BatchStatus.PROPOSED)
    newest = waiting.order_by("batch_id", "-pk").distinct("batch_id").values("pk")
    return (
        MissedCutOff.objects.filter(pk__in=newest)
        .select_related("batch__funding_account", "approved_by")
        .order_by("pk")
    )


def missed_words(miss: MissedCutOff) -> str:
    """What happened to the approval, and what it would be for now."""
    batch = miss.batch
    cut_off = explain.clock(miss.cut_off_at, explain.bank_zone(batch))
    who = miss.approved_by.get_full_name() or miss.approved_by.get_username()
    return _(
        "{reference} was not handed over before its cut-off, {cut_off}: nothing was "
        "sent. {who} approved it for {value_date}, so its approval is asked for again."
    ).format(reference=batch.reference, cut_off=cut_off, who=who, value_date=explain.day(miss.value_date))


def since_opened(batch: Batch, *, was: str) -> str:
    """What happened to a batch since its page was opened, when it ``was`` of this status.

    That an approved one is handed over whole is what its approver, who is led to that page, waits for, and no surprise.
    The seal says whether it is whole: what left may have been written down as of a moment before the approval.
    """
    words = ""
    if was == BatchStatus.APPROVED and batch.status == BatchStatus.SUBMITTING:
        words = _("As it was approved, the batch is being handed to the bank.")
    elif was in (BatchStatus.APPROVED, BatchStatus.SUBMITTING) and batch.status == BatchStatus.SUBMITTED:
        words = _("As it was approved, the batch was handed to the bank.")
    if words and batches.seal_of(batch.pk) == batch.digest:
        return words
    return _("The batch has moved on since you opened this page.")


@dataclass(frozen=True)
class Dissolved:
    """Who dissolved a batch, in the reader's words, and why."""

    who: str
    why: str


def dissolved(batch: Batch) -> Dissolved | None:
    """Who took a dissolved batch apart, a person or the program; None where the audit trail does not say."""
    event = (
        Event.objects.filter(
            subject_type=Batch._meta.label_lower, subject_id=batch.pk, action="batch.dissolve"
        )
        .select_related("actor")
        .order_by("pk")
        .last()
    )
    if event is None:
        return None
    if event.actor is None:
        return Dissolved(_("The program"), _("nothing of it could be sent; why stands at each payout"))
    return Dissolved(
        event.actor.get_full_name() or event.actor.get_username(), str(event.data.get("reason", ""))
    )


def next_step(*, batch: Batch, deadline: calendars.Deadline, going: leaving.Leaving, now: datetime) -> str:
    """Where the batch stands, who acts, and by when, or what it waits for while its rail is stopped.

    ``deadline`` is the one its approval would be for, ``going`` what of a proposed one leaves then.
    """
    name = str(batch.reference)
    by = explain.clock(deadline.cut_off_at, explain.bank_zone(batch))
    paid = _("its payouts are paid on {value_date}").format(value_date=explain.day(deadline.value_date))
    if batch.status == BatchStatus.DISSOLVED:
        words = (
            _("{name} was dissolved: nothing of it was sent, and its payouts can go into other batches.")
            if batches.let_go(batch)
            else _("{name} was dissolved: nothing was in it any more, and nothing of it was sent.")
        )
        return words.format(name=name)
    stopped = stopped_words(batch)
    if batch.status == BatchStatus.PROPOSED:
        return _proposed(batch, going, by=by, paid=paid, stopped=stopped)
    if batch.status == BatchStatus.APPROVED:
        return _approved(batch, by=by, paid=paid, stopped=stopped, late=now >= batch.cut_off_at)
    unknown = Submission.objects.filter(batch=batch, status=SubmissionStatus.UNKNOWN).count()
    tail = (
        _("Of {unknown} of its hand-overs nobody knows what became: the bank is being asked.").format(
            unknown=unknown
        )
        if unknown
        else ""
    )
    if batch.status == BatchStatus.SUBMITTING:
        rest = _("What of it is not handed over yet waits until then.") if stopped else ""
        return sentences(_("{name} is being handed over.").format(name=name), stopped, rest, tail)
    if batch.status == BatchStatus.SUBMITTED:
        one = Submission.objects.filter(batch=batch).select_related("batch").defer("body_ciphertext").first()
        payees = explain.zone_of(batch.country)
        due = attempts.due_words(one, payees, now=now) if one is not None and not unknown else ""
        return sentences(_("{name} is handed over.").format(name=name), due, tail)
    return _("{name} is settled: every payout in it was paid, refused, failed or returned.").format(name=name)


def stopped_words(batch: Batch) -> str:
    """Who stopped its rail, and who lets it go on; empty where nothing is to be handed over, or it is not stopped."""
    if batch.status not in (BatchStatus.PROPOSED, BatchStatus.APPROVED, BatchStatus.SUBMITTING):
        return ""
    return rails.stopped_words(batch.rail)


def _approved(batch: Batch, *, by: str, paid: str, stopped: str, late: bool) -> str:
    """By when it is handed over; ``stopped``, what it waits for, and what becomes of it where that is too ``late``."""
    if not stopped:
        words = _(
            "{name} is about to be handed over. By {by}, {paid}; later, its approval is asked for again."
        )
    elif late:
        words = _(
            "{name} is approved and waits. {stopped} Its cut-off has passed: its approval is asked for again then."
        )
    else:
        words = _(
            "{name} is approved and waits. {stopped} Handed over by {by}, {paid}; later, its approval is asked "
            "for again."
        )
    return words.format(name=batch.reference, by=by, paid=paid, stopped=stopped)


def _proposed(batch: Batch, going: leaving.Leaving, *, by: str, paid: str, stopped: str) -> str:
    """Who approves it, and by when; or that nobody can."""
    name = str(batch.reference)
    if going.full:
        words = ngettext(
            "Nobody can approve {name}: {n} payout of it does not fit the cap of its funding account, and is taken out "
            "first.",
            "Nobody can approve {name}: {n} payouts of it do not fit the cap of its funding account, and are taken out "
            "first.",
            len(going.full),
        )
        return sentences(words.format(name=name, n=number(len(going.full))), going.room, stopped)
    if not going.count:
        return (
            _(
                "Nothing of {name} may leave: something keeps back every payout in it. Nobody can approve it "
                "before that ends."
            )
            if batch.item_count
            else _("Every payout has left {name}: nobody can approve it any more. Dissolve it.")
        ).format(name=name)
    last = missed().filter(batch=batch).first()
    proposer = batch.proposed_by.get_full_name() or batch.proposed_by.get_username()
    words = sentences(
        missed_words(last) if last is not None else "",
        _("{name} waits for a treasurer other than {proposer}, who proposed it.").format(
            name=name, proposer=proposer
        ),
    )
    told = (
        _("{words} {stopped} Approved before, it waits until then. Handed over by {by}, {paid}.")
        if stopped
        else _("{words} Handed over by {by}, {paid}.")
    )
    return told.format(words=words, stopped=stopped, by=by, paid=paid)


@dataclass(frozen=True)
class Handed:
    """What was sent when and what was said, for the whole batch. ``unknown`` are those to be found out about."""

    sent: str
    said: Sequence[attempts.Said]
    unknown: Sequence[Submission]


def handed_over(batch: Batch) -> Handed | None:
    """The hand-overs of a batch in a few sentences; None before the first."""
    zone = explain.bank_zone(batch)
    ours = Submission.objects.filter(batch=batch).defer("body_ciphertext")
    span = ours.aggregate(first=Min("delivered_at"), last=Max("delivered_at"), count=Count("pk"))
    if span["first"] is None:
        return None
    unknown = list(ours.filter(status=SubmissionStatus.UNKNOWN).order_by("status_at", "pk")[:5])
    file = ours.filter(payout__isnull=True).first()
    first, last = (explain.clock(span[each], zone) for each in ("first", "last"))
    if file is not None:
        sent = _("One file of {body_bytes} bytes as {key}, first handed over {first}.").format(
            body_bytes=number(file.body_bytes), key=file.key, first=first
        )
        words = recorded.perhaps(file.answer_text) or _("Nothing came back yet.")
        said = [attempts.Said(explain.clock(file.status_at, zone), words)]
        return Handed(sent, said, unknown)
    when = first if first == last else _("{first} to {last}").format(first=first, last=last)
    calls = (
        _("1 call")
        if span["count"] == 1
        else _("{count} calls, one for each payout").format(count=number(span["count"]))
    )
    counts = dict(ours.values_list("status").annotate(number=Count("pk")).order_by())
    words = ", ".join(
        f"{number(counts[status])} {word}" for status, word in _STATES.items() if status in counts
    )
    return Handed(ended(f"{calls}, {when}"), [attempts.Said("", ended(words))], unknown)
