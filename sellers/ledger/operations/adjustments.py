"""A correction of a seller's balance: one person asks, with a reason and a document; another grants or refuses."""

import hashlib
import io
from datetime import date, datetime
from typing import IO

from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated, labelled, number, sentences
from sellers import vault
from sellers.ledger import money
from sellers.ledger.importing import parts
from sellers.ledger.models import Account, Adjustment, AdjustmentKind, Earning, EarningKind
from sellers.ledger.money import Money
from sellers.ledger.operations import earnings
from sellers.ledger.queries import balances

LARGEST_DOCUMENT = 5 * 1024 * 1024
LONGEST_REASON = 4_000
SOURCE = "adjustments"


class BadRequest(Refused):
    """The request lacks something, or says something that cannot be."""

    code = "adjustment_incomplete"


class SamePerson(Refused):
    """Who asked may not decide."""

    code = "four_eyes"
    status = 403


class AlreadyDecided(Conflict):
    """Somebody granted or refused it before."""

    code = "adjustment_already_decided"


class MoreThanOwed(Refused):
    """A write-off forgives a debt; there is less of it, or none."""

    code = "write_off_too_large"


@transaction.atomic
def request(
    *,
    seller_id: int,
    currency: str,
    kind: AdjustmentKind,
    amount_minor: int,
    reason: str,
    document_name: str,
    document: bytes,
    actor: Actor,
    now: datetime,
) -> Adjustment:
    """The adjustment waits for another person; nothing is posted yet.

    ``amount_minor``: minor units of ``currency``, positive when we owe the seller more. The document is kept
    encrypted; its SHA-256 is of the plain bytes. Raises `BadRequest`, `MoreThanOwed`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="ledger.request_adjustment")
    if actor.user_id is None:
        raise BadRequest(_("Not asked: an adjustment is a person's wish, the system has none."))
    wrong = _amount_faults(kind, amount_minor, currency) + _paper_faults(reason, document_name, document)
    if wrong:
        raise BadRequest(labelled(_("Not asked"), sentences(*wrong)))
    account, _unused = Account.objects.get_or_create(seller_id=seller_id, currency=currency)
    if kind == AdjustmentKind.WRITE_OFF:
        _check_debt(account, amount_minor, now)
    sha256 = hashlib.sha256(document).hexdigest()
    made = Adjustment.objects.create(
        account=account,
        kind=kind,
        amount_minor=amount_minor,
        reason=reason.strip(),
        document_name=document_name.strip()[-200:],
        document_sha256=sha256,
        document_ciphertext=vault.encrypt_blob(
            document, ring=vault.keyring(), aad=_place(account.pk, sha256)
        ),
        requested_by_id=actor.user_id,
        requested_at=now,
    )
    data = {"kind": kind.value, "amount_minor": amount_minor, "currency": currency, "sha256": sha256}
    recording.record(actor=actor, action="adjustment.request", subject=made, data=data, now=now)
    return made


@transaction.atomic
def decide(
    *, adjustment_id: int, granted: bool, note: str, due_date: date, actor: Actor, now: datetime
) -> Adjustment:
    """Granted: an earning stands in the ledger, due on ``due_date`` (today in the seller's country) or the next
    day that no payout has covered. Refused: nothing is posted. Either way it is decided for good.

    Persons at a session only. Raises `SamePerson`, `AlreadyDecided`, `MoreThanOwed`, `BadRequest` for a refusal
    without a note, `NotAllowed`.
    """
    authority.require(actor=actor, permission="ledger.approve_adjustment")
    found = _waiting(adjustment_id)
    if found.requested_by_id == actor.user_id:
        raise SamePerson(_("You asked for this adjustment: another person must grant or refuse it."))
    if not granted and not note.strip():
        raise BadRequest(_("Not refused: say why, for the colleague who asked."))
    if granted:
        found.earning = _post(found, due_date, now)
    found.decision = "granted" if granted else "refused"
    found.decided_by_id, found.decided_at, found.decision_note = actor.user_id, now, note.strip()
    found.save(update_fields=["decision", "decided_by", "decided_at", "decision_note", "earning"])
    data = {"decision": found.decision, "note": found.decision_note, "earning": found.earning_id}
    recording.record(actor=actor, action="adjustment.decide", subject=found, data=data, now=now)
    return found


@transaction.atomic
def withdraw(*, adjustment_id: int, actor: Actor, now: datetime) -> Adjustment:
    """Who asked for it takes it back: nothing is posted, and nobody decides on it any more.

    Persons at a session only. Raises `AlreadyDecided`, `BadRequest` for another person, `NotAllowed`.
    """
    authority.require(actor=actor, permission="ledger.request_adjustment")
    found = _waiting(adjustment_id)
    if found.requested_by_id != actor.user_id:
        raise BadRequest(_("Not taken back: only who asked for it may. Whoever may decide can refuse it."))
    found.decision, found.decided_by_id, found.decided_at = "withdrawn", actor.user_id, now
    found.save(update_fields=["decision", "decided_by", "decided_at"])
    recording.record(actor=actor, action="adjustment.withdraw", subject=found, now=now)
    return found


def _waiting(adjustment_id: int) -> Adjustment:
    """The adjustment, locked. Raises `AlreadyDecided`, `BadRequest`."""
    found = Adjustment.objects.select_for_update().filter(pk=adjustment_id).first()
    if found is None:
        raise BadRequest(_("There is no such adjustment. Look at the list of those that wait."))
    if found.decided_at is not None:
        raise AlreadyDecided(
            _("This adjustment was decided on {decided_at} already: {decision}.").format(
                decision=found.get_decision_display(), decided_at=dated(found.decided_at, "long")
            )
        )
    return found


@transaction.atomic
def read_document(*, adjustment_id: int, actor: Actor, now: datetime) -> tuple[str, IO[bytes]]:
    """The document's name, and its plain bytes as an open file, which whoever asked closes; that it was read is
    recorded. Raises `BadRequest`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="ledger.view_adjustment")
    found = Adjustment.objects.select_related("import_file").filter(pk=adjustment_id).first()
    if found is None:
        raise BadRequest(_("There is no such adjustment."))
    plain: IO[bytes] | None
    if found.import_file is not None:
        plain = parts.opened(found.import_file)
    else:
        aad = _place(found.account_id, found.document_sha256)
        plain = io.BytesIO(vault.decrypt_blob(found.document_ciphertext, ring=vault.keyring(), aad=aad))
    recording.record(actor=actor, action="adjustment.read_document", subject=found, now=now)
    return found.document_name, plain or io.BytesIO()


