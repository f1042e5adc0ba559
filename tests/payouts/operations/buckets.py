"""Servers on loopback that speak what S3 and Google's storage speak; the program is pointed to them by its settings."""

import pathlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
import pytest
from gcp_storage_emulator.server import create_server
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from moto.server import ThreadedMotoServer

from tests.make_payouts import unused_url

NAME = "payout-exports"


class S3:
    """The bucket, seen as its owner sees it."""

    def __init__(self, address: str, **given: Any) -> None:
        self.client = boto3.client("s3", endpoint_url=address, region_name="eu-west-3", **given)
        self.client.create_bucket(Bucket=NAME, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})

    def keys(self) -> set[str]:
        return {each["Key"] for each in self.client.list_objects_v2(Bucket=NAME).get("Contents", [])}

    def encoding(self, key: str) -> str | None:
        found: str | None = self.client.head_object(Bucket=NAME, Key=key).get("ContentEncoding")
        return found

    def erase(self, key: str) -> None:
        self.client.delete_object(Bucket=NAME, Key=key)

    def go(self) -> None:
        """The bucket is no longer there."""
        self.client.delete_bucket(Bucket=NAME)


class Google:
    """The same of a bucket of Google's."""

    def __init__(self, address: str) -> None:
        options = {"api_endpoint": address}
        client = storage.Client(project="p", credentials=AnonymousCredentials(), client_options=options)
        self.bucket = client.create_bucket(NAME)

    def keys(self) -> set[str]:
        return {blob.name for blob in self.bucket.list_blobs()}

    def encoding(self, key: str) -> str | None:
        found: str | None = self.bucket.get_blob(key).content_encoding
        return found

    def erase(self, key: str) -> None:
        self.bucket.delete_blob(key)

    def go(self) -> None:
        """The bucket is no longer there."""
        self.bucket.delete()


Bucket = S3 | Google


@contextmanager
def s3(monkeypatch: pytest.MonkeyPatch, folder: pathlib.Path) -> Iterator[S3]:
    """A server of S3's kind, and the environment that names it."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        httpx.post(f"{address}/moto-api/reset").raise_for_status()  # it remembers earlier servers
        secret = folder / "secret"
        secret.write_text("not-much-of-a-secret")
        monkeypatch.delenv("AWS_PROFILE", raising=False)
        for name, value in {
            "STORAGE": "s3",
            "BUCKET": NAME,
            "PREFIX": "books",
            "S3_ENDPOINT": address,
            "S3_REGION": "eu-west-3",
            "S3_KEY": "AKIATEST",
            "S3_SECRET_FILE": str(secret),
        }.items():
            monkeypatch.setenv(f"EXPORT_{name}", value)
        yield S3(address, aws_access_key_id="AKIATEST", aws_secret_access_key=secret.read_text())
    finally:
        server.stop()


@contextmanager
def google(monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:
    """A server of the kind of Google's storage, and the environment that names it to Google's own client."""
    address = unused_url()
    server = create_server("127.0.0.1", int(address.rpartition(":")[2]), in_memory=True)
    server.start()
    try:
        monkeypatch.setenv("STORAGE_EMULATOR_HOST", address)
        for name, value in {"STORAGE": "gcs", "BUCKET": NAME, "PREFIX": "books", "GCS_PROJECT": "p"}.items():
            monkeypatch.setenv(f"EXPORT_{name}", value)
        yield Google(address)
    finally:
        server.stop()
