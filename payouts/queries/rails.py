"""Each rail as it is now: stopped or open, when it last carried something, what is unclear, and open incidents."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, QuerySet, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.words import ended, sentences
from payouts.models import BankDocument, Batch, Incident, RailSwitch, Submission
from payouts.queries import explain, rail_words, recorded, tallies
from payouts.queries.tallies import Totals
from payouts.rails import base, registry
from payouts.states import BatchStatus, SubmissionStatus

ALL = rail_words.ALL
"""In place of a rail's code: every rail."""


@dataclass(frozen=True)
class State:
    """One rail. ``way`` says where its other side is; ``ready`` is false where the settings name none."""

    name: str
    capabilities: base.Capabilities
    way: str
    ready: bool
    stop: RailSwitch | None
    unknown: int
    moving: int
    delivered_at: datetime | None
    heard_at: datetime | None


def states() -> list[State]:
    """Every installed rail."""
    stopped = {each.rail: each for each in stops()}
    return [_state(name, stopped.get(name)) for name in registry.names()]


def stops() -> "QuerySet[RailSwitch]":
    """Stops that stand, of one rail or, under "*", of every rail."""
    return RailSwitch.objects.filter(restored_at__isnull=True).select_related("stopped_by").order_by("rail")


def stop_of_all() -> RailSwitch | None:
    """The stop of every rail, if it stands."""
    return stops().filter(rail=ALL).first()


def open_on(rail: str) -> RailSwitch | None:
    """The stop that keeps new work from this rail, of it alone or of every rail, if there is one."""
    return stops().filter(rail__in=[rail, ALL]).first()


def stopper(stop: RailSwitch) -> str:
    """Who stopped it, as colleagues call them."""
    user = stop.stopped_by
    return (user.get_full_name() or user.get_username()) if user is not None else _("The program")


def why(stop: RailSwitch) -> str:
    """The reason, in the reader's language where the program gave it."""
    return recorded.by(stop.stopped_by_id, stop.reason)


def stopped_words(*rails: str) -> str:
    """Since when nothing is handed to these rails, by whom and why, and who ends that; empty while they are open.

    Of a stop of a rail beside one of every rail both are told: each has to end. It is a deed of ours, told by our own
    clock.
    """
    return sentences(*(_stopped(each) for each in stops().filter(rail__in=[*rails, ALL])))


def _stopped(stop: RailSwitch) -> str:
    words = (
        _(
            "{rail} has been stopped since {since}. {who} stopped it: “{reason}” Nothing is handed over until "
            "another treasurer lets it go on."
        )
        if stop.stopped_by_id is not None
        else _(
            "{rail} has been stopped since {since}. {who} stopped it: “{reason}” Nothing is handed over until "
            "a person has looked at why, and a treasurer lets it go on."
        )
    )
    return words.format(
        rail=rail_words.beginning(stop.rail),
        since=explain.clock(stop.stopped_at, timezone.get_current_timezone_name()),
        who=stopper(stop),
        reason=ended(why(stop)),
    )


def incidents(*, closed: bool = False) -> "QuerySet[Incident]":
    """Open incidents, or those that were closed."""
    return Incident.objects.filter(closed_at__isnull=not closed).select_related("payout", "closed_by")


def waiting_batches(rail: str | None) -> Totals:
    """Approved batches that wait while the rail (None: every rail) is stopped, and go out as soon as it goes on."""
    rows = Batch.objects.filter(status__in=[BatchStatus.APPROVED, BatchStatus.SUBMITTING])
    rows = rows if rail is None else rows.filter(rail=rail)
    sums = rows.order_by().values_list("currency").annotate(Count("pk"), Sum("total_minor"))
    return tallies.totals({currency: (count, int(minor)) for currency, count, minor in sums})


def _state(name: str, stop: RailSwitch | None) -> State:
    ours = Submission.objects.filter(rail=name)
    way, ready = _way(name)
    return State(
        name=name,
        capabilities=registry.get(name).capabilities,
        way=way,
        ready=ready,
        stop=stop,
        unknown=ours.filter(status=SubmissionStatus.UNKNOWN).count(),
        moving=ours.filter(status__in=[SubmissionStatus.PREPARED, SubmissionStatus.DELIVERING]).count(),
        delivered_at=ours.filter(delivered_at__isnull=False)
        .order_by("-pk")
        .values_list("delivered_at", flat=True)
        .first(),
        heard_at=BankDocument.objects.filter(rail=name)
        .order_by("-pk")
        .values_list("received_at", flat=True)
        .first(),
    )


def _way(name: str) -> tuple[str, bool]:
    """How the rail's other side is reached, without addresses that may hold secrets."""
    if not registry.allowed(name, production=settings.PRODUCTION):
        return _("Refused here: no real money may go over a simulated rail."), False
    names = settings.RAIL_TRANSPORTS.get(name, {})
    if "url" in names and _set(names["url"]):
        return _("Calls an API"), True
    if {"outbox", "inbox"} <= names.keys() and all(map(_set, names.values())):
        return _("Leaves files in a directory"), True
    return _("No way is set: name its address in the settings."), False


def _set(name: str) -> bool:
    return bool(getattr(settings, name, None))
