"""Why a payout that is not with the bank yet is not: what blocks it, or whose step is next and by when."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from backoffice.audit import authority
from backoffice.words import later
from payouts.models import Attempt, Batch, Hold, HoldReason, MissedCutOff, Payout, PayoutAccount
from payouts.models.hold import FOR_COMPLIANCE
from payouts.queries import attempts, batch_words, blocks, caps, explain, holds, outside, rails, recorded
from payouts.queries.why import details
from payouts.queries.why.causes import Cause, Explanation, Facts
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

COMPLIANCE, RELEASERS, TWO = (
    later("compliance"),
    later("an approver or compliance"),
    later("two of approvers and compliance"),
)
_JUDGED = later("Compliance decides, and a second person confirms; tell the seller nothing of it.")
FINDERS = later("an analyst, then an approver")

# Who has to act on a hold of each reason, and what ends it.
HOLDS: Mapping[HoldReason, tuple[str, str]] = {
    HoldReason.ACCOUNT_CHANGE: (
        TWO,
        later("Once they know which account is right, one asks for its release, another confirms."),
    ),
    HoldReason.ACCOUNT_REFUSED: (
        later("the seller, then compliance"),
        later(
            "Ask the seller for new bank details. It ends when they are verified and in "
            "effect, or when an approver or compliance knows that the account is right."
        ),
    ),
    HoldReason.AMOUNT_UNUSUAL: (
        RELEASERS,
        later("They compare the amount with what was sold, and release it."),
    ),
    HoldReason.DISPUTE: (RELEASERS, later("They release it when the dispute is settled.")),
    HoldReason.DOCUMENTS: (
        RELEASERS,
        later("They release it when the documents named in its note are there."),
    ),
    HoldReason.FRAUD_SUSPECTED: (COMPLIANCE, _JUDGED),
    HoldReason.COMPLIANCE: (COMPLIANCE, _JUDGED),
    HoldReason.RAIL_REJECTED: (RELEASERS, later("They release it when what the bank refused is mended.")),
    HoldReason.SELLER_REQUEST: (RELEASERS, later("They release it when the seller asks for the money.")),
    HoldReason.OTHER: (RELEASERS, later("They release it when what its note asks for is found out.")),
}
# A text about the seller's own bank details is given only where nothing else blocks.
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
        later("a treasurer"),
        Cause.TO_BATCH,
    ),
}


def of(*, payout: Payout, now: datetime) -> Explanation:
    """The paragraph for a payout that is still in our hands."""
    told = _of(payout, now)
    return replace(told, facts=replace(told.facts, paid=explain.paid_on(payout=payout, now=now)))


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
            actor, cause = _("an administrator"), Cause.OVER_CAP
    refused = _refused_before(payout)
    if refused:
        return _told(payout, f"{text} {refused}", actor, Cause.BANK_REFUSED)
    return _told(payout, text, actor, cause)


def most_secret(causes: Sequence[Cause]) -> Cause:
    """Of all that blocks, the cause that decides what the seller is told."""
    return min(causes, key=lambda cause: cause in _LAST)


def _told(payout: Payout, text: str, actor: str, cause: Cause, facts: Facts | None = None) -> Explanation:
    money = Money(payout.amount_minor, payout.currency)
    told = facts or Facts(reference=str(payout.reference), money=money)
    return Explanation(text, actor, cause, told, PayoutStatus(payout.status))


def _lost(payout: Payout, end_to_end_id: str, found: list[blocks.Block]) -> Explanation:
    """The bank may have paid it: nothing of what would be next is told, for it never goes out from here."""
    text = _("Payout {reference} is not sent from here. {handed_before} Then cancel it.").format(
        reference=payout.reference, handed_before=handed_before(end_to_end_id)
    )
    if found:
        text += _(" Besides: {found}.").format(
            found="; ".join(dict.fromkeys(block.reason for block in found))
        )
    return _told(payout, text, FINDERS, Cause.KNOWN_OUTSIDE)


def handed_before(end_to_end_id: str) -> str:
    """What is known of a payment that this database lost, and what is to be found out."""
    return _(
        "The bank was handed it as {end_to_end_id} before this database was restored "
        "from a backup. Find out whether the bank paid it; if so, take it off the "
        "balance with an adjustment."
    ).format(end_to_end_id=end_to_end_id)


def _blocked(payout: Payout, found: list[blocks.Block], now: datetime) -> Explanation:
    steps = [_step(payout, block, now) for block in found]
    reasons = "; ".join(dict.fromkeys(block.reason for block in found))
    nexts = " ".join(filter(None, dict.fromkeys(str(text) for text, *_rest in steps)))
    refused = _refused_before(payout)
    left = _LEFT[PayoutStatus(payout.status)]
    when = explain.if_approved(payout=payout, now=now)
    text = _(
        "Payout {reference} does not go on: {reasons}. {value}{then} Then it goes on "
        "from where it stands: {left}. If all of that is done {when}."
    ).format(
        reference=payout.reference,
        reasons=reasons,
        value=f"{refused} " if refused else "",
        then=nexts,
        left=left,
        when=when,
    )
    actors = ", ".join(dict.fromkeys(str(actor) for _text, actor, *_rest in steps))
    cause = most_secret([cause for _text, _actor, cause, _until in steps])
    until = next(until for _text, _actor, each, until in steps if each is cause)
    money = Money(payout.amount_minor, payout.currency)
    facts = Facts(reference=str(payout.reference), money=money, until=until)
    return _told(payout, text.replace("  ", " "), actors, cause, facts)


def _step(payout: Payout, block: blocks.Block, now: datetime) -> tuple[str, str, Cause, date | None]:
    """What ends the block, who does it, why it is, and when it may end where that is the seller's to know."""
    if block.hold is None:
        return "", COMPLIANCE, Cause(block.code.removeprefix("seller_")), None
    hold = block.hold
    cause = Cause(f"held_{hold.reason}")
    actor, words = ends(hold)
    zone = explain.zone_of(payout.country)
    if hold.until is not None:
        words += _(" It ends by itself {until}.").format(until=explain.clock(hold.until, zone))
    if cause is Cause.HELD_ACCOUNT_CHANGE and hold.placed_by_id is None:
        return _account_change(payout, zone, now) or (words, actor, cause, None)
    return words, actor, cause, None


