"""After a restore from a backup: nothing new is handed over before the rails have been asked what they have.

`_restored` finds out that it happened and stops everything. `ask` finds what was lost and keeps it from being paid
again; then one person closes the incident, and another lets the rails go on.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, Subquery

from backoffice.audit import authority, recording, sealing
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused
from backoffice.audit.models import Seal
from payouts import transports
from payouts.models import HoldReason, Incident, OutsidePayment, Payout, Restoration, Submission
from payouts.operations import _outside, _restored, collecting, holds, lookups
from payouts.operations._watch import Watch
from payouts.rails import base, registry
from payouts.states import SubmissionStatus
from sellers.ledger import written
from sellers.ledger.money import Money
from sellers.models import Seller

log = structlog.get_logger(__name__)


class NotAsked(Refused):
    """A rail did not answer: until all have, nothing goes on."""

    code = "not_asked"


@dataclass
class Asked:
    """What asking the rails has found since this restore, this time or before."""

    found: list[OutsidePayment] = field(default_factory=list)
    held: int = 0
    """Sellers that are on hold now because of it."""
    unknown: int = 0
    """Submissions that this database knows and whose outcome nobody knows yet."""
    documents: int = 0


def ask(*, actor: Actor, now: datetime) -> Asked:
    """Every rail was asked; payments that this database lost are known to it, and their sellers are on hold.

    Stops every rail first, found out or not. Can be called again: nothing is written twice. Raises `NotAsked` while a
    rail cannot be reached, `NotAllowed`; the rails stay stopped then.
    """
    authority.require(actor=actor, permission="payouts.stop_rail")
    watch = Watch(now)
    with transaction.atomic():
        _restored.stop(
            text=f"Said to be restored from a backup by {actor.name}. {_restored.TO_DO}",
            now=now,
        )
    asked = Asked(documents=_collect(watch))
    _look_up(watch)
    try:
        found = _outside.in_journal()
        for rail in _reachable():
            found += _outside.listed_by(rail) + _outside.under_next_keys(rail, watch=watch)
        lost = _outside.with_answers(_outside.not_ours(found), watch=watch)
    except (base.Unreachable, base.Unreadable, OSError) as error:
        raise NotAsked(
            f"Not all rails were asked: {error} Everything stays stopped. Run it again."
        ) from error
    _write(asked, lost, actor, watch)
    sealing.accept_restore(now=watch.now())
    return asked


def _reachable() -> list[str]:
    """The rails that money may go over here and whose other side the settings name."""
    return [
        rail
        for rail in registry.names()
        if registry.allowed(rail, production=settings.PRODUCTION) and settings.RAIL_TRANSPORTS.get(rail)
    ]


def _collect(watch: Watch) -> int:
    came = 0
    for rail in _reachable():
        try:
            came += collecting.collect(rail=rail, now=watch.now())
        except transports.NotConfigured as error:
            log.warning("rail_not_asked", rail=rail, reason=str(error))
    return came


def _look_up(watch: Watch) -> None:
    """Every submission whose outcome nobody knows is asked about now. Nothing is sent: every rail is stopped."""
    open_ones = Submission.objects.filter(
        Q(status=SubmissionStatus.UNKNOWN)
        | Q(status=SubmissionStatus.DELIVERING, lease_until__lte=watch.now())
    )
    Submission.objects.filter(status=SubmissionStatus.UNKNOWN).update(next_lookup_at=watch.now())
    for pk in list(open_ones.order_by("pk").values_list("pk", flat=True)):
        lookups.work(submission_id=pk, now=watch.now())


@transaction.atomic
def _write(asked: Asked, lost: Sequence[_outside.Found], actor: Actor, watch: Watch) -> None:
    now = watch.now()
    with (
        connection.cursor() as cursor
    ):  # two who ask at the same time find the same: the second writes what is left
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('restore: asking the rails'))")
    lost = _outside.not_ours(lost)
    sellers = _sellers(lost)
    made_now = OutsidePayment.objects.bulk_create(
        [
            OutsidePayment(
                rail=one.rail,
                key=one.key,
                end_to_end_id=one.end_to_end_id,
                payout_reference=one.payout,
                seller_id=sellers.get(one.end_to_end_id),
                amount_minor=one.amount_minor,
                currency=one.currency,
                handed_over_at=one.at,
                told_by=one.told_by,
                said=one.said,
                found_at=now,
            )
            for one in lost
        ],
        batch_size=2000,
    )
    _hold(made_now, now)
    _step_over(made_now)
    # Of this restore, whoever asked: the text is what a person closes the incident by.
    since = Incident.objects.filter(key=_restored.KEY, closed_at__isnull=True).values("opened_at")[:1]
    of_this = OutsidePayment.objects.filter(found_at__gte=Subquery(since))
    asked.found = list(of_this.order_by("pk"))
    asked.held = of_this.exclude(seller=None).values("seller").distinct().count()
    asked.unknown = Submission.objects.filter(
        status__in=(SubmissionStatus.UNKNOWN, SubmissionStatus.DELIVERING)
    ).count()
    anchor = sealing.lost()
    head = Seal.objects.order_by("-position").values_list("position", flat=True).first()
    made = Restoration.objects.create(
        asked_at=now,
        anchor_position=anchor.position if anchor is not None else 0,
        sealed_position=head or 0,
        found=len(asked.found),
    )
    data = {"found": len(asked.found), "held": asked.held, "unknown": asked.unknown}
    recording.record(actor=actor, action="database.restored", subject=made, data=data, now=now)
    Incident.objects.filter(key=_restored.KEY, closed_at__isnull=True).update(text=_summary(asked))


def _summary(asked: Asked) -> str:
    return (
        f"This database was restored from a backup. The rails were asked: {len(asked.found)} payments that it had "
        f"lost, {asked.held} sellers on hold because of them, {asked.unknown} submissions still unknown. Follow "
        "docs/runbooks/restore-from-backup.md, close this incident; then another person lets the rails go on."
    )


def _sellers(lost: Sequence[_outside.Found]) -> dict[str, int]:
    """Whose each payment is, by EndToEndId: as the journal says, else whose the payout of that reference is."""
    by_name = dict(
        Seller.objects.filter(external_id__in={o.seller for o in lost if o.seller}).values_list(
            "external_id", "pk"
        )
    )
    by_payout = dict(
        Payout.objects.filter(reference__in={o.payout for o in lost if not o.seller}).values_list(
            "reference", "seller_id"
        )
    )
    found = {o.end_to_end_id: by_name.get(o.seller) if o.seller else by_payout.get(o.payout) for o in lost}
    return {reference: seller for reference, seller in found.items() if seller is not None}


def _hold(found: Sequence[OutsidePayment], now: datetime) -> None:
    by_seller: dict[int, list[OutsidePayment]] = defaultdict(list)
    for one in found:
        if one.seller_id is not None:
            by_seller[one.seller_id].append(one)
    for seller_id, payments in sorted(by_seller.items()):
        names = ", ".join(say(one) for one in payments[:5])
        names += f" and {len(payments) - 5} more" if len(payments) > 5 else ""
        holds.hold_seller(
            seller_id=seller_id,
            actor=SYSTEM,
            reason=HoldReason.OTHER,
            note=f"The bank was handed {names} before this database was restored from a backup. Find out whether it "
            "was paid; if so take it off the balance with an adjustment. Then cancel and roll what stands here unsent, "
            "roll what came back, reissue nothing, and release.",
            now=now,
        )


def say(one: OutsidePayment) -> str:
    """The payment as people say it: its EndToEndId and amount."""
    if one.amount_minor is None:
        return one.end_to_end_id
    return f"{one.end_to_end_id} ({written.text(Money(one.amount_minor, one.currency))})"


def _step_over(found: Sequence[OutsidePayment]) -> None:
    """New payouts and batches get numbers that the lost days had not reached: a reference means one thing for ever."""
    lost = {
        "payouts_payout": [one.payout_reference.removeprefix("P") for one in found],
        "payouts_batch": [
            one.key.removeprefix("B").partition("F")[0] for one in found if one.key.startswith("B")
        ],
    }
    for table, numbers in lost.items():
        highest = max((int(number) for number in numbers if number.isdecimal()), default=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT last_value FROM pg_sequences WHERE sequencename = %s", [f"{table}_id_seq"])
            (last,) = cursor.fetchone() or (0,)
            cursor.execute(
                "SELECT nextval(%s) FROM generate_series(1, %s)",
                [f"{table}_id_seq", max(highest - (last or 0), 0)],
            )
