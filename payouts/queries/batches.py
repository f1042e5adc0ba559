"""Batches: the list, and what the page of one batch needs."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, Case, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils.translation import gettext as _

from backoffice.words import later
from payouts import digests, facts
from payouts.models import Attempt, BankFact, Batch, BatchItem, Submission
from payouts.queries import attempts, holding
from payouts.states import BatchStatus
from sellers.ledger.money import Money


def all_of() -> "QuerySet[Batch]":
    """Every batch, with the people and the account a list shows."""
    return Batch.objects.select_related("funding_account", "proposed_by", "approved_by")


def _something_leaves() -> Case:
    inside = holding.going().filter(batch=OuterRef("pk"))
    # In a CASE, a batch is asked up to the first of its payouts that leaves. As a bare condition PostgreSQL may join
    # every payout of every proposed batch with what could hold it first.
    return Case(When(Exists(inside), then=True), default=False, output_field=BooleanField())


def approvable() -> "QuerySet[Batch]":
    """Proposed batches of which something leaves, as far as holds and how the sellers stand tell.

    What a cap keeps is known only where a batch is looked at (`leaving.of`): the caps of a day count what others take.
    """
    return Batch.objects.filter(_something_leaves(), status=BatchStatus.PROPOSED)


def kept_back() -> "QuerySet[Batch]":
    """Proposed batches that nobody can approve: something blocks each payout in them, or every payout has left."""
    return Batch.objects.filter(~Q(_something_leaves()), status=BatchStatus.PROPOSED)


def narrowed(rows: "QuerySet[Batch]", *, kept: bool) -> "QuerySet[Batch]":
    """Those of the rows that are `kept_back`, or that are `approvable`: both are proposed."""
    return rows.filter(pk__in=(kept_back() if kept else approvable()).values("pk"))


def let_go(batch: Batch) -> bool:
    """Whether dissolving this batch let a payout go; of one that everything had left before, there was none."""
    return BatchItem.objects.filter(batch=batch, left_at=batch.status_at).exists()


def seal_of(batch_id: int) -> str:
    """What an approval of this batch would be for, now: pages carry it so that a stale one is refused."""
    inside = BatchItem.objects.filter(batch_id=batch_id, left_at__isnull=True).order_by("payout_id")
    return digests.of_batch(inside.values_list("digest", flat=True))


@dataclass(frozen=True)
class Progress:
    """How far a batch is: how many payouts stand where, with their money."""

    total: int
    done: int
    parts: list[dict[str, object]]
    moving: bool


_PARTS = (
    ("BATCHED", later("not sent yet"), "neutral"),
    ("SUBMITTED", later("with the bank"), "moving"),
    ("PAID", later("paid"), "done"),
    ("APPROVED", later("refused by the bank"), "stopped"),
    ("FAILED", later("failed"), "stopped"),
    ("RETURNED", later("returned"), "stopped"),
)


def progress(batch: Batch) -> Progress:
    """Where the batch's payouts stand now; those that left before sending are not counted.

    What ended in this batch without leaving is refused here, whatever became of the payout in a later batch.
    """
    sent = Attempt.objects.filter(payout=OuterRef("payout"), submission__batch=batch)
    counted = (
        BatchItem.objects.filter(Q(left_at__isnull=True) | Exists(sent), batch=batch)
        .annotate(
            stands=Case(
                When(Exists(sent.filter(ended_because__in=facts.NEVER_LEFT)), then=Value("APPROVED")),
                default=F("payout__status"),
            )
        )
        .values("stands")
        .annotate(count=Count("pk"), sum=Sum("amount_minor"))
    )
    found = {each["stands"]: (each["count"], int(each["sum"])) for each in counted}
    unknown = Attempt.objects.filter(
        submission__batch=batch, submission__status="UNKNOWN", ended_at__isnull=True
    )
    open_ones = unknown.aggregate(count=Count("pk"), sum=Sum("amount_minor"))
    parts: list[dict[str, object]] = []
    for status, words, meaning in _PARTS:
        count, minor = found.get(status, (0, 0))
        if status == "SUBMITTED" and open_ones["count"]:
            count, minor = count - open_ones["count"], minor - int(open_ones["sum"])
        if count > 0:
            parts.append(
                {"text": f"{count} {words}", "meaning": meaning, "sums": [Money(minor, batch.currency)]}
            )
    if open_ones["count"]:
        money = Money(int(open_ones["sum"]), batch.currency)
        parts.append(
            {
                "text": _("{count} unknown").format(count=open_ones["count"]),
                "meaning": "waiting",
                "sums": [money],
            }
        )
    total = sum(count for count, _unused in found.values())
    waiting = found.get("BATCHED", (0, 0))[0]
    moving = batch.status in (BatchStatus.APPROVED, BatchStatus.SUBMITTING, BatchStatus.SUBMITTED)
    return Progress(total=total, done=total - waiting, parts=parts, moving=moving)


def items(batch: Batch) -> "QuerySet[BatchItem]":
    """The batch's items with their payouts."""
    return BatchItem.objects.filter(batch=batch).select_related("payout", "payout__seller", "account_version")


def submissions(batch: Batch) -> "QuerySet[Submission]":
    """The hand-overs of a batch, newest first."""
    return Submission.objects.filter(batch=batch).defer("body_ciphertext").order_by("-id")


def said_of(rows: Sequence[BatchItem]) -> dict[int, str]:
    """What the bank last said about these items of one batch, in plain words; those it said nothing of are absent.

    That it accepted one says nothing beside what became of it, also where it says so once more later.

    Asked for a page at a time: as a subquery of each row, newest first with a limit of one, it took 285 ms where a
    million payouts are.
    """
    said = (
        BankFact.objects.filter(
            attempt__payout__in=[row.payout_id for row in rows],
            attempt__submission__batch__in={row.batch_id for row in rows},
        )
        .annotate(payout_id=F("attempt__payout_id"))
        .order_by("attempt__payout_id", Case(When(kind=BankFact.Kind.ACCEPTED, then=1), default=0), "-pk")
        .distinct("attempt__payout_id")
    )
    words = {fact.payout_id: attempts.plain(fact) for fact in said}
    return {row.pk: words[row.payout_id] for row in rows if row.payout_id in words}
