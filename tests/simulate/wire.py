"""The lines to the bank, and everything that goes wrong on them."""

import json
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

from backoffice.simbank import bank as banks
from payouts.rails import base
from payouts.rails.transports import DirectoryTransport
from tests.simulate.interrupts import AFTER_CALL, BEFORE_CALL, Crash

if TYPE_CHECKING:
    from tests.simulate.world import World

HANGS = 600.0
"""Seconds after which nothing arrives any more that was handed to the line: the program's cool-down counts on it."""
_SEND = (
    *("refused", "busy", "error before", "garbage before", "garbage", "error"),
    *("late", "late", "late", "drop", "drop"),
)
_ASK = ("unreachable", "stale", "garbage", "error")
_NONSENSE = base.Reply(200, b"<html>maintenance</html>")
_DOWN = base.Reply(503, b"{}")


class CallLine:
    """A `base.CallTransport` straight into the bank."""

    def __init__(self, world: "World") -> None:
        self._world = world

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> base.Reply:
        parts = urlsplit(path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        if method == "POST":
            return self._send((headers or {}).get("Idempotency-Key", ""), body)
        if parts.path == "/payments":
            return self._ask(query["key"])
        return self._read(parts.path, query)

    def _send(self, key: str, body: bytes) -> base.Reply:
        world, bank = self._world, self._world.bank
        content = json.loads(body)
        world.wire_rules.look(rail="sandbox", key=key, references=[content["end_to_end_id"]], body=body)
        fault, started = world.fault(world.focus.send or _SEND), world.clock.now
        try:
            world.point(BEFORE_CALL)
        except Crash:
            if world.rng.random() < 0.3:  # it was in the buffers of a machine that went on
                bank.take_later(seconds=world.rng.uniform(0, HANGS / 2), key=key, body=body)
            raise
        slept = (world.clock.now - started).total_seconds()
        if slept > HANGS or fault == "refused":
            raise base.Unreachable("no connection")
        if fault == "late":
            bank.take_later(seconds=world.rng.uniform(1, HANGS - slept), key=key, body=body)
            raise base.Unreachable("timed out")
        early = {"busy": base.Reply(429, b"{}"), "error before": _DOWN, "garbage before": _NONSENSE}
        if fault in early:
            return early[fault]
        status, answer = bank.take(key, body)
        world.point(AFTER_CALL)
        if fault == "drop":
            raise base.Unreachable("the connection broke")
        late = {"garbage": _NONSENSE, "error": _DOWN}
        return late.get(fault) or base.Reply(status, banks.dump(answer))

    def _ask(self, key: str) -> base.Reply:
        world = self._world
        fault = world.fault(world.focus.ask or _ASK)
        world.point(BEFORE_CALL)
        if fault == "unreachable":
            raise base.Unreachable("no connection")
        answers = {"garbage": _NONSENSE, "error": _DOWN}
        if fault in answers:
            return answers[fault]
        status, answer = world.bank.bank.find_call("nothing" if fault == "stale" else key)
        reply = base.Reply(status, banks.dump(answer))
        world.point(AFTER_CALL)
        return reply

    def _read(self, path: str, query: Mapping[str, str]) -> base.Reply:
        world, bank = self._world, self._world.bank
        if world.fault(("unreachable",)):
            raise base.Unreachable("no connection")
        world.point(BEFORE_CALL)
        if path == "/events":
            bank.tell(everything=world.calm)
            return base.Reply(200, banks.dump(bank.page(int(query["after"]), int(query["limit"]))))
        statements = bank.bank.books.statements
        if path == "/statements":
            return base.Reply(200, banks.dump({"statements": [{"name": name} for name in statements]}))
        return base.Reply(200, statements[unquote(path.removeprefix("/statements/"))])


class FileLine(DirectoryTransport):
    """Two folders at the bank; its inbox shows what the bank has told so far."""

    world: "World"

    def put(self, name: str, body: bytes) -> bool:
        world = self.world
        references = re.findall(rb"<EndToEndId>([^<]+)<", body)
        key = name.removeprefix("pain001-").removesuffix(".xml")
        world.wire_rules.look(rail="sepa", key=key, references=[r.decode() for r in references], body=body)
        fault = world.fault(("refused", "drop"))
        world.point(BEFORE_CALL)
        if fault == "refused":
            raise base.Unreachable("the folder is not mounted")
        created = super().put(name, body)
        world.point(AFTER_CALL)
        if fault == "drop":
            raise base.Unreachable("the folder went away")
        return created

    def holds(self, name: str) -> bytes | None:
        world = self.world
        fault = world.fault(("unreachable", "stale"))
        world.point(BEFORE_CALL)
        if fault == "unreachable":
            raise base.Unreachable("the folder is not mounted")
        return None if fault == "stale" else super().holds(name)

    def left(self) -> list[str]:
        if self.world.fault(("unreachable",)):
            raise base.Unreachable("the folder is not mounted")
        return super().left()

    def inbox(self) -> list[str]:
        if self.world.fault(("unreachable",)):
            raise base.Unreachable("the folder is not mounted")
        self.world.bank.tell(everything=self.world.calm)
        return sorted(self.world.bank.documents)

    def read(self, name: str) -> bytes:
        return self.world.bank.documents[name]


def lines(world: "World") -> dict[str, Any]:
    """A line for each rail of this world."""
    line = type("Line", (FileLine,), {"world": world})  # `only_while` makes another of the same class
    folder = world.bank.outbox
    return {"sandbox": CallLine(world), "sepa": line(outbox=folder, inbox=folder)}
