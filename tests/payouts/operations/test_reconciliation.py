"""Bank statements: every line booked, matched where nothing is in doubt, and listed where it is not."""

import io
from datetime import date, timedelta

import pytest

from backoffice.simbank import camt053
from payouts.models import Attempt, BankFact, FundingAccount, Incident, Statement, StatementLine
from payouts.operations import _matching, reconciliation, settlement, sweeping
from payouts.queries import reconciliation as answers
from payouts.rails import base
from sellers.ledger.models import Book, Entry
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import camt
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db
FIRST = date(2026, 11, 24)


@pytest.fixture(autouse=True, params=[reconciliation.PORTION, 1], ids=["together", "one by one"])
def portions(request, monkeypatch):
    """A statement's lines are booked some at a time; which are booked together changes nothing."""
    monkeypatch.setattr(reconciliation, "PORTION", request.param)


def sum_of(book: Book, **values) -> int:
    return sum(Entry.objects.filter(book=book, **values).values_list("amount_minor", flat=True))


def line(amount_minor: int, **values) -> camt053.Line:
    defaults = {"reference": f"REF{make.number()}", "booking_date": FIRST, "value_date": FIRST}
    return camt053.Line(amount_minor=amount_minor, **(defaults | values))


def statement(
    *lines: camt053.Line, day: int = 0, opening: int = 100_000, sequence: int = 0, **values
) -> bytes:
    defaults = {
        "statement_id": f"ST{day}",
        "sequence": sequence or day + 1,
        "account": make_payouts.funding().identifier,
        "currency": "EUR",
        "holder": "Marketplace SAS",
        "day": FIRST + timedelta(days=day),
        "created_at": NOW,
        "opening_minor": opening,
        "lines": lines,
    }
    return camt053.write(camt053.Day(**(defaults | values)))


def read(body: bytes) -> list[Statement]:
    return camt.read(body=body, rail="sepa", name="camt", now=NOW)


def sent(*amounts: int) -> list[Attempt]:
    batch = make_payouts.submitted(amounts)
    return list(Attempt.objects.filter(submission__batch=batch).order_by("pk"))


def key(attempt: Attempt) -> str:
    return attempt.submission.key


def test_a_batch_booked_debit_takes_every_payment_of_the_file_out_of_transit(bank):
    first, second = sent(1200, 3400)

    read(statement(line(-4600, message_id=key(first), batch_count=2)))

    for attempt in (first, second):
        assert sum_of(Book.IN_TRANSIT, payout_ref=attempt.payout.reference) == 0
    assert sum_of(Book.CASH, funding_code="SEPA-EUR") == 100_000 - 4600
    found = StatementLine.objects.get()
    assert (found.kind, found.submission_id, found.attempt_id) == ("debit", first.submission_id, None)


def test_single_debits_match_by_their_reference(bank):
    first, second = sent(1200, 3400)

    read(
        statement(
            line(-1200, end_to_end_id=first.end_to_end_id), line(-3400, end_to_end_id=second.end_to_end_id)
        )
    )

    assert set(StatementLine.objects.values_list("attempt_id", flat=True)) == {first.pk, second.pk}
    assert sum_of(Book.IN_TRANSIT) == 0


def test_a_rejected_payment_is_no_part_of_the_debit(bank):
    first, second = sent(1200, 3400)
    rejected = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=second.end_to_end_id)
    settlement.apply(reports=[rejected], rail="sepa", now=NOW)

    read(statement(line(-1200, message_id=key(first), batch_count=1)))

    assert StatementLine.objects.get().matched_at is not None
    assert sum_of(Book.IN_TRANSIT) == 0


