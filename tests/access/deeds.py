"""Which right each operation asks for: the declared table. An operation that takes an actor and has no row fails.

A row names the right and gives the arguments, apart from ``actor`` and ``now``, with which an entitled person
would be heard.
"""

import datetime
import io
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from backoffice.people import queries
from payouts.operations import schedules
from sellers.ledger.importing import seen
from tests import books, make, make_payouts
from tests.access.world import World
from tests.payouts import scheduled

Row = tuple[str, Callable[[World], dict[str, Any]]]
TODAY = datetime.date(2026, 11, 24)


def _ids(state: str) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"payout_ids": [getattr(world, state).pk]}


def _with(state: str, **more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"payout_ids": [getattr(world, state).pk], **more}


def _seller(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"seller_id": world.seller.pk, **more}


def _support(**more: Any) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"user_id": world.users["support"].pk, **more}


def _file(text: bytes) -> Callable[[World], dict[str, Any]]:
    return lambda world: {"stream": io.BytesIO(text), "name": "f.csv", "profile": "generic"}


def _lost(world: World) -> dict[str, Any]:
    return {"submission_id": world.lost.pk}


P, S, L = "payouts.operations.", "sellers.operations.", "sellers.ledger.operations."
H = "backoffice.people.operations."

DEEDS: Mapping[str, Row] = {
    f"{P}review.preview": ("payouts.review_payout", _ids("pending")),
    f"{P}review.review": ("payouts.review_payout", _with("pending", note="")),
    f"{P}review.preview_send_back": ("payouts.send_back_payout", _ids("reviewed")),
    f"{P}review.send_back": ("payouts.send_back_payout", _with("reviewed", reason="Look again.")),
    f"{P}review.annotate": ("sellers.add_note", lambda w: {"payout_id": w.pending.pk, "text": "Note."}),
    f"{P}approval.preview": ("payouts.approve_payout", _ids("reviewed")),
    f"{P}approval.approve": ("payouts.approve_payout", _ids("reviewed")),
    f"{P}holds.preview": ("payouts.place_hold", _ids("reviewed")),
    f"{P}holds.hold": ("payouts.place_hold", _with("reviewed", reason="other", note="Wait.")),
    f"{P}holds.hold_seller": ("payouts.place_hold", _seller(reason="other", note="Wait.")),
    f"{P}holds.release": ("payouts.release_hold", lambda w: {"hold_ids": [w.hold.pk], "note": "Fine."}),
    f"{P}holds.preview_release": ("payouts.release_hold", lambda w: {"hold_ids": [w.hold.pk]}),
    f"{P}holds.withdraw": (
        "payouts.release_hold",
        lambda w: {"request_ids": [w.release_request.pk], "note": "Not yet."},
    ),
    f"{P}batching.preview": ("payouts.propose_batch", _ids("approved")),
    f"{P}batching.propose": ("payouts.propose_batch", _ids("approved")),
    f"{P}batching.approve": ("payouts.approve_batch", lambda w: {"batch_id": w.proposed.pk}),
    f"{P}batching.dissolve": (
        "payouts.dissolve_batch",
        lambda w: {"batch_id": w.proposed.pk, "reason": "No."},
    ),
    f"{P}batching.preview_take_out": ("payouts.take_out_payout", _ids("approved")),
    f"{P}batching.take_out": ("payouts.take_out_payout", _with("approved", reason="No.")),
    f"{P}givebacks.cancel": ("payouts.cancel_payout", _with("reviewed", reason="No.")),
    f"{P}givebacks.reissue": ("payouts.dispose_payout", lambda w: {"payout_id": w.failed.pk}),
    f"{P}givebacks.roll": ("payouts.dispose_payout", lambda w: {"payout_id": w.failed.pk}),
    f"{P}views.save": (
        "payouts.view_payout",
        lambda w: {"place": "review", "name": "Spain", "query": "country=ES", "shared": True},
    ),
    f"{P}views.change": (
        "payouts.view_payout",
        lambda w: {"view_id": w.views["analyst"].pk, "name": "Spain", "shared": True},
    ),
    f"{P}views.delete": ("payouts.view_payout", lambda w: {"view_id": w.views["analyst"].pk}),
    f"{P}views.open_in": ("payouts.view_payout", lambda w: {"view_id": w.views["analyst"].pk}),
    f"{P}views.open_plain": ("payouts.view_payout", lambda w: {"place": "review"}),
    f"{P}views.paste": ("payouts.view_payout", lambda w: {"text": "P1 P2"}),
    f"{P}disposing.preview_reissue": ("payouts.dispose_payout", _ids("failed")),
    f"{P}disposing.preview_roll": ("payouts.dispose_payout", _ids("failed")),
    f"{P}disposing.reissue": ("payouts.dispose_payout", _ids("failed")),
    f"{P}disposing.roll": ("payouts.dispose_payout", _ids("failed")),
    f"{P}statements.of_payout": (
        "payouts.view_payout",
        lambda w: {"payout_id": w.pending.pk, "language": "fr"},
    ),
    f"{P}statements.of_seller": (
        "sellers.view_seller",
        _seller(currency="EUR", first=TODAY, last=TODAY, language="fr"),
    ),
    f"{P}jobs.request": (
        "payouts.review_payout",
        lambda w: {"verb": "review", "payout_ids": [w.pending.pk], "values": {}, "key": "mine"},
    ),
    f"{P}jobs.stop": ("payouts.view_payout", lambda w: {"job_id": w.jobs["analyst"].pk}),
    f"{P}running.preview": ("payouts.run_payouts", lambda w: {"until": None}),
    f"{P}running.payees": ("payouts.run_payouts", lambda w: {"until": None}),
    f"{P}running.request": ("payouts.run_payouts", lambda w: {"until": None, "key": "mine, later"}),
    f"{P}running.download": ("payouts.run_payouts", lambda w: {"until": None}),
    f"{P}creation.run": ("payouts.run_payouts", lambda w: {"until": None, "key": "mine"}),
    f"{P}accounts.request": (
        "payouts.request_payout_account",
        _seller(
            currency="EUR", fields={"iban": "FR7630006000011234567890189"}, holder_name="A", country="FR"
        ),
    ),
    f"{P}accounts.decide": (
        "payouts.verify_payout_account",
        lambda w: {"version_id": w.version.pk, "verified": True, "note": ""},
    ),
    f"{P}accounts.details": (
        "payouts.reveal_payout_account",
        lambda w: {"version_id": w.version.pk, "reason": "The bank asks."},
    ),
    f"{P}unknown.look_up_now": ("payouts.resolve_unknown", _lost),
    f"{P}unknown.send_again": ("payouts.resolve_unknown", _lost),
    f"{P}unknown.propose": (
        "payouts.resolve_unknown",
        lambda w: {
            "submission_id": w.lost.pk,
            "verdict": "sent",
            "evidence": "Seen.",
            "paper": make_payouts.PAPER,
        },
    ),
    f"{P}unknown.confirm": ("payouts.resolve_unknown", lambda w: {"resolution_id": w.resolution.pk}),
    f"{P}papers.read": (
        "payouts.view_submission",
        lambda w: {"evidence_id": w.resolution.attached.pk},
    ),
    f"{P}recalls.ask": (
        "payouts.ask_recall",
        lambda w: {"payout_id": w.paid.pk, "reason": "Paid the wrong seller.", "channel": "phone"},
    ),
    f"{P}recalls.answer": (
        "payouts.answer_recall",
        lambda w: {"recall_id": w.recall.pk, "state": "refused", "words": "No.", "answered_at": make.NOW},
    ),
    f"{P}unknown.dismiss": ("payouts.resolve_unknown", lambda w: {"resolution_id": w.resolution.pk}),
    f"{P}incidents.close": (
        "payouts.resolve_unknown",
        lambda w: {"incident_id": w.incident.pk, "note": "Asked."},
    ),
    f"{P}switches.stop": ("payouts.stop_rail", lambda w: {"rail": "sepa", "reason": "Doubts."}),
    f"{P}switches.restore": ("payouts.restore_rail", lambda w: {"switch_id": w.switch.pk}),
    f"{P}restoring.ask": ("payouts.stop_rail", lambda w: {}),
    f"{P}caps.ask": (
        "payouts.change_cap",
        lambda w: {"kind": "payout", "currency": "EUR", "limit_minor": 100, "reason": "Policy."},
    ),
    f"{P}caps.grant": ("payouts.grant_cap", lambda w: {"change_id": w.raised.pk}),
    f"{P}caps.dismiss": ("payouts.grant_cap", lambda w: {"change_id": w.raised.pk}),
    f"{P}breaks.propose": (
        "payouts.reconcile",
        lambda w: {"line_id": w.line.pk, "verdict": "charges", "evidence": "The bank said so."},
    ),
    f"{P}breaks.confirm": ("payouts.reconcile", lambda w: {"resolution_id": w.break_proposal.pk}),
    f"{P}breaks.dismiss": ("payouts.reconcile", lambda w: {"resolution_id": w.break_proposal.pk}),
    f"{P}breaks.read_document": (
        "payouts.see_reconciliation",
        lambda w: {"resolution_id": w.break_proposal.pk},
    ),
    f"{P}bankfiles.download": (
        "payouts.download_bank_file",
        lambda w: {"submission_id": w.sent_file.pk, "reason": "The bank asks."},
    ),
    f"{P}exporting.request": ("payouts.request_export", lambda w: {"filters": "", "format": "csv"}),
    f"{P}exporting.request_changes": (
        "payouts.request_export",
        lambda w: {"since": w.exports["accountant"].pk, "format": "csv"},
    ),
    f"{P}exporting.cancel": ("payouts.request_export", lambda w: {"export_id": w.exports["accountant"].pk}),
    f"{P}export_links.fetch": (
        "payouts.request_export",
        lambda w: {"export_id": w.exports["accountant"].pk, "token": "none"},
    ),
    f"{P}export_templates.save": (
        "payouts.request_export",
        lambda w: {"kind": "payouts", "name": "Mine", "columns": ["amount"], "shared": False},
    ),
    f"{P}export_templates.drop": ("payouts.request_export", lambda w: {"template_id": 999_999}),
    f"{P}export_links.make": (
        "payouts.request_export",
        lambda w: {"export_id": w.exports["accountant"].pk},
    ),
    f"{P}schedules.make": ("payouts.schedule_export", lambda w: {"plan": scheduled.plan()}),
    f"{P}schedules.change": (
        "payouts.schedule_export",
        lambda w: {"schedule_id": w.schedules["accountant"].pk, "plan": scheduled.plan()},
    ),
    f"{P}schedules.confirm": (
        "payouts.confirm_schedule",
        lambda w: {"schedule_id": w.sent_elsewhere.pk, "seen": schedules.digest(w.sent_elsewhere)},
    ),
    **{
        f"{P}schedules.{verb}": (
            "payouts.schedule_export",
            lambda w: {"schedule_id": w.schedules["accountant"].pk},
        )
        for verb in ("pause", "resume", "end", "run_now")
    },
    f"{P}funding.add": (
        "payouts.add_fundingaccount",
        lambda w: {
            "code": "NEW-EUR",
            "rail": "sepa",
            "currency": "EUR",
            "holder_name": "M",
            "country": "FR",
            "scheme": "iban",
            "identifier": "FR7630006000011234567890189",
            "bic": "",
        },
    ),
    f"{P}funding.change": (
        "payouts.change_fundingaccount",
        lambda w: {"code": w.funding.code, "holder_name": "Other", "bic": "", "active": True},
    ),
    f"{P}periods.ask": ("ledger.close_period", lambda w: {"first": books.NOVEMBER}),
    f"{P}periods.close": ("ledger.close_period", lambda w: {"first": books.OCTOBER}),
    f"{P}periods.take_back": ("ledger.close_period", lambda w: {"first": books.OCTOBER}),
    f"{P}journals.request": (
        "ledger.export_journal",
        lambda w: {
            "first": w.journal.period.first_day,
            "format": "csv",
            "currency": "EUR",
            "grouping": "daily",
        },
    ),
    f"{P}journals.download": ("ledger.export_journal", lambda w: {"file_id": w.journal.pk}),
    f"{L}mapping.ask": (
        "ledger.map_accounts",
        lambda w: {
            "book": "vat",
            "currency": "EUR",
            "country": "ES",
            "number": "4770",
            "label": "IVA",
            "targets": {},
            "effective_from": books.NOVEMBER,
            "reason": "Spain.",
        },
    ),
    f"{L}mapping.confirm": ("ledger.map_accounts", lambda w: {"mapping_ids": [w.account_wanted.pk]}),
    f"{L}mapping.dismiss": ("ledger.map_accounts", lambda w: {"mapping_ids": [w.account_wanted.pk]}),
    f"{L}rates.ask": (
        "ledger.set_rates",
        lambda w: {
            "month": books.NOVEMBER,
            "currency": "GBP",
            "home": "EUR",
            "units": Decimal(1),
            "worth": Decimal("1.17"),
            "reason": "The central bank's average.",
        },
    ),
    f"{L}rates.confirm": ("ledger.set_rates", lambda w: {"rate_ids": [w.rate_wanted.pk]}),
    f"{L}rates.dismiss": ("ledger.set_rates", lambda w: {"rate_ids": [w.rate_wanted.pk]}),
    f"{S}suspend": ("sellers.suspend_seller", _seller(reason="Fraud.")),
    f"{S}lift_suspension": ("sellers.suspend_seller", _seller(reason="Cleared.")),
    f"{S}verify": ("sellers.verify_seller", _seller(passed=True, note="Seen.")),
    f"{S}annotate": ("sellers.add_note", _seller(text="Note.")),
    f"{L}adjustments.request": (
        "ledger.request_adjustment",
        _seller(
            currency="EUR",
            kind="adjustment",
            amount_minor=100,
            reason="R",
            document_name="d.pdf",
            document=b"%PDF",
        ),
    ),
    f"{L}adjustments.decide": (
        "ledger.approve_adjustment",
        lambda w: {"adjustment_id": w.adjustment.pk, "granted": True, "note": "", "due_date": TODAY},
    ),
    f"{L}adjustments.withdraw": ("ledger.request_adjustment", lambda w: {"adjustment_id": w.adjustment.pk}),
    f"{L}adjustments.read_document": (
        "ledger.view_adjustment",
        lambda w: {"adjustment_id": w.adjustment.pk},
    ),
    "sellers.importing.applying.check": ("sellers.import_sellers", _file(b"external_id,name,country\n")),
    "sellers.importing.applying.apply": ("sellers.import_sellers", lambda w: {"file_id": w.sellers_file.pk}),
    "sellers.importing.applying.drop": ("sellers.import_sellers", lambda w: {"file_id": w.sellers_file.pk}),
    "sellers.ledger.importing.staging.check": ("ledger.import_earnings", _file(b"external_id,seller\n")),
    "sellers.ledger.importing.posting.post": (
        "ledger.import_earnings",
        lambda w: {"import_file_id": w.earnings_file.pk},
    ),
    "sellers.ledger.importing.posting.confirm": (
        "ledger.import_earnings",
        lambda w: {"import_file_id": w.earnings_file.pk},
    ),
    f"{P}imports.receive": (
        "ledger.import_earnings",
        lambda w: {**_file(b"external_id,seller\na,b\n")(w), "kind": "earnings"},
    ),
    f"{P}imports.confirm": (
        "ledger.approve_adjustment",
        lambda w: {"import_file_id": w.corrections_file.pk, "shown": seen.digest(w.corrections_file)},
    ),
    f"{P}imports.drop": ("payouts.reconcile", lambda w: {"import_file_id": w.statement_file.pk}),
    "sellers.ledger.importing.posting.drop": (
        "ledger.import_earnings",
        lambda w: {"import_file_id": w.earnings_file.pk},
    ),
    f"{H}asking.new_person": (
        "auth.add_user",
        lambda w: {"username": "new", "names": ("N", "W"), "email": "", "role_names": ["approver"]},
    ),
    f"{H}asking.more_roles": ("auth.change_user", _support(role_names=["approver"])),
    f"{H}asking.log_in_again": ("auth.change_user", _support()),
    f"{H}asking.new_password": ("auth.change_user", _support()),
    f"{H}changing.change": (
        "auth.change_user",
        lambda w: {
            "user_id": w.users["support"].pk,
            "names": ("N", "W"),
            "email": "",
            "role_names": [],
            "active": False,
            "seen": queries.person_digest(w.users["support"]),
        },
    ),
    f"{H}deciding.confirm": (
        "auth.change_user",
        lambda w: {"request_id": w.person_request.pk, "seen": queries.digest(w.person_request)},
    ),
    f"{H}deciding.dismiss": ("auth.change_user", lambda w: {"request_id": w.person_request.pk}),
    f"{H}deciding.take_back": ("auth.change_user", lambda w: {"request_id": w.person_request.pk}),
}

# Inside verbs that have asked already: they write for an actor whose right their caller has checked. Doors call none
# but `once`, which does what it is given: a verb that asks, or a kept answer after the rights of a new call.
INNER = frozenset(
    {
        f"{P}once.once",
        "sellers.ledger.importing.staging.stage",
        "sellers.ledger.importing.posting.write",
        f"{P}account_rows.write",
        f"{P}account_rows.write_decisions",
        f"{P}batching.ask_again",
        f"{H}links.make",
    }
)
