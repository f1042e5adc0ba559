"""Imports as jobs: received, read, confirmed, posted; left and found again, cancelled, killed and done over."""

import io
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.utils.translation import override

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from payouts.models import Statement
from payouts.operations import _import_job, imports
from payouts.queries import import_words, statement_words
from sellers import importing as seller_files
from sellers.ledger.importing import posting
from sellers.ledger.models import Earning, ImportFile, ImportPart, StagedEarning, Transaction
from sellers.models import Seller
from tests import make, make_payouts
from tests.payouts import camt
from tests.sellers.ledger.importing.given import csv, row

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    """Every file goes to a worker."""
    monkeypatch.setattr(imports, "SMALL_BYTES", 0)
    monkeypatch.setattr(imports, "SMALL_ROWS", 0)


@pytest.fixture
def shop():
    return make.seller(external_id="shop-1")


@pytest.fixture
def analyst():
    return make.person("analyst")


def received(data: bytes, actor, *, kind="earnings", profile="generic") -> ImportFile:
    return imports.receive(
        kind=kind, profile=profile, stream=io.BytesIO(data), name="november.csv", actor=actor, now=make.NOW
    )


def worked(file: ImportFile, **values) -> ImportFile:
    imports.work(import_id=file.pk, now=make.NOW, **values)
    return ImportFile.objects.get(pk=file.pk)


def test_a_large_file_is_read_and_posted_by_a_worker_and_its_bytes_are_sealed_meanwhile(shop, analyst):
    file = received(csv(row("a", seller="shop-1"), row("b", seller="shop-1")), analyst)
    assert (file.status, StagedEarning.objects.count()) == ("READING", 0)
    assert b"shop-1" not in bytes(ImportPart.objects.get().body)
    file = worked(file)
    assert (file.status, file.new_count, ImportPart.objects.count()) == ("CHECKED", 2, 0)
    assert imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW).status == "POSTING"
    assert Earning.objects.count() == 0
    file = worked(file)
    assert (file.status, file.step, Earning.objects.count()) == ("POSTED", "", 2)
    assert file.confirmed_by_id == analyst.user_id


def test_a_second_message_does_nothing(shop, analyst):
    file = worked(received(csv(row("a", seller="shop-1")), analyst))
    assert not imports.work(import_id=file.pk, now=make.NOW)
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    assert imports.work(import_id=file.pk, now=make.NOW)
    assert not imports.work(import_id=file.pk, now=make.NOW)
    assert Earning.objects.count() == 1


def test_while_one_worker_is_at_it_another_leaves_it_alone(shop, analyst):
    file = received(csv(row("a", seller="shop-1")), analyst)
    with _import_job.only_one(file.pk):
        assert worked(file).status == "READING"
    assert worked(file).status == "CHECKED"


def test_progress_is_seen_from_outside_while_nothing_is_posted_yet(shop, analyst, app_connection):
    file = worked(received(csv(row("a", seller="shop-1"), row("b", seller="shop-1")), analyst))
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    seen = []

    def look(step, done, total):
        said = app_connection.execute("SELECT status, step, done, total FROM ledger_importfile").fetchone()
        (count,) = app_connection.execute("SELECT count(*) FROM ledger_earning").fetchone()
        app_connection.commit()
        seen.append((step, said, count))

    worked(file, say=look)
    assert [step for step, _, _ in seen][-1] == "Writing to the ledger"
    assert ("POSTING", "Comparing with what is known", 0, 2) in [said for _, said, _ in seen]
    assert {count for _, _, count in seen} == {0}


def test_dropped_while_it_is_posted_nothing_stands(shop, analyst, app_connection):
    file = worked(received(csv(row("a", seller="shop-1")), analyst))
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)

    def drop(step, done, total):
        if step == "Writing to the ledger" and done == total:
            app_connection.execute("UPDATE ledger_importfile SET status = 'DROPPED'")
            app_connection.commit()

    file = worked(file, say=drop)
    assert (file.status, Transaction.objects.count(), Earning.objects.count()) == ("DROPPED", 0, 0)
    imports.sweep(now=make.NOW)
    assert StagedEarning.objects.count() == 0


def test_a_file_that_the_ledger_contradicts_by_now_has_failed_with_the_reason(shop, analyst):
    first = worked(received(csv(row("a", seller="shop-1")), analyst))
    other = worked(received(csv(row("a", seller="shop-1", amount="99.00")), analyst))
    for file in (first, other):
        imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    assert worked(first).status == "POSTED"
    other = worked(other)
    assert (other.status, Earning.objects.count()) == ("FAILED", 1)
    assert "100.00 EUR there" in other.trouble
    assert not other.staged.exists()


