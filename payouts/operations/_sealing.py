"""Bank details as ciphertext: sealed under the seller's own data key, bound to their row, and opened again.

The plain text is JSON of what the account scheme's `parse` answered, UTF-8. A ciphertext opens only in the
place it was written for, which is its slot and version number (HOUSE ruling 6).
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from payouts.countries import schemes
from payouts.models import AccountVersion
from sellers import vault
from sellers.models import DataKey


@dataclass(frozen=True)
class Sealed:
    """What of bank details may be stored and shown."""

    ciphertext: bytes
    masked: str
    bank_name: str
    country: str
    fingerprint: str


def place_of_key(seller_id: int) -> bytes:
    """Where a seller's wrapped data key stands."""
    return vault.place("sellers.DataKey", seller_id)


def place_of_version(slot_id: int, number: int) -> bytes:
    """Where one version's ciphertext stands."""
    return vault.place("payouts.AccountVersion", slot_id, number)


def ensure_keys(seller_ids: Iterable[int]) -> dict[int, bytes]:
    """Each seller's data key, made and wrapped for those who have none. The caller has locked the sellers."""
    ring = vault.keyring()
    wanted = set(seller_ids)
    known = {key.seller_id: _unwrapped(key, ring) for key in DataKey.objects.filter(seller_id__in=wanted)}
    fresh = {seller_id: vault.new_data_key() for seller_id in sorted(wanted - known.keys())}
    rows = []
    for seller_id, key in fresh.items():
        wrapped, master_key_id = vault.wrap(key, ring=ring, aad=place_of_key(seller_id))
        rows.append(DataKey(seller_id=seller_id, wrapped=wrapped, master_key_id=master_key_id))
    DataKey.objects.bulk_create(rows, batch_size=2000)
    return known | fresh


def _unwrapped(key: DataKey, ring: vault.Keyring) -> bytes:
    wrapped = vault.Wrapped(bytes(key.wrapped), key.master_key_id)
    return vault.unwrap(wrapped, ring=ring, aad=place_of_key(key.seller_id))


def seal(*, key: bytes, scheme: str, fields: Mapping[str, str], slot_id: int, number: int) -> Sealed:
    """The parsed ``fields`` of a scheme as they are stored for this version of this slot."""
    kind = schemes.get(scheme)
    plain = json.dumps(dict(fields), ensure_ascii=False, sort_keys=True).encode()
    return Sealed(
        ciphertext=vault.encrypt(key, plain, aad=place_of_version(slot_id, number)),
        masked=kind.mask(fields),
        bank_name=kind.bank_name(fields),
        country=kind.country_of(fields),
        fingerprint=vault.fingerprint(kind.canonical(fields), blind=vault.keyring().blind),
    )


def opened(versions: Sequence[AccountVersion]) -> dict[int, dict[str, str]]:
    """The fields of each version. Its slot is loaded. Raises `vault.VaultError` for a forged one."""
    ring = vault.keyring()
    sellers = {version.slot.seller_id for version in versions}
    keys = {key.seller_id: _unwrapped(key, ring) for key in DataKey.objects.filter(seller_id__in=sellers)}
    return {
        version.pk: json.loads(
            vault.decrypt(
                keys[version.slot.seller_id],
                bytes(version.ciphertext),
                aad=place_of_version(version.slot_id, version.number),
            )
        )
        for version in versions
    }
