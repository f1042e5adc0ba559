"""What the database demands of every change of a payout, also when raw SQL makes it."""

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError

from payouts.models import (
    Hold,
    Payout,
    Resolution,
    Transition,
)
from tests import make, make_accounts
from tests.payouts import standing
from tests.payouts.standing import plain

pytestmark = pytest.mark.django_db


FIXED = {
    "amount_minor": "amount_minor + 1",
    "currency": "'USD'",
    "country": "'DE'",
    "span": "'(,2026-11-30)'::daterange",
    "seller_id": "seller_id + 1",
    "account_id": "account_id + 1",
    "run_id": "NULL",
    "created_at": "created_at - interval '1 day'",
}


@pytest.mark.parametrize("column", FIXED)
def test_what_a_payout_is_never_changes_by_the_program_s_role(column, raw_sql):
    made = standing.payout()
    with pytest.raises(ProgrammingError, match="permission denied"):
        raw_sql(f"UPDATE payouts_payout SET {column} = {FIXED[column]} WHERE id = %s", [made.pk])


@pytest.mark.django_db(transaction=True)
def test_what_a_payout_is_never_changes_by_the_owner_either(owner_connection):
    made = standing.payout()
    statements = [f"UPDATE payouts_payout SET {column} = {value}" for column, value in FIXED.items()]
    statements += ["DELETE FROM payouts_payout", "TRUNCATE payouts_payout CASCADE"]
    statements += ["UPDATE payouts_payout SET status = 'CANCELLED'", "DELETE FROM payouts_transition"]
    for statement in statements:
        with pytest.raises((psycopg.errors.IntegrityError, psycopg.errors.RaiseException)):
            owner_connection.execute(statement)  # type: ignore[arg-type]
        owner_connection.rollback()
    assert Payout.objects.get() == made


@pytest.mark.django_db(transaction=True)
def test_no_setting_of_a_session_switches_the_guards_off(app_connection, owner_connection):
    for connection in (app_connection, owner_connection):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("SET session_replication_role = replica")
        connection.rollback()


def test_a_change_of_status_without_its_transition_is_refused(raw_sql):
    made = standing.payout()
    standing.review(made)
    with pytest.raises(IntegrityError, match="writes its transition in the same statement"):
        standing.move(raw_sql, made, "REVIEWED", transition=False)


def test_a_transition_of_another_move_is_no_transition_of_this_one(raw_sql):
    made = standing.payout("REVIEWED")
    standing.approval(made)
    Transition.objects.create(
        payout=made,
        name="raw",
        from_status="APPROVED",
        to_status="BATCHED",
        at=make.NOW,
        actor_name="x",
        via="system",
    )
    with pytest.raises(IntegrityError, match="writes its transition in the same statement"):
        standing.move(raw_sql, made, "APPROVED", transition=False)


@pytest.mark.django_db(transaction=True)
def test_a_transition_written_by_an_earlier_transaction_does_not_serve_again(app_connection):
    made = standing.payout()
    first = "INSERT INTO payouts_transition (payout_id, name, from_status, to_status, at, actor_name, via, reason)"
    app_connection.execute(
        f"{first} VALUES ({made.pk}, 'raw', 'PENDING_REVIEW', 'CANCELLED', now(), 'x', 'system', '')"
    )
    app_connection.commit()
    with pytest.raises(psycopg.errors.CheckViolation, match="writes its transition"):
        app_connection.execute(f"UPDATE payouts_payout SET status = 'CANCELLED' WHERE id = {made.pk}")


@pytest.mark.parametrize(("source", "target"), [("PENDING_REVIEW", "REVIEWED"), ("REVIEWED", "APPROVED")])
def test_no_step_is_taken_without_a_judgement_of_exactly_this(source, target, raw_sql):
    made = standing.payout(source)
    with pytest.raises(
        IntegrityError, match="no review or approval of exactly this seller, amount and bank account"
    ):
        standing.move(raw_sql, made, target)


def test_a_review_of_something_else_is_no_review(raw_sql):
    made = standing.payout()
    standing.review(made, digest="0" * 64)
    with pytest.raises(IntegrityError, match="no review or approval of exactly this"):
        standing.move(raw_sql, made, "REVIEWED")


def test_a_review_of_an_earlier_round_is_no_review(raw_sql):
    made = standing.payout("REVIEWED")
    standing.move(raw_sql, made, "PENDING_REVIEW")
    assert made.round == 2
    with pytest.raises(IntegrityError, match="no review or approval of exactly this"):
        standing.move(raw_sql, made, "REVIEWED")


