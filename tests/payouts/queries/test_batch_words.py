"""One batch as people understand it: who acts, what happens next and by when, what was sent and said."""

import dataclasses
from datetime import timedelta

import pytest
from django.test import Client

from payouts.models import Payout, Submission
from payouts.operations import batching, collecting, holds, preparing, settlement, submission, switches
from payouts.queries import batch_words, batches, explain, leaving, rails
from payouts.rails import base
from payouts.rails.sandbox.rail import Sandbox
from sellers import operations
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def words(batch, now=NOW) -> str:
    batch.refresh_from_db()
    deadline = explain.deadline(batch, now)
    going = leaving.of(batch=batch, day=deadline.value_date)
    return batch_words.next_step(batch=batch, deadline=deadline, going=going, now=now)


def page(path: str, role: str = "treasurer") -> str:
    browser = Client()
    browser.force_login(make.user(role, is_staff=True))
    return browser.get(path).content.decode()


def test_a_proposed_and_an_approved_batch_say_by_when(bank):
    batch = make_payouts.proposed_batch([1200])
    by = explain.clock(batch.cut_off_at, "Europe/Paris")
    paid = f"its payouts are paid on {explain.day(batch.value_date)}"
    assert words(batch).endswith(f"Handed over by {by}, {paid}.")
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    assert words(batch).endswith(f"By {by}, {paid}; later, its approval is asked for again.")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("suspended", "Nothing of {} may leave: something keeps back every payout in it."),
        ("taken out", "Every payout has left {}: nobody can approve it any more. Dissolve it."),
    ],
)
def test_a_proposed_batch_that_nobody_can_approve_waits_for_no_treasurer(bank, how, said):
    batch = make_payouts.proposed_batch([1200])
    payout = Payout.objects.get(batch=batch)
    if how == "suspended":
        operations.suspend(
            seller_id=payout.seller_id, reason="Look.", actor=make.person("compliance"), now=NOW
        )
    else:
        holds.hold(
            payout_ids=[payout.pk], reason="documents", note="Ask.", actor=make.person("analyst"), now=NOW
        )
    assert words(batch).startswith(said.format(batch.reference))
    assert "waits for a treasurer" not in words(batch)


def test_a_batch_that_a_cap_keeps_whole_waits_for_no_treasurer(bank):
    batch = make_payouts.proposed_batch([1200])
    cap("payout", 1199)
    assert words(batch).startswith(
        f"Nothing of {batch.reference} may leave: something keeps back every payout"
    )


def test_a_batch_over_the_cap_of_its_account_waits_for_what_does_not_fit_to_be_taken_out(bank):
    batch = make_payouts.proposed_batch([1200, 1100])
    cap("funding_day", 1500)
    told = words(batch)
    assert told.startswith(
        f"Nobody can approve {batch.reference}: 1 payout of it does not fit the cap of its funding account, and is "
        "taken out first. Of the €15.00 that"
    )
    assert "waits for a treasurer" not in told and "Handed over by" not in told
    with pytest.raises(batching.OverCap):
        batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)


STOP = (
    "{rail} has been stopped since Tue 24 Nov, 10:00 Paris. {who} stopped it: “The bank called.” Nothing is handed "
    "over until {then} lets it go on."
)


