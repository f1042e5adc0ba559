"""What workers do: one line each, ids only. The row is the job, a message a doorbell; a duplicate changes nothing."""

import structlog
from celery import shared_task

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from payouts.operations import (
    accounts,
    checking,
    collecting,
    creation,
    exporting,
    holds,
    imports,
    jobs,
    journals,
    lookups,
    once,
    running,
    scheduling,
    submission,
    sweeping,
    tallying,
)

log = structlog.get_logger(__name__)
# A worker is killed before the lease of what it delivers is over (settings.SUBMISSION_LEASE_SECONDS).
BELOW_THE_LEASE = {"soft_time_limit": 270, "time_limit": 290}
# A million rows; RabbitMQ takes a message back after half an hour. A second worker with the message does nothing.
A_MILLION_ROWS = {"soft_time_limit": 25 * 60, "time_limit": 29 * 60}


@shared_task(**BELOW_THE_LEASE)
def submit_batch(batch_id: int) -> None:
    """An approved batch goes out. What is refused waits, and is written down."""
    try:
        submission.submit(batch_id=batch_id, now=database_now())
    except Refused as refusal:
        log.info("batch_waits", batch=batch_id, code=refusal.code, reason=str(refusal))


@shared_task(**BELOW_THE_LEASE)
def work_submission(submission_id: int) -> None:
    lookups.work(submission_id=submission_id, now=database_now())


@shared_task(**BELOW_THE_LEASE)
def sweep() -> None:
    sweeping.sweep(now=database_now())


@shared_task
def collect(rail: str) -> None:
    collecting.collect(rail=rail, now=database_now())


@shared_task
def collect_all() -> None:
    """Every rail is asked, each in a message of its own: one that is slow keeps no other waiting."""
    for rail in collecting.rails():
        collect.delay(rail=rail)


@shared_task
def check_invariants() -> None:
    checking.check(now=database_now())


@shared_task
def fold_tallies() -> None:
    tallying.fold()


@shared_task
def take_effect() -> None:
    accounts.take_effect(now=database_now())


@shared_task
def release_due_holds() -> None:
    holds.release_due(now=database_now())


@shared_task
def run_due() -> None:
    creation.run_due(now=database_now())


@shared_task
def make_run(run_id: int) -> None:
    running.work(run_id=run_id, now=database_now())


@shared_task
def sweep_runs() -> None:
    running.sweep(now=database_now())


@shared_task
def work_job(job_id: int) -> None:
    jobs.work(job_id=job_id, now=database_now())


@shared_task
def sweep_jobs() -> None:
    jobs.sweep(now=database_now())


@shared_task
def seal_audit() -> None:
    checking.seal_audit(now=database_now())


@shared_task
def write_export(export_id: int) -> None:
    exporting.write(export_id=export_id, now=database_now())


@shared_task
def sweep_exports() -> None:
    exporting.sweep(now=database_now())


@shared_task
def write_journal(file_id: int) -> None:
    journals.write(file_id=file_id, now=database_now())


@shared_task
def sweep_journals() -> None:
    journals.sweep(now=database_now())


@shared_task
def work_schedule(run_id: int) -> None:
    scheduling.work(run_id=run_id, now=database_now())


@shared_task
def sweep_schedules() -> None:
    scheduling.sweep(now=database_now())


@shared_task(**A_MILLION_ROWS)
def work_import(import_id: int) -> None:
    imports.work(import_id=import_id, now=database_now())


@shared_task
def sweep_imports() -> None:
    imports.sweep(now=database_now())


@shared_task
def erase_answers() -> None:
    once.erase(now=database_now())
