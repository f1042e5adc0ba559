"""When a bank says what cannot be: an incident; where money may have gone twice, the rail stops (HOUSE ruling 1)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from payouts import facts
from payouts.models import Attempt, Disposal, HoldReason, Incident, Payout, StatementLine
from payouts.operations import _locks, holds, incidents, switches
from payouts.rails import base
from payouts.states import UNSENT

_CARRIED = (
    base.ReportKind.ACCEPTED,
    base.ReportKind.PAID,
    base.ReportKind.FAILED,
    base.ReportKind.RETURNED,
)
_TOLD = {"rejected": "the bank had refused it", "never_sent": "two people found it never sent"}


def look(
    *,
    said: Sequence[tuple[Attempt, base.Report]],
    payouts: Mapping[int, Payout],
    rail: str,
    known: Mapping[int, set[str]],
    now: datetime,
) -> None:
    """Each new report is compared with what stands. The payouts are locked; ``known`` includes the new facts."""
    back = {attempt.payout_id for attempt, _ in said if attempt.gave_back}
    disposed = set(Disposal.objects.filter(payout_id__in=back).values_list("payout_id", flat=True))
    for attempt, report in said:
        payout = payouts[attempt.payout_id]
        _compare_amounts(attempt, payout, report, rail, now)
        never_left = attempt.ended_because in facts.NEVER_LEFT
        if never_left and report.kind in _CARRIED:
            _carried_after_all(attempt, payout, report, rail, now)
        elif (
            report.kind is base.ReportKind.PAID
            and payout.pk in disposed
            and "returned" not in known[attempt.pk]  # else it is only the older half of the story, told late
        ):
            text = (
                f"{attempt.end_to_end_id} is paid, says {rail}, after it failed and its money was given out again: "
                "the seller may have it twice. Nothing more is handed to this rail until two people have looked."
            )
            _stop(attempt, payout, text, rail, now)


def _carried_after_all(
    attempt: Attempt, payout: Payout, report: base.Report, rail: str, now: datetime
) -> None:
    told = _TOLD[str(attempt.ended_because)]
    note = (
        f"{rail} reports {attempt.end_to_end_id} as {report.kind} although {told}: it must not be paid again."
    )
    _keep([payout], note, now)
    text = f"{attempt.end_to_end_id} is {report.kind}, says {rail}, although {told}. It may go twice: ask the bank."
    if report.kind is base.ReportKind.PAID:
        _stop(attempt, payout, text, rail, now)
        return
    incidents.open_one(
        code="carried_after_all",
        key=f"carried_after_all:{attempt.pk}",
        text=text,
        rail=rail,
        payout_id=payout.pk,
        now=now,
    )


def heirs(payout_ids: Iterable[int]) -> set[int]:
    """The payouts to which the money of these went by reissue, and theirs in turn."""
    found: set[int] = set()
    asked = set(payout_ids)
    while asked:
        reissued = Disposal.objects.filter(payout_id__in=asked, new_payout__isnull=False)
        asked = set(reissued.values_list("new_payout_id", flat=True)) - found
        found |= asked
    return found


def _keep(payouts: Sequence[Payout], note: str, now: datetime) -> None:
    """Whatever of the money of these locked payouts could still be sent is on hold.

    That is they themselves, what was reissued for them, and where it was rolled everything of their seller: nobody
    can tell one euro of a balance from another.
    """
    later = _locks.payouts(heirs(payout.pk for payout in payouts))
    unsent = [payout for payout in (*payouts, *later) if payout.status in UNSENT]
    if unsent:
        holds.place_on(payouts=unsent, reason=HoldReason.OTHER, note=note, now=now)
    for payout in unsent:
        payout.refresh_from_db(fields=["status", "batch"])
    involved = [payout.pk for payout in (*payouts, *later)]
    rolled = Disposal.objects.filter(payout_id__in=involved, earning__isnull=False)
    for seller_id in sorted(set(rolled.values_list("payout__seller_id", flat=True))):
        holds.place_on_seller(seller_id=seller_id, reason=HoldReason.OTHER, note=note, now=now)


def look_at_line(*, line: StatementLine, attempts: Sequence[Attempt], rail: str, now: datetime) -> None:
    """Our account moved for attempts that ended because they never left: an incident; a debit stops the rail.

    Their payouts are locked; those not sent yet are on hold, so that nobody pays them again. The line stays in
    suspense and open. It is told once: a person who has closed its incident is not told again.
    """
    debit = line.amount_minor < 0
    code = "paid_twice" if debit else "carried_after_all"
    key = f"{code}:line:{line.pk}"
    if Incident.objects.filter(key=key).exists():
        return
    names = ", ".join(attempt.end_to_end_id for attempt in attempts[:5])
    names += f" and {len(attempts) - 5} more" if len(attempts) > 5 else ""
    told = " or ".join(sorted({_TOLD[str(attempt.ended_because)] for attempt in attempts}))
    number, statement = line.number, line.statement
    if debit:
        note = f"A bank statement debits {names} although {told}: it must not be paid again."
        text = (
            f"Line {number} of statement {statement} debits {names}, although {told}. "
            "They may be paid twice: ask the bank, and cancel what has reached its payee."
        )
    else:
        note = (
            f"A bank statement brings back the money of {names} although {told}: it must not be paid again."
        )
        text = (
            f"Line {number} of statement {statement} brings back the money of {names}, although {told}. "
            "They may be paid twice: ask the bank, and cancel what has reached its payee."
        )
    _keep([attempt.payout for attempt in attempts], note, now)
    one = attempts[0].payout_id if len(attempts) == 1 else None
    incidents.open_one(code=code, key=key, text=text, rail=rail, payout_id=one, now=now)
    if debit:
        switches.stop_by_itself(rail=rail, reason=text, now=now)


def _stop(attempt: Attempt, payout: Payout, text: str, rail: str, now: datetime) -> None:
    incidents.open_one(
        code="paid_twice",
        key=f"paid_twice:{attempt.pk}",
        text=text,
        rail=rail,
        payout_id=payout.pk,
        now=now,
    )
    switches.stop_by_itself(rail=rail, reason=text, now=now)


def _compare_amounts(attempt: Attempt, payout: Payout, report: base.Report, rail: str, now: datetime) -> None:
    """What comes back may be less; everything else is exactly what was sent."""
    other_currency = report.currency not in ("", payout.currency)
    other_amount = report.kind is not base.ReportKind.RETURNED and report.amount_minor not in (
        None,
        attempt.amount_minor,
    )
    if other_currency or other_amount:
        incidents.open_one(
            code="amount_differs",
            key=f"amount_differs:{attempt.pk}:{report.kind}",
            text=f"{rail} reports {attempt.end_to_end_id} as {report.kind} with another amount or currency than ours.",
            rail=rail,
            payout_id=payout.pk,
            now=now,
        )
