"""Jobs at the same moment, on real PostgreSQL: two clicks, two workers, two people, a run."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection

from payouts.models import Approval, Hold, Job, JobItem, Payout, Review, Transition
from payouts.operations import creation, deeds, givebacks, jobs, review
from tests import make
from tests.payouts import quick
from tests.payouts.operations.test_races import made
from tests.races.crew import together

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def portions(monkeypatch):
    for verb in ("review", "approve"):
        old = deeds.DEEDS[verb]
        monkeypatch.setitem(deeds.DEEDS, verb, deeds.Deed(old.permission, old.act, portion=7))


def asked(ids, actor, *, verb="review", key="page:1") -> Job:
    return jobs.request(verb=verb, payout_ids=ids, values={}, key=key, actor=actor, now=make.NOW)


def test_two_clicks_at_once_are_one_job():
    ids, actor = made(20), make.person("analyst")
    found = together(*(lambda: asked(ids, actor) for _ in range(4)))
    assert len({job.pk for job in found}) == 1
    assert JobItem.objects.count() == 20


def test_the_same_hold_by_two_clicks_at_once_is_placed_once():
    ids, actor = made(10), make.person("compliance")
    values = {"payout_ids": ids, "actor": actor, "now": make.NOW, "reason": "documents", "note": "Ask."}
    found = together(*(lambda: deeds.DEEDS["hold"].act(**values) for _ in range(3)))
    assert sum(len(outcome.moved) for outcome in found) == 10 == Hold.objects.count()


def test_two_workers_at_one_job_do_each_payout_once():
    job = asked(made(40), make.person("analyst"))
    together(*(lambda: jobs.work(job_id=job.pk, now=make.NOW) for _ in range(3)))
    jobs.work(job_id=job.pk, now=make.NOW)  # whoever passed by has left the last portion to another
    job.refresh_from_db()
    assert (job.moved_count, job.refused_count) == (40, 0)
    assert Review.objects.count() == 40 == Transition.objects.filter(name="review").count()


def test_two_people_s_jobs_on_the_same_payouts_approve_each_once_and_are_told_of_the_others():
    ids = made(40)
    review.review(payout_ids=ids, actor=make.person("analyst"), now=make.NOW)
    both = [asked(order, make.person("approver"), verb="approve") for order in (ids, ids[::-1])]
    together(*(lambda job=job: jobs.work(job_id=job.pk, now=make.NOW) for job in both))
    for job in both:
        job.refresh_from_db()
    assert sum(job.moved_count for job in both) == 40 == sum(job.refused_count for job in both)
    assert all(job.finished_at and job.done_count == 40 for job in both)
    assert Approval.objects.count() == 40 == Payout.objects.filter(status="APPROVED").count()


def test_stopping_and_working_at_once_count_each_payout_once():
    actor = make.person("analyst")
    job = asked(made(60), actor)
    together(
        lambda: jobs.work(job_id=job.pk, now=make.NOW),
        lambda: jobs.stop(job_id=job.pk, actor=actor, now=make.NOW),
    )
    job.refresh_from_db()
    assert job.finished_at is not None
    assert job.moved_count == Review.objects.count()
    assert job.refused_count == 60 - job.moved_count


def waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("verb", ["roll", "reissue"])
def test_money_that_is_given_back_in_one_portion_and_a_run_wait_for_each_other(verb, monkeypatch):
    """Accounts in the order of payouts are in no order: all of them are locked before the first."""
    first, second = make.seller(), make.seller()
    accounts = [make.ledger_account(first), make.ledger_account(second)]
    dead = [quick.payout(seller=second), quick.payout(seller=first)]
    assert (dead[0].pk < dead[1].pk) != (dead[0].account_id < dead[1].account_id)
    ids = [payout.pk for payout in dead]
    givebacks.cancel(payout_ids=ids, actor=make.person("approver"), reason="x", now=make.NOW)
    due = make.NOW + timedelta(days=2)
    for account in accounts:
        make.earning(account, amount_minor=5_000, due_date=due.date(), now=make.NOW)
    job = asked(ids, make.person("analyst"), verb=verb)
    between, real = threading.Event(), getattr(givebacks, verb)

    def slowly(**values):
        real(**values)
        between.set()
        for _ in range(100):
            if waits_for_a_lock():
                return
            time.sleep(0.05)

    def run():
        assert between.wait(20)
        later = make.NOW + timedelta(days=3)
        creation.run(until=None, country="FR", key="later", actor=make.person("analyst"), now=later)

    monkeypatch.setattr(givebacks, verb, slowly)
    assert together(lambda: jobs.work(job_id=job.pk, now=make.NOW), run) == [True, None]
    job.refresh_from_db()
    assert (job.moved_count, job.trouble) == (2, "")
