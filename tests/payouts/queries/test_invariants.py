"""Each invariant finds what breaks it. The owner of the tables breaks them, past every guard, and undoes it again."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from payouts.models import Incident, InvariantCheck, StatementLine, Submission
from payouts.operations import breaks, checking, collecting, unknown
from payouts.queries import invariants
from tests import make, make_payouts
from tests.make_payouts import NOW

FATES = ["Ada SIMFEE", "Bo SIMFAIL-AC04", "Cy SIMRETURN-AC06", "Di SIMREJECT-AC01"]
LATER = NOW + timedelta(minutes=5)
PAID = "(SELECT id FROM payouts_payout WHERE status = 'PAID' ORDER BY id LIMIT 1)"

# What breaks an invariant: the statements, after dropping the constraints that stand in their way.
BREAKS: dict[str, tuple[str, ...]] = {
    "debits_equal_credits": (
        "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE id = (SELECT min(id) FROM ledger_entry)",
    ),
    "transactions_balance": (
        "INSERT INTO ledger_transaction (key, kind, description, booked_on) VALUES ('x', 'x', '', current_date)",
    ),
    "books_keep_apart": (
        "ALTER TABLE ledger_entry DROP CONSTRAINT entry_seller_books_have_account",
        "UPDATE ledger_entry SET account_id = NULL WHERE book = 'payable'",
    ),
    "earnings_are_posted": ("UPDATE ledger_earning SET amount_minor = amount_minor + 1",),
    "payout_is_its_lines": ("UPDATE ledger_earning SET amount_minor = amount_minor + 1",),
    "earning_paid_once": (
        "ALTER TABLE payouts_payout DROP CONSTRAINT payout_spans_never_overlap",
        "UPDATE payouts_payout AS a SET (account_id, seller_id, currency, span) = (SELECT account_id, seller_id,"
        f" currency, span FROM payouts_payout WHERE id = {PAID}) WHERE id = (SELECT max(id) FROM payouts_payout)",
    ),
    "covered_through_is_the_last_span": ("UPDATE ledger_account SET covered_through = covered_through + 1",),
    "reserved_fits_status": (
        f"UPDATE payouts_payout SET status = 'APPROVED', batch_id = NULL WHERE id = {PAID}",
    ),
    "in_transit_fits_facts": (f"UPDATE payouts_attempt SET gave_back = true WHERE payout_id = {PAID}",),
    "given_back_once": ("UPDATE payouts_payout SET status = 'PAID' WHERE status = 'RETURNED'",),
    "given_back_goes_one_way": (
        "UPDATE ledger_earning SET kind = 'rolled' WHERE id = (SELECT min(id) FROM ledger_earning)",
    ),
    "adjustments_are_granted": (
        "UPDATE ledger_earning SET kind = 'adjustment' WHERE id = (SELECT min(id) FROM ledger_earning)",
    ),
    "goes_to_its_own_account": (
        "UPDATE payouts_payout SET payout_account_id = (SELECT payout_account_id FROM payouts_payout"
        f" WHERE id = {PAID}) WHERE id = (SELECT min(id) FROM payouts_payout WHERE id <> {PAID})",
    ),
    "cash_is_what_the_bank_says": ("UPDATE payouts_statementline SET amount_minor = amount_minor + 1",),
    "suspense_is_what_is_open": (
        "UPDATE ledger_entry SET amount_minor = amount_minor + 1 WHERE book = 'suspense'",
    ),
    "tallies_are_the_payouts": ("DELETE FROM payouts_tally WHERE id = (SELECT max(id) FROM payouts_tally)",),
    "undisposed_are_the_dead": ("DELETE FROM payouts_undisposed",),
    "undecided_are_without_a_decision": (
        "INSERT INTO payouts_undecided SELECT min(version_id) FROM payouts_accountdecision",
    ),
    "statements_add_up": ("UPDATE payouts_statement SET closing_minor = closing_minor + 1",),
    "caps_count_what_left": ("UPDATE payouts_capuse SET total_minor = total_minor - 1",),
    "closed_months_stand": (
        "INSERT INTO ledger_period (first_day, last_day, asked_by_id, asked_at, decided_by_id, decided_at, closed)"
        " SELECT '2026-11-01', '2026-11-30', min(id), now(), max(id), now(), true FROM auth_user",
    ),
    "batch_is_its_items": ("UPDATE payouts_batch SET item_count = item_count + 1",),
    "one_live_attempt": (
        "DROP INDEX attempt_one_live",
        "INSERT INTO payouts_attempt (submission_id, payout_id, number, end_to_end_id, amount_minor,"
        " account_version_id, created_at, ended_because, gave_back) SELECT submission_id, payout_id, 9, 'X',"
        f" amount_minor, account_version_id, now(), '', false FROM payouts_attempt WHERE payout_id = {PAID}",
    ),
    "sent_with_bytes": ("UPDATE payouts_submission SET body_ciphertext = ''",),
    "unsent_has_no_live_attempt": (
        "UPDATE payouts_attempt SET ended_at = NULL WHERE ended_because = 'rejected'",
    ),
    "unknown_has_an_alert": (
        "UPDATE payouts_submission SET status_at = '2026-01-01' WHERE status = 'UNKNOWN'",
    ),
    "status_is_the_fold": (
        "INSERT INTO payouts_bankfact (attempt_id, kind, code, text, source) SELECT id, 'returned', '', '', 'x'"
        f" FROM payouts_attempt WHERE payout_id = {PAID}",
    ),
    "every_move_is_written": (
        f"DELETE FROM payouts_transition WHERE payout_id = {PAID} AND name = 'submit'",
    ),
    "approved_by_two": (
        "ALTER TABLE payouts_approval DROP CONSTRAINT approval_not_by_reviewer",
        "UPDATE payouts_approval SET approver_id = reviewer_id",
    ),
    "approved_for_what_it_is": ("UPDATE payouts_payout SET amount_minor = amount_minor + 1",),
    "batches_approved_by_two": (
        "ALTER TABLE payouts_batch DROP CONSTRAINT batch_four_eyes",
        "UPDATE payouts_batch SET approved_by_id = proposed_by_id",
    ),
    "unknown_resolved_by_two": (
        "ALTER TABLE payouts_resolution DROP CONSTRAINT resolution_four_eyes",
        "UPDATE payouts_resolution SET confirmed_by_id = proposed_by_id",
    ),
    "breaks_resolved_by_two": (
        "ALTER TABLE payouts_lineresolution DROP CONSTRAINT line_resolution_four_eyes",
        "UPDATE payouts_lineresolution SET confirmed_by_id = proposed_by_id",
    ),
}


@pytest.fixture
def world(transactional_db, tmp_path, settings):
    """Payouts of every fate, reconciled, a fee and a submission resolved by two people each, one still unknown."""
    with make_payouts.bank(tmp_path, settings) as bank:
        make_payouts.submitted([1200, 3400, 560, 990], holders=FATES)
        bank.advance(10)
        collecting.collect(rail="sepa", now=LATER)
        bank.bank.close_days(bank.bank.now().date())
        bank.sync()
        collecting.collect(rail="sepa", now=LATER)
        settings.SIMBANK_URL = make_payouts.unused_url()
        fee = breaks.propose(
            line_id=StatementLine.objects.get(matched_at=None).pk,
            verdict="charges",
            evidence="Our contract says so.",
            actor=make.person("treasurer"),
            now=NOW,
        )
        breaks.confirm(resolution_id=fee.pk, actor=make.person("treasurer"), now=NOW)
        make_payouts.submitted([700, 800], country="US")
    finding = unknown.propose(
        submission_id=Submission.objects.filter(rail="sandbox").latest("pk").pk,
        verdict="never_sent",
        evidence="Asked.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=NOW,
    )
    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=NOW + timedelta(minutes=16))


def test_every_invariant_holds_and_each_finds_what_breaks_it(world, owner_connection, settings):
    assert {one.name: ids for one, ids in invariants.run(now=NOW) if ids} == {}
    assert set(BREAKS) == {one.name for one in invariants.ALL}
    tables = owner_connection.execute(
        "SELECT c.oid::regclass::text FROM pg_class AS c JOIN pg_roles AS r ON r.oid = c.relowner"
        " WHERE r.rolname = current_user AND c.relkind = 'r'"
    ).fetchall()
    owner_connection.rollback()
    asked = {"now": NOW, "alert_minutes": settings.UNKNOWN_ALERT_MINUTES}
    blind = []
    for name, statements in BREAKS.items():
        for (table,) in tables:
            owner_connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            owner_connection.execute(statement)
        found = owner_connection.execute(invariants.by_name(name).sql, asked).fetchall()
        if not found:
            blind.append(name)
        owner_connection.rollback()
    assert blind == []


def test_what_is_broken_is_kept_told_and_ends_by_itself(world, owner_connection):
    assert checking.check(now=NOW).broken == {}
    late = NOW + timedelta(minutes=40)

    found = checking.check(now=late)

    key = Submission.objects.get(status="UNKNOWN").key
    assert found.broken == {"unknown_has_an_alert": [key]}
    assert found.holding == len(invariants.ALL) - 1
    incident = Incident.objects.get(code="invariant")
    assert key in incident.text
    assert InvariantCheck.objects.count() == 2

    checking.check(now=NOW)
    incident.refresh_from_db()
    assert incident.closed_at is not None


@pytest.mark.django_db
def test_the_command_says_ok_or_what_is_broken_and_fails(capsys, monkeypatch):
    call_command("check_invariants")
    said = capsys.readouterr().out.splitlines()
    assert said == [f"{one.name}: ok" for one in invariants.ALL]

    always = invariants.Invariant("never", "This never holds.", "SELECT 'P7'")
    monkeypatch.setattr(invariants, "ALL", (always,))
    with pytest.raises(SystemExit) as stopped:
        call_command("check_invariants")
    assert stopped.value.code == 1
    assert capsys.readouterr().out == "never: BROKEN P7 - This never holds.\n"
