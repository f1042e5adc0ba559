"""The instruction log: JSON lines, append-only, on disk before anything is answered. It is the only judge.

Records that belong together are appended in one write. Each says how many follow it in that write (``left``),
so that a write torn by a crash is recognised and cut off when the log is opened: nobody was answered on its
strength.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Record = dict[str, Any]


class Busy(RuntimeError):
    """Another process already keeps this log."""


class Broken(RuntimeError):
    """A write failed, so that nothing may follow it until the log was opened anew."""


class Journal:
    """One process keeps it at a time; the lock goes with the process, however it ends."""

    def __init__(self, path: Path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._broken = False
        self._file = open(path, "ab", buffering=0)  # noqa: SIM115 - held open for the life of the bank
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            raise Busy(f"Another simulated bank is running on {path}.") from error
        self._file.truncate(_whole(path.read_bytes()))
        os.fsync(self._file.fileno())

    def records(self) -> Iterator[Record]:
        return read(self.path)

    def append(self, records: Sequence[Record]) -> None:
        """All of them or none, durably."""
        lines = [
            json.dumps(record | {"left": left}, ensure_ascii=False, separators=(",", ":")) + "\n"
            for record, left in zip(records, range(len(records) - 1, -1, -1), strict=True)
        ]
        if self._broken:
            raise Broken(f"The log {self.path} could not be written before: start the bank again.")
        self._broken = True  # until all of it is on disk: after half a write nothing may follow
        rest = memoryview("".join(lines).encode())
        while rest:
            rest = rest[self._file.write(rest) :]
        os.fsync(self._file.fileno())
        self._broken = False

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def read(path: Path) -> Iterator[Record]:
    """Every record of a log, oldest first, without a torn end. Also reads while a bank is running."""
    content = path.read_bytes()
    for line in content[: _whole(content)].splitlines():
        record = json.loads(line)
        del record["left"]
        yield record


def _whole(content: bytes) -> int:
    """Length of the log up to the last write that is there completely."""
    end = position = 0
    for line in content.splitlines(keepends=True):
        position += len(line)
        if not line.endswith(b"\n"):
            break
        if json.loads(line)["left"] == 0:
            end = position
    return end
