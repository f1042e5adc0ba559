"""Which right opens which address: the declared table. An address without a row here fails the tests.

A row says which rights open it (any one of them), what an entitled person's GET and bare POST are answered with,
and what stands in the address. ``args`` are asked of the world; ``unknown`` are addresses of nothing, each a 404.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from payouts.admin import verbs
from sellers.admin import verbs as seller_verbs
from tests.access.world import World

STAFF: tuple[str, ...] = ()  # everybody who may log in here
SEE_FILES = ("ledger.import_earnings", "ledger.view_importfile")
SEE_CORRECTIONS = ("ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment")
SEE_SELLER_FILES = ("sellers.import_sellers", "ledger.view_importfile")
SEE_PAYOUTS = ("payouts.view_payout",)
SEE_BOOKS = ("payouts.see_reconciliation", "payouts.reconcile")
RECONCILE = ("payouts.reconcile",)
SEE_IMPORTS = (*SEE_FILES, *SEE_CORRECTIONS, *SEE_BOOKS, "sellers.import_sellers")
SEE_UNKNOWN = ("payouts.view_submission", "payouts.resolve_unknown")
DECIDE_UNKNOWN = ("payouts.resolve_unknown",)


@dataclass(frozen=True)
class Door:
    """One address, or one way of using it."""

    opens: tuple[str, ...] = STAFF
    get: int = 200
    post: int = 200
    args: Callable[[World], list[Any]] = lambda world: []
    unknown: tuple[tuple[Any, ...], ...] = ()
    query: Callable[[World], dict[str, Any]] = lambda world: {}
    own: str = ""  # a thing of one person: the attribute of the world that has one for each role


def _payout(world: World) -> list[Any]:
    return [world.pending.reference]


def _lost(world: World) -> list[Any]:
    return [world.lost.rail, world.lost.key]


def _batch(world: World) -> list[Any]:
    return [world.proposed.reference]


def _payable(world: World) -> dict[str, Any]:
    return {"book": "payable", "currency": "EUR"}


NO_PAYOUT: tuple[tuple[Any, ...], ...] = (("P999999",), ("B1",), ("nothing",))
NO_BATCH: tuple[tuple[Any, ...], ...] = (("B999999",), ("P1",))
NO_SELLER: tuple[tuple[Any, ...], ...] = (("S999999",), ("P1",))
NO_NUMBER: tuple[tuple[Any, ...], ...] = ((999_999,),)
NO_MONTH: tuple[tuple[Any, ...], ...] = (("1999-01",), ("2099-12",))
NO_KEY: tuple[tuple[Any, ...], ...] = (("sandbox", "P999999A1"), ("nowhere", "P1A1"))

TABLE: Mapping[str, Door] = {
    "index": Door(),
    "logout": Door(get=405, post=200),
    "password_change": Door(),
    "password_change_done": Door(post=405),
    "preferences": Door(get=405, post=302),
    "styleguide": Door(),
    "jsi18n": Door(post=405),
    "autocomplete": Door(("nobody",), 403, 405),
    "settings": Door(("auth.view_user",)),
    "settings_roles": Door(("auth.view_user",)),
    "settings_countries": Door(("auth.view_user",)),
    "settings_country": Door(("auth.view_user",), args=lambda w: ["FR"], unknown=(("XX",), ("fr",))),
    "person_add": Door(("auth.add_user",)),
    "person_change": Door(("auth.change_user",), args=lambda w: [w.users["support"].pk], unknown=NO_NUMBER),
    "person_decide": Door(
        ("auth.add_user", "auth.change_user"), args=lambda w: [w.person_request.pk], unknown=NO_NUMBER
    ),
    "payouts_payout_list": Door(("payouts.view_payout",)),
    "payouts_payout_review": Door(("payouts.view_payout",)),
    "payouts_payout_approvals": Door(("payouts.view_payout",)),
    "payouts_payout_failed": Door(("payouts.view_payout",)),
    "payouts_payout_totals": Door(("payouts.view_payout",)),
    "payouts_payout_find": Door(SEE_PAYOUTS, 405, 302, query=lambda w: {"place": "review", "search": "P1"}),
    "payouts_view_list": Door(SEE_PAYOUTS),
    "payouts_view_new": Door(SEE_PAYOUTS, query=lambda w: {"place": "review", "query": "country=FR"}),
    "payouts_view_plain": Door(SEE_PAYOUTS, 405, 302, query=lambda w: {"place": "review"}),
    "payouts_view_change": Door(SEE_PAYOUTS, unknown=NO_NUMBER, own="views"),
    "payouts_view_default": Door(SEE_PAYOUTS, 405, 302, unknown=NO_NUMBER, own="views"),
    "payouts_view_delete": Door(SEE_PAYOUTS, 405, 302, unknown=NO_NUMBER, own="views"),
    "payouts_payout_detail": Door(("payouts.view_payout",), args=_payout, unknown=NO_PAYOUT),
    "payouts_payout_statement": Door(("payouts.view_payout",), post=405, args=_payout, unknown=NO_PAYOUT),
    "payouts_payout_statement_pdf": Door(("payouts.view_payout",), post=405, args=_payout, unknown=NO_PAYOUT),
    "payouts_payout_note": Door(("sellers.add_note",), 405, 302, _payout, NO_PAYOUT),
    "payouts_statement_break_totals": Door(SEE_BOOKS),
    "payouts_statement_accounts": Door(SEE_BOOKS),
    "payouts_hold_list": Door(("payouts.view_hold",)),
    "payouts_hold_totals": Door(("payouts.view_hold",)),
    "payouts_hold_release": Door(("payouts.release_hold",), 200, 302, query=lambda w: {"ids": w.hold.pk}),
    "payouts_hold_withdraw": Door(
        ("payouts.release_hold",), 200, 302, query=lambda w: {"ids": w.release_request.hold_id}
    ),
    "payouts_batch_list": Door(("payouts.view_batch",)),
    "payouts_batch_totals": Door(("payouts.view_batch",)),
    "payouts_batch_caps": Door(("payouts.approve_batch",)),
    "payouts_batch_detail": Door(("payouts.view_batch",), args=_batch, unknown=NO_BATCH),
    "payouts_batch_progress": Door(("payouts.view_batch",), args=_batch, unknown=NO_BATCH),
    "payouts_batch_approve": Door(("payouts.approve_batch",), args=_batch, unknown=NO_BATCH),
    "payouts_batch_dissolve": Door(("payouts.dissolve_batch",), args=_batch, unknown=NO_BATCH),
    "payouts_batch_file": Door(
        ("payouts.download_bank_file",), 405, 422, lambda w: [w.sent.reference], NO_BATCH
    ),
    "payouts_export_list": Door(("payouts.request_export",)),
    "payouts_export_new": Door(("payouts.request_export",)),
    "payouts_export_rows": Door(("payouts.request_export",), post=405, query=lambda w: {"kind": "payments"}),
    "payouts_export_rows_totals": Door(
        ("payouts.request_export",), post=405, query=lambda w: {"kind": "payments"}
    ),
    "payouts_export_choose": Door(("payouts.request_export",)),
    "payouts_export_since": Door(("payouts.request_export",), unknown=NO_NUMBER, own="exports"),
    "payouts_export_cancel": Door(("payouts.request_export",), 405, 302, unknown=NO_NUMBER, own="exports"),
    "payouts_export_link": Door(("payouts.request_export",), 405, 302, unknown=NO_NUMBER, own="exports"),
    "payouts_export_template_drop": Door(
        ("payouts.request_export",), 405, 404, lambda w: [999_999], NO_NUMBER
    ),
    "payouts_export_state": Door(("payouts.request_export",), unknown=NO_NUMBER, own="exports"),
    "payouts_export_download": Door(("payouts.request_export",), 410, 405, unknown=NO_NUMBER, own="exports"),
    "payouts_schedule_list": Door(("payouts.view_exportschedule",)),
    "payouts_schedule_choose": Door(("payouts.schedule_export",)),
    "payouts_schedule_new": Door(("payouts.schedule_export",)),
    "payouts_schedule_detail": Door(
        ("payouts.view_exportschedule",), args=lambda w: [w.sent_elsewhere.pk], unknown=NO_NUMBER
    ),
    "payouts_schedule_change": Door(("payouts.schedule_export",), unknown=NO_NUMBER, own="schedules"),
    "payouts_schedule_confirm": Door(
        ("payouts.confirm_schedule",), 405, 409, lambda w: [w.sent_elsewhere.pk], NO_NUMBER
    ),
    "payouts_schedule_pause": Door(
        ("payouts.schedule_export",), 405, 302, lambda w: [w.sent_elsewhere.pk], NO_NUMBER
    ),
    "payouts_schedule_resume": Door(
        ("payouts.schedule_export",), 405, 302, unknown=NO_NUMBER, own="schedules"
    ),
    "payouts_schedule_run": Door(("payouts.schedule_export",), 405, 302, unknown=NO_NUMBER, own="schedules"),
    "payouts_schedule_end": Door(("payouts.schedule_export",), unknown=NO_NUMBER, own="schedules"),
    "payouts_job_list": Door(("payouts.view_payout",)),
    "payouts_job_detail": Door(("payouts.view_payout",), unknown=NO_NUMBER, own="jobs"),
    "payouts_job_progress": Door(("payouts.view_payout",), post=405, unknown=NO_NUMBER, own="jobs"),
    "payouts_job_state": Door(("payouts.view_payout",), post=405, unknown=NO_NUMBER, own="jobs"),
    "payouts_job_stop": Door(("payouts.view_payout",), 405, 302, unknown=NO_NUMBER, own="jobs"),
    "payouts_run_list": Door(("payouts.view_payoutrun",)),
    "payouts_run_new": Door(("payouts.run_payouts",), post=302),
    "payouts_run_preview": Door(("payouts.run_payouts",), post=405),
    "payouts_run_payees": Door(("payouts.run_payouts",), post=405),
    "payouts_run_progress": Door(
        ("payouts.view_payoutrun",), post=405, args=lambda w: [w.run.pk], unknown=NO_NUMBER
    ),
    "payouts_run_detail": Door(("payouts.view_payoutrun",), args=lambda w: [w.run.pk], unknown=NO_NUMBER),
    "payouts_invariant_list": Door(("payouts.view_payout",)),
    "search": Door(("payouts.view_payout", "sellers.view_seller"), query=lambda w: {"q": "Atelier"}),
    "payouts_why": Door(("sellers.view_seller",), post=405, query=lambda w: {"q": w.pending.reference}),
    "payouts_statement_list": Door(SEE_BOOKS),
    "payouts_statement_breaks": Door(SEE_BOOKS),
    "payouts_statement_detail": Door(SEE_BOOKS, args=lambda w: [w.statement.pk], unknown=NO_NUMBER),
    "payouts_statement_line": Door(SEE_BOOKS, args=lambda w: [w.line.pk], unknown=NO_NUMBER),
    "payouts_statement_propose": Door(RECONCILE, args=lambda w: [w.line.pk], unknown=NO_NUMBER),
    "payouts_statement_confirm": Door(RECONCILE, args=lambda w: [w.proposed_line.pk], unknown=NO_NUMBER),
    "payouts_statement_dismiss": Door(RECONCILE, args=lambda w: [w.proposed_line.pk], unknown=NO_NUMBER),
    "payouts_statement_document": Door(
        ("payouts.see_reconciliation",), args=lambda w: [w.break_proposal.pk], unknown=NO_NUMBER
    ),
    "payouts_submission_unknown": Door(SEE_UNKNOWN),
    "payouts_submission_detail": Door(SEE_UNKNOWN, args=_lost, unknown=NO_KEY),
    "payouts_submission_look_up": Door(DECIDE_UNKNOWN, 405, 302, _lost, NO_KEY),
    "payouts_submission_again": Door(DECIDE_UNKNOWN, args=_lost, unknown=NO_KEY),
    "payouts_submission_propose": Door(DECIDE_UNKNOWN, args=_lost, unknown=NO_KEY),
    "payouts_submission_confirm": Door(DECIDE_UNKNOWN, args=_lost, unknown=NO_KEY),
    "payouts_submission_dismiss": Door(DECIDE_UNKNOWN, args=_lost, unknown=NO_KEY),
    "payouts_submission_evidence": Door(
        ("payouts.view_submission",),
        post=200,
        args=lambda w: [*_lost(w), w.resolution.attached.pk],
        unknown=(("sandbox", "P999999A1", 1), ("nowhere", "P1A1", 1)),
    ),
    "payouts_submission_sent": Door(("payouts.download_bank_file",), 405, 422, _lost, NO_KEY),
    "payouts_recall_list": Door(("payouts.view_recall",)),
    "payouts_recall_totals": Door(("payouts.view_recall",)),
    "payouts_recall_answer": Door(
        ("payouts.answer_recall",), args=lambda w: [w.recall.pk], unknown=NO_NUMBER
    ),
    "payouts_payout_recall": Door(
        ("payouts.ask_recall",), args=lambda w: [w.paid.reference], unknown=NO_PAYOUT
    ),
    "payouts_rail_list": Door(("payouts.view_incident",)),
    "payouts_rail_stop": Door(("payouts.stop_rail",), args=lambda w: ["sepa"], unknown=(("nowhere",),)),
    "payouts_rail_restore": Door(
        ("payouts.restore_rail",), post=302, args=lambda w: [w.switch.pk], unknown=NO_NUMBER
    ),
    "payouts_incident_close": Door(DECIDE_UNKNOWN, args=lambda w: [w.incident.pk], unknown=NO_NUMBER),
    "payouts_funding_list": Door(("payouts.view_fundingaccount",)),
    "payouts_funding_add": Door(("payouts.add_fundingaccount",)),
    "payouts_funding_change": Door(
        ("payouts.change_fundingaccount",), args=lambda w: [w.funding.code], unknown=(("NOWHERE",),)
    ),
    "payouts_cap_list": Door(("payouts.view_cap",)),
    "payouts_cap_change": Door(("payouts.change_cap",)),
    "payouts_cap_decide": Door(("payouts.grant_cap",), 200, 200, lambda w: [w.raised.pk], NO_NUMBER),
    "sellers_import_new": Door(("sellers.import_sellers",)),
    "sellers_import_detail": Door(SEE_SELLER_FILES, args=lambda w: [w.sellers_file.pk], unknown=NO_NUMBER),
    "sellers_import_confirm": Door(
        ("sellers.import_sellers",), 405, 302, lambda w: [w.sellers_file.pk], NO_NUMBER
    ),
    "sellers_import_drop": Door(
        ("sellers.import_sellers",), 405, 302, lambda w: [w.sellers_file.pk], NO_NUMBER
    ),
    "ledger_import_list": Door(SEE_IMPORTS),
    "ledger_import_new": Door(("ledger.import_earnings",)),
    "ledger_corrections_new": Door(("ledger.request_adjustment",)),
    "ledger_statement_new": Door(RECONCILE),
    "ledger_import_detail": Door(SEE_FILES, args=lambda w: [w.earnings_file.pk], unknown=NO_NUMBER),
    "ledger_import_progress": Door(
        SEE_FILES, post=405, args=lambda w: [w.earnings_file.pk], unknown=NO_NUMBER
    ),
    "ledger_import_confirm": Door(
        ("ledger.import_earnings",), 405, 302, lambda w: [w.earnings_file.pk], NO_NUMBER
    ),
    "ledger_import_drop": Door(
        ("ledger.import_earnings",), 405, 302, lambda w: [w.earnings_file.pk], NO_NUMBER
    ),
    "ledger_import_copy": Door(SEE_FILES, post=405, args=lambda w: [w.refused_file.pk], unknown=NO_NUMBER),
    "ledger_import_errors": Door(SEE_FILES, post=405, args=lambda w: [w.refused_file.pk], unknown=NO_NUMBER),
    "ledger_adjustment_list": Door(
        ("ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment")
    ),
    "ledger_adjustment_totals": Door(
        ("ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment")
    ),
    "ledger_adjustment_detail": Door(
        ("ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment"),
        args=lambda w: [w.adjustment.pk],
        unknown=NO_NUMBER,
    ),
    "ledger_adjustment_decide": Door(
        ("ledger.approve_adjustment",), 405, 422, lambda w: [w.adjustment.pk], NO_NUMBER
    ),
    "ledger_adjustment_withdraw": Door(
        ("ledger.request_adjustment",), 405, 422, lambda w: [w.adjustment.pk], NO_NUMBER
    ),
    "ledger_adjustment_document": Door(
        ("ledger.view_adjustment",), args=lambda w: [w.adjustment.pk], unknown=NO_NUMBER
    ),
    "ledger_adjustment_new": Door(
        ("ledger.request_adjustment",), args=lambda w: [w.seller.reference], unknown=NO_SELLER
    ),
    "ledger_transaction_list": Door(("ledger.view_transaction",)),
    "ledger_transaction_detail": Door(
        ("ledger.view_transaction",), args=lambda w: [w.adjusted.transaction_id], unknown=NO_NUMBER
    ),
    "ledger_period_list": Door(("ledger.view_period",)),
    "ledger_period_detail": Door(("ledger.view_period",), args=lambda w: ["2026-09"], unknown=NO_MONTH),
    "ledger_period_totals": Door(("ledger.view_period",), args=lambda w: ["2026-10"], unknown=NO_MONTH),
    "ledger_period_accounts": Door(
        ("ledger.view_transaction",), 200, 405, lambda w: ["2026-09"], NO_MONTH, _payable
    ),
    "ledger_period_accounts_rows": Door(
        ("ledger.view_transaction",), 200, 405, lambda w: ["2026-09"], NO_MONTH, _payable
    ),
    "ledger_period_entries": Door(
        ("ledger.view_transaction",), 200, 405, lambda w: ["2026-09"], NO_MONTH, _payable
    ),
    "ledger_period_ask": Door(("ledger.close_period",), args=lambda w: ["2026-11"], unknown=NO_MONTH),
    "ledger_period_close": Door(("ledger.close_period",), args=lambda w: ["2026-10"], unknown=NO_MONTH),
    "ledger_period_take_back": Door(("ledger.close_period",), args=lambda w: ["2026-10"], unknown=NO_MONTH),
    "ledger_period_export": Door(("ledger.export_journal",), 405, 422, lambda w: ["2026-09"], NO_MONTH),
    "ledger_journal_state": Door(("ledger.view_period",), args=lambda w: [w.journal.pk], unknown=NO_NUMBER),
    "ledger_journal_download": Door(
        ("ledger.export_journal",), args=lambda w: [w.journal.pk], unknown=NO_NUMBER
    ),
    "ledger_mapping_list": Door(("ledger.view_accountmapping",)),
    "ledger_mapping_new": Door(("ledger.map_accounts",)),
    "ledger_mapping_decide": Door(("ledger.map_accounts",), 302, 302),
    "ledger_rate_list": Door(("ledger.view_monthrate",)),
    "ledger_rate_new": Door(("ledger.set_rates",)),
    "ledger_rate_decide": Door(("ledger.set_rates",), 302, 302),
    "audit_event_list": Door(("audit.view_event",)),
    "sellers_seller_list": Door(("sellers.view_seller",)),
    "sellers_seller_detail": Door(
        ("sellers.view_seller",), args=lambda w: [w.seller.reference], unknown=NO_SELLER
    ),
    "sellers_seller_statement": Door(
        ("sellers.view_seller",), post=405, args=lambda w: [w.seller.reference], unknown=NO_SELLER
    ),
    "sellers_seller_statement_pdf": Door(
        ("sellers.view_seller",), post=405, args=lambda w: [w.seller.reference], unknown=NO_SELLER
    ),
    "payouts_payoutaccount_list": Door(
        ("payouts.verify_payout_account", "payouts.request_payout_account", "audit.view_event")
    ),
    "payouts_payoutaccount_totals": Door(
        ("payouts.verify_payout_account", "payouts.request_payout_account", "audit.view_event")
    ),
    "payouts_payoutaccount_detail": Door(
        ("payouts.view_payoutaccount",), args=lambda w: [w.version.pk], unknown=NO_NUMBER
    ),
    "payouts_payoutaccount_decide": Door(
        ("payouts.verify_payout_account",), 405, 422, lambda w: [w.version.pk], NO_NUMBER
    ),
    "payouts_payoutaccount_reveal": Door(
        ("payouts.reveal_payout_account",), 405, 422, lambda w: [w.version.pk], NO_NUMBER
    ),
    "payouts_payoutaccount_new": Door(
        ("payouts.request_payout_account",), 200, 200, lambda w: [w.seller.reference], NO_SELLER
    ),
    # One address, a right for each verb: see VERBS and SELLER_VERBS.
    "sellers_seller_act": Door(
        ("sellers.view_seller",),
        404,
        404,
        lambda w: [w.seller.reference, "pay-me"],
        (("S999999", "hold"), ("S1", "pay-me")),
    ),
    "payouts_payout_act": Door(
        ("payouts.view_payout",), 404, 404, lambda w: ["pay-me"], (("pay-me",), ("nothing",))
    ),
}

# Which state each verb's payout is in, so that an entitled person is shown its preview.
VERBS: Mapping[str, tuple[str, str]] = {
    "review": ("payouts.review_payout", "pending"),
    "approve": ("payouts.approve_payout", "reviewed"),
    "hold": ("payouts.place_hold", "reviewed"),
    "send_back": ("payouts.send_back_payout", "reviewed"),
    "cancel": ("payouts.cancel_payout", "reviewed"),
    "batch": ("payouts.propose_batch", "approved"),
    "take_out": ("payouts.take_out_payout", "approved"),
    "reissue": ("payouts.dispose_payout", "failed"),
    "roll": ("payouts.dispose_payout", "failed"),
}
SELLER_VERBS: Mapping[str, str] = {
    "hold": "payouts.place_hold",
    "suspend": "sellers.suspend_seller",
    "lift": "sellers.suspend_seller",
    "verify": "sellers.verify_seller",
    "note": "sellers.add_note",
}
assert set(SELLER_VERBS) == set(seller_verbs.VERBS), "a verb on sellers has no row in the table"
assert set(VERBS) == set(verbs.BULKS), "a verb has no row in the table"

# Releasing is about holds: these lead to `payouts_hold_release`, which asks for the right.
LEADS_TO_HOLDS = "release"

# Open before anybody has logged in, or made by Django without a page behind it.
OPEN = frozenset({"login", "session", "password_link", "password_link_done"})
EMPTY = frozenset({"view_on_site", "app_list"})
