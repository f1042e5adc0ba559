"""Two people, for exactly what was seen."""

import pytest
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction

from backoffice.audit import actors
from backoffice.audit.errors import NotAllowed
from payouts import digests
from payouts.models import Approval, FundingAccount, Payout, Review, Transition
from payouts.operations import approval, batching, creation, holds, review
from payouts.queries import batches, shown
from sellers.ledger.models import Account
from sellers.operations import suspend
from tests import make, make_accounts, make_payouts
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db


@pytest.fixture
def payout() -> Payout:
    account: Account = make.ledger_account()
    make.earning(account, amount_minor=10_000)
    make_accounts.payable(account.seller)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return Payout.objects.get(account=account)


def reviewed(payout: Payout, by=None) -> Payout:
    review.review(payout_ids=[payout.pk], actor=by or make.person("analyst"), now=make.NOW).only()
    payout.refresh_from_db()
    return payout


def approved(payout: Payout) -> Payout:
    approval.approve(payout_ids=[reviewed(payout).pk], actor=make.person("approver"), now=make.NOW).only()
    payout.refresh_from_db()
    return payout


def status(payout: Payout) -> str:
    return Payout.objects.values_list("status", flat=True).get(pk=payout.pk)


def test_a_second_person_approves_what_the_first_reviewed(payout):
    approved(payout)
    assert status(payout) == "APPROVED"
    assert Approval.objects.get(payout=payout).digest == digests.of_payout(payout)
    assert list(Transition.objects.filter(payout=payout).order_by("id").values_list("to_status", flat=True)) == [
        "PENDING_REVIEW", "REVIEWED", "APPROVED",
    ]  # fmt: skip


def test_nobody_approves_their_own_review(payout):
    both = make.user("analyst", permissions=["payouts.approve_payout"])
    reviewed(payout, by=actors.person(both))
    outcome = approval.approve(payout_ids=[payout.pk], actor=actors.person(both), now=make.NOW)
    assert (outcome.moved, outcome.refused[0].code) == ([], "four_eyes")
    assert status(payout) == "REVIEWED"


@pytest.mark.parametrize("who", ["requested_by", "decided_by"])
def test_who_touched_the_bank_account_does_not_approve(payout, who):
    decision = reviewed(payout).payout_account.decision
    person = getattr(decision, who)
    make.give_role(person, "approver")
    outcome = approval.approve(payout_ids=[payout.pk], actor=actors.person(person), now=make.NOW)
    assert outcome.refused[0].code == "four_eyes"


@pytest.mark.parametrize("seat", ["reviewer", "requester", "verifier"])
def test_postgresql_refuses_the_same_person_in_two_seats(payout, seat):
    reviewed(payout)
    found = Review.objects.get(payout=payout)
    decision = payout.payout_account.decision
    person = {
        "reviewer": found.reviewer_id,
        "requester": decision.requested_by_id,
        "verifier": decision.decided_by_id,
    }[seat]
    with pytest.raises(IntegrityError, match="approval_not_by"), transaction.atomic():
        Approval.objects.create(
            payout=payout, round=1, approver_id=person, approved_at=make.NOW, digest=found.digest,
            reviewer_id=found.reviewer_id, account_version_id=payout.payout_account_id,
            account_requested_by_id=decision.requested_by_id, account_verified_by_id=decision.decided_by_id,
        )  # fmt: skip


def test_postgresql_refuses_an_approval_that_lies_about_the_reviewer(payout):
    reviewed(payout)
    found = Review.objects.get(payout=payout)
    decision = payout.payout_account.decision
    with pytest.raises(IntegrityError, match="approval_of_what_was_reviewed"), transaction.atomic():
        Approval.objects.create(
            payout=payout, round=1, approver_id=found.reviewer_id, approved_at=make.NOW, digest=found.digest,
            reviewer_id=make.user().pk, account_version_id=payout.payout_account_id,
            account_requested_by_id=decision.requested_by_id, account_verified_by_id=decision.decided_by_id,
        )  # fmt: skip


