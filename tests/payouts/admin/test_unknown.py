"""The desk of submissions whose outcome nobody knows, as two people work it."""

import dataclasses
import hashlib
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from payouts.models import Incident, Resolution, Submission
from payouts.operations import sweeping, switches
from payouts.queries import explain
from payouts.rails.sandbox.rail import Sandbox
from tests import make, make_payouts
from tests.payouts import line_to_the_bank as lines
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The pages' clock stands a while after the hand-over: nothing is on its way any more, every window is open."""
    for page in ("unknown", "unknown_verbs"):
        monkeypatch.setattr(f"payouts.admin.{page}.database_now", lambda: make.NOW + timedelta(minutes=20))


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


@pytest.fixture
def line(bank, settings):
    with lines.line(bank.url, settings) as running:
        yield running


@pytest.fixture
def lost(line) -> Submission:
    """One whose answer was lost on the way back: the bank has it."""
    line.posts = [lines.DROP_AFTER]
    batch = make_payouts.submitted([12_00], country="US")
    return Submission.objects.get(batch=batch)


def url(submission: Submission, verb: str = "detail") -> str:
    return reverse(f"admin:payouts_submission_{verb}", args=[submission.rail, submission.key])


def propose(browser: Client, submission: Submission, **values):
    file = SimpleUploadedFile(make_payouts.PAPER.name, make_payouts.PAPER.body)
    given = {"verdict": "never_sent", "evidence": "Ms Roy at the bank: no such key.", "file": file} | values
    return browser.post(url(submission, "propose"), given, follow=True).content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [("treasurer", 200), ("approver", 200), ("auditor", 200), ("analyst", 403), ("support", 403)],
)
def test_only_roles_that_may_decide_or_audit_see_the_desk(role, status, lost):
    assert client(role).get(reverse("admin:payouts_submission_unknown")).status_code == status
    assert client(role).get(url(lost)).status_code == status


def test_the_desk_shows_key_batch_money_and_what_came_back(lost):
    page = client("treasurer").get(reverse("admin:payouts_submission_unknown")).content.decode()
    assert lost.key in page and lost.batch.reference in page and "12.00" in page and lost.answer_text in page


def test_the_page_of_one_shows_its_evidence_and_its_payouts(lost):
    page = client("auditor").get(url(lost)).content.decode()
    assert "Handed over" in page and lost.body_sha256[:8] in page and lost.answer_code in page
    assert lost.payout.reference in page
    assert "Look up now" not in page and "Say what became of it" not in page


def test_an_incident_about_it_says_how_long_it_is_unknown_as_the_desk_does(lost):
    """Opened half an hour later, and again a day after that, it would be younger than what it is about."""
    now = timezone.now()
    Submission.objects.filter(pk=lost.pk).update(status_at=now - timedelta(days=3, hours=1))
    sweeping.alert(now=now - timedelta(days=2))
    browser = client("treasurer")
    desk = browser.get(reverse("admin:payouts_submission_unknown")).content.decode()
    rails = browser.get(reverse("admin:payouts_rail_list")).content.decode()
    assert "Unknown for" in desk and ">3 d<" in desk
    assert '<span class="quiet">Unknown for</span> 3 d' in rails and "2 d" not in rails
    assert "3 days ago" in browser.get("/").content.decode()
    Incident.objects.update(closed_at=now, closing_note="Looked.")
    closed = browser.get(f"{reverse('admin:payouts_rail_list')}?closed=1").content.decode()
    assert "2 d" in closed and "Unknown for" not in closed


def test_looking_up_now_finds_what_the_bank_has(lost, bank):
    answer = client("treasurer").post(url(lost, "look_up"), follow=True).content.decode()
    lost.refresh_from_db()
    assert lost.status == "ACCEPTED"
    assert "is accepted now" in answer and "There is nothing left to decide" in answer
    assert bank.bank.judgement()["count"] == 1


def test_sending_again_asks_first_and_creates_nothing_twice(lost, bank):
    browser = client("approver")
    page = browser.get(url(lost, "again")).content.decode()
    assert f"Send {lost.key} again" in page and "creates nothing new" in page
    lost.refresh_from_db()
    assert lost.deliveries == 1
    browser.post(url(lost, "again"), {"confirmed": "1"})
    lost.refresh_from_db()
    assert (lost.status, lost.deliveries) == ("ACCEPTED", 2)
    assert bank.bank.judgement()["count"] == 1


