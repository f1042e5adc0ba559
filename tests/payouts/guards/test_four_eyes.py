"""Four eyes stand in the database: no constraint of them bends to raw SQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError

from payouts.models import (
    AccountDecision,
    AccountVersion,
    PayoutAccount,
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
    for change in ("digest = 'other'", "value_date = value_date + 1", f"approved_by_id = {make.user().pk}"):
        with pytest.raises(IntegrityError, match="is on its way: its approval stands"):
            raw_sql(f"UPDATE payouts_batch SET {change} WHERE id = %s", [home.pk])


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
