"""A job on thousands of payouts through a real broker and a real Celery worker, which is killed in the middle."""

import os
import signal
from datetime import timedelta

import pytest

from backoffice.audit.clock import database_now
from payouts.models import Job, JobItem, Payout, Review, Transition
from payouts.operations import creation, jobs
from payouts.operations.deeds import DEEDS
from tests import brokers, make
from tests.bench import _market
from tests.payouts.test_worker import wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)
PORTION = DEEDS["review"].portion
COUNT = 2 * PORTION + 300


def moved(job: Job) -> int:
    return Job.objects.values_list("moved_count", flat=True).get(pk=job.pk)


def test_a_worker_killed_in_its_second_portion_leaves_one_whole_and_the_next_does_the_rest_once(
    database, embedded_broker_url, tmp_path, owner_connection
):
    analyst = make.person("analyst")
    _market.sellers(count=COUNT, earnings_each=1)
    creation.run(until=None, key="all", actor=analyst, now=make.NOW)
    ids = list(Payout.objects.order_by("pk").values_list("pk", flat=True))
    assert len(ids) == COUNT
    values = {"broker": embedded_broker_url, "database": database.app, "bank": "http://127.0.0.1:9"}
    with brokers.ringing_at(embedded_broker_url):
        with worker(**values, folder=tmp_path) as process:
            owner_connection.execute(
                "SELECT 1 FROM payouts_payout WHERE id = %s FOR NO KEY UPDATE", [ids[PORTION + 500]]
            )
            job = jobs.request(
                verb="review", payout_ids=ids, values={"note": ""}, key="1", actor=analyst, now=database_now()
            )
            wait_for(lambda: moved(job) == PORTION and _somebody_waits(owner_connection), folder=tmp_path)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        owner_connection.rollback()
        assert moved(job) == PORTION == Review.objects.count() == _answered()
        with worker(**values, folder=tmp_path):
            wait_for(lambda: jobs.sweep(now=database_now() + timedelta(minutes=1)) == 1, folder=tmp_path)
            wait_for(lambda: Job.objects.get(pk=job.pk).finished_at is not None, folder=tmp_path)
    done = Job.objects.get(pk=job.pk)
    assert (done.moved_count, done.refused_count) == (COUNT, 0)
    assert Review.objects.count() == COUNT == Transition.objects.filter(name="review").count()


def _answered() -> int:
    return JobItem.objects.exclude(outcome="").count()


def _somebody_waits(connection) -> bool:
    """For a row that this connection holds."""
    found = connection.execute("SELECT 1 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
    return found.fetchone() is not None
