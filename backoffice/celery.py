"""The Celery application. Tasks live in `<app>.tasks`; how they run stands in the settings under CELERY_."""

import os
from typing import Any

import celery
from celery import signals
from django.db import connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backoffice.settings.local")
# Celery would run Django's checks in each worker and drop their answer. They import every page, and so libraries that
# no task needs: 40 MB of each process. `manage.py check` is where they are heard.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = celery.Celery("backoffice")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.task_prerun.connect
def look_at_connections(**_: Any) -> None:
    """The next statement first asks whether its connection still stands, and opens another one if not.

    Connections outlive tasks (CELERY_DB_REUSE_MAX): without this, every task after a restart of PostgreSQL fails, a
    thousand times over.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.health_check_done = False  # type: ignore[attr-defined]  # the stubs lack it
