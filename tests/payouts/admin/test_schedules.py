"""The pages of schedules: described once, confirmed by another, listed with what each run contained."""

import html
import re

import pytest
from django.test import Client
from django.utils import translation

from payouts.models import Export, ExportSchedule, ScheduleRun
from payouts.operations import export_templates, schedules
from tests import make, sftp
from tests.payouts import quick
from tests.payouts.scheduled import MADE, made, target

pytestmark = pytest.mark.django_db

FORM = {
    "kind": "payouts", "query": "", "name": "Register", "format": "csv", "locale": "en", "every": "month",
    "weekday": "1", "at": "06:00", "time_zone": "Europe/Paris", "business_days": "ES",
    "dates": "created", "where": "here",
}  # fmt: skip
NEW = "/exports/schedules/new/form/"


@pytest.fixture
def browser_of():
    """A browser of somebody: of a new person of that role, or of this user."""

    def opened(who):
        client = Client()
        client.force_login(make.user(who, is_staff=True) if isinstance(who, str) else who)
        return client

    return opened


@pytest.fixture
def server(tmp_path):
    return sftp.Server(tmp_path, port=22)


def by_sftp(server):
    wanted = {
        "where": "sftp", "host": "sftp.example.com", "port": "22", "username": "market", "folder": "in",
        "host_key": server.host_key, "password": sftp.PASSWORD,
    }  # fmt: skip
    return FORM | wanted


def test_a_schedule_takes_the_lists_filter_and_leaves_its_dates_to_the_occasions(browser_of):
    quick.payout()
    accountant = browser_of("accountant")
    asked = accountant.get(
        "/exports/new/?status=PENDING_REVIEW&search=Atelier&created_after=2026-11-01&sort=-amount"
    ).content.decode()
    assert "sort=-amount" in re.search(r'href="(/exports/schedules/new/form/[^"]*)"', asked)[1]
    assert "schedules/new/form/?status=PENDING_REVIEW" in asked
    query = "kind=payouts&status=PENDING_REVIEW&search=Atelier&created_after=2026-11-01&sort=-amount"
    form = accountant.get(f"{NEW}?{query}")
    assert 'name="sort" value="-amount"' in form.content.decode()
    assert 'name="query" value="status=PENDING_REVIEW' in form.content.decode()
    query = "status=PENDING_REVIEW&search=Atelier&created_after=2026-11-01"
    answer = accountant.post(NEW, FORM | {"query": query, "status": ["PENDING_REVIEW"], "sort": "-amount"})
    kept = ExportSchedule.objects.get()
    assert answer.url == f"/exports/schedules/{kept.pk}/"
    assert kept.filters == {"status": ["PENDING_REVIEW"], "search": ["Atelier"]}
    assert kept.sort == "-amount"
    assert "the largest amount first" in accountant.get(answer.url).content.decode()
    assert kept.next_at is not None
    shown = accountant.get(answer.url).content.decode()
    assert "On the first day after each month at 06:00 Paris, or the next business day in Spain" in shown
    assert "Register" in accountant.get("/exports/schedules/").content.decode()


def test_a_secret_is_never_shown_again(browser_of, server):
    accountant = browser_of("accountant")
    answer = accountant.post(NEW, by_sftp(server))
    change = answer.url + "change/"
    for address in (answer.url, change):
        assert sftp.PASSWORD not in accountant.get(address).content.decode()
    same = accountant.post(change, by_sftp(server) | {"password": "", "name": "Other name"})
    assert same.status_code == 302
    assert ExportSchedule.objects.get().name == "Other name"
    other = accountant.post(change, by_sftp(server) | {"password": "", "host": "evil.example.com"})
    assert "never sent to another address" in other.content.decode()


def test_a_refused_form_repeats_no_secret(browser_of, server):
    accountant = browser_of("accountant")
    shown = accountant.post(NEW, by_sftp(server) | {"host": "no host"}).content.decode()
    assert "is no host" in shown
    assert sftp.PASSWORD not in shown
    key = {"host": "no host", "password": "", "private_key": server.private_key}
    shown = accountant.post(NEW, by_sftp(server) | key).content.decode()
    assert "is no host" in shown
    assert "PRIVATE KEY-----" not in shown
    assert server.private_key.splitlines()[1] not in shown


def test_who_confirms_reads_which_columns_go_out(browser_of, server):
    schedule = made(
        make.person("accountant"),
        columns=("reference", "amount"),
        target=target(server, host="sftp.example.com"),
    )
    shown = browser_of("treasurer").get(f"/exports/schedules/{schedule.pk}/").content.decode()
    assert "Payout, Amount" in shown
    assert "chosen" not in shown


