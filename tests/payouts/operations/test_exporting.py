"""An export from the asking to the end of its days, on a real database with committed rows."""

import csv
import hashlib
import io
import os
import pathlib
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection

from backoffice.audit.errors import NotAllowed
from payouts.exports import copying, rows
from payouts.exports.formats import FORMATS
from payouts.models import Export, Payout
from payouts.operations import _export_file, export_links, exporting, holds
from payouts.queries import filters
from tests import make
from tests.payouts import quick
from tests.payouts.shelf import hashes_of

pytestmark = pytest.mark.django_db
writes = pytest.mark.django_db(transaction=True)  # a worker commits, and reads what is committed


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "exports")


def ask(query: str = "", *, format: str = "csv", actor=None) -> Export:
    who = actor or make.person("accountant")
    return exporting.request(filters=query, format=format, actor=who, now=make.NOW)


def written(query: str = "", *, format: str = "csv", actor=None) -> Export:
    made = ask(query, format=format, actor=actor)
    assert exporting.write(export_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    return made


def kept(export: Export) -> pathlib.Path:
    return pathlib.Path(settings.EXPORT_DIR) / _export_file.name(export)


def read(export: Export) -> list[dict[str, str]]:
    data = kept(export).read_bytes()
    assert hashlib.sha256(data).hexdigest() == export.sha256
    assert len(data) == export.file_bytes
    return list(csv.DictReader(io.StringIO(data.decode("utf-8"), newline="")))


@writes
def test_the_file_holds_exactly_the_filtered_list_in_its_order():
    quick.payout()
    wanted = [quick.reviewed() for _ in range(2)]
    made = written("status=REVIEWED")
    assert [row["Payout"] for row in read(made)] == [p.reference for p in reversed(wanted)]
    assert (made.status, made.rows_done, made.rows_total) == ("READY", 2, 2)
    assert made.filters_text == "Status is awaiting approval"
    assert made.filters == {"status": ["REVIEWED"]}
    assert set(filters.read(made.filters).qs) == set(wanted)


@writes
def test_a_row_says_what_the_page_says():
    made = quick.payout(amount_minor=123_456)
    holds.hold(
        payout_ids=[made.pk], actor=make.person("approver"), reason="dispute", note="Ask.", now=make.NOW
    )
    (row,) = read(written(f"search={made.reference}"))
    assert (
        row
        | {
            "Payout": made.reference,
            "Status": "To review",
            "On hold": "yes",
            "Hold reasons": "Open dispute or chargebacks",
            "Seller": made.seller.reference,
            "Amount": "1234.56",
            "Amount in minor units": "123456",
            "Currency": "EUR",
            "Period from": "2026-11-24",
            "Period to": "2026-11-24",
            "Created": "2026-11-24T10:00:00+01:00",
            "Flags": "First payout",
            "Paid to": made.payout_account.masked,
        }
        == row
    )


@writes
def test_lines_end_as_rfc_4180_says():
    quick.payout()
    data = kept(written()).read_bytes()
    assert data.count(b"\r\n") == 2
    assert data.count(b"\n") == 2


@writes
def test_amounts_have_the_decimals_of_their_currency():
    quick.payout(country="JP", currency="JPY", amount_minor=41_826)
    (row,) = read(written())
    assert (row["Amount"], row["Amount in minor units"]) == ("41826", "41826")


def sheet_of(export: Export) -> list[list[tuple[str, str]]]:
    """Every row of the workbook as (type, value) of its cells."""
    name = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(kept(export)) as book:
        tree = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    assert tree.find(f".//{name}pane").get("state") == "frozen"
    assert tree.find(f".//{name}f") is None
    return [
        [(c.get("t", "n"), "".join(c.itertext())) for c in row.iter(f"{name}c")]
        for row in tree.iter(f"{name}row")
    ]


@writes
def test_a_workbook_has_types_a_frozen_head_and_totals_of_each_currency():
    quick.payout(amount_minor=123_456, seller=make.seller(name="=1+1", external_id="0012"))
    quick.payout(amount_minor=10_001)
    quick.payout(country="JP", currency="JPY", amount_minor=5_000)
    made = written(format="xlsx")
    rows = sheet_of(made)
    assert made.rows_done == 3
    cells = [cell for row in rows for cell in row]
    assert ("inlineStr", "=1+1") in cells
    assert ("inlineStr", "0012") in cells
    assert ("n", "1234.56") in cells
    assert [cell for cell in rows[-2] if cell[1]] == [("inlineStr", "Total EUR, 2 payouts"), ("n", "1334.57")]
    assert [cell for cell in rows[-1] if cell[1]] == [("inlineStr", "Total JPY, 1 payout"), ("n", "5000")]


@writes
def test_what_is_cancelled_stops_and_leaves_no_file(monkeypatch):
    quick.payout()
    made = ask()
    monkeypatch.setattr(copying, "PER_BLOCK", 1)
    monkeypatch.setattr(_export_file, "EVERY_SECONDS", 0)
    plain = _export_file._say

    def say(side, export_id, done, total):
        if done:  # from another connection, as the page does it
            with side.cursor() as cursor:
                cursor.execute("UPDATE payouts_export SET status = 'CANCELLED' WHERE id = %s", [export_id])
        plain(side, export_id, done, total)

    monkeypatch.setattr(_export_file, "_say", say)
    assert exporting.write(export_id=made.pk, now=make.NOW) is False
    made.refresh_from_db()
    assert (made.status, made.file_bytes) == ("CANCELLED", None)
    assert list(pathlib.Path(settings.EXPORT_DIR).iterdir()) == []
    assert Payout.objects.count() == 1  # the connection is as before


def test_what_is_over_is_not_cancelled_nor_anybody_elses():
    actor = make.person("accountant")
    made = ask(actor=actor)
    with pytest.raises(exporting.UnknownExport):
        exporting.cancel(export_id=made.pk, actor=make.person("auditor"), now=make.NOW)
    exporting.cancel(export_id=made.pk, actor=actor, now=make.NOW)
    with pytest.raises(exporting.NotReady, match="cancelled already"):
        exporting.cancel(export_id=made.pk, actor=actor, now=make.NOW)
    assert exporting.write(export_id=made.pk, now=make.NOW) is False


def test_who_may_not_export_gets_nothing():
    for role in ("support", "admin"):
        with pytest.raises(NotAllowed):
            ask(actor=make.person(role))
    assert not Export.objects.exists()


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"kind": "secrets"}, exporting.BadExport),
        ({"format": "pdf"}, exporting.BadExport),
        ({"filters": "status=DONE"}, filters.BadFilter),
        ({"filters": {"statsu": ["PAID"]}}, filters.BadFilter),
    ],
)
def test_a_request_that_will_not_do_is_refused_with_a_sentence(values, error):
    actor = make.person("accountant")
    with pytest.raises(error):
        exporting.request(**{"filters": "", "format": "csv", "actor": actor, "now": make.NOW} | values)
    assert not Export.objects.exists()


