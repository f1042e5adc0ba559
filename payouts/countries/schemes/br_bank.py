"""Brazilian bank accounts: bank, branch (agência) and account (conta), each with its check digit where it has
one.
"""

import re
from collections.abc import Mapping
from typing import ClassVar

from payouts.countries.schemes.base import Field, Scheme, Wrong, digits, spread
from sellers.ledger.words import _, noted

_BANKS = {
    "001": "Banco do Brasil",
    "033": "Santander Brasil",
    "077": "Banco Inter",
    "104": "Caixa Econômica Federal",
    "237": "Bradesco",
    "260": "Nubank",
    "336": "C6 Bank",
    "341": "Itaú",
}


def _clean_branch(text: str) -> str:
    found = re.fullmatch(r"([0-9]{1,4})(?:\s*-\s*([0-9Xx]))?", text)
    if found is None or not found[1].strip("0"):
        raise Wrong(_("it must have up to 4 digits, perhaps a hyphen and a check digit: 1234 or 1234-5"))
    return found[1].zfill(4) + (f"-{found[2].upper()}" if found[2] else "")


def _clean_account(text: str) -> str:
    found = re.fullmatch(r"([0-9]{1,12})-?([0-9X])", re.sub(r"[\s.]", "", text.upper()))
    if found is None:
        raise Wrong(_("it must have up to 12 digits and its check digit (0-9 or X): 123456-7"))
    number = found[1].lstrip("0")
    if not number:
        raise Wrong(_("it cannot be all zeros"))
    return f"{number}-{found[2]}"


class BrBank(Scheme):
    """The banks' own check digits are not checked: every bank has its own rule, and some have none.

    The holder's CPF or CNPJ, which a transfer needs too, is the seller's tax number.
    """

    name: ClassVar[str] = "br_bank"
    label: ClassVar[str] = noted("a Brazilian account")
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="bank",
            label=noted("Bank code"),
            help=noted("Three digits (código de compensação), or eight of the ISPB."),
            pattern=r"\s*([0-9]{3}|[0-9]{8})\s*",
            max_length=12,
            example="341",
            clean=digits(3, 8),
            input_mode="numeric",
        ),
        Field(
            name="branch",
            label=noted("Branch"),
            help=noted("Agência: four digits, with its check digit if it has one."),
            pattern=r"\s*[0-9]{1,4}(\s*-\s*[0-9Xx])?\s*",
            max_length=10,
            example="1234",
            clean=_clean_branch,
        ),
        Field(
            name="account",
            label=noted("Account"),
            help=noted("Conta with its check digit after the hyphen."),
            pattern=r"\s*[0-9][0-9. ]{0,16}-?[0-9Xx]\s*",
            max_length=20,
            example="123456-7",
            clean=_clean_account,
        ),
    )

    def number(self, fields: Mapping[str, str]) -> str:
        return fields["account"]

    def country_of(self, fields: Mapping[str, str]) -> str:
        return "BR"

    def canonical(self, fields: Mapping[str, str]) -> str:
        """Without the branch's check digit, which some write and some do not."""
        return f"br_bank:{fields['bank']}:{fields['branch'][:4]}:{fields['account']}"

    def bank_name(self, fields: Mapping[str, str]) -> str:
        return _BANKS.get(fields["bank"], "")

    def simulated(self, seed: int, country: str) -> dict[str, str]:
        return {
            "bank": list(_BANKS)[seed % len(_BANKS)],
            "branch": str(1 + int(spread(seed, 3, "BR branch"))).zfill(4),
            "account": f"5{spread(seed, 8, 'BR account')}-{seed % 10}",
        }
