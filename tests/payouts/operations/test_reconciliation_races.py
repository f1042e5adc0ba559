"""Statements, events and people at the same moment, on committed data: a return counts once, a line is matched once."""

import re
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction

from backoffice.audit.errors import Conflict
from backoffice.simbank import camt053
from payouts.models import Attempt, BankDocument, LineResolution, Statement, StatementLine
from payouts.operations import _locks, _matching, breaks, collecting, reconciliation, settlement
from payouts.rails import base
from sellers.ledger.models import Book, Transaction
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.operations.test_reconciliation import key, line, read, sent, statement, sum_of
from tests.races.crew import together

pytestmark = pytest.mark.django_db(transaction=True)


def told(attempt: Attempt, source: str) -> Callable[[], int]:
    said = base.Report(
        kind=base.ReportKind.RETURNED, source_id=source, end_to_end_id=attempt.end_to_end_id, code="AC06"
    )
    return lambda: settlement.apply(reports=[said], rail="sepa", now=NOW)


def whole_day(attempts: list[Attempt]) -> bytes:
    """The file is debited, and each of its payments comes back."""
    debit = line(
        -sum(each.amount_minor for each in attempts), message_id=key(attempts[0]), batch_count=len(attempts)
    )
    back = [
        line(each.amount_minor, end_to_end_id=each.end_to_end_id, return_reason="AC06") for each in attempts
    ]
    return statement(debit, *back)


def test_returns_told_by_events_and_by_a_statement_at_once_give_back_once(bank):
    attempts = sent(1200, 3400, 560, 990)
    body = whole_day(attempts)

    results = together(
        lambda: read(body),
        *[told(each, "one") for each in attempts[:2]],
        *[told(each, "two") for each in reversed(attempts)],
    )

    assert not [error for error in results if isinstance(error, Exception)]
    assert {each.payout.status for each in Attempt.objects.select_related("payout")} == {"RETURNED"}
    assert Transaction.objects.filter(kind="given_back").count() == 4
    assert sum_of(Book.IN_TRANSIT) == 0
    assert sum_of(Book.CASH) == 100_000


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return bool(cursor.fetchone()[0])


def answered(attempts: list[Attempt]) -> None:
    """The bank answers about all of them, which takes them in the order of their ids."""
    reports = [
        base.Report(kind=base.ReportKind.ACCEPTED, source_id="late", end_to_end_id=each.end_to_end_id)
        for each in attempts
    ]
    settlement.apply(reports=reports, rail="sepa", now=NOW)


def short_statement(attempts: list[Attempt]) -> None:
    """Another day of the same account, which names a payment of the long one."""
    back = line(5, end_to_end_id=attempts[0].end_to_end_id, return_reason="AC06")
    read(statement(back, day=1, opening=100_000 - 5_160))


