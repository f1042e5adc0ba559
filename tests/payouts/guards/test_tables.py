"""What is written once, what is history, and what no role may do to any table."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, ProgrammingError

from payouts.models import (
    BatchItem,
    Hold,
)
from tests import make
from tests.payouts import standing
from tests.payouts.standing import plain

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "change", "again", "words"),
    [
        ("payouts_hold", "released_at = now()", "released_at = now()", "is released already"),
        ("payouts_batchitem", "left_at = now()", "left_because = 'x'", "has left its batch already"),
        (
            "payouts_attempt", "ended_at = now(), gave_back = true", "gave_back = false",
            "has ended already",
        ),
        ("payouts_submission", "fence = 5", "fence = 4", "needs a higher fence"),
    ],
)  # fmt: skip
def test_what_is_written_once_is_not_written_again(table, change, again, words, raw_sql):
    made = standing.payout("BATCHED")
    carrier = standing.submission(made.batch)
    rows = {
        "payouts_hold": lambda: Hold.objects.create(
            seller=make.seller(), reason="account_refused", note="x", placed_at=make.NOW
        ),
        "payouts_batchitem": lambda: BatchItem.objects.get(payout=made),
        "payouts_attempt": lambda: standing.attempt(made, carrier),
        "payouts_submission": lambda: carrier,
    }
    number = rows[table]().pk
    raw_sql(f"UPDATE {table} SET {change} WHERE id = %s", [number])
    with pytest.raises(IntegrityError, match=words):
        raw_sql(f"UPDATE {table} SET {again} WHERE id = %s", [number])


def test_a_payout_has_one_live_attempt_and_one_open_place_in_a_batch(db):
    made = standing.payout("SUBMITTED")
    with pytest.raises(IntegrityError, match="attempt_one_live"):
        standing.attempt(made, standing.submission())


def test_a_payout_is_in_one_batch_at_a_time(db):
    made = standing.payout("BATCHED")
    with pytest.raises(IntegrityError, match="batch_item_in_one_batch"):
        standing.item(made, standing.batch())


GUARDED = ("audit", "outbox", "ledger", "payouts")


def models(attribute, of=None):
    found = [model for model in apps.get_models() if getattr(model, attribute, None)]
    return [model for model in found if of is None or model._meta.app_label in of]


def triggers(table: str) -> set[str]:
    rows = plain(
        "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal AND tgenabled = 'O'",
        [table],
    )
    return {row[0] for row in rows}


@pytest.mark.parametrize("model", models("append_only"), ids=lambda model: model.__name__)
def test_history_is_append_only_by_right_and_by_trigger(model, raw_sql):
    table = model._meta.db_table
    column = model._meta.pk.column
    assert {"guard_append_only", "guard_truncate"} <= triggers(table)
    for statement in (
        f"UPDATE {table} SET {column} = {column}",
        f"DELETE FROM {table}",
        f"TRUNCATE {table} CASCADE",
    ):
        with pytest.raises(ProgrammingError, match="permission denied"):
            raw_sql(statement)


@pytest.mark.parametrize("model", models("app_may_update", of=GUARDED), ids=lambda model: model.__name__)
def test_only_named_columns_change_and_no_row_goes(model, raw_sql):
    table = model._meta.db_table
    assert "guard_truncate" in triggers(table)
    may = {model._meta.get_field(name.removesuffix("_id")).column for name in model.app_may_update}
    others = {field.column for field in model._meta.concrete_fields if not field.generated} - may
    for column in sorted(others):
        with pytest.raises(ProgrammingError, match="permission denied"):
            raw_sql(f"UPDATE {table} SET {column} = {column}")
    with pytest.raises(DatabaseError):
        raw_sql(f"TRUNCATE {table} CASCADE")


@pytest.mark.parametrize("status", ["PENDING_REVIEW", "CANCELLED"])
def test_no_payout_is_deleted(status, raw_sql):
    made = standing.payout(status)
    for table, column in (("payouts_transition", "payout_id"), ("payouts_payout", "id")):
        with pytest.raises(DatabaseError, match=r"permission denied|refused on payouts_payout"):
            raw_sql(f"DELETE FROM {table} WHERE {column} = %s", [made.pk])
