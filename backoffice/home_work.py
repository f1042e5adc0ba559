"""What may wait for a reader of the front page, by the right that does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from payouts.queries import holds, waiting
from payouts.states import UNSENT, BatchStatus, PayoutStatus

CAP = 1_000
_S = PayoutStatus


@dataclass(frozen=True)
class Work:
    """One line of what waits: the words, the place it is done in, who does it, and what it selects.

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
        "To review",
        "Review",
        "payouts.review_payout",
        "A first look at each",
        {"status": _S.PENDING_REVIEW},
        by_cut_off=True,
    ),
    Work(
        "To approve",
        "Approvals",
        "payouts.approve_payout",
        "Reviewed by somebody else",
        {"status": _S.REVIEWED},
        by_cut_off=True,
    ),
    Work(
        "To put into batches",
        "Payouts",
        "payouts.propose_batch",
        "Approved, not on hold, not yet in a batch",
        {"status": _S.APPROVED, "on_hold": "false"},
        by_cut_off=True,
    ),
    Work(
        "Batches to approve",
        "Batches",
        "payouts.approve_batch",
        "Proposed by somebody else",
        batches=BatchStatus.PROPOSED,
        by_cut_off=True,
    ),
    Work(
        "Payouts on hold",
        "Holds",
        "payouts.release_hold",
        "Release or hold on",
        {"status": sorted(UNSENT), "on_hold": "true"},
    ),
    *(
        Work(
            f"{status.label}",
            "Failed & returned",
            "payouts.dispose_payout",
            note,
            {"status": status, "undecided": "true"},
            decide=True,
        )
        for status, note in (
            (_S.FAILED, "Reissue or roll into the next run"),
            (_S.RETURNED, "Reissue or roll into the next run"),
            (_S.CANCELLED, "Its money is still owed: reissue or roll"),
        )
    ),
    Work(
        "Unknown at the bank",
        "Unknown",
        "payouts.resolve_unknown",
        "Never sent again before we know",
        count=_open(waiting.unknown),
        url_name="payouts_submission_unknown",
        decide=True,
    ),
    Work(
        "Holds past their date",
        "Holds",
        "payouts.release_hold",
        "Their date came, and they still stop money",
        count=lambda now: holds.count_past(cap=CAP, now=now),
        url_name="payouts_hold_list",
        query="?past=true",
        decide=True,
    ),
    Work(
        "Recalls without an answer",
        "Recalls",
        "payouts.answer_recall",
        "Ask the bank, write down what it says",
        count=_open(waiting.recalls),
        url_name="payouts_recall_list",
    ),
    Work(
        "Accounts to verify",
        "Accounts to verify",
        "payouts.verify_payout_account",
        "Asked for by somebody else",
        count=_open(waiting.accounts),
        url_name="payouts_payoutaccount_list",
    ),
    Work(
        "Adjustments to grant",
        "Adjustments",
        "ledger.approve_adjustment",
        "Asked for by somebody else",
        count=_open(waiting.adjustments),
        url_name="ledger_adjustment_list",
    ),
    Work(
        "Bank lines without a match",
        "Reconciliation",
        "payouts.reconcile",
        "Match or explain each",
        count=_open(waiting.breaks),
        url_name="payouts_statement_breaks",
    ),
)