def batches_go_out(attempts: list[Attempt]) -> None:
    """What approving and sending take of our account is free meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        _locks.funding_account(make_payouts.funding().pk)


def one_of_many(attempts: list[Attempt]) -> list[camt053.Line]:
    """A line for each payment, from the last to the first."""
    return [line(-each.amount_minor, end_to_end_id=each.end_to_end_id) for each in reversed(attempts)]


def all_in_one(attempts: list[Attempt]) -> bytes:
    """One line that tells each of its payments, from the last to the first."""
    inside = "".join(
        f"<TxDtls><Refs><EndToEndId>{each.end_to_end_id}</EndToEndId></Refs>"
        f'<Amt Ccy="EUR">{each.amount_minor / 100:.2f}</Amt><CdtDbtInd>DBIT</CdtDbtInd></TxDtls>'
        for each in reversed(attempts)
    )
    whole = statement(line(-sum(each.amount_minor for each in attempts), end_to_end_id="HERE"))
    before, _details, after = re.split(rb"(<NtryDtls>.*</NtryDtls>)", whole, flags=re.DOTALL)
    return before + f"<NtryDtls>{inside}</NtryDtls>".encode() + after


@pytest.mark.parametrize("beside_it", [answered, short_statement, batches_go_out])
@pytest.mark.parametrize("told", ["lines", "open lines", "one line"])
def test_lines_booked_some_at_a_time_do_not_wait_for_what_waits_for_them(bank, monkeypatch, told, beside_it):
    """The statement names its payments from the last to the first."""
    monkeypatch.setattr(reconciliation, "PORTION", 1)
    attempts = sent(1200, 3400, 560)
    lines = one_of_many(attempts)
    open_lines = told == "open lines"
    if open_lines:  # their payments were not known when they came
        with monkeypatch.context() as patch:
            patch.setattr(_matching.Matcher, "match", lambda self, row: None)
            read(statement(*lines))
    beside, troubles = [], []

    def meanwhile() -> None:
        def run() -> None:
            try:
                beside_it(attempts)
            except Exception as error:
                troubles.append(error)
            finally:
                connections.close_all()

        beside.append(threading.Thread(target=run))
        beside[0].start()
        for _try in range(100):
            if waits_for_a_lock() or not beside[0].is_alive():
                break
            time.sleep(0.05)

    real = _matching.Matcher.match

    def match(self, row):
        if not beside:
            meanwhile()
        return real(self, row)

    monkeypatch.setattr(_matching.Matcher, "match", match)
    if open_lines:
        assert reconciliation.match_open_lines(now=NOW) == 3
    else:
        read(all_in_one(attempts) if told == "one line" else statement(*lines))
    beside[0].join(20)
    assert troubles == [] and not beside[0].is_alive()
    assert StatementLine.objects.filter(kind="debit").count() == 3


def test_a_statement_read_by_several_at_once_is_booked_once(bank):
    attempts = sent(1200, 3400)
    body = whole_day(attempts)

    results = together(lambda: read(body), lambda: read(body.replace(b"\n", b"\n\n")), lambda: read(body))

    assert sorted(len(made) for made in results) == [0, 0, 1]
    assert (Statement.objects.count(), StatementLine.objects.count()) == (1, 3)
    assert sum_of(Book.CASH) == 100_000
    assert Transaction.objects.filter(kind="bank_line").count() == 3


def test_two_days_read_at_once_by_different_workers_chain(bank):
    sent(1200)
    days = [statement(line(-100), day=0), statement(line(-200), day=1, opening=99_900)]

    results = together(*[lambda body=body: read(body) for body in days])

    assert [len(made) for made in results] == [1, 1]
    assert sum_of(Book.CASH) == 99_700


def test_two_workers_that_collect_at_once_read_each_document_once(bank):
    make_payouts.submitted([1200, 3400], holders=["Ada", "Bo SIMRETURN SIMTWICE"])
    bank.advance(86_400)

    results = together(*[lambda: collecting.collect(rail="sepa", now=NOW)] * 3)

    assert not [error for error in results if isinstance(error, Exception)]
    collecting.collect(rail="sepa", now=NOW + timedelta(minutes=1))
    assert not BankDocument.objects.filter(processed_at=None).exists()
    assert not BankDocument.objects.exclude(problem="").exists()
    assert Statement.objects.count() == 1
    assert Transaction.objects.filter(kind="given_back").count() == 1
    (account,) = bank.bank.books.accounts.values()
    assert sum_of(Book.CASH) == account.opening_minor


def test_two_people_who_confirm_at_once_book_once(bank):
    read(statement(line(-750)))
    wish = breaks.propose(
        line_id=StatementLine.objects.get().pk,
        verdict="charges",
        evidence="x",
        actor=make.person("treasurer"),
        now=NOW,
    )
    people = [make.person("treasurer") for _ in range(3)]

    results = together(
        *[lambda who=who: breaks.confirm(resolution_id=wish.pk, actor=who, now=NOW) for who in people]
    )

    assert sum(isinstance(each, LineResolution) for each in results) == 1
    assert sum(isinstance(each, Conflict) for each in results) == 2
    assert sum_of(Book.BANK_CHARGES) == 750


def test_two_people_who_propose_at_once_make_one_proposal(bank):
    read(statement(line(500), line(-500)))
    wrong, right = StatementLine.objects.order_by("number")
    people = [make.person("treasurer") for _ in range(2)]

    def propose(row: StatementLine, other: StatementLine, who) -> LineResolution:
        return breaks.propose(
            line_id=row.pk, verdict="undone", other_line_id=other.pk, evidence="x", actor=who, now=NOW
        )

    results = together(
        lambda: propose(wrong, right, people[0]),
        lambda: propose(right, wrong, people[1]),
    )

    assert sorted(type(each).__name__ for each in results) == ["Conflict", "LineResolution"]


def test_a_person_and_the_program_match_a_line_at_once_and_one_of_them_does(bank):
    first, second = sent(1200, 3400)
    read(statement(line(-1200, message_id=key(first), batch_count=1)))
    wish = breaks.propose(
        line_id=StatementLine.objects.get().pk,
        verdict="payment",
        attempt_id=first.pk,
        evidence="x",
        actor=make.person("treasurer"),
        now=NOW,
    )
    said = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=second.end_to_end_id)
    settlement.apply(reports=[said], rail="sepa", now=NOW)
    other = make.person("treasurer")

    confirmed, matched = together(
        lambda: breaks.confirm(resolution_id=wish.pk, actor=other, now=NOW),
        lambda: reconciliation.match_open_lines(now=NOW),
    )

    by_person = isinstance(confirmed, LineResolution)
    assert by_person or isinstance(confirmed, Conflict)
    assert matched == (0 if by_person else 1)
    assert (StatementLine.objects.get().resolution is not None) is by_person
    assert sum_of(Book.IN_TRANSIT) == 0


def test_a_return_confirmed_by_two_people_while_the_bank_reports_it_gives_back_once(bank):
    attempts = sent(1200, 3400, 560)
    read(
        statement(
            line(-5160, message_id=key(attempts[0]), batch_count=3),
            *(line(each.amount_minor) for each in attempts),
        )
    )
    wishes = []
    for attempt in attempts:
        row = StatementLine.objects.get(amount_minor=attempt.amount_minor)
        wishes.append(
            breaks.propose(
                line_id=row.pk, verdict="payment", attempt_id=attempt.pk, evidence="x",
                actor=make.person("treasurer"), now=NOW,
            )
        )  # fmt: skip
    other = make.person("treasurer")

    results = together(
        *[lambda wish=wish: breaks.confirm(resolution_id=wish.pk, actor=other, now=NOW) for wish in wishes],
        *[told(each, "event") for each in attempts],
    )

    assert not [error for error in results if isinstance(error, Exception)]
    assert Transaction.objects.filter(kind="given_back").count() == 3
    assert sum_of(Book.IN_TRANSIT) == 0
