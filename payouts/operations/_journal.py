"""The journal outside the database: what was about to be handed over, written down and synced before the call.

A database that was restored from a backup has forgotten payments; the journal has not. Files of lines of JSON in
``settings.HANDOVER_DIR``, one file a host and month: a line for each payment, then one that closes the submission.
Names of sellers and account numbers never stand there.
"""

import contextlib
import fcntl
import json
import os
import socket
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from itertools import chain
from pathlib import Path

from django.conf import settings

from payouts.models import Attempt
from payouts.operations._leases import Lease
from payouts.operations._watch import Watch
from payouts.operations.bankfiles import sha256

ENOUGH = 1000
"""So many last submissions of a host are looked at: more than all its workers can have under way at once."""
MOST = 16 * 1024 * 1024
"""Bytes from the end of a file that a look at the last submissions reads at most."""
_BLOCK = 64 * 1024


class NotWritten(OSError):
    """The journal takes no line: nothing may be handed over. The message says where and why."""


@dataclass(frozen=True)
class Payment:
    """One payment of a submission, as it was handed over. ``seller`` is the seller's id at the marketplace."""

    rail: str
    key: str
    end_to_end_id: str
    payout: str
    seller: str
    amount_minor: int
    currency: str
    at: str


@dataclass(frozen=True)
class Closing:
    """A whole submission: its payments stand above it. Handed over again, it stands there again."""

    rail: str
    key: str
    sha256: str
    at: str


def watched() -> bool:
    """Whether this installation keeps a journal, and stops when it knows more than the database."""
    return bool(settings.HANDOVER_DIR)


def write(*, leases: Sequence[Lease], watch: Watch) -> None:
    """Durably written down: these submissions may be handed over from now on. Raises `NotWritten`."""
    if not watched():
        return
    now = watch.now()
    at = now.astimezone(UTC).isoformat()
    by_id = {lease.submission_id: lease for lease in leases}
    lines: list[str] = []
    inside = Attempt.objects.filter(submission_id__in=by_id).order_by("submission_id", "pk")
    for row in inside.values_list(
        "submission_id", "end_to_end_id", "payout__reference", "payout__seller__external_id", "amount_minor",
        "payout__currency",
    ):  # fmt: skip
        lease = by_id[row[0]]
        payment = Payment(lease.rail, lease.key, row[1], row[2], row[3], row[4], row[5], at)
        lines.append(json.dumps(asdict(payment), ensure_ascii=False))
    lines += [json.dumps(asdict(Closing(lease.rail, lease.key, sha256(lease.body), at))) for lease in leases]
    _append("".join(f"\n{line}" for line in lines) + "\n", now)


def begin() -> None:
    """The folder is there before anything is leased, so that one that is not there later was taken away."""
    if watched():
        with contextlib.suppress(OSError):  # who writes the first line says what is wrong
            Path(settings.HANDOVER_DIR).mkdir(parents=True, exist_ok=True)


def can_write(*, now: datetime) -> bool:
    """Whether the journal takes a line now: an empty one is tried."""
    try:
        _append("\n", now)
    except NotWritten:
        return False
    return True


def _append(text: str, now: datetime) -> None:
    folder = Path(settings.HANDOVER_DIR)
    path = folder / f"handovers-{socket.gethostname()}-{now.astimezone(UTC):%Y-%m}.jsonl"
    try:
        new = not path.exists()
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("ab") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # workers of one host share the file
            file.write(text.encode())
            file.flush()
            os.fsync(file.fileno())
        if new:
            _sync(folder)
    except OSError as error:
        raise NotWritten(
            f"What is to be handed over cannot be written down in {path}: {error.strerror}. Make room or mend the "
            "rights there."
        ) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def newest() -> list[Closing]:
    """The submissions that stand last in each host's files, each once: the database must know every one.

    More than the last: workers write beside each other in another order than they committed, and what is handed over
    again stands there again. Of files of the last two months.
    """
    files = _files()
    months = sorted({path.stem[-7:] for path in files})[-2:]
    by_host: dict[str, list[Path]] = defaultdict(list)
    for path in files:
        if path.stem[-7:] in months:
            by_host[path.stem[: -len("-2026-11")]].append(path)
    return [line for paths in by_host.values() for line in _last(paths)]


