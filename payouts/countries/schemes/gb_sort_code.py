"""British bank accounts: sort code and account number."""

from collections.abc import Mapping
from typing import ClassVar

from payouts.countries.schemes.base import Field, Scheme, Wrong, digits, spread
from sellers.ledger.words import _, noted

_BANKS = {"200000": "Barclays", "601613": "NatWest", "040004": "Monzo", "608371": "Starling"}
"""Some sort codes; a bank has thousands."""


def _clean_account(text: str) -> str:
    number = digits(8, also=_("; if yours has 6 or 7, write zeros in front"))(text)
    if number == "00000000":
        raise Wrong(_("it cannot be all zeros"))
    return number


class GbSortCode(Scheme):
    """Six digits of sort code, eight of account number. The banks' own check digits (Vocalink's weights) are
    not checked: their table is licensed and changes weekly; a wrong number comes back as a return.
    """

    name: ClassVar[str] = "gb_sort_code"
    label: ClassVar[str] = noted("a British account")
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="sort_code",
            label=noted("Sort code"),
            help=noted("Six digits, with or without hyphens."),
            pattern=r"\s*[0-9]{2}[ \-]?[0-9]{2}[ \-]?[0-9]{2}\s*",
            max_length=10,
            example="60-16-13",
            clean=digits(6),
            input_mode="numeric",
        ),
        Field(
            name="account",
            label=noted("Account number"),
            help=noted("Eight digits; if yours has 6 or 7, write zeros in front."),
            pattern=r"\s*[0-9][0-9 \-]{6,9}[0-9]\s*",
            max_length=12,
            example="31926819",
            clean=_clean_account,
            input_mode="numeric",
        ),
    )

    def number(self, fields: Mapping[str, str]) -> str:
        return fields["account"]

    def country_of(self, fields: Mapping[str, str]) -> str:
        return "GB"

    def canonical(self, fields: Mapping[str, str]) -> str:
        return f"gb_sort_code:{fields['sort_code']}:{fields['account']}"

    def bank_name(self, fields: Mapping[str, str]) -> str:
        return _BANKS.get(fields["sort_code"], "")

    def simulated(self, seed: int, country: str) -> dict[str, str]:
        return {
            "sort_code": list(_BANKS)[seed % len(_BANKS)],
            "account": "7" + spread(seed, 7, "GB account"),
        }
