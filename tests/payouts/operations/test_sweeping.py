"""Nothing that waits for the sweeper waits for everything else that does."""

from datetime import timedelta

import pytest

from payouts.models import Submission
from payouts.operations import lookups, submission, sweeping
from tests import make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=2)


def test_many_lookups_at_a_bank_that_does_not_answer_keep_no_forgotten_batch_waiting(
    bank, settings, monkeypatch
):
    settings.SIMBANK_URL = make_payouts.unused_url()
    make_payouts.submitted([1200, 3400, 560], country="US")
    assert list(Submission.objects.values_list("status", flat=True)) == ["UNKNOWN"] * 3
    forgotten = make_payouts.approved_batch([700], country="FR")
    turns = []
    ask, send = lookups.work, submission.submit
    monkeypatch.setattr(lookups, "work", lambda **given: (turns.append("lookup"), ask(**given)))
    monkeypatch.setattr(submission, "submit", lambda **given: (turns.append("batch"), send(**given)))

    sweeping.sweep(now=LATER)

    assert sorted(turns) == ["batch", "lookup", "lookup", "lookup"]
    assert "batch" in turns[:2]
    assert make_payouts.statuses(forgotten) == ["SUBMITTED"]