def test_who_lost_the_right_meanwhile_has_nothing_posted(shop):
    user = make.user("analyst")
    analyst = actors.person(user)
    file = worked(received(csv(row("a", seller="shop-1")), analyst))
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    user.groups.clear()
    file = worked(file)
    assert (file.status, Earning.objects.count()) == ("CHECKED", 0)
    assert "may not" in file.trouble
    with pytest.raises(NotAllowed):
        received(csv(row("b", seller="shop-1")), analyst)


def test_an_unforeseen_trouble_is_a_failed_import_with_a_sentence(shop, analyst, monkeypatch):
    file = worked(received(csv(row("a", seller="shop-1")), analyst))
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    monkeypatch.setattr(posting.writing, "write", lambda **values: 1 / 0)
    file = worked(file)
    assert file.status == "FAILED"
    assert "nothing of it was posted" in file.trouble


def test_the_sweep_rings_for_what_was_forgotten_and_gives_up_at_last(shop, analyst):
    file = received(csv(row("a", seller="shop-1")), analyst)
    assert imports.sweep(now=make.NOW + timedelta(seconds=5)) == 0
    assert imports.sweep(now=make.NOW + timedelta(minutes=1)) == 1
    assert imports.sweep(now=make.NOW + timedelta(hours=7)) == 0
    file.refresh_from_db()
    assert (file.status, file.parts.count()) == ("FAILED", 0)


def test_one_person_may_not_bury_the_workers_in_files(shop, analyst):
    for number in range(imports.MOST_WAITING):
        received(csv(row(f"e{number}", seller="shop-1")), analyst)
    with pytest.raises(imports.TooMany, match="still being read"):
        received(csv(row("x", seller="shop-1")), analyst)


def test_sellers_come_in_by_a_worker_too(analyst):
    data = b"external_id,name,country\ns1,Shop One,FR\n"
    file = worked(received(data, analyst, kind="sellers"))
    assert (file.status, file.new_count, file.seller_file.status) == ("CHECKED", 1, "CHECKED")
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    file = worked(file)
    assert (file.status, file.seller_file.status) == ("POSTED", "APPLIED")
    assert Seller.objects.get(external_id="s1").name == "Shop One"
    other = worked(received(data, analyst, kind="sellers"))
    imports.drop(import_file_id=other.pk, actor=analyst, now=make.NOW)
    other.seller_file.refresh_from_db()
    assert other.seller_file.status == "DROPPED"
    assert len(seller_files.all_profiles()) >= 1


def test_a_bank_statement_is_looked_at_before_it_is_booked_and_once_only():
    make_payouts.funding()
    treasurer = make.person("treasurer")
    data = camt.statement([camt.Line(-1_200), camt.Line(500)])
    file = worked(received(data, treasurer, kind="statement", profile=""))
    (shown,) = file.preview
    assert (file.status, file.new_count, Statement.objects.count()) == ("CHECKED", 2, 0)
    assert (shown["id"], shown["day"], shown["known"], shown["chain"]) == ("STMT-1", "2026-11-24", False, [])
    assert file.totals == {"EUR": {"credited": 500, "debited": -1_200}}
    assert camt.IBAN not in str(file.preview)
    imports.confirm(import_file_id=file.pk, actor=treasurer, now=make.NOW)
    assert worked(file).status == "POSTED"
    again = worked(received(data, treasurer, kind="statement", profile=""))
    assert (again.status, again.new_count, again.known_count) == ("CHECKED", 0, 2)
    imports.confirm(import_file_id=again.pk, actor=treasurer, now=make.NOW)
    assert (worked(again).status, Statement.objects.count()) == ("POSTED", 1)
    assert Statement.objects.get().import_file == file
    assert [part.import_file for part in ImportPart.objects.all()] == [
        file
    ]  # of what was known nothing is kept


def test_a_statement_says_how_far_it_is_while_it_is_read_and_booked():
    make_payouts.funding()
    treasurer = make.person("treasurer")
    file = received(
        camt.statement([camt.Line(-1_200), camt.Line(500)]), treasurer, kind="statement", profile=""
    )
    said: list[tuple[str, int, int]] = []
    worked(file, say=lambda *step: said.append(step))
    assert said == [("Reading the statement", 1, 2), ("Reading the statement", 2, 2)]
    imports.confirm(import_file_id=file.pk, actor=treasurer, now=make.NOW)
    said.clear()
    worked(file, say=lambda *step: said.append(step))
    assert said[2:] == [("Matching lines to payments", 0, 2)]


