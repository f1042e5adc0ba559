"""What the database refuses about recalls and findings, also to raw SQL."""

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, transaction

from payouts.models import Evidence, MissedCutOff, Recall
from tests import make
from tests.payouts import standing

pytestmark = pytest.mark.django_db

ASK = (
    "INSERT INTO payouts_recall (attempt_id, reason, channel, asked_by_id, asked_at, state, answer, answered_at,"
    " recorded_by_id, recorded_at) VALUES (%s, %s, %s, %s, now(), %s, '', NULL, NULL, NULL) RETURNING id"
)
ANSWER = (
    "UPDATE payouts_recall SET state = %s, answer = 'No.', answered_at = now(), recorded_by_id = %s,"
    " recorded_at = now() WHERE id = %s"
)


def ask(run, attempt, *, reason="Why.", channel="phone", state="asked") -> int:
    return run(ASK, [attempt.pk, reason, channel, make.user().pk, state])[0][0]


def test_a_recall_is_of_what_the_bank_has(raw_sql):
    made = standing.payout("SUBMITTED")
    assert ask(raw_sql, made.attempts.get())
    standing.ready(made, "RETURNED")
    standing.move(raw_sql, made, "RETURNED")
    with pytest.raises(IntegrityError, match="is not with the bank"):
        ask(raw_sql, made.attempts.get())


def test_a_recall_of_an_attempt_that_ended_is_refused(raw_sql):
    attempt = standing.payout("SUBMITTED").attempts.get()
    raw_sql(
        "UPDATE payouts_attempt SET ended_at = now(), ended_because = 'returned' WHERE id = %s", [attempt.pk]
    )
    with pytest.raises(IntegrityError, match="is not with the bank"):
        ask(raw_sql, attempt)


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"reason": ""}, "recall_has_reason"),
        ({"channel": "pigeon"}, "recall_channel_is_known"),
        ({"state": "refused"}, "begins by asking"),
    ],
)
def test_a_recall_begins_by_asking_with_a_reason_and_a_way(raw_sql, values, name):
    with pytest.raises(IntegrityError, match=name):
        ask(raw_sql, standing.payout("PAID").attempts.get(), **values)


def test_one_recall_of_an_attempt_is_open(raw_sql):
    attempt = standing.payout("PAID").attempts.get()
    first = ask(raw_sql, attempt)
    with pytest.raises(IntegrityError, match="recall_one_open"):
        ask(raw_sql, attempt)
    raw_sql(ANSWER, ["refused", make.user().pk, first])
    ask(raw_sql, attempt)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("state = 'refused'", "recall_answer_is_whole"),
        ("state = 'recalled', answer = 'Yes.'", "recall_answer_is_whole"),
        ("answer = 'Yes.'", "recall_answer_is_whole"),
        (
            "state = 'lost', answer = 'x', recorded_by_id = {user}, recorded_at = now()",
            r"recall_state_is_known|recall_answered_when",
        ),
        (
            "state = 'refused', answer = 'x', recorded_by_id = {user}, recorded_at = now()",
            "recall_answered_when_the_bank_spoke",
        ),
        (
            "state = 'no_answer', answer = 'x', answered_at = now(), recorded_by_id = {user}, recorded_at = now()",
            "recall_answered_when_the_bank_spoke",
        ),
        (
            "state = 'refused', answer = 'x', answered_at = now() - interval '9 years', recorded_by_id = {user},"
            " recorded_at = now()",
            "recall_answered_after_it_was_asked",
        ),
    ],
)  # fmt: skip
def test_half_an_answer_is_none(raw_sql, change, name):
    made = ask(raw_sql, standing.payout("PAID").attempts.get())
    with pytest.raises(IntegrityError, match=name):
        raw_sql(f"UPDATE payouts_recall SET {change.format(user=make.user().pk)} WHERE id = %s", [made])


