"""What we owe: append-only double entry."""

from .account import Account
from .adjustment import Adjustment, AdjustmentKind
from .earning import Earning, EarningKind
from .entry import Book, Entry, Transaction
from .importing import ImportFile, ImportPart, ImportStatus, StagedEarning

__all__ = [
    "Account",
    "Adjustment",
    "AdjustmentKind",
    "Book",
    "Earning",
    "EarningKind",
    "Entry",
    "ImportFile",
    "ImportPart",
    "ImportStatus",
    "StagedEarning",
    "Transaction",
]
