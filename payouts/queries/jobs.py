"""What came of a job on many payouts: its money by outcome, what was left of it, and which jobs took that up."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Case, Exists, OuterRef, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from payouts.models import Job, JobItem, JobOutcome
from sellers.ledger.money import Money

STOPPED = "stopped"
"""The code of what its asker stopped before its turn came."""
_LEFT = "left"


@dataclass(frozen=True)
class Sums:
    """The money of a job in one currency. ``left``: what waits for its turn, or was stopped before it came."""

    asked: Money
    done: Money
    refused: Money
    left: Money


def sums(job: Job) -> list[Sums]:
    """The money of the job's payouts by outcome, a row for each currency in alphabetical order."""
    part = Case(
        When(outcome=JobOutcome.WAITING, then=Value(_LEFT)),
        When(code=STOPPED, then=Value(_LEFT)),
        default="outcome",
    )
    groups = (
        job.items.annotate(part=part).values_list("payout__currency", "part").order_by("payout__currency")
    )
    found: dict[str, dict[str, int]] = {}
    for currency, name, minor in groups.annotate(minor=Coalesce(Sum("payout__amount_minor"), 0)):
        found.setdefault(currency, {})[name] = int(minor)
    return [_sums(currency, parts) for currency, parts in found.items()]


def _sums(currency: str, parts: Mapping[str, int]) -> Sums:
    return Sums(
        asked=Money(sum(parts.values()), currency),
        done=Money(parts.get(JobOutcome.MOVED, 0), currency),
        refused=Money(parts.get(JobOutcome.REFUSED, 0), currency),
        left=Money(parts.get(_LEFT, 0), currency),
    )


def left(job: Job) -> QuerySet[JobItem]:
    """What was stopped before its turn came and no later job took up, in the order of payouts."""
    taken = JobItem.objects.filter(job__rest_of=job.pk, payout=OuterRef("payout"))
    return job.items.filter(~Exists(taken), outcome=JobOutcome.REFUSED, code=STOPPED).order_by("payout_id")
