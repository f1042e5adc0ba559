"""Google's storage, asked with an end: its client would ask a bucket that does not answer for two minutes."""

from typing import Any

from google.cloud.storage import Bucket as GoogleBucket  # type: ignore[import-untyped]
from google.cloud.storage.retry import DEFAULT_RETRY  # type: ignore[import-untyped]
from storages.backends.gcloud import GoogleCloudStorage  # type: ignore[import-untyped]

_TIMEOUTS = (5, 30)
"""Seconds to be let in, and for an answer; as S3 has them."""
_RETRY = DEFAULT_RETRY.with_timeout(15)
"""Seconds after which nothing is asked again."""


class _Bucket(GoogleBucket):
    """Whatever is done with a file begins with its being looked up here, and ends when that fails."""

    def get_blob(self, blob_name: str, *args: Any, **values: Any) -> Any:
        return super().get_blob(blob_name, *args, **{**values, "timeout": _TIMEOUTS, "retry": _RETRY})

    def delete_blob(self, blob_name: str, *args: Any, **values: Any) -> None:
        super().delete_blob(blob_name, *args, **{**values, "timeout": _TIMEOUTS, "retry": _RETRY})


class Storage(GoogleCloudStorage):
    """A bucket of Google's, as STORAGES["exports"] names it."""

    @property
    def bucket(self) -> GoogleBucket:
        if self._bucket is None:  # type: ignore[has-type]
            self._bucket = _Bucket(self.client, name=self.bucket_name)
        return self._bucket
