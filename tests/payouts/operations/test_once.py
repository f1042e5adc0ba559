"""Answers go when they were kept long enough, a few at a time, and nobody who comes back then waits or is done anew."""

from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.utils import timezone

from backoffice.audit.clock import database_now
from backoffice.audit.models import Event
from payouts import tasks
from payouts.models import KeptAnswer
from payouts.operations import once
from tests import make
from tests.races.crew import together

pytestmark = pytest.mark.django_db
BODY = '{"seller": "Ada"}'


@pytest.fixture
def actor():
    return make.person("analyst")


def call(actor, key: str = "k", *, days: float = 0) -> once.Answer:
    """It was done so many days ago, by whom it was called first; nothing but its answer is left of it."""
    return once.once(
        key=key,
        asked=["a"],
        act=lambda: once.Answer(200, BODY),
        allowed=lambda _body: None,
        actor=actor,
        now=database_now() - timedelta(days=days),
    )


def bodies() -> list[str | None]:
    return list(KeptAnswer.objects.order_by("key").values_list("body", flat=True))


def test_an_answer_goes_after_its_days_and_not_before(actor, settings):
    now = database_now()
    for key, days in (("a", 29.99), ("b", 30.01), ("c", 31)):
        call(actor, key, days=days)
    assert once.erase(now=now) == 2
    assert bodies() == [BODY, None, None]
    assert once.erase(now=now) == 0
    settings.ANSWER_KEEP_DAYS = 29
    assert once.erase(now=now) == 1


def test_that_answers_went_is_in_the_audit_trail_and_whose_is_not(actor):
    call(actor, days=31)
    now = database_now()
    once.erase(now=now)
    once.erase(now=now)
    (event,) = Event.objects.filter(action="answers.erase")
    assert (event.actor_id, event.subject_id) == (None, None)
    assert event.data == {"answers": 1, "until": timezone.localtime(now - timedelta(days=30)).date().isoformat()}


def test_the_task_erases_by_the_clock_of_the_database(actor):
    call(actor, days=31)
    tasks.erase_answers()
    assert bodies() == [None]


def test_one_round_ends_however_much_is_due_the_oldest_first(actor, monkeypatch):
    monkeypatch.setattr(once, "_PORTION", 2)
    monkeypatch.setattr(once, "_PORTIONS", 2)
    for key, days in (("a", 31), ("b", 32), ("c", 33), ("d", 34), ("e", 35)):
        call(actor, key, days=days)
    assert once.erase(now=database_now()) == 4
    assert bodies() == [BODY, None, None, None, None]
    assert once.erase(now=database_now()) == 1


@pytest.mark.django_db(transaction=True)
def test_while_it_is_being_erased_nobody_waits_and_nothing_is_done_anew(
    app_connection: psycopg.Connection, actor
):
    call(actor, days=31)
    app_connection.execute("UPDATE payouts_keptanswer SET body = NULL")  # not over yet
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '5s'")  # who waits is heard of
        assert call(actor) == once.Answer(200, BODY, again=True)
        assert once.erase(now=database_now()) == 0
    app_connection.commit()
    with pytest.raises(once.AnswerErased):
        call(actor)
    assert KeptAnswer.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_who_comes_back_at_that_moment_has_the_whole_answer_or_hears_that_it_is_gone(actor):
    for number in range(5):
        key = f"k{number}"
        call(actor, key, days=31)
        found = together(
            lambda key=key: call(actor, key),
            lambda: once.erase(now=database_now()),
            lambda key=key: call(actor, key),
            lambda: once.erase(now=database_now()),
        )
        assert sorted(found[1::2]) == [0, 1]
        for each in found[::2]:
            assert isinstance(each, once.AnswerErased) or each == once.Answer(200, BODY, again=True), each
