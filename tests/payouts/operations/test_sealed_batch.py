"""What is sent is always a part of what was approved, and one payout never takes the rest down."""

import dataclasses
from datetime import timedelta

import pytest
from django.db import IntegrityError

from backoffice.audit.errors import NotAllowed
from payouts import digests
from payouts.models import Batch, BatchItem, Hold, Incident, MissedCutOff, Submission
from payouts.operations import batching, preparing, submission
from payouts.rails import base
from payouts.rails.sandbox.rail import Sandbox
from payouts.rails.sepa.rail import Sepa
from payouts.states import BatchStatus
from sellers import vault
from sellers.models import DataKey
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import standing
from tests.payouts.standing import plain

pytestmark = pytest.mark.django_db
BOTH_SHAPES = pytest.mark.parametrize("country", ["FR", "US"])


def reasons(batch: Batch) -> list[str]:
    items = BatchItem.objects.filter(batch=batch).order_by("payout_id")
    return list(items.values_list("left_because", flat=True))


def lock_away(payouts) -> None:
    """The keys of these sellers' bank details are spoilt."""
    for key in DataKey.objects.filter(seller_id__in=[payout.seller_id for payout in payouts]):
        spoilt = bytes(key.wrapped)[:-1] + bytes([bytes(key.wrapped)[-1] ^ 1])
        DataKey.objects.filter(pk=key.pk).update(wrapped=spoilt)


@pytest.fixture
def picky(monkeypatch):
    """Rails that find out only while they write that they cannot carry payees called Picky, or our account."""

    def no_picky(render):
        def rendered(self, envelope):
            bad = [each.end_to_end_id for each in envelope.instructions if each.payee.name == "Picky"]
            if bad:
                raise base.Unrenderable([f"{reference}: no Picky here." for reference in bad])
            return render(self, envelope)

        return rendered

    for rail in (Sepa, Sandbox):
        monkeypatch.setattr(rail, "render", no_picky(rail.render))


def test_an_approval_seals_every_payee_amount_and_account_version():
    batch = make_payouts.proposed_batch([1200, 3400])
    first, second = make_payouts.payouts_of(batch)
    sealed = batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW).digest

    assert sealed == digests.of_batch([digests.of_payout(first), digests.of_payout(second)])
    for field, other in (
        ("seller_id", 0),
        ("amount_minor", 1),
        ("currency", "USD"),
        ("payout_account_id", 0),
    ):
        changed = make_payouts.payouts_of(batch)[1]
        setattr(changed, field, other)
        assert digests.of_batch([digests.of_payout(first), digests.of_payout(changed)]) != sealed


def test_nothing_joins_a_batch_once_it_is_approved(raw_sql):
    batch = make_payouts.approved_batch([1200])
    stranger = make_payouts.approved([990])[0]

    with pytest.raises(IntegrityError, match=f"nothing joins batch {batch.pk}"):
        raw_sql(
            "INSERT INTO payouts_batchitem (batch_id, payout_id, amount_minor, account_version_id, digest,"
            " left_because) SELECT %s, id, amount_minor, payout_account_id, 'd', '' FROM payouts_payout WHERE id = %s",
            [batch.pk, stranger.pk],
        )


def test_a_batch_that_is_not_what_its_seal_says_is_not_sent(bank):
    batch = make_payouts.proposed_batch([1200, 3400])
    standing.move_batch(plain, batch, "APPROVED")  # by a shell, with a digest of something else

    with pytest.raises(preparing.SealBroken, match="not what was approved"):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert Incident.objects.get().code == "seal_broken"
    assert make_payouts.statuses(batch) == ["BATCHED", "BATCHED"]
    assert not Submission.objects.exists()


def test_what_is_no_longer_what_was_sealed_goes_back_to_review_and_the_rest_goes(bank):
    batch = make_payouts.proposed_batch([1200])
    other = make_payouts.approved([3400])[0]
    standing.item(other, batch, digest="0" * 64)  # as it was: not as it is
    standing.move(plain, other, "BATCHED", batch_id=batch.pk)
    Batch.objects.filter(pk=batch.pk).update(item_count=2, total_minor=4600)
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["SUBMITTED", "PENDING_REVIEW"]
    assert reasons(batch) == ["", "It changed after its batch was approved."]
    bank.sync()
    assert bank.bank.judgement()["sums"] == {"EUR": 1200}


