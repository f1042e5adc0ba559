"""A statement's bytes stand somewhere, and stay: PostgreSQL refuses a row without, and files that lose some."""

import io

import pytest
from django.db import DatabaseError, IntegrityError

from payouts.models import Statement
from payouts.operations import imports
from sellers.ledger.importing.progress import quiet
from sellers.ledger.models import ImportPart
from tests import make, make_payouts
from tests.payouts import camt
from tests.sellers.ledger.importing.given import checked, csv, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def booked() -> Statement:
    make_payouts.funding()
    who = {"actor": make.person("treasurer"), "now": make.NOW, "say": quiet}
    body = camt.statement([camt.Line(-1_200)])
    file = imports.receive(kind="statement", stream=io.BytesIO(body), name="day.xml", **who)
    imports.confirm(import_file_id=file.pk, **who)
    return Statement.objects.get()


def test_the_file_that_a_statement_was_booked_from_stays_as_it_is(booked, raw_sql):
    file = [booked.import_file_id]
    for change in (
        "DELETE FROM ledger_importpart WHERE import_file_id = %s",
        "INSERT INTO ledger_importpart (import_file_id, position, body, sealed) VALUES (%s, 9, '', false)",
    ):
        with pytest.raises(IntegrityError, match="is the document of its statements"):
            raw_sql(change, file)
    with pytest.raises(IntegrityError, match="never change"):
        raw_sql("UPDATE ledger_importpart SET body = '' WHERE import_file_id = %s", file)
    with pytest.raises(DatabaseError):
        raw_sql("DELETE FROM ledger_importfile WHERE id = %s", file)
    assert ImportPart.objects.filter(import_file=booked.import_file).count() == 1


def test_a_statement_without_its_bytes_is_refused(booked, raw_sql):
    with pytest.raises(IntegrityError, match="statement_bytes_are_kept"):
        raw_sql(
            "INSERT INTO payouts_statement (funding_account_id, statement_id, statement_date, opening_minor,"
            " closing_minor, body_sha256) SELECT funding_account_id, 'other', statement_date, 0, 0, 'other'"
            " FROM payouts_statement"
        )


def test_a_statement_names_a_file_of_statements_that_has_its_bytes(booked, raw_sql):
    earnings = checked(csv(row("e", seller="shop-1")), actor=make.person("analyst"))
    waits = imports.receive(
        kind="statement",
        stream=io.BytesIO(camt.statement(number=2, day="2026-11-25", opening_minor=998_800)),
        name="next.xml",
        actor=make.person("treasurer"),
        now=make.NOW,
        say=quiet,
    )
    add = (
        "INSERT INTO payouts_statement (funding_account_id, statement_id, statement_date, opening_minor,"
        " closing_minor, body_sha256, import_file_id)"
        " SELECT funding_account_id, %s, statement_date, closing_minor, closing_minor, %s, %s"
        " FROM payouts_statement ORDER BY id LIMIT 1"
    )
    with pytest.raises(IntegrityError, match="is not in import"):
        raw_sql(add, ["a", "a", earnings.pk])
    raw_sql(add, ["b", "b", waits.pk])
    raw_sql("DELETE FROM ledger_importpart WHERE import_file_id = %s", [earnings.pk])
    empty = imports.receive(
        kind="statement",
        stream=io.BytesIO(camt.statement(number=3)),
        name="none.xml",
        actor=make.person("treasurer"),
        now=make.NOW,
        say=quiet,
    )
    raw_sql("DELETE FROM ledger_importpart WHERE import_file_id = %s", [empty.pk])
    with pytest.raises(IntegrityError, match="is not in import"):
        raw_sql(add, ["c", "c", empty.pk])
