"""Tasks carry ids only and call one operation; a broker that is down breaks no deed."""

import inspect
from datetime import timedelta

import pytest
from celery import current_app
from django.conf import settings as configured

from backoffice.audit.clock import database_now
from payouts import tasks
from payouts.operations import _doorbell, sweeping
from tests import brokers, make_payouts

pytestmark = pytest.mark.django_db
NAMES = (
    "submit_batch", "work_submission", "sweep", "collect", "collect_all", "check_invariants", "take_effect",
    "release_due_holds", "run_due", "seal_audit", "write_export", "make_run", "sweep_runs",
    "work_job", "sweep_jobs",
)  # fmt: skip


def test_every_task_takes_ids_and_nothing_else():
    for name in NAMES:
        parameters = inspect.signature(getattr(tasks, name).run).parameters
        assert set(parameters) <= {
            "batch_id",
            "submission_id",
            "rail",
            "export_id",
            "run_id",
            "import_id",
            "job_id",
        }


def test_whatever_beat_rings_for_exists():
    wanted = {entry["task"] for entry in configured.CELERY_BEAT_SCHEDULE.values()}
    assert wanted
    assert all(getattr(tasks, name.removeprefix("payouts.tasks.")).name == name for name in wanted)


def test_a_worker_is_killed_before_the_lease_of_what_it_delivers_ends():
    for task in (tasks.submit_batch, tasks.work_submission, tasks.sweep):
        assert task.soft_time_limit < task.time_limit < configured.SUBMISSION_LEASE_SECONDS


def test_a_message_submits_its_batch_and_twice_the_same_message_nothing_more(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as bank:
        batch = make_payouts.approved_batch([1200], country="US", now=database_now())
        tasks.submit_batch(batch_id=batch.pk)
        tasks.submit_batch(batch_id=batch.pk)

        assert make_payouts.statuses(batch) == ["SUBMITTED"]
        assert bank.bank.judgement()["count"] == 1


def test_a_broker_that_is_down_breaks_no_deed_and_the_sweeper_finds_the_work(
    tmp_path, settings, django_capture_on_commit_callbacks
):
    unreachable = make_payouts.unused_url().removeprefix("http://")
    with brokers.ringing_at(f"redis://{unreachable}/0"), make_payouts.bank(tmp_path, settings):
        with django_capture_on_commit_callbacks(execute=True) as rung:
            batch = make_payouts.approved_batch([1200], country="US")
        assert rung

        sweeping.sweep(now=batch.approved_at + timedelta(minutes=1))
        assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_the_bell_rings_after_the_commit_and_not_without_one(django_capture_on_commit_callbacks, monkeypatch):
    sent = []
    monkeypatch.setattr(
        current_app, "send_task", lambda name, **options: sent.append((name, options["kwargs"]))
    )

    with django_capture_on_commit_callbacks(execute=True):
        _doorbell.ring("submit_batch", batch_id=7)
        assert sent == []

    assert sent == [("payouts.tasks.submit_batch", {"batch_id": 7})]


def test_in_production_no_message_asks_the_simulated_bank(settings, monkeypatch):
    rung = []
    monkeypatch.setattr(tasks.collect, "delay", lambda *, rail: rung.append(rail))
    settings.PRODUCTION = True

    tasks.collect_all()

    assert rung == ["sepa"]
