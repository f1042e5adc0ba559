"""What `celery -A tests.bench._worker_app` runs: our own application, with what it has where it runs."""

from tests.bench import _installed

_installed.only_what_runs()

from backoffice.celery import app  # noqa: E402 - the libraries first

__all__ = ["app"]
