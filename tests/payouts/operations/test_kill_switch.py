"""The kill switch while workers are in the middle: no new call, what was called resolves, two people let it go on."""

import itertools
import threading
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, connection

from payouts.models import Incident, RailSwitch, Submission
from payouts.operations import (
    answering,
    checking,
    collecting,
    delivering,
    incidents,
    preparing,
    submission,
    sweeping,
    switches,
)
from payouts.operations._watch import Watch
from payouts.rails import registry
from tests import make, make_payouts
from tests.conftest import _current
from tests.make_payouts import NOW
from tests.payouts.admin.test_pages import client
from tests.payouts.line_to_the_bank import line
from tests.payouts.operations.test_restoring import LATER, at_the_bank

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(deed) -> None:
    """Done and committed by another process, as far as the database can tell."""

    def run() -> None:
        try:
            deed()
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


class Clock:
    """The monotonic time that delivering reads."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def monotonic(self) -> float:
        return self.seconds


@pytest.fixture
def clock(monkeypatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(delivering, "time", made)
    return made


def test_a_rail_stopped_in_the_middle_of_a_chunk_is_called_no_more_and_goes_on_later(bank, settings, clock):
    batch = make_payouts.approved_batch([100 + n for n in range(40)], country="US")
    one, other = make.person("treasurer"), make.person("treasurer")
    once = threading.Lock()
    with line(bank.url, settings) as busy:

        def stop_at_the_first_answer() -> None:
            if once.acquire(blocking=False):
                elsewhere(
                    lambda: switches.stop(rail="sandbox", reason="The bank called.", actor=one, now=NOW)
                )
                clock.seconds += 1.5

        busy.before_answering = stop_at_the_first_answer
        submission.submit(batch_id=batch.pk, now=NOW)
        called = [key for method, key in busy.seen if method == "POST"]

        # Those that had begun when it was stopped, and at most one look's worth beyond: none of the rest.
        assert 1 <= len(called) <= 2 * registry.get("sandbox").capabilities.at_once
        stopped = set(Submission.objects.filter(answer_code="STOPPED").values_list("key", flat=True))
        assert len(stopped) == 40 - len(called) and not stopped & set(called)
        assert set(Submission.objects.filter(key__in=called).values_list("status", flat=True)) == {"ACCEPTED"}

        sweeping.sweep(now=LATER)  # lookups go on; nothing is sent
        assert len([1 for method, _ in busy.seen if method == "POST"]) == len(called)

    settings.SIMBANK_URL = bank.url
    bank.advance(24 * 3600)
    collecting.collect(rail="sandbox", now=LATER)  # and what the bank says of those it has is heard
    paid = {payout.reference for payout in make_payouts.payouts_of(batch) if payout.status == "PAID"}
    assert paid == {key.removesuffix("A1") for key in called}

    switches.restore(switch_id=RailSwitch.objects.get().pk, actor=other, now=LATER)
    Submission.objects.filter(status="UNKNOWN").update(next_lookup_at=LATER)
    sweeping.sweep(now=LATER)
    assert len(at_the_bank(bank)) == 40


def test_a_rail_stopped_between_two_chunks_gets_no_next_one(bank, settings, clock, monkeypatch):
    batch = make_payouts.approved_batch([100 + n for n in range(6)], country="US")
    small = SimpleNamespace(**{**vars(preparing.registry.get("sandbox").capabilities), "chunk_size": 2})
    monkeypatch.setattr("payouts.rails.sandbox.rail.Sandbox.capabilities", small)
    person = make.person("treasurer")
    record = answering.record

    def stop_after_the_first(**given) -> None:
        record(**given)
        if not RailSwitch.objects.exists():
            elsewhere(lambda: switches.stop(rail=switches.ALL, reason="Doubts.", actor=person, now=NOW))

    monkeypatch.setattr(answering, "record", stop_after_the_first)

    with pytest.raises(switches.RailStopped):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert len(at_the_bank(bank)) == 2
    assert make_payouts.statuses(batch).count("BATCHED") == 4


@pytest.mark.parametrize("country", ["US", "FR"])
def test_a_rail_stopped_after_the_bytes_were_stored_gets_none_of_them(bank, country):
    batch = make_payouts.approved_batch([1200], country=country)
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)
    person = make.person("treasurer")
    elsewhere(lambda: switches.stop(rail=batch.rail, reason="Doubts.", actor=person, now=NOW))

    ((_, answer),) = delivering.deliver(leases=prepared.leases, watch=Watch(NOW))

    assert answer.code == "STOPPED"
    assert at_the_bank(bank) == []


def test_a_worker_that_slept_after_it_looked_at_the_switch_calls_nobody(bank, monkeypatch):
    batch = make_payouts.approved_batch([1200], country="US")
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)
    seconds = itertools.count(0, delivering.FRESH + 1)
    monkeypatch.setattr(delivering, "time", SimpleNamespace(monotonic=lambda: float(next(seconds))))

    ((_, answer),) = delivering.deliver(leases=prepared.leases, watch=Watch(NOW))

    assert answer.code == "TOO_LATE"
    assert at_the_bank(bank) == []


def test_a_person_does_not_let_a_rail_go_on_that_the_program_would_have_stopped():
    stop = switches.stop(rail="sepa", reason="Drill.", actor=make.person("treasurer"), now=NOW)
    incidents.open_one(code="paid_twice", key="x", text="Twice.", rail="sepa", now=LATER)
    assert switches.stop_by_itself(rail="sepa", reason="Twice.", now=LATER) == stop
    with pytest.raises(switches.NotLookedAt, match="still open"):
        switches.restore(switch_id=stop.pk, actor=make.person("treasurer"), now=LATER)


@pytest.fixture
def silenced(owner_connection):
    """The audit trail takes no events any more, and then again."""

    def silence(on: bool) -> None:
        words = "REVOKE INSERT ON audit_event FROM" if on else "GRANT INSERT ON audit_event TO"
        role = _current[0].app.split("user=")[1].split()[0].strip("'")
        owner_connection.execute(f"{words} {role}")
        owner_connection.commit()

    return silence


def test_an_audit_trail_that_takes_no_events_stops_submission_and_not_viewing(bank, silenced):
    batch = make_payouts.approved_batch([1200], country="US")
    browser = client("treasurer")
    silenced(True)

    with pytest.raises(DatabaseError):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert at_the_bank(bank) == []
    assert make_payouts.statuses(batch) == ["BATCHED"]
    assert switches.open_on("sandbox").reason == "The audit trail takes no events"
    page = browser.get("/rails/").content.decode()
    assert "Every rail is stopped" in page and "The audit trail takes no events: nothing is submitted" in page

    silenced(False)
    checking.seal_audit(now=LATER)
    assert Incident.objects.get(code="audit_write").closed_at == LATER
    with pytest.raises(switches.RailStopped):
        submission.submit(batch_id=batch.pk, now=NOW)
    switches.restore(switch_id=RailSwitch.objects.get().pk, actor=make.person("treasurer"), now=LATER)
    submission.submit(batch_id=batch.pk, now=NOW)
    assert len(at_the_bank(bank)) == 1


def test_an_audit_trail_that_takes_no_events_stops_also_what_would_be_sent_again(bank, silenced):
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)  # and its worker dies
    silenced(True)

    sweeping.sweep(now=LATER)
    checking.seal_audit(now=LATER)

    assert at_the_bank(bank) == []
    assert switches.open_on("sandbox") is not None
    silenced(False)