def test_what_is_wrong_with_a_statement_is_said_with_its_entry_and_a_gap_before_it_is_booked():
    make_payouts.funding()
    treasurer = make.person("treasurer")
    first = received(camt.statement(), treasurer, kind="statement", profile="")
    worked(first)
    imports.confirm(import_file_id=first.pk, actor=treasurer, now=make.NOW)
    worked(first)
    late = camt.statement(number=3, day="2026-11-26", opening_minor=7)
    late = worked(received(late, treasurer, kind="statement", profile=""))
    assert any("Statement 2 is missing" in gap for gap in late.preview[0]["chain"])
    unread = camt.statement([camt.Line(100)], number=4).replace(
        b"<Ntry><Amt Ccy='EUR'>1.00", b"<Ntry><Amt Ccy='EUR'>x"
    )
    refused = worked(received(unread, treasurer, kind="statement", profile=""))
    assert refused.status == "REFUSED"
    assert "Line 1: “x EUR” is no amount in EUR" in refused.staged.first().error
    strange = camt.statement(number=5, account="FR7630006000019999999999999")
    strange = worked(received(strange, treasurer, kind="statement", profile=""))
    assert "none of our funding accounts (…9999)" in strange.staged.get().error


def test_what_is_over_changes_no_more_by_trigger(shop, analyst, app_connection):
    file = worked(received(csv(row("a", seller="shop-1")), analyst))
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    worked(file)
    for change in ("status = 'CHECKED'", "new_count = 7"):
        with pytest.raises(Exception, match="changes no more"):
            app_connection.execute(f"UPDATE ledger_importfile SET {change}")
        app_connection.rollback()


def test_what_takes_longer_than_any_work_may_is_given_back(shop, analyst, monkeypatch):
    file = worked(received(csv(row("a", seller="shop-1")), analyst))
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)

    def slow(**values):
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(posting.writing, "write", slow)
    file = worked(file)
    assert (file.status, Earning.objects.count()) == ("CHECKED", 0)
    assert "Split the file" in file.trouble


def test_a_statement_of_few_lines_and_many_bytes_is_booked_by_a_worker(monkeypatch):
    monkeypatch.setattr(imports, "SMALL_BYTES", 10**6)
    monkeypatch.setattr(imports, "SMALL_ROWS", 10)
    make_payouts.funding()
    treasurer = make.person("treasurer")
    file = received(camt.statement([camt.Line(-5)]), treasurer, kind="statement", profile="")
    monkeypatch.setattr(imports, "_SMALL_TO_POST", 10)
    waits = imports.confirm(import_file_id=file.pk, actor=treasurer, now=make.NOW)
    assert waits.status == "POSTING"
    assert worked(waits).status == "POSTED"


def test_errors_are_written_down_in_english_whoever_brought_the_file_and_whoever_reads_it():
    make_payouts.funding()
    body = camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<")
    with override("fr"):
        file = received(body, make.person("treasurer"), kind="statement", profile="")
        (error,) = worked(file).staged.values_list("error", flat=True)
        assert error == (
            "Statement STMT-1: Opening balance plus booked lines is not the closing balance: they come to 9999.95 EUR, "
            "it is 1.00 EUR."
        )
        told = statement_words.reread(error)
        assert told.startswith("Relevé bancaire STMT-1") and "9 999,95" in told.replace("\u202f", " ")
    assert "€9,999.95" in statement_words.reread(error)


def test_why_a_file_did_not_go_on_is_written_down_in_english_and_told_in_the_language_of_who_asked(
    shop, analyst, monkeypatch
):
    first = worked(received(csv(row("a", seller="shop-1")), analyst))
    other = worked(received(csv(row("a", seller="shop-1", amount="99.00")), analyst))
    imports.confirm(import_file_id=first.pk, actor=analyst, now=make.NOW)
    assert worked(first).status == "POSTED"
    monkeypatch.setattr(imports, "SMALL_ROWS", 1)
    with override("fr"), pytest.raises(posting.Changed) as told:
        imports.confirm(import_file_id=other.pk, actor=analyst, now=make.NOW)
    other.refresh_from_db()
    assert other.status == "FAILED"
    assert other.trouble.startswith("Nothing was imported: 1 row does not fit")
    with override("fr"):
        assert str(told.value).startswith("Rien n’a été importé") and str(told.value) == import_words.trouble(
            other
        )


def test_progress_of_posting_begins_anew():
    make_payouts.funding()
    treasurer = make.person("treasurer")
    file = worked(received(camt.statement([camt.Line(-5)]), treasurer, kind="statement", profile=""))
    ImportFile.objects.filter(pk=file.pk).update(step="Reading", done=7, total=9)
    imports.confirm(import_file_id=file.pk, actor=treasurer, now=make.NOW)
    file.refresh_from_db()
    assert (file.step, file.done, file.total) == ("", 0, 0)
