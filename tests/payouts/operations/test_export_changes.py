"""What changed since an earlier export: new, changed and withdrawn rows, and nothing else."""

import csv
import io
from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from payouts.exports import kinds
from payouts.exports.kinds import BadExport
from payouts.models import Export
from payouts.operations import exporting, holds, review
from tests import make
from tests.payouts import quick, shelf, standing

pytestmark = pytest.mark.django_db
writes = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "exports")


def write(made: Export, now=make.NOW) -> Export:
    assert exporting.write(export_id=made.pk, now=now)
    made.refresh_from_db()
    assert made.error == ""
    return made


def whole(actor, query="", **values) -> Export:
    given = {"format": "csv", "now": make.NOW} | values
    return write(exporting.request(filters=query, actor=actor, **given))


def since(base, actor, **values) -> Export:
    given = {"format": "csv", "now": make.NOW} | values
    return write(exporting.request_changes(since=base.pk, actor=actor, **given))


def read(export: Export) -> list[dict[str, str]]:
    text = shelf.file_of(export).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _review(payout) -> None:
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW).only()


def told(export: Export) -> list[tuple[str, str]]:
    return [(row["What happened"], row["Row"]) for row in read(export)]


@writes
def test_only_new_changed_and_withdrawn_rows_come_each_saying_which():
    actor = make.person("accountant")
    same, changed, gone = quick.payout(), quick.payout(), quick.payout()
    first = whole(actor, "status=PENDING_REVIEW")
    assert len(shelf.hashes_of(first).read_text().splitlines()) == 3

    holds.hold(
        payout_ids=[changed.pk], actor=make.person("approver"), reason="dispute", note="Ask.", now=make.NOW
    )
    _review(gone)
    new = quick.payout()
    second = since(first, actor)

    assert told(second) == [
        ("New", new.reference),
        ("Changed", changed.reference),
        ("Withdrawn", gone.reference),
    ]
    rows = read(second)
    assert (rows[1]["On hold"], rows[1]["Payout"]) == ("yes", changed.reference)
    # Of one that is gone the file says what stays of a payout, and no more.
    assert {name for name, value in rows[2].items() if value} == {
        "What happened", "Row", "Payout", "Seller", "Seller id", "Country", "Currency", "Amount",
        "Amount in minor units", "Created",
    }  # fmt: skip
    assert (rows[2]["Seller"], rows[2]["Amount"]) == (gone.seller.reference, "100.00")
    assert same.reference not in {row["Row"] for row in rows}
    assert (second.rows_new, second.rows_changed, second.rows_withdrawn, second.rows_done) == (1, 1, 1, 3)
    assert second.filters == first.filters

    # The chain goes on: what was told is not told again, though that file held a few rows only.
    assert told(since(second, actor)) == []
    assert len(told(since(first, actor))) == 3


@writes
def test_whatever_the_format_the_same_rows_have_the_same_hashes():
    actor = make.person("accountant")
    quick.payout(amount_minor=123_456)
    quick.payout(country="JP", currency="JPY", amount_minor=41_826)
    first = whole(actor)
    for format in ("xlsx", "jsonl", "excel_csv"):
        other = whole(actor, format=format, locale="es")
        assert shelf.hashes_of(other).read_bytes() == shelf.hashes_of(first).read_bytes()
        assert since(first, actor, format=format).rows_done == 0


@writes
def test_an_earlier_one_may_be_chosen_only_where_its_rows_and_columns_are_the_same():
    actor = make.person("accountant")
    quick.payout()
    first = whole(actor, "status=PENDING_REVIEW", columns=["reference", "amount"])

    def ask(query="status=PENDING_REVIEW", columns=("reference", "amount"), **values):
        given = {"filters": query, "columns": columns, "format": "csv", "actor": actor, "now": make.NOW}
        return exporting.request(**(given | {"since": first.pk} | values))

    assert ask().since == first
    with pytest.raises(BadExport, match="has another filter, “Status is to review"):
        ask("status=REVIEWED")
    with pytest.raises(BadExport, match="has other columns"):
        ask(columns=["reference"])
    with pytest.raises(BadExport, match="another kind of export, the payout register"):
        ask(kind="lines", columns=())
    with pytest.raises(BadExport, match="no such export of yours"):
        ask(actor=make.person("accountant"))
    with pytest.raises(BadExport, match="no longer known"):
        ask(now=make.NOW + timedelta(days=101))
    with pytest.raises(exporting.UnknownExport):
        exporting.request_changes(since=first.pk, format="csv", actor=make.person("accountant"), now=make.NOW)


