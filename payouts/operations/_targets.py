"""The folders that schedules send files to. Their secrets are encrypted in their row's place, and never shown again."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _

from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.models import SecretKind, SftpTarget
from payouts.operations import _sftp
from sellers import vault


class BadTarget(Refused):
    """Not a folder that files can be sent to: the sentence says what is wrong with it."""

    code = "bad_target"


@dataclass(frozen=True)
class Wanted:
    """A folder as a person describes it. Without a secret, the one that is known for the same address stays."""

    host: str
    username: str
    host_key: str
    port: int = 22
    folder: str = ""
    password: str = field(default="", repr=False)
    private_key: str = field(default="", repr=False)


def kept(wanted: Wanted, *, before: SftpTarget | None, actor: Actor, now: datetime) -> SftpTarget:
    """The row that describes the folder: the one before where nothing changed, else a new one. Raises `BadTarget`."""
    values = _checked(wanted)
    secret = wanted.password or wanted.private_key
    same = before is not None and all(getattr(before, name) == value for name, value in values.items())
    if before is not None and same and not secret:
        return before
    if not secret:
        raise BadTarget(
            _(
                "Not saved: give the password or the private key. A known one is never sent "
                "to another address."
            )
        )
    made = SftpTarget(**values, made_by_id=actor.person_id, made_at=now)
    made.secret_kind = SecretKind.PASSWORD if wanted.password else SecretKind.KEY
    made.secret_ciphertext = vault.encrypt_blob(secret.encode(), ring=vault.keyring(), aad=_place(made))
    made.save()
    return made


def _checked(wanted: Wanted) -> dict[str, object]:
    host, folder = wanted.host.strip().lower(), wanted.folder.strip().rstrip("/")
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.\-]{0,251}[a-z0-9])?|[0-9a-f:]{2,45}", host):
        raise BadTarget(
            _("Not saved: “{host}” is no host. Write its name, such as sftp.example.com.").format(
                host=host[:60]
            )
        )
    if not 1 <= wanted.port <= 65535:
        raise BadTarget(_("Not saved: a port lies between 1 and 65535; SFTP's own is 22."))
    if not wanted.username.strip() or not wanted.username.strip().isprintable():
        raise BadTarget(_("Not saved: name the user that the server knows us by."))
    if not folder.isprintable() or ".." in folder.split("/"):
        raise BadTarget(_("Not saved: name the folder in full, without “..”."))
    if wanted.password and wanted.private_key:
        raise BadTarget(_("Not saved: give a password or a private key, not both."))
    try:
        key = _sftp.host_key(wanted.host_key)
        if wanted.private_key:
            _sftp.private_key(wanted.private_key)
    except _sftp.BadKey as error:
        raise BadTarget(_("Not saved: {error}").format(error=error)) from error
    return {
        "host": host,
        "port": wanted.port,
        "username": wanted.username.strip(),
        "folder": folder,
        "host_key": key.export_public_key("openssh").decode().strip(),
    }


def address(target: SftpTarget) -> _sftp.Address:
    """The folder with its secret, for the moment of sending. Raises `vault.VaultError`."""
    ring = vault.keyring()
    secret = vault.decrypt_blob(target.secret_ciphertext, ring=ring, aad=_place(target)).decode()
    password = secret if target.secret_kind == SecretKind.PASSWORD else ""
    return _sftp.Address(
        host=target.host,
        port=target.port,
        username=target.username,
        folder=target.folder,
        host_key=target.host_key,
        password=password,
        private_key="" if password else secret,
    )


def fingerprint(target: SftpTarget) -> str:
    """The server's key as people compare it: SHA256:…"""
    return str(_sftp.host_key(target.host_key).get_fingerprint())


def forget(target: SftpTarget) -> None:
    """The secret is gone: nothing is sent there any more by this row."""
    SftpTarget.objects.filter(pk=target.pk).update(secret_ciphertext=b"")


def rewrap(target: SftpTarget, *, ring: vault.Keyring) -> None:
    """The same secret, under the current master key."""
    secret = vault.decrypt_blob(target.secret_ciphertext, ring=ring, aad=_place(target))
    target.secret_ciphertext = vault.encrypt_blob(secret, ring=ring, aad=_place(target))


def _place(target: SftpTarget) -> bytes:
    return vault.place("payouts.SftpTarget", target.token)
