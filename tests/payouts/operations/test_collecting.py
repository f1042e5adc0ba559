"""What the bank leaves for us is kept, read once, and moves payouts and money."""

import json
from datetime import timedelta

import pytest

from payouts.models import (
    Attempt,
    BankDocument,
    BankFact,
    Batch,
    FundingAccount,
    Hold,
    Incident,
    StatementLine,
)
from payouts.operations import bankfiles, collecting
from payouts.rails import base
from payouts.rails.sandbox.rail import Sandbox
from payouts.states import BatchStatus
from sellers.ledger.models import Book, Entry
from tests import make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=5)
FATES = ["Ada Livres", "Bo SIMFAIL-AC04", "Cy SIMRETURN-AC06", "Di SIMREJECT-AC01"]


def balance(book: Book, payout) -> int:
    return sum(
        Entry.objects.filter(book=book, payout_ref=payout.reference).values_list("amount_minor", flat=True)
    )


def settle(bank, rail: str) -> None:
    bank.advance(10)
    collecting.collect(rail=rail, now=LATER)


def test_a_file_settles_each_payment_by_what_the_bank_reports(bank):
    batch = make_payouts.submitted([1200, 3400, 560, 990], holders=FATES)
    settle(bank, "sepa")

    # a file's return is told by the statement, not by a report
    assert make_payouts.statuses(batch) == ["PAID", "FAILED", "PAID", "APPROVED"]
    paid, failed, _, rejected = make_payouts.payouts_of(batch)
    assert (balance(Book.IN_TRANSIT, paid), balance(Book.RESERVED, paid)) == (-1200, 0)
    assert (balance(Book.IN_TRANSIT, failed), balance(Book.PAYABLE, failed)) == (0, 0)
    assert (balance(Book.IN_TRANSIT, rejected), balance(Book.RESERVED, rejected)) == (0, -990)
    assert Hold.objects.get(payout=rejected).reason == "rail_rejected"
    batch.refresh_from_db()
    assert (batch.status, batch.item_count, batch.total_minor) == (BatchStatus.SETTLED, 3, 5160)


def test_calls_settle_by_events_returns_included(bank):
    batch = make_payouts.submitted([1200, 3400, 560, 990], country="US", holders=FATES)
    settle(bank, "sandbox")

    assert make_payouts.statuses(batch) == ["PAID", "FAILED", "RETURNED", "APPROVED"]
    batch.refresh_from_db()
    assert batch.status == BatchStatus.SETTLED
    assert not Incident.objects.exists()


def test_the_statement_closes_the_loop_for_a_file(bank):
    batch = make_payouts.submitted([1200, 3400, 560, 990], holders=FATES)
    settle(bank, "sepa")
    bank.bank.close_days(bank.bank.now().date())
    bank.sync()
    collecting.collect(rail="sepa", now=LATER)

    assert make_payouts.statuses(batch) == ["PAID", "RETURNED", "RETURNED", "APPROVED"]
    assert all(balance(Book.IN_TRANSIT, payout) == 0 for payout in make_payouts.payouts_of(batch))
    lines = StatementLine.objects.order_by("number")
    assert [line.kind for line in lines] == ["debit", "return", "return"]
    assert all(line.matched_at for line in lines)
    assert ledger_cash("SEPA-EUR") == 1_000_000 - 1200


def ledger_cash(code: str) -> int:
    return sum(Entry.objects.filter(book=Book.CASH, funding_code=code).values_list("amount_minor", flat=True))


def test_the_statement_closes_the_loop_for_calls(bank):
    batch = make_payouts.submitted([1200, 3400, 560], country="US", holders=FATES)
    settle(bank, "sandbox")
    bank.bank.close_days(bank.bank.now().date())
    collecting.collect(rail="sandbox", now=LATER)

    assert all(balance(Book.IN_TRANSIT, payout) == 0 for payout in make_payouts.payouts_of(batch))
    assert sorted(StatementLine.objects.values_list("kind", flat=True)) == ["debit", "debit", "return"]
    assert not StatementLine.objects.filter(matched_at=None).exists()
    assert ledger_cash("SANDBOX-USD") == 1_000_000 - 1200


