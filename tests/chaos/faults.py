"""How each fault is done, and what ends it. A fault that finds nothing to hit is none."""

import os
import signal
from collections.abc import Callable, Iterator

from tests.chaos import brokers, pace
from tests.chaos.plan import Fault, Strike
from tests.chaos.stage import Stage
from tests.chaos.workers import Program

Ending = tuple[float, Callable[[], None]]
"""After how many seconds what is done."""
_PAST_THE_LEASE = pace.LEASE_SECONDS * 1.2


def strike(stage: Stage, one: Strike, *, ring: Callable[[], None]) -> list[Ending]:
    """The fault has begun; answers what will end it."""
    return list(_DEEDS[one.fault](stage, one.pick, ring))


def _group(stage: Stage, pick: int) -> Program | None:
    group = stage.groups[pick % len(stage.groups)]
    return None if group.is_down() else group


def _share(pick: int) -> float:
    """A number from 0 to 1."""
    return pick % 1000 / 1000


def _kill_child(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    group = _group(stage, pick)
    children = group.children() if group else []
    if children:
        stage.kills += 1
        _send(children[pick // 7 % len(children)], signal.SIGKILL)
    yield from ()


def _kill_group(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    group = _group(stage, pick)
    if group:
        stage.kills += 1
        group.signal_group(signal.SIGKILL)
        yield _share(pick), stage.supervise


def _stop_child(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    group = _group(stage, pick)
    children = group.children() if group else []
    if group and children:
        pid = children[pick // 7 % len(children)]
        _send(pid, signal.SIGSTOP)
        yield _PAST_THE_LEASE, lambda: _wake(group, pid)


def _stop_group(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    group = _group(stage, pick)
    if group:
        stopped = group.pid
        group.signal_group(signal.SIGSTOP)
        yield (
            _PAST_THE_LEASE,
            lambda: (
                group.signal_group(signal.SIGCONT) if group.pid == stopped and not group.is_down() else None
            ),
        )


def _cut_broker(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    stage.broker.line.cut()
    yield 0.3 + 2 * _share(pick), stage.broker.line.restore


def _empty_broker(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    if not (isinstance(stage.broker, brokers.Embedded) and stage.broker.is_down()):
        stage.broker.empty()
    yield from ()


def _kill_broker(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    broker = stage.broker
    if isinstance(broker, brokers.Embedded) and not broker.is_down():
        stage.kills += 1
        broker.kill()
        yield 0.2 + _share(pick), broker.restart


def _ring_twice(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    ring()
    yield from ()


def _kill_beat(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    if not stage.beat.is_down():
        stage.kills += 1
        stage.beat.signal_group(signal.SIGKILL)
        yield _share(pick), stage.supervise


def _kill_postgres(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    if not stage.database.is_down():
        stage.kills += 1
        stage.database.kill()
        yield 0.2 + _share(pick), stage.database.restart


def _stop_bank(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    bank = list(stage.banks.values())[pick % len(stage.banks)]
    if not bank.is_down():
        bank.signal(signal.SIGSTOP)
        yield pace.READ_SECONDS * 1.5, lambda: None if bank.is_down() else bank.signal(signal.SIGCONT)


def _kill_bank(stage: Stage, pick: int, ring: Callable[[], None]) -> Iterator[Ending]:
    bank = list(stage.banks.values())[pick % len(stage.banks)]
    if not bank.is_down():
        stage.kills += 1
        bank.signal(signal.SIGKILL)
        yield _share(pick), lambda: bank.start() if bank.is_down() else None


_DEEDS: dict[Fault, Callable[[Stage, int, Callable[[], None]], Iterator[Ending]]] = {
    Fault.KILL_CHILD: _kill_child,
    Fault.KILL_GROUP: _kill_group,
    Fault.STOP_CHILD: _stop_child,
    Fault.STOP_GROUP: _stop_group,
    Fault.CUT_BROKER: _cut_broker,
    Fault.EMPTY_BROKER: _empty_broker,
    Fault.KILL_BROKER: _kill_broker,
    Fault.RING_TWICE: _ring_twice,
    Fault.KILL_BEAT: _kill_beat,
    Fault.KILL_POSTGRES: _kill_postgres,
    Fault.STOP_BANK: _stop_bank,
    Fault.KILL_BANK: _kill_bank,
}


def _wake(group: Program, pid: int) -> None:
    """The child goes on, if it still is one: its pid may be another's by now."""
    if not group.is_down() and pid in group.children():
        _send(pid, signal.SIGCONT)


def _send(pid: int, number: int) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return
