"""How an amount is written for people: in the locale that is given, else in the reader's.

The decimals are those of ISO 4217, not of the locale's data, which leaves forints and pesos without any: what
a bank carries is what is shown. A minus is the sign U+2212, never a hyphen.
"""

import re
from functools import lru_cache

import babel
from babel import numbers

from sellers.ledger import words
from sellers.ledger.money import Money, exponent

MINUS = "\N{MINUS SIGN}"


def bare(amount: Money, *, locale: str | None = None) -> str:
    """The digits without the currency: "45,210.00", "−1.915,20". For columns, where the code stands beside
    it.
    """
    locale = locale or words.locale()
    pattern = _plain(exponent(amount.currency))
    return _signed(amount, pattern.apply(abs(amount.decimal()), _known(locale)))


def text(amount: Money, *, locale: str | None = None) -> str:
    """The amount in a sentence, with the currency's sign: "€45,210.00", "−¥1,250", "45 210,00 €"."""
    locale = locale or words.locale()
    return _signed(
        amount,
        numbers.format_currency(
            abs(amount.decimal()),
            amount.currency,
            format=_with_sign(amount.currency, locale),
            locale=_known(locale),
            currency_digits=False,
        ),
    )


def _signed(amount: Money, written: str) -> str:
    return f"{MINUS}{written}" if amount.minor < 0 else written


@lru_cache(maxsize=8)
def _plain(digits: int) -> numbers.NumberPattern:
    """Read once: a page writes hundreds of amounts."""
    return numbers.parse_pattern(_decimals("#,##0.00", digits))


@lru_cache(maxsize=500)
def _with_sign(currency: str, locale: str) -> numbers.NumberPattern:
    pattern = _decimals(_currency_pattern(locale), exponent(currency))
    if numbers.get_currency_symbol(currency, locale=locale)[-1].isalpha():  # a code is not glued to a digit
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    return numbers.parse_pattern(pattern)


@lru_cache(maxsize=50)
def _known(locale: str) -> babel.Locale:
    return babel.Locale.parse(locale)


@lru_cache(maxsize=50)
def _currency_pattern(locale: str) -> str:
    return str(_known(locale).currency_formats["standard"].pattern).split(";")[0]


def _decimals(pattern: str, digits: int) -> str:
    return re.sub(r"0(?:\.0+)?(?=[^0#,.]*$)", "0" + ("." + "0" * digits if digits else ""), pattern, count=1)
