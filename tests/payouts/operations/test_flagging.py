"""Flags of payouts that no run makes: paid again, or back in review because their seller's account changed."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from backoffice.words import recorded
from payouts.countries import moments
from payouts.exports import rows
from payouts.exports.payouts import PAYOUTS
from payouts.models import Flag, Payout
from payouts.operations import creation, flagging, givebacks
from payouts.queries import filters, flags, lookout, worklist
from tests import make, make_accounts
from tests.payouts import flagged, quick
from tests.payouts.flagged import OTHER

pytestmark = pytest.mark.django_db
AND_ANOTHER = {"iban": "FR7630006000011234567890189"}


@pytest.fixture(autouse=True)
def no_wait(settings):
    settings.ACCOUNT_WAIT_HOURS = 0


def changed(payout, fields, *, at, holder="Somebody Else") -> datetime:
    """Another account of the payout's seller is asked for an hour before ``at``, verified, and takes effect."""
    asked = at - timedelta(hours=1)
    flagged.change(payout.seller, fields, asked=asked, at=at, holder=holder)
    payout.refresh_from_db()
    return asked


def standing(payout) -> dict[str, dict]:
    """The flags that pages show; the register, whose SQL is its own, says the same ones."""
    shown = {flag.kind: flag.facts for flag in flags.raised(payout_ids=[payout.pk]).get(payout.pk, [])}
    chosen = PAYOUTS.chosen(f"search={payout.reference}", now=timezone.now())
    [[row]] = rows.raw(rows.select(PAYOUTS, chosen))
    assert set(filter(None, (row["flags"] or "").split("; "))) == {
        recorded(flags.CODES[kind]) for kind in shown
    }
    return shown


def test_what_goes_back_to_review_says_that_its_account_changed_each_time_and_only_of_the_account_in_effect():
    first, later = make.NOW + timedelta(hours=2), make.NOW + timedelta(hours=4)
    account = make.ledger_account(make.seller(country="FR", name="Atelier"))
    make.earning(account)
    make_accounts.payable(account.seller, holder="Old Holder")
    creation.run(until=None, key="k", actor=make.person("analyst"), now=make.NOW)
    payout = Payout.objects.get(account=account)
    assert set(standing(payout)) == {"first_payout", "name_differs"}

    asked = changed(payout, OTHER, at=first)
    now = standing(payout)
    assert set(now) == {"first_payout", "account_changed", "name_differs"}
    assert now["name_differs"]["holder"] == "Somebody Else"
    said = [each.short for each in worklist.rows([payout], now=later)[0].flags]
    assert said[0].startswith("Account changed") and said[0].endswith(moments.ago(asked, now=later))
    assert lookout.first([payout], most=1)[0].flags[0].startswith("Account changed")
    assert flagging.renew(payout_ids=[payout.pk], now=first) == 0  # nothing twice

    changed(payout, AND_ANOTHER, at=later, holder="Atelier")
    now = standing(payout)
    assert set(now) == {"first_payout", "account_changed"}  # the holder's name is the seller's again
    assert now["account_changed"]["to"].endswith("0189")
    found = {
        kind: list(filters.read({"flag": kind}).qs) for kind in ("name_differs", "account_changed", "any")
    }
    assert found == {"name_differs": [], "account_changed": [payout], "any": [payout]}


def test_older_flags_that_name_no_account_stand_only_for_one_in_effect_when_they_were_raised():
    payout = quick.payout()
    facts = {"account": "DE", "seller": "FR"}
    Flag.objects.create(payout=payout, code="country_differs", facts=facts, raised_at=make.NOW)
    assert "country_differs" in standing(payout)
    changed(payout, OTHER, at=make.NOW + timedelta(hours=2), holder=payout.seller.name)
    assert set(standing(payout)) == {"first_payout", "account_changed"}


def test_what_is_paid_again_is_looked_at_as_what_a_run_makes():
    dead = quick.payout()
    twin = make_accounts.payable(make.seller(country="FR"), fingerprint="twice")
    make_accounts.payable(dead.seller, holder="Somebody Else", fingerprint="twice")
    givebacks.cancel(payout_ids=[dead.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    disposer = make.person(permissions=["payouts.dispose_payout"])
    new = givebacks.reissue(payout_id=dead.pk, actor=disposer, now=make.NOW)
    found = standing(new)
    assert set(found) == {"first_payout", "account_shared", "name_differs"}  # nothing was paid before
    assert found["account_shared"]["sellers"] == [twin.slot.seller.reference]
