"""A large import through a real broker and a real Celery worker, one of which is killed in the middle of posting."""

import io
import os
import signal
from datetime import timedelta

import pytest

from backoffice.audit.clock import database_now
from payouts.operations import imports
from sellers.ledger.models import Earning, Entry, ImportFile, Transaction
from tests import brokers, make
from tests.payouts.test_worker import wait_for, worker
from tests.sellers.ledger.importing.given import csv, row

pytestmark = pytest.mark.django_db(transaction=True)
ROWS = 3_000


def status(file: ImportFile) -> str:
    return ImportFile.objects.values_list("status", flat=True).get(pk=file.pk)


def test_a_worker_killed_while_it_posts_leaves_nothing_and_the_next_posts_all_once(
    database, embedded_broker_url, tmp_path, owner_connection, monkeypatch
):
    monkeypatch.setattr(imports, "SMALL_BYTES", 0)
    make.seller(external_id="shop-1")
    analyst = make.person("analyst")
    data = csv(*(row(f"e{n}", seller="shop-1", amount=f"{n + 1}.00") for n in range(ROWS)))
    values = {"broker": embedded_broker_url, "database": database.app, "bank": "http://127.0.0.1:9"}
    with brokers.ringing_at(embedded_broker_url):
        with worker(**values, folder=tmp_path) as process:
            file = imports.receive(
                kind="earnings",
                profile="generic",
                stream=io.BytesIO(data),
                name="november.csv",
                actor=analyst,
                now=database_now(),
            )
            wait_for(lambda: status(file) == "CHECKED", folder=tmp_path)
            owner_connection.execute("LOCK TABLE ledger_earning IN EXCLUSIVE MODE")
            imports.confirm(import_file_id=file.pk, actor=analyst, now=database_now())
            wait_for(lambda: _waits_for_earnings(owner_connection), folder=tmp_path)
            os.killpg(process.pid, signal.SIGKILL)  # transactions and entries are written, earnings are not
            process.wait()
        owner_connection.rollback()
        assert (status(file), Earning.objects.count()) == ("POSTING", 0)
        wait_for(lambda: not _others(owner_connection), folder=tmp_path)
        assert (Transaction.objects.count(), Entry.objects.count()) == (0, 0)
        with worker(**values, folder=tmp_path):
            assert imports.sweep(now=database_now() + timedelta(minutes=1)) == 1
            wait_for(lambda: status(file) == "POSTED", folder=tmp_path)
    assert (Earning.objects.count(), Entry.objects.count()) == (ROWS, 2 * ROWS)


def _waits_for_earnings(connection) -> bool:
    found = connection.execute(
        "SELECT 1 FROM pg_locks WHERE relation = 'ledger_earning'::regclass AND NOT granted"
    )
    return found.fetchone() is not None


def _others(connection) -> bool:
    """Whether a transaction of a worker is still there: its server process hears of the death a little later."""
    found = connection.execute(
        "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%ledger_earning%'"
        " AND query LIKE 'INSERT%' AND state <> 'idle'"
    ).fetchone()
    connection.rollback()
    return found is not None
