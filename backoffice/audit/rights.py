"""What a right lets its holder do, in words."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from backoffice.words import later

RIGHTS: Mapping[str, str] = {
    "audit.view_event": later("the audit trail"),
    "auth.add_user": later("ask to add people, or confirm those another asked for"),
    "auth.change_user": later(
        "change people, ask for roles or passwords, or confirm those another asked for"
    ),
    "auth.view_group": later("roles"),
    "auth.view_user": later("people"),
    "ledger.approve_adjustment": later("grant or refuse another's adjustment"),
    "ledger.close_period": later("ask to close a month of the books, or close another's"),
    "ledger.export_journal": later("fetch the journal of a closed month"),
    "ledger.import_earnings": later("import earnings"),
    "ledger.map_accounts": later("ask for an account of a book, or confirm another's"),
    "ledger.request_adjustment": later("ask for an adjustment or write-off"),
    "ledger.set_rates": later("ask for a month's rate, or confirm another's"),
    "ledger.view_account": later("balances"),
    "ledger.view_accountmapping": later("the chart of accounts"),
    "ledger.view_adjustment": later("adjustments"),
    "ledger.view_earning": later("earnings"),
    "ledger.view_entry": later("ledger entries"),
    "ledger.view_importfile": later("imported files"),
    "ledger.view_monthrate": later("the rates of months"),
    "ledger.view_period": later("the months of the books"),
    "ledger.view_transaction": later("ledger transactions"),
    "payouts.add_fundingaccount": later("add an account of ours"),
    "payouts.answer_recall": later("record what the bank answered to a recall"),
    "payouts.approve_batch": later("approve batches another proposed"),
    "payouts.approve_payout": later("approve payouts another reviewed"),
    "payouts.ask_recall": later("ask the bank to recall a payout"),
    "payouts.cancel_payout": later("cancel payouts"),
    "payouts.change_cap": later("set, lower or ask to raise caps"),
    "payouts.change_fundingaccount": later("change an account of ours"),
    "payouts.confirm_schedule": later("confirm that a schedule sends files elsewhere"),
    "payouts.dispose_payout": later("pay the money of a dead payout again, or add it to the next payout"),
    "payouts.dissolve_batch": later("dissolve batches"),
    "payouts.download_bank_file": later("download the file a batch was sent as"),
    "payouts.export_seller_totals": later("export the yearly totals of sellers for tax authorities"),
    "payouts.grant_cap": later("grant a raise of a cap another asked for"),
    "payouts.judge_hold": later("judge for compliance whether a hold is released"),
    "payouts.place_hold": later("place holds"),
    "payouts.propose_batch": later("propose batches"),
    "payouts.reconcile": later("read or match statements"),
    "payouts.release_hold": later("release holds"),
    "payouts.request_export": later("export payouts"),
    "payouts.request_payout_account": later("ask for a new or changed bank account"),
    "payouts.resolve_unknown": later("say what became of an unknown submission"),
    "payouts.restore_rail": later("let a stopped rail go on"),
    "payouts.reveal_payout_account": later("reveal full bank details, with a reason"),
    "payouts.review_payout": later("review payouts"),
    "payouts.run_payouts": later("run payouts"),
    "payouts.schedule_export": later("have exports made on a schedule"),
    "payouts.see_reconciliation": later("see statements"),
    "payouts.send_back_payout": later("send payouts back to review"),
    "payouts.stop_rail": later("stop a rail"),
    "payouts.take_out_payout": later("take a payout out of its batch"),
    "payouts.verify_payout_account": later("verify or reject another's bank account change"),
    "payouts.view_batch": later("batches"),
    "payouts.view_cap": later("caps"),
    "payouts.view_disposal": later("what became of dead payouts"),
    "payouts.view_export": later("exports"),
    "payouts.view_exportschedule": later("schedules of exports"),
    "payouts.view_fundingaccount": later("our accounts"),
    "payouts.view_hold": later("holds"),
    "payouts.view_incident": later("incidents"),
    "payouts.view_payout": later("payouts"),
    "payouts.view_payoutaccount": later("bank accounts of sellers"),
    "payouts.view_payoutrun": later("payout runs"),
    "payouts.view_recall": later("recalls"),
    "payouts.view_submission": later("submissions"),
    "sellers.add_note": later("write notes on sellers or payouts"),
    "sellers.import_sellers": later("import sellers"),
    "sellers.suspend_seller": later("suspend a seller or lift a suspension"),
    "sellers.verify_seller": later("verify a seller"),
    "sellers.view_seller": later("sellers"),
    "sellers.view_verification": later("findings about sellers"),
}
"""What a right allows, or, of one to look, what it shows. A right of a role that has no words here fails a test.

Each goes on after "may not …" or "may not see …": so it joins with "or", never with "and".
"""


def right(name: str) -> str:
    """A right as `app.codename` names it: what it allows, or, of one to look, what it shows."""
    return str(RIGHTS.get(name, name))


def deed(name: str) -> str:
    """What the right allows, inside a sentence: "place holds", "see our accounts"."""
    if name not in RIGHTS:
        return name.split(".", 1)[1].replace("_", " ")
    return _("see {right}").format(right=right(name)) if ".view_" in name else right(name)
