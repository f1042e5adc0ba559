"""An accountant has the month's register made at each month's end, then sent away: another person confirms that."""

import threading
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest

from payouts.models import ExportSchedule, ScheduleRun
from payouts.operations import scheduling
from tests import make, sftp
from tests.browser import complaints

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def month_is_over() -> ScheduleRun:
    """The schedule's next occasion comes and is carried out, by a worker's thread."""
    schedule = ExportSchedule.objects.get()
    ExportSchedule.objects.update(
        confirmed_at=datetime(2026, 10, 20, tzinfo=UTC),
        seen_until=datetime(2026, 10, 20, tzinfo=UTC),
        next_at=datetime(2026, 11, 2, 5, tzinfo=UTC),
    )
    now = datetime(2026, 11, 2, 6, tzinfo=UTC)
    worker = threading.Thread(target=_carry_out, args=(now,))
    worker.start()
    worker.join(60)
    return ScheduleRun.objects.filter(schedule=schedule).latest("pk")


def _carry_out(now: datetime) -> None:
    from django.db import connection

    try:
        scheduling.start_due(now=now)
        for run in ScheduleRun.objects.filter(status="WAITING"):
            scheduling.work(run_id=run.pk, now=now)
    finally:
        connection.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_month_end_schedule_is_made_confirmed_run_and_listed(visit, settings, tmp_path, width):
    settings.EXPORT_DIR = str(tmp_path / "ours")
    accountant, treasurer = make.user("accountant", is_staff=True), make.user("treasurer", is_staff=True)
    with sftp.server(tmp_path / "theirs") as server:
        page = visit("/exports/", user=accountant, width=width)
        page.get_by_role("link", name="Schedules").click()
        page.get_by_role("link", name="New schedule").first.click()
        page.get_by_role("link", name="Payout register").click()
        page.get_by_label("Name of the schedule").fill("Register for the auditors")
        page.get_by_label("At each month's end").check()
        page.get_by_label("Only on business days of").select_option("ES")
        page.get_by_label("CSV, for other programs").check()
        page.get_by_label("An SFTP server").check()
        page.locator("[name=host]").fill("127.0.0.1")
        page.locator("[name=port]").fill(str(server.port))
        page.locator("[name=username]").fill(sftp.USER)
        page.locator("[name=folder]").fill("in")
        page.locator("[name=host_key]").fill(server.host_key)
        page.locator("[name=password]").fill(sftp.PASSWORD)
        assert complaints.all_of(page) == []
        page.get_by_role("button", name="Save").click()
        page.get_by_text("begins once another person").first.wait_for()
        assert page.get_by_role("button", name="Confirm that files go there").count() == 0
        assert sftp.PASSWORD not in page.content()
        address = page.url

        other = visit(urlsplit(address).path, user=treasurer, width=width)
        other.get_by_text("127.0.0.1").first.wait_for()
        assert complaints.all_of(other) == []
        other.get_by_role("button", name="Confirm that files go there").click()
        other.get_by_text("Confirmed: the files of").wait_for()

        run = month_is_over()
        assert run.status == "DONE", run.error
        assert list(server.files()) == [f"in/{run.export.file_name}"]
        page.goto(address)
        page.get_by_text(run.export.sha256[:8]).wait_for()
        page.get_by_text("Sent to market@127.0.0.1").wait_for()
        page.get_by_text("Thu 1 Oct – Sat 31 Oct").wait_for()
        assert complaints.all_of(page) == []
        page.get_by_role("link", name="Change").click()
        assert page.locator("[name=password]").input_value() == ""
        page.goto("/exports/")
        page.get_by_text(run.export.file_name).first.wait_for()
