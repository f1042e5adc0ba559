"""Reading the bodies of API payments, and the bank's checks of a payment from either channel."""

import json
import re
from dataclasses import dataclass
from typing import Any

from backoffice.simbank import pain001

_REFERENCE = re.compile(r"[A-Za-z0-9-]{1,35}")
_CURRENCY = re.compile(r"[A-Z]{3}")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_LARGEST = 10**14


class Invalid(ValueError):
    """A body the bank cannot make a payment of. Nothing was created. `code` is the API's error code."""

    def __init__(self, code: str, text: str):
        self.code = code
        super().__init__(text)


@dataclass(frozen=True, kw_only=True)
class Order:
    """What somebody asks the bank to do, whichever way it came. `problem` is a reason to refuse this
    payment."""

    end_to_end_id: str
    amount_minor: int
    currency: str
    payee: str
    payee_account: str
    account: str
    holder: str
    payment_information_id: str = ""
    problem: str = ""


def read(key: str, body: bytes) -> Order:
    """The order in an API body. Raises `Invalid`."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Invalid("request_invalid", "The body is not JSON.") from error
    if not _REFERENCE.fullmatch(key):
        raise Invalid(
            "request_invalid", "The header Idempotency-Key must have 1 to 35 letters, digits and dashes."
        )
    if not isinstance(content, dict) or content.get("key") != key:
        raise Invalid("request_invalid", "The body must be an object whose “key” is the Idempotency-Key.")
    amount, currency = content.get("amount_minor"), content.get("currency")
    if type(amount) is not int or not 0 < amount <= _LARGEST:
        raise Invalid("amount_invalid", "“amount_minor” must be a whole number above zero.")
    if not isinstance(currency, str) or not _CURRENCY.fullmatch(currency):
        raise Invalid("currency_unsupported", "“currency” must be a code such as USD.")
    reference = _text(content, "end_to_end_id")
    if not _REFERENCE.fullmatch(reference):
        raise Invalid("request_invalid", "“end_to_end_id” must have 1 to 35 letters, digits and dashes.")
    account, payee_account = (
        _text(content, "debtor", "account", "number"),
        _text(content, "creditor", "account", "number"),
    )
    if not account or not payee_account:
        raise Invalid("account_invalid", "Both accounts need a “number”.")
    payee = _text(content, "creditor", "name")
    if not payee:
        raise Invalid("request_invalid", "The creditor needs a name.")
    return Order(
        end_to_end_id=reference,
        amount_minor=amount,
        currency=currency,
        payee=payee,
        payee_account=payee_account,
        account=account,
        holder=_text(content, "debtor", "name"),
        problem=_account_problem(_text(content, "creditor", "account", "iban")),
    )


def of_transfer(transfer: pain001.Transfer) -> Order:
    """The order in one transfer of a file."""
    return Order(
        end_to_end_id=transfer.end_to_end_id,
        amount_minor=transfer.cents,
        currency=transfer.currency,
        payee=transfer.payee,
        payee_account=transfer.iban,
        account=transfer.debtor_iban,
        holder=transfer.debtor,
        payment_information_id=transfer.payment_information_id,
        problem="AM03" if transfer.currency != "EUR" else _account_problem(transfer.iban or "none"),
    )


def refused(key: str, code: str, text: str, *, reason: str = "") -> tuple[int, dict[str, Any]]:
    """The API's no. `created` is what the customer may rely on."""
    return 422, {"key": key, "created": False, "error": {"code": code, "message": text, "reason": reason}}


def _account_problem(iban: str) -> str:
    """AC01 for an IBAN that cannot exist; an empty one is no IBAN account and not checked here."""
    if not iban:
        return ""
    digits = "".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4]) if _IBAN.fullmatch(iban) else "0"
    return "" if int(digits) % 97 == 1 else "AC01"


def _text(content: Any, *path: str) -> str:
    for name in path:
        content = content.get(name) if isinstance(content, dict) else None
    return content.strip() if isinstance(content, str) else ""
