"""Schedules made, changed, confirmed: by whom, with which sentence, and what PostgreSQL itself refuses."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from backoffice.audit.errors import Conflict
from backoffice.audit.models import Event
from payouts.exports.kinds import BadExport
from payouts.models import ExportSchedule, SftpTarget
from payouts.operations import (
    _targets,
    export_templates,
    rotation,
    schedules,
    scheduling,
)
from payouts.queries.filters import BadFilter
from tests import make, sftp
from tests.payouts.scheduled import (
    MADE,
    carried_out,
    confirmed,
    made,
    plan,
    refused,
    target,
)

pytestmark = pytest.mark.django_db


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


def test_a_pause_is_not_made_up(owner):
    schedule = made(owner)
    schedules.pause(schedule_id=schedule.pk, actor=owner, now=MADE)
    assert scheduling.start_due(now=MADE + timedelta(days=3)) == 0
    found = schedules.resume(schedule_id=schedule.pk, actor=owner, now=MADE + timedelta(days=3))
    assert found.next_at == datetime(2026, 11, 24, 5, tzinfo=UTC)
    assert scheduling.start_due(now=MADE + timedelta(days=3)) == 0


def test_nobody_elses_schedule_is_changed(owner, second):
    schedule = made(owner)
    for deed in (schedules.resume, schedules.end, schedules.run_now):
        with pytest.raises(schedules.UnknownSchedule):
            deed(schedule_id=schedule.pk, actor=second, now=MADE)


def test_what_changed_since_it_was_read_is_not_confirmed(owner, second, server):
    schedule = made(owner, target=target(server))
    seen = schedules.digest(schedule)
    schedules.change(
        schedule_id=schedule.pk,
        plan=plan(target=target(server, folder="elsewhere")),
        actor=owner,
        now=MADE,
    )
    with pytest.raises(Conflict):
        schedules.confirm(schedule_id=schedule.pk, seen=seen, actor=second, now=MADE)


def test_a_known_secret_goes_to_no_other_address(owner, server):
    schedule = made(owner, target=target(server))
    with pytest.raises(_targets.BadTarget, match="never sent to another address"):
        schedules.change(
            schedule_id=schedule.pk,
            plan=plan(target=target(server, host="other.example.com", password="")),
            actor=owner,
            now=MADE,
        )


def test_the_secret_is_unreadable_at_rest_and_opens_in_its_own_row_alone(owner, server):
    first = made(owner, target=target(server)).target
    second = made(owner, name="Other", target=target(server, password="another")).target
    assert sftp.PASSWORD.encode() not in bytes(first.secret_ciphertext)
    assert _targets.address(first).password == sftp.PASSWORD
    assert sftp.PASSWORD not in repr(_targets.address(first))
    second.secret_ciphertext = first.secret_ciphertext
    with pytest.raises(_targets.vault.Unreadable):
        _targets.address(second)
    assert sftp.PASSWORD not in str(list(Event.objects.values_list("data", flat=True)))


def test_postgresql_refuses_what_the_operations_do(owner, second, server):
    schedule = made(owner, target=target(server))
    table = "UPDATE payouts_exportschedule SET"
    assert "schedule_four_eyes" in refused(
        f"{table} confirmed_by_id = owner_id, confirmed_at = now() WHERE id = %s", [schedule.pk]
    )
    assert "another person confirms it first" in refused(
        "INSERT INTO payouts_schedulerun (schedule_id, day, due_at, note, made_at, status, error, attempts, sent_to)"
        " VALUES (%s, now(), now(), '', now(), 'WAITING', '', 0, '')",
        [schedule.pk],
    )
    confirmed(schedule, second)
    for change in ("columns = '[\"amount\"]'", "kind = 'deeds'", "at = '07:00'", "target_id = target_id + 1"):
        assert "another person confirms it again" in refused(f"{table} {change} WHERE id = %s", [schedule.pk])
    assert "stays with its owner" in refused(
        f"{table} owner_id = %s WHERE id = %s", [second.user_id, schedule.pk]
    )
    scheduling.start_due(now=MADE + timedelta(hours=20))
    ExportSchedule.objects.filter(pk=schedule.pk).update(confirmed_by=None, confirmed_at=None)
    assert "another person confirms it first" in refused(
        "UPDATE payouts_schedulerun SET sending_at = now() WHERE schedule_id = %s", [schedule.pk]
    )
    assert "permission denied" in refused("UPDATE payouts_sftptarget SET host = 'evil'", [])
    assert SftpTarget.objects.get(pk=schedule.target_id).host == "127.0.0.1"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": " "}, "a name"),
        ({"every": "hour"}, "every day"),
        ({"time_zone": "Mars/Olympus"}, "no time zone"),
        ({"country": "XX"}, "no country"),
        ({"dates": "birth"}, "no such dates"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(owner, values, said):
    with pytest.raises(schedules.BadSchedule, match=said):
        made(owner, **values)


def test_a_name_is_taken_once(owner):
    made(owner)
    with pytest.raises(schedules.BadSchedule, match="already"):
        made(owner)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"host": "no host"}, "no host"),
        ({"port": 0}, "port"),
        ({"username": " "}, "user"),
        ({"folder": "../etc"}, "without"),
        ({"host_key": "ssh-ed25519 nonsense"}, "no server key"),
        ({"password": "", "private_key": "nonsense"}, "no private key"),
        ({"password": ""}, "password or the private key"),
        ({"private_key": "x"}, "not both"),
    ],
)
def test_a_folder_that_is_none_is_refused(owner, server, values, said):
    with pytest.raises(_targets.BadTarget, match=said):
        made(owner, target=target(server, **values))


def test_a_rotation_takes_the_secrets_of_folders_along(owner, server, settings):
    first = made(owner, target=target(server)).target
    settings.MASTER_KEYS = {"new": os.urandom(32), **settings.MASTER_KEYS}
    assert (rotation.rotate(now=MADE), rotation.rotate(now=MADE)) == (1, 0)
    settings.MASTER_KEYS = {"new": settings.MASTER_KEYS["new"]}
    first.refresh_from_db()
    assert _targets.address(first).password == sftp.PASSWORD


def test_the_order_of_the_list_is_carried_and_confirmed_with_the_rest(owner, second, server):
    schedule = made(owner, sort="-amount", target=target(server))
    confirmed(schedule, second)
    why = refused("UPDATE payouts_exportschedule SET sort = 'created' WHERE id = %s", [schedule.pk])
    assert "another person confirms it again" in why
    seen = schedules.digest(ExportSchedule.objects.get())
    found = schedules.change(
        schedule_id=schedule.pk, plan=plan(sort="amount", target=target(server)), actor=owner, now=MADE
    )
    assert found.confirmed_at is None and schedules.digest(found) != seen
    before, found.sort = schedules.digest(found), "created"
    assert schedules.digest(found) != before
    with pytest.raises(BadExport, match="not sorted by"):
        schedules.change(schedule_id=schedule.pk, plan=plan(sort="colour"), actor=owner, now=MADE)


@pytest.mark.django_db(transaction=True)
def test_a_run_has_the_order_and_balances_of_a_month_go_by_its_books_day(owner):
    sorted_one = made(owner, sort="-amount")
    balances = made(owner, name="B", kind="balances", dates="at", every="month")
    by_hand = made(owner, name="C", kind="balances", dates="", filters="by=books", every="month")
    for schedule in (sorted_one, balances, by_hand):
        schedules.run_now(schedule_id=schedule.pk, actor=owner, now=MADE)
    runs = [carried_out(schedule, MADE)[-1].export for schedule in (sorted_one, balances, by_hand)]
    assert (runs[0].sort, runs[0].order_text) == (
        "-amount",
        "Each currency by itself, the largest amount first",
    )
    assert runs[1].filters == {"at": ["2026-10-31"], "by": ["books"]}
    assert runs[2].filters == {"at": ["2026-11-20"], "by": ["books"]}


def test_a_schedule_keeps_the_columns_that_a_template_has(owner):
    values = {"kind": "payouts", "name": "Books", "columns": ["amount", "reference"], "shared": False}
    template = export_templates.save(**values, actor=owner, now=MADE)
    schedule = made(owner, template="Books")
    export_templates.drop(template_id=template.pk, actor=owner, now=MADE)
    assert ExportSchedule.objects.get(pk=schedule.pk).columns == ["amount", "reference"]
    for wrong in ({"template": "Books"}, {"template": "Books", "columns": ["amount"]}):
        with pytest.raises(export_templates.BadTemplate):
            made(owner, **wrong)


def test_a_filter_that_names_what_is_not_there_is_no_schedule(owner):
    with pytest.raises(BadFilter, match=r"No seller has .* “S999999”"):
        made(owner, filters={"seller": "S999999"})
    assert not ExportSchedule.objects.exists()
