"""/api/v1/schedules: to read, without user or secret of where files go."""

import pytest

from payouts.models import Export, ScheduleRun
from tests import make, sftp
from tests.payouts.scheduled import MADE, made, target

pytestmark = pytest.mark.django_db


def test_schedules_and_their_runs_are_read(token, tmp_path):
    user = make.user("accountant")
    there = target(sftp.Server(tmp_path, port=22), host="sftp.example.com")
    made(make.actors.person(user), name="Away", target=there)
    schedule = made(make.actors.person(user), country="ES")
    export = Export.objects.create(
        kind="payouts", format="csv", requested_by=user, requested_at=MADE, rows_done=7, sha256="ab"
    )
    values = {"schedule": schedule, "due_at": MADE, "made_at": MADE}
    ScheduleRun.objects.create(**values, day=MADE.date(), export=export)
    ScheduleRun.objects.create(**values, asked_by=user)
    caller = token("auditor")
    first, away = caller.get("/api/v1/schedules/").json()["results"]
    assert first["when"] == "Every business day in Spain at 06:00 Paris"
    assert (away["goes_to"], away["standing"]) == ("sftp.example.com", "Waits for another person")
    text = caller.get("/api/v1/schedules/").content.decode()
    assert sftp.USER not in text
    assert sftp.PASSWORD not in text
    asked, due = caller.get(f"/api/v1/schedules/{schedule.pk}/").json()["runs"]
    assert (due["occasion"], due["rows"], due["sha256"]) == ("2026-11-20", 7, "ab")
    assert (asked["occasion"], asked["rows"], asked["sha256"]) == (None, None, "")
    assert token("support").get("/api/v1/schedules/").status_code == 403
    assert caller.post("/api/v1/schedules/", {}).status_code in (403, 405)
