"""A month's rate of a currency, and an entry's amounts in the company's currency: whole minor units that balance.

No float: a rate is the ratio of two decimals, an amount converted by it a whole number over a whole number until it is
rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

DECIMALS = 6


@dataclass(frozen=True)
class Rate:
    """So many ``units`` of a currency are ``worth`` so many of the company's, as "1.0833 USD = 1 EUR"."""

    units: Decimal
    worth: Decimal

    @cached_property
    def one(self) -> Fraction:
        """What one unit is worth, exactly."""
        return Fraction(self.worth) / Fraction(self.units)

    @cached_property
    def per_home(self) -> Decimal:
        """How many units one of the company's is, as central banks quote the euro: six decimals, half to even."""
        return Decimal(round(10**DECIMALS / self.one)).scaleb(-DECIMALS)

    @cached_property
    def sides(self) -> tuple[str, str]:
        return plain(self.units), plain(self.worth)

    def words(self, currency: str, home: str) -> str:
        units, worth = self.sides
        return f"{units} {currency} = {worth} {home}"


def plain(number: Decimal) -> str:
    """The number without noughts at its end: "1.0833", "100"."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def balanced(amounts: Sequence[int], per: int) -> list[int]:
    """Amounts over ``per`` that add up to zero, rounded so that they still do, on the same sides, and none to nothing.

    The sum of either side is rounded half up, once, and is the sum of both. Each side shares it out by the largest
    remainder: each amount is rounded down, and what is left goes, one each, to those that lost most by it, the
    earlier first. An amount of less than one minor unit counts for one, since no target takes a line of nothing; what
    that is too much comes off the largest of its side.
    """
    sides = [[at for at, each in enumerate(amounts) if (each > 0) == debit] for debit in (True, False)]
    whole = sum(each for each in amounts if each > 0)
    total = max((2 * whole + per) // (2 * per), *(len(side) for side in sides))
    found = [0] * len(amounts)
    for sign, side in zip((1, -1), sides, strict=True):
        for at, share in zip(side, _shared([abs(amounts[at]) for at in side], per, total), strict=True):
            found[at] = sign * share
    return found


def _shared(parts: Sequence[int], per: int, total: int) -> list[int]:
    """``total`` among the parts, at least 1 for each; it is no less than there are parts."""
    found = [max(1, part // per) for part in parts]
    left = total - sum(found)
    if left > 0:
        wanting = sorted(range(len(parts)), key=lambda at: (found[at] * per - parts[at], at))
        for step in range(left):
            found[wanting[step % len(parts)]] += 1
    for _ in range(-left):
        found[max(range(len(parts)), key=found.__getitem__)] -= 1
    return found
