"""Rewrapping sellers' data keys under the current master key. What they encrypt stays as it is (HOUSE ruling 6)."""

from datetime import datetime

from django.db import transaction

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from payouts.operations import _sealing
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
        data = {"to": ring.current, "keys": len(rows)}
        recording.record(actor=SYSTEM, action="keys.rotate", data=data, now=now)
    return len(rows)
