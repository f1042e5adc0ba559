"""Placing and releasing holds. A hold is a row, not a status."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import recorded
from payouts.models import Hold, HoldReason, Payout, ReleaseRequest
from payouts.models.hold import LONGEST, TWO_PEOPLE
from payouts.operations import _batches, _move, _releasing
from payouts.operations._outcome import Outcome, Preview, Refusal, refuse
from payouts.operations._releasing import Releases
from payouts.queries import recalls
from payouts.states import UNSENT, PayoutStatus
from sellers.models import Seller


class BadHold(Refused):
    """The hold lacks its reason or its note, or ends when it may not."""

    code = "bad_hold"


def _check(reason: str, note: str, until: datetime | None, now: datetime) -> None:
    if reason not in HoldReason.values:
        raise BadHold(_("No hold placed: choose a reason from the list."))
    if not note.strip():
        raise BadHold(_("No hold placed: write a note that tells colleagues what to find out."))
    if until is not None and reason in TWO_PEOPLE:
        raise BadHold(
            _(
                "No hold placed: two people release a hold for “{hold}”, no date does. Leave its end empty."
            ).format(hold=HoldReason(reason).label)
        )
    if until is not None and until <= now:
        raise BadHold(
            _("No hold placed: its end lies in the past. Choose a later moment, or let a person release it.")
        )
    if until is not None and until > now + LONGEST:
        raise BadHold(
            _(
                "No hold placed: its end lies more than a year ahead. Choose an earlier "
                "moment, or let a person release it."
            )
        )


def _sorted_out(payouts: Sequence[Payout]) -> tuple[list[Payout], list[Refusal]]:
    fine = [p for p in payouts if p.status in UNSENT]
    refused = [refuse(p, "sent", _too_late(p)) for p in payouts if p.status not in UNSENT]
    return fine, refused


def _too_late(payout: Payout) -> str:
    told = _("it is {status}: a hold comes too late").format(status=PayoutStatus(payout.status).label.lower())
    if payout.status in recalls.WITH_THE_BANK:
        told += _("; ask the bank to recall it, on its page")
    return told


def preview(*, payout_ids: Iterable[int], actor: Actor) -> Preview:
    """Which of these payouts a hold would stop."""
    authority.require(actor=actor, permission="payouts.place_hold")
    fine, refused = _sorted_out(list(Payout.objects.filter(pk__in=set(payout_ids)).order_by("pk")))
    return Preview(allowed=tuple(fine), refused=tuple(refused))


@transaction.atomic
def hold(
    *,
    payout_ids: Iterable[int],
    actor: Actor,
    reason: str,
    note: str,
    now: datetime,
    until: datetime | None = None,
) -> Outcome:
    """Each payout not yet sent has one more open hold; one in a batch leaves it, its approval standing.

    Takes the row locks that submission takes: whichever is first decides, the other is told. ``until`` is
    when it is released by itself. Raises `BadHold`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.place_hold")
    _check(reason, note, until, now)
    fine, refused = _sorted_out(_move.locked(payout_ids))
    _place(payouts=fine, actor=actor, reason=reason, note=note, now=now, until=until)
    return Outcome(moved=[p.pk for p in fine], refused=refused)


def _place(
    *,
    payouts: Sequence[Payout],
    actor: Actor,
    reason: str,
    note: str | Mapping[int, str],
    now: datetime,
    until: datetime | None,
) -> None:
    because = f"On hold: {recorded(HoldReason(reason).label)}"
    batched = [p for p in payouts if p.status == PayoutStatus.BATCHED]
    _batches.leave(payouts=batched, because=because, now=now)
    _move.change(
        name="take_out",
        payouts=batched,
        actor=actor,
        reason=because,
        now=now,
    )
    Hold.objects.bulk_create(
        [
            Hold(
                payout=p,
                reason=reason,
                note=(note if isinstance(note, str) else note[p.pk]).strip(),
                placed_by_id=actor.user_id,
                placed_at=now,
                until=until,
            )
            for p in payouts
        ],
        batch_size=2000,
    )
    recording.record_many(
        actor=actor,
        action="payout.hold",
        now=now,
        subject_type="payouts.payout",
        subjects=[(p.pk, {"reason": reason}) for p in payouts],
    )


def place_on(
    *, payouts: Sequence[Payout], reason: HoldReason, note: str | Mapping[int, str], now: datetime
) -> None:
    """The program itself holds these payouts, which the caller has locked; a person releases them.

    ``note`` is one for all, or one for each by its id.
    """
    _place(payouts=payouts, actor=SYSTEM, reason=reason.value, note=note, now=now, until=None)


