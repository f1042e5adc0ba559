"""One batch as people understand it: where it stands, who has to act, what happens next and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min, QuerySet
from django.utils.translation import gettext as _

from backoffice.words import later, number
from payouts.countries import calendars
from payouts.models import Batch, MissedCutOff, Submission
from payouts.queries import attempts, explain, recorded
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


def next_step(*, batch: Batch, deadline: calendars.Deadline, now: datetime) -> str:
    """Where the batch stands, who acts, and by when. ``deadline`` is the one its approval would be for."""
    name, zone = str(batch.reference), explain.zone_of(batch.country)
    by = explain.clock(deadline.cut_off_at, explain.bank_zone(batch))
    paid = _("its payouts are paid on {value_date}").format(value_date=explain.day(deadline.value_date))
    if batch.status == BatchStatus.DISSOLVED:
        return _(
            "{name} was dissolved: nothing of it was sent, and its payouts can go into other batches."
        ).format(name=name)
    if batch.status == BatchStatus.PROPOSED:
        last = missed().filter(batch=batch).first()
        words = f"{missed_words(last)} " if last is not None else ""
        proposer = batch.proposed_by.get_full_name() or batch.proposed_by.get_username()
        words += _("{name} waits for a treasurer other than {proposer}, who proposed it.").format(
            name=name, proposer=proposer
        )
        return _("{words} Handed over by {by}, {paid}.").format(words=words, by=by, paid=paid)
    if batch.status == BatchStatus.APPROVED:
        return _(
            "{name} is about to be handed over. By {by}, {paid}; later, its approval is asked for again."
        ).format(name=name, by=by, paid=paid)
    unknown = Submission.objects.filter(batch=batch, status=SubmissionStatus.UNKNOWN).count()
    tail = (
        _(" Of {unknown} of its hand-overs nobody knows what became: the bank is being asked.").format(
            unknown=unknown
        )
        if unknown
        else ""
    )
    if batch.status == BatchStatus.SUBMITTING:
        return _("{name} is being handed over.{tail}").format(name=name, tail=tail)
    if batch.status == BatchStatus.SUBMITTED:
        one = Submission.objects.filter(batch=batch).select_related("batch").defer("body_ciphertext").first()
        due = attempts.due_words(one, zone, now=now) if one is not None and not unknown else ""
        return (
            _("{name} is handed over. {due}{tail}")
            .format(name=name, due=due, tail=tail)
            .replace("  ", " ")
            .rstrip()
        )
    return _("{name} is settled: every payout in it was paid, refused, failed or returned.").format(name=name)


@dataclass(frozen=True)
class Handed:
    """What was sent when and what was said, for the whole batch. ``unknown`` are those to be found out about."""

    sent: str
    said: Sequence[attempts.Said]
    unknown: Sequence[Submission]


def handed_over(batch: Batch) -> Handed | None:
    """The hand-overs of a batch in a few sentences; None before the first."""
    zone = explain.zone_of(batch.country)
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
    return Handed(f"{calls}, {when}.", [attempts.Said("", f"{words}.")], unknown)
