"""Schedules of exports for tests, and what comes of them."""

from datetime import UTC, datetime, time

import pytest
from django.db import Error, connection, transaction

from payouts.models import ExportSchedule, ScheduleRun
from payouts.operations import schedules, scheduling
from tests import sftp
from tests.payouts import quick

MADE = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday


def plan(**values):
    usual = {
        "name": "Register", "kind": "payouts", "format": "csv", "every": "day", "at": time(6),
        "time_zone": "Europe/Paris", "dates": "created",
    }  # fmt: skip
    return schedules.Plan(**usual | values)


def target(server, **values):
    usual = {
        "host": "127.0.0.1", "port": server.port, "username": sftp.USER, "folder": "in",
        "host_key": server.host_key, "password": sftp.PASSWORD,
    }  # fmt: skip
    return schedules.Wanted(**usual | values)


def made(owner, now=MADE, **values) -> ExportSchedule:
    return schedules.make(plan=plan(**values), actor=owner, now=now)


def confirmed(schedule, second, now=MADE) -> ExportSchedule:
    return schedules.confirm(schedule_id=schedule.pk, seen=schedules.digest(schedule), actor=second, now=now)


def runs(schedule) -> list[ScheduleRun]:
    return list(ScheduleRun.objects.filter(schedule=schedule).select_related("export").order_by("pk"))


def carried_out(schedule, now) -> list[ScheduleRun]:
    scheduling.start_due(now=now)
    for run in runs(schedule):
        scheduling.work(run_id=run.pk, now=now)
    return runs(schedule)


def refused(statement, values) -> str:
    with pytest.raises(Error) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
    return str(caught.value)


def created_on(*days: int) -> list[str]:
    """A payout of noon on each of these days of November; answers their references."""
    return [quick.payout(now=datetime(2026, 11, day, 11, tzinfo=UTC)).reference for day in days]
