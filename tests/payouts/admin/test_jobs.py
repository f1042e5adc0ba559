"""Many payouts at once become a job: asked for once, watched by who asked, with exactly the rows of each outcome."""

import pytest
from django.test import Client

from backoffice.audit.clock import database_now
from payouts.models import Hold, Job, Payout, Review
from payouts.operations import deeds, holds, jobs
from payouts.queries import waiting
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db
LIST = "/payouts/review/"


@pytest.fixture(autouse=True)
def many(monkeypatch):
    """Two payouts are many."""
    for verb in ("review", "hold"):
        old = deeds.DEEDS[verb]
        monkeypatch.setitem(deeds.DEEDS, verb, deeds.Deed(old.permission, old.act, at_once=1, portion=2))


def at(role: str, user=None) -> Client:
    client = Client()
    client.force_login(user or make.user(role, is_staff=True))
    return client


def confirmation(client: Client, verb: str = "review") -> dict[str, str]:
    """The form about all payouts to review, as its page has it."""
    chosen = {"all_matching": "1", "query": "status=PENDING_REVIEW", "back": LIST}
    page = client.post(f"/payouts/act/{verb}/", chosen, follow=True)
    assert "A worker does it, some at a time" in page.content.decode()
    return {**dict(page.context["hidden"]), "confirmed": "1"}


def work(job: Job) -> None:
    jobs.work(job_id=job.pk, now=database_now())


def test_many_are_asked_for_watched_and_found_again():
    payouts = [quick.payout() for _ in range(5)]
    user = make.user("analyst", is_staff=True)
    client = at("", user)
    sent = {**confirmation(client), "note": "By hand."}
    page = client.post("/payouts/act/review/", sent, follow=True)
    job = Job.objects.get()
    assert page.redirect_chain[-1][0] == f"/jobs/{job.pk}/"
    text = page.content.decode()
    assert "A worker does it now, some at a time. You can leave this page and come back." in text
    assert "0 of 5 payouts" in text and "Mark 5 payouts reviewed" in text
    assert not Review.objects.exists()
    assert waiting.my_jobs(cap=9, person_id=user.pk) == 1
    assert "being done" in client.get("/jobs/").content.decode()
    assert jobs._portion(job.pk, now=make.NOW)
    progress = client.get(f"/jobs/{job.pk}/progress/")
    assert "2 of 5 payouts" in progress.content.decode() and "HX-Refresh" not in progress.headers
    work(job)
    assert client.get(f"/jobs/{job.pk}/progress/").headers["HX-Refresh"] == "true"
    done = client.get(f"/jobs/{job.pk}/").content.decode()
    assert "5 payouts reviewed." in done and all(str(p.reference) in done for p in payouts)
    assert set(Review.objects.values_list("note", flat=True)) == {"By hand."}
    assert waiting.my_jobs(cap=9, person_id=user.pk) == 0


def test_two_clicks_are_one_job():
    payouts = [quick.payout() for _ in range(3)]
    client = at("analyst")
    sent = {**confirmation(client, "hold"), "reason": "documents", "note": "Ask."}
    first, second = (client.post("/payouts/act/hold/", sent) for _ in range(2))
    assert first["Location"] == second["Location"]
    work(Job.objects.get())
    assert Hold.objects.count() == len(payouts)


def test_two_clicks_on_a_few_hold_them_once():
    payout, client = quick.payout(), at("analyst")
    page = client.post("/payouts/act/hold/", {"ids": payout.pk, "back": LIST}, follow=True)
    sent = {**dict(page.context["hidden"]), "confirmed": "1", "reason": "documents", "note": "Ask."}
    first, second = (client.post("/payouts/act/hold/", sent) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert "1 refused: you put it on hold for this already" in client.get(LIST).content.decode()
    assert payout.holds.count() == 1
    client.post("/payouts/act/hold/", {**sent, "note": "Ask for another."})
    assert payout.holds.count() == 2


def test_what_was_refused_is_counted_by_reason_with_the_way_to_exactly_those_rows():
    payouts = [quick.payout() for _ in range(4)]
    client = at("analyst")
    sent = confirmation(client)
    held, gone = payouts[1], payouts[2]
    holds.hold(payout_ids=[held.pk], reason="other", note="x", actor=make.person("analyst"), now=make.NOW)
    quick.review.review(payout_ids=[gone.pk], actor=make.person("analyst"), now=make.NOW)
    client.post("/payouts/act/review/", sent)
    work(Job.objects.get())
    page = client.get(f"/jobs/{Job.objects.get().pk}/")
    assert "2 payouts reviewed, 2 refused." in page.content.decode()
    assert [row["item"].payout for row in page.context["rows"]] == [held, gone]
    by_reason = {group["reason"]: group["url"] for group in page.context["reasons"]}
    (url,) = [url for reason, url in by_reason.items() if reason.startswith("it was put on hold")]
    exactly = client.get(f"/jobs/{Job.objects.get().pk}/{url}")
    assert [row["item"].payout for row in exactly.context["rows"]] == [held]
    moved = client.get(f"/jobs/{Job.objects.get().pk}/?show=moved")
    assert [row["item"].payout for row in moved.context["rows"]] == [payouts[0], payouts[3]]


def test_a_refusal_of_the_whole_is_said_in_the_form_and_a_form_of_nobody_s_is_no_job():
    quick.payout(), quick.payout()
    client = at("analyst")
    sent = {**confirmation(client, "hold"), "reason": "documents", "note": "x", "until": "2020-01-01T00:00"}
    assert "its end lies in the past" in client.post("/payouts/act/hold/", sent).content.decode()
    del sent["key"]
    page = client.post("/payouts/act/hold/", {**sent, "until": ""})
    assert "look at what will happen, then confirm it" in page.content.decode()
    assert not Job.objects.exists()


def test_a_job_is_its_asker_s_own_who_may_stop_the_rest():
    quick.payout(), quick.payout(), quick.payout()
    client, other = at("analyst"), at("analyst")
    url = client.post("/payouts/act/review/", confirmation(client))["Location"]
    assert [other.get(url).status_code, other.get(f"{url}progress/").status_code] == [404, 404]
    assert other.post(f"{url}stop/").status_code == 404
    assert "No job yet" in other.get("/jobs/").content.decode()
    jobs._portion(Job.objects.get().pk, now=make.NOW)
    page = client.post(f"{url}stop/", follow=True).content.decode()
    assert "Stopped. 2 payouts reviewed, 1 left alone, because you stopped the job." in page
    assert "you stopped the job before its turn came" in page
    assert "all of it was done already" in client.post(f"{url}stop/", follow=True).content.decode()
    assert Payout.objects.filter(status="REVIEWED").count() == 2


def test_batches_that_a_job_proposed_are_named(monkeypatch):
    old = deeds.DEEDS["batch"]
    monkeypatch.setitem(deeds.DEEDS, "batch", deeds.Deed(old.permission, old.act, at_once=1))
    quick.funding()
    made = [quick.approved(), quick.approved()]
    client = at("analyst")
    page = client.post("/payouts/act/batch/", {"ids": [p.pk for p in made], "back": LIST}, follow=True)
    url = client.post("/payouts/act/batch/", {**dict(page.context["hidden"]), "confirmed": "1"})["Location"]
    work(Job.objects.get())
    assert "They wait for approval in" in client.get(url).content.decode()
