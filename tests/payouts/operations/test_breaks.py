"""Lines that match nothing: one person proposes what they are, another confirms, and only then the books move."""

import pytest

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.models import Attempt, BankFact, LineResolution, StatementLine
from payouts.operations import breaks, reconciliation, settlement
from payouts.rails import base
from sellers.ledger.models import Book, Transaction
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import camt
from tests.payouts.operations.test_reconciliation import key, line, read, sent, statement, sum_of

pytestmark = pytest.mark.django_db
OPENING = 100_000


def propose(row: StatementLine, verdict: str, *, actor=None, evidence: str = "The bank wrote so.", **about):
    return breaks.propose(
        line_id=row.pk,
        verdict=verdict,
        evidence=evidence,
        actor=actor or make.person("treasurer"),
        now=NOW,
        **about,
    )


def confirm(wish: LineResolution, *, actor=None) -> LineResolution:
    return breaks.confirm(resolution_id=wish.pk, actor=actor or make.person("treasurer"), now=NOW)


def resolve(row: StatementLine, verdict: str, **about) -> StatementLine:
    confirm(propose(row, verdict, **about))
    row.refresh_from_db()
    return row


def open_lines(*lines, **values) -> list[StatementLine]:
    read(statement(*lines, **values))
    return list(StatementLine.objects.filter(matched_at=None).order_by("pk"))


def test_nothing_is_booked_before_a_second_person_confirms(bank):
    (attempt,) = sent(1200)
    (debit,) = open_lines(line(-1200))
    before = Transaction.objects.count()

    wish = propose(debit, "payment", attempt_id=attempt.pk)

    debit.refresh_from_db()
    assert (debit.matched_at, Transaction.objects.count()) == (None, before)
    assert sum_of(Book.IN_TRANSIT) == -1200

    confirm(wish)

    debit.refresh_from_db()
    assert (debit.kind, debit.attempt, debit.resolution) == ("debit", attempt, wish)
    assert sum_of(Book.IN_TRANSIT) == 0
    assert sum_of(Book.SUSPENSE) == -OPENING
    assert set(Event.objects.filter(action__startswith="break.").values_list("action", flat=True)) == {
        "break.propose",
        "break.confirm",
    }


def test_who_proposed_does_not_confirm(bank):
    (fee,) = open_lines(line(-750))
    treasurer = make.person("treasurer")
    wish = propose(fee, "charges", actor=treasurer)

    with pytest.raises(breaks.OwnProposal, match="Another person must confirm"):
        confirm(wish, actor=treasurer)

    fee.refresh_from_db()
    assert fee.matched_at is None


@pytest.mark.parametrize("role", ["accountant", "auditor", "analyst", "approver", "admin"])
def test_only_who_reconciles_proposes_confirms_or_dismisses(bank, role):
    (fee,) = open_lines(line(-750))
    with pytest.raises(NotAllowed):
        propose(fee, "charges", actor=make.person(role))
    wish = propose(fee, "charges")
    for verb in (breaks.confirm, breaks.dismiss):
        with pytest.raises(NotAllowed):
            verb(resolution_id=wish.pk, actor=make.person(role), now=NOW)


def test_no_token_and_no_program_resolves_a_line(bank):
    (fee,) = open_lines(line(-750))
    treasurer = make.user("treasurer")
    for actor in (actors.token(treasurer), actors.command(treasurer), actors.SYSTEM):
        with pytest.raises(NotAllowed, match="needs a person"):
            propose(fee, "charges", actor=actor)


def test_money_that_came_back_without_a_reference_returns_its_payout_less_what_the_bank_kept(bank):
    (attempt,) = sent(10_000)
    _, credit = open_lines(line(-10_000), line(9_500))
    resolve(StatementLine.objects.get(amount_minor=-10_000), "payment", attempt_id=attempt.pk)

    resolve(credit, "payment", attempt_id=attempt.pk)

    attempt.payout.refresh_from_db()
    assert attempt.payout.status == "RETURNED"
    assert BankFact.objects.get(kind="returned").amount_minor == 9_500
    assert (sum_of(Book.IN_TRANSIT), sum_of(Book.BANK_CHARGES)) == (0, 500)
    assert sum_of(Book.PAYABLE, transaction__kind="given_back") == -10_000
    assert sum_of(Book.CASH) == OPENING - 500


