"""How we pay: one concept per file."""

from .account import AccountDecision, AccountVersion, PayoutAccount
from .answer import KeptAnswer
from .approval import Approval, Review
from .attempt import Attempt, BankFact
from .batch import Batch, BatchItem, MissedCutOff
from .cap import Cap, CapChange, CapKind, CapUse
from .document import BankDocument
from .evidence import Evidence
from .export import Export, ExportLink, ExportStatus, ExportTemplate
from .funding import FundingAccount
from .giveback import Disposal
from .hold import Hold, HoldReason, ReleaseRequest
from .incident import Incident, InvariantCheck, RailSwitch
from .job import Job, JobItem, JobOutcome
from .line_resolution import LineResolution
from .payout import Flag, Payout, PayoutNote
from .recall import Recall, RecallChannel, RecallState
from .restoration import OutsidePayment, Restoration
from .run import PayoutRun, RunSkip
from .schedule import Every, ExportSchedule, RunStatus, ScheduleRun, SecretKind, SftpTarget
from .statement import LineKind, Statement, StatementLine
from .submission import Resolution, Submission, SubmissionEvent
from .tally import Tally, Undecided, Undisposed
from .transition import Transition
from .view import DefaultView, PastedList, SavedView

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
    "DefaultView",
    "Disposal",
    "Every",
    "Evidence",
    "Export",
    "ExportLink",
    "ExportSchedule",
    "ExportStatus",
    "ExportTemplate",
    "Flag",
    "FundingAccount",
    "Hold",
    "HoldReason",
    "Incident",
    "InvariantCheck",
    "Job",
    "JobItem",
    "JobOutcome",
    "KeptAnswer",
    "LineKind",
    "LineResolution",
    "MissedCutOff",
    "OutsidePayment",
    "PastedList",
    "Payout",
    "PayoutAccount",
    "PayoutNote",
    "PayoutRun",
    "RailSwitch",
    "Recall",
    "RecallChannel",
    "RecallState",
    "ReleaseRequest",
    "Resolution",
    "Restoration",
    "Review",
    "RunSkip",
    "RunStatus",
    "SavedView",
    "ScheduleRun",
    "SecretKind",
    "SftpTarget",
    "Statement",
    "StatementLine",
    "Submission",
    "SubmissionEvent",
    "Tally",
    "Transition",
    "Undecided",
    "Undisposed",
]
