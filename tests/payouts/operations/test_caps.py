"""Caps: who sets them, what they keep from leaving and when, and that one payout never takes the rest down."""

from datetime import timedelta

import pytest

from backoffice.audit import actors
from backoffice.audit.errors import Conflict, NotAllowed
from backoffice.audit.models import Event
from payouts.models import Attempt, Cap, CapChange, CapUse, Payout
from payouts.operations import answering, approval, batching, caps, creation, preparing, review, submission
from payouts.queries import leaving
from payouts.rails import base
from payouts.states import BatchStatus
from sellers.operations import suspend
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import quick
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db


def ask(limit_minor, *, kind="payout", currency="EUR", actor=None, reason="Policy."):
    return caps.ask(
        kind=kind,
        currency=currency,
        limit_minor=limit_minor,
        reason=reason,
        actor=actor or make.person("admin"),
        now=NOW,
    )


def limit(kind="payout", currency="EUR"):
    return Cap.objects.get(kind=kind, currency=currency).limit_minor


def test_a_first_and_a_lower_cap_are_in_force_at_once_and_written_down():
    ask(5000)
    ask(4000)

    assert limit() == 4000
    told = list(Event.objects.filter(action="cap.set").order_by("pk").values_list("data", flat=True))
    assert [(each["from_minor"], each["to_minor"]) for each in told] == [(None, 5000), (5000, 4000)]


@pytest.mark.parametrize("higher", [6000, None])
def test_a_higher_cap_and_none_at_all_wait_for_another_person(higher):
    one = make.person("admin")
    ask(5000, actor=one)
    change = ask(higher, actor=one)
    assert limit() == 5000

    with pytest.raises(caps.OwnWish, match="you asked for it"):
        caps.grant(change_id=change.pk, actor=one, now=NOW)
    caps.grant(change_id=change.pk, actor=make.person("treasurer"), now=NOW)

    assert limit() == higher
    with pytest.raises(Conflict, match="someone else"):
        caps.grant(change_id=change.pk, actor=make.person("treasurer"), now=NOW)


def test_a_wish_is_dismissed_and_the_cap_stays():
    one = make.person("admin")
    ask(5000, actor=one)
    change = ask(6000, actor=one)
    with pytest.raises(Conflict, match="waits already"):
        ask(7000)

    caps.dismiss(change_id=change.pk, actor=one, now=NOW)

    assert limit() == 5000
    ask(7000)


def test_lowering_a_cap_ends_a_wish_to_raise_it():
    ask(5000)
    change = ask(6000)
    ask(4000)

    assert CapChange.objects.get(pk=change.pk).decided_at == NOW
    with pytest.raises(Conflict):
        caps.grant(change_id=change.pk, actor=make.person("treasurer"), now=NOW)
    assert limit() == 4000


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"limit_minor": 0}, "more than zero"),
        ({"limit_minor": -5}, "more than zero"),
        ({"limit_minor": 5, "kind": "week"}, "one payout, of one seller"),
        ({"limit_minor": 5, "currency": "EURO"}, "no currency"),
        ({"limit_minor": 5, "reason": " "}, "say why"),
        ({"limit_minor": 5000}, "that is the cap already"),
    ],
)
def test_what_is_no_cap_is_refused_with_a_sentence(given, words):
    cap("payout", 5000)
    with pytest.raises(caps.BadCap, match=words):
        ask(**given)


@pytest.mark.parametrize("role", ["analyst", "approver", "treasurer", "auditor", "support"])
def test_only_an_administrator_asks(role):
    with pytest.raises(NotAllowed):
        ask(5000, actor=make.person(role))


def test_no_token_and_no_command_sets_or_grants_a_cap():
    user = make.user("admin")
    ask(5000)
    change = ask(6000)
    for actor in (actors.token(user), actors.command(user), actors.SYSTEM):
        with pytest.raises(NotAllowed):
            ask(4000, actor=actor)
        with pytest.raises(NotAllowed):
            caps.grant(change_id=change.pk, actor=actor, now=NOW)


def test_a_payout_over_the_cap_is_not_approved_and_the_others_are():
    fine, large = quick.reviewed(amount_minor=5000), quick.reviewed(amount_minor=5001)
    yen = quick.reviewed(amount_minor=900_000, country="JP", currency="JPY")
    cap("payout", 5000)
    person = make.person("approver")
    ids = [fine.pk, large.pk, yen.pk]
    assert [one.payout_id for one in approval.preview(payout_ids=ids, actor=person).refused] == [large.pk]

    outcome = approval.approve(payout_ids=ids, actor=person, now=NOW)

    assert outcome.moved == [fine.pk, yen.pk]
    (refusal,) = outcome.refused
    assert (refusal.code, refusal.payout_id) == ("over_cap", large.pk)
    assert "more than €50.00, the cap of one payout" in refusal.reason and "raise the cap" in refusal.reason


@pytest.mark.parametrize("country", ["FR", "US"])
def test_a_payout_over_a_lowered_cap_leaves_its_batch_and_the_rest_goes(bank, country):
    batch = make_payouts.approved_batch([1200, 9000, 700], country=country)
    cap("payout", 5000, currency=batch.currency)

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED", "SUBMITTED"]
    left = batch.items.get(left_at__isnull=False)
    assert "the cap of one payout" in left.left_because and left.left_because.startswith("Not sent: ")
    bank.sync()
    assert sorted(each["amount_minor"] for each in bank.bank.judgement()["instructions"]) == [700, 1200]


