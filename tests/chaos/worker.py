"""What `celery -A tests.chaos.worker` runs: our own application, in a hurry, with the rail of the run.

CHAOS_PLANTED names a bug of planted.py that these workers then have, so that a test sees the harness find it.
"""

import os

import django

django.setup()

from backoffice.celery import app  # noqa: E402
from tests.chaos import pace, planted, rails  # noqa: E402

rails.install()
pace.hasten()
planted.plant(os.environ.get("CHAOS_PLANTED", ""))

__all__ = ["app"]