def ends(hold: Hold) -> tuple[str, str]:
    """Who has to act on this open hold, and what ends it: the second person, once its release is asked for."""
    actor, words = HOLDS[HoldReason(hold.reason)]
    request = holds.waiting_requests().filter(hold=hold).select_related("asked_by").first()
    if request is None:
        return actor, words
    name = request.asked_by.get_full_name() or request.asked_by.get_username()
    judges = "payouts.judge_hold" in authority.permissions_of(request.asked_by_id)
    actor = COMPLIANCE if hold.reason in FOR_COMPLIANCE and not judges else RELEASERS
    quiet = _(" Tell the seller nothing of it.") if hold.reason in FOR_COMPLIANCE else ""
    return actor, _("{name} asked for its release, which another person has to confirm.{quiet}").format(
        name=name, quiet=quiet
    )


def _account_change(payout: Payout, zone: str, now: datetime) -> tuple[str, str, Cause, date] | None:
    """The same for the program's own hold, while the new account is not in effect: until when, at the earliest."""
    slot = PayoutAccount.objects.filter(seller=payout.seller_id, currency=payout.currency).first()
    new = details.newest(slot=slot, zone=zone, now=now) if slot is not None else None
    cause = Cause.HELD_ACCOUNT_CHANGE
    if new is not None and new.code == details.WAITING:
        words = _("Compliance verifies the new account {masked}, which may be paid from {start}. ").format(
            masked=new.masked, start=new.start
        )
        words += _("The hold ends when it is in effect, or rejected.")
        return words, COMPLIANCE, cause, new.earliest
    if new is not None and new.code == details.TO_COME:
        words = _(
            "The new account {masked} is verified and in effect from {start}; the hold ends then."
        ).format(masked=new.masked, start=new.start)
        return words, _("nobody"), cause, new.earliest
    return None


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
    if batch.status == BatchStatus.PROPOSED:
        text = _("{name}, which waits for a treasurer's approval. {then}").format(name=name, then=then)
        miss = _missed(batch)
        if miss is None:
            return _told(payout, text, _("a treasurer"), Cause.BATCH_TO_APPROVE)
        return _told(
            payout, f"{batch_words.missed_words(miss)} {text}", _("a treasurer"), Cause.CUT_OFF_MISSED
        )
    stop = rails.stops().filter(rail__in=[batch.rail, rails.ALL]).first()
    if stop is not None:
        since = explain.clock(stop.stopped_at, zone)
        text = _(
            "{name}, and nothing is handed over since {since}: {reason}. Two treasurers let the "
            "rail go on. {then}"
        ).format(
            name=name, since=since, reason=recorded.by(stop.stopped_by_id, stop.reason).rstrip("."), then=then
        )
        return _told(payout, text, _("a treasurer"), Cause.RAIL_STOPPED)
    money = Money(payout.amount_minor, payout.currency)
    facts = Facts(reference=str(payout.reference), money=money, until=by.value_date)
    return _told(
        payout,
        _("{name}, which is about to be sent. {then}").format(name=name, then=then),
        _("nobody"),
        Cause.LEAVING,
        facts,
    )


def _missed(batch: Batch) -> MissedCutOff | None:
    return batch_words.missed().filter(batch=batch).first()
