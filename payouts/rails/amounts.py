"""Amounts as ISO 20022 writes them: a point, up to five decimals, never a sign."""

import re

from payouts.rails import kept
from sellers.ledger import money

_DECIMAL = re.compile(r"\+?([0-9]{1,18})(?:\.([0-9]*))?")


def minor(written: str | None, currency: str) -> int | None:
    """Minor units of "5.0100" EUR: 501. None for no amount, one too large to keep, or parts of a minor unit."""
    found = _DECIMAL.fullmatch((written or "").strip())
    if found is None or currency not in money.EXPONENTS:
        return None
    digits = money.exponent(currency)
    decimals = (found[2] or "").rstrip("0")
    if len(decimals) > digits:
        return None
    return kept.amount(int(found[1] + decimals.ljust(digits, "0")))
