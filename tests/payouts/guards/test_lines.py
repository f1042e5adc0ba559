"""Statement lines, by raw SQL: matched by exactly what they name, or by two people; once; and by nothing else."""

import pytest
from django.db import DatabaseError, IntegrityError

from payouts.models import Attempt, LineResolution, StatementLine
from payouts.operations import breaks
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.operations.test_reconciliation import line, read, sent, statement

pytestmark = pytest.mark.django_db
FITS = "neither what it names nor two people match line"


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def open_lines(*lines) -> list[StatementLine]:
    read(statement(*lines))
    return list(StatementLine.objects.filter(matched_at=None).order_by("pk"))


def propose(row: StatementLine, verdict: str = "charges", **about) -> LineResolution:
    return breaks.propose(
        line_id=row.pk, verdict=verdict, evidence="Seen.", actor=make.person("treasurer"), now=NOW, **about
    )


def confirm(run, wish: LineResolution, person: int) -> None:
    run(
        "UPDATE payouts_lineresolution SET confirmed_by_id = %s, confirmed_at = now() WHERE id = %s",
        [person, wish.pk],
    )


def match(run, row: StatementLine, **values) -> None:
    given = {"kind": "debit", "attempt_id": None, "submission_id": None, "resolution_id": None} | values
    columns = ", ".join(f"{name} = %s" for name in given)
    run(
        f"UPDATE payouts_statementline SET {columns}, matched_at = now() WHERE id = %s",
        [*given.values(), row.pk],
    )


def test_who_proposed_does_not_confirm_whatever_the_door(bank, raw_sql):
    (fee,) = open_lines(line(-750))
    wish = propose(fee)
    with pytest.raises(IntegrityError, match="line_resolution_four_eyes"):
        confirm(raw_sql, wish, wish.proposed_by_id)


def test_a_confirmed_proposal_matches_its_line_in_the_same_transaction(bank, raw_sql):
    (fee,) = open_lines(line(-750))
    with pytest.raises(IntegrityError, match="was confirmed and its line is not matched by it"):
        confirm(raw_sql, propose(fee), make.user().pk)


def test_confirming_needs_a_person_and_a_moment_and_no_dismissal(bank, raw_sql):
    (fee,) = open_lines(line(-750))
    wish = propose(fee)
    for change in (
        "confirmed_at = now()",
        f"confirmed_by_id = {make.user().pk}",
        f"confirmed_by_id = {make.user().pk}, confirmed_at = now(), dismissed_at = now()",
    ):
        with pytest.raises(IntegrityError, match="line_resolution_decided_one_way"):
            raw_sql(f"UPDATE payouts_lineresolution SET {change} WHERE id = %s", [wish.pk])


def test_what_was_dismissed_is_not_confirmed_and_what_was_proposed_does_not_change(bank, raw_sql):
    (fee,) = open_lines(line(-750))
    wish = propose(fee)
    for column, value in (
        ("verdict", "'funds'"),
        ("evidence", "'x'"),
        ("proposed_by_id", str(make.user().pk)),
    ):
        with pytest.raises(DatabaseError, match="permission denied"):
            raw_sql(f"UPDATE payouts_lineresolution SET {column} = {value} WHERE id = %s", [wish.pk])
    raw_sql("UPDATE payouts_lineresolution SET dismissed_at = now() WHERE id = %s", [wish.pk])
    with pytest.raises(IntegrityError, match="was decided already"):
        confirm(raw_sql, wish, make.user().pk)


def _insert(run, row: StatementLine, **values) -> None:
    given = {
        "line_id": row.pk,
        "verdict": "charges",
        "evidence": "x",
        "document_name": "",
        "document_sha256": "",
        "proposed_by_id": make.user().pk,
        "proposed_at": NOW,
    } | values
    marks = ", ".join(["%s"] * len(given))
    run(f"INSERT INTO payouts_lineresolution ({', '.join(given)}) VALUES ({marks})", list(given.values()))