@writes
def test_hashes_outlive_the_file_and_go_after_their_days():
    actor = make.person("accountant")
    made = quick.payout()
    first = whole(actor)
    exporting.sweep(now=make.NOW + timedelta(days=8))
    first.refresh_from_db()
    assert (first.status, shelf.file_of(first).exists()) == ("EXPIRED", False)
    _review(made)
    later = make.NOW + timedelta(days=8)
    assert told(since(first, actor, now=later)) == [("Changed", made.reference)]

    exporting.sweep(now=make.NOW + timedelta(days=101))
    first.refresh_from_db()
    assert first.hashes_until is None
    assert not shelf.hashes_of(first).exists()
    with pytest.raises(BadExport, match=r"no longer known\. Export everything instead"):
        since(first, actor)


@writes
def test_a_lost_file_of_hashes_fails_with_a_sentence():
    actor = make.person("accountant")
    quick.payout()
    first = whole(actor)
    shelf.hashes_of(first).unlink()
    made = exporting.request_changes(since=first.pk, format="csv", actor=actor, now=make.NOW)
    assert not exporting.write(export_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    assert (made.status, "no longer known. Export everything" in made.error) == ("FAILED", True)


@writes
def test_exports_of_the_past_are_compared_across_their_moments():
    actor = make.person("accountant")
    made = quick.payout()
    first = whole(actor, kind="open")
    _review(made)
    later = make.NOW + timedelta(days=1)
    (row,) = read(since(first, actor, now=later))
    assert (row["What happened"], row["Status then"]) == ("Changed", "Awaiting approval")


@writes
def test_a_computed_column_changes_with_what_it_is_computed_from():
    """The bank's reason in words has no SQL: the file goes row by row, and is compared all the same."""
    actor = make.person("accountant")
    with transaction.atomic():
        dead = standing.payout("FAILED")
    columns = ["payout", "reason"]
    first = whole(actor, kind="failed", columns=columns)
    assert since(first, actor).rows_done == 0
    with transaction.atomic():
        other = standing.payout("FAILED")
    assert told(since(first, actor)) == [("New", other.reference)]
    assert dead.reference in shelf.hashes_of(first).read_text()


@writes
def test_the_list_s_sort_is_the_file_s_and_stands_in_words_in_its_record():
    actor = make.person("accountant")
    small, large, middle = (quick.payout(amount_minor=minor) for minor in (100, 90_000, 5_000))
    made = whole(actor, sort="-amount")
    assert [row["Payout"] for row in read(made)] == [p.reference for p in (large, middle, small)]
    assert made.order_text == "Each currency by itself, the largest amount first"
    assert [row["Payout"] for row in read(whole(actor, sort="created"))] == [
        p.reference for p in (small, large, middle)
    ]
    assert [row["Payout"] for row in read(whole(actor, kind="lines", sort="amount"))] == [
        p.reference for p in (small, middle, large)
    ]
    _review(middle)
    _review(large)
    assert told(since(made, actor)) == [("Changed", large.reference), ("Changed", middle.reference)]


def test_a_sort_that_is_none_is_refused():
    for kind, sort in (("payouts", "name"), ("deeds", "-amount")):
        who = make.person("auditor")
        with pytest.raises(BadExport, match="not sorted by"):
            exporting.request(kind=kind, filters="", format="csv", sort=sort, actor=who, now=make.NOW)


def test_postgresql_refuses_to_compare_what_is_not_alike(raw_sql):
    actor, other = make.person("accountant"), make.person("accountant")
    first = exporting.request(filters="", format="csv", actor=actor, now=make.NOW)
    kind = exporting.request(kind="lines", filters="", format="csv", actor=actor, now=make.NOW)
    person = exporting.request(filters="", format="csv", actor=other, now=make.NOW)
    later = exporting.request(filters="", format="csv", actor=actor, now=make.NOW)
    for export, base in ((kind, first), (person, first), (first, later), (first, first)):
        with pytest.raises((IntegrityError, DatabaseError), match="cannot be compared"):
            raw_sql("UPDATE payouts_export SET since_id = %s WHERE id = %s", [base.pk, export.pk])
    raw_sql("UPDATE payouts_export SET since_id = %s WHERE id = %s", [first.pk, later.pk])


@writes
def test_no_table_of_the_comparison_stays_behind():
    actor = make.person("accountant")
    quick.payout()
    since(whole(actor), actor)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tablename LIKE 'export_%'")
        assert cursor.fetchone() == (0,)


def test_every_kind_knows_the_key_of_its_rows():
    assert all(definition.key for definition in kinds.KINDS.values())


@writes
def test_an_export_of_the_time_before_there_was_a_choice_goes_by_posting_and_can_be_compared():
    actor, day = make.person("accountant"), str(make.TODAY)
    make.earning(make.ledger_account())
    span = {"posted_after": day, "posted_before": day}
    first = exporting.request(kind="statement", filters=span, actor=actor, format="csv", now=make.NOW)
    Export.objects.filter(pk=first.pk).update(filters={name: [day] for name in span})
    write(first)
    assert "seller_name" in first.hashed_columns  # which a file by the books' day leaves out
    second = since(first, actor)
    assert (second.rows_done, second.filters["by"]) == (0, ["posted"])
