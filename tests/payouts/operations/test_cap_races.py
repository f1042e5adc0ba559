"""Caps under concurrency, on committed data: of two that fit alone and not together, one passes."""

import time
from datetime import timedelta

import pytest
from django.db import IntegrityError

from payouts.models import CapUse, Payout
from payouts.operations import approval, batching, caps, creation, review, submission
from payouts.queries import caps as asked
from payouts.states import PayoutStatus
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts.caps import cap
from tests.races.crew import SECONDS, together

pytestmark = pytest.mark.django_db(transaction=True)


def submit(batch):
    return lambda: submission.submit(batch_id=batch.pk, now=NOW)


def sent() -> int:
    return Payout.objects.filter(status=PayoutStatus.SUBMITTED).count()


@pytest.mark.parametrize("country", ["FR", "US"])
def test_of_batches_that_fit_the_day_only_alone_one_leaves(bank, country):
    batches = [make_payouts.approved_batch([3000 + n], country=country) for n in range(4)]
    cap("funding_day", 5000, currency=batches[0].currency)

    results = together(*[submit(batch) for batch in batches])

    assert results == [None] * 4
    assert sent() == 1
    bank.sync()
    assert bank.bank.judgement()["count"] == 1


@pytest.mark.parametrize("kind", ["funding_day", "seller_day"])
def test_postgresql_lets_one_pass_even_if_nobody_asks_before(bank, kind, monkeypatch):
    """What the operations do before is taken away: what is left is the trigger, and the lock on the day's row."""
    monkeypatch.setattr(asked, "fit", lambda **given: asked.Verdict())
    monkeypatch.setattr("payouts.operations._locks.funding_account", lambda account_id: None)
    for _ in range(4):
        batches = (
            _of_one_seller()
            if kind == "seller_day"
            else [make_payouts.approved_batch([3000]) for _ in range(2)]
        )
        before = sent()
        used = CapUse.objects.filter(kind="funding_day").values_list("total_minor", flat=True).first() or 0
        cap(kind, 5000 + (used if kind == "funding_day" else 0))

        results = together(*[submit(batch) for batch in batches])

        refused = [error for error in results if error is not None]
        assert len(refused) == 1 and isinstance(refused[0], IntegrityError)
        assert f"over the cap {kind}" in str(refused[0])
        assert sent() == before + 1
        cap(kind, None)
        for batch in batches:
            submission.submit(batch_id=batch.pk, now=NOW)


def _of_one_seller():
    (one,) = make_payouts.approved([3000])
    make_payouts.funding()
    account = one.account
    made = [one]
    make.earning(account, amount_minor=3000, due_date=NOW.date() + timedelta(days=1))
    creation.run(
        until=None,
        country="FR",
        key=f"run-{make.number()}",
        actor=make.person("analyst"),
        now=NOW + timedelta(days=1),
    )
    other = Payout.objects.filter(account=account).latest("pk")
    review.review(payout_ids=[other.pk], actor=make.person("analyst"), now=NOW).only()
    approval.approve(payout_ids=[other.pk], actor=make.person("approver"), now=NOW).only()
    made.append(other)
    batches = []
    for payout in made:
        (batch,), _ = batching.propose(payout_ids=[payout.pk], actor=make.person("treasurer"), now=NOW)
        batches.append(batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW))
    return batches


def test_two_batches_are_approved_at_once_and_one_does_not_fit():
    batches = [make_payouts.proposed_batch([3000]) for _ in range(2)]
    cap("funding_day", 5000)
    people = [make.person("treasurer") for _ in batches]

    results = together(
        *[
            lambda b=b, p=p: batching.approve(batch_id=b.pk, actor=p, now=NOW)
            for b, p in zip(batches, people, strict=True)
        ]
    )

    assert sorted(type(result).__name__ for result in results) == ["Batch", "OverCap"]


def test_a_cap_that_is_lowered_while_money_leaves_is_first_or_sees_it(bank):
    for _ in range(4):
        batch = make_payouts.approved_batch([3000], country="US")
        person = make.person("admin")
        cap("payout", 5000, currency="USD")

        def lower(person=person):
            return caps.ask(
                kind="payout", currency="USD", limit_minor=2000, reason="Drill.", actor=person, now=NOW
            )

        lowered, out = together(lower, submit(batch))

        assert (lowered.granted, out) == (True, None)
        (status,) = make_payouts.statuses(batch)
        left = batch.items.filter(left_at__isnull=False).exists()
        assert (status, left) in {("SUBMITTED", False), ("APPROVED", True)}
        cap("payout", None, currency="USD")


def test_a_first_cap_that_is_set_while_money_waits_for_the_day_is_seen(bank, owner_connection, monkeypatch):
    """There is no cap yet to wait for: the trigger looks for caps once it has the day's row, not before."""
    monkeypatch.setattr(asked, "fit", lambda **given: asked.Verdict())
    one, other = _of_one_seller()
    submit(one)()
    owner_connection.execute("SELECT 1 FROM payouts_capuse FOR UPDATE")

    def limited():
        try:
            assert _waits(owner_connection)
            cap("seller_day", 2000)
        finally:
            owner_connection.rollback()

    refused, unlocked = together(submit(other), limited)

    assert unlocked is None
    assert isinstance(refused, IntegrityError) and "over the cap seller_day" in str(refused)
    assert make_payouts.statuses(other) == ["BATCHED"]


def _waits(owner) -> bool:
    """Whether somebody comes to wait for a lock, looked for as long as a deed may take."""
    for _ in range(SECONDS * 20):
        # Not from pg_stat_activity, which a transaction reads once.
        if owner.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone()[0]:
            return True
        time.sleep(0.05)
    return False


def test_a_cap_is_set_twice_at_once_and_stands_once():
    def first():
        return caps.ask(kind="payout", currency="USD", limit_minor=2000, reason="x", actor=person, now=NOW)

    person = make.person("admin")
    results = together(first, first)
    assert sorted(type(result).__name__ for result in results)[0] in ("BadCap", "CapChange")
    assert [type(result).__name__ for result in results].count("CapChange") == 1
