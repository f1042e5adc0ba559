"""One worker at a time, by a lock that lives as long as it does."""

import pytest
from django.db import connections

from payouts.operations import _alone

pytestmark = pytest.mark.django_db(transaction=True)


def test_what_one_worker_has_left_another_takes_at_once(monkeypatch):
    """A session that is closed holds its lock for a moment on a busy machine: here for as long as the test lasts."""
    left = []
    with monkeypatch.context() as lingering:
        lingering.setattr(type(connections["default"]), "close", lambda session: left.append(session))
        with _alone.only_one(7, space=1) as one:
            assert one is not None
        with _alone.only_one(7, space=1) as other:
            assert other is not None
    for session in left:
        session.close()


def test_while_one_works_no_other_does_and_another_kind_of_work_does():
    with (
        _alone.only_one(7, space=1) as one,
        _alone.only_one(7, space=1) as other,
        _alone.only_one(7, space=2) as kind,
    ):
        assert (one is not None, other, kind is not None) == (True, None, True)


def test_work_that_breaks_leaves_it_to_the_next():
    for _ in range(50):
        with pytest.raises(ZeroDivisionError), _alone.only_one(7, space=1) as side:
            1 / bool(side is None)
