"""Sellers' data keys and the secrets of SFTP folders come under the current master key (HOUSE ruling 6).

What data keys encrypt stays as it is.
"""

from datetime import datetime

from django.db import transaction

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from payouts.models import SftpTarget
from payouts.operations import _sealing, _targets
from sellers import vault
from sellers.models import DataKey


@transaction.atomic
def rotate(*, now: datetime, at_most: int = 500) -> int:
    """Up to so many data keys under older master keys are under the current one; answers how many.

    Call it until it answers 0; a run that broke off is taken up where it stopped, and two at once share the work. Keys
    under a master key that MASTER_KEYS does not hold are left alone. The deed is the program's: who may start it has
    its keys and its shell. Raises `vault.Unreadable` for a changed key.
    """
    ring = vault.keyring()
    older = [name for name in ring.masters if name != ring.current]
    rows = list(
        DataKey.objects.select_for_update(skip_locked=True)
        .filter(master_key_id__in=older)
        .order_by("pk")[:at_most]
    )
    for row in rows:
        wrapped = vault.Wrapped(bytes(row.wrapped), row.master_key_id)
        again = vault.rewrap(wrapped, ring=ring, aad=_sealing.place_of_key(row.seller_id))
        row.wrapped, row.master_key_id = again
    if rows:
        DataKey.objects.bulk_update(rows, ["wrapped", "master_key_id"])
    targets = _targets_under(ring, older)
    if rows or targets:
        data = {"to": ring.current, "keys": len(rows) + targets}
        recording.record(actor=SYSTEM, action="keys.rotate", data=data, now=now)
    return len(rows) + targets


def _targets_under(ring: vault.Keyring, older: list[str]) -> int:
    """The secrets of SFTP folders that were under these older keys are under the current one; answers how many."""
    done = 0
    kept = SftpTarget.objects.exclude(secret_ciphertext=b"")
    for target in kept.select_for_update(skip_locked=True).order_by("pk"):
        if vault.blob_master_key_id(target.secret_ciphertext) in older:
            _targets.rewrap(target, ring=ring)
            target.save(update_fields=["secret_ciphertext"])
            done += 1
    return done
