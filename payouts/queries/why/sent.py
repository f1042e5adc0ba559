"""What became of a payout that the bank has, or may have: handed over, unknown, awaited, late, paid."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from backoffice.words import later, sentences
from payouts.models import Attempt, BankFact, Payout
from payouts.queries import attempts, explain, recalls
from payouts.queries.why.causes import Cause, Explanation, Facts
from payouts.states import PayoutStatus, SubmissionStatus
from sellers.ledger import written
from sellers.ledger.money import Money

NOBODY = later("nobody")


def of(*, payout: Payout, now: datetime) -> Explanation:
    """The paragraph for a payout that is SUBMITTED or PAID."""
    attempt = (
        Attempt.objects.filter(payout=payout)
        .select_related("submission__batch__funding_account", "account_version")
        .defer("submission__body_ciphertext", "account_version__ciphertext")
        .order_by("-number")
        .first()
    )
    assert attempt is not None  # a trigger: nothing is SUBMITTED without its attempt
    told = _paid(payout, attempt) if payout.status == PayoutStatus.PAID else _submitted(payout, attempt, now)
    recall = recalls.open_of(attempt)
    if recall is None:
        return told
    asked = explain.clock(recall.asked_at, explain.bank_zone(attempt.submission.batch))
    text = _("{text} The bank was asked to recall it, {asked}, and has not answered.").format(
        text=told.text, asked=asked
    )
    facts = replace(told.facts, paid=None)
    return Explanation(text, _("the bank"), Cause.RECALL_ASKED, facts, told.status)


def _submitted(payout: Payout, attempt: Attempt, now: datetime) -> Explanation:
    submission = attempt.submission
    zone, payees = explain.bank_zone(submission.batch), explain.zone_of(payout.country)
    value_date = submission.batch.value_date
    at = submission.delivered_at
    facts = Facts(
        reference=str(payout.reference),
        money=Money(payout.amount_minor, payout.currency),
        on=at.astimezone(ZoneInfo(payees)).date() if at is not None else None,
        until=value_date,
        account=attempt.account_version.masked,
    )

    def told(text: str, actor: str, cause: Cause) -> Explanation:
        going = cause in (Cause.LEAVING, Cause.WITH_THE_BANK)
        known = replace(facts, paid=value_date) if going else facts
        return Explanation(text, actor, cause, known, PayoutStatus.SUBMITTED)

    if submission.status == SubmissionStatus.UNKNOWN:
        follows = attempts.unknown_words(submission, zone, now=now)
        text = _(
            "Payout {reference} was handed over, and no clear answer came. It may or may not have left. {follows}"
        ).format(reference=payout.reference, follows=follows)
        return told(text, _("a treasurer, if the bank cannot say"), Cause.UNKNOWN)
    if at is None or submission.status != SubmissionStatus.ACCEPTED:
        return told(
            _("Payout {reference} is on its way to the bank. {handing_over}").format(
                reference=payout.reference, handing_over=attempts.handing_over(submission, zone)
            ),
            NOBODY,
            Cause.LEAVING,
        )
    sent = explain.clock(at, zone)
    text = _(
        "Payout {reference} is with the bank, which has not reported it paid yet. It was handed over {sent} "
        "as {end_to_end_id}, to {account}. {due_words}"
    ).format(
        reference=payout.reference,
        sent=sent,
        end_to_end_id=attempt.end_to_end_id,
        account=facts.account,
        due_words=attempts.due_words(submission, payees, now=now),
    )
    if attempts.late(submission, payees, now=now):
        return told(text, _("a treasurer"), Cause.LATE)
    return told(text, _("the bank"), Cause.WITH_THE_BANK)


def _paid(payout: Payout, attempt: Attempt) -> Explanation:
    zone = explain.zone_of(payout.country)
    fact = BankFact.objects.filter(attempt=attempt, kind="paid").order_by("pk").first()
    at = (fact.occurred_at or fact.received_at) if fact is not None else payout.status_at
    on = at.astimezone(ZoneInfo(zone)).date()
    money = Money(payout.amount_minor, payout.currency)
    # Of a file it names the file, which helps nobody to find one payment of it.
    bank = attempt.submission.bank_reference if attempt.submission.payout_id is not None else ""
    text = _(
        "Payout {reference} is paid: the bank reported it on {on}. {text} went to "
        "{masked} as {end_to_end_id}. A seller who does not see it asks their "
        "bank with that reference."
    ).format(
        reference=payout.reference,
        on=explain.day(on),
        text=written.text(money),
        masked=attempt.account_version.masked,
        end_to_end_id=attempt.end_to_end_id,
    )
    if bank:
        text = sentences(text, _("The bank calls it {bank}.").format(bank=bank))
    facts = Facts(
        reference=str(payout.reference),
        sent_as=attempt.end_to_end_id,
        money=money,
        on=on,
        account=attempt.account_version.masked,
    )
    return Explanation(text, NOBODY, Cause.PAID, facts, PayoutStatus.PAID)
