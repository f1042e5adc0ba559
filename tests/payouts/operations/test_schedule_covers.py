"""What one confirmation covers and no other: runs after it, by who still may, until the schedule changes or ends."""

import os
from datetime import UTC, datetime, time, timedelta

import pytest
from django.contrib.auth.models import Permission
from structlog.testing import capture_logs

from backoffice.audit.models import Event
from payouts.exports import yearly
from payouts.models import Export, ExportSchedule, ScheduleRun, SftpTarget
from payouts.operations import _shelf, rotation, schedules, scheduling
from tests import make, sftp
from tests.payouts.scheduled import (
    MADE,
    carried_out,
    confirmed,
    created_on,
    made,
    plan,
    refused,
    runs,
    target,
)

pytestmark = pytest.mark.django_db(transaction=True)
DUE = MADE + timedelta(hours=20)
LATER = DUE + timedelta(minutes=20)


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path / "exports")


@pytest.fixture
def owner():
    return make.person("accountant")


@pytest.fixture
def second():
    return make.person("treasurer")


@pytest.fixture
def server(tmp_path):
    with sftp.server(tmp_path / "theirs") as found:
        yield found


def again(run) -> ScheduleRun:
    scheduling.work(run_id=run.pk, now=LATER)
    return ScheduleRun.objects.get(pk=run.pk)


def sending(run) -> str:
    return refused("UPDATE payouts_schedulerun SET sending_at = now() WHERE id = %s", [run.pk])


def changed(schedule, owner, now=DUE, **values):
    return schedules.change(schedule_id=schedule.pk, plan=plan(**values), actor=owner, now=now)


def test_a_file_that_waits_goes_to_no_folder_that_was_confirmed_later(owner, second, server):
    schedule = confirmed(made(owner, target=target(server, port=9)), second)
    (run,) = carried_out(schedule, DUE)
    assert (run.status, run.export.status) == ("WAITING", "READY")
    later = DUE + timedelta(minutes=1)
    harmless = changed(schedule, owner, now=later, columns=("reference",), target=target(server))
    confirmed(harmless, second, now=later)
    assert "before another person confirmed" in sending(run)
    run = again(run)
    assert (run.status, run.sent_at, server.files()) == ("FAILED", None, {})
    assert "confirmed after this run began" in run.error


def test_a_run_from_when_files_stayed_here_is_not_sent(owner, second, server):
    schedule = made(owner)
    scheduling.start_due(now=DUE)
    (run,) = runs(schedule)
    assert "sends nothing elsewhere" in sending(run)
    confirmed(changed(schedule, owner, target=target(server)), second, now=DUE + timedelta(microseconds=1))
    assert again(run).status == "FAILED"
    assert server.files() == {}


def test_what_waits_ends_with_its_schedule(owner, second, server):
    schedule = confirmed(made(owner, target=target(server, port=9)), second)
    (run,) = carried_out(schedule, DUE)
    schedules.end(schedule_id=schedule.pk, actor=owner, now=DUE)
    run.refresh_from_db()
    assert (run.status, run.error) == ("FAILED", "The schedule was ended before this was done.")
    assert Event.objects.filter(action="schedule.fail", subject_id=schedule.pk).count() == 1
    assert again(run).attempts == 1


def test_postgresql_and_the_worker_know_that_a_schedule_has_ended(owner, second, server):
    schedule = confirmed(made(owner, target=target(server, port=9)), second)
    (run,) = carried_out(schedule, DUE)
    ExportSchedule.objects.filter(pk=schedule.pk).update(ended_at=DUE, next_at=None)
    assert "has ended" in sending(run)
    insert = (
        "INSERT INTO payouts_schedulerun (schedule_id, day, due_at, note, made_at, status, error, attempts, sent_to)"
        " VALUES (%s, now(), now(), '', now(), 'WAITING', '', 0, '')"
    )
    assert "has ended" in refused(insert, [schedule.pk])
    assert again(run).error == "The schedule was ended before this was done."


def test_who_loses_the_right_to_the_export_itself_sends_nothing(owner, second, server):
    schedule = confirmed(made(owner, kind=yearly.DAC7.kind, dates="", target=target(server, port=9)), second)
    (run,) = carried_out(schedule, DUE)
    assert run.export.status == "READY"
    schedule.owner.groups.clear()
    schedule.owner.user_permissions.set(
        Permission.objects.filter(codename__in=["schedule_export", "request_export"])
    )
    assert again(run).status == "FAILED"
    schedule.refresh_from_db()
    assert "nothing was sent" in schedule.stopped_why


def test_a_run_takes_only_an_export_of_its_owner_and_kind_and_keeps_it(owner, second):
    schedule = made(owner)
    scheduling.start_due(now=DUE)
    (run,) = runs(schedule)

    def export(person, kind="payouts"):
        return Export.objects.create(
            kind=kind, format="csv", requested_by_id=person.user_id, requested_at=DUE
        ).pk

    take = "UPDATE payouts_schedulerun SET export_id = %s WHERE id = %s"
    for foreign in (export(second), export(owner, "deeds")):
        assert "not of the owner and the kind" in refused(take, [foreign, run.pk])
    ScheduleRun.objects.filter(pk=run.pk).update(export=export(owner))
    assert "takes no other" in refused(take, [export(owner), run.pk])
    ScheduleRun.objects.filter(pk=run.pk).update(export=None)


