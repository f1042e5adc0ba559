"""Why a payout that is not with the bank yet is not: what blocks it, or whose step is next and by when."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from backoffice.audit import holders
from backoffice.words import beside, ended, later, sentences, unended
from payouts.models import Attempt, Payout
from payouts.queries import (
    attempts,
    batch_look,
    batch_words,
    blocks,
    explain,
    outside,
    rails,
    recorded,
)
from payouts.queries.why import acting, keeping, releasing
from payouts.queries.why.acting import FINDERS
from payouts.queries.why.causes import Cause, Explanation, Facts, most_secret
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

_LEFT = {
    PayoutStatus.PENDING_REVIEW: later("an analyst reviews it, another person approves it"),
    PayoutStatus.REVIEWED: later("a second person approves it"),
    PayoutStatus.APPROVED: later("it goes into a batch"),
    PayoutStatus.BATCHED: later("its batch goes out"),
}
_WAITING = {
    PayoutStatus.PENDING_REVIEW: (
        later("waits for an analyst's review, then for another person's approval"),
        later("an analyst"),
        Cause.TO_REVIEW,
    ),
    PayoutStatus.REVIEWED: (
        later("was reviewed and waits for a second person's approval"),
        later("an approver"),
        Cause.TO_APPROVE,
    ),
    PayoutStatus.APPROVED: (
        later("is approved and waits to be put into a batch"),
        later("nobody whose role allows it"),
        Cause.TO_BATCH,
    ),
}
_IF = {
    PayoutStatus.PENDING_REVIEW: later("If it is approved, batched and sent {when}."),
    PayoutStatus.REVIEWED: later("If it is approved, batched and sent {when}."),
    PayoutStatus.APPROVED: later("If that is sent {when}."),
}
# What a payout over a cap waits for, in place of the step that would lead nowhere.
_OVER = {Cause.TO_APPROVE: Cause.OVER_CAP, Cause.TO_BATCH: Cause.CAPPED}


def of(*, payout: Payout, now: datetime, known: keeping.Known | None = None) -> Explanation:
    """The paragraph for a payout that is still in our hands. ``known`` is shared by those of one answer."""
    told = _of(payout, now, known or keeping.Known())
    out = _taken_out(payout)
    return replace(told, text=sentences(told.text, out), shared="") if out else told


def _of(payout: Payout, now: datetime, known: keeping.Known) -> Explanation:
    found = blocks.of(payouts=[payout]).get(payout.pk, [])
    lost = outside.known(payouts=[payout])
    if payout.pk in lost:
        return _lost(payout, lost[payout.pk], found)
    if found:
        return _blocked(payout, found, now, known)
    if payout.status == PayoutStatus.BATCHED:
        return _batched(payout, now, known)
    return _waiting(payout, now, known)


def _waiting(payout: Payout, now: datetime, known: keeping.Known) -> Explanation:
    """Whose step is next, and what keeps it from leaving after that: a cap first that keeps it from being approved."""
    words, actor, cause = _WAITING[PayoutStatus(payout.status)]
    text = _("Payout {reference} {words}.").format(reference=payout.reference, words=words)
    if cause is Cause.TO_BATCH:
        actor = holders.whoever("payouts.propose_batch") or actor
    stop, capped = _stop(payout), keeping.capped(payout=payout, now=now, known=known)
    kept, facts = _kept(stop, capped), _facts(payout)
    if kept:
        text = sentences(text, kept, keeping.no_date())
    else:
        day, when = explain.paid_on(payout=payout, now=now), explain.if_approved(payout=payout, now=now)
        text = sentences(text, _IF[PayoutStatus(payout.status)].format(when=when) if when else "")
        facts = _facts(payout, paid=day)
    if capped is not None and cause in _OVER:
        actor, cause = capped.actor, _OVER[cause]
    refused = _refused_before(payout)
    if refused:
        return _told(payout, sentences(text, refused), actor, Cause.BANK_REFUSED, facts)
    return _told(payout, text, actor, cause, facts)


def _stop(payout: Payout) -> str:
    return rails.stopped_words(keeping.rail_of(payout))


def _kept(stop: str, capped: keeping.Capped | None) -> str:
    """What keeps it besides, the nearest first: the cap before which nobody can approve, then the rail, then a cap."""
    over = capped.words if capped is not None else ""
    return sentences(over, stop) if capped is not None and capped.first else sentences(stop, over)


def _told(payout: Payout, text: str, actor: str, cause: Cause, facts: Facts | None = None) -> Explanation:
    return Explanation(text, actor, cause, facts or _facts(payout), PayoutStatus(payout.status))


def _facts(payout: Payout, *, until: date | None = None, paid: date | None = None) -> Facts:
    money = Money(payout.amount_minor, payout.currency)
    return Facts(reference=str(payout.reference), money=money, until=until, paid=paid)


def _lost(payout: Payout, end_to_end_id: str, found: list[blocks.Block]) -> Explanation:
    """The bank may have paid it: nothing of what would be next is told, for it never goes out from here."""
    text = _("Payout {reference} is not sent from here. {handed_before} Then cancel it.").format(
        reference=payout.reference, handed_before=handed_before(end_to_end_id)
    )
    if found:
        besides = beside(dict.fromkeys(block.reason for block in found))
        text = sentences(text, _("Besides: {found}.").format(found=besides))
    return _told(payout, text, FINDERS, Cause.KNOWN_OUTSIDE)


def handed_before(end_to_end_id: str) -> str:
    """What is known of a payment that this database lost, and what is to be found out."""
    return _(
        "The bank was handed it as {end_to_end_id} before this database was restored "
        "from a backup. Find out whether the bank paid it; if so, take it off the "
        "balance with an adjustment."
    ).format(end_to_end_id=end_to_end_id)


def _blocked(payout: Payout, found: list[blocks.Block], now: datetime, known: keeping.Known) -> Explanation:
    """What blocks it and what ends that, then what keeps it back besides; a day only where nothing does."""
    steps = [releasing.step(payout=payout, block=block, now=now) for block in found]
    reasons = beside(dict.fromkeys(block.reason for block in found))
    nexts = sentences(*dict.fromkeys(str(words) for step in steps for words in step.words))
    refused = _refused_before(payout)
    stop = _stop(payout)
    batched = payout.status == PayoutStatus.BATCHED
    capped = None if batched else keeping.capped(payout=payout, now=now, known=known)
    kept = _kept(stop, capped)
    start = releasing.over(steps, now) if not kept else None
    when = explain.if_approved(payout=payout, now=start) if start is not None else ""
    dated = _("If all of that is done {when}.").format(when=when) if when else keeping.no_date()
    text = sentences(
        _("Payout {reference} does not go on: {reasons}.").format(
            reference=payout.reference, reasons=reasons
        ),
        refused,
        nexts,
        _then(len(found)).format(left=_LEFT[PayoutStatus(payout.status)]),
        kept,
        dated,
    )
    cause = most_secret([step.cause for step in steps])
    zone = ZoneInfo(explain.zone_of(payout.country))
    until = next(step.start for step in steps if step.cause is cause) if not kept else None
    facts = _facts(
        payout,
        until=until.astimezone(zone).date() if until is not None else None,
        paid=explain.paid_on(payout=payout, now=start) if start is not None else None,
    )
    actors = acting.together(step.actor for step in steps)
    told = _told(payout, text, actors, cause, facts)
    if refused or capped is not None:
        return told
    each = (
        _("Then each goes on from where it stands.")
        if len(found) == 1
        else _("None of them goes on before all of that is over; then each from where it stands.")
    )
    return replace(told, shared=sentences(ended(reasons), nexts, each, kept, dated))


def _then(blocked_by: int) -> str:
    """What follows; of several that block it, the end of one alone lets nothing go on."""
    if blocked_by == 1:
        return _("Then it goes on from where it stands: {left}.")
    return _("The payout does not go on before all of that is over; then from where it stands: {left}.")


def _refused_before(payout: Payout) -> str:
    """What the bank said when it refused the last hand-over; empty where there was none, or another end to it."""
    last = (
        Attempt.objects.filter(payout=payout)
        .select_related("submission")
        .defer("submission__body_ciphertext")
        .order_by("-number")
        .first()
    )
    if last is None or last.ended_because != "rejected":
        return ""
    fact = last.facts.filter(kind="rejected").order_by("-pk").first()
    said = attempts.plain(fact) if fact is not None else attempts.refused(last.submission)
    return _("It was handed over before, and never left. {said}").format(said=said)


def _taken_out(payout: Payout) -> str:
    """From which batch it was last taken out, by whom, when and why; empty where it was not, or is in one again."""
    if payout.status == PayoutStatus.BATCHED:
        return ""
    item = payout.batch_items.select_related("batch").order_by("-pk").first()
    by = batch_look.left_by([item]).get(item.pk) if item is not None else None
    if item is None or by is None:  # never in one, or it went out with it
        return ""
    because = unended(recorded.perhaps(item.left_because))
    return _("It was taken out of batch {batch} ({by}): {because}.").format(
        batch=item.batch.reference, by=by, because=because
    )


def _batched(payout: Payout, now: datetime, known: keeping.Known) -> Explanation:
    """Whether its batch waits for its approval, then what keeps it from leaving, the stopped rail before a cap."""
    batch = payout.batch
    assert batch is not None  # a constraint: what is BATCHED has a batch
    by, stop = explain.deadline(batch, now), _stop(payout)
    capped = keeping.capped(payout=payout, now=now, known=known)
    name = _("Payout {reference} is in batch {batch}").format(
        reference=payout.reference, batch=batch.reference
    )
    kept = _kept(stop, capped)
    if kept:
        then = sentences(kept, keeping.no_date())
        going = _facts(payout)
    else:
        then = _("Sent by {cut_off_at}, it is paid on {value_date}.").format(
            cut_off_at=explain.clock(by.cut_off_at, explain.bank_zone(batch)),
            value_date=explain.day(by.value_date),
        )
        in_time = batch.status != BatchStatus.PROPOSED and now < batch.cut_off_at  # nobody else has to act
        going = _facts(payout, until=by.value_date if in_time else None, paid=by.value_date)
    if batch.status == BatchStatus.PROPOSED:
        text = _("{name}, which waits for a treasurer's approval. {then}").format(name=name, then=then)
        if capped is not None and capped.first:
            return _told(payout, text, capped.actor, Cause.CAPPED, going)
        miss = batch_words.missed().filter(batch=batch).first()
        if miss is None:
            return _told(payout, text, _("a treasurer"), Cause.BATCH_TO_APPROVE, going)
        text = sentences(batch_words.missed_words(miss), text)
        return _told(payout, text, _("a treasurer"), Cause.CUT_OFF_MISSED, going)
    if kept:
        text = _("{name}, which is approved. {then}").format(name=name, then=then)
        actor, cause = _("a treasurer"), Cause.RAIL_STOPPED
        if capped is not None and not stop:
            actor, cause = capped.actor, Cause.CAPPED
        return _told(payout, text, actor, cause, going)
    text = _("{name}, which is about to be sent. {then}").format(name=name, then=then)
    return _told(payout, text, _("nobody"), Cause.LEAVING, going)
