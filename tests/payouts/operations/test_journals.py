"""A journal while it is being written: others see how far it is, write it no second time, and wait for nothing."""

from datetime import datetime, timedelta
from unittest import mock

import pytest
from django.db import connection
from django.test import Client

from payouts.operations import _books_file, _shelf, journals
from sellers.ledger.models import JournalFile, JournalStatus
from tests import books, make

pytestmark = pytest.mark.django_db(transaction=True)


def asked_for(now: datetime = make.NOW) -> JournalFile:
    return journals.request(
        first=books.OCTOBER,
        format="csv",
        currency="EUR",
        grouping="detailed",
        actor=make.person("accountant"),
        now=now,
        ring=False,
    )


@pytest.fixture
def october(settings, tmp_path):
    """A closed month with twelve entries, and its journal asked for."""
    settings.EXPORT_DIR = str(tmp_path)
    account = make.ledger_account(make.seller())
    for _ in range(12):
        make.earning(account, amount_minor=10_00, due_date=books.IN_OCTOBER.date(), now=books.IN_OCTOBER)
    books.charted()
    books.closed()
    return asked_for()


def from_beside(sql: str, *values) -> list:
    """What another session gets."""
    side = connection.copy()
    try:
        with side.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        side.close()


def test_while_it_is_stored_others_see_all_entries_lock_its_row_and_write_it_no_second_time(
    october, monkeypatch
):
    seen, put = [], _shelf.put

    def stored(whole, name):
        seen.extend(
            from_beside(
                "SELECT status, started_at, entries_done, entries_total FROM ledger_journalfile WHERE id = %s "
                "FOR UPDATE NOWAIT",
                october.pk,
            )
        )
        seen.append(journals.write(file_id=october.pk, now=make.NOW))
        put(whole, name)

    monkeypatch.setattr(_shelf, "put", stored)

    assert journals.write(file_id=october.pk, now=make.NOW)

    assert seen == [("WAITING", make.NOW, 12, 12), False]
    october.refresh_from_db()
    assert october.status == JournalStatus.READY


def bent(parts) -> None:
    parts._stream.write(b"x")
    parts._stream.close()


def test_who_asks_for_it_meanwhile_changes_nothing_of_it(october, monkeypatch):
    put = _shelf.put

    def stored(whole, name):
        asked = asked_for(make.NOW + timedelta(minutes=2))
        assert (asked.asked_at, asked.entries_done) == (make.NOW, 12)
        put(whole, name)

    monkeypatch.setattr(_shelf, "put", stored)
    assert journals.write(file_id=october.pk, now=make.NOW)
    assert asked_for(make.NOW + timedelta(minutes=2)).status == JournalStatus.READY


def test_what_is_wanted_no_longer_is_not_stored(october, monkeypatch):
    checked = _books_file._checked

    def meanwhile(*given):
        from_beside("UPDATE ledger_journalfile SET status = 'FAILED' WHERE id = %s RETURNING id", october.pk)
        return checked(*given)

    monkeypatch.setattr(_books_file, "_checked", meanwhile)
    assert not journals.write(file_id=october.pk, now=make.NOW)
    assert not _shelf.exists(_books_file.name(october))


def test_other_bytes_than_those_given_before_leave_what_is_stored_as_it_is(october, settings):
    assert journals.write(file_id=october.pk, now=make.NOW)
    october.refresh_from_db()
    with _shelf.opened(_books_file.name(october)) as file:
        good = file.read()
    # As after a crash between the file and its row: it stands, and waits to be written.
    JournalFile.objects.filter(pk=october.pk).update(status=JournalStatus.WAITING)
    # What is booked never changes, so the bytes are bent on their way.
    with (
        mock.patch.object(_books_file.Parts, "end", bent),
        mock.patch.object(_books_file, "_checked", return_value=_books_file.Written("", 0, "", 0)),
    ):
        assert not journals.write(file_id=october.pk, now=make.NOW)
    october.refresh_from_db()
    assert "not those given before" in october.error
    with _shelf.opened(_books_file.name(october)) as file:
        assert file.read() == good


def test_its_page_says_how_far_it_is_and_how_long_it_takes(october):
    client = Client()
    client.force_login(make.user("accountant", is_staff=True))

    def said() -> str:
        return client.get(f"/books/journals/{october.pk}/state/").content.decode()

    assert "Waits for a worker" in said()
    row = JournalFile.objects.filter(pk=october.pk)
    begun = from_beside("SELECT now()")[0][0] - timedelta(seconds=30)
    row.update(started_at=begun, entries_done=3, entries_total=12)
    assert "Being written: 3 of 12 journal entries, about " in said()
    row.update(entries_done=12)
    assert "Being checked" in said()


def test_asked_for_again_it_begins_from_nothing(october):
    JournalFile.objects.filter(pk=october.pk).update(
        status=JournalStatus.FAILED,
        error="The disk was full.",
        started_at=make.NOW,
        entries_done=9,
        entries_total=12,
    )
    again = asked_for(make.NOW + timedelta(minutes=2))
    assert (again.pk, again.status, again.entries_done) == (october.pk, JournalStatus.WAITING, None)


def test_what_nobody_expected_is_told_and_not_tried_for_ever(october, monkeypatch):
    monkeypatch.setattr(_shelf, "put", lambda whole, name: 1 / 0)

    assert not journals.write(file_id=october.pk, now=make.NOW)

    october.refresh_from_db()
    assert october.status == JournalStatus.FAILED
    assert "the trouble was logged" in october.error
    assert not journals.write(file_id=october.pk, now=make.NOW)
