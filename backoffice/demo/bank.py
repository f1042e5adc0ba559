"""The simulated bank inside this process, on a clock that the demo's history moves: the past goes through
real rails.

What it was told is written to the log that `manage.py simbank` opens, so that the running bank remembers it
and its statements go on where the history's ended.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings

from backoffice.simbank import bank as banks
from backoffice.simbank import journal, process, profile
from payouts.rails import base

SETTLES_AFTER = timedelta(hours=20)
_MANNERS = profile.Profile(
    settle_after=SETTLES_AFTER,
    return_after=timedelta(days=3),
    opening_minor=5_000_000_000,
    per_mille={profile.REJECTED: 5, profile.FAILED: 7, profile.RETURNED: 7},
)


class Memory:
    """A log that is written to disk once, at the end."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def records(self) -> Iterator[journal.Record]:
        return iter(())

    def append(self, records: Sequence[journal.Record]) -> None:
        for left, record in zip(range(len(records) - 1, -1, -1), records, strict=True):
            self.lines.append(json.dumps(record | {"left": left}, ensure_ascii=False, separators=(",", ":")))


class Bank:
    """One simulated bank, its time, and the transports that reach it. It answers both rails."""

    def __init__(self, *, start: datetime, seed: int) -> None:
        self.now = start
        self._log = Memory()
        manners = profile.Profile(**(vars(_MANNERS) | {"seed": seed}))
        self.simulated = banks.Bank(self._log, manners, real_time=lambda: self.now)  # type: ignore[arg-type]
        self.deaf_to: set[str] = set()
        """Idempotency keys whose calls are lost on the way, so that nobody knows what became of them."""
        self.slow_for: set[str] = set()
        """Names of files that are taken and not answered yet."""

    def until(self, moment: datetime) -> None:
        """Time passes; what falls due is settled and days are closed."""
        self.now = max(self.now, moment)
        self.simulated.tick()

    def transport(self, rail: str) -> "Calls | Files":
        return Files(self) if rail == "sepa" else Calls(self)

    def keep(self) -> Path | None:
        """The log stands where `manage.py simbank` reads it; None when a bank is running on one there.

        A log that stands there already is of a database that is gone: it is put aside.
        """
        path = Path(settings.DATA_DIR) / "simbank" / process.LOG_NAME
        try:
            with journal.Journal(path):
                if path.stat().st_size:
                    path.rename(path.with_name(f"{path.name}.before-{self.now:%Y%m%dT%H%M%S}"))
                draft = path.with_name(f".{path.name}.part")
                draft.write_text("".join(f"{line}\n" for line in self._log.lines))
                draft.rename(path)
        except journal.Busy:
            return None
        return path


class Calls:
    """The API, without the network."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> base.Reply:
        simulated, where = self._bank.simulated, urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(where.query).items()}
        key = (headers or {}).get("Idempotency-Key", "") or query.get("key", "")
        if key in self._bank.deaf_to and method == "POST":
            raise base.Unreachable("No answer within 30 seconds: the connection broke off.")
        if where.path == "/payments":
            answer = simulated.take_call(key=key, body=body) if method == "POST" else simulated.find_call(key)
            return base.Reply(answer[0], banks.dump(answer[1]))
        if where.path == "/events":
            return base.Reply(
                200, banks.dump(simulated.events_after(int(query["after"]), int(query["limit"])))
            )
        if where.path == "/statements":
            return base.Reply(
                200, banks.dump({"statements": [{"name": name} for name in simulated.books.statements]})
            )
        return base.Reply(200, simulated.books.statements[unquote(where.path.removeprefix("/statements/"))])


class Files:
    """The exchange of files, without the folders."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._held: dict[str, bytes] = {}

    def put(self, name: str, body: bytes) -> bool:
        self._held[name] = body
        if name not in self._bank.slow_for:
            self._bank.simulated.take_file(name, body)
        return True

    def holds(self, name: str) -> bytes | None:
        return self._held.get(name)

    def left(self) -> list[str]:
        return sorted(self._held)

    def inbox(self) -> list[str]:
        return sorted(self._bank.simulated.books.outgoing)

    def read(self, name: str) -> bytes:
        return self._bank.simulated.books.outgoing[name]
