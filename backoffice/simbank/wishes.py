"""What a marker in a payee's name asks of the bank's statements, beside what becomes of the payment (`profile`).

SIMSINGLE   debited on a line of its own, and so is every payment beside it in its file
SIMCHARGES  when it comes back, the bank keeps five of every hundred for itself
SIMTWICE    when it comes back, a second message says so, and the statement of that day is sent twice
SIMLATE     the statement of the day on which it is taken is missing, and comes two statements later
SIMFEE      when it is taken, the bank debits a fee that names no payment

Markers may stand beside each other and beside those of `profile`: ``Ada Books SIMRETURN-AC06 SIMCHARGES``.
"""

import re
from typing import Literal

Wish = Literal["SINGLE", "CHARGES", "TWICE", "LATE", "FEE"]

FEE_MINOR = 7_50
FEE_TEXT = "Account fee"


def asks(payee: str, wish: Wish) -> bool:
    """Whether the payee's name holds this marker as a word."""
    return re.search(rf"\bSIM{wish}\b", payee) is not None


def kept_minor(payee: str, amount_minor: int) -> int:
    """What the bank keeps of this payment when it comes back: less than all of it, in minor units."""
    if not asks(payee, "CHARGES") or amount_minor < 2:
        return 0
    return max(1, amount_minor * 5 // 100)