@BOTH_SHAPES
def test_bank_details_that_do_not_open_keep_nobody_else_from_being_paid(bank, country):
    batch = make_payouts.approved_batch([1200, 3400, 560], country=country)
    lock_away(make_payouts.payouts_of(batch)[1:2])

    submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED", "SUBMITTED"]
    assert "do not open" in Hold.objects.get().note
    assert not Incident.objects.exists()


def test_when_no_bank_details_open_it_is_the_keys_and_the_batch_waits(bank):
    batch = make_payouts.approved_batch([1200, 3400], country="US")
    lock_away(make_payouts.payouts_of(batch))

    with pytest.raises(vault.Unreadable):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["BATCHED", "BATCHED"]
    assert Incident.objects.get().code == "cannot_prepare"


@BOTH_SHAPES
def test_a_payout_that_cannot_become_bytes_keeps_nobody_else_from_being_paid(bank, picky, country):
    batch = make_payouts.submitted([1200, 3400, 560], country=country, holders=["Ada", "Picky", "Grace"])

    assert make_payouts.statuses(batch) == ["SUBMITTED", "APPROVED", "SUBMITTED"]
    assert "no Picky here" in Hold.objects.get().note
    bank.sync()
    assert bank.bank.judgement()["count"] == 2


@BOTH_SHAPES
def test_when_nothing_can_become_bytes_nobody_is_held_and_the_batch_waits(bank, picky, country):
    batch = make_payouts.approved_batch([1200, 3400], country=country, holders=["Picky", "Picky"])

    with pytest.raises(preparing.CannotRender, match="no Picky here"):
        submission.submit(batch_id=batch.pk, now=NOW)

    assert make_payouts.statuses(batch) == ["BATCHED", "BATCHED"]
    assert not Hold.objects.exists()
    assert Incident.objects.get().code == "cannot_render"


def test_a_missed_cut_off_says_what_was_approved_by_whom_and_what_is_asked_now():
    batch = make_payouts.approved_batch([1200])
    was = (batch.cut_off_at, batch.value_date, batch.approved_by_id, batch.approved_at)

    submission.submit(batch_id=batch.pk, now=batch.cut_off_at)

    batch.refresh_from_db()
    miss = MissedCutOff.objects.get(batch=batch)
    assert (miss.cut_off_at, miss.value_date, miss.approved_by_id, miss.approved_at) == was
    assert miss.moved_to == batch.value_date > was[1]
    assert (batch.status, batch.digest) == (BatchStatus.PROPOSED, "")


def test_after_a_missed_cut_off_another_approval_sends_it_for_the_next_value_date(bank):
    batch = make_payouts.approved_batch([1200])
    late = batch.cut_off_at + timedelta(minutes=1)
    submission.submit(batch_id=batch.pk, now=late)
    batch.refresh_from_db()
    proposer = dataclasses.replace(make.person("treasurer"), user_id=batch.proposed_by_id)
    with pytest.raises((batching.OwnBatch, NotAllowed)):
        batching.approve(batch_id=batch.pk, actor=proposer, now=late)

    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=late)
    submission.submit(batch_id=batch.pk, now=late)

    assert make_payouts.statuses(batch) == ["SUBMITTED"]


def test_what_still_waits_when_the_cut_off_passes_half_way_leaves_the_batch(bank, monkeypatch):
    few = dataclasses.replace(Sandbox.capabilities, chunk_size=2)
    monkeypatch.setattr(Sandbox, "capabilities", few)
    batch = make_payouts.approved_batch([100, 200, 300, 400, 500], country="US")
    preparing.prepare(batch_id=batch.pk, now=NOW)

    submission.submit(batch_id=batch.pk, now=batch.cut_off_at)

    assert make_payouts.statuses(batch) == ["SUBMITTED"] * 2 + ["APPROVED"] * 3
    assert reasons(batch)[2:] == [preparing.TOO_LATE] * 3
    assert Submission.objects.count() == 2
