"""Telling a worker that there is work. The row is the job: a bell nobody hears changes nothing (HOUSE ruling 7)."""

from functools import partial

import structlog
from celery import current_app
from django.db import transaction

log = structlog.get_logger(__name__)


def ring(task: str, **ids: int | str) -> None:
    """After the commit, `payouts.tasks.<task>` is called with these ids. Never raises: the sweeper finds the rest."""
    transaction.on_commit(partial(_send, task, ids), robust=True)


def _send(task: str, ids: dict[str, int | str]) -> None:
    try:
        current_app.send_task(f"payouts.tasks.{task}", kwargs=ids, ignore_result=True)
    except Exception as error:  # whatever is wrong with the broker, the deed is done
        log.warning("doorbell_not_heard", task=task, error=type(error).__name__, **ids)
