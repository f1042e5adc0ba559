"""Four eyes stand in the database: no constraint of them bends to raw SQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from payouts.models import (
    AccountDecision,
    AccountVersion,
    PayoutAccount,
    RailSwitch,
    Resolution,
)
from tests import make, make_accounts
from tests.payouts import standing

pytestmark = pytest.mark.django_db


def test_who_reviewed_does_not_approve(db):
    made = standing.payout()
    reviewer = standing.review(made).reviewer
    with pytest.raises(IntegrityError, match="approval_not_by_reviewer"):
        standing.approval(made, approver=reviewer)


@pytest.mark.parametrize("touched", ["requester", "verifier"])
def test_who_touched_the_bank_account_approves_no_payout_to_it(db, touched):
    made = standing.payout()
    standing.review(made)
    version = AccountVersion.objects.get(pk=made.payout_account_id)
    person = version.requested_by if touched == "requester" else version.decision.decided_by
    with pytest.raises(IntegrityError, match=f"approval_not_by_account_{touched}"):
        standing.approval(made, approver=person)


def test_an_approval_may_not_name_another_reviewer_or_other_account_people(raw_sql):
    made = standing.payout()
    standing.review(made)
    for wrong in ("reviewer_id", "account_requested_by_id", "account_verified_by_id"):
        row = standing.approval(made)
        values = {f.column: getattr(row, f.attname) for f in row._meta.concrete_fields if f.column != "id"}
        values |= {wrong: make.user().pk, "seat": 2, "approver_id": make.user().pk}
        names = ", ".join(values)
        marks = ", ".join(["%s"] * len(values))
        with pytest.raises(IntegrityError, match=r"approval_of_what_was_reviewed|approval_account_people"):
            raw_sql(f"INSERT INTO payouts_approval ({names}) VALUES ({marks})", list(values.values()))
        made = standing.payout()
        standing.review(made)


def test_who_proposed_a_batch_does_not_approve_it(raw_sql):
    home = standing.batch()
    with pytest.raises(IntegrityError, match="batch_four_eyes"):
        raw_sql(
            "UPDATE payouts_batch SET status = 'APPROVED', approved_by_id = proposed_by_id, approved_at = now(),"
            " digest = 'd' WHERE id = %s",
            [home.pk],
        )


@pytest.mark.parametrize("missing", ["approved_by_id = NULL", "approved_at = NULL", "digest = ''"])
def test_no_batch_is_approved_without_who_when_and_for_what(missing, raw_sql):
    home = standing.batch()
    values = {"approved_by_id": str(make.user().pk), "approved_at": "now()", "digest": "'d'"}
    name, _, value = missing.partition(" = ")
    given = ", ".join(f"{key} = {value if key == name else right}" for key, right in values.items())
    with pytest.raises(IntegrityError, match="batch_sent_only_approved"):
        raw_sql(f"UPDATE payouts_batch SET status = 'APPROVED', {given} WHERE id = %s", [home.pk])


@pytest.mark.parametrize("status", ["APPROVED", "SUBMITTING", "SUBMITTED", "SETTLED"])
def test_the_approval_of_a_batch_on_its_way_stands(status, raw_sql):
    home = standing.batch(status)
    changes = ("digest = 'other'", "value_date = value_date + 1", f"approved_by_id = {make.user().pk}")
    for change in (*changes, "cut_off_at = cut_off_at + interval '1 day'"):
        with pytest.raises(IntegrityError, match="is on its way: its approval stands"):
            raw_sql(f"UPDATE payouts_batch SET {change} WHERE id = %s", [home.pk])


def test_the_approval_of_a_batch_does_not_change_while_it_goes_on_its_way(raw_sql):
    home = standing.batch("APPROVED")
    with pytest.raises(IntegrityError, match="is on its way: its approval stands"):
        raw_sql("UPDATE payouts_batch SET status = 'SUBMITTING', digest = 'other' WHERE id = %s", [home.pk])


def test_who_found_what_became_of_a_submission_does_not_confirm_it(db):
    found = standing.finding(standing.submission(), "sent")
    with pytest.raises(IntegrityError, match="resolution_four_eyes"):
        Resolution.objects.filter(pk=found.pk).update(confirmed_by=found.proposed_by, confirmed_at=make.NOW)


def test_who_asked_for_an_account_does_not_verify_it(db):
    version = make_accounts.payable(make.seller())
    slot = version.slot
    asked = AccountVersion.objects.create(
        slot=slot, number=9, scheme="iban", country="FR", holder_name="x", ciphertext=b"x", masked="x",
        fingerprint="x", requested_by=make.user(), requested_at=make.NOW, effective_at=make.NOW,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="account_decision_four_eyes"):
        AccountDecision.objects.create(
            version=asked, verified=True, requested_by=asked.requested_by, decided_by=asked.requested_by,
            decided_at=make.NOW,
        )  # fmt: skip


@pytest.mark.parametrize(
    "doubt", ["nobody verified it", "it was rejected", "its wait is not over", "another's"]
)
def test_an_account_takes_effect_only_verified_and_after_its_wait(doubt, raw_sql):
    slot = make_accounts.payable(make.seller()).slot
    if doubt == "another's":
        version = make_accounts.payable(make.seller())
    else:
        later = make.NOW + timedelta(days=36_500 if doubt == "its wait is not over" else -60)
        version = AccountVersion.objects.create(
            slot=slot, number=9, scheme="iban", country="FR", holder_name="x", ciphertext=b"x", masked="x",
            fingerprint="x", requested_by=make.user(), requested_at=make.NOW - timedelta(days=90), effective_at=later,
        )  # fmt: skip
        if doubt != "nobody verified it":
            AccountDecision.objects.create(
                version=version, verified=doubt != "it was rejected", requested_by=version.requested_by,
                decided_by=make.user(), decided_at=make.NOW,
            )  # fmt: skip
    with pytest.raises(IntegrityError, match="not a verified version of this account whose wait is over"):
        raw_sql("UPDATE payouts_payoutaccount SET current_id = %s WHERE id = %s", [version.pk, slot.pk])
    assert PayoutAccount.objects.get(pk=slot.pk).current_id != version.pk


def test_a_new_slot_begins_with_no_account_in_effect_that_is_not_its_own(raw_sql):
    other = make_accounts.payable(make.seller())
    with pytest.raises(IntegrityError, match="not a verified version of this account whose wait is over"):
        raw_sql(
            "INSERT INTO payouts_payoutaccount (seller_id, currency, current_id) VALUES (%s, 'EUR', %s)",
            [make.seller().pk, other.pk],
        )


@pytest.mark.parametrize(
    "change",
    [
        "confirmed_at = now()",
        "confirmed_by_id = proposed_by_id + 1",
        "confirmed_at = now(), confirmed_by_id = proposed_by_id + 1, dismissed_at = now()",
    ],
)
def test_no_finding_is_confirmed_without_who_and_when_nor_dismissed_too(change, raw_sql):
    made = standing.finding(standing.submission(), "never_sent")
    with pytest.raises(IntegrityError, match="resolution_confirmed_by_somebody"):
        raw_sql(f"UPDATE payouts_resolution SET {change} WHERE id = %s", [made.pk])


@pytest.mark.parametrize("decided", ["confirmed", "dismissed"])
def test_a_finding_is_decided_once(decided, raw_sql):
    made = standing.finding(standing.submission(), "never_sent")
    done = {"confirmed_by": make.user(), "confirmed_at": make.NOW}
    Resolution.objects.update(**(done if decided == "confirmed" else {"dismissed_at": make.NOW}))
    for change in (f"confirmed_by_id = {make.user().pk}, confirmed_at = now()", "dismissed_at = NULL"):
        with pytest.raises(IntegrityError, match="was confirmed or dismissed already"):
            raw_sql(f"UPDATE payouts_resolution SET {change} WHERE id = %s", [made.pk])


def test_a_stopped_rail_is_let_go_on_by_somebody_and_once(raw_sql):
    stop = RailSwitch.objects.create(rail="sepa", reason="x", stopped_by=make.user(), stopped_at=make.NOW)
    with pytest.raises(IntegrityError, match="rail_switch_restored_by_somebody"):
        raw_sql("UPDATE payouts_railswitch SET restored_at = now() WHERE id = %s", [stop.pk])
    with pytest.raises(IntegrityError, match="rail_switch_four_eyes"):
        raw_sql(
            "UPDATE payouts_railswitch SET restored_at = now(), restored_by_id = stopped_by_id WHERE id = %s",
            [stop.pk],
        )
    RailSwitch.objects.update(restored_at=make.NOW, restored_by=make.user())
    with pytest.raises(IntegrityError, match="is over already"):
        raw_sql("UPDATE payouts_railswitch SET restored_at = NULL, restored_by_id = NULL", [])
