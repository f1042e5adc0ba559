import dataclasses
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sellers import vault

HERE = vault.place("payouts.AccountVersion", 12, 1)
OLD = vault.Keyring(current="k1", masters={"k1": os.urandom(32)}, blind=os.urandom(32))
NEW = vault.Keyring(current="k2", masters={"k2": os.urandom(32)} | OLD.masters, blind=OLD.blind)
ONLY_NEW = vault.Keyring(current="k2", masters={"k2": NEW.masters["k2"]}, blind=OLD.blind)


@given(st.binary(max_size=500))
def test_what_was_encrypted_opens_again(plaintext):
    key = vault.new_data_key()
    assert vault.decrypt(key, vault.encrypt(key, plaintext, aad=HERE), aad=HERE) == plaintext
    assert (
        vault.decrypt_blob(vault.encrypt_blob(plaintext, ring=OLD, aad=HERE), ring=OLD, aad=HERE) == plaintext
    )


def test_a_database_may_hand_back_a_memoryview():
    key = vault.new_data_key()
    sealed = vault.encrypt(key, b"secret", aad=HERE)
    assert vault.decrypt(key, memoryview(sealed), aad=HERE) == b"secret"
    wrapped = vault.wrap(key, ring=OLD, aad=HERE)
    handed_back = vault.Wrapped(memoryview(wrapped.wrapped), wrapped.master_key_id)
    assert vault.unwrap(handed_back, ring=OLD, aad=HERE) == key


def test_the_ciphertext_of_another_row_does_not_open_here():
    key = vault.new_data_key()
    mine, other = vault.place("payouts.AccountVersion", 12, 1), vault.place("payouts.AccountVersion", 12, 2)
    swapped = vault.encrypt(key, b"other's account", aad=other)
    with pytest.raises(vault.Unreadable, match="moved from another row"):
        vault.decrypt(key, swapped, aad=mine)


def test_the_data_key_of_another_seller_opens_nothing():
    one, other = vault.place("sellers.DataKey", 1), vault.place("sellers.DataKey", 2)
    wrapped = vault.wrap(vault.new_data_key(), ring=OLD, aad=one)
    with pytest.raises(vault.Unreadable):
        vault.unwrap(wrapped, ring=OLD, aad=other)
    with pytest.raises(vault.Unreadable):
        vault.decrypt(vault.new_data_key(), vault.encrypt(vault.new_data_key(), b"x", aad=HERE), aad=HERE)


@pytest.mark.parametrize("which", ["row", "wrapped", "blob"])
def test_no_byte_can_be_changed_added_or_cut_off(which):
    key = vault.new_data_key()
    sealed, open_it = {
        "row": (vault.encrypt(key, b"secret", aad=HERE), lambda raw: vault.decrypt(key, raw, aad=HERE)),
        "wrapped": (
            vault.wrap(key, ring=OLD, aad=HERE).wrapped,
            lambda raw: vault.unwrap(vault.Wrapped(raw, "k1"), ring=OLD, aad=HERE),
        ),
        "blob": (
            vault.encrypt_blob(b"secret", ring=OLD, aad=HERE),
            lambda raw: vault.decrypt_blob(raw, ring=OLD, aad=HERE),
        ),
    }[which]
    for position in range(len(sealed)):
        for flipped in (1, 0x80):
            changed = bytearray(sealed)
            changed[position] ^= flipped
            with pytest.raises(vault.VaultError):
                open_it(bytes(changed))
        with pytest.raises(vault.VaultError):
            open_it(sealed[:position])
    with pytest.raises(vault.VaultError):
        open_it(sealed + b"\x00")


def test_no_nonce_is_used_twice():
    key = vault.new_data_key()
    sealed = [vault.encrypt(key, b"the same", aad=HERE) for _ in range(2000)]
    assert len({each[1:13] for each in sealed}) == 2000
    blobs = [vault.encrypt_blob(b"the same", ring=OLD, aad=HERE) for _ in range(200)]
    assert len({each[-34:] for each in blobs}) == 200


def test_rotation_rewrites_the_wrapped_key_and_nothing_else():
    owner = vault.place("sellers.DataKey", 1)
    key = vault.new_data_key()
    wrapped = vault.wrap(key, ring=OLD, aad=owner)
    sealed = vault.encrypt(key, b"secret", aad=HERE)

    rotated = vault.rewrap(wrapped, ring=NEW, aad=owner)

    assert rotated.master_key_id == "k2"
    assert vault.decrypt(vault.unwrap(rotated, ring=ONLY_NEW, aad=owner), sealed, aad=HERE) == b"secret"
    assert vault.rewrap(rotated, ring=NEW, aad=owner) == rotated


