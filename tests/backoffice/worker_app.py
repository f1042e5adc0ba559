"""A Celery application with our real settings and one task, for test_celery.py; runs in processes of its own."""

import os
import pathlib
import time

import celery

app = celery.Celery("worker_app")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_default_queue = os.environ["WORKER_APP_QUEUE"]
app.conf.beat_schedule = {}


@app.task(name="worker_app.work")
def work(note: str) -> None:
    """Write our pid down; the first to do so then hangs, as a worker does that is about to be killed."""
    path = pathlib.Path(note)
    first = not path.exists()
    with path.open("a") as file:
        file.write(f"{os.getpid()}\n")
    if first:
        time.sleep(120)
    path.with_suffix(".done").touch()
