"""Exports in a folder and in a bucket: a real server that speaks S3 over HTTP, on loopback."""

import gzip
import hashlib
import pathlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import httpx
import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection
from moto.server import ThreadedMotoServer

from backoffice.audit import actors
from backoffice.settings import storages as chosen
from payouts.models import Export, ExportLink
from payouts.operations import _export_file, _shelf, export_links, exporting
from tests import make
from tests.payouts import quick

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


@pytest.fixture
def bucket(settings: Any, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A bucket on a server of S3's kind; the program's settings point to it as an operator's would."""
    settings.EXPORT_DIR = str(tmp_path)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        httpx.post(f"http://{host}:{port}/moto-api/reset").raise_for_status()  # it remembers earlier servers
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        (tmp_path / "secret").write_text("not-much-of-a-secret")
        _use(
            settings,
            monkeypatch,
            EXPORT_STORAGE="s3",
            EXPORT_BUCKET="payout-exports",
            EXPORT_PREFIX="books",
            EXPORT_S3_ENDPOINT=f"http://{host}:{port}",
            EXPORT_S3_REGION="eu-west-3",
            EXPORT_S3_KEY="AKIATEST",
            EXPORT_S3_SECRET_FILE=str(tmp_path / "secret"),
        )
        given = {"aws_access_key_id": "AKIATEST", "aws_secret_access_key": "not-much-of-a-secret"}
        client = boto3.client("s3", endpoint_url=f"http://{host}:{port}", region_name="eu-west-3", **given)
        client.create_bucket(
            Bucket="payout-exports", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )
        yield client
    finally:
        server.stop()


def _keys(client: Any) -> list[str]:
    found = client.list_objects_v2(Bucket="payout-exports").get("Contents", [])
    return [each["Key"] for each in found]


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
    assert set(_keys(bucket)) == {f"books/{_export_file.name(export)}", hashes}
    about = bucket.head_object(Bucket="payout-exports", Key=f"books/{_export_file.name(export)}")
    assert "ContentEncoding" not in about, "nobody unpacks it on the way"
    assert [path.name for path in tmp_path.iterdir()] == ["secret"], "nothing is left on the worker's disk"
    data = _fetched(export, accountant)
    assert hashlib.sha256(data).hexdigest() == export.sha256
    text = gzip.decompress(data) if packed else data
    assert payout.reference.encode() in text
    assert exporting.sweep(now=export.expires_at + timedelta(seconds=1)) == (0, 1)
    assert _keys(bucket) == [hashes], "they stay longer, to compare with"
    with pytest.raises(exporting.NotReady):
        _fetched(export, accountant, export.expires_at + timedelta(seconds=1))


def test_nobody_reads_the_bucket_without_its_key(bucket, accountant):
    export = _made(accountant)
    grants = bucket.get_object_acl(Bucket="payout-exports", Key=f"books/{_export_file.name(export)}")[
        "Grants"
    ]
    assert all(grant["Grantee"].get("Type") == "CanonicalUser" for grant in grants), "no group, so not public"


def test_a_file_that_is_no_longer_in_the_bucket_is_said_so(bucket, accountant):
    export = _made(accountant)
    _shelf.erase(_export_file.name(export))
    with pytest.raises(exporting.NotReady, match="no longer there"):
        _fetched(export, accountant)


def test_an_upload_that_is_refused_offers_no_file(bucket, accountant):
    bucket.delete_bucket(Bucket="payout-exports")
    export = _made(accountant)
    assert export.status == "FAILED"
    assert "could not be stored" in export.error
    with pytest.raises(exporting.NotReady):
        _fetched(export, accountant)


def test_a_bucket_that_does_not_answer_is_said_so_and_spends_no_link(bucket, accountant, settings):
    export = _made(accountant)
    link = export_links.make(export_id=export.pk, actor=accountant, now=make.NOW)
    there = settings.STORAGES
    gone = there["exports"]["OPTIONS"] | {"endpoint_url": "http://127.0.0.1:9"}
    settings.STORAGES = there | {"exports": there["exports"] | {"OPTIONS": gone}}
    with pytest.raises(exporting.NotReady, match="does not answer"):
        export_links.fetch(export_id=export.pk, token=link.token, actor=accountant, now=make.NOW)
    settings.STORAGES = there
    found = export_links.fetch(export_id=export.pk, token=link.token, actor=accountant, now=make.NOW)
    found.file.close()


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


def test_google_is_chosen_by_a_setting(settings, monkeypatch):
    _use(settings, monkeypatch, EXPORT_STORAGE="gcs", EXPORT_BUCKET="b", EXPORT_GCS_PROJECT="p")
    made = storages["exports"]
    assert type(made).__name__ == "GoogleCloudStorage"
    assert (made.bucket_name, made.default_acl, made.file_overwrite) == ("b", None, True)
    sent: dict[str, Any] = {}
    monkeypatch.setattr(made, "_bucket", _Bucket(sent))
    made._save("export-1.csv.gz", ContentFile(b"packed"))
    assert (sent["content_type"], sent["content_encoding"]) == ("application/octet-stream", None)


class _Bucket:
    """As Google's, as far as an upload asks: it remembers what was said of the object."""

    def __init__(self, sent: dict[str, Any]) -> None:
        self._sent = sent

    def get_blob(self, name: str, **values: Any) -> Any:
        sent = self._sent

        class Blob:
            def __setattr__(self, name: str, value: Any) -> None:
                sent[name] = value

            def upload_from_file(self, file: Any, **values: Any) -> None:
                sent.update(values)

        return Blob()


def test_a_buckets_file_is_here_before_it_is_handed_on(bucket, accountant):
    export = _made(accountant)
    with _shelf.opened(_export_file.name(export)) as file:
        bucket.delete_object(Bucket="payout-exports", Key=f"books/{_export_file.name(export)}")
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