def test_nobody_fills_the_queue_alone():
    actor = make.person("accountant")
    for _ in range(exporting.MOST_WAITING):
        ask(actor=actor)
    with pytest.raises(exporting.BadExport, match="still being written"):
        ask(actor=actor)
    ask()


@writes
def test_a_duplicate_message_writes_nothing_twice():
    made = written()
    assert exporting.write(export_id=made.pk, now=make.NOW) is False
    assert exporting.write(export_id=10**6, now=make.NOW) is False


@writes
def test_two_workers_do_not_write_the_same_export():
    made = ask()
    with _export_file.only_one(made.pk) as first:
        assert first is not None
        assert exporting.write(export_id=made.pk, now=make.NOW) is False
    assert exporting.write(export_id=made.pk, now=make.NOW) is True


@writes
def test_a_killed_worker_is_followed_by_one_that_starts_over():
    quick.payout()
    made = ask()
    Export.objects.filter(pk=made.pk).update(status="RUNNING", started_at=make.NOW, rows_done=7, rows_total=9)
    draft = kept(made).with_name(f".{kept(made).name}.part")
    draft.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text("half a fi")
    assert exporting.sweep(now=make.NOW + timedelta(minutes=1))[0] == 1
    assert exporting.write(export_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    assert (made.status, made.rows_done, len(read(made))) == ("READY", 1, 1)
    assert not draft.exists()


_STUCK = """
import sys, time
import django
django.setup()
from payouts.exports import rows
from payouts.operations import exporting
from tests import make

def blocks(*args, **values):
    yield 0, b"half a fi"
    print("writing", flush=True)
    time.sleep(60)

rows.blocks = blocks
exporting.write(export_id=int(sys.argv[1]), now=make.NOW)
"""


@writes
def test_after_sigkill_the_next_worker_starts_over_at_once(database, settings):
    quick.payout()
    made = ask()
    environment = os.environ | {"DATABASE_URL": database.app, "EXPORT_DIR": settings.EXPORT_DIR}
    environment |= {"DJANGO_SETTINGS_MODULE": "tests.payouts.operations.export_settings"}
    with subprocess.Popen(
        [sys.executable, "-c", _STUCK, str(made.pk)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout.readline().strip() == "writing"
        assert exporting.write(export_id=made.pk, now=make.NOW) is False
        worker.kill()
    for _ in range(50):  # PostgreSQL notices the broken connection in a moment
        if exporting.write(export_id=made.pk, now=make.NOW):
            break
        time.sleep(0.1)
    made.refresh_from_db()
    assert (made.status, len(read(made))) == ("READY", 1)
    assert set(pathlib.Path(settings.EXPORT_DIR).iterdir()) == {kept(made), hashes_of(made)}


@writes
def test_a_failure_leaves_a_sentence_and_no_file(monkeypatch):
    quick.payout()
    made = ask()

    def full(*args, **values):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(rows, "blocks", full)
    assert exporting.write(export_id=made.pk, now=make.NOW) is False
    made.refresh_from_db()
    assert made.status == "FAILED"
    assert "disk" in made.error
    assert not any(pathlib.Path(settings.EXPORT_DIR).glob(f"*export-{made.pk}.*"))


@writes
def test_more_rows_than_a_workbook_holds_are_refused_with_what_to_do(monkeypatch):
    quick.payout()
    quick.payout()
    monkeypatch.setattr(FORMATS["xlsx"], "most_rows", 1)
    made = ask(format="xlsx")
    assert exporting.write(export_id=made.pk, now=make.NOW) is False
    made.refresh_from_db()
    assert "Choose CSV" in made.error


@writes
def test_progress_is_seen_by_others_while_it_is_written(monkeypatch):
    for _ in range(3):
        quick.payout()
    made, seen = ask(), []
    monkeypatch.setattr(copying, "PER_BLOCK", 1)
    monkeypatch.setattr(_export_file, "EVERY_SECONDS", 0)
    say = _export_file._say

    def say_and_look(side, export_id, done, total):
        say(side, export_id, done, total)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT rows_done, rows_total FROM payouts_export WHERE id = %s", [export_id])
            seen.append(cursor.fetchone())
        other.close()

    monkeypatch.setattr(_export_file, "_say", say_and_look)
    assert exporting.write(export_id=made.pk, now=make.NOW)
    assert seen == [(0, 3), (1, 3), (2, 3), (3, 3), (3, 3)]


@writes
def test_the_file_is_of_one_moment_whatever_happens_while_it_is_written(monkeypatch):
    payouts = [quick.payout() for _ in range(3)]
    made = ask("status=PENDING_REVIEW")
    plain = rows.totals

    def totals(*given):
        found = plain(*given)
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("UPDATE sellers_seller SET name = 'Another name'")
        other.close()
        return found

    monkeypatch.setattr(rows, "totals", totals)
    assert exporting.write(export_id=made.pk, now=make.NOW)
    made.refresh_from_db()
    assert {row["Seller name"] for row in read(made)} == {p.seller.name for p in payouts}


@writes
def test_after_its_days_the_file_is_gone():
    actor = make.person("accountant")
    made = written(actor=actor)
    later = made.expires_at + timedelta(seconds=1)
    with pytest.raises(exporting.NotReady, match="gone"):
        export_links.make(export_id=made.pk, actor=actor, now=later)
    assert exporting.sweep(now=later) == (0, 1)
    made.refresh_from_db()
    assert made.status == "EXPIRED"
    assert not kept(made).exists()
    with pytest.raises(exporting.NotReady, match="Export it again"):
        export_links.make(export_id=made.pk, actor=actor, now=later)


def test_what_nobody_could_write_for_hours_has_failed():
    made = ask()
    exporting.sweep(now=make.NOW + exporting.GIVE_UP)
    made.refresh_from_db()
    assert made.status == "FAILED"


@writes
def test_an_empty_list_makes_a_file_with_a_head_only():
    made = written("status=PAID")
    assert (read(made), made.rows_done, Payout.objects.count()) == ([], 0, 0)


@writes
def test_the_file_is_for_the_programs_user_only():
    assert kept(written()).stat().st_mode & 0o077 == 0
