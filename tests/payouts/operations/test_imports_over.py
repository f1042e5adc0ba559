"""Imports that are over: dropped while a worker is at them, failed, refused, too large, confirmed twice."""

import io
import threading

import pytest
from django.db import close_old_connections, connections

from payouts.models import Statement
from payouts.operations import _import_job, _seller_import, _statement_import, imports, reconciliation
from sellers.ledger.models import Earning, ImportFile, ImportPart, StagedEarning
from sellers.models import Seller, SellerFileRow
from sellers.reading import TooBig
from tests import make, make_payouts
from tests.payouts import camt
from tests.sellers.ledger.importing.given import csv, row

pytestmark = pytest.mark.django_db(transaction=True)
SELLERS = b"external_id,name,country\ns1,Shop One,FR\n"


@pytest.fixture(autouse=True)
def everything_is_large(monkeypatch):
    """Every file goes to a worker."""
    monkeypatch.setattr(imports, "SMALL_BYTES", 0)
    monkeypatch.setattr(imports, "SMALL_ROWS", 0)


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


def confirmed(file: ImportFile, actor) -> ImportFile:
    worked(file)
    return imports.confirm(import_file_id=file.pk, actor=actor, now=make.NOW)


def beside(what) -> list[BaseException]:
    """What another process would do at this moment, as far as it gets in five seconds."""
    troubles: list[BaseException] = []

    def run() -> None:
        try:
            connections["default"].cursor().execute("SET lock_timeout = '5s'")
            what()
        except BaseException as error:
            troubles.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return troubles


@pytest.mark.parametrize("kind", ["earnings", "sellers"])
def test_a_drop_waits_for_no_worker_and_what_was_kept_goes_when_none_is_at_it(analyst, kind):
    make.seller(external_id="shop-1")
    known = csv(row("b", seller="shop-1"))
    data = csv(row("a", seller="shop-1"), row("b", seller="shop-1")) if kind == "earnings" else SELLERS
    file = worked(received(data, analyst, kind=kind))
    worked(confirmed(received(known, analyst), analyst))  # so the worker marks, and holds, a row that waits
    imports.confirm(import_file_id=file.pk, actor=analyst, now=make.NOW)
    troubles = []

    def drop(step, done, total):
        imports_of = {"import_file_id": file.pk, "actor": analyst, "now": make.NOW}
        troubles.extend(beside(lambda: imports.drop(**imports_of)))
        troubles.extend(beside(lambda: imports.sweep(now=make.NOW)))  # a sweep leaves alone what is worked at

    if kind == "earnings":
        stopped = worked(
            file, say=lambda *said: said[0] == "Writing to the ledger" and said[1] and drop(*said)
        )
    else:
        done = _seller_import.importing.apply

        def apply(**values):
            done(**values)
            drop("", 0, 0)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(_seller_import.importing, "apply", apply)
            stopped = worked(file)
    assert troubles == []
    assert (stopped.status, Earning.objects.count(), Seller.objects.count()) == ("DROPPED", 1, 1)
    assert (StagedEarning.objects.count(), ImportPart.objects.count(), SellerFileRow.objects.count()) == (
        0,
        0,
        0,
    )


def test_dropped_before_a_worker_came_the_sweep_erases_rows_and_bytes(analyst):
    make.seller(external_id="shop-1")
    file = received(csv(row("a", seller="shop-1")), analyst)
    imports.drop(import_file_id=file.pk, actor=analyst, now=make.NOW)
    with _import_job.only_one(file.pk):
        imports.sweep(now=make.NOW)
        assert ImportPart.objects.count() == 1
    imports.sweep(now=make.NOW)
    assert ImportPart.objects.count() == 0


def test_a_file_of_sellers_that_failed_keeps_nothing(analyst, monkeypatch):
    file = confirmed(received(SELLERS, analyst, kind="sellers"), analyst)
    monkeypatch.setattr(_seller_import, "post", lambda **values: 1 / 0)
    file = worked(file)
    assert (file.status, file.seller_file.status, bytes(file.seller_file.content)) == (
        "FAILED",
        "DROPPED",
        b"",
    )
    assert (SellerFileRow.objects.count(), ImportPart.objects.count()) == (0, 0)


def test_each_kind_has_its_own_limit_before_anything_is_kept(analyst, settings):
    settings.STATEMENT_IMPORT_MAX_BYTES = 10
    settings.SELLER_IMPORT_MAX_BYTES = 10
    with pytest.raises(TooBig):
        received(SELLERS, analyst, kind="sellers")
    with pytest.raises(_statement_import.NoStatement, match="one statement per day"):
        received(b"<Document/>", make.person("treasurer"), kind="statement", profile="")
    assert (ImportFile.objects.count(), ImportPart.objects.count()) == (0, 0)
    assert received(csv(row("a", seller="shop-1")), analyst).file_bytes > 10
    made = received(b"external_id,seller\na,b\n", analyst, kind="corrections", profile="corrections")
    assert made.file_bytes > 10
    settings.IMPORT_MAX_BYTES = 10
    with pytest.raises(TooBig):
        received(b"external_id,seller\na,b\n", analyst, kind="corrections", profile="corrections")


def test_two_people_who_book_the_same_statement_at_once_book_it_once():
    make_payouts.funding()
    files = []
    for _number in (1, 2):
        treasurer = make.person("treasurer")
        file = received(camt.statement([camt.Line(-1_200)]), treasurer, kind="statement", profile="")
        files.append(confirmed(file, treasurer))
    both = threading.Barrier(2)
    plain = reconciliation.read

    def together(**values):
        both.wait(10)
        return plain(**values)

    def work(file: ImportFile) -> None:
        try:
            imports.work(import_id=file.pk, now=make.NOW)
        finally:
            close_old_connections()
            connections.close_all()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reconciliation, "read", together)
        threads = [threading.Thread(target=work, args=[file]) for file in files]
        for each in threads:
            each.start()
        for each in threads:
            each.join(30)
    found = ImportFile.objects.order_by("new_count").values_list("status", "new_count", "known_count")
    assert list(found) == [("POSTED", 0, 1), ("POSTED", 1, 0)]  # the second waited, and then knew it
    assert Statement.objects.count() == 1
