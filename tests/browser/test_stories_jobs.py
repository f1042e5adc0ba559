"""Many payouts at once: a job that is watched, left and found again, and says which payouts were refused and why."""

import pytest
from playwright.sync_api import expect

from backoffice.audit.clock import database_now
from payouts.models import Job
from payouts.operations import deeds, holds, jobs
from tests import make
from tests.browser import complaints, walks
from tests.payouts import quick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def many(monkeypatch):
    """Two payouts are many."""
    old = deeds.DEEDS["review"]
    monkeypatch.setitem(deeds.DEEDS, "review", deeds.Deed(old.permission, old.act, at_once=1, portion=2))


@pytest.mark.parametrize("width", [1280, 390])
def test_an_analyst_leaves_a_job_and_finds_it_again_with_exactly_what_was_refused(visit, width):
    payouts = [quick.payout() for _ in range(5)]
    page = visit("/payouts/review/", role="analyst", width=width)
    for each in page.locator("[data-tick]").all():
        each.check()
    page.get_by_role("button", name="Mark 5 payouts reviewed").click()
    holds.hold(
        payout_ids=[payouts[4].pk], reason="other", note="x", actor=make.person("analyst"), now=make.NOW
    )
    page.get_by_role("button", name="Mark 5 payouts reviewed").dblclick()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_role("main")).to_contain_text("0 of 5 payouts")
    assert not complaints.all_of(page)
    job = Job.objects.get()
    page.goto("/")
    jobs._portion(job.pk, now=database_now())
    walks.place(page, "Jobs")
    expect(page.get_by_role("row").filter(has_text="being done")).to_be_visible()
    assert not complaints.all_of(page)
    page.get_by_role("link", name="Mark 5 payouts reviewed").click()
    expect(page.get_by_role("main")).to_contain_text("2 of 5 payouts")
    jobs.work(job_id=job.pk, now=database_now())
    expect(page.get_by_role("main")).to_contain_text("4 payouts reviewed, 1 refused.")
    expect(page.get_by_role("progressbar")).to_have_count(0)
    assert not complaints.all_of(page)
    page.get_by_role("link", name="it was put on hold since you looked").click()
    rows = page.locator("tr[data-row]")
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text(str(payouts[4].reference))


def test_the_rest_of_a_job_is_stopped(visit):
    for _ in range(3):
        quick.payout()
    page = visit("/payouts/review/", role="analyst")
    page.get_by_label("Select all on this page").check()
    page.get_by_role("button", name="Mark 3 payouts reviewed").click()
    walks.confirm(page, "Mark 3 payouts reviewed")
    walks.press(page, "Stop the rest")
    walks.said(page, "Stopped. 3 left alone, because you stopped the job.")
    page.get_by_role("link", name="Go on with the 3 payouts that are left").click()
    walks.confirm(page, "Mark 3 payouts reviewed")
    expect(page.get_by_role("main")).to_contain_text("0 of 3 payouts")
    assert not complaints.all_of(page)
    jobs.work(job_id=Job.objects.latest("pk").pk, now=database_now())
    expect(page.get_by_role("main")).to_contain_text("3 payouts reviewed.")
    assert not complaints.all_of(page)