@pytest.mark.parametrize("rail", ["sepa", "*"])
def test_a_batch_says_that_its_rail_is_stopped_by_whom_and_what_it_waits_for(bank, rail):
    batch = make_payouts.proposed_batch([1200])
    actor = make.person("treasurer")
    switch = switches.stop(rail="sandbox", reason="Another rail.", actor=actor, now=NOW)
    assert "stopped" not in words(batch)
    switch = switches.stop(rail=rail, reason="The bank called.", actor=actor, now=NOW)
    name = {"sepa": "SEPA", "*": "Every rail"}[rail]
    said = STOP.format(rail=name, who=rails.stopper(switch), then="another treasurer")
    by = explain.clock(batch.cut_off_at, "Europe/Paris")
    assert f"{said} Approved before, it waits until then. Handed over by {by}, its" in words(batch)
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    assert words(batch).startswith(
        f"{batch.reference} is approved and waits. {said} Handed over by {by}, its"
    )
    with pytest.raises(switches.RailStopped):
        preparing.prepare(batch_id=batch.pk, now=batch.cut_off_at)
    late = words(batch, now=batch.cut_off_at)
    assert late.endswith(f"{said} Its cut-off has passed: its approval is asked for again then.")
    switches.restore(switch_id=switch.pk, actor=make.person("treasurer"), now=NOW)
    assert "stopped" not in words(batch) and "is about to be handed over" in words(batch)


def test_what_the_program_stopped_is_looked_at_before_a_treasurer_lets_it_go_on(bank):
    batch = make_payouts.approved_batch([1200])
    switches.stop_by_itself(rail="sepa", reason="The bank called.", now=NOW)
    then = "a person has looked at why, and a treasurer"
    assert STOP.format(rail="SEPA", who="The program", then=then) in words(batch)


def test_the_rest_of_a_batch_on_its_way_waits_for_its_rail(bank, monkeypatch):
    monkeypatch.setattr(Sandbox, "capabilities", dataclasses.replace(Sandbox.capabilities, chunk_size=1))
    batch = make_payouts.approved_batch([100, 200], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)
    switches.stop(rail="sandbox", reason="No.", actor=make.person("treasurer"), now=NOW)
    assert words(batch).endswith("lets it go on. What of it is not handed over yet waits until then.")


def test_a_batch_that_was_empty_when_it_was_dissolved_had_no_payouts_to_give_back(bank):
    full, empty = make_payouts.proposed_batch([1200]), make_payouts.proposed_batch([3400])
    batching.take_out(
        payout_ids=[Payout.objects.get(batch=empty).pk], actor=make.person("treasurer"), reason="No.", now=NOW
    )
    later = NOW + timedelta(minutes=1)
    for batch in (full, empty):
        batching.dissolve(batch_id=batch.pk, actor=make.person("treasurer"), reason="No.", now=later)
    assert words(full).endswith("nothing of it was sent, and its payouts can go into other batches.")
    assert words(empty).endswith("was dissolved: nothing was in it any more, and nothing of it was sent.")


def test_a_missed_cut_off_is_told_on_the_page_and_on_the_front_page_to_who_may_approve(bank):
    batch = make_payouts.approved_batch([1200])
    cut_off, was = batch.cut_off_at, batch.value_date
    submission.submit(batch_id=batch.pk, now=cut_off)

    told = words(batch, now=cut_off)
    assert f"before its cut-off, {explain.clock(cut_off, 'Europe/Paris')}: nothing was sent" in told
    assert f"for {explain.day(was)}, so its approval is asked for again" in told
    assert explain.day(batch.value_date) in told
    sentence = batch_words.missed_words(batch_words.missed().get())
    assert sentence in page(f"/batches/{batch.reference}/")
    front = page("/")
    assert sentence in front
    assert f'<a href="/batches/{batch.reference}/">See {batch.reference}</a>' in front
    assert sentence not in page("/", role="analyst")


def test_a_miss_is_over_once_the_batch_is_approved_again_or_dissolved(bank):
    batch = make_payouts.approved_batch([1200])
    late = batch.cut_off_at
    submission.submit(batch_id=batch.pk, now=late)
    assert [miss.batch for miss in batch_words.missed()] == [batch]
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=late)
    assert not batch_words.missed()
    batch.refresh_from_db()
    submission.submit(batch_id=batch.pk, now=batch.cut_off_at)  # missed again
    assert len(batch_words.missed()) == 1
    batching.dissolve(batch_id=batch.pk, actor=make.person("treasurer"), reason="No.", now=late)
    assert not batch_words.missed()