def test_sending_again_is_off_while_the_rail_is_stopped(lost):
    switches.stop(rail="sandbox", reason="Doubts", actor=make.person("treasurer"), now=make.NOW)
    browser = client("treasurer")
    assert "Off: Simulated bank is stopped (Doubts)." in browser.get(url(lost)).content.decode()
    answer = browser.post(url(lost, "again"), {"confirmed": "1"}, follow=True).content.decode()
    assert "Nothing is handed to Simulated bank" in answer


def test_a_finding_needs_evidence_and_another_person(lost):
    one, other = client("treasurer"), client("approver")
    assert "Fill this in" in propose(one, lost, evidence=" ")
    assert "Nothing changes before another person confirms it" in propose(one, lost)
    own = one.get(url(lost)).content.decode()
    assert "Off for you: it is your own finding" in own
    assert "Off: A person has said what became of it" in own
    finding = Resolution.objects.get()
    refused = one.post(url(lost, "confirm"), {"confirmed": "1", "finding": finding.pk}, follow=True)
    assert "it is your own finding" in refused.content.decode()
    lost.refresh_from_db()
    assert lost.status == "UNKNOWN"
    asked = other.get(url(lost, "confirm")).content.decode()
    assert "Ms Roy at the bank" in asked and "approved again, on hold" in asked
    done = other.post(url(lost, "confirm"), {"confirmed": "1", "finding": finding.pk}, follow=True)
    lost.refresh_from_db()
    lost.payout.refresh_from_db()
    assert (lost.status, lost.payout.status) == ("REJECTED", "APPROVED")
    assert "is rejected now" in done.content.decode()


def test_a_dismissed_finding_leaves_it_unknown_and_another_may_be_proposed(lost):
    propose(client("treasurer"), lost)
    browser = client("approver")
    finding = Resolution.objects.get()
    assert "Dismiss the finding" in browser.get(url(lost, "dismiss")).content.decode()
    browser.post(url(lost, "dismiss"), {"confirmed": "1", "finding": finding.pk})
    lost.refresh_from_db()
    assert lost.status == "UNKNOWN"
    assert "Your finding stands" in propose(browser, lost, verdict="sent")


def test_a_confirmation_of_a_finding_that_was_replaced_does_nothing(lost):
    propose(client("treasurer"), lost)
    first = Resolution.objects.get()
    browser = client("approver")
    browser.post(url(lost, "dismiss"), {"confirmed": "1", "finding": first.pk})
    propose(browser, lost, verdict="sent")
    answer = client("treasurer").post(
        url(lost, "confirm"), {"confirmed": "1", "finding": first.pk}, follow=True
    )
    assert "confirmed or dismissed by someone else" in answer.content.decode()
    lost.refresh_from_db()
    assert lost.status == "UNKNOWN"


def test_an_auditor_sees_but_decides_nothing(lost):
    browser = client("auditor")
    for verb in ("look_up", "again", "propose", "confirm", "dismiss"):
        assert browser.post(url(lost, verb), {"confirmed": "1"}).status_code == 403


def test_a_submission_that_is_not_there_is_not_found(db):
    assert client("treasurer").get("/unknown/sandbox/P1A1/").status_code == 404


def test_sending_again_is_not_offered_where_it_could_pay_twice(lost):
    propose(client("treasurer"), lost)
    page = client("approver").get(url(lost, "again")).content.decode()
    assert "Nothing can be done" in page and "A person has said what became of it" in page
    assert 'name="confirmed"' not in page


def test_the_page_says_until_when_the_same_bytes_may_go_again_by_the_banks_clock(lost):
    page = client("treasurer").get(url(lost)).content.decode()
    until = make.NOW + timedelta(hours=24) - timedelta(minutes=15)  # the key's day, less a lease and the way
    assert "Until " + explain.clock(until, "Europe/Paris") in page
    assert "creates nothing twice" in page


def test_past_the_window_the_page_says_why_it_is_off(lost, monkeypatch):
    monkeypatch.setattr("payouts.admin.unknown.database_now", lambda: make.NOW + timedelta(hours=24))
    page = client("treasurer").get(url(lost)).content.decode()
    assert "Off: Simulated bank may have forgotten the key" in page


