"""The same bytes go again under the same key, and who asked for it is on the record exactly when they did."""

import pytest

from backoffice.audit.errors import Conflict
from backoffice.audit.models import Event
from payouts.models import Submission
from payouts.operations import lookups, unknown
from payouts.states import SubmissionStatus
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def lost(bank, settings):
    """A submission whose bytes never arrived."""
    with lines.line(bank.url, settings) as line:
        line.posts = [lines.DROP_BEFORE]
        batch = make_payouts.submitted([1200], country="US")
        yield Submission.objects.get(batch=batch)


def on_record(submission: Submission) -> int:
    deeds = Event.objects.filter(action="submission.send_again", subject_id=submission.pk)
    return deeds.filter(actor__isnull=False).count()  # the program's own are on the record too


def test_a_person_sends_the_same_bytes_again_on_the_record(lost):
    found = unknown.send_again(submission_id=lost.pk, actor=make.person("treasurer"), now=NOW)

    assert (found.status, found.deliveries) == (SubmissionStatus.ACCEPTED, 2)
    assert on_record(lost) == 1


def test_who_is_slower_than_a_worker_is_told_that_nothing_was_sent(lost, monkeypatch):
    again = lookups.again

    def slower(**values):
        again(**{**values, "by": None})  # the sweeper, in between
        return again(**values)

    monkeypatch.setattr(lookups, "again", slower)
    with pytest.raises(Conflict, match="Not sent again"):
        unknown.send_again(submission_id=lost.pk, actor=make.person("treasurer"), now=NOW)

    lost.refresh_from_db()
    assert lost.deliveries == 2
    assert on_record(lost) == 0
