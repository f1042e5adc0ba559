"""Money that comes back after it was paid, up to 180 days later, told by events and statements in any order and twice.

The ledger is reversed once, and paying again is a new payout that needs its own review and approval.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from payouts.models import Attempt, Hold, Incident, Payout, RailSwitch, StatementLine
from payouts.operations import (
    approval,
    batching,
    collecting,
    givebacks,
    holds,
    reconciliation,
    review,
    settlement,
)
from payouts.queries import invariants
from payouts.rails import base
from sellers.ledger.models import Book, Transaction
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import camt
from tests.payouts.operations.test_reconciliation import line, sent, statement, sum_of
from tests.payouts.operations.test_settlement import books, tell

pytestmark = pytest.mark.django_db
SENT, BACK, OPENING = 10_000, 9_500, 100_000
Tell = Callable[[datetime], object]


def words(attempt: Attempt) -> dict[str, Tell]:
    """Everything the bank says about a payment that was paid and came back less charges: three messages, two days."""
    named = {"end_to_end_id": attempt.end_to_end_id}
    days = {
        "debit": statement(line(-SENT, **named, reference="D1"), day=0),
        "return": statement(
            line(BACK, **named, return_reason="AC06", reference="R1"), day=1, opening=OPENING - SENT
        ),
    }

    def report(kind: base.ReportKind) -> Tell:
        said = base.Report(kind=kind, source_id=f"event {kind}", code="", **named)
        return lambda now: settlement.apply(reports=[said], rail="sepa", now=now)

    def read(body: bytes) -> Tell:
        def told(now: datetime) -> None:
            camt.read(body=body, rail="sepa", name="s", now=now)
            reconciliation.match_open_lines(now=now)

        return told

    return {
        "accepted": report(base.ReportKind.ACCEPTED),
        "paid": report(base.ReportKind.PAID),
        "returned": report(base.ReportKind.RETURNED),
        **{name: read(body) for name, body in days.items()},
    }


WORDS = ("accepted", "paid", "returned", "debit", "return")
ANY_ORDER = st.tuples(
    st.lists(st.sampled_from(WORDS), max_size=4).flatmap(lambda more: st.permutations([*WORDS, *more])),
    st.lists(st.integers(0, 180), min_size=9, max_size=9).map(sorted),
    st.booleans(),
)


def test_in_whatever_order_and_however_often_it_is_told_the_ledger_is_reversed_once(bank):
    (attempt,) = sent(SENT)
    payout = attempt.payout
    said = words(attempt)
    analyst = make.person("analyst")

    def holds_after(order, days, reissued) -> None:
        new = None
        for word, day in zip(order, days, strict=False):
            now = NOW + timedelta(days=day)
            said[word](now)
            payout.refresh_from_db()
            if reissued and new is None and payout.status == "RETURNED":
                new = givebacks.reissue(payout_id=payout.pk, actor=analyst, now=now)
        attempt.refresh_from_db()
        assert (payout.status, attempt.gave_back) == ("RETURNED", True)
        assert books(payout) == {}
        assert Transaction.objects.filter(kind="given_back").count() == 1
        assert (sum_of(Book.CASH), sum_of(Book.BANK_CHARGES)) == (OPENING - SENT + BACK, SENT - BACK)
        assert (sum_of(Book.IN_TRANSIT), sum_of(Book.SUSPENSE)) == (0, -OPENING)
        assert not StatementLine.objects.filter(matched_at=None).exists()
        assert not Incident.objects.filter(closed_at=None).exists()
        assert not RailSwitch.objects.exists()
        if new is not None:
            new.refresh_from_db()
            assert new.status == "PENDING_REVIEW"
            assert books(new) == {"payable": SENT, "reserved": -SENT}
        assert {one.name: ids for one, ids in invariants.run(now=NOW) if ids} == {}

    @settings(max_examples=30, deadline=None)
    @given(ANY_ORDER)
    def in_any_order(drawn) -> None:
        with transaction.atomic():
            holds_after(*drawn)
            transaction.set_rollback(True)

    in_any_order()


def test_paying_again_is_a_new_payout_that_needs_its_own_review_and_approval(bank):
    (attempt,) = sent(SENT)
    old = attempt.payout
    for word in words(attempt).values():
        word(NOW + timedelta(days=180))
    new = givebacks.reissue(payout_id=old.pk, actor=make.person("analyst"), now=NOW)
    treasurer, approver, reviewer = make.person("treasurer"), make.person("approver"), make.user("analyst")
    make.give_role(reviewer, "approver")

    def batched() -> bool:
        return bool(batching.propose(payout_ids=[new.pk], actor=treasurer, now=NOW)[0])

    assert (new.reissue_of, new.amount_minor, new.reference) != (old, SENT, old.reference)
    assert not batched()
    assert approval.approve(payout_ids=[new.pk], actor=approver, now=NOW).refused
    by_both = make.actors.person(reviewer)
    assert review.review(payout_ids=[new.pk], actor=by_both, now=NOW).moved
    assert not batched()
    assert approval.approve(
        payout_ids=[new.pk], actor=approver, now=NOW
    ).refused  # its account sent money back
    holds.release(
        hold_ids=[Hold.objects.get(payout=new).pk], actor=approver, note="It is open again.", now=NOW
    )
    assert approval.approve(payout_ids=[new.pk], actor=by_both, now=NOW).refused
    assert approval.approve(payout_ids=[new.pk], actor=approver, now=NOW).moved
    assert batched()
    assert Payout.objects.count() == 2


def test_a_return_of_the_second_payment_is_its_own(bank):
    batch = make_payouts.submitted([SENT], country="US")
    (old,) = make_payouts.payouts_of(batch)
    first = Attempt.objects.get()
    tell(base.Report(kind=base.ReportKind.RETURNED, source_id="r1", end_to_end_id=first.end_to_end_id))
    new = givebacks.reissue(payout_id=old.pk, actor=make.person("analyst"), now=NOW)
    assert review.review(payout_ids=[new.pk], actor=make.person("analyst"), now=NOW).moved
    assert approval.approve(payout_ids=[new.pk], actor=make.person("approver"), now=NOW).moved
    (again,), _ = batching.propose(payout_ids=[new.pk], actor=make.person("analyst"), now=NOW)
    batching.approve(batch_id=again.pk, actor=make.person("treasurer"), now=NOW)
    make_payouts.submission.submit(batch_id=again.pk, now=NOW)

    late = base.Report(kind=base.ReportKind.RETURNED, source_id="r2", end_to_end_id=first.end_to_end_id)
    tell(late, later=180 * 24 * 60)

    new.refresh_from_db()
    assert new.status == "SUBMITTED"
    assert Transaction.objects.filter(kind="given_back").count() == 1
    second = Attempt.objects.get(payout=new)
    tell(base.Report(kind=base.ReportKind.RETURNED, source_id="r3", end_to_end_id=second.end_to_end_id))
    new.refresh_from_db()
    assert new.status == "RETURNED"
    assert Transaction.objects.filter(kind="given_back").count() == 2


FATES = [
    "Ada",
    "Bo SIMRETURN-AC06 SIMCHARGES",
    "Cy SIMRETURN-MD07 SIMTWICE",
    "Di SIMLATE",
    "Ed SIMFAIL-AC04",
    "Fay SIMREJECT-AC01",
]


@pytest.mark.parametrize(("country", "undelivered"), [("FR", "RETURNED"), ("US", "FAILED")])
def test_days_at_the_bank_one_missing_one_twice_leave_cash_as_the_bank_says(bank, country, undelivered):
    """Five days of the simulated bank, collected day by day, with everything a statement may be asked to hold."""
    rail = make_payouts.countries.get(country).rail
    funding = make_payouts.funding(country)

    def day_passes() -> list[str]:
        """What of the chain of statements is open afterwards."""
        bank.advance(86_400)
        collecting.collect(rail=rail, now=NOW)
        return list(Incident.objects.filter(closed_at=None).values_list("code", flat=True))

    make_payouts.submitted([500], country=country)
    assert day_passes() == []
    batch = make_payouts.submitted([1000 * n for n in range(1, 7)], country=country, holders=FATES)
    collecting.collect(rail=rail, now=NOW)
    assert day_passes() == []  # nobody can know yet that the statement of this day is missing
    bank.bank.move(
        channel="file" if rail == "sepa" else "call",
        account=funding.identifier,
        currency=funding.currency,
        amount_minor=-42,
        text="Direct debit",
    )
    assert day_passes() == ["statement_chain"]
    assert day_passes() == []

    assert make_payouts.statuses(batch) == ["PAID", "RETURNED", "RETURNED", "PAID", undelivered, "APPROVED"]
    assert list(StatementLine.objects.filter(matched_at=None).values_list("amount_minor", flat=True)) == [-42]
    (account,) = bank.bank.books.accounts.values()
    assert sum_of(Book.CASH, funding_code=funding.code) == account.opening_minor
    assert (sum_of(Book.BANK_CHARGES), sum_of(Book.IN_TRANSIT)) == (100, 0)
    assert Transaction.objects.filter(kind="given_back").count() == 4
