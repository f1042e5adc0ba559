"""Secrets at rest: AES-256-GCM bound to the row, one data key per seller, wrapped by a master key.

A ciphertext carries no name of its own: it opens only with the seller's data key *and* the place it was
written for (`place`), so a ciphertext copied into another row, table or column does not open. Rotating the
master key rewrites sellers' wrapped data keys and nothing else; a file keeps needing the master key that it was
written under. Equal accounts are found by a keyed HMAC, never by
decrypting.

The functions are pure and take keys; `keyring()`, at the end, reads them from the settings. Source: HOUSE.md
ruling 6.
"""

import hmac
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_ROW = b"\x01"
"""First byte of every ciphertext: its format. A later format gets another byte and both stay readable."""
BLOB = b"PBV1"
"""First bytes of an encrypted file: it carries its own data key, wrapped."""


class VaultError(Exception):
    """A secret that cannot be opened or a key that cannot be used. The message never holds a secret."""


class Unreadable(VaultError):
    """The bytes were changed, belong to another place, or were written under another key."""


class UnknownMasterKey(VaultError):
    """Wrapped under a master key that is not in MASTER_KEYS. The message names it."""


@dataclass(frozen=True)
class Keyring:
    """The master keys by name, which of them wraps from now on, and the key of the blind index."""

    current: str
    masters: Mapping[str, bytes] = field(repr=False)
    blind: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if self.current not in self.masters:
            raise VaultError(f"The current master key “{self.current}” is not among the master keys.")
        for name, key in self.masters.items():
            if not name or len(name.encode()) > 255:
                raise VaultError("A master key needs a name of at most 255 bytes.")
            _check_key(key, f"The master key “{name}”")
        _check_key(self.blind, "The key of the blind index")


class Wrapped(NamedTuple):
    """A data key under a master key: what `sellers.DataKey` stores."""

    wrapped: bytes
    master_key_id: str


def place(table: str, *parts: object) -> bytes:
    """The name of one place a secret may stand in: place("payouts.AccountVersion", slot_id, number).

    Every part carries its length, so that ("a", 12) and ("a1", 2) are different places.
    """
    return b"".join(f"{len(text.encode())}:{text}".encode() for text in map(str, (table, *parts)))


def new_data_key() -> bytes:
    """A fresh random key of 256 bits."""
    return os.urandom(KEY_BYTES)


def encrypt(data_key: bytes, plaintext: bytes, *, aad: bytes) -> bytes:
    """The plaintext under the data key, openable only with the same `aad` (see `place`). Never the same bytes
    twice.
    """
    _check_key(data_key, "A data key")
    nonce = os.urandom(_NONCE_BYTES)
    return _ROW + nonce + AESGCM(data_key).encrypt(nonce, plaintext, _ROW + aad)


def decrypt(data_key: bytes, ciphertext: bytes | memoryview, *, aad: bytes) -> bytes:
    """What was encrypted. Raises `Unreadable` for another key, another place or a changed byte."""
    _check_key(data_key, "A data key")
    sealed = bytes(ciphertext)
    if not sealed.startswith(_ROW) or len(sealed) < len(_ROW) + _NONCE_BYTES + _TAG_BYTES:
        raise Unreadable(
            "These bytes are not a secret of this vault: they are too short or of an unknown format."
        )
    nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
    try:
        return AESGCM(data_key).decrypt(nonce, body, _ROW + aad)
    except InvalidTag:
        raise Unreadable(
            "A secret does not open: it was changed, moved from another row, or written under another key."
        ) from None


def wrap(data_key: bytes, *, ring: Keyring, aad: bytes) -> Wrapped:
    """The data key under the current master key, bound to its owner's place."""
    _check_key(data_key, "A data key")
    return Wrapped(
        encrypt(ring.masters[ring.current], data_key, aad=_wrapping(ring.current, aad)), ring.current
    )


