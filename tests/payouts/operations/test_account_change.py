"""A bank account that changes while a payout is on its way: what never left goes to the new one, and to review."""

from datetime import timedelta

import pytest

from payouts.models import Hold, Payout
from payouts.operations import accounts, answering
from payouts.queries import invariants
from payouts.rails import base
from payouts.states import PayoutStatus
from tests import make, make_payouts
from tests.make_payouts import NOW

pytestmark = pytest.mark.django_db
OTHER = {"iban": "FR1420041010050500013M02606"}
SOON = NOW + timedelta(minutes=1)


@pytest.fixture
def on_its_way(bank, line_down) -> Payout:
    """A payout handed over to a bank that did not answer."""
    return make_payouts.payouts_of(make_payouts.submitted([1200]))[0]


@pytest.fixture
def line_down(settings, tmp_path):
    (tmp_path / "no-folder").write_text("a file where the outbox should be")
    settings.SEPA_OUTBOX_DIR = str(tmp_path / "no-folder")


def ask(payout):
    """Another account is asked for while the payout is on its way."""
    return accounts.request(
        seller_id=payout.seller_id, currency="EUR", fields=OTHER, holder_name="Shop", country="FR",
        actor=make.person("analyst"), now=NOW,
    )  # fmt: skip


def refused_by_the_bank(payout) -> None:
    """It is proven that the payout never left."""
    sent = payout.attempts.get().submission
    answer = base.Answer(outcome=base.Outcome.REJECTED, code="AC01", text="No such account.")
    answering.record(given=[answering.Given(sent.pk, sent.fence, answer, looked_up=True)], now=SOON)
    payout.refresh_from_db()


def open_holds(payout) -> list[str]:
    return sorted(Hold.objects.filter(payout=payout, released_at=None).values_list("reason", flat=True))


def test_it_goes_to_the_account_that_took_effect_meanwhile_and_back_to_review(on_its_way, settings):
    settings.ACCOUNT_WAIT_HOURS = 0
    version = ask(on_its_way)
    accounts.decide(version_id=version.pk, verified=True, actor=make.person("compliance"), note="", now=SOON)

    refused_by_the_bank(on_its_way)

    assert on_its_way.status == PayoutStatus.PENDING_REVIEW
    assert on_its_way.payout_account_id == version.pk
    assert open_holds(on_its_way) == ["rail_rejected"]
    assert {one.name: ids for one, ids in invariants.run(now=NOW) if ids} == {}


def test_it_is_held_while_another_account_waits_to_be_verified(on_its_way):
    ask(on_its_way)

    refused_by_the_bank(on_its_way)

    assert on_its_way.status == PayoutStatus.APPROVED
    assert open_holds(on_its_way) == ["account_change", "rail_rejected"]


def test_it_stays_approved_where_nothing_changed(on_its_way):
    refused_by_the_bank(on_its_way)

    assert on_its_way.status == PayoutStatus.APPROVED
    assert open_holds(on_its_way) == ["rail_rejected"]
