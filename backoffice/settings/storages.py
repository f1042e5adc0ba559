"""Where the files of exports lie: Django's STORAGES["exports"], by django-storages where it is a bucket."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from backoffice.settings import env

_BYTES = "application/octet-stream"
"""Said of every object: a library would guess of “.gz” that it is an encoding, which is taken off on the way back."""
_CONNECT_SECONDS, _ANSWER_SECONDS = 5, 30
_IN_MEMORY = 8 * 1024 * 1024
"""Of a file that is fetched from a bucket; the rest lies on disk while it is passed on."""


def exports() -> dict[str, Any]:
    """By EXPORT_STORAGE: "directory" (EXPORT_DIR), "s3" or "gcs" (EXPORT_BUCKET). Raises ImproperlyConfigured."""
    kind = env.read.str("EXPORT_STORAGE", default="directory")
    bucket = env.read.str("EXPORT_BUCKET", default="")
    if kind == "directory":
        return {"BACKEND": "payouts.operations._shelf.Folder"}
    if kind not in ("s3", "gcs"):
        raise ImproperlyConfigured(f"EXPORT_STORAGE must be directory, s3 or gcs, not “{kind}”.")
    if not bucket:
        raise ImproperlyConfigured(f"EXPORT_BUCKET must name the bucket when EXPORT_STORAGE is {kind}.")
    common: dict[str, Any] = {
        "bucket_name": bucket,
        "location": env.read.str("EXPORT_PREFIX", default=""),
        "file_overwrite": True,
        "max_memory_size": _IN_MEMORY,
    }
    return _s3(common) if kind == "s3" else _gcs(common)


def _s3(common: dict[str, Any]) -> dict[str, Any]:
    """Without a key, boto3 takes the machine's own role. An endpoint names another S3 than Amazon's."""
    from botocore.config import Config  # type: ignore[import-untyped]  # here: a folder has no use for it

    given = {
        "endpoint_url": env.read.str("EXPORT_S3_ENDPOINT", default="") or None,
        "region_name": env.read.str("EXPORT_S3_REGION", default="") or None,
        "access_key": env.read.str("EXPORT_S3_KEY", default="") or None,
        "secret_key": env.read.str("EXPORT_S3_SECRET", default="") or None,
        "default_acl": None,  # private, as the bucket is
        "querystring_auth": True,
        "client_config": Config(
            signature_version="s3v4",
            connect_timeout=_CONNECT_SECONDS,
            read_timeout=_ANSWER_SECONDS,
            retries={"mode": "standard", "total_max_attempts": 3},
        ),
        "object_parameters": {"ContentType": _BYTES},
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": common | given}


def _gcs(common: dict[str, Any]) -> dict[str, Any]:
    """With the machine's own identity, or with the one that GOOGLE_APPLICATION_CREDENTIALS names."""
    given = {
        "project_id": env.read.str("EXPORT_GCS_PROJECT", default="") or None,
        "default_acl": None,
        "querystring_auth": True,
        "object_parameters": {"content_type": _BYTES, "content_encoding": None},
    }
    return {"BACKEND": "payouts.operations._google.Storage", "OPTIONS": common | given}
