"""Many payouts at once become a job: asked for once, watched by who asked, with exactly the rows of each outcome."""

import pytest
from django.test import Client

from backoffice.audit.clock import database_now
from payouts.admin import _job_words
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
    assert "You stopped the job before its turn came" in page
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


def stopped_after_two(client: Client, count: int = 5) -> Job:
    for _ in range(count):
        quick.payout()
    url = client.post("/payouts/act/review/", {**confirmation(client), "note": "By hand."})["Location"]
    jobs._portion(Job.objects.latest("pk").pk, now=make.NOW)
    client.post(f"{url}stop/")
    return Job.objects.latest("pk")


def offered(client: Client, job: Job) -> list[dict[str, str]]:
    return client.get(f"/jobs/{job.pk}/").context["verbs"]


def test_a_stopped_job_is_gone_on_with_by_a_confirmation_that_says_in_numbers_what_will_happen():
    client = at("analyst")
    job = stopped_after_two(client)
    held = job.items.filter(outcome="refused").latest("payout_id").payout
    holds.hold(payout_ids=[held.pk], reason="other", note="x", actor=make.person("analyst"), now=make.NOW)
    (verb,) = offered(client, job)
    assert verb["label"] == "Go on with the 3 payouts that are left"
    page = client.get(verb["url"])
    text = page.content.decode()
    assert f"{job} was stopped. What was left of it is looked at as it is now" in text
    assert "Mark 3 payouts reviewed" in text and "A worker does it, some at a time" in text
    assert page.context["form"]["note"].value() == "By hand."
    sent = {**dict(page.context["hidden"]), "confirmed": "1", "note": "By hand."}
    first, second = (client.post("/payouts/act/review/", sent) for _ in range(2))
    more = Job.objects.latest("pk")
    assert first["Location"] == second["Location"] == f"/jobs/{more.pk}/"
    work(more)
    assert Review.objects.count() == 5
    assert (
        f'<a href="/jobs/{more.pk}/">{more}</a> goes on with 3 payouts'
        in client.get(f"/jobs/{job.pk}/").content.decode()
    )
    assert (
        f'what was left of <a href="/jobs/{job.pk}/">{job}</a>'
        in client.get(f"/jobs/{more.pk}/").content.decode()
    )
    assert offered(client, job) == [] == offered(client, more)
    nothing = client.get(verb["url"], follow=True)
    assert f"Nothing was done: nothing is left of {job}." in nothing.content.decode()


def test_two_confirmations_of_what_was_left_are_one_job_and_the_second_says_so():
    client = at("analyst")
    (verb,) = offered(client, stopped_after_two(client))
    pages = [client.get(verb["url"]) for _ in range(2)]
    sent = [{**dict(page.context["hidden"]), "confirmed": "1", "note": "By hand."} for page in pages]
    assert client.post("/payouts/act/review/", sent[0]).status_code == 302
    late = client.post("/payouts/act/review/", sent[1])
    assert late.status_code == 409 and "not left any more" in late.content.decode()
    assert Job.objects.count() == 2


def test_only_who_asked_goes_on_and_only_with_the_right():
    user = make.user("analyst", is_staff=True)
    client = at("", user)
    job = stopped_after_two(client)
    (verb,) = offered(client, job)
    assert at("analyst").get(verb["url"]).status_code == 404
    assert client.get(verb["url"].replace("/review/", "/hold/")).status_code == 404
    assert client.get(f"/payouts/act/review/?rest_of={job.pk}x").status_code == 404
    user.groups.clear()
    make.give_role(user, "auditor")
    (verb,) = offered(client, job)
    assert verb["off"].startswith("Off for you: it needs the right") and "url" not in verb


def test_money_and_counts_come_along_while_the_job_is_done():
    quick.payout(amount_minor=1_00), quick.payout(amount_minor=2_00), quick.payout(amount_minor=4_00)
    client = at("analyst")
    url = client.post("/payouts/act/review/", confirmation(client))["Location"]
    jobs._portion(Job.objects.get().pk, now=make.NOW)
    page = client.get(url)
    (sums,) = page.context["sums"]
    assert [each.minor for each in (sums.asked, sums.done, sums.refused, sums.left)] == [7_00, 3_00, 0, 4_00]
    live = page.context["live_url"]
    assert live.endswith("?show=moved&added_up=2")
    along = client.get(live.replace("added_up=2", "added_up=0")).content.decode()
    assert all(f'id="{part}" hx-swap-oob="true"' in along for part in ("sums", "reasons", "tabs"))
    assert "<small>2</small>" in along and "hx-swap-oob" not in page.content.decode()
    state = f"{url}state/"
    listed = client.get("/jobs/").content.decode()
    assert f'hx-get="{state}"' in listed and "2 of 3" in listed
    work(Job.objects.get())
    cell = client.get(state).content.decode()
    assert "finished" in cell and "hx-get" not in cell and "-done" in cell


def test_an_open_page_adds_up_only_another_portion_of_a_job(monkeypatch):
    payouts = [quick.payout() for _ in range(5)]
    client = at("analyst")
    client.post("/payouts/act/review/", confirmation(client))
    job = Job.objects.get()
    monkeypatch.setattr(_job_words, "PORTIONS", 1)  # all of it is a portion
    live = client.get(f"/jobs/{job.pk}/").context["live_url"]
    jobs._portion(job.pk, now=make.NOW)
    page = client.get(live)
    assert "2 of 5 payouts" in page.content.decode() and 'id="tabs"' in page.content.decode()
    assert 'id="sums"' not in page.content.decode() and 'id="reasons"' not in page.content.decode()
    assert page.context["live_url"] == live  # it still goes by what was done when it was added up
    monkeypatch.setattr(_job_words, "PORTIONS", len(payouts))
    page = client.get(live)
    assert 'id="sums"' in page.content.decode() and 'id="reasons"' in page.content.decode()
    assert 'id="sums"' not in client.get(page.context["live_url"]).content.decode()
    assert 'id="sums"' in client.get(f"/jobs/{job.pk}/progress/?added_up=many").content.decode()
