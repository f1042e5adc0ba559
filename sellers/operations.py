"""Verbs on sellers: suspend, lift, verify, annotate. Each locks the seller, asks for authority, leaves a record."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated, number
from sellers.models import Note, Seller, Verification

LONGEST_NOTE = 4_000


class UnknownSeller(Refused):
    """No seller has this id."""

    code = "unknown_seller"
    status = 404


class ReasonMissing(Refused):
    """The act needs a reason in words, and has none or too long a one."""

    code = "reason_missing"


class AlreadySo(Conflict):
    """The seller is suspended, or not suspended, already."""

    code = "already_so"


@transaction.atomic
def suspend(*, seller_id: int, reason: str, actor: Actor, now: datetime) -> Seller:
    """Nothing is paid to the seller from now on; earnings still accrue.

    Raises `ReasonMissing`, `AlreadySo`, `UnknownSeller`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="sellers.suspend_seller")
    text = _words(reason, _("Not suspended: say why, in words the seller may be told."))
    seller = locked(seller_id)
    if seller.suspended_at is not None:
        raise AlreadySo(
            _("{seller} is suspended since {suspended_at}: {suspended_reason}").format(
                seller=seller.name,
                suspended_at=dated(seller.suspended_at, "long"),
                suspended_reason=seller.suspended_reason,
            )
        )
    seller.suspended_at, seller.suspended_reason = now, text
    seller.save(update_fields=["suspended_at", "suspended_reason"])
    recording.record(actor=actor, action="seller.suspend", subject=seller, data={"reason": text}, now=now)
    return seller


@transaction.atomic
def lift_suspension(*, seller_id: int, reason: str, actor: Actor, now: datetime) -> Seller:
    """The seller may be paid again, if verified. Raises `ReasonMissing`, `AlreadySo`, `UnknownSeller`, `NotAllowed`."""
    authority.require(actor=actor, permission="sellers.suspend_seller")
    text = _words(reason, _("Not lifted: say what has changed since the suspension."))
    seller = locked(seller_id)
    if seller.suspended_at is None:
        raise AlreadySo(_("{seller} is not suspended; nothing was done.").format(seller=seller.name))
    before = {"since": seller.suspended_at.isoformat(), "reason": seller.suspended_reason}
    seller.suspended_at, seller.suspended_reason = None, ""
    seller.save(update_fields=["suspended_at", "suspended_reason"])
    data = {"reason": text, "suspension": before}
    recording.record(actor=actor, action="seller.lift_suspension", subject=seller, data=data, now=now)
    return seller


@transaction.atomic
def verify(*, seller_id: int, passed: bool, note: str, actor: Actor, now: datetime) -> Verification:
    """A person's finding about who the seller is. A passed one lets money go to them, a failed one stops it.

    Persons at a session only (`authority.PERSON_ONLY`). Raises `ReasonMissing`, `UnknownSeller`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="sellers.verify_seller")
    text = _words(
        note, _("Not recorded: say what was looked at, such as the register extract or the passport.")
    )
    seller = locked(seller_id)
    finding = Verification.objects.create(
        seller=seller, passed=passed, note=text, decided_by_id=actor.user_id, decided_at=now
    )
    seller.verified_at = now if passed else None
    seller.save(update_fields=["verified_at"])
    data: dict[str, Any] = {"passed": passed, "note": text}
    recording.record(actor=actor, action="seller.verify", subject=seller, data=data, now=now)
    return finding


@transaction.atomic
def annotate(*, seller_id: int, text: str, actor: Actor, now: datetime) -> Note:
    """A note that colleagues see on the seller's page; it stays.

    Raises `ReasonMissing`, `UnknownSeller`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="sellers.add_note")
    if actor.user_id is None:
        raise Refused(_("A note is a person's: the system writes none."))
    words = _words(text, _("Nothing written: the note is empty."))
    seller = locked(seller_id)
    note = Note.objects.create(seller=seller, text=words, written_by_id=actor.user_id, written_at=now)
    recording.record(actor=actor, action="seller.annotate", subject=seller, data={"note": note.pk}, now=now)
    return note


def locked(seller_id: int) -> Seller:
    """The seller's row, held FOR NO KEY UPDATE until the transaction ends. Raises `UnknownSeller`."""
    seller = Seller.objects.select_for_update(no_key=True).filter(pk=seller_id).first()
    if seller is None:
        raise UnknownSeller(_("There is no such seller. Search by name, e-mail or reference."))
    return seller


def _words(text: str, missing: str) -> str:
    words = text.strip()
    if not words:
        raise ReasonMissing(missing)
    if len(words) > LONGEST_NOTE:
        raise ReasonMissing(
            _("That is {words} characters; at most {longest_note} can be kept.").format(
                words=number(len(words)), longest_note=number(LONGEST_NOTE)
            )
        )
    return words
