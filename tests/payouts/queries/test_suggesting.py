"""What a line without a match may be: every suggestion says why, fits, and the likeliest stands first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payouts.models import Attempt, StatementLine
from payouts.operations import breaks, settlement
from payouts.queries import statements, suggesting
from payouts.rails import base
from sellers.models import Seller
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.operations.test_reconciliation import FIRST, line, read, sent, statement

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def suggested(*lines) -> list[list[tuple]]:
    """For each open line of a new statement: verdict, what it is about, and why."""
    read(statement(*lines))
    rows = list(statements.breaks().order_by("pk"))
    suggester = suggesting.Suggester(rows)
    return [
        [
            (one.verdict.value, one.attempt or one.submission or one.other_line, one.why)
            for one in suggester.of(row)
        ]
        for row in rows
    ]


def doubts(*lines) -> list[str]:
    read(statement(*lines))
    rows = list(statements.breaks().order_by("pk"))
    suggester = suggesting.Suggester(rows)
    return [sentence for row in rows for sentence in suggester.doubts(row)]


def test_a_debit_of_the_same_amount_soon_after_it_was_handed_over(bank):
    first, _ = sent(1200, 3400)
    ((found,),) = suggested(line(-1200, booking_date=FIRST + timedelta(days=1)))
    assert found == ("payment", first, ("same amount", "handed over 1 day before"))


def test_one_whose_payout_is_named_stands_first_and_one_of_the_payees_name_next(bank):
    one, two, three = sent(1200, 1200, 1200)
    wrong = f"{one.payout.reference} - A1"
    payee = "ATELIER ZEPHIRINE"  # no number in it that could be another payout's
    Seller.objects.filter(pk=two.payout.seller_id).update(name=payee.title())
    ((first, second, third),) = suggested(line(-1200, text=f"Transfer {wrong} x {payee}", reference="-"))
    assert first[1] == one and first[2][0] == f"it names {one.payout.reference}"
    assert second[:2] == ("payment", two) and "its payee's name" in second[2]
    assert third[1] == three


def test_a_slip_in_the_reference_is_seen_through(bank):
    (attempt,) = sent(1200)
    slip = attempt.end_to_end_id.replace("A1", "AI")
    ((found,),) = suggested(line(1150, text=f"Return {slip}", reference="-"))
    assert found == ("payment", attempt, (f"“{slip}” is nearly {attempt.end_to_end_id}",))


def test_a_return_that_was_reported_in_these_days_is_likelier(bank):
    quiet, told = sent(1200, 1200)
    said = base.Report(kind=base.ReportKind.RETURNED, source_id="e", end_to_end_id=told.end_to_end_id)
    settlement.apply(reports=[said], rail="sepa", now=NOW)
    ((first, second),) = suggested(line(1200))
    assert (first[1], second[1]) == (told, quiet)
    assert "the bank reported its return in these days" in first[2]


def test_a_whole_file_is_suggested_by_its_total(bank):
    first, _ = sent(1200, 3400)
    ((found,),) = suggested(line(-4600))
    assert found[:2] == ("file", first.submission)
    assert found[2] == ("same total as its 2 payments", "handed over the same day")


def test_a_fee_and_two_lines_that_undo_each_other(bank):
    fee, wrong, right = suggested(line(-750, text="Account fee"), line(5_000), line(-5_000))
    rows = list(StatementLine.objects.order_by("number"))
    assert fee == [("charges", None, ("its words speak of a fee",))]
    why = ("the opposite amount, open too", "booked the same day")
    assert (wrong, right) == ([("undone", rows[2], why)], [("undone", rows[1], why)])


def test_nothing_is_suggested_that_would_be_refused(bank):
    debited, refused, other = sent(1200, 1200, 1100)
    said = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=refused.end_to_end_id)
    settlement.apply(reports=[said], rail="sepa", now=NOW)
    make_payouts.submitted([1200], country="US")
    open_ones = suggested(
        line(-1200, end_to_end_id=debited.end_to_end_id),
        line(-1200),
        line(-1000, text=f"About {other.end_to_end_id}"),
        line(1101, text=f"About {other.end_to_end_id}"),
    )
    assert open_ones == [[], [], []]


def test_each_suggestion_of_a_payment_can_be_proposed(bank):
    sent(1200, 1200, 1200)
    for row, found in zip(
        StatementLine.objects.order_by("number"), suggested(line(-1200), line(1100), line(1200)), strict=False
    ):
        for verdict, about, _ in found:
            named = {"attempt_id": about.pk} if verdict == "payment" else {"other_line_id": about.pk}
            treasurer = make.person("treasurer")
            wish = breaks.propose(
                line_id=row.pk, verdict=verdict, evidence="x", actor=treasurer, now=NOW, **named
            )
            breaks.dismiss(resolution_id=wish.pk, actor=treasurer, now=NOW)


def test_why_what_a_line_names_is_not_its_match_is_said(bank):
    debited, refused, other = sent(1200, 1200, 1100)
    said = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=refused.end_to_end_id)
    settlement.apply(reports=[said], rail="sepa", now=NOW)
    american = Attempt.objects.get(submission__batch=make_payouts.submitted([7_000], country="US"))
    back = {"end_to_end_id": debited.end_to_end_id, "return_reason": "AC06"}
    found = doubts(
        line(1200, **back),
        line(1200, **back),
        line(-1200, end_to_end_id=refused.end_to_end_id),
        line(-1000, end_to_end_id=other.end_to_end_id),
        line(-7_000, end_to_end_id=american.end_to_end_id),
    )
    assert found == [
        f"It names {debited.end_to_end_id}, which came back already.",
        f"It names {refused.end_to_end_id}, which ended because it never left.",
        f"It names {other.end_to_end_id}, which had another amount.",
        f"It names {american.end_to_end_id}, which was paid from another account.",
    ]


def test_a_page_of_lines_asks_no_more_than_one_line(bank):
    sent(1200, 1300, 1400)
    read(statement(*(line(-amount) for amount in (1200, 1300, 1400, 7, 8, 9))))
    rows = list(statements.breaks().order_by("pk"))

    def asked(count: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            suggester = suggesting.Suggester(rows[:count])
            [suggester.of(row) for row in rows[:count]]
        return len(queries)

    assert asked(6) == asked(1)


def test_where_an_amount_is_common_those_are_chosen_from_that_nothing_is_booked_for(bank):
    waiting, *debited = sent(1200, 1200, 1200, 1200)
    named = [line(-1200, end_to_end_id=each.end_to_end_id) for each in debited]
    read(statement(*named, line(-1200)))
    (row,) = statements.breaks()
    ((found,),) = [suggesting.Suggester([row], few=1).of(row)]
    assert found.attempt == waiting


def test_where_an_amount_is_common_what_was_debited_with_its_file_is_passed_over(bank):
    (waiting,) = sent(1200)
    first, _ = sent(1200, 3400)
    read(statement(line(-4600, message_id=first.submission.key, batch_count=2), line(-1200)))
    (row,) = statements.breaks()
    ((found,),) = [suggesting.Suggester([row], few=1).of(row)]
    assert found.attempt == waiting


def test_of_many_with_its_amount_the_one_whose_payee_it_speaks_of_is_compared_first(bank):
    older, *_newer = sent(1200, 1200, 1200)
    Seller.objects.filter(pk=older.payout.seller_id).update(name="Atelier Zéphirine")
    read(statement(line(-1200, text="VIR ATELIER ZEPHIRINE", reference="-")))
    (row,) = statements.breaks()
    ((found,),) = [suggesting.Suggester([row], few=1).of(row)]
    assert found.attempt == older and "its payee's name" in found.why


def test_payments_of_another_account_do_not_crowd_out_those_of_its_own(bank, monkeypatch):
    (ours,) = sent(1200)
    make_payouts.submitted([1200, 1200], country="US")
    few = suggesting._OF_THE_AMOUNT.replace(f"LIMIT {suggesting._OF_THE_ACCOUNT}", "LIMIT 1")
    monkeypatch.setattr(suggesting, "_OF_THE_AMOUNT", few)
    ((found,),) = suggested(line(-1200))
    assert found[1] == ours
