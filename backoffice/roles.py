"""Who may do what: each role is a Django group with exactly these permissions (HOUSE ruling 5).

Nobody's rights come from anywhere else: a superuser has no money permission, a person may hold several roles,
and the database's four-eyes constraints hold whatever the roles say.
"""

from collections.abc import Mapping

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.clock import database_now

SEE = frozenset(
    {
        "payouts.view_payout",
        "payouts.view_batch",
        "payouts.view_hold",
        "payouts.view_payoutrun",
        "payouts.view_payoutaccount",
        "payouts.view_disposal",
        "payouts.view_incident",
        "payouts.view_recall",
        "sellers.view_seller",
        "ledger.view_account",
        "ledger.view_earning",
    }
)

ROLES: Mapping[str, frozenset[str]] = {
    "analyst": SEE
    | {
        "ledger.import_earnings",
        "ledger.view_importfile",
        "sellers.import_sellers",
        "sellers.add_note",
        "payouts.run_payouts",
        "payouts.review_payout",
        "payouts.send_back_payout",
        "payouts.place_hold",
        "payouts.ask_recall",
        "payouts.propose_batch",
        "payouts.dispose_payout",
        "payouts.request_payout_account",
        "payouts.request_export",
        "ledger.request_adjustment",
        "ledger.view_adjustment",
    },
    "approver": SEE
    | {
        "payouts.approve_payout",
        "payouts.send_back_payout",
        "payouts.place_hold",
        "payouts.ask_recall",
        "payouts.release_hold",
        "payouts.cancel_payout",
        "payouts.view_cap",
        "payouts.resolve_unknown",
        "payouts.view_submission",
        "payouts.request_export",
        "ledger.approve_adjustment",
        "ledger.view_adjustment",
        "sellers.add_note",
    },
    "treasurer": SEE
    | {
        "payouts.approve_batch",
        "payouts.propose_batch",
        "payouts.dissolve_batch",
        "payouts.take_out_payout",
        "payouts.place_hold",
        "payouts.ask_recall",
        "payouts.answer_recall",
        "payouts.see_reconciliation",
        "payouts.reconcile",
        "payouts.resolve_unknown",
        "payouts.view_submission",
        "payouts.stop_rail",
        "payouts.restore_rail",
        "payouts.view_cap",
        "payouts.grant_cap",
        "payouts.download_bank_file",
        "payouts.view_fundingaccount",
        "payouts.request_export",
        "payouts.schedule_export",
        "payouts.confirm_schedule",
        "payouts.view_exportschedule",
        "sellers.add_note",
    },
    "compliance": SEE
    | {
        "payouts.place_hold",
        "payouts.ask_recall",
        "payouts.release_hold",
        "payouts.judge_hold",
        "payouts.verify_payout_account",
        "payouts.reveal_payout_account",
        "sellers.suspend_seller",
        "sellers.verify_seller",
        "sellers.view_verification",
        "sellers.add_note",
        "payouts.request_export",
    },
    "support": SEE | {"sellers.add_note"},
    "accountant": SEE
    | {
        "payouts.request_export",
        "payouts.export_seller_totals",
        "payouts.schedule_export",
        "payouts.confirm_schedule",
        "payouts.view_exportschedule",
        "payouts.see_reconciliation",
        "ledger.view_transaction",
        "ledger.view_entry",
        "ledger.view_adjustment",
        "ledger.request_adjustment",
        "ledger.view_period",
        "ledger.close_period",
        "ledger.view_accountmapping",
        "ledger.map_accounts",
        "ledger.view_monthrate",
        "ledger.set_rates",
        "ledger.export_journal",
    },
    "auditor": SEE
    | {
        "audit.view_event",
        "auth.view_user",
        "auth.view_group",
        "payouts.request_export",
        "payouts.export_seller_totals",
        "payouts.see_reconciliation",
        "payouts.view_submission",
        "payouts.view_fundingaccount",
        "payouts.view_cap",
        "payouts.view_export",
        "payouts.view_exportschedule",
        "ledger.view_transaction",
        "ledger.view_entry",
        "ledger.view_adjustment",
        "ledger.view_importfile",
        "ledger.view_period",
        "ledger.view_accountmapping",
        "ledger.view_monthrate",
        "sellers.view_verification",
    },
    "admin": frozenset(
        {
            "auth.view_user",
            "auth.add_user",
            "auth.change_user",
            "auth.view_group",
            "payouts.view_fundingaccount",
            "payouts.add_fundingaccount",
            "payouts.change_fundingaccount",
            "payouts.view_cap",
            "payouts.change_cap",
            "payouts.grant_cap",
        }
    ),
}


class UnknownPermission(LookupError):
    """A role names a permission that no model declares: migrate first, or mend the name."""


@transaction.atomic
def setup(*, actor: Actor = SYSTEM) -> list[str]:
    """Each role's group exists with exactly its permissions; answers the roles that changed.

    Raises `UnknownPermission` before anything is written.
    """
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    missing = sorted(name for wanted in ROLES.values() for name in wanted if name not in known)
    if missing:
        raise UnknownPermission(f"No such permission: {', '.join(missing)}. Run the migrations first.")
    changed = []
    for role, wanted in ROLES.items():
        group, _ = Group.objects.get_or_create(name=role)
        has = {
            f"{app}.{codename}"
            for app, codename in group.permissions.values_list("content_type__app_label", "codename")
        }
        if has != wanted:
            group.permissions.set([known[name] for name in wanted])
            recording.record(
                actor=actor,
                action="role.set",
                subject=group,
                data={"role": role, "granted": sorted(wanted - has), "taken": sorted(has - wanted)},
                now=database_now(),
            )
            changed.append(role)
    return changed