def test_collecting_again_finds_nothing_new(bank):
    make_payouts.submitted([1200, 3400], country="US")
    settle(bank, "sandbox")
    before = BankFact.objects.count()

    assert collecting.collect(rail="sandbox", now=LATER) == 0
    assert BankFact.objects.count() == before


def test_a_document_that_is_nothing_is_put_aside_and_told_and_the_next_is_read(bank, settings):
    batch = make_payouts.submitted([1200])
    bank.advance(10)
    inbox = settings.SEPA_INBOX_DIR
    with open(f"{inbox}/aaa-rubbish.xml", "wb") as file:
        file.write(b"<not xml")
    collecting.collect(rail="sepa", now=LATER)

    rubbish = BankDocument.objects.get(name="aaa-rubbish.xml")
    assert rubbish.problem
    assert rubbish.processed_at is not None
    assert Incident.objects.get(code="document").text.startswith("aaa-rubbish.xml from sepa")
    assert make_payouts.statuses(batch) == ["PAID"]
    assert collecting.process_all(now=LATER) == 0


def test_a_bank_that_cannot_be_reached_is_a_later_time(settings):
    settings.SIMBANK_URL = make_payouts.unused_url()

    assert collecting.collect(rail="sandbox", now=LATER) == 0
    assert not Batch.objects.exists()
    assert not FundingAccount.objects.exists()
    assert not Attempt.objects.exists()


def page(*events) -> BankDocument:
    """A page of events that the sandbox left for us."""
    body = json.dumps({"last": 1, "events": events}).encode()
    return BankDocument.objects.create(
        rail="sandbox",
        name="page",
        kind="answers",
        body_ciphertext=bankfiles.seal_document(body, rail="sandbox", name="page"),
        body_sha256=bankfiles.sha256(body),
        received_at=NOW,
    )


def event(number: int, reference: str, kind: str, *, text: str = "", amount: int | None = None) -> dict:
    return {
        "id": f"e{number}",
        "type": f"payment.{kind}",
        "created_at": NOW.isoformat(),
        "payment": {"id": "x", "end_to_end_id": reference, "key": reference, "amount_minor": amount},
        "reason": {"code": "X", "text": text},
    }


@pytest.mark.parametrize(
    "odd", [{"text": "a\0b"}, {"text": "\ud800"}, {"amount": 10**19}], ids=["NUL", "surrogate", "amount"]
)
def test_what_cannot_be_stored_of_one_event_keeps_no_fact_from_being_read(bank, odd):
    batch = make_payouts.submitted([1200, 1300], country="US")
    one, other = make_payouts.payouts_of(batch)
    document = page(
        event(1, f"{one.reference}A1", "failed", **odd), event(2, f"{other.reference}A1", "paid")
    )

    assert collecting.process(document_id=document.pk, now=LATER)

    assert make_payouts.statuses(batch) == ["FAILED", "PAID"]
    document.refresh_from_db()
    assert (document.problem, document.processed_at) == ("", LATER)


def test_a_document_that_cannot_be_stored_is_put_aside_once_and_told(bank, monkeypatch):
    make_payouts.submitted([1200], country="US")
    report = base.Report(kind=base.ReportKind.PAID, source_id="a\0b", end_to_end_id=Attempt.objects.get().end_to_end_id)
    monkeypatch.setattr(Sandbox, "parse_answers", lambda self, body: [report])  # a rail that cleans nothing
    document = page()

    assert not collecting.process(document_id=document.pk, now=LATER)

    document.refresh_from_db()
    assert document.processed_at == LATER
    assert Incident.objects.get(code="document").text.startswith("page from sandbox: It says what cannot be stored")
    assert collecting.process_all(now=LATER) == 0


def test_a_document_that_is_read_at_last_ends_its_incident(bank, monkeypatch):
    make_payouts.submitted([1200], country="US")
    document = page()
    with monkeypatch.context() as broken:
        broken.setattr(Sandbox, "parse_answers", lambda self, body: 1 / 0)
        assert not collecting.process(document_id=document.pk, now=LATER)
    assert Incident.objects.get(code="document").closed_at is None

    assert collecting.process(document_id=document.pk, now=LATER)

    assert Incident.objects.get(code="document").closed_at == LATER


def test_production_asks_no_bank_that_only_pretends(settings):
    assert collecting.rails() == ["sandbox", "sepa"]
    settings.PRODUCTION = True
    assert collecting.rails() == ["sepa"]
