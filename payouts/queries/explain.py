"""Why isn't it paid? One paragraph: what stands in the way, who has to act, what happens next and when."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime

from payouts import countries
from payouts.countries import calendars
from payouts.models import BankFact, Disposal, Payout, PayoutAccount, RunSkip, Submission
from payouts.queries import blocks
from payouts.rails import base, reasons
from payouts.states import DEAD, BatchStatus, PayoutStatus, SubmissionStatus
from sellers.models import Seller


@dataclass(frozen=True)
class Explanation:
    """``text`` is the paragraph; ``actor`` who has to act ("compliance", "the bank", "nobody")."""

    text: str
    actor: str


def day(value: date) -> str:
    """A date as people say it: Thursday 26 November."""
    return format_date(value, "EEEE d MMMM", locale="en")


def zone_of(code: str) -> str:
    """The time zone of a country, or UTC once its file is gone: what happened there must still be shown."""
    return countries.get(code).time_zone if countries.is_open(code) else "UTC"


def city(zone: str) -> str:
    """How people name a time zone: New York for America/New_York."""
    return zone.rsplit("/", 1)[-1].replace("_", " ")


def clock(moment: datetime, zone: str) -> str:
    """A moment with its zone's city: Tue 24 Nov, 15:00 Paris."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE d MMM, HH:mm', locale='en')} {city(zone)}"


def if_approved(*, payout: Payout, now: datetime) -> str:
    """When the money would be there: by which moment which step, and the value date. One computation for all pages."""
    if not countries.is_open(payout.country):
        return ""
    country = countries.get(payout.country)
    deadline = calendars.value_date_for(country, now)
    return f"by {clock(deadline.cut_off_at, country.time_zone)}, it is paid on {day(deadline.value_date)}"


_WAITING = {
    PayoutStatus.PENDING_REVIEW: (
        "waits for an analyst's review, then for another person's approval. If it is approved, batched and sent",
        "an analyst",
    ),
    PayoutStatus.REVIEWED: (
        "was reviewed and waits for a second person's approval. If it is approved, batched and sent",
        "an approver",
    ),
    PayoutStatus.APPROVED: ("is approved and waits to be put into a batch. If that is sent", "a treasurer"),
}


def payout(*, payout: Payout, now: datetime) -> Explanation:
    """The paragraph for one payout."""
    name = f"Payout {payout.reference}"
    found = blocks.of(payouts=[payout]).get(payout.pk, [])
    if (
        found
        and payout.status not in DEAD
        and payout.status not in (PayoutStatus.SUBMITTED, PayoutStatus.PAID)
    ):
        reasons = "; ".join(dict.fromkeys(block.reason for block in found))
        who = (
            "compliance" if any(b.code.startswith("seller_") for b in found) else "an approver or compliance"
        )
        return Explanation(f"{name} does not go on: {reasons}. Then it goes on from where it stands.", who)
    if payout.status in _WAITING:
        words, actor = _WAITING[PayoutStatus(payout.status)]
        return Explanation(f"{name} {words} {if_approved(payout=payout, now=now)}.", actor)
    if payout.status == PayoutStatus.BATCHED:
        return _batched(payout, name)
    if payout.status == PayoutStatus.SUBMITTED:
        return _submitted(payout, name)
    if payout.status == PayoutStatus.PAID:
        return Explanation(f"{name} is paid: the bank reported it on {day(payout.status_at.date())}.", "nobody")
    return _dead(payout, name)


def _batched(payout: Payout, name: str) -> Explanation:
    batch = payout.batch
    assert batch is not None  # a constraint: what is BATCHED has a batch
    zone = zone_of(batch.country)
    proposed = batch.status == BatchStatus.PROPOSED
    step = "waits for a treasurer's approval" if proposed else "is about to be sent"
    return Explanation(
        f"{name} is in batch {batch.reference}, which {step}. Sent by {clock(batch.cut_off_at, zone)}, "
        f"it is paid on {day(batch.value_date)}.",
        "a treasurer" if proposed else "nobody",
    )


def _submitted(payout: Payout, name: str) -> Explanation:
    sent = Submission.objects.filter(attempts__payout=payout).defer("body_ciphertext")
    submission = sent.order_by("-id").first()
    if submission is not None and submission.status == SubmissionStatus.UNKNOWN:
        return Explanation(
            f"{name} was handed over, and no clear answer came. It may or may not have left: the bank is being asked, "
            "and it is not sent again before that is known.",
            "a treasurer, if the bank cannot say",
        )
    on = f" Value date is {day(payout.batch.value_date)}." if payout.batch is not None else ""
    return Explanation(f"{name} is with the bank, which has not reported it paid yet.{on}", "the bank")


def _dead(payout: Payout, name: str) -> Explanation:
    label = PayoutStatus(payout.status).label.lower()
    fact = BankFact.objects.filter(attempt__payout=payout, kind__in=["failed", "returned", "rejected"]).last()
    because = f": {_why(fact)}" if fact is not None else ""
    disposal = Disposal.objects.filter(payout=payout).select_related("new_payout").first()
    if disposal is None:
        return Explanation(
            f"{name} was {label}{because}. The money is with us, and nobody decided yet whether to pay it again "
            "or to add it to the next payout.",
            "an analyst",
        )
    if disposal.new_payout is not None:
        return Explanation(
            f"{name} was {label}{because}. The money is paid again as {disposal.new_payout.reference}.",
            "nobody",
        )
    return Explanation(f"{name} was {label}{because}. The money is part of the next payout.", "nobody")


def _why(fact: BankFact) -> str:
    """Why the bank did not carry it, without a full stop: in our words where its code is known, else in its own."""
    kind = base.ReportKind(fact.kind)
    sentence = reasons.explain(fact.code, kind=kind).sentence if fact.code or not fact.text else fact.text
    return sentence[:1].lower() + sentence[1:].rstrip(".")


def seller(*, seller: Seller, now: datetime) -> list[Explanation]:
    """The paragraphs for a seller: each payout under way, else what keeps the next one from being made."""
    under_way = Payout.objects.filter(seller=seller).exclude(
        status__in=[PayoutStatus.PAID, PayoutStatus.CANCELLED]
    )
    open_ones = [p for p in under_way.select_related("batch").order_by("-id")[:5] if _matters(p)]
    if open_ones:
        return [payout(payout=p, now=now) for p in open_ones]
    skip = RunSkip.objects.filter(account__seller=seller).order_by("-id").first()
    if seller.suspended_at is not None:
        return [
            Explanation(
                "Nothing is paid while the seller is suspended; compliance must lift that.", "compliance"
            )
        ]
    if seller.verified_at is None:
        return [
            Explanation("Nothing is paid before the seller is verified; compliance does that.", "compliance")
        ]
    if not PayoutAccount.objects.filter(seller=seller, current__isnull=False).exists():
        return [Explanation("There is no usable bank account: ask the seller for one.", "the seller")]
    if skip is not None and skip.code in ("negative", "under_minimum", "zero"):
        return [Explanation(f"The last run left the balance alone. {skip.reason}", "nobody")]
    return [
        Explanation(
            "Nothing waits: what is due has been paid, and the next run takes what comes due.", "nobody"
        )
    ]


def _matters(payout: Payout) -> bool:
    return payout.status not in DEAD or not Disposal.objects.filter(payout=payout).exists()