def test_a_debit_without_its_reference_is_a_whole_file(bank):
    first, second = sent(1200, 3400)
    (debit,) = open_lines(line(-4600))

    found = resolve(debit, "file", submission_id=first.submission_id)

    assert (found.submission_id, found.attempt_id) == (first.submission_id, None)
    for attempt in (first, second):
        assert sum_of(Book.IN_TRANSIT, payout_ref=attempt.payout.reference) == 0


@pytest.mark.parametrize(
    ("verdict", "book"),
    [("charges", Book.BANK_CHARGES), ("funds", Book.PSP_CLEARING), ("other", Book.ADJUSTMENTS)],
)
@pytest.mark.parametrize("amount", [-750, 1_000])
def test_what_is_no_payment_of_ours_leaves_suspense_for_its_book(bank, verdict, book, amount):
    (row,) = open_lines(line(amount))

    resolve(row, verdict, document_name="letter.pdf", document=b"%PDF")

    assert sum_of(book) == -amount
    assert sum_of(Book.SUSPENSE) == -OPENING
    assert row.kind == verdict


def test_a_line_and_the_one_that_undoes_it_leave_no_trace_in_suspense(bank):
    wrong, right = open_lines(line(5_000), line(-5_000))

    resolve(wrong, "undone", other_line_id=right.pk)

    right.refresh_from_db()
    assert (wrong.kind, right.kind, right.resolution_id) == ("undone", "undone", wrong.resolution_id)
    assert sum_of(Book.SUSPENSE) == -OPENING
    assert not Transaction.objects.filter(kind="bank_line_matched").exists()


def test_what_cannot_be_is_refused_with_the_reason(bank):
    first, second = sent(1200, 3400)
    other = Attempt.objects.get(submission__batch=make_payouts.submitted([1200], country="US"))
    debit, much, small, same = open_lines(line(-1200), line(5_000), line(-5), line(-1200))
    cases = [
        (debit, "payment", {"attempt_id": second.pk}, "another amount"),
        (much, "payment", {"attempt_id": first.pk}, "more came back"),
        (debit, "payment", {"attempt_id": other.pk}, "was not paid from SEPA-EUR"),
        (debit, "payment", {"attempt_id": 999_999}, "was not paid from"),
        (debit, "file", {"submission_id": first.submission_id}, "adds up to another amount"),
        (much, "file", {"submission_id": first.submission_id}, "adds up to another amount"),
        (debit, "file", {"submission_id": other.submission_id}, "nothing of it was paid from"),
        (debit, "undone", {"other_line_id": small.pk}, "opposite amount"),
        (debit, "undone", {"other_line_id": same.pk}, "opposite amount"),
        (debit, "undone", {"other_line_id": debit.pk}, "opposite amount"),
        (debit, "undone", {"other_line_id": 999_999}, "no such line"),
        (debit, "payment", {}, "name the payment"),
        (debit, "charges", {"attempt_id": first.pk}, "name the payment"),
        (debit, "payment", {"attempt_id": first.pk, "submission_id": first.submission_id}, "and only that"),
        (debit, "nonsense", {}, "say what the line is"),
        (debit, "charges", {"evidence": " "}, "how you know"),
        (debit, "other", {}, "needs a document"),
        (debit, "other", {"document": b"x", "document_name": " "}, "needs a document"),
        (debit, "charges", {"document": b"x" * (breaks.LARGEST_DOCUMENT + 1)}, "larger than 5 MB"),
    ]
    for row, verdict, about, words in cases:
        with pytest.raises(Refused, match=words):
            propose(row, verdict, **about)
    assert not LineResolution.objects.exists()


def test_a_payment_is_debited_and_comes_back_once(bank):
    first, _ = sent(1200, 3400)
    one, two, credit, again = open_lines(line(-1200), line(-1200), line(1200), line(1200))
    resolve(one, "payment", attempt_id=first.pk)
    resolve(credit, "payment", attempt_id=first.pk)

    for row in (two, again):
        with pytest.raises(Conflict, match="has such a line already"):
            propose(row, "payment", attempt_id=first.pk)
    with pytest.raises(Refused, match="adds up to another amount"):
        propose(two, "file", submission_id=first.submission_id)


