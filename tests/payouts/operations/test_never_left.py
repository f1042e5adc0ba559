"""What was believed never to have left, and what a bank statement proves: nothing of it is paid again unnoticed."""

from datetime import timedelta

import pytest

from backoffice.audit.errors import Refused
from payouts.models import Attempt, Hold, Incident, LineResolution, Resolution, StatementLine
from payouts.operations import breaks, givebacks, holds, reconciliation, settlement, switches, unknown
from payouts.rails import base
from payouts.states import SubmissionStatus
from sellers.ledger.models import Book, Entry
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.operations.test_reconciliation import key, line, read, statement

pytestmark = pytest.mark.django_db


def refused(amounts=(1200,), *, refuse=None) -> list[Attempt]:
    """Attempts over sepa of which the last (or all in ``refuse``) ended because the bank refused them."""
    batch = make_payouts.submitted(amounts)
    attempts = list(Attempt.objects.filter(submission__batch=batch).order_by("pk"))
    settlement.apply(
        reports=[
            base.Report(
                kind=base.ReportKind.REJECTED, source_id=f"r{n}", end_to_end_id=attempts[n].end_to_end_id
            )
            for n in (refuse or [len(attempts) - 1])
        ],
        rail="sepa",
        now=NOW,
    )
    return list(Attempt.objects.filter(submission__batch=batch).select_related("payout").order_by("pk"))


def release_all() -> None:
    ids = list(Hold.objects.filter(released_at=None).values_list("pk", flat=True))
    holds.release(hold_ids=ids, actor=make.person("approver"), note="Looked at.", now=NOW)


def rail_is_stopped() -> bool:
    return switches.open_on("sepa") is not None


def test_a_debit_of_what_never_left_stops_the_rail_and_holds_the_payout(bank):
    (attempt,) = refused()
    assert attempt.ended_because == "rejected"
    release_all()

    read(statement(line(-1200, end_to_end_id=attempt.end_to_end_id)))

    assert rail_is_stopped()
    incident = Incident.objects.get(code="paid_twice")
    assert attempt.end_to_end_id in incident.text
    assert incident.payout_id == attempt.payout_id
    assert "must not be paid again" in Hold.objects.get(payout=attempt.payout, released_at=None).note
    assert StatementLine.objects.get().matched_at is None
    assert attempt.submission.status != SubmissionStatus.UNKNOWN


def test_a_debit_of_a_whole_file_that_takes_more_than_what_left_stops_the_rail(bank):
    first, second = refused((1200, 3400))

    read(statement(line(-4600, message_id=key(first), batch_count=2)))

    assert rail_is_stopped()
    assert second.end_to_end_id in Incident.objects.get(code="paid_twice").text
    assert first.end_to_end_id not in Incident.objects.get(code="paid_twice").text


def test_a_debit_of_less_than_what_left_is_no_contradiction(bank):
    first, _, _ = refused((1200, 3400, 500))

    read(statement(line(-3400, message_id=key(first), batch_count=1)))

    assert not rail_is_stopped()
    assert not Incident.objects.exists()


def test_money_of_what_never_left_that_comes_back_is_told_and_not_booked_as_a_return(bank):
    (attempt,) = refused()
    release_all()

    read(statement(line(1200, end_to_end_id=attempt.end_to_end_id, return_reason="AC06")))

    assert Incident.objects.get().code == "carried_after_all"
    assert not rail_is_stopped()
    assert Hold.objects.filter(payout=attempt.payout, released_at=None).exists()
    transit = Entry.objects.filter(book=Book.IN_TRANSIT, payout_ref=attempt.payout.reference)
    assert sum(transit.values_list("amount_minor", flat=True)) == 0


@pytest.mark.parametrize("kind", [base.ReportKind.FAILED, base.ReportKind.RETURNED])
def test_a_report_that_it_failed_or_came_back_proves_that_it_was_carried(bank, kind):
    (attempt,) = refused()
    report = base.Report(kind=kind, source_id="later", end_to_end_id=attempt.end_to_end_id)

    settlement.apply(reports=[report], rail="sepa", now=NOW)

    assert Incident.objects.get().code == "carried_after_all"


