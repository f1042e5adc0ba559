"""Money: integer minor units and an ISO 4217 currency. No float comes in, none goes out.

Exponents (how many digits of minor unit a currency has) are those of ISO 4217, kept here as data: what a
locale likes to *show* (CLDR shows forints and Colombian pesos without decimals) is another matter and lives
in the template tags, and what a provider's API expects is the rail's business. Source of the rule: HOUSE.md
ruling 4.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Self

from sellers.ledger.words import _

LARGEST_MINOR = 9_223_372_036_854_775_807
"""What a bigint column can hold; no Money is larger, in either direction."""
CEILING_MINOR = 10**14
"""The largest single amount that text may name: a trillion euros. Ninety thousand such amounts still add up
in a bigint.
"""

_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF
        CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL
        HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
        MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB
        SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH
        USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG""",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
EXPONENTS = {code: exponent for exponent, codes in _EXPONENTS.items() for code in codes.split()}
"""Every currency that can be named here, with its ISO 4217 exponent."""

_MINUS = "-\N{MINUS SIGN}"


class MoneyError(ValueError):
    """An amount or a currency that cannot be used. The message is a sentence for the person who sent it."""


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` units of `currency`: Money(1250, "EUR") is €12.50, Money(1250, "JPY") is ¥1,250. May be
    negative.

    Raises `MoneyError` for an unknown currency, for anything but an int (so for every float) and beyond a
    bigint.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        exponent(self.currency)
        if type(self.minor) is not int:  # bool and float are ints or numbers, too, but never amounts
            kind = type(self.minor).__name__
            raise MoneyError(
                _("An amount is a whole number of minor units, not a {kind} ({minor!r}).").format(
                    kind=kind, minor=self.minor
                )
            )
        if abs(self.minor) > LARGEST_MINOR:
            raise MoneyError(
                _("{minor} minor units of {currency} are more than can be stored.").format(
                    minor=self.minor, currency=self.currency
                )
            )

    def __add__(self, other: Self) -> "Money":
        self._same_currency(other, _("added to"))
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: Self) -> "Money":
        self._same_currency(other, _("taken from"))
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Self) -> bool:
        self._same_currency(other, _("compared with"))
        return self.minor < other.minor

    def __le__(self, other: Self) -> bool:
        self._same_currency(other, _("compared with"))
        return self.minor <= other.minor

    def __str__(self) -> str:
        """For logs and tests: "12.50 EUR". People's pages use the template tags."""
        return f"{self.plain()} {self.currency}"

    def decimal(self) -> Decimal:
        """The amount in major units, exact and with all its decimals: Decimal("12.50")."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def plain(self) -> str:
        """The amount as machines write it, a point and every decimal, nothing else: "1250.00", "-0.05",
        "1250" yen.
        """
        return f"{self.decimal():f}"

    def _same_currency(self, other: object, verb: str) -> None:
        if not isinstance(other, Money):
            raise MoneyError(
                _("{other!r} is no Money and cannot be {verb} {it}.").format(other=other, verb=verb, it=self)
            )
        if other.currency != self.currency:
            raise MoneyError(
                _("{other} cannot be {verb} {it}: the currencies differ.").format(
                    other=other, verb=verb, it=self
                )
            )


def exponent(currency: str) -> int:
    """How many decimals the currency has by ISO 4217. Raises `MoneyError` for a code that names none."""
    try:
        return EXPONENTS[currency]
    except (KeyError, TypeError):
        raise MoneyError(
            _(
                "“{currency}” is not a currency we know. Use an ISO 4217 code in capitals, as EUR or JPY."
            ).format(currency=currency)
        ) from None


def parse(text: str, currency: str, *, decimal_mark: str = ".", thousands_mark: str = "") -> Money:
    """The amount a person or a file wrote, in major units: parse("1234.56", "EUR") is Money(123456, "EUR").

    The decimal mark is said, never guessed: "1,234" is 1.234 to a German and 1234 to an American. A thousands
    mark is refused unless it is named too, and then it must stand at every third digit or nowhere. Raises
    `MoneyError` for floats, for more decimals than the currency has, and above `CEILING_MINOR`.
    """
    digits = exponent(currency)
    if decimal_mark not in (".", ","):
        raise MoneyError(
            _("The decimal mark is “.” or “,”, not “{decimal_mark}”.").format(decimal_mark=decimal_mark)
        )
    if thousands_mark == decimal_mark:
        raise MoneyError(
            _("“{decimal_mark}” cannot be both the decimal mark and the thousands mark.").format(
                decimal_mark=decimal_mark
            )
        )
    if not isinstance(text, str):
        raise MoneyError(
            _("An amount is read from text, not from a {kind} ({text!r}).").format(
                kind=type(text).__name__, text=text
            )
        )
    stripped = text.strip()
    if not stripped:
        raise MoneyError(
            _("There is no amount. Write a number such as 1234") + _example(digits, decimal_mark) + "."
        )
    group = f"(?:{re.escape(thousands_mark)}[0-9]{{3}})" if thousands_mark else "(?!)"
    found = re.fullmatch(
        rf"(?P<sign>[{_MINUS}+]?)(?P<whole>[0-9]{{1,3}}{group}+|[0-9]+)(?:{re.escape(decimal_mark)}(?P<part>[0-9]+))?",
        stripped,
    )
    if found is None:
        raise MoneyError(
            _("“{short}” is not an amount. Write digits, with “{decimal_mark}” before the decimals").format(
                short=_short(stripped), decimal_mark=decimal_mark
            )
            + (
                _(" and “{thousands_mark}” at every third digit").format(thousands_mark=thousands_mark)
                if thousands_mark
                else _(" and nothing between thousands")
            )
            + _(", such as 1234{example}.").format(example=_example(digits, decimal_mark))
        )
    whole, part = found["whole"], found["part"] or ""
    if thousands_mark:
        whole = whole.replace(thousands_mark, "")
    if len(part) > digits:
        allowed = _("no decimals") if digits == 0 else _("{digits} decimals").format(digits=digits)
        raise MoneyError(
            _("“{short}” has too many decimals: {currency} has {allowed}.").format(
                short=_short(stripped), currency=currency, allowed=allowed
            )
        )
    if len(whole.lstrip("0")) > len(str(CEILING_MINOR)):  # before int(): a megabyte of digits costs seconds
        raise _too_large(stripped, currency)
    minor = int(whole + part.ljust(digits, "0"))
    if minor > CEILING_MINOR:
        raise _too_large(stripped, currency)
    return Money(-minor if found["sign"] and found["sign"] in _MINUS else minor, currency)


def of_decimal(amount: Decimal, currency: str) -> Money:
    """The Money of an exact decimal in major units. Raises `MoneyError` for NaN, infinity and too many
    decimals.
    """
    if not isinstance(amount, Decimal):
        raise MoneyError(
            _("An amount is a decimal, not a {kind} ({amount!r}).").format(
                kind=type(amount).__name__, amount=amount
            )
        )
    if not amount.is_finite():
        raise MoneyError(_("“{amount}” is not an amount.").format(amount=amount))
    if amount.adjusted() > len(str(CEILING_MINOR)):
        raise _too_large(str(amount), currency)
    return parse(f"{amount:f}", currency)


def share(minor: int, basis_points: int) -> int:
    """`basis_points` hundredths of a percent of `minor`, rounded half up, away from zero: share(1250, 1200)
    is 150.

    Exact, in integers. A negative amount mirrors the positive one, so that the commission of a refund gives
    back exactly the commission of its sale.
    """
    for value in (minor, basis_points):
        if type(value) is not int:
            raise MoneyError(
                _("A share is computed from whole numbers, not from a {kind} ({value!r}).").format(
                    kind=type(value).__name__, value=value
                )
            )
    product = minor * basis_points
    rounded = (abs(product) + 5_000) // 10_000
    return rounded if product >= 0 else -rounded


def total(amounts: list[Money], *, currency: str) -> Money:
    """The sum of amounts of one currency; zero of it when there are none. Raises `MoneyError` for another
    currency.
    """
    result = Money(0, currency)
    for amount in amounts:
        result = result + amount
    return result


def _example(digits: int, decimal_mark: str) -> str:
    return decimal_mark + "567"[:digits].ljust(digits, "0") if digits else ""


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"


def _too_large(text: str, currency: str) -> MoneyError:
    largest = Money(CEILING_MINOR, currency)
    return MoneyError(
        _("“{short}” is too large: a single amount is at most {decimal:,f} {currency}.").format(
            short=_short(text), decimal=largest.decimal(), currency=currency
        )
    )
