"""Guards are planned for how many payouts they look at.

Plans made for one compare each of many with each; plans made for many may read a whole table for one.
"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from payouts.operations import _move, review
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def _said(payouts):
    with CaptureQueriesContext(connection) as said:
        outcome = review.review(
            payout_ids=[each.pk for each in payouts], actor=make.person("analyst"), now=make.NOW
        )
    assert len(outcome.moved) == len(payouts)
    return [each["sql"] for each in said if each["sql"].startswith(("DISCARD", "\nWITH target"))]


def test_the_guards_of_many_payouts_are_planned_for_them_alone(monkeypatch):
    monkeypatch.setattr(_move, "_MANY", 3)
    few, many = [quick.payout(), quick.payout()], [quick.payout() for _ in range(3)]
    assert [sql.split()[0] for sql in _said(few)] == ["WITH"]
    assert [sql.split()[0] for sql in _said(many)] == ["DISCARD", "WITH", "DISCARD"]


def test_plans_for_many_do_not_outlive_a_refusal(monkeypatch):
    monkeypatch.setattr(_move, "_MANY", 2)
    one, two = quick.payout(), quick.payout()
    with pytest.raises(RuntimeError), _move._planned_for(2):
        raise RuntimeError("as PostgreSQL refuses")
    assert [sql.split()[0] for sql in _said([one])] == ["DISCARD", "WITH"]
    assert [sql.split()[0] for sql in _said([two])] == ["WITH"]
