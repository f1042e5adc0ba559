"""A verb on many payouts as a job: in portions, each whole or not at all; killed, it goes on where it stopped."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.models import Approval, Batch, Hold, Incident, Job, JobItem, Payout, Review, Transition
from payouts.operations import _doorbell, deeds, holds, jobs, review
from payouts.queries import invariants, recorded, shown
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def asked(payouts, *, verb="review", key="page:1", actor=None, values=None, seen=None) -> Job:
    return jobs.request(
        verb=verb,
        payout_ids=[p.pk for p in payouts],
        values=values or {},
        key=key,
        actor=actor or make.person("analyst"),
        now=make.NOW,
        seen=seen,
    )


def work(job: Job) -> bool:
    over = jobs.work(job_id=job.pk, now=make.NOW)
    job.refresh_from_db()
    return over


def portions_of(monkeypatch, verb: str, size: int) -> None:
    old = deeds.DEEDS[verb]
    monkeypatch.setitem(deeds.DEEDS, verb, deeds.Deed(old.permission, old.act, portion=size))


@pytest.fixture
def by_twos(monkeypatch):
    for verb in ("review", "approve", "hold", "reissue", "roll"):
        portions_of(monkeypatch, verb, 2)


def statuses(job: Job) -> list[str]:
    return list(job.items.order_by("payout_id").values_list("outcome", flat=True))


def test_a_job_in_portions_does_what_one_action_would_and_counts_it(by_twos):
    payouts = [quick.payout() for _ in range(5)]
    done = quick.reviewed()
    job = asked([*payouts, done], values={"note": "Checked by hand."})
    assert (job.total, job.done_count, job.finished_at) == (6, 0, None)
    assert work(job)
    assert (job.moved_count, job.refused_count) == (5, 1)
    assert job.finished_at >= make.NOW
    assert set(Review.objects.filter(payout__in=payouts).values_list("note", "reviewer")) == {
        ("Checked by hand.", job.asked_by_id)
    }
    refused = job.items.get(outcome="refused")
    assert (refused.payout, refused.code, refused.reason) == (done, "status", "it is awaiting approval now")
    assert Event.objects.get(action="job.finish").data == {"verb": "review", "moved": 5, "refused": 1}
    assert not [(each.name, broken) for each, broken in invariants.run(now=make.NOW) if broken]


def test_what_a_kill_interrupts_is_not_half_done_and_the_next_worker_goes_on(by_twos, monkeypatch):
    payouts = [quick.payout() for _ in range(5)]
    job, real, calls = asked(payouts), jobs._answer, []

    def killed(*values):
        real(*values)
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a worker dies: nothing catches it, its transaction ends with it

    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_answer", killed)
        with pytest.raises(KeyboardInterrupt):
            work(job)
    job.refresh_from_db()
    assert statuses(job) == ["moved", "moved", "", "", ""]
    assert (job.moved_count, Review.objects.count()) == (2, 2)
    assert work(job)
    assert (job.moved_count, job.refused_count, Review.objects.count()) == (5, 0, 5)
    assert Transition.objects.filter(name="review").count() == 5


def test_the_same_form_twice_is_one_job_and_a_second_message_changes_nothing():
    payouts, actor = [quick.payout(), quick.payout()], make.person("compliance")
    values = {"reason": "documents", "note": "Ask for them.", "until": make.NOW + timedelta(days=3)}
    job = asked(payouts, verb="hold", actor=actor, values=values)
    assert asked(payouts, verb="hold", actor=actor, values=values) == job
    assert work(job) and work(job)
    assert Hold.objects.count() == 2 == JobItem.objects.count()
    assert set(Hold.objects.values_list("until", flat=True)) == {values["until"]}
    assert asked(payouts, verb="hold", values=values) != job  # another person's form is another form


@pytest.mark.parametrize(
    "other",
    [
        {"values": {"note": "Another."}},
        {"verb": "hold", "values": {"reason": "other", "note": "x"}},
        {"fewer": True},
    ],
)
def test_a_form_sent_again_with_something_else_in_it_is_no_job_that_was(other):
    payouts, user = [quick.payout(), quick.payout()], make.user("analyst")
    job = asked(payouts, actor=actors.person(user), values={"note": "One."})
    jobs.stop(job_id=job.pk, actor=actors.person(user), now=make.NOW)
    given = {"verb": "review", "values": {"note": "One."}} | other
    chosen = payouts[:1] if given.pop("fewer", False) else payouts
    with pytest.raises(jobs.AnotherForm, match="sent before, with something else in it"):
        asked(chosen, actor=actors.person(user), **given)
    assert asked(payouts, actor=actors.person(user), values={"note": "One."}) == job


def test_a_portion_that_fails_is_told_and_tried_again(monkeypatch):
    job = asked([quick.payout()])
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "_answer", lambda *values: 1 / 0)
        assert not work(job)
    assert (
        job.trouble
        == f"The job J{job.pk} stopped (ZeroDivisionError). What it did stands; the rest is tried again."
    )
    assert recorded.said(job.trouble) == job.trouble
    assert Incident.objects.get(code="job_failed").closed_at is None
    assert not Review.objects.exists()
    assert work(job)
    assert job.trouble == ""
    assert Incident.objects.get(code="job_failed").closed_at is not None


def test_one_payout_that_fails_each_time_keeps_nobody_else_waiting(monkeypatch):
    payouts, real = [quick.payout() for _ in range(5)], review.review

    def act(**values):
        if payouts[1].pk in values["payout_ids"]:
            real(**values)
            raise RuntimeError("one payout's fault")
        return real(**values)

    monkeypatch.setitem(deeds.DEEDS, "review", deeds.Deed("payouts.review_payout", act, portion=2))
    job = asked(payouts)
    assert not work(job)
    assert job.done_count == 0
    assert work(job)
    assert statuses(job) == ["moved", "refused", "moved", "moved", "moved"]
    assert job.items.get(outcome="refused").reason.startswith("it failed (RuntimeError)")
    assert Review.objects.count() == 4


def test_a_long_job_rings_for_the_next_worker_before_its_time_is_over(by_twos, monkeypatch):
    rung = []
    job = asked([quick.payout() for _ in range(5)])
    monkeypatch.setattr(_doorbell, "ring", lambda task, **ids: rung.append((task, ids)))
    monkeypatch.setattr(jobs, "BUDGET", timedelta(seconds=-1))
    assert not work(job)
    assert (job.done_count, job.trouble, rung) == (2, "", [("work_job", {"job_id": job.pk})])
    monkeypatch.undo()
    assert work(job)


def test_what_is_done_in_one_go_is_not_stopped_nor_what_is_done():
    user = make.user("treasurer")
    quick.funding()
    job = asked([quick.approved()], verb="batch", actor=actors.person(user))
    with pytest.raises(Conflict, match="in one go"):
        jobs.stop(job_id=job.pk, actor=actors.person(user), now=make.NOW)
    other = asked(
        [quick.approved()], verb="take_out", key="2", actor=actors.person(user), values={"reason": "x"}
    )
    jobs._portion(other.pk, now=make.NOW)
    with pytest.raises(Conflict, match="all of it was done already"):
        jobs.stop(job_id=other.pk, actor=actors.person(user), now=make.NOW)


def test_who_may_do_it_no_more_midway_does_no_more_of_it(by_twos, monkeypatch):
    payouts, user = [quick.reviewed() for _ in range(5)], make.user("approver")
    job = asked(payouts, verb="approve", actor=actors.person(user))
    real = jobs._answer

    def withdrawn(*values):
        real(*values)
        user.groups.clear()

    monkeypatch.setattr(jobs, "_answer", withdrawn)
    assert work(job)
    assert (job.moved_count, job.refused_count) == (2, 3)
    assert Approval.objects.count() == 2
    (reason,) = set(job.items.filter(outcome="refused").values_list("reason", flat=True))
    assert "may not approve payout" in reason
    make.give_role(user, "approver")
    assert work(job)
    assert Approval.objects.count() == 2


def test_nobody_approves_alone_by_a_job():
    user = make.user("analyst")
    make.give_role(user, "approver")
    own, others = quick.payout(), quick.reviewed()
    review.review(payout_ids=[own.pk], actor=actors.person(user), now=make.NOW)
    job = asked([own, others], verb="approve", actor=actors.person(user))
    assert work(job)
    assert job.items.get(payout=own).code == "four_eyes"
    assert Approval.objects.get().payout == others


def test_what_changed_since_it_was_looked_at_is_refused_and_says_so(by_twos):
    payouts, actor = [quick.payout() for _ in range(3)], make.person("analyst")
    job = asked(payouts, seen=shown.tokens(payouts), actor=actor)
    holds.hold(payout_ids=[payouts[1].pk], reason="other", note="x", actor=actor, now=make.NOW)
    assert work(job)
    assert statuses(job) == ["moved", "refused", "moved"]
    assert "it was put on hold since you looked" in job.items.get(outcome="refused").reason


def test_what_the_verb_refuses_whatever_its_payouts_are_is_no_job():
    payout = quick.payout()
    for verb, values, actor in (
        ("hold", {"reason": "documents", "note": " "}, make.person("compliance")),
        ("cancel", {"reason": ""}, make.person("approver")),
        ("take_out", {"reason": ""}, make.person("treasurer")),
    ):
        with pytest.raises(Refused):
            asked([payout], verb=verb, values=values, actor=actor)
    with pytest.raises(Refused, match="none of these payouts is there"):
        jobs.request(
            verb="review", payout_ids=[0], values={}, key="k", actor=make.person("analyst"), now=make.NOW
        )
    with pytest.raises(NotAllowed):
        asked([payout], verb="approve")
    assert not Job.objects.exists()


def test_a_program_s_token_asks_for_no_approvals():
    with pytest.raises(NotAllowed):
        asked([quick.reviewed()], verb="approve", actor=actors.token(make.user("approver")))


def test_each_verb_is_done_by_a_job(by_twos):
    quick.funding()
    compliance, treasurer = make.person("approver"), make.person("treasurer")
    pending, reviewed, approved = quick.payout(), quick.reviewed(), [quick.approved(), quick.approved()]
    done = [
        asked([pending], verb="review", key="1"),
        asked([reviewed], verb="approve", key="2", actor=make.person("approver"), values={"reason": ""}),
        asked(approved, verb="batch", key="3"),
    ]
    for job in done:
        assert work(job) and job.refused_count == 0, list(job.items.values_list("reason"))
    assert Batch.objects.get().item_count == 2
    more = [
        asked([pending], verb="send_back", key="4", actor=compliance, values={"reason": "Wrong."}),
        asked(approved[:1], verb="take_out", key="5", actor=treasurer, values={"reason": "Late."}),
        asked([reviewed], verb="cancel", key="6", actor=compliance, values={"reason": "Gone."}),
    ]
    for job in more:
        assert work(job) and job.refused_count == 0, list(job.items.values_list("reason"))
    assert work(again := asked([reviewed], verb="roll", key="7"))
    assert again.moved_count == 1


def test_the_rest_is_stopped_by_who_asked_and_nobody_else(by_twos, monkeypatch):
    payouts, user = [quick.payout() for _ in range(3)], make.user("analyst")
    actor = actors.person(user)
    job = asked(payouts, actor=actor)
    assert jobs._portion(job.pk, now=make.NOW)
    with pytest.raises(jobs.NoSuchJob):
        jobs.stop(job_id=job.pk, actor=make.person("analyst"), now=make.NOW)
    stopped = jobs.stop(job_id=job.pk, actor=actor, now=make.NOW)
    assert (stopped.moved_count, stopped.refused_count) == (2, 1)
    assert statuses(job) == ["moved", "moved", "refused"]
    with pytest.raises(Conflict):
        jobs.stop(job_id=job.pk, actor=actor, now=make.NOW)
    assert work(job)
    assert Review.objects.count() == 2


def test_the_sweep_rings_for_what_a_lost_message_forgot(monkeypatch):
    rung = []
    job = asked([quick.payout()])
    monkeypatch.setattr(_doorbell, "ring", lambda task, **ids: rung.append((task, ids)))
    assert jobs.sweep(now=make.NOW + timedelta(seconds=10)) == 0
    assert jobs.sweep(now=make.NOW + timedelta(seconds=40)) == 1
    assert rung == [("work_job", {"job_id": job.pk})]
    work(job)
    assert jobs.sweep(now=make.NOW + timedelta(seconds=40)) == 0


@pytest.fixture
def standing(by_twos) -> Job:
    job = asked([quick.payout() for _ in range(3)])
    jobs._portion(job.pk, now=make.NOW)
    return job


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE payouts_jobitem SET outcome = '' WHERE outcome = 'moved'", "had its turn already"),
        ("UPDATE payouts_jobitem SET outcome = 'refused' WHERE outcome = ''", "job_item_refused_says_why"),
        ("UPDATE payouts_job SET finished_at = now()", "does not count what its items say"),
        ("UPDATE payouts_job SET moved_count = 4", "job_counts_fit"),
        (
            "INSERT INTO payouts_job (key, verb, values, language, asked_by_id, asked_at, total, moved_count,"
            " refused_count, trouble, finished_at) SELECT 'x', verb, values, language, asked_by_id, asked_at, total,"
            " total, 0, '', now() FROM payouts_job",
            "begins with nothing done",
        ),
    ],
)
def test_postgresql_keeps_the_outcomes_and_their_counts_right(standing, raw_sql, statement, words):
    with pytest.raises(IntegrityError, match=words):
        raw_sql(statement)


def test_a_finished_job_counts_what_its_items_say_and_changes_no_more(standing, raw_sql):
    with pytest.raises(IntegrityError, match="does not count what its items say"):
        raw_sql("UPDATE payouts_job SET moved_count = 1, refused_count = 2, finished_at = now()")
    work(standing)
    with pytest.raises(IntegrityError, match="is finished and changes no more"):
        raw_sql("UPDATE payouts_job SET trouble = 'x'")
    with pytest.raises(IntegrityError, match="at once and for good"), transaction.atomic():
        JobItem.objects.create(job=standing, payout=quick.payout())
    for table in ("payouts_job", "payouts_jobitem"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")
    assert Payout.objects.filter(status="REVIEWED").count() == 3


def test_a_job_s_payouts_are_those_that_were_confirmed_and_none_comes_with_an_outcome(standing):
    with pytest.raises(IntegrityError, match="at once and for good"), transaction.atomic():
        JobItem.objects.create(job=standing, payout=quick.payout())
    values = {"verb": "review", "language": "en", "asked_by_id": standing.asked_by_id, "asked_at": make.NOW}
    empty = Job.objects.create(key="2", total=1, **values)
    with pytest.raises(IntegrityError, match="waits before it has an outcome"), transaction.atomic():
        JobItem.objects.create(job=empty, payout=quick.payout(), outcome="moved")