def test_a_rail_that_cannot_be_asked_says_so(lost, monkeypatch):
    mute = dataclasses.replace(Sandbox.capabilities, lookup=False)
    monkeypatch.setattr(Sandbox, "capabilities", mute)
    browser = client("treasurer")
    page = browser.get(url(lost)).content.decode()
    assert "Off: Simulated bank cannot be asked by the program" in page
    told = browser.post(url(lost, "look_up"), follow=True).content.decode()
    assert "Not asked: Simulated bank cannot be asked by the program" in told
    lost.refresh_from_db()
    assert (lost.status, lost.deliveries) == ("UNKNOWN", 1)


def test_the_page_says_what_the_last_lookup_said_and_how_often_the_bank_was_asked(lost, line):
    assert "The bank was not asked yet." in client("auditor").get(url(lost)).content.decode()
    line.gets = [lines.GARBAGE]
    client("treasurer").post(url(lost, "look_up"))
    page = client("auditor").get(url(lost)).content.decode()
    assert "asked 1 time" in page and "GARBLED" in page


def test_a_finding_without_a_file_or_with_one_nobody_can_read_is_refused(lost):
    browser = client("treasurer")
    assert "Choose a file" in propose(browser, lost, file="")
    program = SimpleUploadedFile("proof.exe", b"MZ")
    assert "attach a PDF, an e-mail" in propose(browser, lost, file=program)
    assert not Resolution.objects.exists()


def test_who_confirms_is_led_to_the_paper_first(lost):
    propose(client("treasurer"), lost)
    paper = Resolution.objects.get().attached
    address = url(lost, "detail") + f"evidence/{paper.pk}/"
    browser = client("approver")
    assert (
        f'Read <a href="{address}">{paper.name}</a> first.'
        in browser.get(url(lost, "confirm")).content.decode()
    )
    assert address in browser.get(url(lost)).content.decode()


def test_the_paper_comes_as_a_download_that_no_browser_opens(lost):
    propose(client("treasurer"), lost)
    paper = Resolution.objects.get().attached
    address = url(lost, "detail") + f"evidence/{paper.pk}/"
    answer = client("auditor").get(address)
    assert answer.content == make_payouts.PAPER.body
    assert answer["Content-Disposition"] == f'attachment; filename="{paper.name}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Type"] == "application/octet-stream"
    assert "no-store" in answer["Cache-Control"]
    assert client("support").get(address).status_code == 403


def test_a_paper_is_found_under_its_own_submission_alone(lost, bank, settings):
    propose(client("treasurer"), lost)
    paper = Resolution.objects.get().attached
    settings.SIMBANK_URL = make_payouts.unused_url()
    make_payouts.submitted([9_00], country="US")
    other = Submission.objects.exclude(pk=lost.pk).get()
    assert client("auditor").get(url(other, "detail") + f"evidence/{paper.pk}/").status_code == 404


def test_a_treasurer_downloads_exactly_what_was_sent_with_a_reason(lost):
    treasurer, given = client("treasurer"), {"reason": "The bank asks for it."}
    without = treasurer.post(url(lost, "sent"))
    assert without.status_code == 422 and "Fill this in" in without.content.decode()
    answer = treasurer.post(url(lost, "sent"), given)
    assert hashlib.sha256(answer.content).hexdigest() == lost.body_sha256
    assert answer["Content-Disposition"] == f'attachment; filename="{lost.key}.json"'
    assert client("approver").post(url(lost, "sent"), given).status_code == 403


@pytest.mark.parametrize(("minutes", "alarmed"), [(29, False), (31, True)])
def test_the_front_page_raises_the_alarm_after_half_an_hour_and_leads_to_the_desk(
    lost, line, minutes, alarmed
):
    line.gets = [lines.DROP_BEFORE] * 3
    sweeping.sweep(now=make.NOW + timedelta(minutes=minutes))
    front = client("treasurer").get("/").content.decode()
    assert (f"Nobody knows what became of {lost.key}" in front) == alarmed
    assert (f'<a href="{url(lost)}">See {lost.key} on the desk</a>' in front) == alarmed
    # who may not see the desk is told, and led to the payout
    told = client("analyst").get("/").content.decode()
    assert (f"Nobody knows what became of {lost.key}" in told) == alarmed
    assert url(lost) not in told


def test_the_alarm_about_a_file_leads_to_the_desk_too(bank, settings):
    settings.SEPA_OUTBOX_DIR = "/proc/no-such-place"
    make_payouts.submitted([12_00])
    sweeping.sweep(now=make.NOW + timedelta(minutes=31))
    file = Submission.objects.get()
    assert (
        f'<a href="{url(file)}">See {file.key} on the desk</a>'
        in client("treasurer").get("/").content.decode()
    )
