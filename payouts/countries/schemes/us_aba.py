"""American bank accounts: routing number (ABA), account number and kind of account."""

import re
from collections.abc import Mapping
from typing import ClassVar

from stdnum.exceptions import ValidationError
from stdnum.us import rtn

from payouts.countries.schemes.base import Field, Scheme, Wrong, digits, one_of, spread
from sellers.ledger.words import _, noted

_TYPES = (("checking", noted("checking account")), ("savings", noted("savings account")))
_BANKS = {
    "021000021": "JPMorgan Chase",
    "026009593": "Bank of America",
    "121000248": "Wells Fargo",
    "021000089": "Citibank",
}
"""Some routing numbers of large banks; there is no free list of all of them."""


def _clean_routing(text: str) -> str:
    routing = digits(9)(text)
    try:
        rtn.validate(routing)
    except ValidationError:
        raise Wrong(_("its check digit is wrong, so a digit is mistyped")) from None
    if not re.match("0[0-9]|1[0-2]|2[1-9]|3[0-2]", routing) or routing.startswith("00"):
        raise Wrong(_("no bank has a number that begins so; take the one for electronic (ACH) payments"))
    return routing


def _clean_account(text: str) -> str:
    bare = re.sub(r"[\s.\-\u2010-\u2015]", "", text)
    if not re.fullmatch("[0-9]{4,17}", bare):
        raise Wrong(_("it must have 4 to 17 digits and nothing else"))
    if not bare.strip("0"):
        raise Wrong(_("it cannot be all zeros"))
    return bare


class UsAba(Scheme):
    """Routing number with its check digit, account number with its leading zeros, checking or savings."""

    name: ClassVar[str] = "us_aba"
    label: ClassVar[str] = noted("an American account")
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="routing",
            label=noted("Routing number"),
            help=noted("Nine digits; the one for electronic (ACH) payments, not for wires."),
            pattern=r"\s*[0-9][0-9 \-]{7,12}[0-9]\s*",
            max_length=14,
            example="021000021",
            clean=_clean_routing,
            input_mode="numeric",
        ),
        Field(
            name="account",
            label=noted("Account number"),
            help=noted("4 to 17 digits, with the zeros in front."),
            pattern=r"\s*[0-9][0-9 \-]{2,20}[0-9]\s*",
            max_length=22,
            example="000123456789",
            clean=_clean_account,
            input_mode="numeric",
        ),
        Field(
            name="type",
            label=noted("Kind of account"),
            help=noted("A payment to the wrong kind comes back."),
            pattern="checking|savings",
            max_length=8,
            example="checking",
            clean=one_of(_TYPES),
            choices=_TYPES,
        ),
    )

    def number(self, fields: Mapping[str, str]) -> str:
        return fields["account"]

    def country_of(self, fields: Mapping[str, str]) -> str:
        return "US"

    def canonical(self, fields: Mapping[str, str]) -> str:
        """Without the kind of account: changing that does not make another account."""
        return f"us_aba:{fields['routing']}:{fields['account']}"

    def bank_name(self, fields: Mapping[str, str]) -> str:
        return _BANKS.get(fields["routing"], "")

    def simulated(self, seed: int, country: str) -> dict[str, str]:
        return {
            "routing": list(_BANKS)[seed % len(_BANKS)],
            "account": "9" + spread(seed, 9, "US account"),
            "type": "savings" if seed % 7 == 0 else "checking",
        }
