"""Sending a file to an SFTP server whose key is known: whole under its name, or not there at all."""

import asyncio
import contextlib
import posixpath
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import IO

import asyncssh

CONNECT_SECONDS = 15
UPLOAD_SECONDS = 10 * 60  # a worker's task has fifteen minutes
_CHUNK = 1 << 20


class NotSent(Exception):
    """The file is not there. The message is a sentence for people, and holds no secret."""


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


def host_key(text: str) -> asyncssh.SSHKey:
    """A server's public key, as OpenSSH writes it in one line. Raises `BadKey`."""
    try:
        return asyncssh.import_public_key(text.strip())
    except (asyncssh.KeyImportError, ValueError) as error:
        raise BadKey(
            "This is no server key. Paste it as OpenSSH writes it, such as “ssh-ed25519 AAAA…”."
        ) from error


def private_key(text: str) -> asyncssh.SSHKey:
    """A private key without a passphrase. Raises `BadKey`."""
    try:
        return asyncssh.import_private_key(text.strip() + "\n")
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError, ValueError) as error:
        raise BadKey(
            "This is no private key that can be used: paste one in OpenSSH's or PEM's form, without a passphrase."
        ) from error


def send(address: Address, file: IO[bytes], *, name: str, size: int) -> str:
    """The whole file stands under the name in the folder; answers where. Raises `NotSent`.

    It grows under another name, which is given up for its own once its size is right. Sent again, it replaces itself.
    """

    async def whole() -> str:
        return await asyncio.wait_for(_send(address, file, name, size), UPLOAD_SECONDS)

    try:
        with ThreadPoolExecutor(1) as aside:  # whatever loop may run in the caller's own thread
            return aside.submit(lambda: asyncio.run(whole())).result()
    except NotSent:
        raise
    except Exception as error:
        raise NotSent(_sentence(error, address)) from error


async def _send(address: Address, file: IO[bytes], name: str, size: int) -> str:
    final = posixpath.join(address.folder, name) if address.folder else name
    draft = posixpath.join(posixpath.dirname(final), f".{name}.part")
    connection = asyncssh.connect(
        address.host,
        address.port,
        username=address.username,
        password=address.password or None,
        client_keys=[private_key(address.private_key)] if address.private_key else None,
        known_hosts=([host_key(address.host_key)], [], []),
        agent_path=None,
        config=None,
        connect_timeout=CONNECT_SECONDS,
        login_timeout=2 * CONNECT_SECONDS,
        keepalive_interval=CONNECT_SECONDS,
    )
    async with connection as line, line.start_sftp_client() as sftp:
        try:
            async with sftp.open(draft, "wb") as remote:
                while chunk := file.read(_CHUNK):
                    await remote.write(chunk)
            await _measure(sftp, draft, size)
            await _rename(sftp, draft, final)
        except BaseException:
            with contextlib.suppress(Exception):
                await sftp.remove(draft)
            raise
        await _measure(sftp, final, size)
    return f"{address.username}@{address.host}:{final}"


async def _measure(sftp: asyncssh.SFTPClient, path: str, size: int) -> None:
    there = (await sftp.stat(path)).size
    if there != size:
        raise NotSent(f"The server has {there} bytes of {size}: the file is not whole there.")


async def _rename(sftp: asyncssh.SFTPClient, draft: str, final: str) -> None:
    """In one step where the server can; else what an earlier try left under the name goes first."""
    try:
        await sftp.posix_rename(draft, final)
    except asyncssh.SFTPOpUnsupported:
        if await sftp.exists(final):
            await sftp.remove(final)
        await sftp.rename(draft, final)


def _sentence(error: Exception, address: Address) -> str:  # noqa: PLR0911 - one line a cause
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
            return f"{where} took too long. Nothing was left there; it is tried again."
        case asyncssh.SFTPError():
            return f"{where} refused the file. Ask its operator: is there room?"
        case OSError() | asyncssh.Error():
            return f"{where} could not be reached, or broke off. Nothing is offered there; it is tried again."
        case _:
            return f"It could not be sent to {where}; the trouble was logged."
