"""`export_journal`: a closed month's journal from the command line, one file a currency."""

import hashlib
import io
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


def run(**options) -> str:
    said = io.StringIO()
    call_command("export_journal", stdout=said, **options)
    return said.getvalue()


def test_every_currency_is_written_and_the_line_says_its_sha(october, tmp_path):
    said = run(period="2026-10", format="csv", to=str(tmp_path))
    for currency in ("EUR", "JPY"):
        body = (tmp_path / f"journal-2026-10-{currency}-detailed.csv").read_bytes()
        assert hashlib.sha256(body).hexdigest() in said
    assert run(period="2026-10", format="csv", to=str(tmp_path)) == said
    assert JournalFile.objects.count() == 2


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
