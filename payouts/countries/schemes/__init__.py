"""Bank account schemes: what an account consists of, how it is checked, written and hidden. Pure.

`schemes.get("iban")` answers the scheme that a country's file names. To add one: a file here and a line in
`_ALL`.
"""

from payouts.countries.schemes.base import AccountError, Field, Problem, Scheme
from payouts.countries.schemes.br_bank import BrBank
from payouts.countries.schemes.gb_sort_code import GbSortCode
from payouts.countries.schemes.iban import SEPA_COUNTRIES, Iban
from payouts.countries.schemes.jp_zengin import JpZengin
from payouts.countries.schemes.us_aba import UsAba

__all__ = ["SEPA_COUNTRIES", "AccountError", "Field", "Problem", "Scheme", "UnknownScheme", "get", "names"]

_ALL: dict[str, Scheme] = {
    scheme.name: scheme for scheme in (BrBank(), GbSortCode(), Iban(), JpZengin(), UsAba())
}


class UnknownScheme(LookupError):
    """No account scheme has that name. The message names those that exist."""


def names() -> list[str]:
    return sorted(_ALL)


def get(name: str) -> Scheme:
    """The account scheme of that name. Raises `UnknownScheme`."""
    try:
        return _ALL[name]
    except (KeyError, TypeError):
        raise UnknownScheme(
            f"There is no account scheme “{name}”. There are: {', '.join(names())}."
        ) from None
