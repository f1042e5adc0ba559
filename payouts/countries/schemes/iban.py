"""IBAN, for accounts that SEPA reaches."""

import re
import warnings
from collections.abc import Mapping
from random import Random
from typing import ClassVar

import schwifty
from schwifty import exceptions, registry

from payouts.countries.schemes.base import Field, Scheme, Wrong, spread
from sellers.ledger.words import _, noted

# Said once, in docs/countries.md: where schwifty knows no rule (AL, HU, SE …) national digits go unchecked
warnings.filterwarnings("ignore", category=exceptions.NationalChecksumNotVerified)

_SEPA = (
    "AD AL AT BE BG CH CY CZ DE DK EE ES FI FR GB GI GR HR HU IE IS IT LI LT LU LV MC MD ME MK MT NL NO PL PT"
    " RO RS SE SI SK SM VA"
)
SEPA_COUNTRIES = frozenset(_SEPA.split())
"""Whose IBANs a SEPA credit transfer reaches (European Payments Council, 2026). Kept here because schwifty's
own list misses AL MD ME MK RS SM VA. The French overseas territories use FR, Jersey, Guernsey and Man use
GB."""

_BANKS = {
    "AT": ("12000", "20111", "32000"),
    "BE": ("001", "310", "734"),
    "DE": ("10010010", "37040044", "50010517", "20050550", "70150000"),
    "ES": ("0049", "2100", "0182", "0081"),
    "FR": ("30004", "20041", "10278", "30002"),
    "IE": ("AIBK", "BOFI"),
    "IT": ("02008", "03069", "05034"),
    "NL": ("INGB", "ABNA", "RABO"),
    "PT": ("0035", "0010", "0033"),
}
"""Banks whose codes demo accounts carry, so that a bank's name shows. Other countries get schwifty's
choice.
"""


def _lengths(country: str) -> tuple[int, int]:
    """How many characters of the country's IBAN are the account and the branch of the bank."""
    positions = {part.value: span for part, span in registry.get_iban_spec(country).positions.items()}
    account, branch = positions["account_code"], positions["branch_code"]
    return account.end - account.start, branch.end - branch.start


def _clean_iban(text: str) -> str:
    bare = re.sub(r"[\s.\-\u2010-\u2015]", "", text).upper().removeprefix("IBAN").removeprefix(":")
    if not re.fullmatch("[A-Z0-9]+", bare):
        raise Wrong(_("it may hold letters and digits only"))
    if not re.match("[A-Z]{2}[0-9]{2}", bare):
        raise Wrong(_("it must begin with a country and two check digits, as ES91 or FR76"))
    country = bare[:2]
    if country not in SEPA_COUNTRIES:
        raise Wrong(_("{country} is not a country that SEPA reaches").format(country=country))
    expected = registry.get_iban_spec(country).iban_length
    if len(bare) != expected:
        raise Wrong(
            _("it has {bare} characters; an IBAN of {country} has {expected}").format(
                bare=len(bare), country=country, expected=expected
            )
        )
    try:
        return str(schwifty.IBAN(bare, validate_bban=True))
    except (
        exceptions.NationalChecksumNotVerified
    ):  # where warnings are errors; everything else was checked before
        return bare
    except exceptions.InvalidStructure:
        raise Wrong(
            _("letters and digits do not stand where an IBAN of {country} has them").format(country=country)
        ) from None
    except exceptions.InvalidBBANChecksum:
        raise Wrong(
            _(
                "the check digits of the {country} account inside it are wrong. Compare it "
                "with a bank statement"
            ).format(country=country)
        ) from None
    except exceptions.SchwiftyException:
        raise Wrong(
            _("its check digits are wrong, so something is mistyped. Compare it with a bank statement")
        ) from None


def _clean_bic(text: str) -> str:
    try:
        return str(schwifty.BIC(re.sub(r"\s", "", text).upper()))
    except exceptions.SchwiftyException:
        raise Wrong(
            _("it is no BIC. A BIC has 8 or 11 letters and digits, as BBVAESMM; it may be left empty")
        ) from None


class Iban(Scheme):
    """An IBAN, checked down to the national check digits (FR, ES, IT, BE and others), and perhaps a BIC."""

    name: ClassVar[str] = "iban"
    label: ClassVar[str] = noted("an IBAN account")
    fields: ClassVar[tuple[Field, ...]] = (
        Field(
            name="iban",
            label=noted("IBAN"),
            help=noted("As on a bank statement; blanks do not matter."),
            pattern=r"\s*[A-Za-z]{2}[0-9]{2}[A-Za-z0-9 \-]{9,38}\s*",
            max_length=42,
            example="ES91 2100 0418 4502 0005 1332",
            clean=_clean_iban,
        ),
        Field(
            name="bic",
            label=noted("BIC"),
            help=noted("Only where the bank asks for it; within SEPA the IBAN is enough."),
            pattern=r"\s*[A-Za-z0-9]{8}([A-Za-z0-9]{3})?\s*",
            max_length=11,
            example="BBVAESMM",
            clean=_clean_bic,
            required=False,
        ),
    )

    def number(self, fields: Mapping[str, str]) -> str:
        return fields["iban"]

    def country_of(self, fields: Mapping[str, str]) -> str:
        return fields["iban"][:2]

    def mask(self, fields: Mapping[str, str]) -> str:
        iban = fields["iban"]
        return f"{iban[:4]} •••• •••• {iban[-4:]}"

    def canonical(self, fields: Mapping[str, str]) -> str:
        """A British IBAN is the account that sort code and number name, and has that scheme's text."""
        iban = fields["iban"]
        return f"gb_sort_code:{iban[8:14]}:{iban[14:]}" if iban.startswith("GB") else f"iban:{iban}"

    def bank_name(self, fields: Mapping[str, str]) -> str:
        iban = schwifty.IBAN(fields["iban"])
        return str(iban.bank_short_name or iban.bank_name or "")

    def simulated(self, seed: int, country: str) -> dict[str, str]:
        if country not in SEPA_COUNTRIES:
            raise ValueError(_("{country} is not a country that SEPA reaches.").format(country=country))
        banks = _BANKS.get(country)
        if banks is None:
            chance = Random(f"{country}{seed}")  # noqa: S311 - a demo account is no secret
            return {"iban": str(schwifty.IBAN.random(country, random=chance, use_registry=False))}
        account, branch = _lengths(country)
        first = int(spread(seed, 3, f"{country} ending"))
        for offset in range(
            1000
        ):  # some banks' own check digits leave gaps, and stand before the last two digits
            try:
                iban = schwifty.IBAN.generate(
                    country,
                    bank_code=banks[seed % len(banks)],
                    branch_code=spread(seed, branch, f"{country} branch") if branch else "",
                    account_code=spread(seed, account - 3, country)
                    + str((first + offset * 111) % 1000).zfill(3),
                )
                return {"iban": str(schwifty.IBAN(str(iban), validate_bban=True))}
            except exceptions.SchwiftyException:
                continue
        raise ValueError(
            _("No account of {country} can be simulated from seed {seed}.").format(country=country, seed=seed)
        )
