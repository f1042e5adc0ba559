"""`export_journal`: a closed month's journal from the command line, one file a currency."""

import hashlib
import io
import shutil
from datetime import UTC, datetime

import pytest
from django.core.management import CommandError, call_command

from sellers.ledger.models import JournalFile
from tests import books, make

pytestmark = pytest.mark.django_db


@pytest.fixture
def october(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "kept")
    books.charted()
    for currency in ("EUR", "JPY"):
        when = datetime(2026, 10, 14, 9, 0, tzinfo=UTC)
        account = make.ledger_account(currency=currency)
        make.earning(account, amount_minor=100_00, due_date=when.date(), now=when)
    books.closed()


def told(**options) -> tuple[str, str]:
    """What it says, and how far it was meanwhile."""
    said, progress = io.StringIO(), io.StringIO()
    call_command("export_journal", stdout=said, stderr=progress, **options)
    return said.getvalue(), progress.getvalue()


def run(**options) -> str:
    return told(**options)[0]


def test_every_currency_is_written_and_the_line_says_its_sha(october, tmp_path):
    said = run(period="2026-10", format="csv", to=str(tmp_path))
    for currency in ("EUR", "JPY"):
        body = (tmp_path / f"journal-2026-10-{currency}-detailed.csv").read_bytes()
        assert hashlib.sha256(body).hexdigest() in said
    again = tmp_path / "again"
    again.mkdir()
    assert run(period="2026-10", format="csv", to=str(again)) == said
    assert JournalFile.objects.count() == 2


def test_it_says_how_far_each_file_is(october, tmp_path):
    _said, progress = told(period="2026-10", format="csv", to=str(tmp_path))
    assert progress.splitlines() == ["1 of 1 journal entries"] * 2
    again = tmp_path / "again"
    again.mkdir()
    assert told(period="2026-10", format="csv", to=str(again))[1] == ""  # it was written before


def test_on_a_terminal_there_is_a_bar(october, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    _said, progress = told(period="2026-10", format="csv", currency="EUR", to=str(tmp_path))
    assert "\r" + "█" * 30 + " 1 of 1 journal entries" in progress


def test_no_worker_is_called_to_what_the_command_writes_itself(
    october, tmp_path, django_capture_on_commit_callbacks
):
    """Beside a running worker it would find the row locked, and go away with nothing."""
    with django_capture_on_commit_callbacks() as rung:
        run(period="2026-10", format="csv", to=str(tmp_path))
    assert rung == []


def test_a_file_that_is_there_is_never_overwritten_nor_its_neighbour_written(october, tmp_path):
    there = tmp_path / "journal-2026-10-JPY-detailed.csv"
    there.write_text("what accounting was given")
    with pytest.raises(CommandError, match=r"is there already\. Name another folder"):
        run(period="2026-10", format="csv", to=str(tmp_path))
    assert there.read_text() == "what accounting was given"
    assert [each.name for each in tmp_path.glob("*.csv")] == [there.name]


def test_a_file_that_could_not_be_written_whole_is_not_there(october, tmp_path, monkeypatch):
    def full(source, target, size=0):
        target.write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copyfileobj", full)
    with pytest.raises(CommandError, match="could not be written: No space left"):
        run(period="2026-10", format="csv", to=str(tmp_path))
    assert not [each for each in tmp_path.iterdir() if each.is_file()]


def test_what_cannot_be_written_is_said_in_a_sentence(october, tmp_path):
    for options, words in (
        ({"period": "2026-13"}, "no month"),
        ({"period": "2026-09"}, "not closed"),
        ({"to": str(tmp_path / "nowhere")}, "no folder"),
        ({"format": "word"}, "no format"),
        ({"grouping": "weekly"}, "no grouping"),
        ({"currency": "usd"}, "nothing was booked"),
        ({"format": "yayoi", "currency": "EUR"}, "yen only"),
        ({"username": "nobody"}, "no active user"),
    ):
        with pytest.raises(CommandError, match=words):
            run(**{"period": "2026-10", "format": "csv", "to": str(tmp_path), **options})
    assert not list(tmp_path.glob("*.csv"))