def test_a_payout_is_batched_only_into_an_open_batch_that_holds_exactly_it(raw_sql):
    made = standing.payout("APPROVED")
    home = standing.batch()
    for wrong in (
        {"batch_id": home.pk},  # no item at all
        {"item": {"amount_minor": made.amount_minor - 1}},
    ):
        if "item" in wrong:
            standing.item(made, home, **wrong["item"])
        with pytest.raises(IntegrityError, match="not in an open batch"):
            standing.move(raw_sql, made, "BATCHED", batch_id=home.pk)
    sent = standing.payout("APPROVED")
    gone = standing.batch()
    standing.item(sent, gone)
    standing.move_batch(raw_sql, gone, "APPROVED")
    with pytest.raises(IntegrityError, match="not in an open batch"):
        standing.move(raw_sql, sent, "BATCHED", batch_id=gone.pk)


def test_a_payout_is_submitted_only_with_its_bytes_stored_in_an_approved_batch(raw_sql):
    made = standing.payout("BATCHED")
    with pytest.raises(IntegrityError, match="not in an approved one with its bytes stored"):
        standing.move(raw_sql, made, "SUBMITTED")
    standing.attempt(made, standing.submission(made.batch))
    with pytest.raises(IntegrityError, match="not in an approved one"):
        standing.move(raw_sql, made, "SUBMITTED")  # its batch is only proposed
    standing.move_batch(raw_sql, made.batch, "APPROVED")
    standing.move(raw_sql, made, "SUBMITTED")


def stop_by_hold(made: Payout) -> None:
    Hold.objects.create(payout=made, reason="other", note="x", placed_at=make.NOW)


def stop_by_seller_hold(made: Payout) -> None:
    Hold.objects.create(seller=made.seller, reason="other", note="x", placed_at=make.NOW)


def stop_by_suspension(made: Payout) -> None:
    plain("UPDATE sellers_seller SET suspended_at = now() WHERE id = %s", [made.seller_id])


def stop_by_no_verification(made: Payout) -> None:
    plain("UPDATE sellers_seller SET verified_at = NULL WHERE id = %s", [made.seller_id])


@pytest.mark.parametrize(
    "stop", [stop_by_hold, stop_by_seller_hold, stop_by_suspension, stop_by_no_verification],
    ids=lambda stop: stop.__name__,
)  # fmt: skip
@pytest.mark.parametrize(
    ("source", "target"), [("REVIEWED", "APPROVED"), ("APPROVED", "BATCHED"), ("BATCHED", "SUBMITTED")]
)
def test_nothing_held_suspended_or_unverified_moves_towards_the_bank(stop, source, target, raw_sql):
    made = standing.payout(source)
    standing.ready(made, target)
    stop(made)
    with pytest.raises(IntegrityError, match="held, or the seller is suspended or unverified"):
        standing.move(raw_sql, made, target)


def test_a_released_hold_holds_nothing(raw_sql):
    made = standing.payout("REVIEWED")
    stop_by_hold(made)
    made.holds.update(released_at=make.NOW, released_by=make.user(), release_note="Fine")
    standing.ready(made, "APPROVED")
    standing.move(raw_sql, made, "APPROVED")


@pytest.mark.parametrize("status", ["REVIEWED", "APPROVED"])
def test_another_bank_account_sends_a_payout_back_to_review(status, raw_sql):
    made = standing.payout(status)
    other = make_accounts.payable(made.seller)
    with pytest.raises(IntegrityError, match="whose bank account changes goes back to review"):
        raw_sql("UPDATE payouts_payout SET payout_account_id = %s WHERE id = %s", [other.pk, made.pk])


@pytest.mark.parametrize("change", ["round + 1", "round - 1"])
def test_the_round_counts_the_ways_back_to_review_and_nothing_else(change, raw_sql):
    made = standing.payout("REVIEWED")
    with pytest.raises(IntegrityError, match="goes back to review"):
        raw_sql(f"UPDATE payouts_payout SET round = {change} WHERE id = %s", [made.pk])


def test_one_bad_row_in_a_set_refuses_the_set(raw_sql):
    fine, bad = standing.payout(), standing.payout()
    for each in (fine, bad):
        Transition.objects.create(
            payout=each, name="raw", from_status=each.status, to_status="REVIEWED", at=make.NOW, actor_name="x",
            via="system",
        )  # fmt: skip
    standing.review(fine)
    with pytest.raises(IntegrityError, match=f"no review or approval of .*: payout {bad.pk}"):
        raw_sql("UPDATE payouts_payout SET status = 'REVIEWED' WHERE id = ANY(%s)", [[fine.pk, bad.pk]])
    fine.refresh_from_db()
    assert fine.status == "PENDING_REVIEW"


