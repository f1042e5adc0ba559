"""What may wait for a reader of the front page, by the right that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from backoffice.words import later
from payouts.queries import holds, waiting
from payouts.states import UNSENT, BatchStatus, PayoutStatus

CAP = 1_000
_S = PayoutStatus


@dataclass(frozen=True)
class Work:
    """One line of what waits: the words, the page of the navigation it is done on, who does it, and what it selects.

    One of: ``payouts`` is the filter of the payout list that selects them; ``batches`` the status of batches;
    ``count`` asks how many things stand on the page ``url_name``. ``decide`` is work that needs a decision.
    """

    label: str
    place: str
    permission: str
    note: str
    payouts: Mapping[str, Any] = field(default_factory=dict)
    batches: BatchStatus | None = None
    count: Callable[[datetime], int] | None = None
    url_name: str = ""
    query: str = ""
    decide: bool = False
    by_cut_off: bool = False


def _open(count: Callable[..., int]) -> Callable[[datetime], int]:
    return lambda now: count(cap=CAP)


WORK = (
    Work(
        later("To review"),
        "admin:payouts_payout_review",
        "payouts.review_payout",
        later("A first look at each"),
        {"status": _S.PENDING_REVIEW},
        by_cut_off=True,
    ),
    Work(
        later("To approve"),
        "admin:payouts_payout_approvals",
        "payouts.approve_payout",
        later("Reviewed by somebody else"),
        {"status": _S.REVIEWED},
        by_cut_off=True,
    ),
    Work(
        later("To put into batches"),
        "admin:payouts_payout_list",
        "payouts.propose_batch",
        later("Approved, not on hold, not yet in a batch"),
        {"status": _S.APPROVED, "on_hold": "false"},
        by_cut_off=True,
    ),
    Work(
        later("Batches to approve"),
        "admin:payouts_batch_list",
        "payouts.approve_batch",
        later("Proposed by somebody else"),
        batches=BatchStatus.PROPOSED,
        by_cut_off=True,
    ),
    Work(
        later("Payouts on hold"),
        "admin:payouts_hold_list",
        "payouts.release_hold",
        later("Release or hold on"),
        {"status": sorted(UNSENT), "on_hold": "true"},
    ),
    *(
        Work(
            status.label,
            "admin:payouts_payout_failed",
            "payouts.dispose_payout",
            note,
            {"status": status, "undecided": "true"},
            decide=True,
        )
        for status, note in (
            (_S.FAILED, later("Reissue or roll into the next run")),
            (_S.RETURNED, later("Reissue or roll into the next run")),
            (_S.CANCELLED, later("Its money is still owed: reissue or roll")),
        )
    ),
    Work(
        later("Unknown at the bank"),
        "admin:payouts_submission_unknown",
        "payouts.resolve_unknown",
        later("Never sent again before we know"),
        count=_open(waiting.unknown),
        url_name="payouts_submission_unknown",
        decide=True,
    ),
    Work(
        later("Holds past their date"),
        "admin:payouts_hold_list",
        "payouts.release_hold",
        later("Their date came, and they still stop money"),
        count=lambda now: holds.count_past(cap=CAP, now=now),
        url_name="payouts_hold_list",
        query="?past=true",
        decide=True,
    ),
    Work(
        later("Recalls without an answer"),
        "admin:payouts_recall_list",
        "payouts.answer_recall",
        later("Ask the bank, write down what it says"),
        count=_open(waiting.recalls),
        url_name="payouts_recall_list",
    ),
    Work(
        later("Accounts to verify"),
        "admin:payouts_payoutaccount_list",
        "payouts.verify_payout_account",
        later("Asked for by somebody else"),
        count=_open(waiting.accounts),
        url_name="payouts_payoutaccount_list",
    ),
    Work(
        later("Adjustments to grant"),
        "admin:ledger_adjustment_list",
        "ledger.approve_adjustment",
        later("Asked for by somebody else"),
        count=_open(waiting.adjustments),
        url_name="ledger_adjustment_list",
    ),
    Work(
        later("Bank lines without a match"),
        "admin:payouts_statement_list",
        "payouts.reconcile",
        later("Match or explain each"),
        count=_open(waiting.breaks),
        url_name="payouts_statement_breaks",
    ),
)
