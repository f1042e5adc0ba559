"""Each attempt as people understand it: what was sent when, what the bank said, what happens next and by when."""

from datetime import timedelta

import pytest

from payouts.models import Hold, Submission
from payouts.operations import batching, givebacks, holds, preparing, recalls, settlement, submission
from payouts.queries import attempts, explain
from payouts.queries.why import paragraphs
from payouts.queries.why.causes import Cause
from payouts.rails import base
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
ZONE = "Europe/Paris"


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def stories(batch, now=NOW):
    (payout,) = make_payouts.payouts_of(batch)
    return attempts.of_payout(payout=payout, now=now)


def report(batch, kind: base.ReportKind, **values) -> None:
    reference = make_payouts.payouts_of(batch)[0].attempts.latest("number").end_to_end_id
    one = base.Report(kind=kind, source_id=f"s{make.number()}", end_to_end_id=reference, **values)
    settlement.apply(reports=[one], rail="sandbox", now=NOW)


def test_while_it_is_handed_over_the_page_says_until_when(bank):
    batch = make_payouts.approved_batch([1200], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    (story,) = stories(batch)
    assert story.said == []
    assert story.follows.endswith(f"by {explain.clock(lease.until, ZONE)}, the bank is asked what it has.")


def test_what_was_sent_is_told_by_the_clock_of_the_bank_that_pays(bank):
    batch = make_payouts.submitted([1200], country="US")
    (story,) = stories(batch)
    key = Submission.objects.get().key
    assert story.sent == f"Handed over Tue 24 Nov, 10:00 Paris over Simulated bank as {key}."
    assert story.said[0].at == "Tue 24 Nov, 10:00 Paris"
    batch.refresh_from_db()
    due = f"It is due at the payee's bank on {explain.day(batch.value_date)}."
    assert story.follows == f"The bank carries it out. {due}"


def test_a_day_late_the_page_says_to_ask_the_bank(bank):
    batch = make_payouts.submitted([1200], country="US")
    (story,) = stories(batch, now=NOW + timedelta(days=9))
    assert story.follows.endswith("and the bank has not reported it: ask the bank.")


def test_a_value_date_is_over_when_it_is_where_the_payee_is(bank):
    batch = make_payouts.submitted([1200], country="US")  # by an account in Paris
    assert (batch.value_date, batch.funding_account.country) == (NOW.date() + timedelta(days=1), "FR")
    half_past_six_in_new_york = NOW.replace(hour=23, minute=30) + timedelta(days=1)
    (payout,) = make_payouts.payouts_of(batch)
    for now, due in (
        (half_past_six_in_new_york, True),
        (half_past_six_in_new_york + timedelta(hours=6), False),
    ):
        (story,) = stories(batch, now=now)
        told = paragraphs.payout(payout=payout, now=now)
        assert (told.cause is Cause.WITH_THE_BANK) is due
        for words in (story.follows, told.text):
            assert ("The bank carries it out." in words) is due
            assert ("ask the bank" in words) is not due


def test_a_seller_is_told_the_day_of_their_own_country_on_which_it_was_sent(bank):
    past_seven_in_tokyo = NOW.replace(hour=22, minute=30)
    batch = make_payouts.submitted([1200], country="JP", now=past_seven_in_tokyo)
    (payout,) = make_payouts.payouts_of(batch)
    told = paragraphs.payout(payout=payout, now=past_seven_in_tokyo)
    assert told.facts.on == NOW.date() + timedelta(days=1) and "Tue 24 Nov, 23:30 Paris" in told.text


def test_an_unknown_says_when_the_bank_is_asked_next_and_when_the_alarm_goes(bank, settings):
    settings.SIMBANK_URL = make_payouts.unused_url()
    batch = make_payouts.submitted([1200], country="US")
    (story,) = stories(batch, now=NOW)
    row = Submission.objects.get()
    assert story.said[0].words.startswith("No clear answer. ")
    assert f"asked again at {explain.clock(row.next_lookup_at, ZONE)}; if it cannot say" in story.follows
    alarm = explain.clock(row.status_at + timedelta(minutes=30), ZONE)
    assert story.follows.endswith(f"From {alarm} it stands on the front page.")
    (later,) = stories(batch, now=row.status_at + timedelta(minutes=31))
    assert "asked again within two minutes" in later.follows
    assert "front page" not in later.follows


@pytest.mark.parametrize(
    ("kind", "code", "words"),
    [
        (base.ReportKind.FAILED, "AC04", "The bank could not deliver it. The account is closed."),
        (base.ReportKind.RETURNED, "AC16", "The money came back. The account is under sequestration."),
        (base.ReportKind.REJECTED, "AC16", "The bank refused it. The card number is not valid."),
        (base.ReportKind.RETURNED, "", "The money came back."),
        (base.ReportKind.FAILED, "XX99", "The bank could not deliver it. The bank gives the reason “XX99”."),
    ],
)
def test_a_code_of_the_bank_is_told_in_plain_words_and_kept_beside_them(bank, kind, code, words):
    batch = make_payouts.submitted([1200], country="US")
    report(batch, kind, code=code)
    (story,) = stories(batch)
    assert (story.said[-1].words, story.said[-1].code) == (words, code)


def test_the_banks_own_words_follow_ours(bank):
    batch = make_payouts.submitted([1200], country="US")
    report(batch, base.ReportKind.FAILED, code="AC04", text="Closed since May")
    (story,) = stories(batch)
    assert story.said[-1].words.endswith("The account is closed. It says: “Closed since May”")


def test_a_return_of_less_names_both_amounts(bank):
    batch = make_payouts.submitted([1200], country="US")
    report(batch, base.ReportKind.RETURNED, code="AC04", amount_minor=1100)
    (story,) = stories(batch)
    assert story.said[-1].words.endswith("It is about $11.00 of $12.00.")


def test_paid_is_the_end_unless_it_comes_back(bank):
    batch = make_payouts.submitted([1200], country="US")
    report(batch, base.ReportKind.PAID)
    (story,) = stories(batch)
    assert story.said[-1].words == "The bank reports it paid."
    assert story.follows.startswith("Nothing more.")


def test_a_dead_attempt_names_where_its_money_went(bank):
    batch = make_payouts.submitted([1200], country="US")
    report(batch, base.ReportKind.FAILED, code="AC04")
    assert "An analyst pays it again or adds it" in stories(batch)[0].follows
    (payout,) = make_payouts.payouts_of(batch)
    new = givebacks.reissue(payout_id=payout.pk, actor=make.person("analyst"), now=NOW)
    new.refresh_from_db()
    assert stories(batch)[0].follows == f"The money is paid again as {new.reference}."


def test_a_refused_attempt_is_over_once_the_next_one_went_out(bank):
    batch = make_payouts.submitted([1200], country="US", holders=["Di SIMREJECT-AC01"])
    (payout,) = make_payouts.payouts_of(batch)
    (first,) = stories(batch)
    assert "approved again and on hold" in first.follows
    assert first.said[0].words == "The bank refused it. The account number does not exist at that bank."
    assert first.said[0].code == "AC01"
    hold = Hold.objects.get(payout=payout)
    holds.release(hold_ids=[hold.pk], actor=make.person("approver"), note="Asked.", now=NOW)
    (second,), _ = batching.propose(payout_ids=[payout.pk], actor=make.person("treasurer"), now=NOW)
    batching.approve(batch_id=second.pk, actor=make.person("treasurer"), now=NOW)
    submission.submit(batch_id=second.pk, now=NOW)

    newest, oldest = attempts.of_payout(payout=make_payouts.payouts_of(second)[0], now=NOW)
    assert (newest.attempt.number, oldest.attempt.number) == (2, 1)
    assert oldest.follows == "It is over: the payout was sent again, see above."


def test_a_recall_under_way_is_part_of_what_follows(bank):
    batch = make_payouts.submitted([1200], country="US")
    (payout,) = make_payouts.payouts_of(batch)
    recalls.ask(payout_id=payout.pk, reason="Wrong.", channel="phone", actor=make.person("analyst"), now=NOW)
    assert stories(batch)[0].follows.endswith(
        "The bank has been asked to recall it, Tue 24 Nov, 10:00 Paris."
    )
