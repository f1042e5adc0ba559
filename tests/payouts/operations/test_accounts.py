"""A bank account takes two people and a wait, and moves what is not yet sent back to review."""

from datetime import timedelta

import pytest
from django.db import DatabaseError

from backoffice.audit import actors
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.audit.models import Event
from payouts.models import AccountDecision, AccountVersion, Hold, Payout, PayoutAccount
from payouts.operations import _sealing, accounts, approval, creation, givebacks, holds, review
from sellers import vault
from tests import make, make_accounts, make_payouts

pytestmark = pytest.mark.django_db

IBAN = "FR14 2004 1010 0505 0001 3M02 606"
OTHER = "ES91 2100 0418 4502 0005 1332"
LATER = make.NOW + timedelta(hours=72)


def ask(seller, *, iban=IBAN, actor=None, now=make.NOW, **changes) -> AccountVersion:
    values = {
        "seller_id": seller.pk,
        "currency": "EUR",
        "fields": {"iban": iban},
        "holder_name": seller.name,
        "country": "FR",
        "actor": actor or make.person("analyst"),
        "now": now,
    }
    return accounts.request(**(values | changes))


def verify(version, *, verified=True, actor=None, now=make.NOW, note="Called them back.") -> AccountDecision:
    return accounts.decide(
        version_id=version.pk, verified=verified, actor=actor or make.person("compliance"), note=note, now=now
    )


@pytest.fixture
def payout() -> Payout:
    account = make.ledger_account()
    make.earning(account, amount_minor=10_000)
    make_accounts.payable(account.seller)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return Payout.objects.get(account=account)


def reviewed(payout) -> Payout:
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW).only()
    payout.refresh_from_db()
    return payout


def open_holds(payout) -> list[str]:
    return list(Hold.objects.filter(payout=payout, released_at=None).values_list("reason", flat=True))


def test_a_version_holds_only_ciphertext_and_a_mask():
    version = ask(make.seller())
    assert version.masked == "FR14 •••• •••• 2606"
    assert b"20041010" not in bytes(version.ciphertext)
    assert accounts.decrypt_for_rail(version_ids=[version.pk])[version.pk].fields == {
        "iban": "FR1420041010050500013M02606"
    }
    assert "20041010" not in str(list(Event.objects.values_list("data", flat=True)))


def test_a_ciphertext_does_not_open_in_another_row():
    first, second = ask(make.seller()), ask(make.seller(), iban=OTHER)
    second.slot, second.number = first.slot, 2
    with pytest.raises(vault.Unreadable):
        _sealing.opened([second])


def test_equal_accounts_have_equal_fingerprints():
    assert ask(make.seller()).fingerprint == ask(make.seller(), iban=IBAN.replace(" ", "")).fingerprint


def test_bad_details_are_told_field_by_field_and_nothing_is_written():
    with pytest.raises(accounts.BadDetails) as refusal:
        ask(make.seller(), iban="FR00 2004 1010 0505 0001 3M02 606", holder_name=" ")
    assert [field for field, _ in refusal.value.problems] == ["iban", "holder_name"]
    assert "2004" not in str(refusal.value)
    assert not AccountVersion.objects.exists()


def test_an_account_is_in_the_currency_its_country_is_paid_in():
    with pytest.raises(Refused, match="France is paid in EUR, not in USD"):
        ask(make.seller(), currency="USD")
    with pytest.raises(Refused, match="no country file opens ZZ"):
        ask(make.seller(), country="ZZ")


def test_only_one_change_waits_at_a_time():
    seller = make.seller()
    ask(seller)
    with pytest.raises(Conflict, match="waits to be verified already"):
        ask(seller, iban=OTHER)


def test_who_may_not_ask_verify_or_reveal_is_refused():
    seller = make.seller()
    with pytest.raises(NotAllowed):
        ask(seller, actor=make.person("support"))
    version = ask(seller)
    with pytest.raises(NotAllowed):
        verify(version, actor=make.person("analyst"))
    with pytest.raises(NotAllowed):
        accounts.details(version_id=version.pk, reason="why", actor=make.person("analyst"), now=make.NOW)
    with pytest.raises(NotAllowed):
        verify(version, actor=actors.token(make.user("compliance")))
    with pytest.raises(NotAllowed):
        ask(make.seller(), actor=actors.SYSTEM)


def test_the_requester_may_not_verify():
    both = actors.person(make.user("analyst", permissions=["payouts.verify_payout_account"]))
    version = ask(make.seller(), actor=both)
    with pytest.raises(accounts.OwnRequest, match="Another person must verify it"):
        verify(version, actor=both)


def test_a_version_is_decided_once():
    version = ask(make.seller())
    verify(version)
    with pytest.raises(Conflict, match="already"):
        verify(version, verified=False)


