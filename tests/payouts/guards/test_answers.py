"""Of what the API answered the body goes, after a day at the earliest, and nothing else: whoever asks PostgreSQL."""

from datetime import timedelta

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError
from psycopg import errors

from backoffice.audit.clock import database_now
from payouts.models import KeptAnswer
from tests import make

pytestmark = pytest.mark.django_db
ERASE = "UPDATE payouts_keptanswer SET body = NULL"


def kept(**age: float) -> KeptAnswer:
    return KeptAnswer.objects.create(
        person=make.user("analyst"),
        key=f"k{make.number()}",
        asked="a",
        status=200,
        body='{"seller": "Ada"}',
        at=database_now() - timedelta(**age),
    )


def test_the_body_goes_once_after_a_day_and_the_fact_stays(raw_sql):
    answer = kept(days=1, seconds=1)
    raw_sql(ERASE)
    left = KeptAnswer.objects.get()
    assert left.body is None
    fact = ("pk", "person_id", "key", "asked", "status", "at")
    assert [getattr(left, name) for name in fact] == [getattr(answer, name) for name in fact]
    for again in (ERASE, "UPDATE payouts_keptanswer SET body = '{}'"):
        with pytest.raises(IntegrityError, match="loses it once"):
            raw_sql(again)


def test_before_a_day_is_over_nothing_goes(raw_sql):
    kept(hours=23, minutes=59)
    with pytest.raises(IntegrityError, match="kept for a day at least"):
        raw_sql(ERASE)
    assert KeptAnswer.objects.get().body


def test_no_body_becomes_another_and_none_is_born_without(raw_sql):
    answer = kept(days=90)
    for body in ("", "{}", answer.body):
        with pytest.raises(IntegrityError, match="loses it once"):
            raw_sql("UPDATE payouts_keptanswer SET body = %s", [body])
    with pytest.raises(IntegrityError, match="a kept answer has a body"):
        raw_sql(
            "INSERT INTO payouts_keptanswer (person_id, key, asked, status, at)"
            " SELECT person_id, 'other', asked, status, at FROM payouts_keptanswer"
        )


def test_no_row_goes(raw_sql):
    kept(days=90)
    for change in ("DELETE FROM payouts_keptanswer", "TRUNCATE payouts_keptanswer"):
        with pytest.raises(DatabaseError, match="permission denied"):
            raw_sql(change)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "change",
    [
        f"{ERASE}, at = at - interval '1 day'",
        f"{ERASE}, key = 'other'",
        f"{ERASE}, asked = 'b'",
        f"{ERASE}, status = 201",
        f"{ERASE}, id = id + 1",
        f"{ERASE}, person_id = (SELECT max(id) FROM auth_user)",
        "DELETE FROM payouts_keptanswer",
        "TRUNCATE payouts_keptanswer",
    ],
)
def test_nothing_else_changes_with_it_not_even_for_the_owner(
    change: str, owner_connection: psycopg.Connection
):
    kept(days=90)
    make.user("analyst")
    with pytest.raises(errors.RestrictViolation):
        owner_connection.execute(change)