def test_a_proposal_says_one_thing_of_an_open_line_with_evidence(bank, raw_sql):
    (attempt,) = sent(1200)
    fee, wrong, right, small = open_lines(line(-750), line(50), line(-50), line(-5))
    person = make.user().pk
    for values, words in (
        ({"evidence": ""}, "line_resolution_has_evidence"),
        ({"verdict": "other"}, "line_resolution_has_document"),
        ({"verdict": "payment"}, "line_resolution_names_one_thing"),
        ({"attempt_id": attempt.pk}, "line_resolution_names_one_thing"),
        ({"verdict": "file", "attempt_id": attempt.pk}, "line_resolution_names_one_thing"),
        ({"verdict": "nonsense"}, "line_resolution_names_one_thing"),
        ({"verdict": "undone", "other_line_id": small.pk}, "does not undo it"),
        ({"confirmed_by_id": person, "confirmed_at": NOW}, "is proposed before it is confirmed"),
    ):
        with pytest.raises(IntegrityError, match=words):
            _insert(raw_sql, fee, **values)
    _insert(raw_sql, wrong, verdict="undone", other_line_id=right.pk)
    with pytest.raises(IntegrityError, match="line_resolution_one_stands"):
        _insert(raw_sql, wrong)


def test_a_proposal_about_a_matched_line_is_refused(bank, raw_sql):
    (attempt,) = sent(1200)
    read(statement(line(-1200, end_to_end_id=attempt.end_to_end_id)))
    with pytest.raises(IntegrityError, match="is matched, or the other line"):
        _insert(raw_sql, StatementLine.objects.get())


def test_nobody_alone_matches_a_line_with_a_payment_it_does_not_name(bank, raw_sql):
    first, second = sent(1200, 1200)
    debit, credit = open_lines(line(-1200), line(1200))
    for row, values in (
        (debit, {"attempt_id": first.pk, "submission_id": first.submission_id}),
        (debit, {"submission_id": first.submission_id}),
        (credit, {"kind": "return", "attempt_id": second.pk, "submission_id": second.submission_id}),
        (debit, {"kind": "charges"}),
        (debit, {"kind": "unknown"}),
    ):
        with pytest.raises(IntegrityError, match=FITS):
            match(raw_sql, row, **values)


def test_a_line_is_not_matched_by_what_is_only_proposed_or_is_about_another_line(bank, raw_sql):
    fee, other = open_lines(line(-750), line(-10))
    wish = propose(fee)
    with pytest.raises(IntegrityError, match=FITS):
        match(raw_sql, fee, kind="charges", resolution_id=wish.pk)
    breaks.confirm(resolution_id=wish.pk, actor=make.person("treasurer"), now=NOW)
    with pytest.raises(IntegrityError, match=FITS):
        match(raw_sql, other, kind="charges", resolution_id=wish.pk)


def _two_people(run, row: StatementLine, wish: LineResolution, **values) -> None:
    """Confirming and matching in one statement each, as the operation does."""
    person = make.user().pk
    given = ", ".join(f"{name} = {value!r}" for name, value in values.items())
    run(
        f"WITH c AS (UPDATE payouts_lineresolution SET confirmed_by_id = {person}, confirmed_at = now()"
        f" WHERE id = {wish.pk} RETURNING id) UPDATE payouts_statementline SET {given}, matched_at = now(),"
        f" resolution_id = {wish.pk} WHERE id = {row.pk}"
    )


def test_what_two_people_confirmed_is_matched(bank, raw_sql):
    (attempt,) = sent(1200)
    (debit,) = open_lines(line(-1200))
    wish = propose(debit, "payment", attempt_id=attempt.pk)
    _two_people(
        raw_sql, debit, wish, kind="debit", attempt_id=attempt.pk, submission_id=attempt.submission_id
    )
    debit.refresh_from_db()
    assert debit.resolution == wish


