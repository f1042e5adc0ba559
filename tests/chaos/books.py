"""What the database says of payouts, for the judge."""

from collections import defaultdict
from datetime import datetime

from payouts.models import Attempt, Incident, Payout, RailSwitch
from payouts.operations import answering
from payouts.queries import invariants
from tests.chaos.judge import Booked


def read(*, now: datetime) -> list[Booked]:
    """Every payout there is."""
    alerts = set(Incident.objects.filter(closed_at__isnull=True).values_list("key", flat=True))
    attempts: dict[int, list[Attempt]] = defaultdict(list)
    rows = Attempt.objects.select_related("submission").defer("submission__body_ciphertext")
    for attempt in rows.order_by("number"):
        attempts[attempt.payout_id].append(attempt)
    found = []
    for payout in Payout.objects.select_related("batch").order_by("pk"):
        live = next((a.submission for a in attempts[payout.pk] if a.ended_at is None), None)
        found.append(
            Booked(
                id=payout.pk,
                reference=payout.reference,
                amount_minor=payout.amount_minor,
                currency=payout.currency,
                status=payout.status,
                end_to_end_ids=frozenset(a.end_to_end_id for a in attempts[payout.pk]),
                submission_status=live.status if live else "",
                lease_is_over=bool(live and live.lease_until and live.lease_until <= now),
                has_alert=bool(live) and answering.alert_key(live.pk) in alerts,
                batch_status=payout.batch.status if payout.batch else "",
            )
        )
    return found


def doubts(*, now: datetime) -> list[str]:
    """Broken invariants, now or seen by beat in between, and rails that the program stopped by itself."""
    found = [f"{i.name}: {i.sentence} {', '.join(ids)}" for i, ids in invariants.run(now=now) if ids]
    seen = Incident.objects.filter(code__in=("invariant", "paid_twice", "audit_anchor", "conflict"))
    found += [f"incident: {i.text}" for i in seen.exclude(key="invariant:unknown_has_an_alert")]
    found += [
        f"{s.rail} was stopped: {s.reason}" for s in RailSwitch.objects.filter(restored_at__isnull=True)
    ]
    return found


def story(reference: str) -> str:
    """What is written about one payout, as evidence."""
    lines = []
    for attempt in Attempt.objects.filter(payout__reference=reference).select_related("submission"):
        row = attempt.submission
        lines.append(f"  attempt {attempt.end_to_end_id} under {row.key}, {row.status} {row.answer_code}")
        lines += [
            f"    {e.at:%H:%M:%S.%f} {e.what} fence {e.fence} {e.outcome} {e.code} {e.text}"
            for e in row.events.order_by("pk")
        ]
        lines += [f"    said: {f.kind} {f.source}" for f in attempt.facts.order_by("pk")]
    return "\n".join(lines)