def test_one_seller_gets_no_more_on_a_day_than_the_cap_says_over_all_batches(bank):
    payouts = make_payouts.approved([3000, 4000])
    make_payouts.funding()
    seller = payouts[0].seller
    later = make_again(seller, 2500)
    cap("seller_day", 5000)
    first = proposed_and_approved([payouts[0].pk])
    submission.submit(batch_id=first.pk, now=NOW)
    second = proposed_and_approved([later.pk, payouts[1].pk])
    assert set(leaving.of(batch=second, day=second.value_date).kept) == {later.pk}

    submission.submit(batch_id=second.pk, now=NOW)

    later.refresh_from_db()
    payouts[1].refresh_from_db()
    assert (later.status, payouts[1].status) == ("APPROVED", "SUBMITTED")
    because = second.items.get(payout=later).left_because
    assert "more than €50.00 on" in because and "the cap of one seller a day" in because


def make_again(seller, amount_minor):
    """Another approved payout of a seller who has an account already."""
    account = make.ledger_account(seller)
    make.earning(account, amount_minor=amount_minor, due_date=NOW.date() + timedelta(days=1))
    tomorrow = NOW + timedelta(days=1)
    creation.run(
        until=None, country="FR", key=f"run-{make.number()}", actor=make.person("analyst"), now=tomorrow
    )
    made = Payout.objects.filter(account=account).latest("pk")
    review.review(payout_ids=[made.pk], actor=make.person("analyst"), now=NOW).only()
    approval.approve(payout_ids=[made.pk], actor=make.person("approver"), now=NOW).only()
    return made


def proposed_and_approved(ids):
    (batch,), outcome = batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=NOW)
    assert not outcome.refused
    return batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)


def test_a_batch_that_does_not_fit_the_day_of_its_account_is_not_approved(bank):
    cap("funding_day", 5000)
    make_payouts.approved_batch([3000])
    batch = make_payouts.proposed_batch([1500, 900])

    with pytest.raises(
        batching.OverCap, match=r"SEPA-EUR would pay more than €50.00 on .*, its cap of a day"
    ) as refused:
        batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)

    small = make_payouts.payouts_of(batch)[1]
    assert small.reference in str(refused.value) and "1 payout of 2" in str(refused.value)
    batch.refresh_from_db()
    assert batch.status == BatchStatus.PROPOSED
    batching.take_out(payout_ids=[small.pk], actor=make.person("treasurer"), reason="Cap.", now=NOW)
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)


def test_what_is_blocked_takes_no_room_on_the_day_of_its_account(bank):
    """Neither in the batch nor in another one that is approved: it leaves unsent, and the rest goes."""
    first, second = make_payouts.approved_batch([3000, 1000]), make_payouts.proposed_batch([3000, 1500])
    for batch in (first, second):
        seller_id = make_payouts.payouts_of(batch)[0].seller_id
        suspend(seller_id=seller_id, reason="Ask.", actor=make.person("compliance"), now=NOW)
    cap("funding_day", 2500)

    batching.approve(batch_id=second.pk, actor=make.person("treasurer"), now=NOW)
    for batch in (second, first):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert [make_payouts.statuses(batch) for batch in (first, second)] == [["APPROVED", "SUBMITTED"]] * 2


def test_a_payout_too_large_alone_does_not_keep_its_batch_from_being_approved(bank):
    batch = make_payouts.proposed_batch([1500, 9000])
    cap("payout", 5000)
    cap("funding_day", 5000)

    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED"]


@pytest.mark.parametrize("country", ["FR", "US"])
def test_what_no_longer_fits_the_day_leaves_the_batch_and_smaller_ones_go(bank, country):
    batch = make_payouts.approved_batch([3000, 2500, 1000], country=country)
    cap("funding_day", 4000, currency=batch.currency)

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED", "SUBMITTED"]
    assert "its cap of a day" in batch.items.get(left_at__isnull=False).left_because
    assert CapUse.objects.get(kind="funding_day").total_minor == 4000


def test_what_the_bank_refused_makes_room_again(bank):
    cap("funding_day", 4000, currency="USD")
    batch = make_payouts.approved_batch([3000], country="US")
    (lease,) = preparing.prepare(batch_id=batch.pk, now=NOW).leases
    no = base.Answer(outcome=base.Outcome.REJECTED, code="account_closed", text="The account is closed.")
    answering.record(given=[answering.Given(lease.submission_id, lease.fence, no)], now=NOW)
    assert Attempt.objects.get().ended_because == "rejected"

    other = make_payouts.submitted([3500], country="US")

    assert make_payouts.statuses(other) == ["SUBMITTED"]
    assert CapUse.objects.get(kind="funding_day").total_minor == 3500


def test_another_day_has_room_of_its_own(bank):
    cap("funding_day", 4000)
    make_payouts.submitted([3000])
    week = NOW + timedelta(days=7)
    payouts = make_payouts.approved([3500])

    (batch,), _ = batching.propose(payout_ids=[payouts[0].pk], actor=make.person("treasurer"), now=week)
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=week)
    submission.submit(batch_id=batch.pk, now=week)

    assert make_payouts.statuses(batch) == ["SUBMITTED"]
