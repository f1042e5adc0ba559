"""A real SFTP server on loopback, in a thread of its own."""

import asyncio
import contextlib
import pathlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import asyncssh

USER, PASSWORD = "market", "long-and-secret"


@dataclass
class Server:
    """Where it is, its key, what lies there, and how it misbehaves."""

    folder: pathlib.Path
    port: int = 0
    key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    users_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    broken_after: int | None = None
    """So many bytes are taken, then the line is cut."""
    only_plain_renames: bool = False
    """It knows nothing of OpenSSH's rename, which replaces what is there."""
    takes_at_once: bool = False
    """Whoever uses it takes a file away as soon as it has its name."""
    taken: dict[str, bytes] = field(default_factory=dict)
    hangs: bool = False
    """It answers nothing more once bytes come, until it is ``woken``."""
    woken: threading.Event = field(default_factory=threading.Event)
    seen: list[str] = field(default_factory=list)
    """The name of every file that was opened for writing."""

    @property
    def host_key(self) -> str:
        return self.key.export_public_key("openssh").decode().strip()

    @property
    def private_key(self) -> str:
        return self.users_key.export_private_key("openssh").decode()

    def files(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file()
        }


@contextlib.contextmanager
def server(folder: pathlib.Path) -> Iterator[Server]:
    """It runs for as long as the block."""
    (folder / "in").mkdir(parents=True)
    found = Server(folder)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    thread = threading.Thread(target=lambda: loop.run_until_complete(_serve(found, ready)), daemon=True)
    thread.start()
    assert ready.wait(20)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(found.stop.set)  # type: ignore[attr-defined]
        thread.join(20)
        loop.close()


async def _serve(found: Server, ready: threading.Event) -> None:
    found.stop = asyncio.Event()  # type: ignore[attr-defined]

    class Doorkeeper(asyncssh.SSHServer):
        def begin_auth(self, username: str) -> bool:
            return True

        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

        def public_key_auth_supported(self) -> bool:
            return True

        def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
            return username == USER and key == found.users_key.convert_to_public()

    class Files(asyncssh.SFTPServer):
        def __init__(self, channel: Any) -> None:
            super().__init__(channel, chroot=str(found.folder).encode())
            self._line = channel.get_connection()

        def open(self, path: bytes, pflags: int, attrs: Any) -> Any:
            found.seen.append(path.decode())
            return super().open(path, pflags, attrs)

        def write(self, file_obj: Any, offset: int, data: bytes) -> int:
            if found.hangs:
                found.woken.wait(60)
            if found.broken_after is not None and offset + len(data) > found.broken_after:
                super().write(file_obj, offset, data[: max(found.broken_after - offset, 0)])
                self._line.abort()
                raise asyncssh.SFTPConnectionLost("cut")
            return super().write(file_obj, offset, data)

        def posix_rename(self, oldpath: bytes, newpath: bytes) -> Any:
            if found.only_plain_renames:
                raise asyncssh.SFTPOpUnsupported("no such thing")
            done = super().posix_rename(oldpath, newpath)
            if found.takes_at_once:
                path = found.folder / newpath.decode().lstrip("/")
                found.taken[str(path.relative_to(found.folder))] = path.read_bytes()
                path.unlink()
            return done

    listener = await asyncssh.create_server(
        Doorkeeper, "127.0.0.1", 0, server_host_keys=[found.key], sftp_factory=Files
    )
    found.port = listener.get_port()
    ready.set()
    await found.stop.wait()  # type: ignore[attr-defined]
    listener.close()
    await listener.wait_closed()