def test_a_year_is_left_to_each_run_unless_it_is_given(browser_of):
    accountant = browser_of("accountant")
    assert 'name="year"' in (form := accountant.get(f"{NEW}?kind=dac7").content.decode())
    assert 'value="2025"' not in form
    values = FORM | {"kind": "dac7", "dates": "", "year": ""}
    shown = accountant.get(accountant.post(NEW, values).url).content.decode()
    assert "The year before the one that each run falls into" in shown
    assert ExportSchedule.objects.get().filters == {}


def test_another_person_confirms_what_is_shown(browser_of, server):
    schedule = made(make.person("accountant"), now=MADE, target=target(server, host="sftp.example.com"))
    address = f"/exports/schedules/{schedule.pk}/"
    treasurer = browser_of("treasurer")
    shown = treasurer.get(address).content.decode()
    assert server.key.get_fingerprint() in shown
    assert "Confirm that files go there" in shown
    assert "Confirm that files go there" not in browser_of("auditor").get(address).content.decode()
    assert treasurer.post(f"{address}confirm/", {"seen": "another"}).status_code == 409
    treasurer.post(f"{address}confirm/", {"seen": schedules.digest(schedule)})
    schedule.refresh_from_db()
    assert schedule.confirmed_by_id is not None


def test_its_order_is_told_in_the_readers_language(browser_of):
    user = make.user("accountant", is_staff=True)
    schedule = made(make.actors.person(user), sort="-amount")
    with translation.override("fr"):  # and back: a request leaves its language behind
        page = browser_of(user).get(f"/exports/schedules/{schedule.pk}/", headers={"accept-language": "fr"})
    assert "le plus grand montant en premier" in page.content.decode()


def test_the_files_of_a_schedule_say_so_among_the_exports(browser_of):
    user = make.user("accountant", is_staff=True)
    schedule = made(make.actors.person(user), name="Nightly")
    export = Export.objects.create(kind="payouts", format="csv", requested_by=user, requested_at=MADE)
    ScheduleRun.objects.create(
        schedule=schedule, day=MADE.date(), due_at=MADE, made_at=MADE, export=export, error="The line broke."
    )
    assert "by schedule “Nightly”" in browser_of(user).get("/exports/").content.decode()
    shown = browser_of(user).get(f"/exports/schedules/{schedule.pk}/").content.decode()
    assert "The line broke." in shown
    assert "Under way" in shown


def test_deeds_answer_with_a_sentence(browser_of):
    user = make.user("accountant", is_staff=True)
    schedule = made(make.actors.person(user))
    address = f"/exports/schedules/{schedule.pk}/"
    for deed, said in (
        ("pause", "Paused"), ("resume", "goes on"), ("run", "carried out now"), ("run", "still under way"),
        ("end", "Ended"),
    ):  # fmt: skip
        sent = {"confirmed": "1"} if deed == "end" else {}
        if sent:
            asked = browser_of(user).get(f"{address}{deed}/").content.decode()
            assert "End “" in asked and "that it made stay listed" in asked
        answer = browser_of(user).post(f"{address}{deed}/", sent, follow=True)
        assert said in answer.content.decode(), deed
    assert browser_of(user).post(f"{address}pause/").status_code == 404


def test_a_schedule_without_columns_shows_those_that_its_files_have(browser_of):
    user = make.user("accountant", is_staff=True)
    schedule = made(make.actors.person(user))
    address = f"/exports/schedules/{schedule.pk}/"
    shown = html.unescape(browser_of(user).get(address).content.decode())
    assert "Reissue of" in shown and "Seller's standing" not in shown
    ExportSchedule.objects.filter(pk=schedule.pk).update(columns=["seller_standing"])
    shown = html.unescape(browser_of(user).get(address).content.decode())
    assert "Seller's standing" in shown and "Reissue of" not in shown


def test_the_columns_of_a_template_may_be_chosen_by_its_name(browser_of):
    person = make.user("accountant", is_staff=True)
    accountant = browser_of(person)
    assert "Or the columns of a template" not in accountant.get(f"{NEW}?kind=payouts").content.decode()
    values = {"kind": "payouts", "name": "Books", "columns": ["amount", "reference"], "shared": True}
    export_templates.save(**values, actor=make.actors.person(person), now=MADE)
    assert '<option value="Books">Books</option>' in accountant.get(f"{NEW}?kind=payouts").content.decode()
    both = accountant.post(NEW, FORM | {"template": "Books", "columns": ["amount"]})
    assert "and not both" in both.content.decode()
    assert accountant.post(NEW, FORM | {"template": "Books"}).status_code == 302
    assert ExportSchedule.objects.get().columns == ["amount", "reference"]


def test_the_filter_of_a_schedule_is_read_in_the_readers_language(browser_of):
    with translation.override("es"):
        schedule = made(make.person("accountant"), filters="country=FR")
    assert "País" in schedule.filters_text
    page = browser_of("accountant").get(f"/exports/schedules/{schedule.pk}/").content.decode()
    assert "Country is France" in page and "País" not in page
