"""Asking the bank to recall what was handed over: on record, once at a time, and nothing moves by it."""

from datetime import timedelta

import pytest

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from payouts.models import Payout, Recall, Transition
from payouts.operations import holds, recalls, settlement
from payouts.queries import history
from payouts.rails import base
from sellers.ledger.models import Entry
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture
def sent(bank) -> Payout:
    """A payout that the bank has."""
    batch = make_payouts.submitted([1200], country="US")
    return make_payouts.payouts_of(batch)[0]


def ask(payout: Payout, *, role: str = "compliance", now=NOW, **values) -> Recall:
    given = {"reason": "Paid to a closed shop.", "channel": "phone"} | values
    return recalls.ask(payout_id=payout.pk, actor=make.person(role), now=now, **given)


def answer(recall: Recall, state: str = "refused", *, role: str = "treasurer", **values) -> Recall:
    given = {"words": "Mr Ito: it is credited.", "answered_at": NOW + timedelta(hours=1), "now": LATER}
    if state == "no_answer":
        given["answered_at"] = None
    return recalls.answer(recall_id=recall.pk, state=state, actor=make.person(role), **(given | values))


def books() -> list[tuple]:
    """All that a move of money or status would change."""
    return [
        *Entry.objects.order_by("pk").values_list(),
        *Transition.objects.order_by("pk").values_list(),
        *Payout.objects.order_by("pk").values_list(),
    ]


@pytest.mark.parametrize("state", ["recalled", "refused", "no_answer"])
def test_neither_asking_nor_any_answer_moves_money_or_status(sent, state):
    before = books()
    recall = answer(ask(sent), state)
    assert books() == before
    assert (recall.state, recall.is_open) == (state, False)


def test_only_the_banks_return_brings_the_money_back(sent):
    attempt = sent.attempts.get()
    answer(ask(sent), "recalled")
    report = base.Report(
        kind=base.ReportKind.RETURNED, source_id="r", end_to_end_id=attempt.end_to_end_id, code="FOCR"
    )
    settlement.apply(reports=[report], rail="sandbox", now=LATER)
    sent.refresh_from_db()
    assert sent.status == "RETURNED"
    with pytest.raises(recalls.NothingToRecall, match="is returned"):
        ask(sent, now=LATER)


@pytest.mark.parametrize("role", ["analyst", "approver", "compliance", "treasurer"])
def test_whoever_may_hold_may_ask(sent, role):
    assert ask(sent, role=role).is_open


@pytest.mark.parametrize("role", ["support", "accountant", "auditor", "admin"])
def test_others_may_not_ask(sent, role):
    with pytest.raises(NotAllowed):
        ask(sent, role=role)


@pytest.mark.parametrize("role", ["analyst", "approver", "compliance", "support", "auditor"])
def test_only_a_treasurer_records_the_answer(sent, role):
    recall = ask(sent)
    with pytest.raises(NotAllowed):
        answer(recall, role=role)


def test_the_program_asks_for_nothing_by_itself(sent):
    with pytest.raises(NotAllowed, match="a person must"):
        recalls.ask(payout_id=sent.pk, reason="x", channel="phone", actor=actors.SYSTEM, now=NOW)


def test_the_bank_is_asked_once_at_a_time_and_again_after_its_answer(sent):
    first = ask(sent)
    with pytest.raises(Conflict, match="being asked already"):
        ask(sent, role="approver")
    answer(first, "no_answer")
    assert ask(sent, role="approver", now=LATER) != first


def test_an_answer_is_written_down_once(sent):
    recall = ask(sent)
    answer(recall)
    with pytest.raises(Conflict, match="somebody else"):
        answer(recall, "recalled")


def test_what_was_not_handed_over_is_held_and_not_recalled(bank):
    batch = make_payouts.approved_batch([1200])
    with pytest.raises(recalls.NothingToRecall, match="A hold keeps it"):
        ask(make_payouts.payouts_of(batch)[0])


def test_a_hold_that_comes_too_late_names_the_recall(sent):
    outcome = holds.hold(
        payout_ids=[sent.pk], actor=make.person("compliance"), reason="dispute", note="Wait.", now=NOW
    )
    (refusal,) = outcome.refused
    assert refusal.reason == "it is submitted: a hold comes too late; ask the bank to recall it, on its page"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"reason": "  "}, "write what the bank is told"),
        ({"reason": "x" * 2001}, "at most 2,000"),
        ({"channel": "pigeon"}, "how you asked"),
    ],
)
def test_a_recall_says_what_the_bank_is_told_and_how(sent, values, words):
    with pytest.raises(recalls.BadRecall, match=words):
        ask(sent, **values)


@pytest.mark.parametrize(
    ("state", "values", "words"),
    [
        ("asked", {}, "whether the bank"),
        ("lost", {}, "whether the bank"),
        ("refused", {"words": " "}, "who at the bank"),
        ("refused", {"answered_at": None}, "when the bank answered"),
        ("refused", {"answered_at": NOW - timedelta(seconds=1)}, "not before it was asked"),
        ("refused", {"answered_at": LATER + timedelta(seconds=1)}, "not in the future"),
    ],
)
def test_an_answer_says_who_said_what_and_when(sent, state, values, words):
    recall = ask(sent)
    with pytest.raises(recalls.BadRecall, match=words):
        answer(recall, state, **values)


def test_an_answer_in_the_minute_of_the_question_is_not_before_it(sent):
    recall = ask(sent, now=NOW + timedelta(seconds=40))
    assert answer(recall, answered_at=NOW).answered_at == NOW + timedelta(seconds=40)


def test_who_asked_and_who_wrote_the_answer_down_stand_in_both_histories(sent):
    answer(ask(sent))
    deeds = Event.objects.filter(action__startswith="recall.").order_by("pk")
    assert list(deeds.values_list("action", "subject_id")) == [
        ("recall.ask", sent.pk),
        ("recall.answer", sent.pk),
    ]
    told = {each.title: each.text for each in history.of_payout(payout=sent)}
    assert told["The bank was asked to recall it"] == "Paid to a closed shop. (Telephone)"
    assert told["The bank refuses to recall it"] == "Mr Ito: it is credited."
