"""What a status is called and which of the four meanings it has. Words come from the enums."""

from dataclasses import dataclass

from backoffice.words import later
from payouts import states
from payouts.models import export, hold, schedule
from sellers.ledger.models import importing

WAITING, STOPPED, DONE, MOVING, NEUTRAL = "waiting", "stopped", "done", "moving", "neutral"
ICONS = {WAITING: "wait", STOPPED: "stop", DONE: "done", MOVING: "move", NEUTRAL: "dot"}


@dataclass(frozen=True)
class Word:
    """A status as people read it: its word, its meaning (a CSS class) and the shape that repeats it."""

    text: str
    meaning: str

    @property
    def icon(self) -> str:
        return ICONS[self.meaning]


MEANINGS: dict[str, dict[str, str]] = {
    "payout": {
        "PENDING_REVIEW": WAITING,
        "REVIEWED": WAITING,
        "APPROVED": MOVING,
        "BATCHED": MOVING,
        "SUBMITTED": MOVING,
        "PAID": DONE,
        "CANCELLED": NEUTRAL,
        "FAILED": STOPPED,
        "RETURNED": STOPPED,
    },
    "batch": {
        "PROPOSED": WAITING,
        "APPROVED": MOVING,
        "SUBMITTING": MOVING,
        "SUBMITTED": MOVING,
        "SETTLED": DONE,
        "DISSOLVED": NEUTRAL,
    },
    "submission": {
        "PREPARED": NEUTRAL,
        "DELIVERING": MOVING,
        "ACCEPTED": DONE,
        "REJECTED": STOPPED,
        "UNKNOWN": WAITING,
    },
    "export": {
        "WAITING": WAITING,
        "RUNNING": MOVING,
        "READY": DONE,
        "FAILED": STOPPED,
        "CANCELLED": NEUTRAL,
        "EXPIRED": NEUTRAL,
    },
    "schedule_run": {"WAITING": MOVING, "DONE": DONE, "FAILED": STOPPED},
    "import": {
        "READING": MOVING,
        "CHECKED": WAITING,
        "REFUSED": STOPPED,
        "POSTING": MOVING,
        "POSTED": DONE,
        "DROPPED": NEUTRAL,
        "FAILED": STOPPED,
    },
}
ENUMS = {
    "payout": states.PayoutStatus,
    "batch": states.BatchStatus,
    "submission": states.SubmissionStatus,
    "export": export.ExportStatus,
    "import": importing.ImportStatus,
    "schedule_run": schedule.RunStatus,
}


def status(value: str, kind: str = "payout") -> Word:
    """The word and meaning of a status of this kind of thing. Raises KeyError for an unknown one."""
    label = dict(ENUMS[kind].choices)[value]
    return Word(str(label), MEANINGS[kind][value])


HOLD_PILLS = {
    hold.HoldReason.ACCOUNT_CHANGE: later("bank account"),
    hold.HoldReason.ACCOUNT_REFUSED: later("money came back"),
    hold.HoldReason.AMOUNT_UNUSUAL: later("unusual amount"),
    hold.HoldReason.DISPUTE: later("dispute"),
    hold.HoldReason.DOCUMENTS: later("documents"),
    hold.HoldReason.FRAUD_SUSPECTED: later("fraud check"),
    hold.HoldReason.COMPLIANCE: later("compliance"),
    hold.HoldReason.RAIL_REJECTED: later("bank refused"),
    hold.HoldReason.SELLER_REQUEST: later("seller asked"),
    hold.HoldReason.OTHER: later("see the note"),
}


BARRED = {"suspended": later("Seller suspended"), "unverified": later("Seller not verified")}
"""How a seller stands to whom no money may go (`filter_words.STANDINGS`), as a pill beside a payout's status."""


def barred(standing: str) -> Word:
    """The word of a payout whose seller stands so. Raises KeyError for an unknown standing."""
    return Word(BARRED[standing], STOPPED)


def hold_pill(code: str) -> str:
    """A hold's reason code as the few words of a pill; a text that is no code stays as it is."""
    return dict(HOLD_PILLS).get(code, code)  # type: ignore[call-overload]
