"""Chaining events by hash, and anchoring the head of the chain outside the database (HOUSE ruling 11).

A seal is SHA-256 over the seal before it, its position and its event. Whoever rewrites, removes or swaps events must
rewrite every later seal, and then the anchors, which stand in files of another machine or disk, no longer fit.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from .models import Event, Seal

_GENESIS = b"\0" * 32
_PAGE = 5000
LOOK_BACK = 200_000
"""Events get their ids before they are committed: those of a long transaction appear behind sealed ones."""
FILE = "anchors.jsonl"


class AnchorFailed(OSError):
    """The head of the chain could not be written outside the database. The message says where and why."""


@dataclass(frozen=True)
class Anchor:
    """What stands outside: the chain had this hash at this position.

    ``restored_after`` is set where people accepted that the database was restored: what was anchored before this line
    about positions beyond it is gone with the database that knew it.
    """

    position: int
    hash: str
    at: str
    restored_after: int | None = None


def digest(*, previous: bytes, position: int, event: Event) -> bytes:
    """The hash of an event at its place in the chain."""
    said: list[Any] = [
        position, event.pk, event.at.astimezone(UTC).isoformat(), event.actor_id, event.actor_name, event.via,
        event.action, event.subject_type, event.subject_id, event.data,
    ]  # fmt: skip
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(previous + text.encode()).digest()


def seal(*, now: datetime) -> int:
    """Every committed event has a seal, and the head is anchored; answers how many were new. One sealer at a time.

    Raises `AnchorFailed`; the seals then stand, and the next call anchors them.
    """
    sealed = _seal(now)
    last = _last_anchor()
    head = Seal.objects.order_by("-position").first()
    if head is not None and (last is None or (last.position < head.position and _fits(last))):
        _write_anchor(Anchor(head.position, bytes(head.hash).hex(), now.astimezone(UTC).isoformat()))
    return sealed


def lost() -> Anchor | None:
    """The newest anchor, where this database does not know it: it was restored from a backup, or rewritten.

    Nothing is anchored until `accept_restore`. Raises `AnchorFailed`.
    """
    last = _last_anchor()
    return None if last is None or _fits(last) else last


def accept_restore(*, now: datetime) -> Anchor:
    """From here on the anchors follow this database, and `verify` knows that what it lost was lost by a restore.

    The old anchors stay as they are: the line says behind which of them the database begins anew. Raises
    `AnchorFailed`.
    """
    kept = max((anchor.position for anchor in standing(read_anchors()) if _fits(anchor)), default=0)
    head = Seal.objects.order_by("-position").first()
    position, hashed = (head.position, bytes(head.hash)) if head is not None else (0, _GENESIS)
    made = Anchor(position, hashed.hex(), now.astimezone(UTC).isoformat(), restored_after=kept)
    _write_anchor(made)
    return made


def standing(anchors: list[Anchor]) -> list[Anchor]:
    """The anchors that the database must know: without those that a restore has overtaken."""
    kept: list[Anchor] = []
    for anchor in anchors:
        if anchor.restored_after is not None:
            beyond = anchor.restored_after
            kept = [each for each in kept if each.position <= beyond]
        kept.append(anchor)
    return kept


def _fits(anchor: Anchor) -> bool:
    if anchor.position == 0:
        return anchor.hash == _GENESIS.hex()
    hashed = Seal.objects.filter(position=anchor.position).values_list("hash", flat=True).first()
    return hashed is not None and bytes(hashed).hex() == anchor.hash


@transaction.atomic
def _seal(now: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(hashtext('audit: sealing'))")
        mine = cursor.fetchone()
    if not mine or not mine[0]:
        return 0
    head = Seal.objects.order_by("-position").first()
    position, previous = (head.position, bytes(head.hash)) if head else (0, _GENESIS)
    newest = Seal.objects.order_by("-event_id").values_list("event_id", flat=True).first() or 0
    waiting = Event.objects.filter(seal__isnull=True, pk__gt=newest - LOOK_BACK).order_by("pk")
    seals = []
    for event in waiting.iterator(chunk_size=_PAGE):
        position += 1
        current = digest(previous=previous, position=position, event=event)
        seals.append(
            Seal(event=event, position=position, previous_hash=previous, hash=current, sealed_at=now)
        )
        previous = current
    Seal.objects.bulk_create(seals, batch_size=_PAGE)
    return len(seals)


def verify() -> list[str]:
    """What is wrong with the audit trail, as sentences; empty when every event, seal and anchor fits."""
    anchors = {anchor.position: anchor for anchor in standing(read_anchors()) if anchor.position}
    problems: list[str] = []
    position, previous = 0, _GENESIS
    for found in _chain():
        position += 1
        event = found.event
        if found.position != position:
            problems.append(f"Seal {position} is missing: an event was removed.")
            position = found.position
        if bytes(found.previous_hash) != previous:
            problems.append(
                f"Seal {position} does not follow the one before it: the chain was cut or rewritten."
            )
        if bytes(found.hash) != digest(previous=bytes(found.previous_hash), position=position, event=event):
            problems.append(f"Event {event.pk} is not what was sealed as number {position}: it was changed.")
        anchor = anchors.pop(position, None)
        if anchor is not None and anchor.hash != bytes(found.hash).hex():
            problems.append(
                f"Seal {position} is not what was anchored on {anchor.at}: the chain was rewritten."
            )
        previous = bytes(found.hash)
        if len(problems) >= 20:
            return problems
    newest = Seal.objects.order_by("-event_id").values_list("event_id", flat=True).first() or 0
    left = Event.objects.filter(seal__isnull=True, pk__lte=newest - LOOK_BACK).count()
    if left:
        problems.append(f"{left} old events were never sealed: they came too late, or were put in by hand.")
    if anchors:
        lost = min(anchors)
        problems.append(f"Seal {lost} was anchored on {anchors[lost].at} and is gone: events were removed.")
    return problems


def _chain() -> Iterator[Seal]:
    last = 0
    while True:
        page = list(
            Seal.objects.select_related("event").filter(position__gt=last).order_by("position")[:_PAGE]
        )
        if not page:
            return
        yield from page
        last = page[-1].position


def _path() -> Path:
    return Path(settings.AUDIT_ANCHOR_DIR) / FILE


def read_anchors() -> list[Anchor]:
    """Every anchor, oldest first. A last line that a crash cut short is no anchor."""
    try:
        lines = _path().read_text().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        raise AnchorFailed(f"The anchors in {_path()} cannot be read: {error.strerror}.") from error
    return _parse(lines)


def _parse(lines: list[str]) -> list[Anchor]:
    anchors = []
    for line in lines:
        try:
            anchors.append(Anchor(**json.loads(line)))
        except (ValueError, TypeError):
            continue
    return anchors


def _last_anchor() -> Anchor | None:
    """The newest anchor, from the end of the file alone."""
    try:
        with _path().open("rb") as file:
            file.seek(max(0, file.seek(0, os.SEEK_END) - 4096))
            found = _parse(file.read().decode(errors="replace").splitlines())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise AnchorFailed(f"The anchors in {_path()} cannot be read: {error.strerror}.") from error
    return found[-1] if found else None


def _write_anchor(anchor: Anchor) -> None:
    path = _path()
    told: dict[str, Any] = {"position": anchor.position, "hash": anchor.hash, "at": anchor.at}
    if anchor.restored_after is not None:
        told["restored_after"] = anchor.restored_after
    line = json.dumps(told)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a") as file:
            file.write(f"{line}\n" if file.tell() == 0 else f"\n{line}\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise AnchorFailed(
            f"The audit trail cannot be anchored in {path}: {error.strerror}. Make room or mend the rights there."
        ) from error