def unwrap(wrapped: Wrapped, *, ring: Keyring, aad: bytes) -> bytes:
    """The data key. Raises `UnknownMasterKey` and `Unreadable`."""
    master = ring.masters.get(wrapped.master_key_id)
    if master is None:
        raise UnknownMasterKey(
            f"A key is wrapped under the master key “{wrapped.master_key_id}”, which MASTER_KEYS does not"
            " hold. Put it back, after the current one, until every key is rewrapped."
        )
    return decrypt(master, wrapped.wrapped, aad=_wrapping(wrapped.master_key_id, aad))


def rewrap(wrapped: Wrapped, *, ring: Keyring, aad: bytes) -> Wrapped:
    """The same data key under the current master key; unchanged when it already is. What it encrypts stays as
    it is.
    """
    if wrapped.master_key_id == ring.current:
        return wrapped
    return wrap(unwrap(wrapped, ring=ring, aad=aad), ring=ring, aad=aad)


def encrypt_blob(plaintext: bytes, *, ring: Keyring, aad: bytes) -> bytes:
    """A file under a data key of its own, which it carries wrapped under the current master key, for ever.

    For bank files, bank documents and statements, the papers of adjustments, files that come in. Exports are not
    encrypted here. `payouts.queries.keys` counts them: their column's name ends in ``_ciphertext``, or stands in its
    model's ``holds_ciphertext``.
    """
    data_key = new_data_key()
    wrapped = wrap(data_key, ring=ring, aad=b"blob" + aad)
    name = wrapped.master_key_id.encode()
    head = BLOB + bytes([len(name)]) + name + wrapped.wrapped
    return head + encrypt(data_key, plaintext, aad=b"blob" + aad)


def decrypt_blob(blob: bytes | memoryview, *, ring: Keyring, aad: bytes) -> bytes:
    """The file. Raises `UnknownMasterKey` and `Unreadable`."""
    wrapped, body = _split(bytes(blob))
    return decrypt(unwrap(wrapped, ring=ring, aad=b"blob" + aad), body, aad=b"blob" + aad)


def blob_master_key_id(blob: bytes | memoryview) -> str:
    """Which master key a file, or the head of one, needs to be read."""
    return _split(bytes(blob))[0].master_key_id


def fingerprint(canonical: str, *, blind: bytes) -> str:
    """64 hex digits that are equal for equal accounts and tell nothing without the key."""
    _check_key(blind, "The key of the blind index")
    return hmac.new(blind, b"account\0" + canonical.encode(), sha256).hexdigest()


def keyring() -> Keyring:
    """The keys of this installation. The first of MASTER_KEYS is the current one. Raises `VaultError`."""
    from django.conf import settings  # the only line that knows Django

    masters: Mapping[str, bytes] = settings.MASTER_KEYS
    if not masters:
        raise VaultError("MASTER_KEYS is empty: bank details can neither be stored nor read.")
    return Keyring(current=next(iter(masters)), masters=masters, blind=settings.BLIND_INDEX_KEY)


def _wrapping(name: str, aad: bytes) -> bytes:
    return place("data key", name) + aad


def _split(blob: bytes) -> tuple[Wrapped, bytes]:
    start = len(BLOB) + 1
    if not blob.startswith(BLOB) or len(blob) < start:
        raise Unreadable("This file was not encrypted by this vault.")
    end_of_name = start + blob[start - 1]
    end_of_key = end_of_name + len(_ROW) + _NONCE_BYTES + KEY_BYTES + _TAG_BYTES
    try:
        name = blob[start:end_of_name].decode()
    except UnicodeDecodeError:
        raise Unreadable("This file's head was changed.") from None
    return Wrapped(blob[end_of_name:end_of_key], name), blob[end_of_key:]


def _check_key(key: bytes, what: str) -> None:
    if not isinstance(key, bytes) or len(key) != KEY_BYTES:
        raise VaultError(f"{what} must be {KEY_BYTES} bytes.")
