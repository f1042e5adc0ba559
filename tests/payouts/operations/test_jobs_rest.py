"""What was left of a stopped job is taken up by another: by the same person, each payout once, by the same rules."""

import pytest
from django.db import IntegrityError, transaction

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from payouts.models import Approval, Job, JobItem, Review
from payouts.operations import deeds, jobs, review
from payouts.queries import jobs as asked
from payouts.queries import shown
from sellers.ledger.money import Money
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def by_twos(monkeypatch):
    for verb in ("review", "approve"):
        old = deeds.DEEDS[verb]
        monkeypatch.setitem(deeds.DEEDS, verb, deeds.Deed(old.permission, old.act, portion=2))


def stopped(payouts, actor, *, verb="review", done=True) -> Job:
    """Its first portion is done, where ``done``, the rest left alone."""
    ids = [p.pk for p in payouts]
    values = {"note": "By hand."} if verb == "review" else {"reason": ""}
    job = jobs.request(verb=verb, payout_ids=ids, values=values, key="page:1", actor=actor, now=make.NOW)
    if done:
        assert jobs._portion(job.pk, now=make.NOW)
    return jobs.stop(job_id=job.pk, actor=actor, now=make.NOW)


def go_on(job, payouts, actor, *, key="page:2", verb="review") -> Job:
    return jobs.request(
        verb=verb,
        payout_ids=[p.pk for p in payouts],
        values=jobs.values_of(job),
        key=key,
        actor=actor,
        now=make.NOW,
        seen=shown.tokens(payouts),
        rest_of=job.pk,
    )


def test_what_was_left_goes_on_as_a_job_of_its_own_and_nothing_is_done_twice():
    payouts, actor = [quick.payout() for _ in range(5)], make.person("analyst")
    job = stopped(payouts, actor)
    assert [item.payout for item in asked.left(job)] == payouts[2:]
    more = go_on(job, payouts[2:], actor)
    assert (more.total, more.rest_of) == (3, job)
    assert not asked.left(job)
    assert Event.objects.filter(action="job.request").latest("pk").data["rest_of"] == str(job)
    assert jobs.work(job_id=more.pk, now=make.NOW)
    more.refresh_from_db()
    assert (more.moved_count, Review.objects.count()) == (3, 5)
    assert set(Review.objects.values_list("note", flat=True)) == {"By hand."}


def test_the_same_form_twice_is_one_job_and_another_form_finds_nothing_left():
    payouts, actor = [quick.payout() for _ in range(4)], make.person("analyst")
    job = stopped(payouts, actor)
    more = go_on(job, payouts[2:], actor)
    assert go_on(job, payouts[2:], actor) == more
    with pytest.raises(Conflict, match="not left any more"):
        go_on(job, payouts[2:], actor, key="page:3")
    with pytest.raises(Conflict, match="not left any more"):
        go_on(job, payouts[:1], actor, key="page:4")  # it was done
    assert Job.objects.count() == 2


def test_what_is_stopped_again_is_left_of_the_second_job():
    payouts, actor = [quick.payout() for _ in range(5)], make.person("analyst")
    job = stopped(payouts, actor)
    more = go_on(job, payouts[2:], actor)
    jobs._portion(more.pk, now=make.NOW)
    more = jobs.stop(job_id=more.pk, actor=actor, now=make.NOW)
    assert not asked.left(job)
    assert [item.payout for item in asked.left(more)] == payouts[4:]
    last = go_on(more, payouts[4:], actor, key="page:3")
    assert jobs.work(job_id=last.pk, now=make.NOW)
    assert Review.objects.count() == 5


