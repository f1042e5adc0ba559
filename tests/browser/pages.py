"""Every page there is, from the table of access: each as a role that it opens to, with something behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from backoffice import roles
from tests.access.table import SELLER_VERBS, TABLE, VERBS
from tests.access.world import World

# Answered with a file, a fragment of a page, or nothing to look at.
NO_PAGES = frozenset(
    {
        "jsi18n", "autocomplete", "payouts_batch_file", "payouts_export_download", "payouts_export_state",
        "ledger_import_errors", "ledger_adjustment_document", "payouts_payout_totals", "payouts_batch_progress",
        "payouts_run_preview", "payouts_run_progress", "payouts_statement_break_totals", "ledger_import_copy",
        "ledger_import_progress", "payouts_hold_totals", "payouts_statement_accounts",
        "payouts_statement_document", "payouts_submission_evidence", "payouts_payout_statement_pdf",
        "sellers_seller_statement_pdf", "ledger_period_totals", "ledger_journal_state", "ledger_journal_download",
        "payouts_job_progress", "payouts_job_state", "payouts_batch_totals", "payouts_export_rows_totals",
        "payouts_recall_totals", "payouts_payoutaccount_totals", "ledger_adjustment_totals",
        "ledger_period_accounts_rows", "payouts_batch_caps",
    }
)  # fmt: skip
ORDER = ("auditor", "analyst", "treasurer", "approver", "compliance", "accountant", "support", "admin")


@dataclass(frozen=True)
class Page:
    """An address and who looks at it; ``status`` is what it answers."""

    name: str
    role: str
    url: str
    status: int = 200


def all_of(world: World) -> Iterator[Page]:
    """Lists, details, forms and confirmations; every verb; what is refused and what is not there."""
    for name, door in TABLE.items():
        if door.get != 200 or name in NO_PAGES:
            continue
        role = _opened_to(door.opens)
        query = urlencode(door.query(world))
        args = [getattr(world, door.own)[role].pk] if door.own else door.args(world)
        yield Page(name, role, reverse(f"admin:{name}", args=args) + (f"?{query}" if query else ""))
    for verb, (right, state) in VERBS.items():
        url = reverse("admin:payouts_payout_act", args=[verb])
        yield Page(f"act {verb}", _opened_to((right,)), f"{url}?ids={getattr(world, state).pk}")
    for verb, right in SELLER_VERBS.items():
        url = reverse("admin:sellers_seller_act", args=[world.seller.reference, verb])
        yield Page(f"seller {verb}", _opened_to((right,)), url)
    for name, state in (("failed", world.failed), ("approved", world.approved), ("lost", world.lost.payout)):
        yield Page(
            f"payout {name}", "analyst", reverse("admin:payouts_payout_detail", args=[state.reference])
        )
    statement = reverse("admin:sellers_seller_statement", args=[world.paid.seller.reference])
    yield Page("statement of a period", "auditor", f"{statement}?from=2026-11-01&to=2026-11-25&lang=ja")
    yield Page("statement of no period", "support", f"{statement}?from=2026-11-25&to=soon&currency=XXX", 400)
    paid = reverse("admin:payouts_payout_statement", args=[world.paid.reference])
    yield Page("statement in Spanish", "accountant", f"{paid}?lang=es")
    yield Page("batch sent", "treasurer", reverse("admin:payouts_batch_detail", args=[world.sent.reference]))
    proposed = reverse("admin:payouts_statement_line", args=[world.proposed_line.pk])
    yield Page("line to confirm", "treasurer", proposed)
    yield Page("lines to confirm", "auditor", reverse("admin:payouts_statement_breaks") + "?show=proposed")
    yield Page("file refused", "analyst", reverse("admin:ledger_import_detail", args=[world.refused_file.pk]))
    yield Page("corrections to confirm", "approver", f"/imports/{world.corrections_file.pk}/")
    yield Page("statement to book", "treasurer", f"/imports/{world.statement_file.pk}/")
    yield Page("file being read", "analyst", f"/imports/{world.file_being_read.pk}/")
    yield Page("imports of one kind", "auditor", "/imports/?kind=corrections")
    yield Page("recalls answered", "treasurer", "/recalls/?show=answered")
    suspected = world.release_request.hold_id
    yield Page("release to confirm", "compliance", f"/holds/release/?ids={suspected}&ids={world.hold.pk}")
    yield Page("releases asked for", "compliance", "/holds/?show=asked&reason=fraud_suspected&older=1")
    yield Page("holds by money", "auditor", "/holds/?sort=-money&currency=EUR&on=payout")
    yield Page("decided accounts", "compliance", "/accounts/?show=decided")
    yield Page("account to verify", "compliance", f"/accounts/{world.version.pk}/")
    yield Page("adjustment to decide", "approver", f"/adjustments/{world.adjustment.pk}/")
    yield Page("payouts filtered", "auditor", "/payouts/?status=PAID&country=JP&on_hold=true")
    yield Page("references not known", "analyst", f"/payouts/?search={world.pending.reference}+X-1")
    yield Page("payouts in a view", "analyst", "/payouts/review/?country=FR")
    yield Page("no view", "support", "/payouts/views/?place=list")
    yield Page("lines of a payout", "auditor", f"/payouts/{world.pending.reference}/?lines=all")
    yield Page("nothing found", "support", "/search/?q=nobody-is-called-so")
    yield Page("why, nothing asked", "support", "/why/")
    yield Page("why, a seller", "support", f"/why/?q={world.failed.seller.reference}&lang=ja")
    yield Page("why, several", "support", "/why/?q=Atelier")
    yield Page("why, not known", "support", "/why/?q=nobody-is-called-so", 404)
    yield Page("bad filter", "analyst", "/payouts/?status=NONSENSE", 400)
    yield Page("not yours", "support", "/audit/", 403)
    yield Page("not there", "analyst", "/payouts/P999999/", 404)
    yield Page("month open", "accountant", "/books/2026-11/")
    yield Page("month asked for", "auditor", "/books/2026-10/")
    rate = f"/books/rates/decide/?decision=confirm-{world.rate_wanted.pk}"
    yield Page("rate to confirm", "accountant", rate)
    asked = reverse("admin:person_decide", args=[world.person_request.pk])
    yield Page("person to confirm", "admin", f"{asked}?decision=confirm")
    yield Page("people who wait for me", "admin", f"/settings/?waits_for={world.users['admin'].username}")
    yield Page("link that is none", "support", "/password/MA/c0ffee-1/", 410)
    yield Page("password chosen", "support", "/password/done/")
    for role in roles.ROLES:
        yield Page(f"home {role}", role, "/")


def _opened_to(opens: tuple[str, ...]) -> str:
    return next(role for role in ORDER if not opens or roles.ROLES[role] & set(opens))
