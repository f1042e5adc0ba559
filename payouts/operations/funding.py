"""Our own accounts that payouts are debited from. What a bank statement or a file has named never changes."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from payouts.countries import schemes
from payouts.models import FundingAccount
from payouts.queries import rail_words
from payouts.rails import registry
from sellers.ledger.money import EXPONENTS

_CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{1,29}")
_OWN_NUMBER = re.compile(r"[A-Z0-9-]{2,34}")
_CHANGEABLE = ("holder_name", "bic", "active")


class BadAccount(Refused):
    """It could not be paid from; the sentence says what is wrong."""

    code = "bad_account"


class Taken(Refused):
    """Another account has this code, or is the active one of its rail and currency."""

    code = "taken"


@transaction.atomic
def add(
    *,
    code: str,
    rail: str,
    currency: str,
    holder_name: str,
    country: str,
    scheme: str,
    identifier: str,
    bic: str,
    actor: Actor,
    now: datetime,
) -> FundingAccount:
    """A new account of ours, active: batches of its rail and currency are paid from it.

    ``scheme`` is "iban", or "other" for a bank's own number. Raises `BadAccount`, `Taken`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.add_fundingaccount")
    code, currency, country = code.strip().upper(), currency.strip().upper(), country.strip().upper()
    if not _CODE.fullmatch(code):
        raise BadAccount(
            _("Not added: a code is 2 to 30 capital letters, digits and hyphens, such as SEPA-EUR.")
        )
    if rail not in registry.names():
        raise BadAccount(
            _("Not added: there is no rail “{rail}”. There are: {names}.").format(
                rail=rail, names=", ".join(registry.names())
            )
        )
    if currency not in EXPONENTS:
        raise BadAccount(
            _("Not added: “{currency}” is no currency of ISO 4217. Write it as EUR or JPY.").format(
                currency=currency
            )
        )
    made = FundingAccount(
        code=code,
        rail=rail,
        currency=currency,
        holder_name=_name(holder_name),
        country=country,
        scheme=scheme,
        identifier=_identifier(scheme, identifier),
        bic=bic.strip().upper(),
    )
    if FundingAccount.objects.filter(code=code).exists():
        raise Taken(
            _("Not added: there is an account {code} already. Choose another code.").format(code=code)
        )
    _save(made)
    _record("funding.add", made, {"rail": rail, "currency": currency, "account": made.masked}, actor, now)
    return made


@transaction.atomic
def change(
    *, code: str, holder_name: str, bic: str, active: bool, actor: Actor, now: datetime
) -> FundingAccount:
    """Name, BIC and whether new batches are paid from it. For another number add another account.

    Raises `BadAccount`, `Taken`, `NotAllowed`.
    """
    authority.require(actor=actor, permission="payouts.change_fundingaccount")
    account = FundingAccount.objects.select_for_update(no_key=True).get(code=code)
    before = {"holder_name": account.holder_name, "bic": account.bic, "active": account.active}
    account.holder_name, account.bic, account.active = _name(holder_name), bic.strip().upper(), active
    after = {"holder_name": account.holder_name, "bic": account.bic, "active": account.active}
    changed = {name: after[name] for name in after if after[name] != before[name]}
    if changed:
        _save(account)
        _record("funding.change", account, {"changed": changed}, actor, now)
    return account


def _name(text: str) -> str:
    if not text.strip():
        raise BadAccount(_("Not saved: write whose account it is, as the bank has it."))
    return text.strip()


def _identifier(scheme: str, text: str) -> str:
    bare = text.replace(" ", "").upper()
    if scheme == "iban":
        try:
            return str(schemes.get("iban").parse({"iban": bare})["iban"])
        except schemes.AccountError as error:
            raise BadAccount(_("Not added: {error}").format(error=error)) from error
    if not _OWN_NUMBER.fullmatch(bare):
        raise BadAccount(_("Not added: a bank's own number is 2 to 34 letters, digits and hyphens."))
    return bare


def _save(account: FundingAccount) -> None:
    try:
        with transaction.atomic():
            account.save(update_fields=_CHANGEABLE if account.pk else None)
    except IntegrityError:
        active = FundingAccount.objects.filter(rail=account.rail, currency=account.currency, active=True)
        name = active.exclude(pk=account.pk).values_list("code", flat=True).first()
        raise Taken(
            _("Not saved: {name} pays {currency} over {rail} now. Close it first.").format(
                name=name, currency=account.currency, rail=rail_words.called(account.rail)
            )
        ) from None


def _record(
    action: str, account: FundingAccount, data: dict[str, object], actor: Actor, now: datetime
) -> None:
    recording.record(
        actor=actor, action=action, subject=account, data={"code": account.code, **data}, now=now
    )