@pytest.mark.parametrize("wrong", ["another payment", "another kind", "another amount"])
def test_a_line_is_matched_with_exactly_what_two_people_confirmed(bank, raw_sql, wrong):
    first, second = sent(1200, 1200)
    (debit,) = open_lines(line(-1200 if wrong != "another amount" else -1100))
    if wrong == "another amount":
        wish = LineResolution.objects.create(
            line=debit,
            verdict="payment",
            attempt=first,
            evidence="x",
            proposed_by=make.user(),
            proposed_at=NOW,
        )
    else:
        wish = propose(debit, "payment", attempt_id=first.pk)
    named = second if wrong == "another payment" else first
    values = {"kind": "debit", "attempt_id": named.pk, "submission_id": named.submission_id}
    if wrong == "another kind":
        values = {"kind": "charges"}
    with pytest.raises(IntegrityError, match=FITS):
        _two_people(raw_sql, debit, wish, **values)


def test_an_open_line_belongs_to_nothing_and_has_no_kind(bank, raw_sql):
    (attempt,) = sent(1200)
    (fee,) = open_lines(line(-750))
    for change in (
        "kind = 'charges'",
        f"attempt_id = {attempt.pk}",
        f"submission_id = {attempt.submission_id}",
    ):
        with pytest.raises(IntegrityError, match=FITS):
            raw_sql(f"UPDATE payouts_statementline SET {change} WHERE id = %s", [fee.pk])
    with pytest.raises(IntegrityError, match="statement_line_kind_is_known"):
        raw_sql("UPDATE payouts_statementline SET kind = 'odd', matched_at = now() WHERE id = %s", [fee.pk])


def test_a_matched_line_stays_as_it_is(bank, raw_sql):
    (attempt,) = sent(1200)
    read(statement(line(-1200, end_to_end_id=attempt.end_to_end_id)))
    for change in ("matched_at = NULL", "kind = 'unknown'", "attempt_id = NULL", "matched_at = now()"):
        with pytest.raises(IntegrityError, match="is matched already"):
            raw_sql(f"UPDATE payouts_statementline SET {change}")


def test_an_attempt_is_debited_once_and_comes_back_once_and_a_file_once(bank, raw_sql):
    (attempt,) = sent(1200)
    back = {"end_to_end_id": attempt.end_to_end_id, "return_reason": "AC06"}
    debit = line(-1200, message_id=attempt.submission.key, batch_count=1)
    read(statement(debit, line(1200, **back), debit, line(1200, **back)))
    again, twice = StatementLine.objects.filter(matched_at=None).order_by("number")
    with pytest.raises(IntegrityError, match="statement_line_file_moves_once"):
        match(raw_sql, again, submission_id=attempt.submission_id)
    with pytest.raises(IntegrityError, match="statement_line_attempt_moves_once"):
        match(raw_sql, twice, kind="return", attempt_id=attempt.pk, submission_id=attempt.submission_id)


def test_a_line_comes_matched_only_with_what_it_names(bank, raw_sql):
    first, second = sent(1200, 1200)
    made = read(statement(line(-5)))[0]
    columns = (
        "statement_id, number, amount_minor, booking_date, bank_reference, end_to_end_id, batch_reference,"
    )
    columns += " return_code, text, kind, matched_at, attempt_id, submission_id"

    def insert(named: Attempt, *, about: Attempt, number: int, amount: int = -1200) -> None:
        values = [made.pk, number, amount, NOW.date(), "", named.end_to_end_id, "", "", "", "debit", NOW]
        values += [about.pk, about.submission_id]
        marks = ", ".join(["%s"] * len(values))
        raw_sql(f"INSERT INTO payouts_statementline ({columns}) VALUES ({marks})", values)

    with pytest.raises(IntegrityError, match=FITS):
        insert(first, about=second, number=7)
    with pytest.raises(IntegrityError, match=FITS):
        insert(first, about=first, number=7, amount=-1199)
    insert(first, about=first, number=7)
