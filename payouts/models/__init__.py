"""How we pay: one concept per file."""

from .account import AccountDecision, AccountVersion, PayoutAccount
from .approval import Approval, Review
from .attempt import Attempt, BankFact
from .batch import Batch, BatchItem
from .cap import Cap, CapChange, CapKind, CapUse
from .document import BankDocument
from .export import Export, ExportStatus
from .funding import FundingAccount
from .giveback import Disposal
from .hold import Hold, HoldReason
from .incident import Incident, InvariantCheck, RailSwitch
from .line_resolution import LineResolution
from .payout import Flag, Payout, PayoutNote
from .restoration import OutsidePayment, Restoration
from .run import PayoutRun, RunSkip
from .statement import LineKind, Statement, StatementLine
from .submission import Resolution, Submission, SubmissionEvent
from .transition import Transition

__all__ = [
    "AccountDecision",
    "AccountVersion",
    "Approval",
    "Attempt",
    "BankDocument",
    "BankFact",
    "Batch",
    "BatchItem",
    "Cap",
    "CapChange",
    "CapKind",
    "CapUse",
    "Disposal",
    "Export",
    "ExportStatus",
    "Flag",
    "FundingAccount",
    "Hold",
    "HoldReason",
    "Incident",
    "InvariantCheck",
    "LineKind",
    "LineResolution",
    "OutsidePayment",
    "Payout",
    "PayoutAccount",
    "PayoutNote",
    "PayoutRun",
    "RailSwitch",
    "Resolution",
    "Restoration",
    "Review",
    "RunSkip",
    "Statement",
    "StatementLine",
    "Submission",
    "SubmissionEvent",
    "Transition",
]
