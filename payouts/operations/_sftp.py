"""Sending a file to an SFTP server whose key is known: whole under its name, or not there at all.

The library is imported where it is used: it takes 5 MB of every process, and few ever send a file.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import posixpath
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    import asyncssh

CONNECT_SECONDS = 15
UPLOAD_SECONDS = 10 * 60  # a worker's task has fifteen minutes
CLOSING_SECONDS = 10
"""How long a server that may have hung is waited for when we clean up and leave."""
_CHUNK = 1 << 20


class NotSent(Exception):
    """The file is not there. The message is a sentence for people, and holds no secret."""


class Altered(NotSent):
    """The file is not the one that was asked for, so it is not offered there."""


class BadKey(ValueError):
    """No key that can be read. The message is a sentence."""


@dataclass(frozen=True)
class Address:
    """Where to, as whom, and which key the server must show. One of the two secrets is empty."""

    host: str
    port: int
    username: str
    folder: str
    host_key: str
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


@dataclass(frozen=True)
class Parcel:
    """A file, what it is called there, and how many bytes of which SHA-256 it must have."""

    file: IO[bytes]
    name: str
    size: int
    sha256: str


def host_key(text: str) -> asyncssh.SSHKey:
    """A server's public key, as OpenSSH writes it in one line. Raises `BadKey`."""
    import asyncssh

    try:
        return asyncssh.import_public_key(text.strip())
    except (asyncssh.KeyImportError, ValueError) as error:
        raise BadKey(
            _("This is no server key. Paste it as OpenSSH writes it, such as “ssh-ed25519 AAAA…”.")
        ) from error


def private_key(text: str) -> asyncssh.SSHKey:
    """A private key without a passphrase. Raises `BadKey`."""
    import asyncssh

    try:
        return asyncssh.import_private_key(text.strip() + "\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        raise BadKey(
            _(
                "This is no private key that can be used: paste one in OpenSSH's or PEM's form, without a passphrase."
            )
        ) from error


def send(address: Address, parcel: Parcel) -> str:
    """The whole file stands under the name in the folder; answers where. Raises `NotSent`, `Altered` among them.

    It grows under another name, which is given up for its own once its size is right and the bytes that were read are
    those of the SHA-256. Sent again, it replaces itself. Under its own name it is looked at no more: whoever fetches
    files may have taken it at once.
    """

    async def whole() -> str:
        return await asyncio.wait_for(_send(address, parcel), UPLOAD_SECONDS)

    try:
        with ThreadPoolExecutor(1) as aside:  # whatever loop may run in the caller's own thread
            return aside.submit(lambda: asyncio.run(whole())).result()
    except NotSent:
        raise
    except Exception as error:
        raise NotSent(_sentence(error, address)) from error


async def _send(address: Address, parcel: Parcel) -> str:
    import asyncssh

    final = posixpath.join(address.folder, parcel.name)
    draft = posixpath.join(posixpath.dirname(final), f".{parcel.name}.part")
    line = await asyncssh.connect(
        address.host,
        address.port,
        username=address.username,
        password=address.password or None,
        client_keys=[private_key(address.private_key)] if address.private_key else None,
        known_hosts=([host_key(address.host_key)], [], []),
        x509_trusted_certs=None,  # no certificate stands in for the pinned key
        agent_path=None,
        config=None,
        connect_timeout=CONNECT_SECONDS,
        login_timeout=2 * CONNECT_SECONDS,
        keepalive_interval=CONNECT_SECONDS,
    )
    try:
        sftp = await line.start_sftp_client()
        await _place(sftp, parcel, draft, final)
    finally:
        await _leave(line)
    return f"{address.username}@{address.host}:{final}"


async def _place(sftp: asyncssh.SFTPClient, parcel: Parcel, draft: str, final: str) -> None:
    digest = hashlib.sha256()
    try:
        remote = await sftp.open(draft, "wb")  # not closed where it breaks: a server that hangs would keep us
        while chunk := parcel.file.read(_CHUNK):
            digest.update(chunk)
            await remote.write(chunk)
        await remote.close()
        await _measure(sftp, draft, parcel.size)
        if digest.hexdigest() != parcel.sha256:
            raise Altered("The file is not as it was written, so it was not sent. Have it made anew.")
        await _rename(sftp, draft, final)
    except BaseException:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(CLOSING_SECONDS):
                await sftp.remove(draft)
        raise


async def _leave(line: asyncssh.SSHClientConnection) -> None:
    """The line is closed, or cut where the server does not take part in that."""
    line.close()
    try:
        async with asyncio.timeout(CLOSING_SECONDS):
            await line.wait_closed()
    except TimeoutError:
        line.abort()


async def _measure(sftp: asyncssh.SFTPClient, path: str, size: int) -> None:
    there = (await sftp.stat(path)).size
    if there != size:
        raise NotSent(f"The server has {there} bytes of {size}: the file is not whole there.")


async def _rename(sftp: asyncssh.SFTPClient, draft: str, final: str) -> None:
    """In one step where the server can; else what an earlier try left under the name goes first."""
    import asyncssh

    try:
        await sftp.posix_rename(draft, final)
    except asyncssh.SFTPOpUnsupported:
        if await sftp.exists(final):
            await sftp.remove(final)
        await sftp.rename(draft, final)


def _sentence(error: Exception, address: Address) -> str:  # noqa: PLR0911 - one line a cause
    import asyncssh

    where = f"{address.host}:{address.port}"
    match error:
        case asyncssh.HostKeyNotVerifiable() | asyncssh.KeyExchangeFailed():
            return (
                f"{where} showed another key than the one that was confirmed, so nothing was sent."
                " Ask its operator; if the key was really renewed, change the schedule."
            )
        case asyncssh.PermissionDenied():
            return f"{where} does not let {address.username} in. Ask its operator, then change the secret."
        case asyncssh.SFTPNoSuchFile() | asyncssh.SFTPNoSuchPath():
            return f"There is no folder “{address.folder}” on {where}. Have it made, or name another."
        case asyncssh.SFTPPermissionDenied():
            return f"{where} does not let {address.username} write there. Ask its operator."
        case TimeoutError():
            return (
                f"{where} took too long. The file or a part of it may lie there; it is tried again, over it."
            )
        case asyncssh.SFTPError():
            return f"{where} refused the file. Ask its operator: is there room?"
        case OSError() | asyncssh.Error():
            return f"{where} could not be reached, or broke off. Nothing is offered there; it is tried again."
        case _:
            return f"It could not be sent to {where}; the trouble was logged."
