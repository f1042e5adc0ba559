"""Schedules carried out: once an occasion, made up after an outage, by their owner's rights, to a real SFTP server."""

import hashlib
import io
import time
from datetime import timedelta

import pytest

from backoffice.audit.errors import NotAllowed
from backoffice.audit.models import Event
from payouts.models import Export, ExportSchedule, ScheduleRun
from payouts.operations import (
    _export_file,
    _schedule_runs,
    _sftp,
    _shelf,
    export_links,
    exporting,
    schedules,
    scheduling,
)
from payouts.queries import deciding
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


def there(server):
    return _sftp.Address("127.0.0.1", server.port, sftp.USER, "in", server.host_key, password=sftp.PASSWORD)


def parcel(data, name="a.csv", size=None, sha256=""):
    found = sha256 or hashlib.sha256(data).hexdigest()
    return _sftp.Parcel(io.BytesIO(data), name, len(data) if size is None else size, found)


def test_an_occasion_is_its_owners_export_of_its_own_days(owner):
    (friday, saturday) = created_on(20, 21)
    schedule = made(owner)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert (run.status, run.day.isoformat(), run.first.isoformat()) == ("DONE", "2026-11-21", "2026-11-20")
    assert run.export.requested_by_id == owner.user_id
    assert run.export.file_name.startswith("payouts-2026-11-21-")
    with _shelf.opened(_export_file.name(run.export)) as file:
        text = file.read().decode()
    assert friday in text
    assert saturday not in text
    assert Event.objects.filter(action="schedule.run", subject_id=schedule.pk).count() == 1


def test_an_occasion_runs_once_whoever_rings(owner):
    schedule = made(owner)
    now = MADE + timedelta(hours=20)
    assert scheduling.start_due(now=now) == 1
    assert scheduling.start_due(now=now) == 0
    ExportSchedule.objects.filter(pk=schedule.pk).update(seen_until=MADE, next_at=MADE)
    assert scheduling.start_due(now=now) == 0, "the row of the occasion stands"
    (run,) = runs(schedule)
    assert scheduling.work(run_id=run.pk, now=now)
    assert not scheduling.work(run_id=run.pk, now=now)
    assert Export.objects.count() == 1
    said = refused(
        "INSERT INTO payouts_schedulerun (schedule_id, day, due_at, note, made_at, status, error, attempts, sent_to)"
        " VALUES (%s, %s, now(), '', now(), 'WAITING', '', 0, '')",
        [schedule.pk, run.day],
    )
    assert "schedule_occasion_once" in said


def test_three_missed_days_are_made_up_each_about_its_own_day(owner):
    references = created_on(21, 22, 23)
    schedule = made(owner)
    found = carried_out(schedule, MADE + timedelta(days=4))
    assert [run.day.isoformat() for run in found] == ["2026-11-21", "2026-11-22", "2026-11-23", "2026-11-24"]
    assert [run.status for run in found] == ["DONE"] * 4
    assert [run.export.rows_done for run in found] == [0, 1, 1, 1]
    for run, reference in zip(found[1:], references, strict=True):
        with _shelf.opened(_export_file.name(run.export)) as file:
            assert reference in file.read().decode()


def test_what_is_made_up_is_bounded_and_said(owner, monkeypatch):
    monkeypatch.setattr(_schedule_runs, "MOST_MADE_UP", 3)
    schedule = made(owner)
    scheduling.start_due(now=MADE + timedelta(days=10))
    found = runs(schedule)
    assert [run.day.isoformat() for run in found] == ["2026-11-28", "2026-11-29", "2026-11-30"]
    assert "7 occasions" in found[0].note
    schedule.refresh_from_db()
    assert schedule.next_at > MADE + timedelta(days=10)


def test_an_export_of_the_past_is_of_the_occasions_moment(owner):
    schedule = made(owner, kind="balances", dates="at")
    first, second = carried_out(schedule, MADE + timedelta(days=2))
    assert (first.export.filters["at"], second.export.filters["at"]) == (["2026-11-20"], ["2026-11-21"])
    plain = made(owner, kind="balances", dates="", name="As it stands")
    (run, *_) = carried_out(plain, MADE + timedelta(days=2))
    assert run.export.filters["at"] == [run.due_at.isoformat()]


def test_days_of_another_zone_are_that_zones(owner):
    schedule = made(owner, time_zone="Asia/Tokyo")
    (run, *_) = carried_out(schedule, MADE + timedelta(days=1))
    assert run.export.filters["created_after"] == ["2026-11-20T00:00:00+09:00"]
    assert run.export.filters["created_before"] == ["2026-11-20T14:59:59.999999+00:00"]
    with pytest.raises(schedules.BadSchedule, match="days of Europe/Paris"):
        made(owner, name="Moved", time_zone="Asia/Tokyo", dates="moved")