def test_a_file_says_which_master_key_it_needs_and_so_does_its_head():
    blob = vault.encrypt_blob(b"bank file" * 100, ring=OLD, aad=HERE)
    assert vault.blob_master_key_id(blob) == vault.blob_master_key_id(blob[:7]) == "k1"


def test_a_missing_master_key_is_named():
    wrapped = vault.wrap(vault.new_data_key(), ring=OLD, aad=HERE)
    with pytest.raises(
        vault.UnknownMasterKey, match=r"master key “k1”, which MASTER_KEYS does not hold\. Put it back"
    ):
        vault.unwrap(wrapped, ring=ONLY_NEW, aad=HERE)


def test_a_wrapped_key_says_truly_which_master_key_it_is_under():
    wrapped = vault.wrap(vault.new_data_key(), ring=OLD, aad=HERE)
    same_bytes = vault.Keyring(current="kx", masters={"kx": OLD.masters["k1"]}, blind=OLD.blind)
    with pytest.raises(vault.Unreadable):
        vault.unwrap(vault.Wrapped(wrapped.wrapped, "kx"), ring=same_bytes, aad=HERE)


def test_places_that_read_alike_are_different_places():
    spelled = [("a", 12), ("a1", 2), ("a", 1, 2), ("a", "1", "", 2), ("a12",), ("1:a", 12)]
    assert len({vault.place(*parts) for parts in spelled}) == len(spelled)
    assert vault.place("a", 12) == vault.place("a", "12")


def test_a_row_does_not_open_as_a_wrapped_key_or_a_file():
    key = OLD.masters["k1"]
    sealed = vault.encrypt(key, vault.new_data_key(), aad=HERE)
    with pytest.raises(vault.Unreadable):
        vault.unwrap(vault.Wrapped(sealed, "k1"), ring=OLD, aad=HERE)
    with pytest.raises(vault.Unreadable, match="not encrypted by this vault"):
        vault.decrypt_blob(sealed, ring=OLD, aad=HERE)


def test_equal_accounts_have_equal_fingerprints_under_one_key_only():
    iban = "iban:ES9121000418450200051332"
    first = vault.fingerprint(iban, blind=OLD.blind)
    assert first == vault.fingerprint(iban, blind=OLD.blind)
    assert len(first) == 64
    assert first != vault.fingerprint(iban, blind=os.urandom(32))
    assert first != vault.fingerprint(iban + "0", blind=OLD.blind)


@pytest.mark.parametrize("key", [b"", b"short", b"x" * 31, b"x" * 33, "x" * 32, None])
def test_only_a_key_of_256_bits_is_used(key):
    for use in (
        lambda: vault.encrypt(key, b"x", aad=HERE),
        lambda: vault.decrypt(key, b"x" * 60, aad=HERE),
        lambda: vault.wrap(key, ring=OLD, aad=HERE),
        lambda: vault.fingerprint("x", blind=key),
        lambda: vault.Keyring(current="k", masters={"k": key}, blind=OLD.blind),
        lambda: vault.Keyring(current="k", masters={"k": OLD.blind}, blind=key),
    ):
        with pytest.raises(vault.VaultError, match="must be 32 bytes"):
            use()


def test_the_current_key_must_be_there_and_named():
    with pytest.raises(vault.VaultError, match="“k9” is not among"):
        dataclasses.replace(OLD, current="k9")
    with pytest.raises(vault.VaultError, match="needs a name"):
        vault.Keyring(current="", masters={"": os.urandom(32)}, blind=OLD.blind)


def test_neither_keys_nor_secrets_show_in_representations():
    assert repr(OLD.masters["k1"]) not in repr(OLD)
    assert repr(OLD.blind) not in repr(OLD)


def test_the_first_master_key_of_the_settings_is_the_current_one(settings):
    settings.MASTER_KEYS = {"k2": b"2" * 32, "k1": b"1" * 32}
    settings.BLIND_INDEX_KEY = b"3" * 32
    ring = vault.keyring()
    assert (ring.current, set(ring.masters)) == ("k2", {"k1", "k2"})


def test_empty_settings_are_refused_when_a_secret_is_needed(settings):
    settings.MASTER_KEYS = {}
    with pytest.raises(vault.VaultError, match="MASTER_KEYS is empty"):
        vault.keyring()
