"""What was handed over late, by who slept or in days that a restore forgot, is waited for before two people decide."""

import contextlib
import dataclasses
import shutil
import time
from datetime import timedelta
from unittest import mock

import pytest

from backoffice.audit.errors import Conflict, Refused
from payouts.models import Resolution, Submission
from payouts.operations import (
    _journal,
    _leases,
    _watch,
    answering,
    delivering,
    lookups,
    preparing,
    unknown,
)
from payouts.operations._watch import Watch
from payouts.rails.sandbox.rail import Sandbox
from payouts.states import SubmissionStatus
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import line_to_the_bank as lines

pytestmark = pytest.mark.django_db
SOON = NOW + timedelta(seconds=40)
COOL = NOW + timedelta(minutes=16)
"""When nothing that was handed over at NOW is on its way any more."""


@pytest.fixture
def line(bank, settings):
    with lines.line(bank.url, settings) as running:
        yield running


@pytest.fixture
def journal(tmp_path, settings):
    settings.HANDOVER_DIR = str(tmp_path / "handovers")
    return tmp_path / "handovers"


def one(batch) -> Submission:
    return Submission.objects.get(batch=batch)


def never_sent(batch) -> Resolution:
    return unknown.propose(
        submission_id=one(batch).pk,
        verdict="never_sent",
        evidence="Mrs Ito at the bank.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=SOON,
    )


def confirm(finding: Resolution, now) -> None:
    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=now)


def test_a_hand_over_that_a_restore_forgot_is_waited_for_as_the_journal_knows_it(bank, line, journal):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    row, forgotten = one(batch), NOW + timedelta(minutes=14)
    lease = _leases.Lease(row.pk, row.rail, row.key, row.fence + 1, forgotten + _leases.length(), b"bytes")
    _journal.write(leases=[lease], watch=Watch(forgotten))
    finding = never_sent(batch)

    with pytest.raises(Refused, match="may still be on its way"):
        confirm(finding, COOL)
    confirm(finding, forgotten + timedelta(minutes=16))
    assert make_payouts.statuses(batch) == ["APPROVED"]


def test_what_was_stopped_before_it_went_out_is_not_waited_for_though_the_journal_has_it(bank, line, journal):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    _journal.write(leases=[lease], watch=Watch(NOW + timedelta(seconds=20)))
    given = answering.Given(lease.submission_id, lease.fence, delivering.TOO_LATE)
    answering.record(given=[given], now=SOON)

    confirm(never_sent(batch), SOON)
    assert make_payouts.statuses(batch) == ["APPROVED"]


def test_a_hand_over_that_was_forgotten_is_not_hidden_by_a_lease_that_ended_before_it(bank, line, journal):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    given = answering.Given(lease.submission_id, lease.fence, delivering.STOPPED)
    answering.record(given=[given], now=NOW + timedelta(seconds=2))
    again = dataclasses.replace(lease, fence=lease.fence + 1)
    _journal.write(leases=[again], watch=Watch(NOW + timedelta(seconds=90)))  # then the database is put back

    finding = never_sent(batch)
    with pytest.raises(Refused, match="may still be on its way"):
        confirm(finding, NOW + timedelta(seconds=120))
    confirm(finding, NOW + timedelta(minutes=18))


@pytest.mark.parametrize("gone", ["removed", "renamed before it was read"])
def test_a_journal_that_is_not_there_says_nothing_and_so_nobody_does(bank, line, journal, gone, settings):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    finding = never_sent(batch)
    if gone == "removed":
        shutil.rmtree(journal)
    else:
        settings.HANDOVER_DIR = str(journal / "elsewhere")

    with pytest.raises(Refused, match="is it mounted here"):
        confirm(finding, COOL)


def test_a_folder_that_may_not_be_looked_into_is_no_empty_journal(journal, monkeypatch):
    """As any user but root meets it."""
    journal.mkdir()
    monkeypatch.setattr(
        _journal.os, "listdir", mock.Mock(side_effect=PermissionError(13, "Permission denied"))
    )
    for ask in (_journal.newest, lambda: list(_journal.everything())):
        with pytest.raises(_journal.NotWritten, match="Permission denied"):
            ask()


def test_nothing_is_found_never_sent_while_the_journal_cannot_be_read(bank, line, journal):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    finding = never_sent(batch)
    (written,) = journal.iterdir()
    written.unlink()
    written.mkdir()

    with pytest.raises(Refused, match="cannot be looked up"):
        confirm(finding, COOL)
    assert make_payouts.statuses(batch) == ["SUBMITTED"]


@pytest.mark.parametrize(
    "deed",
    [
        (unknown.look_up_now, unknown.recording, "record"),
        (unknown.send_again, unknown.switches, "require_open_way"),
    ],
)
def test_who_sleeps_before_the_call_wakes_up_to_the_time_it_is(bank, line, monkeypatch, deed):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    verb, where, step = deed
    window, began = Sandbox.capabilities.key_window, time.monotonic()
    goes_on = getattr(where, step)

    def sleeps(*given, **named):
        """The bank's whole window passes for this process before it goes on."""
        monkeypatch.setattr(_watch, "time", mock.Mock(monotonic=lambda: began + window.total_seconds()))
        return goes_on(*given, **named)

    monkeypatch.setattr(where, step, sleeps)
    with contextlib.suppress(Conflict):
        verb(submission_id=one(batch).pk, actor=make.person("treasurer"), now=SOON)
    assert [kind for kind, _ in line.seen].count("POST") == 1, "the bank may have forgotten the key"
    assert one(batch).status == SubmissionStatus.UNKNOWN


def test_where_nothing_was_ever_handed_over_the_journal_is_there_and_says_so(bank, line, journal):
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)  # its worker dies before it writes a line
    lookups.work(submission_id=one(batch).pk, now=NOW + timedelta(minutes=6))
    assert journal.is_dir()
