"""The other side: the real simulated bank, its journal on disk, and what is still on its way to it or from it."""

import heapq
import itertools
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from backoffice.simbank.bank import Bank
from backoffice.simbank.journal import Journal
from backoffice.simbank.profile import Calls, Profile
from tests.simulate.clock import Clock


class OtherSide:
    """`bank` keeps the log that judges. Nothing here is known to the program but through the lines of `wire`."""

    def __init__(
        self, folder: Path, *, clock: Clock, rng: Random, deduplicates: bool, window: timedelta
    ) -> None:
        self.outbox = folder / "outbox"
        self.outbox.mkdir(parents=True)
        self._journal = Journal(folder / "log.jsonl")
        self._clock, self._rng = clock, rng
        manners = Profile(
            settle_after=timedelta(seconds=rng.choice((1, 60, 900))),
            slow_after=timedelta(hours=3),
            return_after=timedelta(hours=rng.choice((1, 20))),
            opening_minor=10_000_000,
            # A window of nothing: every call makes a payment of its own.
            call=Calls(deduplicates=deduplicates, key_window=window if deduplicates else timedelta(0)),
        )
        self.bank = Bank(self._journal, manners, real_time=clock.read)
        self._late: list[tuple[Any, int, str, bytes]] = []
        self._numbers = itertools.count()
        self.feed: list[dict[str, Any]] = []
        self._held_back: list[dict[str, Any]] = []
        self._taken = 0
        self.documents: dict[str, bytes] = {}

    def close(self) -> None:
        self._journal.close()

    # What comes in

    def take(self, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        self.bank.tick()
        return self.bank.take_call(key=key, body=body)

    def take_later(self, *, seconds: float, key: str, body: bytes) -> None:
        """The bytes lie somewhere on the way; whoever sent them hears nothing more of them."""
        due = self._clock.now + timedelta(seconds=seconds)
        heapq.heappush(self._late, (due, next(self._numbers), key, body))

    def let_pass(self, seconds: float) -> None:
        """The clock goes on; what falls due on the way arrives when it is due."""
        until = self._clock.now + timedelta(seconds=seconds)
        while self._late and self._late[0][0] <= until:
            due, _, key, body = heapq.heappop(self._late)
            self._clock.now = max(due, self._clock.now)
            self.take(key, body)
        self._clock.now = max(until, self._clock.now)

    def work(self) -> None:
        """What is due is settled, and files that were left are taken."""
        self.bank.tick()
        for path in sorted(self.outbox.glob("*.xml")):
            if path.name not in self.bank.books.files:
                self.bank.take_file(path.name, path.read_bytes())
        self.bank.tick()

    # What goes out: late, twice and in another order

    def tell(self, *, everything: bool = False) -> None:
        """Some of what the bank has to tell becomes visible; with ``everything`` nothing is held back."""
        events = self.bank.books.events
        self._held_back += events[self._taken :]
        self._taken = len(events)
        now_told = [e for e in self._held_back if everything or self._rng.random() < 0.7]
        self._held_back = [e for e in self._held_back if e not in now_told]
        if not everything:
            self._rng.shuffle(now_told)
        self.feed += now_told
        if self.feed and not everything and self._rng.random() < 0.3:
            self.feed.append(self._rng.choice(self.feed))
        self._leave(everything=everything)

    def _leave(self, *, everything: bool) -> None:
        """Documents. Answers about one file keep their order: a first rejection proves that nothing left (ADR 14)."""
        waiting: set[str] = set()
        for name, body in self.bank.books.outgoing.items():
            about = name.rsplit("-", 1)[0] if name.startswith("pain002-") else name
            if name in self.documents:
                continue
            if about in waiting or not (everything or self._rng.random() < 0.7):
                waiting.add(about)
                continue
            self.documents[name] = body
            if not everything and self._rng.random() < 0.1:
                self.documents[f"{name}.again"] = body

    def page(self, after: int, limit: int) -> dict[str, Any]:
        listed = self.feed[after : after + limit]
        return {"events": listed, "last": after + len(listed)}

    def statements(self) -> dict[str, bytes]:
        """Every statement that the bank's pages show, by name, whether or not it was sent."""
        books = self.bank.books
        files = {name: body for name, body in books.outgoing.items() if name.startswith("camt053-")}
        return files | books.statements

    # What the people there say when somebody asks them

    def carried(self, end_to_end_id: str) -> bool | None:
        """Whether the payee has the money of what was handed over some time ago; None while it is under way."""
        found = [one for one in self.bank.books.instructions.values() if one.end_to_end_id == end_to_end_id]
        waits = any(path.name not in self.bank.books.files for path in self.outbox.glob("*.xml"))
        if any(one.status == "accepted" for one in found) or (not found and waits):
            return None
        return any(one.status == "paid" for one in found)

    def has(self, *, key: str, is_file: bool) -> bool:
        """Whether it carries, or will carry, what was sent under this key; a refusal is none."""
        if is_file:
            name = f"pain001-{key}.xml"
            return (self.outbox / name).exists()
        return any(record["type"] == "instruction" for record in self.bank.books.by_key.get(key, ()))