def test_a_file_batch_tells_when_it_went_and_what_was_said(bank):
    batch = make_payouts.submitted([1200, 3400])
    handed = batch_words.handed_over(batch)
    file = Submission.objects.get()
    assert handed.sent == (
        f"One file of {file.body_bytes:,} bytes as {file.key}, first handed over Tue 24 Nov, 10:00 Paris."
    )
    assert [said.words for said in handed.said] == [file.answer_text]
    assert "It is due at the payee's bank on" in words(batch)


def test_calls_are_counted_by_outcome_and_the_unknown_ones_named(bank, settings, monkeypatch):
    few = dataclasses.replace(Sandbox.capabilities, chunk_size=2)
    monkeypatch.setattr(Sandbox, "capabilities", few)
    batch = make_payouts.approved_batch([100, 200, 300], country="US")
    assert batch_words.handed_over(batch) is None
    preparing.prepare(batch_id=batch.pk, now=NOW)
    assert words(batch).endswith("is being handed over.")
    settings.SIMBANK_URL = make_payouts.unused_url()
    submission.submit(batch_id=batch.pk, now=NOW + timedelta(minutes=1))
    handed = batch_words.handed_over(batch)
    assert handed.sent == "3 calls, one for each payout, Tue 24 Nov, 10:00 Paris to Tue 24 Nov, 10:01 Paris."
    assert [said.words for said in handed.said] == ["2 being handed over, 1 unknown."]
    (lost,) = handed.unknown
    assert "Of 1 of its hand-overs nobody knows what became" in words(batch)
    assert f"/unknown/sandbox/{lost.key}/" in page(f"/batches/{batch.reference}/")
    assert f"/unknown/sandbox/{lost.key}/" not in page(f"/batches/{batch.reference}/", role="support")


def test_a_row_tells_why_it_left_or_what_the_bank_said_in_plain_words(bank):
    batch = make_payouts.approved_batch([1200, 3400], country="US", holders=["Ada", "Di SIMREJECT-AC01"])
    first, _ = make_payouts.payouts_of(batch)
    holds.hold(payout_ids=[first.pk], actor=make.person("compliance"), reason="dispute", note="x", now=NOW)
    submission.submit(batch_id=batch.pk, now=NOW)
    told = page(f"/batches/{batch.reference}/")
    assert "On hold: Open dispute or chargebacks" in told
    assert "The bank refused it" in told


def test_what_the_bank_said_of_each_item_is_found_in_one_query(bank, django_assert_num_queries):
    bank_batch = make_payouts.submitted([1200, 3400])
    bank.sync()
    collecting.collect(rail="sepa", now=NOW)
    rows = list(batches.items(bank_batch))
    with django_assert_num_queries(1):
        said = batches.said_of(rows)
    assert set(said.values()) == {"The bank accepted it."}


def test_of_several_words_of_the_bank_about_an_item_the_newest_is_shown(bank):
    batch = make_payouts.submitted([1200, 3400], country="US")
    one, other = make_payouts.payouts_of(batch)
    for position, (kind, payout) in enumerate(
        (
            (base.ReportKind.ACCEPTED, one),
            (base.ReportKind.ACCEPTED, other),
            (base.ReportKind.PAID, other),
            (base.ReportKind.FAILED, one),
            (base.ReportKind.ACCEPTED, one),
        )
    ):
        reference = f"{payout.reference}A1"
        report = base.Report(kind=kind, source_id=f"{position}-{reference}", end_to_end_id=reference)
        settlement.apply(reports=[report], rail="sandbox", now=NOW)
    rows = list(batches.items(batch))
    said = {row.payout_id: words for row in rows if (words := batches.said_of(rows).get(row.pk))}
    assert (
        said[one.pk].startswith("The bank could not deliver it.")
        and said[other.pk] == "The bank reports it paid."
    )
