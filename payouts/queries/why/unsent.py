"""Why a payout that is not with the bank yet is not: what blocks it, or whose step is next and by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from backoffice.audit import authority, holders
from backoffice.words import beside, ended, later, sentences, unended
from payouts.models import Attempt, Batch, Hold, HoldReason, MissedCutOff, Payout
from payouts.models.hold import FOR_COMPLIANCE
from payouts.queries import (
    attempts,
    batch_look,
    batch_words,
    blocks,
    caps,
    explain,
    holds,
    outside,
    rails,
    recorded,
)
from payouts.queries.why import acting, details
from payouts.queries.why.acting import COMPLIANCE, FINDERS, RELEASERS, SELLER_THEN_COMPLIANCE, TWO
from payouts.queries.why.causes import Cause, Explanation, Facts
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

_JUDGED = later("Compliance decides, and a second person confirms; tell the seller nothing of it.")

# Who has to act on a hold of each reason, and what ends it.
HOLDS: Mapping[HoldReason, tuple[str, str]] = {
    HoldReason.ACCOUNT_CHANGE: (
        TWO,
        later("Once it is known which account is right, one person asks for its release, another confirms."),
    ),
    HoldReason.ACCOUNT_REFUSED: (
        SELLER_THEN_COMPLIANCE,
        later(
            "Ask the seller for new bank details. It ends when they are verified and in "
            "effect, or when an approver or compliance knows that the account is right."
        ),
    ),
    HoldReason.AMOUNT_UNUSUAL: (
        RELEASERS,
        later("The hold is released once the amount was compared with what was sold."),
    ),
    HoldReason.DISPUTE: (RELEASERS, later("The hold is released when the dispute is settled.")),
    HoldReason.DOCUMENTS: (
        RELEASERS,
        later("The hold is released when the documents named in its note are there."),
    ),
    HoldReason.FRAUD_SUSPECTED: (COMPLIANCE, _JUDGED),
    HoldReason.COMPLIANCE: (COMPLIANCE, _JUDGED),
    HoldReason.RAIL_REJECTED: (
        RELEASERS,
        later("The hold is released when what the bank refused is mended."),
    ),
    HoldReason.SELLER_REQUEST: (RELEASERS, later("The hold is released when the seller asks for the money.")),
    HoldReason.OTHER: (RELEASERS, later("The hold is released when what its note asks for is found out.")),
}
# A text about the seller's own bank details is given only where nothing else blocks (but see `most_secret`).
_LAST = (Cause.HELD_ACCOUNT_REFUSED, Cause.HELD_ACCOUNT_CHANGE)
_LEFT = {
    PayoutStatus.PENDING_REVIEW: later("an analyst reviews it, another person approves it"),
    PayoutStatus.REVIEWED: later("a second person approves it"),
    PayoutStatus.APPROVED: later("it goes into a batch"),
    PayoutStatus.BATCHED: later("its batch goes out"),
}
_WAITING = {
    PayoutStatus.PENDING_REVIEW: (
        later(
            "waits for an analyst's review, then for another person's approval. If it is "
            "approved, batched and sent"
        ),
        later("an analyst"),
        Cause.TO_REVIEW,
    ),
    PayoutStatus.REVIEWED: (
        later("was reviewed and waits for a second person's approval. If it is approved, batched and sent"),
        later("an approver"),
        Cause.TO_APPROVE,
    ),
    PayoutStatus.APPROVED: (
        later("is approved and waits to be put into a batch. If that is sent"),
        later("nobody whose role allows it"),
        Cause.TO_BATCH,
    ),
}


def of(*, payout: Payout, now: datetime) -> Explanation:
    """The paragraph for a payout that is still in our hands."""
    told = _of(payout, now)
    out = _taken_out(payout)
    return replace(told, text=sentences(told.text, out), shared="") if out else told


def _of(payout: Payout, now: datetime) -> Explanation:
    found = blocks.of(payouts=[payout]).get(payout.pk, [])
    lost = outside.known(payouts=[payout])
    if payout.pk in lost:
        return _lost(payout, lost[payout.pk], found)
    if found:
        return _blocked(payout, found, now)
    if payout.status == PayoutStatus.BATCHED:
        return _batched(payout, now)
    words, actor, cause = _WAITING[PayoutStatus(payout.status)]
    text = _("Payout {reference} {words} {if_approved}.").format(
        reference=payout.reference, words=words, if_approved=explain.if_approved(payout=payout, now=now)
    )
    if payout.status == PayoutStatus.REVIEWED:
        too_large = caps.too_large([payout]).get(payout.pk)
        if too_large is not None:
            text = _("Payout {reference} was reviewed, and nobody can approve it: {too_large}.").format(
                reference=payout.reference, too_large=too_large
            )
            return _told(payout, text, _("an administrator"), Cause.OVER_CAP)
    if cause is Cause.TO_BATCH:
        actor = holders.whoever("payouts.propose_batch") or actor
    facts = _facts(payout, paid=explain.paid_on(payout=payout, now=now))
    refused = _refused_before(payout)
    if refused:
        return _told(payout, sentences(text, refused), actor, Cause.BANK_REFUSED, facts)
    return _told(payout, text, actor, cause, facts)


def most_secret(causes: Sequence[Cause]) -> Cause:
    """Of all that blocks, the cause that decides what the seller is told.

    Where nothing but the verification is wanting besides, new bank details are asked for in the meantime.
    """
    secret = [cause for cause in causes if cause not in _LAST]
    if set(secret) == {Cause.UNVERIFIED} and Cause.HELD_ACCOUNT_REFUSED in causes:
        return Cause.HELD_ACCOUNT_REFUSED
    return (secret or causes)[0]


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


@dataclass(frozen=True)
class _Step:
    """What ends a block, sentence by sentence, and who does it. ``start`` is when it ends: by itself, or at the
    earliest once new bank details may be paid; None while nobody can say.
    """

    words: Sequence[str]
    actor: str
    cause: Cause
    start: datetime | None = None


def _blocked(payout: Payout, found: list[blocks.Block], now: datetime) -> Explanation:
    steps = [_step(payout, block, now) for block in found]
    reasons = beside(dict.fromkeys(block.reason for block in found))
    nexts = sentences(*dict.fromkeys(str(words) for step in steps for words in step.words))
    refused = _refused_before(payout)
    start = _over(steps, now)
    when = explain.if_approved(payout=payout, now=start) if start is not None else ""
    dated = _("If all of that is done {when}.").format(when=when) if when else _("Until then it has no date.")
    text = sentences(
        _("Payout {reference} does not go on: {reasons}.").format(
            reference=payout.reference, reasons=reasons
        ),
        refused,
        nexts,
        _("Then it goes on from where it stands: {left}.").format(left=_LEFT[PayoutStatus(payout.status)]),
        dated,
    )
    cause = most_secret([step.cause for step in steps])
    zone = ZoneInfo(explain.zone_of(payout.country))
    until = next(step.start for step in steps if step.cause is cause)
    facts = _facts(
        payout,
        until=until.astimezone(zone).date() if until is not None else None,
        paid=explain.paid_on(payout=payout, now=start) if start is not None else None,
    )
    actors = acting.together(step.actor for step in steps)
    told = _told(payout, text, actors, cause, facts)
    if refused:
        return told
    shared = sentences(ended(reasons), nexts, _("Then each goes on from where it stands."), dated)
    return replace(told, shared=shared)


def _over(steps: Sequence[_Step], now: datetime) -> datetime | None:
    """When the last of what blocks ends; None while nobody can say of one."""
    starts = [step.start for step in steps if step.start is not None]
    return max([now, *starts]) if len(starts) == len(steps) else None


def _step(payout: Payout, block: blocks.Block, now: datetime) -> _Step:
    """What ends the block, who does it, and why it is."""
    if block.hold is None:
        return _Step((), COMPLIANCE, Cause(block.code.removeprefix("seller_")))
    hold = block.hold
    cause = Cause(f"held_{hold.reason}")
    if cause in _LAST and hold.placed_by_id is None:
        given = _given(payout, cause, now)
        if given is not None:
            return given
    actor, words = ends(hold)
    zone = explain.zone_of(payout.country)
    if hold.until is not None:
        words = sentences(
            words, _("It ends by itself {until}.").format(until=explain.clock(hold.until, zone))
        )
    elif actor == SELLER_THEN_COMPLIANCE:
        return _Step((words, details.given_now(zone=zone, now=now)), actor, cause)
    return _Step((words,), actor, cause, hold.until)


def ends(hold: Hold) -> tuple[str, str]:
    """Who has to act on this open hold, and what ends it: the second person, once its release is asked for."""
    actor, words = HOLDS[HoldReason(hold.reason)]
    request = holds.waiting_requests().filter(hold=hold).select_related("asked_by").first()
    if request is None:
        return actor, words
    name = request.asked_by.get_full_name() or request.asked_by.get_username()
    judges = "payouts.judge_hold" in authority.permissions_of(request.asked_by_id)
    actor = COMPLIANCE if hold.reason in FOR_COMPLIANCE and not judges else RELEASERS
    quiet = _("Tell the seller nothing of it.") if hold.reason in FOR_COMPLIANCE else ""
    asked = _("{name} asked for its release, which another person has to confirm.").format(name=name)
    return actor, sentences(asked, quiet)


def _given(payout: Payout, cause: Cause, now: datetime) -> _Step | None:
    """The same for the program's own hold, of the change or of the account that sent money back, while new details are
    given and not in effect: both wait for them.
    """
    new = details.awaited(payout=payout, now=now)
    if new is None:
        return None
    if new.code == details.TO_COME:
        words = _(
            "The new account {masked} is verified and in effect from {start}; the hold ends then."
        ).format(masked=new.masked, start=new.start)
        return _Step((words,), _("nobody"), Cause.HELD_ACCOUNT_CHANGE, new.earliest)
    verifies = details.verifies(new)
    if cause is Cause.HELD_ACCOUNT_REFUSED:
        after = _(
            "The new bank details are given already: ask the seller for others only if they are rejected."
        )
    else:
        after = _("The hold ends when it is in effect, or rejected.")
    return _Step((verifies, after), COMPLIANCE, Cause.HELD_ACCOUNT_CHANGE, new.earliest)


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


def _batched(payout: Payout, now: datetime) -> Explanation:
    batch = payout.batch
    assert batch is not None  # a constraint: what is BATCHED has a batch
    zone, by = explain.zone_of(batch.country), explain.deadline(batch, now)
    name = _("Payout {reference} is in batch {batch}").format(
        reference=payout.reference, batch=batch.reference
    )
    then = _("Sent by {cut_off_at}, it is paid on {value_date}.").format(
        cut_off_at=explain.clock(by.cut_off_at, explain.bank_zone(batch)),
        value_date=explain.day(by.value_date),
    )
    going = _facts(payout, until=by.value_date, paid=by.value_date)
    if batch.status == BatchStatus.PROPOSED:
        text = _("{name}, which waits for a treasurer's approval. {then}").format(name=name, then=then)
        miss = _missed(batch)
        if miss is None:
            return _told(payout, text, _("a treasurer"), Cause.BATCH_TO_APPROVE, going)
        text = sentences(batch_words.missed_words(miss), text)
        return _told(payout, text, _("a treasurer"), Cause.CUT_OFF_MISSED, going)
    stop = rails.stops().filter(rail__in=[batch.rail, rails.ALL]).first()
    if stop is not None:
        since = explain.clock(stop.stopped_at, zone)
        text = _(
            "{name}, and nothing is handed over since {since}: {reason}. Two treasurers let the "
            "rail go on. Until then it has no date."
        ).format(name=name, since=since, reason=unended(recorded.by(stop.stopped_by_id, stop.reason)))
        return _told(payout, text, _("a treasurer"), Cause.RAIL_STOPPED)
    text = _("{name}, which is about to be sent. {then}").format(name=name, then=then)
    return _told(payout, text, _("nobody"), Cause.LEAVING, going)


def _missed(batch: Batch) -> MissedCutOff | None:
    return batch_words.missed().filter(batch=batch).first()