def test_an_open_line_is_looked_at_again_and_told_once(bank):
    first, second = make_payouts_sent()
    read(statement(line(-4700, message_id=key(first), batch_count=2)))
    assert not Incident.objects.exists()
    report = base.Report(kind=base.ReportKind.REJECTED, source_id="x", end_to_end_id=second.end_to_end_id)
    settlement.apply(reports=[report], rail="sepa", now=NOW)

    reconciliation.match_open_lines(now=NOW)
    assert rail_is_stopped()

    Incident.objects.update(closed_at=NOW)
    reconciliation.match_open_lines(now=NOW)
    assert not Incident.objects.filter(closed_at=None).exists()


def make_payouts_sent() -> list[Attempt]:
    batch = make_payouts.submitted((1200, 3400))
    return list(Attempt.objects.filter(submission__batch=batch).order_by("pk"))


def test_a_person_who_finds_such_a_debit_does_not_propose_it_but_stops_the_rail(bank):
    (attempt,) = refused()
    release_all()
    read(statement(line(-1200)))
    found = StatementLine.objects.get()

    with pytest.raises(Refused, match="ended because it never left"):
        breaks.propose(
            line_id=found.pk,
            verdict="payment",
            attempt_id=attempt.pk,
            actor=make.person("treasurer"),
            evidence="It fits.",
            now=NOW,
        )

    found.refresh_from_db()
    assert found.matched_at is None
    assert not LineResolution.objects.exists()
    assert rail_is_stopped()
    assert Hold.objects.filter(payout=attempt.payout, released_at=None).exists()


def lost(settings, tmp_path) -> tuple[Attempt, Resolution]:
    """A file whose outcome nobody knows, and one person's word that it was never sent."""
    (tmp_path / "blocked").write_text("in the way")
    settings.SEPA_OUTBOX_DIR = str(tmp_path / "blocked")
    batch = make_payouts.submitted([1200])
    attempt = Attempt.objects.select_related("submission", "payout").get(submission__batch=batch)
    assert attempt.submission.status == SubmissionStatus.UNKNOWN
    finding = unknown.propose(
        submission_id=attempt.submission_id,
        verdict="never_sent",
        evidence="Asked the bank.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=NOW,
    )
    return attempt, finding


def test_what_two_people_found_never_sent_and_the_bank_debits_is_not_paid_again(bank, settings, tmp_path):
    attempt, finding = lost(settings, tmp_path)
    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=NOW + timedelta(minutes=16))
    release_all()

    read(statement(line(-1200, message_id=key(attempt), batch_count=1)))

    assert rail_is_stopped()
    assert "two people found it never sent" in Incident.objects.get(code="paid_twice").text
    assert Hold.objects.filter(payout=attempt.payout, released_at=None).exists()


def test_what_a_statement_shows_debited_is_not_confirmed_as_never_sent(bank, settings, tmp_path):
    attempt, finding = lost(settings, tmp_path)
    read(statement(line(-1200, end_to_end_id=attempt.end_to_end_id)))

    with pytest.raises(unknown.NotUnknown, match="is accepted now"):
        unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=NOW)


def disposed(attempt, how) -> None:
    release_all()
    ids = [attempt.payout_id]
    givebacks.cancel(payout_ids=ids, actor=make.person("approver"), reason="Refused.", now=NOW)
    how(payout_id=attempt.payout_id, actor=make.person("analyst"), now=NOW)


def accepted_after_all(attempt) -> None:
    report = base.Report(kind=base.ReportKind.ACCEPTED, source_id="late", end_to_end_id=attempt.end_to_end_id)
    settlement.apply(reports=[report], rail="sepa", now=NOW)


def test_what_was_reissued_for_a_payout_that_left_after_all_is_held_too(bank):
    (attempt,) = refused()
    disposed(attempt, givebacks.reissue)

    accepted_after_all(attempt)

    held = Hold.objects.get(released_at=None)
    assert held.payout == attempt.payout.disposal.new_payout
    assert "must not be paid again" in held.note


def test_where_the_money_of_a_payout_that_left_after_all_was_rolled_its_seller_is_held(bank):
    (attempt,) = refused()
    disposed(attempt, givebacks.roll)

    accepted_after_all(attempt)

    assert Hold.objects.get(released_at=None).seller_id == attempt.payout.seller_id
