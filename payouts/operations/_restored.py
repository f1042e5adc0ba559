"""Whether this database was restored from a backup: the outside knows more than it does. Then everything stops.

The witnesses outside are the anchors of the audit trail, and the journal of what was handed over.
"""

from datetime import datetime

from django.db import transaction

from backoffice.audit import sealing
from payouts.operations import _journal, _outside, incidents, switches

CODE = KEY = "restored"
TO_DO = "Run “manage.py ask_rails”, look at what it finds, close this incident; then another person lets all go on."
_REASON = "This database was restored from a backup: the rails must be asked what they have"


def why() -> str:
    """Why this database must be older than what it has done, as a sentence; empty when nothing says so.

    Raises `sealing.AnchorFailed` and `_journal.NotWritten` when the witnesses outside cannot be read.
    """
    if not _journal.watched():
        return ""
    line = _outside.unknown_closing()
    if line is not None:
        return f"{line.key} was handed to {line.rail} on {line.at}, and this database does not know it."
    anchor = sealing.lost()
    if anchor is not None:
        return (
            f"The audit trail was anchored at number {anchor.position} on {anchor.at}, "
            "and this database does not know it."
        )
    return ""


def stop_if_restored(*, now: datetime) -> bool:
    """Every rail is stopped, with an incident, if this database was restored from a backup. Answers whether it was."""
    try:
        reason = why()
    except OSError as error:
        reason = f"What the outside knows cannot be read: {error}"
    if not reason:
        return False
    with transaction.atomic():
        stop(text=f"This database is older than what it has done: {reason} {TO_DO}", now=now)
    return True


def stop(*, text: str, now: datetime) -> None:
    """Every rail is stopped until the rails were asked and two people let it go on."""
    incidents.open_one(code=CODE, key=KEY, text=text, now=now)
    switches.stop_by_itself(rail=switches.ALL, reason=_REASON, now=now)
