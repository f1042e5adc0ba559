"""What may wait for a reader of the front page, by the right that does it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from backoffice import home_piles as piles
from backoffice.home_figures import FREE
from backoffice.home_piles import Pile
from backoffice.words import later
from payouts.states import UNSENT, BatchStatus, PayoutStatus

_S = PayoutStatus
ALL_PAYOUTS = "admin:payouts_payout_list"


@dataclass(frozen=True)
class Work:
    """One line of what waits: the words, the page of the navigation it is done on, who does it, and what it selects.

    One of: ``payouts`` is the filter of the payout list that selects them; ``batches`` the status of batches; ``pile``
    is anything else. ``decide`` is work that needs a decision. ``second`` is a second person's: of payouts and batches
    what is the reader's own is left out, as a pile's ``own`` leaves it out.
    """

    label: str
    permission: str
    note: str
    place: str = ""
    payouts: Mapping[str, Any] = field(default_factory=dict)
    batches: BatchStatus | None = None
    pile: Pile | None = None
    decide: bool = False
    by_cut_off: bool = False
    second: bool = False


WORK = (
    Work(
        later("To review"),
        "payouts.review_payout",
        later("A first look at each"),
        "admin:payouts_payout_review",
        {"status": _S.PENDING_REVIEW},
        by_cut_off=True,
    ),
    Work(
        later("To approve"),
        "payouts.approve_payout",
        later("Reviewed by somebody else, and nothing blocks them"),
        "admin:payouts_payout_approvals",
        {"status": _S.REVIEWED, **FREE},
        by_cut_off=True,
        second=True,
    ),
    Work(
        later("To put into batches"),
        "payouts.propose_batch",
        later("Approved, nothing blocks them, not yet in a batch"),
        ALL_PAYOUTS,
        {"status": _S.APPROVED, **FREE},
        by_cut_off=True,
    ),
    Work(
        later("Batches to approve"),
        "payouts.approve_batch",
        later("Proposed by somebody else; the money is what leaves unless a cap keeps it"),
        "admin:payouts_batch_list",
        batches=BatchStatus.PROPOSED,
        by_cut_off=True,
        second=True,
    ),
    Work(
        later("Payouts on hold"),
        "payouts.release_hold",
        later("Release them, or let them wait"),
        "admin:payouts_hold_list",
        {"status": sorted(UNSENT), "on_hold": "true"},
    ),
    Work(
        later("Payouts whose seller may not be paid"),
        "sellers.suspend_seller",
        later("Lift the suspension, or verify the seller; what is on hold stands with the holds"),
        ALL_PAYOUTS,
        {"status": sorted(UNSENT), "blocked": "true", "on_hold": "false"},
        decide=True,
    ),
    *(
        Work(
            status.label,
            "payouts.dispose_payout",
            note,
            "admin:payouts_payout_failed",
            {"status": status, "undecided": "true"},
            decide=True,
        )
        for status, note in (
            (_S.FAILED, later("Pay again, or add to the next payout")),
            (_S.RETURNED, later("Pay again, or add to the next payout")),
            (_S.CANCELLED, later("Its money is still owed: pay it again, or add it to the next payout")),
        )
    ),
    Work(
        later("Batches of which nothing may leave"),
        "payouts.dissolve_batch",
        later("Nobody can approve them: end what keeps them back, or dissolve them"),
        pile=Pile(piles.batches_kept_back, "payouts_batch_list", "status=PROPOSED&kept_back=true"),
        decide=True,
    ),
    Work(
        later("Unknown at the bank"),
        "payouts.resolve_unknown",
        later("Never sent again before we know"),
        pile=Pile(piles.unknown, "payouts_submission_unknown", own="waits_for"),
        decide=True,
    ),
    Work(
        later("Holds past their date"),
        "payouts.release_hold",
        later("Their date came, and they still stop money"),
        pile=Pile(piles.holds_past, "payouts_hold_list", "past=true"),
        decide=True,
    ),
    Work(
        later("Releases to confirm"),
        "payouts.release_hold",
        later("Asked for by somebody else"),
        pile=Pile(piles.releases, "payouts_hold_list", "show=asked", own="waits_for"),
    ),
    Work(
        later("Recalls without an answer"),
        "payouts.answer_recall",
        later("Ask the bank, write down what it says"),
        pile=Pile(piles.recalls_open, "payouts_recall_list"),
    ),
    Work(
        later("Accounts to verify"),
        "payouts.verify_payout_account",
        later("Asked for by somebody else"),
        pile=Pile(piles.accounts, "payouts_payoutaccount_list", own="not_asked_by"),
    ),
    Work(
        later("Adjustments to grant"),
        "ledger.approve_adjustment",
        later("Asked for by somebody else"),
        pile=Pile(piles.adjustments, "ledger_adjustment_list", own="not_asked_by"),
    ),
    Work(
        later("Corrections to confirm"),
        "ledger.approve_adjustment",
        later("Files that somebody else brought"),
        pile=Pile(piles.corrections, "ledger_import_list", "kind=corrections", own="waits_for"),
    ),
    Work(
        later("Bank lines without a match"),
        "payouts.reconcile",
        later("Match or explain each"),
        pile=Pile(piles.bank_lines, "payouts_statement_breaks", "state=open"),
    ),
    Work(
        later("Bank lines to confirm"),
        "payouts.reconcile",
        later("Explained by somebody else"),
        pile=Pile(piles.bank_line_proposals, "payouts_statement_breaks", "show=proposed", own="waits_for"),
    ),
    Work(
        later("Bank statements to confirm"),
        "payouts.reconcile",
        later("Brought by somebody else, and they do not follow what stands"),
        pile=Pile(piles.bank_statements, "ledger_import_list", "kind=statement", own="waits_for"),
    ),
    Work(
        later("Months to close"),
        "ledger.close_period",
        later("They are over: ask for each to be closed"),
        pile=Pile(piles.months_to_close, "ledger_period_list", "show=to_close"),
    ),
    Work(
        later("Months to confirm"),
        "ledger.close_period",
        later("Somebody else asked to close them"),
        pile=Pile(piles.months, "ledger_period_list", own="waits_for"),
    ),
    Work(
        later("Accounts of the books to confirm"),
        "ledger.map_accounts",
        later("Asked for by somebody else"),
        pile=Pile(piles.book_accounts, "ledger_mapping_list", own="waits_for"),
    ),
    Work(
        later("Rates of months to confirm"),
        "ledger.set_rates",
        later("Asked for by somebody else"),
        pile=Pile(piles.month_rates, "ledger_rate_list", own="waits_for"),
    ),
    Work(
        later("Raises of caps to grant"),
        "payouts.grant_cap",
        later("Asked for by somebody else"),
        pile=Pile(piles.cap_raises, "payouts_cap_list", own="waits_for"),
    ),
    Work(
        later("People to confirm"),
        "auth.change_user",
        later("Another administrator asked for a way in, a role or a password"),
        pile=Pile(piles.people_requests, "settings", own="waits_for"),
    ),
    Work(
        later("Schedules to confirm"),
        "payouts.confirm_schedule",
        later("Somebody else’s, and they send files elsewhere"),
        pile=Pile(piles.schedules, "payouts_schedule_list", own="waits_for"),
    ),
    Work(
        later("Exports to fetch"),
        "payouts.request_export",
        later("Yours, ready, and kept for a time only"),
        pile=Pile(piles.exports, "payouts_export_list", "show=ready"),
    ),
    Work(
        later("Exports that failed"),
        "payouts.request_export",
        later("Yours: there is no file. See why, and ask again"),
        pile=Pile(piles.failed_exports, "payouts_export_list", "show=failed"),
    ),
    Work(
        later("Schedules that failed or stopped"),
        "payouts.schedule_export",
        later("Yours: what should have come did not"),
        pile=Pile(piles.broken_schedules, "payouts_schedule_list", "show=broken", own="owner"),
        decide=True,
    ),
)
