"""What we owe: append-only double entry."""

from .account import Account
from .adjustment import Adjustment, AdjustmentKind
from .earning import Earning, EarningKind
from .entry import Book, Entry, Transaction
from .importing import ImportFile, ImportKind, ImportPart, ImportStatus, StagedEarning
from .journal_file import JournalFile, JournalStatus
from .mapping import AccountMapping
from .period import Books, Period, PeriodNumbers, PeriodTotal
from .rate import MonthRate
from .residence import Residence

__all__ = [
    "Account",
    "AccountMapping",
    "Adjustment",
    "AdjustmentKind",
    "Book",
    "Books",
    "Earning",
    "EarningKind",
    "Entry",
    "ImportFile",
    "ImportKind",
    "ImportPart",
    "ImportStatus",
    "JournalFile",
    "JournalStatus",
    "MonthRate",
    "Period",
    "PeriodNumbers",
    "PeriodTotal",
    "Residence",
    "StagedEarning",
    "Transaction",
]
