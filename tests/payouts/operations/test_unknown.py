"""When no answer proves anything: asked again, sent again only where that is safe, decided by two people."""

import dataclasses
from datetime import timedelta

import pytest
from django.db import IntegrityError

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from payouts.models import Attempt, Hold, Incident, Resolution, Submission, SubmissionEvent
from payouts.operations import (
    accounts,
    answering,
    collecting,
    delivering,
    lookups,
    preparing,
    sweeping,
    switches,
    unknown,
)
from payouts.operations._watch import Watch
from payouts.rails import base
from payouts.rails.sandbox.rail import Sandbox
from payouts.states import BatchStatus, SubmissionStatus
from sellers.ledger.models import Book, Entry
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


def one(batch) -> Submission:
    return Submission.objects.get(batch=batch)


@pytest.mark.parametrize("fault", [lines.DROP_AFTER, lines.GARBAGE, lines.ERROR_AFTER])
def test_an_answer_that_proves_nothing_is_unknown_and_a_lookup_finds_the_truth(bank, line, fault):
    line.posts = [fault]
    batch = make_payouts.submitted([1200], country="US")
    assert one(batch).status == SubmissionStatus.UNKNOWN
    assert make_payouts.statuses(batch) == ["SUBMITTED"]
    assert batch.status == BatchStatus.SUBMITTED

    sweeping.sweep(now=SOON)

    assert one(batch).status == SubmissionStatus.ACCEPTED
    assert bank.bank.judgement()["count"] == 1
    assert [kind for kind, _ in line.seen] == ["POST", "GET"]


