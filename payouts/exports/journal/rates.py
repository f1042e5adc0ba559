"""A month's rate of a currency, and an entry's amounts in the company's currency: whole minor units that balance.

No float: a rate is the ratio of two decimals, an amount converted by it an exact fraction until it is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from math import floor


@dataclass(frozen=True)
class Rate:
    """So many ``units`` of a currency are ``worth`` so many of the company's, as "1.0833 USD = 1 EUR"."""

    units: Decimal
    worth: Decimal

    def exact(self, minor: int, digits: int, home_digits: int) -> Fraction:
        """Minor units of the currency, of so many decimals, as minor units of the company's; not rounded."""
        return minor * Fraction(self.worth) / Fraction(self.units) * Fraction(10) ** (home_digits - digits)

    def per_home(self, decimals: int) -> Decimal:
        """How many units one of the company's is: as central banks quote the euro, rounded half to even."""
        exact = Fraction(self.units) / Fraction(self.worth)
        scaled = Decimal(round(exact * 10**decimals))  # of a fraction: half to even
        return scaled.scaleb(-decimals).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN)

    def words(self, currency: str, home: str) -> str:
        return f"{plain(self.units)} {currency} = {plain(self.worth)} {home}"


def plain(number: Decimal) -> str:
    """The number without noughts at its end: "1.0833", "100"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def balanced(exact: Sequence[Fraction]) -> list[int]:
    """Amounts that add up to zero, rounded so that they still do; the same sides, and none becomes nothing.

    The sum of either side is rounded half up, once, and is the sum of both. Each side shares it out by the largest
    remainder: each amount is rounded down, and what is left goes, one each, to those that lost most by it, the
    earlier first. An amount of less than one minor unit counts for one, since no target takes a line of nothing; what
    that is too much comes off the largest of its side.
    """
    sides = [[at for at, each in enumerate(exact) if (each > 0) == debit] for debit in (True, False)]
    whole = sum((each for each in exact if each > 0), Fraction(0))
    total = max(floor(whole + Fraction(1, 2)), *(len(side) for side in sides))
    found = [0] * len(exact)
    for sign, side in zip((1, -1), sides, strict=True):
        for at, share in zip(side, _shared([abs(exact[at]) for at in side], total), strict=True):
            found[at] = sign * share
    return found


def _shared(parts: Sequence[Fraction], total: int) -> list[int]:
    """``total`` among the parts, at least 1 for each; it is no less than there are parts."""
    found = [max(1, floor(part)) for part in parts]
    wanting = sorted(range(len(parts)), key=lambda at: (found[at] - parts[at], at))
    left = total - sum(found)
    for step in range(left):
        found[wanting[step % len(parts)]] += 1
    for _ in range(-left):
        found[max(range(len(parts)), key=found.__getitem__)] -= 1
    return found
