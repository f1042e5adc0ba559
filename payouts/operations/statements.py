"""Statements as PDF files: who fetched which is recorded, because they tell a seller's affairs."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.words import number
from payouts.exports.statements import payout as payout_sheet
from payouts.exports.statements import pdf
from payouts.exports.statements import seller as seller_sheet
from payouts.exports.statements.sheet import Sheet
from payouts.queries import payout_statement, seller_statement
from sellers.models import Seller


class TooLong(Refused):
    """The statement has more lines than one document holds."""

    code = "statement_too_long"


@dataclass(frozen=True)
class Document:
    """A PDF and what to call it."""

    name: str
    body: bytes


@transaction.atomic
def of_payout(*, payout_id: int, language: str, actor: Actor, now: datetime) -> Document:
    """The payout's statement with every line; that it was fetched is recorded. Raises `TooLong`, `NotAllowed`."""
    authority.require(actor=actor, permission="payouts.view_payout")
    payout = payout_statement.rows().get(pk=payout_id)
    if payout_statement.too_long(payout=payout):
        raise TooLong(
            _(
                "No PDF made: {reference} has more than {longest} lines. Print the page of "
                "its statement instead: it has every sum, and the first lines of each kind."
            ).format(reference=payout.reference, longest=number(payout_statement.LONGEST))
        )
    sheet = payout_sheet.sheet(payout_statement.of_payout(payout=payout), language=language)
    return _fetched(
        sheet, payout, f"statement-{payout.reference}", {"payout": payout.reference}, actor=actor, now=now
    )


@transaction.atomic
def of_seller(
    *, seller_id: int, currency: str, first: date, last: date, language: str, actor: Actor, now: datetime
) -> Document:
    """The seller's statement of the period, in days of their country; that it was fetched is recorded.

    Raises `Account.DoesNotExist` when the seller has no account in the currency, `NotAllowed`.
    """
    authority.require(actor=actor, permission="sellers.view_seller")
    seller = Seller.objects.get(pk=seller_id)
    found = seller_statement.of_seller(seller=seller, currency=currency, first=first, last=last)
    return _fetched(
        seller_sheet.sheet(found, language=language),
        seller,
        f"statement-{seller.reference}-{currency}-{first}-{last}",
        {"seller": seller.reference, "currency": currency, "from": str(first), "to": str(last)},
        actor=actor,
        now=now,
    )


def _fetched(
    sheet: Sheet, subject: Model, name: str, data: dict[str, Any], *, actor: Actor, now: datetime
) -> Document:
    body = pdf.write(sheet)
    data = {**data, "language": sheet.language, "sha256": hashlib.sha256(body).hexdigest()}
    recording.record(actor=actor, action="statement.download", subject=subject, data=data, now=now)
    return Document(f"{name}-{sheet.language}.pdf", body)
