"""Rewriting the audit trail in every way its owner could, to see whether it is found from the anchors outside.

Whoever does it owns the tables, has put the triggers to sleep and knows how seals are made. Each trial happens in a
transaction that is rolled back; what it must not be is a trail that `sealing.verify` calls whole.
"""

import contextlib
import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import connections, transaction

from backoffice.audit import recording, sealing
from backoffice.audit.models import Event, Seal
from backoffice.settings import env
from tests import make, postgres
from tests.make import NOW

EVENTS, ANCHORS = 36, 4
"""How long the trail is, and at how many places it is anchored, its head among them."""
CONTENT = ("at", "actor_id", "actor_name", "via", "action", "subject_type", "subject_id", "data")
_NEW: dict[str, Callable[[random.Random, Event], Any]] = {
    "at": lambda rng, event: event.at + timedelta(microseconds=rng.choice((-1, 1, 10**6, -86_400 * 10**6))),
    "actor_id": lambda rng, event: None,
    "actor_name": lambda rng, event: event.actor_name + rng.choice((" ", "x", "\u200b")),
    "via": lambda rng, event: f"{event.via}x"[-10:],
    "action": lambda rng, event: event.action + "x",
    "subject_type": lambda rng, event: event.subject_type + "x",
    "subject_id": lambda rng, event: (event.subject_id or 0) + rng.choice((-1, 1, 10**9)),
    "data": lambda rng, event: event.data | {rng.choice(("number", "reason", "new")): rng.random()},
}


@contextlib.contextmanager
def as_owner(database: postgres.Database) -> Iterator[None]:
    """Django is the owner of the tables, and no trigger of the trail wakes."""
    connection = connections["default"]
    connection.close()
    connection.settings_dict.update(env.database(database.owner))
    try:
        with connection.cursor() as cursor:
            for table in ("audit_event", "audit_seal"):
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
    finally:
        connection.close()
        connection.settings_dict.update(env.database(database.app))


def write_trail() -> None:
    """Deeds of several people, sealed and anchored as they came."""
    people = [make.person("analyst"), make.person("approver"), make.person("treasurer")]
    for number in range(EVENTS):
        recording.record(
            actor=people[number % len(people)],
            action="test.deed",
            subject=make.seller() if number % 4 == 0 else None,
            data={"number": number, "reason": "déjà vu"},
            now=NOW + timedelta(seconds=number),
        )
        if (number + 1) % (EVENTS // ANCHORS) == 0:
            sealing.seal(now=NOW + timedelta(seconds=number))


# The ways. Each answers the events in the order in which a forged chain is to hold them.


def _change(rng: random.Random, trail: list[Event]) -> list[Event]:
    _alter(rng, rng.choice(trail))
    return trail


def _rewrite(rng: random.Random, trail: list[Event]) -> list[Event]:
    for event in rng.sample(trail, rng.randint(2, len(trail))):
        _alter(rng, event)
    return trail


def _alter(rng: random.Random, event: Event) -> None:
    name = rng.choice([name for name in CONTENT if name != "actor_id" or event.actor_id is not None])
    value = _NEW[name](rng, event)
    Event.objects.filter(pk=event.pk).update(**{name: value})
    setattr(event, name, value)


def _delete(rng: random.Random, trail: list[Event]) -> list[Event]:
    gone = rng.sample(trail, rng.choice((1, 1, 1, 2, 5)))
    _remove(gone)
    return [event for event in trail if event not in gone]


def _truncate(rng: random.Random, trail: list[Event]) -> list[Event]:
    kept = rng.randrange(len(trail))
    _remove(trail[kept:])
    return trail[:kept]


def _remove(events: Sequence[Event]) -> None:
    ids = [event.pk for event in events]
    Seal.objects.filter(pk__in=ids).delete()
    Event.objects.filter(pk__in=ids).delete()


def _insert(rng: random.Random, trail: list[Event]) -> list[Event]:
    made = Event.objects.create(
        at=rng.choice(trail).at, actor_name="somebody", via="session", action="test.deed", data={"number": -1}
    )
    at = rng.randrange(len(trail))
    _make_room(at + 1)
    Seal.objects.create(
        event=made, position=at + 1, previous_hash=rng.randbytes(32), hash=rng.randbytes(32), sealed_at=NOW
    )
    return [*trail[:at], made, *trail[at:]]


def _make_room(position: int) -> None:
    for seal in Seal.objects.filter(position__gte=position).order_by("-position"):
        Seal.objects.filter(pk=seal.pk).update(position=seal.position + 1)


def _swap(rng: random.Random, trail: list[Event]) -> list[Event]:
    one, other = rng.sample(range(len(trail)), 2)
    first, second = trail[one], trail[other]
    said = {name: getattr(first, name) for name in CONTENT}
    for event, content in ((first, {name: getattr(second, name) for name in CONTENT}), (second, said)):
        Event.objects.filter(pk=event.pk).update(**content)
        for name, value in content.items():
            setattr(event, name, value)
    return trail


WAYS: dict[str, Callable[[random.Random, list[Event]], list[Event]]] = {
    "change": _change,
    "delete": _delete,
    "insert": _insert,
    "swap": _swap,
    "truncate": _truncate,
    "rewrite": _rewrite,
}


def _forge(trail: Sequence[Event]) -> None:
    """A whole chain over these events, without a fault in itself."""
    Seal.objects.all().delete()
    previous, seals = sealing._GENESIS, []
    for position, event in enumerate(trail, start=1):
        current = sealing.digest(previous=previous, position=position, event=event)
        seals.append(
            Seal(event=event, position=position, previous_hash=previous, hash=current, sealed_at=NOW)
        )
        previous = current
    Seal.objects.bulk_create(seals)


@dataclass
class Tally:
    """How often each way was tried, plain and with a forged chain, and which ones nobody found."""

    tried: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    false_alarms: int = 0


def trials(*, count: int, seed: int) -> Tally:
    """So many rewritings, each undone; between them the trail must be whole. `as_owner`, after `write_trail`."""
    rng, tally = random.Random(seed), Tally()
    for number in range(count):
        if number % 100 == 0:
            tally.false_alarms += bool(sealing.verify())
        way, forged = rng.choice(list(WAYS)), rng.random() < 0.5
        name = f"{way}, forged" if forged else way
        with transaction.atomic():
            trail = [seal.event for seal in Seal.objects.select_related("event").order_by("position")]
            trail = WAYS[way](rng, trail)
            if forged:
                _forge(trail)
            tally.tried[name] += 1
            tally.missed[name] += not sealing.verify()
            transaction.set_rollback(True)
    tally.false_alarms += bool(sealing.verify())
    tally.missed = +tally.missed
    return tally