def test_who_loses_the_right_or_leaves_stops_the_schedule_with_a_sentence(owner):
    schedule = made(owner)
    schedule.owner.groups.clear()
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert run.status == "FAILED"
    assert "may not export this any more" in run.error
    schedule.refresh_from_db()
    assert schedule.paused_at is not None
    assert "stopped" in schedule.stopped_why
    assert schedule.next_at is None
    assert Export.objects.count() == 0
    with pytest.raises(NotAllowed):
        schedules.resume(schedule_id=schedule.pk, actor=owner, now=MADE)


def test_who_has_no_account_any_more_exports_nothing(owner):
    schedule = made(owner)
    type(schedule.owner).objects.filter(pk=owner.user_id).update(is_active=False)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert (run.status, Export.objects.count()) == ("FAILED", 0)


def test_run_now_is_about_the_latest_days(owner):
    schedule = made(owner, every="month")
    schedules.run_now(schedule_id=schedule.pk, actor=owner, now=MADE)
    with pytest.raises(schedules.BadSchedule, match="still under way"):
        schedules.run_now(schedule_id=schedule.pk, actor=owner, now=MADE)
    (run,) = carried_out(schedule, MADE)
    assert (run.day, run.first.isoformat(), run.last.isoformat()) == (None, "2026-10-01", "2026-10-31")
    assert run.status == "DONE"


def test_who_loses_the_right_before_the_file_is_sent_sends_nothing(owner, second, server):
    schedule = confirmed(made(owner, target=target(server, port=9)), second)
    now = MADE + timedelta(hours=20)
    (run,) = carried_out(schedule, now)
    assert (run.status, run.export.status) == ("WAITING", "READY")
    schedule.owner.groups.clear()
    scheduling.work(run_id=run.pk, now=now + timedelta(minutes=2))
    (run,) = runs(schedule)
    assert (run.status, run.sent_at) == ("FAILED", None)
    schedule.refresh_from_db()
    assert "nothing was sent" in schedule.stopped_why


def test_a_file_goes_out_once_another_person_confirmed_it(owner, second, server):
    schedule = made(owner, target=target(server))
    assert schedule.next_at is None
    assert scheduling.start_due(now=MADE + timedelta(days=2)) == 0
    with pytest.raises(schedules.BadSchedule, match="Another person"):
        confirmed(schedule, owner)
    with pytest.raises(schedules.BadSchedule, match="must confirm that first"):
        schedules.run_now(schedule_id=schedule.pk, actor=owner, now=MADE)
    confirmed(schedule, second)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert run.status == "DONE", run.error
    assert run.sent_to == f"market@127.0.0.1:in/{run.export.file_name}"
    ((name, data),) = server.files().items()
    assert name == f"in/{run.export.file_name}"
    with _shelf.opened(_export_file.name(run.export)) as file:
        assert file.read() == data
    assert server.seen == [f"in/.{run.export.file_name}.part"], "it grew under another name"
    assert Event.objects.filter(action="schedule.send").count() == 1


def test_a_private_key_opens_the_door_too(owner, second, server):
    schedule = made(owner, target=target(server, password="", private_key=server.private_key))
    confirmed(schedule, second)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert run.status == "DONE", run.error


def test_another_key_than_the_pinned_one_gets_nothing(owner, second, server):
    other = sftp.Server(server.folder)
    schedule = made(owner, target=target(server, host_key=other.host_key))
    confirmed(schedule, second)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert run.status == "WAITING"
    assert "showed another key" in run.error
    assert server.files() == {}


def test_a_broken_upload_is_tried_again_and_leaves_no_half_file(owner, second, server):
    created_on(20)
    schedule = made(owner, target=target(server))
    confirmed(schedule, second)
    server.broken_after = 10
    now = MADE + timedelta(hours=20)
    (run,) = carried_out(schedule, now)
    assert (run.status, run.attempts, run.sent_at) == ("WAITING", 1, None)
    assert "could not be reached, or broke off" in run.error
    assert not [name for name in server.files() if not name.endswith(".part")]
    assert scheduling.sweep(now=now + timedelta(seconds=40))[1] == 0, "it waits a minute"
    server.broken_after = None
    later = now + timedelta(minutes=2)
    assert scheduling.sweep(now=later)[1] == 1
    assert scheduling.work(run_id=run.pk, now=later)
    (run,) = runs(schedule)
    assert (run.status, run.error) == ("DONE", "")
    assert list(server.files()) == [f"in/{run.export.file_name}"]
    assert Export.objects.count() == 1, "the same file, not another"