@transaction.atomic
def hold_seller(
    *, seller_id: int, actor: Actor, reason: str, note: str, now: datetime, until: datetime | None = None
) -> Hold:
    """Everything of this seller is held, now and later, until released; their payouts leave open batches.

    Raises `BadHold`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.place_hold")
    _check(reason, note, until, now)
    return _place_on_seller(seller_id=seller_id, actor=actor, reason=reason, note=note, now=now, until=until)


def place_on_seller(*, seller_id: int, reason: HoldReason, note: str, now: datetime) -> Hold:
    """The program itself holds everything of this seller; a person releases it."""
    return _place_on_seller(
        seller_id=seller_id, actor=SYSTEM, reason=reason.value, note=note, now=now, until=None
    )


def _place_on_seller(
    *, seller_id: int, actor: Actor, reason: str, note: str, now: datetime, until: datetime | None
) -> Hold:
    seller = Seller.objects.select_for_update(no_key=True).get(pk=seller_id)
    placed = Hold.objects.create(
        seller=seller,
        reason=reason,
        note=note.strip(),
        placed_by_id=actor.user_id,
        placed_at=now,
        until=until,
    )
    batched = list(
        Payout.objects.select_for_update(of=("self",))
        .filter(seller=seller, status=PayoutStatus.BATCHED)
        .order_by("pk")
    )
    because = f"Seller on hold: {recorded(HoldReason(placed.reason).label)}"
    _batches.leave(payouts=batched, because=because, now=now)
    _move.change(name="take_out", payouts=batched, actor=actor, reason=because, now=now)
    recording.record(actor=actor, action="seller.hold", subject=seller, data={"reason": reason}, now=now)
    return placed


@transaction.atomic
def release(
    *,
    hold_ids: Iterable[int],
    actor: Actor,
    note: str,
    now: datetime,
    seen: AbstractSet[int] = frozenset(),
) -> Releases:
    """Holds that one person may end are over; the payouts stand where they stood, no step skipped.

    A hold for risk or compliance (`TWO_PEOPLE`) stays in force: its release is asked for, with the note. Where another
    person asked for it and ``seen`` has the id of their request, this confirms it, and it is over. Those that are
    neither are refused and say why. Raises `Conflict` when one was released already, `Refused` without a note,
    `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.release_hold")
    if not note.strip():
        raise Refused(
            _("Nothing released: write what was found out, for those who ask later."), code="reason_missing"
        )
    found = _releasing.sorted_out(holds=_open(hold_ids), actor=actor, seen=seen)
    _releasing.write(found=found, actor=actor, note=note.strip(), now=now)
    return found


def preview_release(*, hold_ids: Iterable[int], actor: Actor) -> Releases:
    """What a release by this person, who has read every request, would do now. Raises `NotAllowed`."""
    authority.require(actor=actor, permission="payouts.release_hold")
    rows = Hold.objects.filter(pk__in=set(hold_ids), released_at__isnull=True).order_by("pk")
    return _releasing.sorted_out(holds=list(rows), actor=actor, seen=None)


def _open(hold_ids: Iterable[int]) -> list[Hold]:
    holds = list(Hold.objects.select_for_update(of=("self",)).filter(pk__in=set(hold_ids)).order_by("pk"))
    gone = [hold for hold in holds if not hold.is_open]
    if gone:
        raise Conflict(
            _("Nothing released: {reason} was released by someone else just now.").format(
                reason=gone[0].get_reason_display()
            )
        )
    return holds


@transaction.atomic
def withdraw(*, request_ids: Iterable[int], actor: Actor, note: str, now: datetime) -> list[ReleaseRequest]:
    """These requests for a release are off, and their holds stay in force.

    Who asked may take it back without a word; another person says why. Raises `Conflict` when one was decided already,
    `Refused` without that word, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.release_hold")
    rows = ReleaseRequest.objects.filter(pk__in=set(request_ids))
    _open(rows.values_list("hold_id", flat=True))
    requests = list(rows.select_for_update(of=("self",)).select_related("hold").order_by("pk"))
    if any(each.confirmed_at or each.withdrawn_at for each in requests):
        raise Conflict(_("Nothing withdrawn: somebody decided on it just now."))
    if not note.strip() and any(each.asked_by_id != actor.user_id for each in requests):
        raise Refused(_("Nothing withdrawn: say why, for the person who asked."), code="reason_missing")
    _releasing.withdraw(requests=requests, actor=actor, note=note.strip(), now=now)
    return requests


def release_by_system(*, hold_ids: Iterable[int], note: str, now: datetime) -> int:
    """The program itself releases holds that it placed, whose cause is gone; answers how many."""
    found = _open(hold_ids)
    _releasing.end(holds=found, actor=SYSTEM, note=note, now=now)
    return len(found)


@transaction.atomic
def release_due(*, now: datetime) -> int:
    """Holds whose end has come are released by themselves; answers how many."""
    due = (
        Hold.objects.filter(released_at__isnull=True, until__lte=now)
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    return release_by_system(hold_ids=list(due), note="Its date has come.", now=now)