def test_an_occasion_that_is_due_is_not_lost_to_a_change_or_a_pause(owner):
    schedule = made(owner)
    changed(schedule, owner, name="Other name")
    assert [run.day.isoformat() for run in runs(schedule)] == ["2026-11-21"]
    schedules.pause(schedule_id=schedule.pk, actor=owner, now=DUE + timedelta(days=1))
    found = runs(schedule)
    assert [run.day.isoformat() for run in found] == ["2026-11-21", "2026-11-22"]
    run = again(found[1])
    assert (run.status, Export.objects.count()) == ("FAILED", 0)
    assert "was paused before this was made" in run.error
    with pytest.raises(schedules.BadSchedule, match="it is paused"):
        schedules.run_now(schedule_id=schedule.pk, actor=owner, now=LATER)


def test_a_changed_hour_leaves_no_day_out(owner):
    schedule = made(owner)  # at noon, so that 18:00 is yet to come
    carried_out(schedule, DUE)
    later = datetime(2026, 11, 22, 3, tzinfo=UTC)
    changed(schedule, owner, now=later, at=time(2))
    scheduling.start_due(now=later + timedelta(minutes=1))
    assert [run.day.isoformat() for run in runs(schedule)] == ["2026-11-21", "2026-11-22"]


def test_what_passed_unconfirmed_is_told_by_the_next_run(owner, second, server):
    schedule = made(owner, target=target(server))
    schedule = changed(schedule, owner, now=DUE, name="Other", target=target(server, password=""))
    confirmed(schedule, second, now=MADE + timedelta(days=3))
    first, next_one = carried_out(schedule, MADE + timedelta(days=5))
    assert first.note == "Left out before this one, because nobody else had confirmed: 3 occasions."
    assert (first.status, next_one.note) == ("DONE", "")


def test_a_year_that_was_not_given_is_the_one_before_each_run(owner):
    schedule = made(owner, kind=yearly.DAC7.kind, dates="")
    assert schedule.filters == {}
    january = datetime(2028, 1, 1, 6, tzinfo=UTC)
    ExportSchedule.objects.filter(pk=schedule.pk).update(seen_until=january - timedelta(hours=3))
    ExportSchedule.objects.filter(pk=schedule.pk).update(next_at=january)
    (run,) = carried_out(schedule, january)
    assert run.export.filters["year"] == ["2027"]
    given = made(owner, kind=yearly.DAC7.kind, dates="", name="Of 2026", filters="year=2026")
    assert given.filters == {"year": ["2026"]}


def test_secrets_of_folders_that_nothing_goes_to_are_gone(owner, second, server, settings):
    schedule = made(owner, target=target(server))
    old = schedule.target_id
    schedule = changed(schedule, owner, target=target(server, folder="elsewhere"))
    assert bytes(SftpTarget.objects.get(pk=old).secret_ciphertext) == b""
    assert bytes(SftpTarget.objects.get(pk=schedule.target_id).secret_ciphertext) != b""
    schedules.end(schedule_id=schedule.pk, actor=owner, now=DUE)
    assert bytes(SftpTarget.objects.get(pk=schedule.target_id).secret_ciphertext) == b""
    settings.MASTER_KEYS = {"new": os.urandom(32), **settings.MASTER_KEYS}
    assert rotation.rotate(now=DUE) == 0


def test_a_try_counts_before_the_call_and_its_trouble_is_logged(owner, second, server, monkeypatch):
    schedule = confirmed(made(owner, target=target(server, port=9)), second)
    before = []

    def killed(address, parcel):
        before.append(ScheduleRun.objects.values("attempts", "retry_at", "sending_at").get())
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(scheduling._sftp, "send", killed)
        with pytest.raises(KeyboardInterrupt):
            carried_out(schedule, DUE)
    assert before[0]["attempts"] == 1
    assert before[0]["retry_at"] >= before[0]["sending_at"] + scheduling.PAUSES[0]
    (run,) = runs(schedule)
    with capture_logs() as logs:
        run = again(run)
    assert run.attempts == 2
    assert ("schedule_not_sent", "ConnectionRefusedError") in [(e["event"], e.get("error")) for e in logs]
    ScheduleRun.objects.filter(pk=run.pk).update(attempts=len(scheduling.PAUSES) + 1, retry_at=None)
    assert again(run).status == "FAILED"


def test_another_file_than_was_written_is_not_sent(owner, second, server):
    created_on(20)
    schedule = confirmed(made(owner, target=target(server)), second)
    server.broken_after = 10
    (run,) = carried_out(schedule, DUE)
    server.broken_after = None
    Export.objects.filter(pk=run.export_id).update(sha256="0" * 64)
    run = again(run)
    assert (run.status, run.sent_at) == ("FAILED", None)
    assert "not as it was written" in run.error
    assert [name for name in server.files() if not name.endswith(".part")] == []


def test_a_file_that_is_not_there_spends_no_try(owner, second, server):
    schedule = confirmed(made(owner, target=target(server, port=9)), second)
    (run,) = carried_out(schedule, DUE)
    _shelf.erase(f"export-{run.export_id}.csv")
    sending_at = run.sending_at
    run = again(run)
    assert (run.status, run.sending_at) == ("WAITING", sending_at)
    assert "did not give its file" in run.error