@pytest.mark.parametrize(("amount", "count"), [(-4601, 2), (-4600, 3)])
def test_a_batch_debit_that_does_not_fit_is_listed_not_guessed(bank, amount, count):
    first, _ = sent(1200, 3400)

    read(statement(line(amount, message_id=key(first), batch_count=count)))

    assert StatementLine.objects.get().kind == "unknown"
    assert sum_of(Book.SUSPENSE) == 0 - 100_000 - amount
    assert sum_of(Book.CASH, funding_code="SEPA-EUR") == 100_000 + amount


def test_a_debit_that_fits_only_once_the_rejection_is_known_is_matched_then(bank):
    first, second = sent(1200, 3400)
    read(statement(line(-1200, message_id=key(first), batch_count=1)))
    assert StatementLine.objects.get().matched_at is None
    rejected = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=second.end_to_end_id)
    settlement.apply(reports=[rejected], rail="sepa", now=NOW)

    assert reconciliation.match_open_lines(now=NOW) == 1

    assert sum_of(Book.IN_TRANSIT) == 0
    assert sum_of(Book.SUSPENSE) == -100_000  # the opening balance alone


def test_money_that_came_back_settles_the_payout_as_returned(bank):
    (attempt,) = sent(1200)
    debit = line(-1200, message_id=key(attempt), batch_count=1)

    read(statement(debit, line(1200, end_to_end_id=attempt.end_to_end_id, return_reason="AC06")))

    attempt.payout.refresh_from_db()
    assert attempt.payout.status == "RETURNED"
    assert sum_of(Book.IN_TRANSIT, payout_ref=attempt.payout.reference) == 0
    assert sum_of(Book.CASH, funding_code="SEPA-EUR") == 100_000
    assert BankFact.objects.get(kind="returned").code == "AC06"


def test_what_the_bank_kept_of_a_return_is_bank_charges(bank):
    (attempt,) = sent(10_000)
    debit = line(-10_000, message_id=key(attempt), batch_count=1)

    read(statement(debit, line(9_500, end_to_end_id=attempt.end_to_end_id, return_reason="AC06")))

    assert sum_of(Book.BANK_CHARGES) == 500
    assert sum_of(Book.IN_TRANSIT, payout_ref=attempt.payout.reference) == 0
    attempt.payout.refresh_from_db()
    assert attempt.payout.status == "RETURNED"


def test_the_same_return_in_an_event_and_on_the_statement_is_booked_once(bank):
    (attempt,) = sent(1200)
    told = base.Report(kind=base.ReportKind.RETURNED, source_id="e", end_to_end_id=attempt.end_to_end_id)
    settlement.apply(reports=[told], rail="sepa", now=NOW)
    debit = line(-1200, message_id=key(attempt), batch_count=1)

    read(statement(debit, line(1200, end_to_end_id=attempt.end_to_end_id, return_reason="AC06")))

    assert sum_of(Book.PAYABLE, transaction__kind="given_back") == -1200
    assert sum_of(Book.IN_TRANSIT) == 0


def test_a_second_return_of_the_same_payment_is_listed_for_a_person(bank):
    (attempt,) = sent(1200)
    back = {"end_to_end_id": attempt.end_to_end_id, "return_reason": "AC06"}

    read(
        statement(line(-1200, message_id=key(attempt), batch_count=1), line(1200, **back), line(1200, **back))
    )

    assert StatementLine.objects.filter(matched_at=None).count() == 1
    assert sum_of(Book.IN_TRANSIT) == 0


def test_an_unknown_movement_is_in_cash_and_in_suspense(bank):
    read(statement(line(-250, end_to_end_id="NOT-OURS"), line(77)))

    assert StatementLine.objects.filter(matched_at=None).count() == 2
    assert sum_of(Book.CASH, funding_code="SEPA-EUR") == 100_000 - 250 + 77
    assert not Incident.objects.exists()


def test_reading_a_statement_again_changes_nothing(bank):
    (attempt,) = sent(1200)
    body = statement(line(-1200, message_id=key(attempt), batch_count=1))
    read(body)
    before = Entry.objects.count()

    assert read(body) == []
    assert read(body.replace(b"\n", b"\n\n")) == []
    assert (Entry.objects.count(), Statement.objects.count()) == (before, 1)


