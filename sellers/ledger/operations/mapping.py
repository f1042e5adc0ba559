"""Which account of accounting's chart a book is: one person asks, another confirms; versions never change."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime

import babel
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.words import dated
from sellers.ledger.models import AccountMapping, Book, Books
from sellers.ledger.money import EXPONENTS
from sellers.ledger.operations import _wishes

RIGHT = "ledger.map_accounts"
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
COUNTRIES = {
    str(code) for code in babel.Locale("en").territories if re.fullmatch("[A-Z]{2}", str(code))
} - NO_COUNTRIES
NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._/-]{0,19}")
LABEL = re.compile(r"\w[^\t\r\n]{0,59}")


class BadMapping(Refused):
    """It is no account, or would change months that are closed; the sentence says what is wrong."""

    code = "bad_mapping"


@transaction.atomic
def ask(
    *,
    book: str,
    currency: str,
    country: str,
    number: str,
    label: str,
    targets: Mapping[str, str],
    effective_from: date,
    reason: str,
    actor: Actor,
    now: datetime,
) -> AccountMapping:
    """A version waits for another person. Empty ``currency`` and ``country``: all that have no version of their own.

    Raises `BadMapping`, `Conflict` when one for the same waits already, `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    if book not in Book.values:
        raise BadMapping(_("Not asked: there is no such book. Choose one from the list."))
    if currency and currency not in EXPONENTS:
        raise BadMapping(
            _(
                "Not asked: “{currency}” is no currency of ISO 4217. Write it as EUR, or leave it empty."
            ).format(currency=currency[:10])
        )
    if country and country not in COUNTRIES:
        raise BadMapping(_("Not asked: a country is its two letters, such as FR, or is left empty."))
    if not NUMBER.fullmatch(number.strip()):
        raise BadMapping(
            _("Not asked: an account number has up to 20 letters and digits, with . _ / - between them.")
        )
    if not LABEL.fullmatch(label.strip()):
        raise BadMapping(
            _("Not asked: the name begins with a letter or digit and has at most 60 characters.")
        )
    if not reason.strip():
        raise BadMapping(_("Not asked: say why, for those who ask later."))
    _check_open(_("Not asked"), effective_from)
    try:
        with transaction.atomic():
            made = AccountMapping.objects.create(
                book=book,
                currency=currency,
                country=country,
                number=number.strip(),
                label=label.strip(),
                targets={key: value.strip() for key, value in targets.items() if value.strip()},
                effective_from=effective_from,
                reason=reason.strip(),
                asked_by_id=actor.person_id,
                asked_at=now,
            )
    except IntegrityError:
        raise Conflict(
            _("Not asked: an account for this book waits already. Have it confirmed or dismissed first.")
        ) from None
    _record("mapping.ask", made, actor, now)
    return made


@transaction.atomic
def confirm(*, mapping_ids: Sequence[int], actor: Actor, now: datetime) -> list[AccountMapping]:
    """Another person's word: the versions are in force from their days on, all of them or none.

    Raises `SamePerson`, `BadMapping` when a month was closed meanwhile, `Conflict`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=RIGHT)
    found = _wishes.waiting(AccountMapping, mapping_ids)
    _wishes.check_others(found, actor)
    for each in found:
        _check_open(_("Not confirmed"), each.effective_from)
        _wishes.decide(each, confirmed=True, actor=actor, now=now)
        _record("mapping.confirm", each, actor, now)
    return found


@transaction.atomic
def dismiss(*, mapping_ids: Sequence[int], actor: Actor, now: datetime) -> list[AccountMapping]:
    """The wishes are over, the chart stays. Whoever asked may take it back. Raises `Conflict`, `NotAllowed`."""
    authority.require(actor=actor, permission=RIGHT)
    found = _wishes.waiting(AccountMapping, mapping_ids)
    for each in found:
        _wishes.decide(each, confirmed=False, actor=actor, now=now)
        _record("mapping.dismiss", each, actor, now)
    return found


def _check_open(what: str, effective_from: date) -> None:
    frozen = Books.objects.values_list("frozen_through", flat=True).get()
    if frozen is not None and effective_from <= frozen:
        raise BadMapping(
            _(
                "{what}: the books are closed through {frozen}, and a closed month keeps its "
                "accounts. Choose a later day."
            ).format(what=what, frozen=dated(frozen, "long"))
        )


def _record(action: str, found: AccountMapping, actor: Actor, now: datetime) -> None:
    data = {
        "book": found.book,
        "currency": found.currency,
        "country": found.country,
        "number": found.number,
        "from": found.effective_from.isoformat(),
        "reason": found.reason,
    }
    recording.record(actor=actor, action=action, subject=found, data=data, now=now)
