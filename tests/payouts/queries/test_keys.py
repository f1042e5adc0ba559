"""Which master keys are still needed: nothing that the vault encrypted is forgotten, or its key would be taken away."""

import io
import os
import pathlib

import pytest

from payouts.queries import keys
from sellers.ledger import importing
from tests import make

ROOT = pathlib.Path(__file__).resolve().parents[3]
KEPT_IN = {
    "sellers/ledger/operations/adjustments.py": {("ledger_adjustment", "document_ciphertext")},
    "sellers/ledger/importing/parts.py": {("ledger_importpart", "body")},
    "payouts/operations/_targets.py": {("payouts_sftptarget", "secret_ciphertext")},
    "payouts/operations/papers.py": {("payouts_evidence", "body_ciphertext")},
    "payouts/operations/bankfiles.py": {
        ("payouts_submission", "body_ciphertext"),
        ("payouts_bankdocument", "body_ciphertext"),
    },
    "payouts/operations/breaks.py": {("payouts_lineresolution", "document_ciphertext")},
}
"""Who has the vault encrypt a file, and where it is kept. Whoever else does belongs here, and its column is counted."""
KEPT_BEFORE = {("payouts_statement", "body_ciphertext")}
"""Encrypted by versions before this one."""


def test_whoever_has_a_file_encrypted_is_counted():
    callers = {
        str(path.relative_to(ROOT))
        for room in ("backoffice", "payouts", "sellers")
        for path in (ROOT / room).rglob("*.py")
        if "vault.encrypt_blob(" in path.read_text()
    }
    assert callers == set(KEPT_IN)
    assert KEPT_BEFORE.union(*KEPT_IN.values()) <= set(keys.columns())


@pytest.mark.django_db
def test_files_of_corrections_need_the_key_they_came_under(settings):
    settings.MASTER_KEYS = {"old": os.urandom(32)}
    row = "c1,shop-1,adjustment,12.50,EUR,2026-11-20,Parcel lost by us"
    make.seller(external_id="shop-1")
    importing.check(
        stream=io.BytesIO(f"external_id,seller,kind,amount,currency,date,reason\n{row}\n".encode()),
        name="claims.csv",
        profile="corrections",
        kind="corrections",
        actor=make.person("analyst"),
        now=make.NOW,
    )
    settings.MASTER_KEYS = {"new": os.urandom(32), **settings.MASTER_KEYS}
    assert keys.files() == {"old": 1}