def test_the_banks_answer_is_written_once(raw_sql):
    made = ask(raw_sql, standing.payout("PAID").attempts.get())
    raw_sql(ANSWER, ["refused", make.user().pk, made])
    with pytest.raises(IntegrityError, match="is answered already"):
        raw_sql(ANSWER, ["recalled", make.user().pk, made])


@pytest.mark.parametrize("column", ["attempt_id", "reason", "channel", "asked_by_id", "asked_at"])
def test_what_was_asked_never_changes(raw_sql, column):
    made = ask(raw_sql, standing.payout("PAID").attempts.get())
    with pytest.raises(ProgrammingError, match="permission denied"):
        raw_sql(f"UPDATE payouts_recall SET {column} = {column} WHERE id = %s", [made])
    with pytest.raises(DatabaseError, match=r"permission denied|refused on payouts_recall"):
        raw_sql("DELETE FROM payouts_recall WHERE id = %s", [made])


@pytest.mark.django_db(transaction=True)
def test_the_owner_rewrites_neither_recalls_nor_papers_nor_missed_cut_offs(owner_connection):
    with transaction.atomic():
        paid = standing.payout("PAID")
    Recall.objects.create(
        attempt=paid.attempts.get(), reason="Why.", channel="phone", asked_by=make.user(), asked_at=make.NOW
    )
    standing.finding(standing.submission(), "sent")
    MissedCutOff.objects.create(
        batch=paid.batch, cut_off_at=make.NOW, value_date=make.TODAY, moved_to=make.TODAY, approved_by=make.user(),
        approved_at=make.NOW, found_at=make.NOW,
    )  # fmt: skip
    for statement in (
        "UPDATE payouts_recall SET reason = 'Another.'",
        "UPDATE payouts_evidence SET name = 'other.pdf'",
        "UPDATE payouts_evidence SET body_sha256 = 'other'",
        "UPDATE payouts_missedcutoff SET moved_to = moved_to + 1",
        *(f"DELETE FROM payouts_{table}" for table in ("recall", "evidence", "missedcutoff")),
        *(f"TRUNCATE payouts_{table} CASCADE" for table in ("recall", "evidence", "missedcutoff")),
    ):
        with pytest.raises((psycopg.errors.IntegrityError, psycopg.errors.RaiseException)):
            owner_connection.execute(statement)
        owner_connection.rollback()


@pytest.mark.parametrize("verdict", ["sent", "never_sent"])
def test_no_finding_is_confirmed_without_its_paper(raw_sql, verdict):
    bare = standing.finding(standing.submission(), verdict, paper=False)
    confirm = "UPDATE payouts_resolution SET confirmed_by_id = %s, confirmed_at = now() WHERE id = %s"
    with pytest.raises(IntegrityError, match="has no evidence attached"):
        raw_sql(confirm, [make.user().pk, bare.pk])
    with_paper = standing.finding(standing.submission(), verdict)
    raw_sql(confirm, [make.user().pk, with_paper.pk])


def test_no_finding_is_born_confirmed(raw_sql):
    with pytest.raises(IntegrityError, match="has no evidence attached"):
        standing.finding(standing.submission(), "sent", confirmed_by=make.user(), confirmed_at=make.NOW)


def test_a_finding_has_one_paper_that_is_not_empty(raw_sql):
    found = standing.finding(standing.submission(), "sent")
    values = {"resolution": found, "body_ciphertext": b"x", "body_sha256": "0", "attached_at": make.NOW}
    with pytest.raises(IntegrityError, match="resolution_id"):
        Evidence.objects.create(name="b.pdf", body_bytes=3, **values)


@pytest.mark.parametrize(
    ("name", "size", "why"), [("", 3, "evidence_has_name"), ("b.pdf", 0, "evidence_has_bytes")]
)
def test_a_paper_has_a_name_and_bytes(name, size, why):
    bare = standing.finding(standing.submission(), "sent", paper=False)
    with pytest.raises(IntegrityError, match=why):
        Evidence.objects.create(
            resolution=bare,
            name=name,
            body_ciphertext=b"x",
            body_sha256="0",
            body_bytes=size,
            attached_at=make.NOW,
        )