@pytest.mark.parametrize("status", ["BATCHED", "SUBMITTED", "PAID"])
def test_a_payout_does_not_slip_into_another_batch(status, raw_sql):
    made = standing.payout(status)
    with pytest.raises(IntegrityError, match="does not change from one batch to another"):
        raw_sql(
            "UPDATE payouts_payout SET batch_id = %s WHERE id = %s", [standing.batch("APPROVED").pk, made.pk]
        )


def test_a_payout_does_not_change_its_batch_while_its_status_changes(raw_sql):
    made = standing.payout("SUBMITTED")
    standing.ready(made, "PAID")
    with pytest.raises(IntegrityError, match="does not change from one batch to another"):
        standing.move(raw_sql, made, "PAID", batch_id=standing.batch("APPROVED").pk)


def test_no_payout_is_pointed_at_another_seller_s_bank_account(raw_sql):
    made = standing.payout()
    stranger = make_accounts.payable(make.seller())
    with pytest.raises(IntegrityError, match="a bank account of its own seller and currency"):
        raw_sql("UPDATE payouts_payout SET payout_account_id = %s WHERE id = %s", [stranger.pk, made.pk])


def test_no_payout_is_pointed_at_an_account_for_another_currency(raw_sql):
    made = standing.payout()
    dollars = make_accounts.payable(made.seller, currency="USD")
    with pytest.raises(IntegrityError, match="a bank account of its own seller and currency"):
        raw_sql("UPDATE payouts_payout SET payout_account_id = %s WHERE id = %s", [dollars.pk, made.pk])


@pytest.mark.parametrize(
    ("source", "target"), [("REVIEWED", "APPROVED"), ("APPROVED", "BATCHED"), ("BATCHED", "SUBMITTED")]
)
def test_nothing_moves_to_a_bank_account_that_is_not_in_effect_any_more(source, target, raw_sql):
    made = standing.payout(source)
    standing.ready(made, target)
    make_accounts.payable(made.seller)
    with pytest.raises(IntegrityError, match=r"no review or approval of exactly this .* in effect"):
        standing.move(raw_sql, made, target)


@pytest.mark.parametrize(
    ("source", "target", "facts"),
    [
        ("SUBMITTED", "PAID", []),
        ("SUBMITTED", "PAID", ["accepted"]),
        ("SUBMITTED", "PAID", ["paid", "failed"]),
        ("SUBMITTED", "FAILED", []),
        ("SUBMITTED", "FAILED", ["paid"]),
        ("SUBMITTED", "FAILED", ["rejected"]),
        ("SUBMITTED", "RETURNED", ["failed"]),
        ("SUBMITTED", "APPROVED", []),
        ("SUBMITTED", "APPROVED", ["accepted"]),
        ("SUBMITTED", "APPROVED", ["accepted", "rejected"]),
        ("SUBMITTED", "APPROVED", ["paid", "rejected"]),
        ("SUBMITTED", "APPROVED", ["rejected", "returned"]),
        ("PAID", "RETURNED", []),
        ("FAILED", "RETURNED", []),
    ],
)
def test_what_became_of_sent_money_is_what_the_bank_said(source, target, facts, raw_sql):
    made = standing.payout(source)
    for kind in facts:
        standing.said(made, kind)
    with pytest.raises(IntegrityError, match="nothing that the bank said, and no two people, prove it"):
        standing.move(raw_sql, made, target)


@pytest.mark.parametrize(
    ("target", "facts"),
    [
        ("RETURNED", ["paid", "failed"]),
        ("RETURNED", ["failed", "paid"]),
        ("FAILED", ["accepted", "rejected"]),
        ("APPROVED", ["rejected"]),
    ],
)
def test_facts_in_any_order_prove_what_they_add_up_to(target, facts, raw_sql):
    made = standing.payout("SUBMITTED")
    for kind in facts:
        standing.said(made, kind)
    standing.move(raw_sql, made, target)


def test_a_refused_submission_proves_that_nothing_left(raw_sql):
    made = standing.payout("SUBMITTED")
    carrier = made.attempts.get().submission
    for step in ("DELIVERING", "REJECTED"):
        standing.move_submission(plain, carrier, step)
    standing.move(raw_sql, made, "APPROVED")


@pytest.mark.parametrize("confirmed", [True, False])
def test_never_sent_is_proven_by_two_people_not_by_one(confirmed, raw_sql):
    made = standing.payout("SUBMITTED")
    found = standing.finding(made.attempts.get().submission, "never_sent")
    if confirmed:
        Resolution.objects.filter(pk=found.pk).update(confirmed_by=make.user(), confirmed_at=make.NOW)
    if confirmed:
        standing.move(raw_sql, made, "APPROVED")
        return
    with pytest.raises(IntegrityError, match="no two people"):
        standing.move(raw_sql, made, "APPROVED")