def test_nobody_goes_on_with_another_s_job_another_verb_or_one_that_is_not_over():
    payouts, user = [quick.payout() for _ in range(3)], make.user("analyst")
    actor = actors.person(user)
    job = stopped(payouts, actor)
    with pytest.raises(jobs.NoSuchJob):
        go_on(job, payouts[2:], make.person("analyst"))
    with pytest.raises(jobs.NoSuchJob):
        jobs.request(
            verb="send_back",
            payout_ids=[payouts[2].pk],
            values={"reason": "Wrong."},
            key="page:2",
            actor=make.person("approver"),
            now=make.NOW,
            rest_of=job.pk,
        )
    going = jobs.request(
        verb="review", payout_ids=[payouts[2].pk], values={}, key="page:3", actor=actor, now=make.NOW
    )
    with pytest.raises(jobs.NoSuchJob):
        go_on(going, payouts[2:], actor, key="page:4")
    user.groups.clear()
    with pytest.raises(NotAllowed):
        go_on(job, payouts[2:], actor)


def test_who_reviewed_one_meanwhile_does_not_approve_it_by_going_on():
    user = make.user("analyst")
    make.give_role(user, "approver")
    actor = actors.person(user)
    own, other = quick.payout(), quick.reviewed()
    job = stopped([own, other], actor, verb="approve", done=False)
    review.review(payout_ids=[own.pk], actor=actor, now=make.NOW)
    own.refresh_from_db()
    more = go_on(job, [own, other], actor, verb="approve")
    assert jobs.work(job_id=more.pk, now=make.NOW)
    assert more.items.get(payout=own).code == "four_eyes"
    assert Approval.objects.get().payout == other


def test_postgresql_keeps_that_a_job_goes_on_with_what_was_left_and_once():
    payouts, actor = [quick.payout() for _ in range(4)], make.person("analyst")
    job = stopped(payouts, actor)
    values = {"verb": "review", "language": "en", "asked_by_id": job.asked_by_id, "asked_at": make.NOW}

    def taken(payout, number):
        with transaction.atomic():
            made = Job.objects.create(key=str(number), total=1, rest_of=job, **values)
            JobItem.objects.create(job=made, payout=payout)

    with pytest.raises(IntegrityError, match="what was left, each payout once"):
        taken(payouts[0], 1)  # it was done
    taken(payouts[2], 2)
    with pytest.raises(IntegrityError, match="what was left, each payout once"):
        taken(payouts[2], 3)
    for other in ({"verb": "hold"}, {"asked_by_id": make.user("analyst").pk}):
        with pytest.raises(IntegrityError, match="of the same person and verb"), transaction.atomic():
            Job.objects.create(key="4", total=1, rest_of=job, **(values | other))
    going = Job.objects.create(key="5", total=1, **values)
    with pytest.raises(IntegrityError, match="goes on with a finished job"), transaction.atomic():
        Job.objects.create(key="6", total=1, rest_of=going, **values)


def test_the_money_of_a_job_by_what_came_of_it():
    payouts = [quick.payout(amount_minor=minor) for minor in (1_00, 2_00, 4_00, 8_00)]
    yen = quick.payout(amount_minor=16_000, country="JP", currency="JPY")
    actor = make.person("analyst")
    review.review(payout_ids=[payouts[0].pk], actor=make.person("analyst"), now=make.NOW)
    ids = [*(p.pk for p in payouts), yen.pk]
    job = jobs.request(verb="review", payout_ids=ids, values={}, key="1", actor=actor, now=make.NOW)
    jobs._portion(job.pk, now=make.NOW)

    def euros(*minor):
        return asked.Sums(*(Money(each, "EUR") for each in minor))

    nothing = Money(0, "JPY")
    yens = asked.Sums(Money(16_000, "JPY"), nothing, nothing, Money(16_000, "JPY"))
    assert asked.sums(job) == [euros(15_00, 2_00, 1_00, 12_00), yens]
    jobs.stop(job_id=job.pk, actor=actor, now=make.NOW)
    assert asked.sums(job) == [euros(15_00, 2_00, 1_00, 12_00), yens]
    more = go_on(job, [payouts[2]], actor)
    jobs.work(job_id=more.pk, now=make.NOW)
    assert asked.sums(more) == [euros(4_00, 4_00, 0, 0)]