def test_what_fitted_when_proposed_must_fit_when_confirmed(bank):
    (attempt,) = sent(1200)
    one, two = open_lines(line(-1200), line(-1200))
    wishes = [propose(row, "payment", attempt_id=attempt.pk) for row in (one, two)]
    confirm(wishes[0])

    with pytest.raises(Conflict, match="has such a line already"):
        confirm(wishes[1])
    two.refresh_from_db()
    assert two.matched_at is None


def test_a_payment_that_turns_out_never_to_have_left_is_not_confirmed_and_stays_stopped(bank):
    (attempt,) = sent(1200)
    (debit,) = open_lines(line(-1200))
    wish = propose(debit, "payment", attempt_id=attempt.pk)
    said = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=attempt.end_to_end_id)
    settlement.apply(reports=[said], rail="sepa", now=NOW)

    with pytest.raises(breaks.NeverLeft, match="must not be paid again"):
        confirm(wish)

    wish.refresh_from_db()
    assert wish.confirmed_at is None
    assert attempt.payout.incidents.filter(code="paid_twice").exists()


def test_one_proposal_stands_at_a_time_also_for_the_line_it_undoes(bank):
    wrong, right = open_lines(line(5_000), line(-5_000))
    wish = propose(wrong, "undone", other_line_id=right.pk)

    for row, about in ((wrong, {}), (right, {})):
        with pytest.raises(Conflict, match="a proposal waits already"):
            propose(row, "charges", **about)

    breaks.dismiss(resolution_id=wish.pk, actor=make.person("treasurer"), now=NOW)
    resolve(right, "charges")
    with pytest.raises(Conflict, match="was confirmed or dismissed already"):
        breaks.dismiss(resolution_id=wish.pk, actor=make.person("treasurer"), now=NOW)


def test_a_decided_proposal_is_not_decided_again(bank):
    one, two = open_lines(line(-750), line(-750))
    wish = propose(one, "charges")
    confirm(wish)
    dismissed = propose(two, "charges")
    breaks.dismiss(resolution_id=dismissed.pk, actor=make.person("treasurer"), now=NOW)

    with pytest.raises(Conflict, match="matched meanwhile"):
        confirm(wish)
    with pytest.raises(Conflict, match="was confirmed or dismissed already"):
        confirm(dismissed)
    with pytest.raises(Conflict, match="matched meanwhile"):
        propose(one, "charges")
    with pytest.raises(Refused, match="no such proposal"):
        breaks.confirm(resolution_id=999_999, actor=make.person("treasurer"), now=NOW)


def test_a_line_that_matches_by_itself_ends_what_was_proposed_about_it(bank):
    first, second = sent(1200, 3400)
    (debit,) = open_lines(line(-1200, message_id=key(first), batch_count=1))
    wish = propose(debit, "payment", attempt_id=first.pk)
    said = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=second.end_to_end_id)
    settlement.apply(reports=[said], rail="sepa", now=NOW)

    assert reconciliation.match_open_lines(now=NOW) == 1

    wish.refresh_from_db()
    assert (wish.dismissed_at, wish.dismissed_by) == (NOW, None)
    debit.refresh_from_db()
    assert debit.resolution is None


def test_a_document_is_kept_encrypted_and_reading_it_is_recorded(bank):
    (row,) = open_lines(line(-750))
    wish = propose(row, "other", document_name="letter.pdf", document=b"%PDF secret")
    wish.refresh_from_db()
    assert b"secret" not in bytes(wish.document_ciphertext)

    read_it = {"resolution_id": wish.pk, "now": NOW}
    assert breaks.read_document(actor=make.person("auditor"), **read_it) == ("letter.pdf", b"%PDF secret")

    assert Event.objects.filter(action="break.read_document").count() == 1
    with pytest.raises(NotAllowed):
        breaks.read_document(actor=make.person("support"), **read_it)
    (plain,) = open_lines(line(-1), day=1, opening=99_250)[1:]
    without = propose(plain, "charges")
    with pytest.raises(Refused, match="No document"):
        breaks.read_document(resolution_id=without.pk, actor=make.person("auditor"), now=NOW)


def test_a_line_of_another_account_undoes_nothing(bank):
    (ours,) = open_lines(line(5_000))
    american = make_payouts.funding("US")
    body = statement(line(-5_000), statement_id="US1", account=american.identifier, currency="USD")
    camt.read(body=body, rail="sandbox", name="us", now=NOW)

    with pytest.raises(Refused, match="on the same account"):
        propose(ours, "undone", other_line_id=StatementLine.objects.get(amount_minor=-5_000).pk)
