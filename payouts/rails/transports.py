"""The two ways out of the house: a pair of directories, and HTTP. Handed to rails by whoever calls them.

Neither retries, and neither guesses: whatever is not a complete answer is `Unreachable`. httpx is loaded with the first
call: a worker that makes none does without.
"""

import os
import re
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self

from payouts.rails import base

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_LARGEST_REPLY = 64 * 1024 * 1024


class DirectoryTransport:
    """`outbox` holds what we hand over, `inbox` what the bank leaves for us.

    The contract with whoever uploads from the outbox (EBICS client, SFTP job, the simulated bank): copy,
    never move or delete. A file that stays is the proof that it was handed over, and makes a second delivery
    of it a no-op. Names that start with a dot are unfinished and must be ignored by both sides.
    """

    def __init__(self, *, outbox: Path, inbox: Path, still: Callable[[], bool] = lambda: True):
        self.outbox = outbox
        self.inbox_folder = inbox
        self._still = still

    def only_while(self, still: Callable[[], bool]) -> Self:
        """The same directories; a new file gets its name only if ``still`` says so at that very moment."""
        return type(self)(outbox=self.outbox, inbox=self.inbox_folder, still=still)

    def put(self, name: str, body: bytes) -> bool:
        """Afterwards `name` durably holds exactly `body`, whole or not at all, also after a crash of the
        machine.

        True when it was new, False when it stood there already. `FileExistsError` when it holds other bytes,
        which are never overwritten. Raises `Unreachable` when the directory cannot be written.
        """
        target = self.outbox / _checked(name)
        try:
            self._make_outbox()
            created = not target.exists() and self._link(target, body)
            same = target.read_bytes() == body
            _sync_directory(self.outbox)  # a copy left by a crashed attempt may not be durable yet
        except OSError as error:
            raise base.Unreachable(f"The outbox {self.outbox} cannot be written: {error}.") from error
        if not same:
            raise FileExistsError(f"{name} already stands in the outbox with other content.")
        return created

    def _make_outbox(self) -> None:
        if not self.outbox.is_dir():
            self.outbox.mkdir(parents=True, exist_ok=True)
            _sync_directory(self.outbox.parent)

    def _link(self, target: Path, body: bytes) -> bool:
        """Write aside, sync, then give it its name: a link refuses to replace, where a rename would."""
        descriptor, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=self.outbox)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(body)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(temporary, 0o640)
            if not self._still():
                raise base.Unreachable(f"It had become too late to leave {target.name}: nothing was left.")
            try:
                os.link(temporary, target)
            except FileExistsError:
                return False
            return True
        finally:
            os.unlink(temporary)

    def holds(self, name: str) -> bytes | None:
        try:
            return (self.outbox / _checked(name)).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise base.Unreachable(f"The outbox {self.outbox} cannot be read: {error}.") from error

    def left(self) -> list[str]:
        return _names(self.outbox, "outbox")

    def inbox(self) -> list[str]:
        return _names(self.inbox_folder, "inbox")

    def read(self, name: str) -> bytes:
        try:
            return (self.inbox_folder / _checked(name)).read_bytes()
        except OSError as error:
            raise base.Unreachable(f"{name} cannot be read from the inbox: {error}.") from error


class HttpTransport:
    """Calls to one host. Safe to share between threads; `close` it, or use it in a `with`."""

    def __init__(self, url: str, *, connect_seconds: float = 5, read_seconds: float = 20):
        import httpx

        self._client = httpx.Client(
            base_url=url,
            timeout=httpx.Timeout(read_seconds, connect=connect_seconds),
            follow_redirects=False,  # a redirected POST is a second POST
            trust_env=False,  # a proxy from the environment must not see or answer payments
        )

    def call(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> base.Reply:
        """One request, sent at most once. Raises `Unreachable` for no connection, timeouts, resets, cut-off
        bodies."""
        import httpx

        try:
            with self._client.stream(method, path, headers=headers, content=body) as response:
                parts, size = [], 0
                for part in response.iter_bytes():
                    size += len(part)
                    if size > _LARGEST_REPLY:
                        raise base.Unreachable(
                            f"The answer to {method} {path} is larger than {_LARGEST_REPLY:,} bytes."
                        )
                    parts.append(part)
                return base.Reply(response.status_code, b"".join(parts))
        except (httpx.HTTPError, httpx.InvalidURL, httpx.StreamError) as error:
            why = str(error).rstrip(".") or type(error).__name__
            raise base.Unreachable(f"No complete answer to {method} {path}: {why}.") from error

    def close(self) -> None:
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _names(folder: Path, what: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return sorted(e.name for e in entries if _NAME.fullmatch(e.name) and e.is_file())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise base.Unreachable(f"The {what} {folder} cannot be read: {error}.") from error


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"“{name}” cannot be a file name here: letters, digits, dot, dash and underscore only."
        )
    return name


def _sync_directory(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
