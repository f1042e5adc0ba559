import inspect
from datetime import timedelta

import pytest

from backoffice import celery
from backoffice.settings import schedule
from payouts.operations import sweeping

ON_REQUEST = {
    "submit_batch",
    "work_submission",
    "collect",
    "work_import",
    "work_job",
    "work_schedule",
    "write_export",
    "make_run",
    "write_journal",
}  # take an id: something asks for them


@pytest.fixture(scope="module")
def tasks() -> dict[str, object]:
    celery.app.loader.import_default_modules()
    return {
        name.rpartition(".")[2]: task
        for name, task in celery.app.tasks.items()
        if name.startswith("payouts.")
    }


def test_beat_rings_for_every_task_that_needs_nobody_to_ask_and_for_nothing_else(tasks):
    rung = {entry["task"].rpartition(".")[2] for entry in schedule.BEAT.values()}
    assert rung == set(tasks) - ON_REQUEST


def test_a_task_that_is_rung_for_takes_no_arguments(tasks):
    for entry in schedule.BEAT.values():
        assert not inspect.signature(tasks[entry["task"].rpartition(".")[2]].run).parameters


def test_a_ring_that_nobody_heard_expires_before_the_next():
    assert all(entry["options"]["expires"] <= entry["schedule"] for entry in schedule.BEAT.values())


def test_messages_are_json_only_and_survive_their_worker():
    conf = celery.app.conf
    assert (conf.accept_content, conf.task_serializer, conf.result_serializer) == (["json"], "json", "json")
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (
        True,
        True,
        1,
    )


def test_no_task_may_run_longer_than_a_redis_like_broker_waits_for_it():
    from backoffice.settings import base

    longest = max(
        base.CELERY_TASK_TIME_LIMIT,
        *(getattr(task, "time_limit", 0) or 0 for task in celery.app.tasks.values()),
    )
    assert base.CELERY_BROKER_TRANSPORT_OPTIONS["visibility_timeout"] > longest


def test_work_that_a_lost_message_forgot_is_found_within_two_minutes():
    """The longest wait: a sweep that just missed it uses up its time, and the next one begins after its tick."""
    (sweep,) = (entry for entry in schedule.BEAT.values() if entry["task"].endswith(".sweep"))
    waits = timedelta(seconds=2 * sweep["schedule"]) + sweeping._PATIENCE + 2 * sweeping.BUDGET
    assert waits <= timedelta(minutes=2)