def _amount_faults(kind: str, amount_minor: int, currency: str) -> list[str]:
    try:
        amount = Money(amount_minor, currency)
    except money.MoneyError as error:
        return [str(error)]
    wrong = []
    if amount_minor == 0:
        wrong.append(_("The amount is zero."))
    if abs(amount_minor) > money.CEILING_MINOR:
        wrong.append(_("{amount} is more than a single amount may be.").format(amount=amount))
    if kind == AdjustmentKind.WRITE_OFF and amount_minor < 0:
        wrong.append(_("A write-off forgives a debt, so its amount is positive."))
    return wrong


def _paper_faults(reason: str, document_name: str, document: bytes) -> list[str]:
    wrong = []
    if not reason.strip():
        wrong.append(_("Say the reason."))
    if len(reason) > LONGEST_REASON:
        wrong.append(
            _("The reason has more than {longest_reason} characters.").format(
                longest_reason=number(LONGEST_REASON)
            )
        )
    if not document or not document_name.strip():
        wrong.append(_("Add the document that shows it; an empty file shows nothing."))
    if len(document) > LARGEST_DOCUMENT:
        wrong.append(
            _("The document is larger than {largest_document} MB.").format(
                largest_document=LARGEST_DOCUMENT // 1024 // 1024
            )
        )
    return wrong


def _post(found: Adjustment, due_date: date, now: datetime) -> Earning:
    # FOR UPDATE: the debt that a write-off forgives must not shrink between look and posting.
    account = Account.objects.select_for_update().get(pk=found.account_id)
    if found.kind == AdjustmentKind.WRITE_OFF:
        _check_debt(account, found.amount_minor, now)
    return earnings.credit(
        account_id=account.pk,
        kind=EarningKind(found.kind),
        amount_minor=found.amount_minor,
        source=SOURCE,
        external_id=f"A{found.pk}",
        occurred_date=due_date,
        due_date=due_date,
        description=found.reason[:200],
        now=now,
    )


def _check_debt(account: Account, amount_minor: int, now: datetime) -> None:
    held = balances.balances(seller_id=account.seller_id, today=now.date())
    owed = -next((each.payable for each in held if each.account_id == account.pk), 0)
    if amount_minor > owed:
        told = (
            _(
                "{money} cannot be written off: the seller owes us only {debt} in {currency}. "
                "To give money, ask for an adjustment."
            )
            if owed > 0
            else _(
                "{money} cannot be written off: the seller owes us nothing in {currency}. To "
                "give money, ask for an adjustment."
            )
        )
        money, debt = Money(amount_minor, account.currency), Money(owed, account.currency)
        raise MoreThanOwed(told.format(money=money, debt=debt, currency=account.currency))


def _place(account_id: int, sha256: str) -> bytes:
    return vault.place("ledger.Adjustment", account_id, sha256)