def test_a_token_never_approves(payout):
    holder = get_user_model().objects.get(pk=make.person("approver").user_id)
    with pytest.raises(NotAllowed, match="A token may not approve"):
        approval.approve(payout_ids=[reviewed(payout).pk], actor=actors.token(holder), now=make.NOW)


def test_a_superuser_has_no_money_permission(payout):
    root = get_user_model().objects.create_superuser("root", password="demo")
    with pytest.raises(NotAllowed):
        approval.approve(payout_ids=[reviewed(payout).pk], actor=actors.person(root), now=make.NOW)


def test_a_held_payout_is_not_approved_until_every_hold_is_released(payout):
    analyst = make.person("analyst")
    for note in ("First look", "Second look"):
        holds.hold(payout_ids=[payout.pk], actor=analyst, reason="documents", note=note, now=make.NOW)
    reviewed(payout)
    approver = make.person("approver")
    first, second = payout.holds.order_by("pk")
    holds.release(hold_ids=[first.pk], actor=approver, note="Found", now=make.NOW)
    outcome = approval.approve(payout_ids=[payout.pk], actor=approver, now=make.NOW)
    assert outcome.refused[0].reason == "it is on hold: Documents missing"
    holds.release(hold_ids=[second.pk], actor=approver, note="Found", now=make.NOW)
    approval.approve(payout_ids=[payout.pk], actor=approver, now=make.NOW).only()


def test_a_stale_page_is_refused_with_what_changed(payout):
    seen = shown.tokens([payout])
    reviewed(payout)
    outcome = review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW, seen=seen)
    assert outcome.refused[0].code == "changed"
    assert "it was to review and is awaiting approval now" in outcome.refused[0].reason


def test_sending_back_voids_review_and_approval(payout):
    approved(payout)
    review.send_back(
        payout_ids=[payout.pk], actor=make.person("approver"), reason="Wrong period", now=make.NOW
    ).only()
    outcome = approval.approve(payout_ids=[payout.pk], actor=make.person("approver"), now=make.NOW)
    assert outcome.refused[0].code == "status"
    payout.refresh_from_db()
    assert (payout.status, payout.round) == ("PENDING_REVIEW", 2)


def test_a_batch_is_proposed_and_approved_by_different_people(payout):
    FundingAccount.objects.create(
        code="SEPA-EUR",
        rail="sepa",
        currency="EUR",
        holder_name="Marketplace",
        country="FR",
        identifier="FR76",
    )
    approved(payout)
    treasurer = make.person("treasurer")
    (batch,), outcome = batching.propose(payout_ids=[payout.pk], actor=treasurer, now=make.NOW)
    assert (outcome.moved, status(payout), batch.total_minor) == ([payout.pk], "BATCHED", 10_000)
    with pytest.raises(batching.OwnBatch):
        batching.approve(batch_id=batch.pk, actor=treasurer, now=make.NOW)
    done = batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=make.NOW)
    assert (done.status, done.digest) == ("APPROVED", batches.seal_of(batch.pk))
    holds.hold(
        payout_ids=[payout.pk], actor=make.person("analyst"), reason="other", note="Wait", now=make.NOW
    )
    done.refresh_from_db()
    assert (status(payout), done.item_count, done.total_minor) == ("APPROVED", 0, 0)


def test_a_batch_of_which_nothing_would_leave_is_not_approved():
    batch = make_payouts.proposed_batch([1200, 3400])
    treasurer = make.person("treasurer")
    first, second = make_payouts.payouts_of(batch)
    suspend(seller_id=first.seller_id, reason="Documents", actor=make.person("compliance"), now=make.NOW)
    cap("payout", 2000)  # for the other
    with pytest.raises(
        batching.NothingLeaves, match=f"everything in {batch.reference} is kept back"
    ) as refused:
        batching.approve(batch_id=batch.pk, actor=treasurer, now=make.NOW)
    assert refused.value.code == "nothing_leaves"
    batch.refresh_from_db()
    assert (batch.status, status(second)) == ("PROPOSED", "BATCHED")
    cap("payout", 5000)
    assert batching.approve(batch_id=batch.pk, actor=treasurer, now=make.NOW).status == "APPROVED"