def handed_over_since(*, rail: str, key: str, since: datetime) -> list[datetime]:
    """When this submission was about to be handed over, newest first, as far back as ``since``.

    Raises `NotWritten` where it cannot be read; a folder that is not there is none that says nothing.
    """
    if watched() and not Path(settings.HANDOVER_DIR).is_dir():
        raise NotWritten(f"There is no folder {settings.HANDOVER_DIR}: is it mounted here?")
    by_host: dict[str, list[Path]] = defaultdict(list)
    for path in _files():
        by_host[path.stem[: -len("-2026-11")]].append(path)
    return sorted(
        (moment for paths in by_host.values() for moment in _moments(paths, rail, key, since)), reverse=True
    )


def _moments(paths: Sequence[Path], rail: str, key: str, since: datetime) -> Iterator[datetime]:
    """Of one host. Read until `ENOUGH` lines in a row are older: a worker that slept writes late what began early."""
    older = 0
    lines = chain.from_iterable(_backwards(path, most=None) for path in reversed(paths))
    for line in _parsed(line for line in lines if b'"sha256"' in line):
        moment = datetime.fromisoformat(line.at)
        older = older + 1 if moment < since else 0
        if older > ENOUGH:
            return
        if moment >= since and (line.rail, line.key) == (rail, key):
            yield moment


def _last(paths: Sequence[Path]) -> Iterable[Closing]:
    """The closings of one host's files from the end, each submission once, at most `ENOUGH`."""
    found: dict[tuple[str, str, str], Closing] = {}
    lines = chain.from_iterable(_backwards(path) for path in reversed(paths))
    for line in _parsed(line for line in lines if b'"sha256"' in line):  # most lines are payments
        if isinstance(line, Closing):
            found.setdefault((line.rail, line.key, line.sha256), line)
            if len(found) == ENOUGH:
                break
    return found.values()


def _backwards(path: Path, *, most: int | None = MOST) -> Iterator[bytes]:
    """The lines of a file from its end, of its last ``most`` bytes or all."""
    try:
        with path.open("rb") as file:
            left, rest = file.seek(0, os.SEEK_END), b""
            stop = 0 if most is None else max(0, left - most)
            while left > stop:
                size = min(_BLOCK, left - stop)
                left -= size
                file.seek(left)
                first, *lines = (file.read(size) + rest).split(b"\n")
                yield from reversed(lines)
                rest = first
            yield rest
    except OSError as error:
        raise NotWritten(f"The journal {path} cannot be read: {error.strerror}.") from error


def everything() -> Iterator[Payment | Closing]:
    """Every line of every file, oldest first within a file. A line that a crash cut short is left out."""
    for path in _files():
        with path.open(encoding="utf-8", errors="replace") as file:
            yield from _parsed(file)


def _files() -> list[Path]:
    """Raises `NotWritten` for a folder that may not be looked into; before the first hand-over there is none."""
    if not watched():
        return []
    folder = Path(settings.HANDOVER_DIR)
    try:
        names = os.listdir(folder)  # a glob would answer that nothing is there
    except FileNotFoundError:
        return []
    except OSError as error:
        raise NotWritten(f"The journal in {folder} cannot be read: {error.strerror}.") from error
    return sorted(folder / name for name in names if fnmatch(name, "handovers-*.jsonl"))


def _parsed(lines: Iterable[str | bytes]) -> Iterator[Payment | Closing]:
    for line in lines:
        try:
            told = json.loads(line)
            yield Payment(**told) if "end_to_end_id" in told else Closing(**told)
        except (ValueError, TypeError):
            continue