def test_the_same_statement_with_other_balances_is_refused(bank):
    read(statement(line(-250)))

    with pytest.raises(base.Unreadable, match="read before with other balances"):
        read(statement(line(-251)))


@pytest.mark.parametrize(
    "other",
    [{"lines": (-200, -50)}, {"lines": (-100, -150), "sequence": 7}, {"lines": (-100, -150), "days": 1}],
)
def test_another_statement_under_a_known_id_opens_an_incident(bank, other):
    read(statement(line(-100, reference="A"), line(-150, reference="B")))
    first, second = other["lines"]
    later = FIRST + timedelta(days=other.get("days", 0))
    body = statement(
        line(first, reference="A"), line(second, reference="B"), sequence=other.get("sequence", 1), day=0
    )
    body = body.replace(str(FIRST).encode(), str(later).encode())

    assert read(body) == []

    assert Incident.objects.get().code == "statement_reused"
    assert Statement.objects.count() == 1


def test_two_accounts_may_share_a_statement_id_in_one_message(bank):
    ours, number = make_payouts.funding(), "DE02120300000000202051"
    one, two = statement(line(-250)), statement(line(-300), account=number)
    other = FundingAccount.objects.create(
        code="SEPA-EUR-2", rail="sepa", currency="EUR", holder_name=ours.holder_name, country="FR",
        scheme="iban", identifier=number, active=False,
    )  # fmt: skip
    inner = two[two.index(b"<Stmt>") : two.index(b"</BkToCstmrStmt>")]
    both = one.replace(b"</BkToCstmrStmt>", inner + b"</BkToCstmrStmt>")

    assert [each.funding_account for each in read(both)] == [ours, other]

    assert read(both) == []  # nothing new
    assert not Incident.objects.filter(code="statement_reused").exists()


def test_a_statement_that_does_not_add_up_books_nothing(bank):
    body = statement(line(-250)).replace(b">997.50<", b">998.00<")

    with pytest.raises(base.Unreadable, match="Nothing was booked"):
        read(body)
    assert not Statement.objects.exists()


def test_a_statement_of_an_account_that_is_not_ours_says_so(bank):
    with pytest.raises(base.Unreadable, match="none of our funding accounts"):
        read(statement(account="DE02120300000000202051"))


def test_a_missing_day_opens_an_incident_that_ends_when_it_comes(bank):
    read(statement(line(-100), day=0))
    read(statement(line(-300), day=2, opening=99_700))
    incident = Incident.objects.get()
    assert "Statement 2 is missing" in incident.text

    read(statement(line(-200), day=1, opening=99_900))

    incident.refresh_from_db()
    assert incident.closed_at is not None
    assert sum_of(Book.CASH, funding_code="SEPA-EUR") == 99_400


def test_an_older_statement_that_comes_later_corrects_where_cash_began(bank):
    read(statement(line(-300), day=1, opening=99_900))
    read(statement(line(-100), day=0))

    assert sum_of(Book.CASH, funding_code="SEPA-EUR") == 99_600
    assert not Incident.objects.filter(closed_at=None).exists()


def test_an_account_shows_its_books_beside_the_banks_word_and_what_is_open(bank):
    sent(1200)
    read(statement(line(-1200), line(77)))

    (account,) = answers.accounts()
    assert (account.funding.code, account.ledger_minor, account.bank_minor) == ("SEPA-EUR", 98_877, 98_877)
    assert (account.open_lines, account.difference_minor) == (2, 0)