def test_a_rejection_says_why():
    with pytest.raises(Refused, match="say why"):
        verify(ask(make.seller()), verified=False, note=" ")


def test_asking_holds_what_is_not_yet_sent_and_rejecting_releases_it(payout):
    version = ask(payout.seller)
    assert open_holds(payout) == ["account_change"]
    with_hold = approval.approve(
        payout_ids=[reviewed(payout).pk], actor=make.person("approver"), now=make.NOW
    )
    assert with_hold.refused[0].code == "held"
    verify(version, verified=False)
    assert open_holds(payout) == []
    payout.refresh_from_db()
    assert (payout.status, payout.payout_account_id) == (
        "REVIEWED",
        payout.seller.payout_accounts.get().current_id,
    )


def due_again(seller, day=make.TODAY) -> Payout:
    make.earning(make.ledger_account(seller), amount_minor=5_000, due_date=day)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return Payout.objects.filter(seller=seller).latest("pk")


@pytest.mark.parametrize("verified", [False, True])
def test_a_run_during_a_change_holds_what_it_makes_until_that_is_settled(verified):
    seller = make.seller()
    make_accounts.payable(seller)
    asked_at = make.NOW - timedelta(hours=80)  # the wait is over, but nobody has let it take effect yet
    version = ask(seller, now=asked_at)
    if verified:
        verify(version, now=asked_at)
    made, other = due_again(seller), make.seller()
    make_accounts.payable(other)
    assert open_holds(made) == ["account_change"]
    assert open_holds(due_again(other)) == []
    if verified:
        accounts.take_effect(now=make.NOW)
        made.refresh_from_db()
        assert made.payout_account_id == version.pk
    else:
        verify(version, verified=False)
    assert open_holds(made) == []
    assert open_holds(due_again(seller, day=make.TODAY + timedelta(days=1))) == []


def test_a_reissue_during_a_change_is_held_too(payout):
    approver = make.person("approver")
    givebacks.cancel(payout_ids=[payout.pk], actor=approver, reason="Asked for", now=make.NOW).only()
    version = ask(payout.seller)
    disposer = make.person(permissions=["payouts.dispose_payout"])
    new = givebacks.reissue(payout_id=payout.pk, actor=disposer, now=make.NOW)
    assert open_holds(new) == ["account_change"]
    verify(version, verified=False)
    assert open_holds(new) == []


def test_a_change_leaves_other_currencies_and_other_sellers_alone(payout):
    ask(make.seller())
    make_accounts.payable(payout.seller, currency="USD")
    assert open_holds(payout) == []


def test_a_verified_account_waits_before_it_is_paid():
    version = ask(make.seller())
    verify(version)
    slot = PayoutAccount.objects.get()
    assert slot.current_id is None
    assert accounts.take_effect(now=LATER - timedelta(seconds=1)) == 0


def test_an_account_takes_effect_once_verified_and_waited_for():
    long_ago = make.NOW - timedelta(days=10)
    version = ask(make.seller(), now=long_ago)
    verify(version, now=long_ago)
    assert accounts.take_effect(now=make.NOW) == 1
    assert PayoutAccount.objects.get().current_id == version.pk
    assert accounts.take_effect(now=make.NOW) == 0


def test_verified_after_the_wait_it_takes_effect_at_once():
    version = ask(make.seller(), now=make.NOW - timedelta(days=10))
    verify(version)
    assert PayoutAccount.objects.get().current_id == version.pk


def test_an_undecided_or_rejected_version_never_takes_effect():
    ask(make.seller(), now=make.NOW - timedelta(days=10))
    verify(ask(make.seller(), now=make.NOW - timedelta(days=10)), verified=False)
    assert accounts.take_effect(now=make.NOW) == 0


@pytest.mark.parametrize("stage", ["to_review", "reviewed", "approved"])
def test_what_is_not_yet_sent_goes_to_the_new_account_and_back_to_review(payout, stage):
    before = payout.round
    if stage != "to_review":
        reviewed(payout)
    if stage == "approved":
        approval.approve(payout_ids=[payout.pk], actor=make.person("approver"), now=make.NOW).only()
    version = ask(payout.seller, now=make.NOW - timedelta(days=10))
    kept = holds.hold(
        payout_ids=[payout.pk], actor=make.person("analyst"), reason="dispute", note="case 4", now=make.NOW
    )
    kept.only()
    verify(version)
    payout.refresh_from_db()
    assert (payout.status, payout.payout_account_id) == ("PENDING_REVIEW", version.pk)
    assert payout.round == before + (stage != "to_review")
    assert open_holds(payout) == ["dispute"]


