"""Account numbers in banks' free text reach no row that is kept for ever."""

import pytest
from django.apps import apps

from payouts.models import Attempt, StatementLine
from payouts.operations import _evidence, accounts, answering, preparing, settlement
from payouts.rails import base
from tests import make_payouts
from tests.make_payouts import NOW
from tests.payouts import camt

pytestmark = pytest.mark.django_db
FOREIGN = "DE02120300000000202051"
LONG = "4012 8888 8888 1881"


def number_of(payout) -> str:
    account = accounts.decrypt_for_rail(version_ids=[payout.payout_account_id])[payout.payout_account_id]
    return account.fields.get("account") or account.fields["iban"]


def everything() -> str:
    """Every row of the payouts, the audit trail and the outbox, as text."""
    models = [m for label in ("payouts", "audit", "outbox") for m in apps.get_app_config(label).get_models()]
    return "\n".join(str(row) for model in models for row in model._default_manager.values())


def canaries(payout) -> list[str]:
    return [number_of(payout), FOREIGN, LONG]


def said(payout) -> str:
    return f"No such account {number_of(payout)}, {FOREIGN} or {LONG}."


def test_what_a_bank_answers_is_stored_without_account_numbers(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    (payout,) = make_payouts.payouts_of(batch)
    lease = preparing.prepare(batch_id=batch.pk, now=NOW).leases[0]
    words = said(payout)
    answer = base.Answer(outcome=base.Outcome.REJECTED, code="AC01", text=words, raw=words.encode())

    answering.record(given=[answering.Given(lease.submission_id, lease.fence, answer)], now=NOW)

    stored = everything()
    assert [canary for canary in canaries(payout) if canary in stored] == []
    assert "No such account ••••" in stored


@pytest.mark.parametrize("whole", [False, True])
def test_what_a_bank_reports_is_stored_without_account_numbers(bank, whole):
    batch = make_payouts.submitted([1200], country="US")
    attempt = Attempt.objects.select_related("payout", "submission").get(submission__batch=batch)
    about = {"message_id": attempt.submission.key} if whole else {"end_to_end_id": attempt.end_to_end_id}
    words = said(attempt.payout)
    reports = [
        base.Report(kind=kind, source_id=kind, code="AC04", text=words, **about)
        for kind in (base.ReportKind.ACCEPTED, base.ReportKind.NOTED, base.ReportKind.FAILED)
    ]

    settlement.apply(reports=reports, rail="sandbox", now=NOW)

    stored = everything()
    assert "No such account ••••" in stored
    assert [canary for canary in canaries(attempt.payout) if canary in stored] == []


def test_what_a_statement_says_is_stored_without_account_numbers(bank):
    batch = make_payouts.submitted([1200])
    attempt = Attempt.objects.select_related("payout").get(submission__batch=batch)
    lines = [
        camt.Line(-1200, end_to_end_id=attempt.end_to_end_id, text=said(attempt.payout)),
        camt.Line(-5, text=f"Fee {FOREIGN} {LONG}"),
    ]

    camt.read(body=camt.statement(lines), rail="sepa", name="camt", now=NOW)

    stored = " ".join(StatementLine.objects.values_list("text", flat=True))
    assert "No such account ••••" in stored
    assert [canary for canary in canaries(attempt.payout) if canary in stored] == []


@pytest.mark.parametrize(
    "text",
    [
        "The bank has it as SB00000001, status paid.",
        "P48213A1 of 2026-11-24 10:30",
        "Batch B1234567F1, 3 payments",
    ],
)
def test_references_and_dates_stay(text):
    assert _evidence.plain(text) == text


def test_what_no_row_can_hold_is_replaced_in_free_text():
    assert _evidence.plain("oh\0no \ud800, DE02120300000000202051") == "oh\ufffdno \ufffd, ••••"
