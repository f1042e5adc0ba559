"""The reconciliation report: a row for each payment of a line, what is open, and sums that are the ledger's."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Sum

from payouts.exports import kinds, rows
from payouts.models import Attempt, FundingAccount, Hold, Payout, StatementLine
from payouts.operations import batching, breaks, holds, settlement, submission
from payouts.rails import base
from sellers.ledger.models import Entry
from tests import make, make_payouts
from tests.payouts import camt

pytestmark = pytest.mark.django_db


def report(query=""):
    definition = kinds.KINDS["reconciliation"]
    selection = rows.select(definition, definition.chosen(query, now=make.NOW))
    return [row for chunk in rows.raw(selection) for row in chunk]


def ledger(**of):
    """What each book moved by, in cents."""
    found = Entry.objects.filter(**of).values_list("book").annotate(minor=Sum("amount_minor"))
    return Counter({book: minor for book, minor in found.order_by("book") if minor})


def explained(amount, verdict, **named):
    line = StatementLine.objects.get(amount_minor=amount)
    values = {"evidence": "Asked.", "actor": make.person("treasurer"), "now": make.NOW}
    wish = breaks.propose(line_id=line.pk, verdict=verdict, **named, **values)
    breaks.confirm(resolution_id=wish.pk, actor=make.person("treasurer"), now=make.NOW)


def read(lines, *, number, day, opening):
    camt.read(
        body=camt.statement(lines, number=number, day=day, opening_minor=opening),
        rail="sepa",
        name=day,
        now=make.NOW,
    )


@pytest.fixture
def bank(tmp_path, settings):
    """A file of two payments in one line, one of them came back less 5; a fee; two lines that undo each other; one that
    nobody explained; and a file that is on no statement yet.
    """
    with make_payouts.bank(tmp_path, settings):
        sent = make_payouts.submitted([100_00, 34_00])
        make_payouts.submitted([77_00])
        first = Attempt.objects.get(amount_minor=100_00)
        lines = [camt.Line(-134_00, batch=f"{sent.reference}F1", count=2), camt.Line(-9)]
        read(lines, number=1, day="2026-11-20", opening=1_000_000)
        lines = [
            camt.Line(95_00, end_to_end_id=first.end_to_end_id, return_code="AC04"),
            camt.Line(-8_00),
            camt.Line(8_00),
            camt.Line(55_00, text="Nobody knows"),
        ]
        read(lines, number=2, day="2026-11-21", opening=1_000_000 - 134_09)
        explained(-9, "charges")
        other = StatementLine.objects.get(amount_minor=8_00)
        explained(-8_00, "undone", other_line_id=other.pk)
        yield sent


def test_each_payment_has_a_row_and_what_is_open_shows(bank):
    found = report()
    told = [
        (row["kind"], row["amount"], row["whole"], row["paid"], row["difference"], row["on_its_way"])
        for row in found
    ]
    assert told == [
        ("Not matched", 55_00, 55_00, None, 55_00, None),
        ("Undone", 8_00, 8_00, None, 0, None),
        ("Undone", -8_00, -8_00, None, 0, None),
        ("Money came back", 95_00, 95_00, 100_00, 0, None),
        ("Bank charges", -9, -9, None, 0, None),
        ("Payments debited", -100_00, -134_00, 100_00, 0, None),
        ("Payments debited", -34_00, -134_00, 34_00, 0, None),
        ("Not on a statement yet", None, None, 77_00, None, 77_00),
    ]
    whole = [row for row in found if row["whole"] == -134_00]
    assert [row["payout"] for row in whole] == [
        Payout.objects.get(amount_minor=minor).reference for minor in (100_00, 34_00)
    ]
    assert {row["message_id"] for row in whole} == {f"{bank.reference}F1"}
    (fee,) = [row for row in found if row["amount"] == -9]
    line = StatementLine.objects.get(amount_minor=-9).pk
    assert (fee["ledger_key"], fee["matched_key"]) == (f"bankline:{line}", f"bankline:{line}:matched")
    assert (fee["charges"], fee["suspense"], fee["ledger"]) == (9, 0, -9)
    (back,) = [row for row in found if row["kind"] == "Money came back"]
    assert (back["ledger"], back["in_transit"], back["charges"]) == (95_00, -100_00, 5_00)


def test_its_sums_are_the_ledgers(bank):
    columns = {
        "ledger": "cash",
        "in_transit": "in_transit",
        "suspense": "suspense",
        "charges": "bank_charges",
    }
    found = Counter()
    for row in report():
        for column, book in columns.items():
            found[book] += row[column] or 0
        found["on_its_way"] += row["on_its_way"] or 0
        if row["amount"] is not None:
            legs = [row["ledger"], row["in_transit"], row["suspense"], row["charges"], row["other"]]
            assert sum(legs) == 0
    wanted = ledger(transaction__kind__in=["bank_line", "bank_line_matched"])
    assert {book: found[book] for book in columns.values()} == {
        book: wanted[book] for book in columns.values()
    }
    assert found["on_its_way"] == -ledger()["in_transit"] == 77_00
    assert sum(row["amount"] or 0 for row in report()) == wanted["cash"]


def test_what_is_on_no_statement_yet_follows_the_filter(bank):
    def pending(query):
        return [row["on_its_way"] for row in report(query) if row["amount"] is None]

    assert pending("") == pending("matched=false") == pending("funding=SEPA-EUR") == [77_00]
    assert pending("matched=true") == pending("funding=OTHER") == []
    assert pending("booked_before=2026-11-19") == []  # nothing had been sent by then
    assert [row["amount"] for row in report("matched=false")] == [55_00, None]


def sent_again_from_another_account(first, *, now):
    """The bank refused the attempt; it goes out anew, from an account of ours that took the first one's place."""
    refusal = base.Report(kind=base.ReportKind.REJECTED, source_id="r", end_to_end_id=first.end_to_end_id)
    settlement.apply(reports=[refusal], rail="sepa", now=now - timedelta(hours=1))
    held = list(Hold.objects.filter(payout=first.payout, released_at=None).values_list("pk", flat=True))
    holds.release(hold_ids=held, actor=make.person("approver"), note="Looked at.", now=now)
    FundingAccount.objects.update(active=False)
    old = FundingAccount.objects.get()
    FundingAccount.objects.create(
        code="SEPA-NEW",
        rail=old.rail,
        currency=old.currency,
        holder_name=old.holder_name,
        country=old.country,
        scheme=old.scheme,
        identifier="FR1420041010050500013M02606",
    )
    (batch,), _outcome = batching.propose(
        payout_ids=[first.payout_id], actor=make.person("treasurer"), now=now
    )
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=now)
    submission.submit(batch_id=batch.pk, now=now)


def test_what_was_on_its_way_on_a_past_day_is_told_by_the_attempt_of_that_day(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        make_payouts.submitted([12_00])
        first = Attempt.objects.get()
        sent_again_from_another_account(first, now=make.NOW + timedelta(days=2))
    second = Attempt.objects.exclude(pk=first.pk).get()

    def told(query):
        return [(row["funding"], row["attempt"], row["on_its_way"]) for row in report(query)]

    assert told("booked_before=2026-11-24") == [("SEPA-EUR", first.end_to_end_id, 12_00)]
    assert told("booked_before=2026-11-24&funding=SEPA-NEW") == []
    assert told("") == [("SEPA-NEW", second.end_to_end_id, 12_00)]