def test_a_payout_in_a_batch_leaves_it_when_its_account_changes():
    batch = make_payouts.proposed_batch([10_000, 20_000])
    payout = make_payouts.payouts_of(batch)[0]
    version = ask(payout.seller, now=make.NOW - timedelta(days=10))
    payout.refresh_from_db()
    assert (payout.status, payout.batch_id) == ("APPROVED", None)
    verify(version)
    payout.refresh_from_db()
    batch.refresh_from_db()
    assert (payout.status, payout.payout_account_id) == ("PENDING_REVIEW", version.pk)
    assert (batch.item_count, batch.total_minor) == (1, 20_000)


def test_the_newest_of_two_versions_whose_wait_is_over_wins():
    seller = make.seller()
    for iban, days in ((IBAN, 20), (OTHER, 10)):
        version = ask(seller, iban=iban, now=make.NOW - timedelta(days=days))
        accounts.account_rows.write_decisions(
            versions=[version], verified=True, actor=make.person("compliance"), note="", now=make.NOW
        )
    assert accounts.take_effect(now=make.NOW) == 1
    assert PayoutAccount.objects.get().current_id == version.pk


def test_the_hold_stays_while_another_change_waits(payout):
    first = ask(payout.seller, now=make.NOW - timedelta(days=10))
    accounts.account_rows.write_decisions(
        versions=[first], verified=True, actor=make.person("compliance"), note="", now=make.NOW
    )
    ask(payout.seller, iban=OTHER)
    accounts.take_effect(now=make.NOW)
    assert set(open_holds(payout)) == {"account_change"}


def test_who_touched_the_account_does_not_approve_a_payout_to_it(payout):
    requester = actors.person(make.user("analyst", permissions=["payouts.approve_payout"]))
    verifier = actors.person(make.user("compliance", permissions=["payouts.approve_payout"]))
    verify(ask(payout.seller, actor=requester, now=make.NOW - timedelta(days=10)), actor=verifier)
    reviewed(payout)
    for person in (requester, verifier):
        outcome = approval.approve(payout_ids=[payout.pk], actor=person, now=make.NOW)
        assert (outcome.moved, outcome.refused[0].code) == ([], "four_eyes")


def test_a_reveal_needs_a_reason_and_is_recorded():
    version, officer = ask(make.seller()), make.person("compliance")
    with pytest.raises(Refused, match="say why"):
        accounts.details(version_id=version.pk, reason="", actor=officer, now=make.NOW)
    found = accounts.details(version_id=version.pk, reason="The bank asked.", actor=officer, now=make.NOW)
    assert found["iban"].startswith("FR1420041010")
    event = Event.objects.get(action="account.reveal")
    assert (event.actor_id, event.subject_id, event.data) == (
        officer.user_id, version.pk, {"reason": "The bank asked."},
    )  # fmt: skip


def test_postgresql_lets_no_unverified_or_foreign_version_be_current(raw_sql):
    unverified, rejected = ask(make.seller(), now=make.NOW - timedelta(days=10)), ask(make.seller())
    verify(rejected, verified=False)
    today = database_now()  # what the trigger compares the end of the wait with
    early = ask(make.seller(), now=today)
    verify(early, now=today)
    for version in (unverified, rejected, early):
        with pytest.raises(DatabaseError, match="not a verified version of this account whose wait is over"):
            point(raw_sql, version.slot_id, version.pk)
    fine = ask(make.seller(), now=make.NOW - timedelta(days=10))
    verify(fine)
    with pytest.raises(DatabaseError):
        point(raw_sql, early.slot_id, fine.pk)


def point(raw_sql, slot_id, version_id):
    raw_sql("UPDATE payouts_payoutaccount SET current_id = %s WHERE id = %s", [version_id, slot_id])


def test_postgresql_refuses_the_requester_as_verifier(raw_sql):
    version = ask(make.seller())
    decided = (
        "INSERT INTO payouts_accountdecision (version_id, verified, requested_by_id, decided_by_id, decided_at, note)"
        " VALUES (%s, true, %s, %s, now(), '')"
    )
    other = make.user().pk
    with pytest.raises(DatabaseError, match="account_decision_four_eyes"):
        raw_sql(decided, [version.pk, version.requested_by_id, version.requested_by_id])
    with pytest.raises(DatabaseError, match="account_decision_requester"):  # a lie about who asked
        raw_sql(decided, [version.pk, other, version.requested_by_id])


def test_postgresql_lets_no_version_or_decision_change(raw_sql):
    version = ask(make.seller())
    verify(version)
    for statement in (
        "UPDATE payouts_accountversion SET masked = 'x'",
        "DELETE FROM payouts_accountdecision",
        "UPDATE payouts_accountdecision SET verified = false",
    ):
        with pytest.raises(DatabaseError):
            raw_sql(statement)