def test_what_our_account_was_debited_for_is_at_the_bank_though_no_answer_said_so(bank, settings):
    with lines.line(bank.url, settings) as to_the_bank:
        to_the_bank.posts = [lines.DROP_BEFORE]
        batch = make_payouts.submitted([1200], country="US")
        attempt = Attempt.objects.get(submission__batch=batch)
        body = statement(
            line(-1200, end_to_end_id=attempt.end_to_end_id),
            account=batch.funding_account.identifier,
            currency="USD",
        )
        camt.read(body=body, rail="sandbox", name="camt", now=NOW)

        sweeping.sweep(now=NOW + timedelta(minutes=1))

        attempt.submission.refresh_from_db()
        assert (attempt.submission.status, attempt.submission.deliveries) == ("ACCEPTED", 1)
        assert [kind for kind, _ in to_the_bank.seen] == ["POST"]


@pytest.mark.parametrize("single", [True, False])
def test_a_refusal_after_the_debit_means_it_was_not_delivered_and_what_comes_back_matches(bank, single):
    (attempt,) = sent(1200)
    named = (
        {"end_to_end_id": attempt.end_to_end_id} if single else {"message_id": key(attempt), "batch_count": 1}
    )
    read(statement(line(-1200, **named)))
    report = base.Report(kind=base.ReportKind.REJECTED, source_id="late", end_to_end_id=attempt.end_to_end_id)
    settlement.apply(reports=[report], rail="sepa", now=NOW)
    attempt.payout.refresh_from_db()
    assert attempt.payout.status == "FAILED"

    read(
        statement(
            line(1200, end_to_end_id=attempt.end_to_end_id, return_reason="AC04"),
            day=1,
            opening=100_000 - 1200,
        )
    )

    assert not StatementLine.objects.filter(matched_at=None).exists()
    assert sum_of(Book.IN_TRANSIT, payout_ref=attempt.payout.reference) == 0


def test_a_file_debited_with_what_was_refused_is_told_in_whatever_portions(bank):
    """The single payment comes after the file's debit: only both together show that too much left."""
    first, second, refused = sent(1000, 1200, 3400)
    report = base.Report(kind=base.ReportKind.REJECTED, source_id="no", end_to_end_id=refused.end_to_end_id)
    settlement.apply(reports=[report], rail="sepa", now=NOW)
    read(
        statement(
            line(-1700, message_id=key(first), batch_count=2),
            line(-1200, end_to_end_id=second.end_to_end_id),
        )
    )
    assert Incident.objects.filter(code="paid_twice").count() == 1


def test_one_id_twice_in_one_message_is_refused_whatever_their_lines_say(bank):
    first = statement(line(-100))
    other = statement(line(-70), line(-30))
    inside = other[other.index(b"<Stmt>") : other.index(b"</BkToCstmrStmt>")]
    both = first.replace(b"</BkToCstmrStmt>", inside + b"</BkToCstmrStmt>")
    with pytest.raises(base.Unreadable, match="ST0 stands twice"):
        read(both)
    assert not Statement.objects.exists()


def test_a_long_message_keeps_its_transaction_awake_while_it_is_read(monkeypatch, django_assert_num_queries):
    stream = io.BytesIO(statement(line(-100), line(-200)))
    with django_assert_num_queries(0):
        reconciliation.look_through(stream, lambda *said: None)
    monkeypatch.setattr(reconciliation, "_AWAKE_SECONDS", -1)
    with django_assert_num_queries(2):
        reconciliation.look_through(stream, lambda *said: None)


def test_of_a_file_no_more_lines_are_read_than_are_asked_for(bank):
    """However many of a file's payments were debited, a later line about one of them reads those about it."""
    attempts = sent(1200, 3400, 560)
    read(statement(*[line(-each.amount_minor, end_to_end_id=each.end_to_end_id) for each in attempts[:2]]))
    asked = StatementLine(amount_minor=-560, end_to_end_id=attempts[2].end_to_end_id)
    matcher = _matching.Matcher(lines=[asked], funding=make_payouts.funding())
    assert matcher._debited == set()
    assert matcher._partly_debited == {attempts[0].submission_id}
