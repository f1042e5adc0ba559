"""Exports in a folder and in a bucket: real servers that speak S3, and as Google's storage, over HTTP on loopback."""

import gzip
import hashlib
import pathlib
import random
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from backoffice.audit import actors
from backoffice.settings import storages as chosen
from payouts.models import Export, ExportLink
from payouts.operations import _export_file, _google, _shelf, export_links, exporting
from tests import make
from tests.payouts import quick
from tests.payouts.operations import buckets

pytestmark = pytest.mark.django_db(
    transaction=True
)  # the file is written beside, and the rows read by others


@pytest.fixture
def accountant() -> Any:
    return actors.person(make.user(role="accountant"))


def _use(settings: Any, monkeypatch: pytest.MonkeyPatch, **environment: str) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings.STORAGES = settings.STORAGES | {"exports": chosen.exports()}


@pytest.fixture(params=["s3", "gcs"])
def bucket(
    request: Any, settings: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[buckets.Bucket]:
    """A bucket on a server; the program's settings point to it as an operator's would."""
    settings.EXPORT_DIR = str(tmp_path / "drafts")
    made = buckets.s3(monkeypatch, tmp_path) if request.param == "s3" else buckets.google(monkeypatch)
    with made as bucket:
        _use(settings, monkeypatch)
        yield bucket


def _made(actor: Any, **values: Any) -> Export:
    asked = exporting.request(filters="", format="csv", actor=actor, now=make.NOW, **values)
    exporting.write(export_id=asked.pk, now=make.NOW)
    asked.refresh_from_db()
    return asked


def _fetched(export: Export, actor: Any, now: Any = make.NOW) -> bytes:
    link = export_links.make(export_id=export.pk, actor=actor, now=now)
    found = export_links.fetch(export_id=export.pk, token=link.token, actor=actor, now=now)
    with found.file as file:
        data = b"".join(file.chunks())
    assert len(data) == found.size
    return data


@pytest.mark.parametrize("packed", [False, True])
def test_a_bucket_holds_the_file_until_its_days_are_over(bucket, accountant, tmp_path, packed):
    payout = quick.payout()
    export = _made(accountant, compressed=packed)
    assert export.status == "READY", export.error
    hashes = f"books/{_export_file.hashes_name(export)}"
    assert bucket.keys() == {f"books/{_export_file.name(export)}", hashes}
    assert bucket.encoding(f"books/{_export_file.name(export)}") is None, "nobody unpacks it on the way"
    assert list((tmp_path / "drafts").iterdir()) == [], "nothing is left on the worker's disk"
    data = _fetched(export, accountant)
    assert hashlib.sha256(data).hexdigest() == export.sha256
    text = gzip.decompress(data) if packed else data
    assert payout.reference.encode() in text
    assert exporting.sweep(now=export.expires_at + timedelta(seconds=1)) == (0, 1)
    assert bucket.keys() == {hashes}, "they stay longer, to compare with"
    with pytest.raises(exporting.NotReady):
        _fetched(export, accountant, export.expires_at + timedelta(seconds=1))


@pytest.mark.parametrize(
    "bucket", ["s3"], indirect=True
)  # Google's has the bucket's rights alone: no ACL is sent
def test_nobody_reads_the_bucket_without_its_key(bucket, accountant):
    export = _made(accountant)
    key = f"books/{_export_file.name(export)}"
    grants = bucket.client.get_object_acl(Bucket=buckets.NAME, Key=key)["Grants"]
    assert all(grant["Grantee"].get("Type") == "CanonicalUser" for grant in grants), "no group, so not public"


def test_a_file_that_is_no_longer_in_the_bucket_is_said_so(bucket, accountant):
    export = _made(accountant)
    _shelf.erase(_export_file.name(export))
    with pytest.raises(exporting.NotReady, match="no longer there"):
        _fetched(export, accountant)


def test_an_upload_that_is_refused_offers_no_file(bucket, accountant):
    bucket.go()
    export = _made(accountant)
    assert export.status == "FAILED"
    assert "could not be stored" in export.error
    with pytest.raises(exporting.NotReady):
        _fetched(export, accountant)


def test_a_bucket_that_does_not_answer_is_said_so_and_spends_no_link(
    bucket, accountant, settings, monkeypatch
):
    export = _made(accountant)
    link = export_links.make(export_id=export.pk, actor=accountant, now=make.NOW)
    there = settings.STORAGES
    with monkeypatch.context() as away:
        away.setattr(_google, "_RETRY", _google._RETRY.with_timeout(1))
        away.setenv("STORAGE_EMULATOR_HOST", "http://127.0.0.1:9")
        _use(settings, away, EXPORT_S3_ENDPOINT="http://127.0.0.1:9")
        with pytest.raises(exporting.NotReady, match="does not answer"):
            export_links.fetch(export_id=export.pk, token=link.token, actor=accountant, now=make.NOW)
    settings.STORAGES = there
    found = export_links.fetch(export_id=export.pk, token=link.token, actor=accountant, now=make.NOW)
    found.file.close()


def test_no_place_is_asked_for_longer_than_a_person_waits():
    assert _google._RETRY.timeout <= 15, "two minutes, as the client comes"
    for name in ("get_blob", "delete_blob"):
        with pytest.raises(_Asked) as asked:
            getattr(_google._Bucket(_Client(), name="b"), name)("x")
        assert asked.value.args == ((5, 30), _google._RETRY)


class _Asked(Exception):
    """How long the client would have asked."""


class _Client:
    """Whatever is asked of it, it tells how long."""

    def _asked(self, *_args: Any, **values: Any) -> None:
        raise _Asked(values["timeout"], values["retry"])

    _get_resource = _delete_resource = _asked


def test_a_file_larger_than_one_request_comes_whole(bucket, settings):
    body = random.Random(1).randbytes(9 * 1024 * 1024)
    draft = _shelf.draft("large.gz")
    draft.write_bytes(body)
    _shelf.put(draft, "large.gz")
    assert bucket.encoding("books/large.gz") is None
    with _shelf.opened("large.gz") as file:
        assert file.read() == body


def test_a_second_file_of_a_name_replaces_the_first(bucket):
    for body in (b"first", b"the second"):
        draft = _shelf.draft("one.csv")
        draft.write_bytes(body)
        _shelf.put(draft, "one.csv")
    with _shelf.opened("one.csv") as file:
        assert file.read() == b"the second"
    assert bucket.keys() == {"books/one.csv"}


def test_no_row_is_locked_while_a_file_is_fetched_and_a_link_still_works_once(
    settings, tmp_path, accountant, monkeypatch
):
    settings.EXPORT_DIR = str(tmp_path)
    export = _made(accountant)
    opened, seen = _shelf.opened, []

    def meanwhile(name: str) -> Any:
        seen.append((connection.in_atomic_block, opened(name)))
        ExportLink.objects.filter(export=export).update(used_at=make.NOW)
        return seen[-1][1]

    monkeypatch.setattr(_shelf, "opened", meanwhile)
    with pytest.raises(export_links.SpentLink):
        _fetched(export, accountant)
    assert [(locked, file.closed) for locked, file in seen] == [(False, True)]


def test_half_a_file_is_not_taken_for_a_whole_one(settings, tmp_path, accountant, monkeypatch):
    settings.EXPORT_DIR = str(tmp_path)
    monkeypatch.setattr(_shelf.Folder, "size", lambda self, name: 3)
    export = _made(accountant)
    assert export.status == "FAILED"


def test_the_folder_is_for_the_program_alone(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "kept")
    draft = _shelf.draft("journals/one")
    draft.write_bytes(b"whole")
    _shelf.put(draft, "journals/one")
    final = tmp_path / "kept" / "journals" / "one"
    assert final.read_bytes() == b"whole"
    assert not draft.exists()
    assert final.stat().st_mode & 0o777 == 0o600
    assert final.parent.stat().st_mode & 0o777 == 0o700


def test_a_buckets_file_is_here_before_it_is_handed_on(bucket, accountant):
    export = _made(accountant)
    with _shelf.opened(_export_file.name(export)) as file:
        bucket.erase(f"books/{_export_file.name(export)}")
        assert hashlib.sha256(file.read()).hexdigest() == export.sha256


def test_the_end_of_a_tasks_time_is_no_trouble_of_the_place(settings, tmp_path, monkeypatch):
    def late(self: Any, name: str) -> bool:
        raise SoftTimeLimitExceeded

    monkeypatch.setattr(_shelf.Folder, "exists", late)
    with pytest.raises(SoftTimeLimitExceeded):
        _shelf.exists("one")


@pytest.mark.parametrize(
    ("environment", "said"),
    [({"EXPORT_STORAGE": "ftp"}, "directory, s3 or gcs"), ({"EXPORT_STORAGE": "s3"}, "EXPORT_BUCKET")],
)
def test_a_place_that_is_not_known_stops_the_start(settings, monkeypatch, environment, said):
    with pytest.raises(ImproperlyConfigured, match=said):
        _use(settings, monkeypatch, **environment)
