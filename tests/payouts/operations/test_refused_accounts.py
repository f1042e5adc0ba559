"""What would go to an account that sent the last payment back waits, whoever made it due again."""

import pytest

from payouts.countries import schemes
from payouts.models import AccountVersion, Hold, Payout
from payouts.operations import accounts, approval, batching, creation, givebacks, review, submission
from payouts.rails import base
from tests import make, make_payouts
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
    later = NOW.replace(day=NOW.day + 2)
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


def test_an_account_that_was_paid_since_is_trusted_again():
    old = came_back(code="AC04")
    paid = reissued(old)
    Hold.objects.filter(payout=paid).update(
        released_at=NOW, released_by=make.user(), release_note="It is open."
    )
    review.review(payout_ids=[paid.pk], actor=make.person("analyst"), now=NOW).only()
    approval.approve(payout_ids=[paid.pk], actor=make.person("approver"), now=NOW).only()
    (batch,), _ = batching.propose(payout_ids=[paid.pk], actor=make.person("treasurer"), now=NOW)
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    submission.submit(batch_id=batch.pk, now=NOW)
    tell(base.Report(kind=Kind.PAID, source_id="paid", end_to_end_id=f"{paid.reference}A1", code=""))
    make.earning(paid.account, amount_minor=5_000)
    assert open_holds(run_of(paid)) == []
