"""Who may end which hold, and how a release by two people goes: one asks, another confirms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.words import beside
from payouts.models import Hold, ReleaseRequest
from payouts.models.hold import FOR_COMPLIANCE

JUDGE = "payouts.judge_hold"
RELEASE = "payouts.release_hold"


@dataclass(frozen=True)
class HoldRefusal:
    """A hold that stays as it is. ``reason`` is a sentence without its full stop, ``code`` is for programs."""

    hold: Hold
    code: str
    reason: str


@dataclass
class Releases:
    """What becomes of some holds: released now, asked to be released, left alone."""

    released: list[Hold] = field(default_factory=list)
    asked: list[Hold] = field(default_factory=list)
    confirmed: list[ReleaseRequest] = field(default_factory=list)
    refused: list[HoldRefusal] = field(default_factory=list)

    @property
    def why_nothing(self) -> str:
        """Why all of them are left alone: each `HoldRefusal.reason` once; empty where anything is done."""
        if self.released or self.asked:
            return ""
        return beside(dict.fromkeys(each.reason for each in self.refused))


def sorted_out(*, holds: Sequence[Hold], actor: Actor, seen: AbstractSet[int] | None) -> Releases:
    """What a release by this person does to each of these open holds.

    ``seen`` are the ids of the requests that the person has read, without which none is confirmed; None: all.
    ``released`` holds those that one person releases and those whose request is confirmed (``confirmed``).
    """
    found = Releases()
    requests = open_requests(holds)
    for hold in holds:
        request = requests.get(hold.pk)
        if not hold.needs_two:
            found.released.append(hold)
        elif request is None:
            found.asked.append(hold)
        elif why_not := _why_not(hold, request, actor, seen):
            found.refused.append(HoldRefusal(hold, *why_not))
        else:
            found.confirmed.append(request)
            found.released.append(hold)
    return found


def open_requests(holds: Iterable[Hold]) -> Mapping[int, ReleaseRequest]:
    """The request that waits for another person, by hold."""
    rows = ReleaseRequest.objects.filter(
        hold__in=[hold.pk for hold in holds], confirmed_at__isnull=True, withdrawn_at__isnull=True
    )
    return {request.hold_id: request for request in rows.select_related("asked_by")}


def _why_not(
    hold: Hold, request: ReleaseRequest, actor: Actor, seen: AbstractSet[int] | None
) -> tuple[str, str] | None:
    name = request.asked_by.get_full_name() or request.asked_by.get_username()
    if request.asked_by_id == actor.user_id:
        return "four_eyes", _("you asked for its release: another person must confirm it")
    if RELEASE not in authority.permissions_of(request.asked_by_id):
        return "asker", _(
            "{name} asked for its release and may not release any more: withdraw it, and ask anew"
        ).format(name=name)
    if hold.reason in FOR_COMPLIANCE and not _one_judges(request, actor):
        return "compliance", _("{name} asked for its release: somebody of compliance must confirm it").format(
            name=name
        )
    if seen is not None and request.pk not in seen:
        return "changed", _("{name} asked for its release meanwhile: read why, then decide").format(name=name)
    return None


def _one_judges(request: ReleaseRequest, actor: Actor) -> bool:
    """Whether one of the two people judges for compliance."""
    return authority.allows(actor=actor, permission=JUDGE) or JUDGE in authority.permissions_of(
        request.asked_by_id
    )


def write(*, found: Releases, actor: Actor, note: str, now: datetime) -> None:
    """The verdicts on locked holds become true."""
    requests = [
        ReleaseRequest(hold=hold, note=note, asked_by_id=actor.person_id, asked_at=now)
        for hold in found.asked
    ]
    ReleaseRequest.objects.bulk_create(requests)
    _record(found.asked, "release_asked", actor, now)
    ReleaseRequest.objects.filter(pk__in=[request.pk for request in found.confirmed]).update(
        confirmed_by_id=actor.user_id, confirmed_at=now
    )
    end(holds=found.released, actor=actor, note=note, now=now)


def end(*, holds: Sequence[Hold], actor: Actor, note: str, now: datetime) -> None:
    """These locked holds are over; a request that waited for another person has nothing to wait for any more."""
    ids = [hold.pk for hold in holds]
    waiting = ReleaseRequest.objects.filter(
        hold__in=ids, confirmed_at__isnull=True, withdrawn_at__isnull=True
    )
    waiting.update(withdrawn_at=now)
    Hold.objects.filter(pk__in=ids).update(released_at=now, released_by_id=actor.user_id, release_note=note)
    _record(holds, "release", actor, now)


def withdraw(*, requests: Sequence[ReleaseRequest], actor: Actor, note: str, now: datetime) -> None:
    """These locked requests are off; their holds stay in force."""
    ReleaseRequest.objects.filter(pk__in=[request.pk for request in requests]).update(
        withdrawn_by_id=actor.user_id, withdrawn_at=now, withdrawn_note=note
    )
    _record([request.hold for request in requests], "release_withdrawn", actor, now)


def _record(holds: Iterable[Hold], verb: str, actor: Actor, now: datetime) -> None:
    kinds: tuple[tuple[str, str, Callable[[Hold], int | None]], ...] = (
        ("payout", "payouts.payout", lambda hold: hold.payout_id),
        ("seller", "sellers.seller", lambda hold: hold.seller_id),
    )
    for kind, subject_type, of in kinds:
        subjects = [(of(hold), {"hold": hold.pk, "reason": hold.reason}) for hold in holds]
        recording.record_many(
            actor=actor,
            action=f"{kind}.{verb}",
            now=now,
            subject_type=subject_type,
            subjects=[(pk, data) for pk, data in subjects if pk is not None],
        )
