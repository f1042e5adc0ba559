"""What would go to an account that sent the last payment back waits, whoever made it due again."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from backoffice.audit.actors import SYSTEM
from payouts.countries import schemes
from payouts.models import AccountVersion, Batch, Hold, Payout
from payouts.operations import (
    accounts,
    approval,
    batching,
    creation,
    givebacks,
    holds,
    review,
    submission,
)
from payouts.rails import base
from tests import make, make_accounts, make_payouts
from tests.make_payouts import NOW
from tests.payouts.operations.test_settlement import sent, tell

pytestmark = pytest.mark.django_db
Kind = base.ReportKind


@pytest.fixture(autouse=True)
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        yield


def came_back(*, code: str, kind: Kind = Kind.RETURNED) -> Payout:
    """A payout that the bank took and sent back, the reason said once and left out the second time."""
    _, payout, end_to_end_id = sent()
    for number, said in enumerate((code, "")):
        tell(base.Report(kind=kind, source_id=f"event {number}", end_to_end_id=end_to_end_id, code=said))
    payout.refresh_from_db()
    return payout


def reissued(payout: Payout) -> Payout:
    return givebacks.reissue(payout_id=payout.pk, actor=disposer(), now=NOW)


def rolled(payout: Payout) -> Payout:
    givebacks.roll(payout_id=payout.pk, actor=disposer(), now=NOW)
    return run_of(payout)


def disposer():
    return make.person(permissions=["payouts.dispose_payout"])


def run_of(payout: Payout) -> Payout:
    """What the next day's run makes for the seller of this payout."""
    later = NOW + timedelta(days=2)
    creation.run(
        until=None, country="US", key=f"run-{make.number()}", actor=make.person("analyst"), now=later
    )
    return Payout.objects.filter(account_id=payout.account_id).latest("pk")


def open_holds(payout: Payout) -> list[tuple[str, int | None]]:
    return list(
        Hold.objects.filter(payout=payout, released_at=None)
        .values_list("reason", "placed_by")
        .order_by("reason")
    )


@pytest.mark.parametrize("again", [reissued, rolled])
@pytest.mark.parametrize("kind", [Kind.FAILED, Kind.RETURNED])
def test_money_for_a_closed_account_waits_for_new_details(again, kind):
    old = came_back(code="AC04", kind=kind)
    new = again(old)
    assert new.pk != old.pk
    assert open_holds(new) == [("account_refused", None)]
    note = Hold.objects.get(payout=new).note
    assert note.startswith(
        f"{old.reference}, the last payment to this account, came back: The account is closed."
    )
    review.review(payout_ids=[new.pk], actor=make.person("analyst"), now=NOW)
    outcome = approval.approve(payout_ids=[new.pk], actor=make.person("approver"), now=NOW)
    assert [refusal.code for refusal in outcome.refused] == ["held"]


def test_a_reason_for_compliance_goes_to_compliance():
    assert open_holds(reissued(came_back(code="FR01"))) == [("compliance", None)]


@pytest.mark.parametrize("code", ["MS03", "TM01", ""])
def test_a_reason_that_does_not_lie_in_the_account_holds_nothing(code):
    assert open_holds(reissued(came_back(code=code))) == []


def asked_for(payout: Payout) -> AccountVersion:
    scheme = schemes.get("us_aba")
    return accounts.request(
        seller_id=payout.seller_id,
        currency=payout.currency,
        fields=scheme.simulated(make.number(), "US"),
        holder_name="The seller",
        country="US",
        actor=make.person("analyst"),
        now=NOW,
    )


@pytest.mark.parametrize(("verified", "left"), [(True, []), (False, [("account_refused", None)])])
def test_new_details_in_effect_release_it_and_rejected_ones_do_not(settings, verified, left):
    settings.ACCOUNT_WAIT_HOURS = 0
    old = came_back(code="AC04")
    new = reissued(old)
    accounts.decide(
        version_id=asked_for(old).pk,
        verified=verified,
        actor=make.person("compliance"),
        note="We called them.",
        now=NOW,
    )
    assert open_holds(new) == left


def approved(payout: Payout) -> Payout:
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=NOW).only()
    approval.approve(payout_ids=[payout.pk], actor=make.person("approver"), now=NOW).only()
    return payout


def batch_of(payout: Payout) -> Batch:
    (batch,), _ = batching.propose(payout_ids=[payout.pk], actor=make.person("treasurer"), now=NOW)
    return batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)


def told(payout: Payout, kind: Kind, code: str = "") -> None:
    source = f"event {make.number()}"
    tell(base.Report(kind=kind, source_id=source, end_to_end_id=f"{payout.reference}A1", code=code))


def release(payout: Payout) -> None:
    ids = Hold.objects.filter(payout=payout, released_at=None).values_list("pk", flat=True)
    holds.release(hold_ids=list(ids), actor=make.person("approver"), note="It is open.", now=NOW)


def later_one(payout: Payout) -> Payout:
    """Another payout of the seller, made while the first was still with the bank."""
    make.earning(payout.account, amount_minor=5_000)
    return run_of(payout)


def test_an_account_that_was_paid_since_is_trusted_again():
    old = came_back(code="AC04")
    paid = reissued(old)
    release(paid)
    submission.submit(batch_id=batch_of(approved(paid)).pk, now=NOW)
    told(paid, Kind.PAID)
    assert open_holds(later_one(paid)) == []


def test_the_last_word_counts_and_not_the_last_payment():
    _, first, _ = sent()
    second = approved(later_one(first))
    submission.submit(batch_id=batch_of(second).pk, now=NOW)
    told(second, Kind.PAID)
    told(first, Kind.RETURNED, "AC04")  # days later
    make.earning(first.account, amount_minor=700)
    creation.run(
        until=None, country="US", key="third", actor=make.person("analyst"), now=NOW + timedelta(days=4)
    )
    assert open_holds(Payout.objects.latest("pk")) == [("account_refused", None)]


def test_what_is_in_a_batch_already_leaves_it_and_is_not_sent():
    _, first, _ = sent()
    second = approved(later_one(first))
    batch = batch_of(second)
    told(first, Kind.RETURNED, "AC04")
    submission.submit(batch_id=batch.pk, now=NOW)
    second.refresh_from_db()
    assert (second.status, open_holds(second)) == ("APPROVED", [("account_refused", None)])
    release(second)
    submission.submit(batch_id=batch_of(second).pk, now=NOW)
    second.refresh_from_db()
    assert second.status == "SUBMITTED"


def test_the_same_account_given_again_is_the_same_account():
    old = came_back(code="AC04")
    same = AccountVersion.objects.get(pk=old.payout_account_id)
    again = make_accounts.payable(old.seller, currency="USD", fingerprint=same.fingerprint)
    new = reissued(old)
    assert new.payout_account_id == again.pk != same.pk
    assert open_holds(new) == [("account_refused", None)]


def test_many_refused_accounts_take_no_more_queries_than_few():
    def queries(count: int) -> int:
        for _ in range(count):
            givebacks.roll(payout_id=came_back(code="AC04").pk, actor=disposer(), now=NOW)
        later, key = NOW + timedelta(days=2), f"run of {count}"
        with CaptureQueriesContext(connection) as seen:
            creation.run(until=None, country="US", key=key, actor=SYSTEM, now=later)
        return len(seen)

    assert queries(1) == queries(4)
    assert Hold.objects.filter(reason="account_refused", released_at=None).count() == 5