def test_what_never_arrived_is_sent_again_with_the_same_key_and_bytes(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    before = one(batch)

    sweeping.sweep(now=SOON)

    after = one(batch)
    assert (after.status, after.deliveries, after.fence) == (SubmissionStatus.ACCEPTED, 2, 2)
    assert after.delivered_at == before.delivered_at
    assert (after.key, after.body_sha256) == (before.key, before.body_sha256)
    assert [key for kind, key in line.seen if kind == "POST"] == [before.key] * 2
    assert bank.bank.judgement()["count"] == 1
    assert Attempt.objects.count() == 1


def test_a_bank_that_cannot_even_be_asked_is_asked_later_and_nothing_is_sent_meanwhile(bank, line):
    line.posts, line.gets = [lines.DROP_BEFORE], [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")

    sweeping.sweep(now=SOON)
    sweeping.sweep(now=SOON)

    waiting = one(batch)
    assert waiting.status == SubmissionStatus.UNKNOWN
    assert waiting.next_lookup_at > SOON
    assert [kind for kind, _ in line.seen] == ["POST", "GET"]

    sweeping.sweep(now=SOON + timedelta(minutes=3))
    assert one(batch).status == SubmissionStatus.ACCEPTED


def test_past_the_banks_memory_nothing_is_sent_again(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")

    lookups.work(submission_id=one(batch).pk, now=NOW + timedelta(hours=23, minutes=58))

    assert one(batch).status == SubmissionStatus.UNKNOWN
    assert bank.bank.judgement()["count"] == 0
    with pytest.raises(Refused, match="may have forgotten the key"):
        unknown.send_again(
            submission_id=one(batch).pk, actor=make.person("treasurer"), now=NOW + timedelta(hours=24)
        )


def test_a_rail_that_does_not_deduplicate_is_never_sent_to_again(bank, line, monkeypatch):
    forgetful = dataclasses.replace(Sandbox.capabilities, deduplicates=False, key_window=None)
    monkeypatch.setattr(Sandbox, "capabilities", forgetful)
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")

    for minutes in (1, 5, 60):
        sweeping.sweep(now=NOW + timedelta(minutes=minutes))

    assert one(batch).status == SubmissionStatus.UNKNOWN
    assert [kind for kind, _ in line.seen].count("POST") == 1


def test_a_report_proves_what_no_answer_did(bank, line):
    line.posts = [lines.DROP_AFTER]
    batch = make_payouts.submitted([1200], country="US")
    bank.advance(10)

    collecting.collect(rail="sandbox", now=SOON)

    assert one(batch).status == SubmissionStatus.ACCEPTED
    assert make_payouts.statuses(batch) == ["PAID"]


def test_a_dead_lease_becomes_unknown_and_its_worker_writes_nothing_when_it_wakes(bank, settings):
    """The worker sleeps between the bank's answer and its own second transaction, past its lease."""
    batch = make_payouts.approved_batch([1200], country="US")
    with lines.line(bank.url, settings) as line:
        meanwhile = []

        def wake_another() -> None:
            meanwhile.append(True)

        line.before_answering = wake_another
        prepared = preparing.prepare(batch_id=batch.pk, now=NOW)
        answers = delivering.deliver(leases=prepared.leases, watch=Watch(NOW))
        late = NOW + timedelta(minutes=6)
        sweeping.sweep(now=late)
        assert one(batch).status == SubmissionStatus.ACCEPTED  # the sweeper asked the bank
        before = one(batch)
        given = [answering.Given(lease.submission_id, lease.fence, answer) for lease, answer in answers]
        answering.record(given=given, now=late)

    assert meanwhile
    after = one(batch)
    assert (after.status, after.fence, after.status_at) == (before.status, before.fence, before.status_at)
    said = [event.what for event in SubmissionEvent.objects.order_by("pk")]
    assert said == ["lease", "expired", "lookup", "late"]
    assert bank.bank.judgement()["count"] == 1


def test_a_worker_is_not_let_write_after_its_lease_even_if_nobody_noticed(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)
    answers = delivering.deliver(leases=prepared.leases, watch=Watch(NOW))
    given = [answering.Given(lease.submission_id, lease.fence, answer) for lease, answer in answers]

    answering.record(given=given, now=NOW + timedelta(minutes=6))

    assert one(batch).status == SubmissionStatus.UNKNOWN


def test_a_call_is_not_begun_when_the_lease_is_nearly_over(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    prepared = preparing.prepare(batch_id=batch.pk, now=NOW)

    assert (
        delivering.deliver(leases=prepared.leases, watch=Watch(NOW + timedelta(minutes=4, seconds=45))) == []
    )
    assert bank.bank.judgement()["count"] == 0


def test_an_old_unknown_opens_one_incident_that_ends_when_it_is_known(bank, line):
    line.posts, line.gets = [lines.DROP_AFTER], [lines.DROP_BEFORE] * 2
    batch = make_payouts.submitted([1200], country="US")
    sweeping.sweep(now=NOW + timedelta(minutes=29))
    assert not Incident.objects.exists()

    sweeping.sweep(now=NOW + timedelta(minutes=31))
    incident = Incident.objects.get()
    assert (incident.code, incident.closed_at) == ("unknown", None)
    assert one(batch).key in incident.text

    sweeping.sweep(now=NOW + timedelta(minutes=40))
    incident.refresh_from_db()
    assert one(batch).status == SubmissionStatus.ACCEPTED
    assert incident.closed_at is not None


def test_two_people_find_that_it_was_never_sent(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    treasurer, approver = make.person("treasurer"), make.person("approver")

    finding = unknown.propose(
        submission_id=one(batch).pk,
        verdict="never_sent",
        evidence="Mrs Ito at the bank.",
        paper=make_payouts.PAPER,
        actor=treasurer,
        now=SOON,
    )
    with pytest.raises(unknown.OwnFinding):
        unknown.confirm(resolution_id=finding.pk, actor=treasurer, now=SOON)
    unknown.confirm(resolution_id=finding.pk, actor=approver, now=COOL)

    (payout,) = make_payouts.payouts_of(batch)
    assert payout.status == "APPROVED"
    assert Hold.objects.get(payout=payout, released_at=None).reason == "rail_rejected"
    reserved = Entry.objects.filter(book=Book.RESERVED, payout_ref=payout.reference)
    assert sum(reserved.values_list("amount_minor", flat=True)) == -1200
    batch.refresh_from_db()
    assert (batch.status, batch.item_count) == (BatchStatus.SETTLED, 0)
    sweeping.sweep(now=SOON + timedelta(hours=1))
    assert bank.bank.judgement()["count"] == 0


def test_nothing_is_found_never_sent_while_any_worker_that_was_to_send_it_may_still_wake_up(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.approved_batch([1200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)  # its worker is never heard of again
    later = NOW + timedelta(minutes=6)
    lookups.work(submission_id=one(batch).pk, now=later)
    assert (one(batch).deliveries, one(batch).status) == (2, SubmissionStatus.UNKNOWN)
    finding = unknown.propose(
        submission_id=one(batch).pk,
        verdict="never_sent",
        evidence="Mrs Ito at the bank.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=later,
    )

    with pytest.raises(Refused, match="may still wake up"):
        unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=later)
    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=NOW + timedelta(minutes=22))
    assert make_payouts.statuses(batch) == ["APPROVED"]


def test_two_people_find_that_the_bank_has_it(bank, line):
    line.posts, line.gets = [lines.DROP_AFTER], [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")

    finding = unknown.propose(
        submission_id=one(batch).pk,
        verdict="sent",
        evidence="On their portal.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=SOON,
    )
    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=SOON)

    assert one(batch).status == SubmissionStatus.ACCEPTED
    assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_what_two_people_found_never_sent_and_is_paid_all_the_same_stops_the_rail(bank, line):
    line.posts = [lines.DROP_AFTER]
    batch = make_payouts.submitted([1200], country="US")
    finding = unknown.propose(
        submission_id=one(batch).pk,
        verdict="never_sent",
        evidence="They said so.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=SOON,
    )
    unknown.confirm(resolution_id=finding.pk, actor=make.person("approver"), now=COOL)
    bank.advance(10)

    collecting.collect(rail="sandbox", now=SOON)

    assert {incident.code for incident in Incident.objects.all()} == {"carried_after_all", "paid_twice"}
    with pytest.raises(switches.RailStopped):
        switches.require_open_way("sandbox")
    assert make_payouts.statuses(batch) == ["APPROVED"]
    assert Hold.objects.filter(released_at=None, reason="other").exists()


def test_nobody_resolves_alone_not_even_from_a_shell(bank, line, raw_sql):
    line.posts = [lines.DROP_AFTER]
    batch = make_payouts.submitted([1200], country="US")
    finding = unknown.propose(
        submission_id=one(batch).pk,
        verdict="sent",
        evidence="I say so.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=SOON,
    )

    with pytest.raises(IntegrityError, match="resolution_four_eyes"):
        raw_sql(
            "UPDATE payouts_resolution SET confirmed_by_id = proposed_by_id, confirmed_at = now() WHERE id = %s",
            [finding.pk],
        )


def test_findings_need_evidence_permission_a_person_and_an_unknown(bank, line):
    line.posts = [lines.DROP_AFTER]
    batch = make_payouts.submitted([1200], country="US")
    treasurer = make.person("treasurer")
    values = {
        "submission_id": one(batch).pk,
        "verdict": "sent",
        "evidence": "Seen.",
        "paper": make_payouts.PAPER,
        "actor": treasurer,
        "now": SOON,
    }

    with pytest.raises(Refused, match="whom you asked"):
        unknown.propose(**values | {"evidence": "  "})
    with pytest.raises(Refused, match="whether the bank has it"):
        unknown.propose(**values | {"verdict": "lost"})
    with pytest.raises(NotAllowed):
        unknown.propose(**values | {"actor": make.person("support")})
    with pytest.raises(NotAllowed):
        unknown.propose(**values | {"actor": actors.token(make.user("treasurer"))})
    finding = unknown.propose(**values)
    with pytest.raises(Conflict, match="waits to be confirmed"):
        unknown.propose(**values)
    unknown.dismiss(resolution_id=finding.pk, actor=make.person("approver"), now=SOON)
    again = unknown.propose(**values)
    assert Resolution.objects.filter(dismissed_at=None).get() == again

    unknown.look_up_now(submission_id=one(batch).pk, actor=treasurer, now=SOON)
    assert one(batch).status == SubmissionStatus.ACCEPTED
    with pytest.raises(unknown.NotUnknown):
        unknown.confirm(resolution_id=again.pk, actor=make.person("approver"), now=SOON)


def test_while_a_finding_waits_nothing_is_sent_again(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    unknown.propose(
        submission_id=one(batch).pk,
        verdict="never_sent",
        evidence="Asked.",
        paper=make_payouts.PAPER,
        actor=make.person("treasurer"),
        now=SOON,
    )

    sweeping.sweep(now=SOON)

    assert bank.bank.judgement()["count"] == 0


def test_a_stopped_rail_is_asked_but_not_sent_to(bank, line):
    line.posts = [lines.DROP_BEFORE]
    batch = make_payouts.submitted([1200], country="US")
    stop = switches.stop(rail="sandbox", reason="Odd answers.", actor=make.person("treasurer"), now=SOON)

    sweeping.sweep(now=SOON)
    assert [kind for kind, _ in line.seen] == ["POST", "GET"]
    assert one(batch).status == SubmissionStatus.UNKNOWN

    switches.restore(switch_id=stop.pk, actor=make.person("treasurer"), now=SOON)
    sweeping.sweep(now=SOON + timedelta(minutes=3))
    assert one(batch).status == SubmissionStatus.ACCEPTED
    assert bank.bank.judgement()["count"] == 1


def test_a_rejection_is_only_what_proves_that_nothing_was_created(bank, line):
    batch = make_payouts.submitted([1200, 500], country="US", holders=["Di SIMREJECT-AC01", "Ada"])

    rejected, accepted = make_payouts.payouts_of(batch)
    assert (rejected.status, accepted.status) == ("APPROVED", "SUBMITTED")
    note = Hold.objects.get(payout=rejected).note
    assert note.startswith("The bank refused it")
    assert "AC01" in note


def test_what_the_bank_said_is_kept_without_account_numbers(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    (payout,) = make_payouts.payouts_of(batch)
    account = accounts.decrypt_for_rail(version_ids=[payout.payout_account_id])[payout.payout_account_id]
    number = account.fields["account"]
    lease = preparing.prepare(batch_id=batch.pk, now=NOW).leases[0]
    raw = f"no such account {number} nor FR76 3000 6000 0112 3456 7890 189 here".encode()
    answer = base.Answer(outcome=base.Outcome.UNKNOWN, code="HTTP_500", text="Broken.", raw=raw * 200)
    answering.record(given=[answering.Given(lease.submission_id, lease.fence, answer)], now=NOW)

    kept = one(batch).answer_raw
    assert number not in kept
    assert "7890 189" not in kept
    assert kept.startswith("no such account ••••")
    assert len(kept) <= 4096