def test_after_the_last_try_it_has_failed(owner, second, server):
    schedule = made(owner, target=target(server, folder="nowhere"))
    confirmed(schedule, second)
    now = MADE + timedelta(hours=20)
    (run,) = carried_out(schedule, now)
    assert "no folder “nowhere”" in run.error
    ScheduleRun.objects.filter(pk=run.pk).update(attempts=len(scheduling.PAUSES), retry_at=None)
    scheduling.work(run_id=run.pk, now=now)
    (run,) = runs(schedule)
    assert run.status == "FAILED"
    assert "Given up after 8 tries" in run.error


def test_a_wrong_password_and_a_dead_server_are_said(owner, second, server):
    wrong = made(owner, target=target(server, password="guessed"))
    confirmed(wrong, second)
    dead = made(owner, name="Dead", target=target(server, port=9))
    confirmed(dead, second)
    now = MADE + timedelta(hours=20)
    assert "does not let market in" in carried_out(wrong, now)[0].error
    assert "could not be reached" in carried_out(dead, now)[0].error


def test_a_change_voids_the_confirmation_and_stops_what_is_under_way(owner, second, server):
    schedule = confirmed(made(owner, target=target(server)), second)
    now = MADE + timedelta(hours=20)
    scheduling.start_due(now=now)
    changed = schedules.change(
        schedule_id=schedule.pk,
        plan=plan(name="More", target=target(server, password="")),
        actor=owner,
        now=now,
    )
    assert (changed.confirmed_at, changed.next_at) == (None, None)
    assert changed.target_id == schedule.target_id, "the secret that is known stays for the same address"
    (run,) = runs(schedule)
    scheduling.work(run_id=run.pk, now=now)
    (run,) = runs(schedule)
    assert run.status == "FAILED"
    assert "no other person has confirmed" in run.error
    assert server.files() == {}


def test_a_finished_run_changes_no_more(owner):
    schedule = made(owner)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    assert "is over" in refused("UPDATE payouts_schedulerun SET error = 'x' WHERE id = %s", [run.pk])


@pytest.mark.parametrize("plain", [False, True])
def test_sending_again_replaces_what_an_earlier_try_left(server, plain):
    server.only_plain_renames = plain
    address = there(server)
    for _ in range(2):
        _sftp.send(address, parcel(b"one"))
    assert server.files() == {"in/a.csv": b"one"}
    with pytest.raises(_sftp.NotSent, match="3 bytes of 4"):
        _sftp.send(address, parcel(b"one", name="b.csv", size=4))
    with pytest.raises(_sftp.Altered, match="not as it was written"):
        _sftp.send(address, parcel(b"one", name="b.csv", sha256=hashlib.sha256(b"two").hexdigest()))
    assert server.files() == {"in/a.csv": b"one"}


def test_a_partner_that_takes_files_at_once_gets_them_once(server):
    server.takes_at_once = True
    assert _sftp.send(there(server), parcel(b"one")).endswith("in/a.csv")
    assert server.taken == {"in/a.csv": b"one"}


def test_a_server_that_hangs_keeps_nobody(server, monkeypatch):
    monkeypatch.setattr(_sftp, "UPLOAD_SECONDS", 1)
    monkeypatch.setattr(_sftp, "CLOSING_SECONDS", 0.2)
    server.hangs = True
    began = time.monotonic()
    try:
        with pytest.raises(_sftp.NotSent, match="took too long"):
            _sftp.send(there(server), parcel(b"one"))
        assert time.monotonic() - began < 10
    finally:
        server.woken.set()


def test_the_owner_fetches_what_a_schedule_made(owner):
    schedule = made(owner)
    (run,) = carried_out(schedule, MADE + timedelta(hours=20))
    link = export_links.make(export_id=run.export_id, actor=owner, now=run.export.finished_at)
    found = export_links.fetch(
        export_id=run.export_id, token=link.token, actor=owner, now=run.export.finished_at
    )
    found.file.close()
    with pytest.raises(exporting.UnknownExport):
        export_links.make(export_id=run.export_id, actor=make.person("accountant"), now=MADE)


def test_a_schedule_that_stopped_or_failed_waits_for_its_owner_until_it_runs_again(owner):
    schedule = made(owner)
    mine = lambda: list(deciding.broken_schedules(person_id=owner.person_id))  # noqa: E731
    assert mine() == []
    schedule.owner.groups.clear()
    carried_out(schedule, MADE + timedelta(hours=20))
    assert mine() == [schedule]
    assert list(deciding.broken_schedules(person_id=make.person("accountant").person_id)) == []
    make.give_role(schedule.owner, "accountant")
    schedules.resume(schedule_id=schedule.pk, actor=owner, now=MADE + timedelta(days=1))
    assert mine() == [schedule], "the last run failed"
    carried_out(schedule, MADE + timedelta(days=2))
    assert mine() == []
