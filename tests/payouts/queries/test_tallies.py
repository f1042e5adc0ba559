"""What pages count and add up without reading payouts: right after every move, for every reader, at any moment."""

import threading

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from payouts.models import Disposal, Payout, Review, Tally
from payouts.operations import approval, givebacks, holds, review, tallying
from payouts.queries import filters, invariants, tallies, waiting, worklist
from payouts.states import PayoutStatus
from sellers.ledger.money import Money
from tests import make
from tests.payouts import quick, standing

NAMES = ("tallies_are_the_payouts", "undisposed_are_the_dead", "undecided_are_without_a_decision")


def wrong() -> dict[str, list[str]]:
    return {one.name: ids for one, ids in invariants.run(now=make.NOW) if one.name in NAMES and ids}


def stands(**where: list[str]) -> tuple[int, list[Money]]:
    found = tallies.of(where=where)
    assert found.exact
    return found.count, found.sums


@pytest.mark.django_db
def test_every_move_is_counted_with_its_money_and_folding_changes_no_number():
    standing.payout("PAID")
    for status in ("RETURNED", "CANCELLED", "BATCHED"):
        standing.payout(status)
    gb = make.seller(country="GB")
    quick.payout(seller=gb, currency="GBP", amount_minor=700)
    assert wrong() == {}
    before = {status: stands(status=[status]) for status in PayoutStatus}
    assert before["PAID"] == (1, [Money(10_000, "EUR")])
    assert stands(status=["PENDING_REVIEW"], country=["GB"]) == (1, [Money(700, "GBP")])
    assert stands() == (5, [Money(40_000, "EUR"), Money(700, "GBP")])
    assert Tally.objects.count() > 5

    tallying.fold()

    assert Tally.objects.count() == 5
    assert {status: stands(status=[status]) for status in PayoutStatus} == before
    assert wrong() == {}


@pytest.mark.django_db
def test_a_move_that_is_refused_or_undone_counts_nothing():
    made = quick.payout()
    with pytest.raises(ZeroDivisionError), transaction.atomic():  # noqa: PT012 - the block is what is undone
        review.review(payout_ids=[made.pk], actor=make.person("analyst"), now=make.NOW)
        assert stands(status=["REVIEWED"])[0] == 1  # its own transaction sees it at once
        raise ZeroDivisionError
    with pytest.raises(IntegrityError), transaction.atomic():
        Payout.objects.filter(pk=made.pk).update(status="PAID")
    assert (stands(status=["REVIEWED"])[0], stands(status=["PENDING_REVIEW"])[0]) == (0, 1)
    assert wrong() == {}


@pytest.mark.django_db(transaction=True)
def test_two_who_approve_and_one_who_folds_at_once_lose_nothing_and_wait_for_nobody():
    ids = [quick.reviewed().pk for _ in range(4)]
    approver = make.person("approver")
    both = threading.Barrier(2, timeout=30)

    def approve(chosen: list[int]) -> None:
        try:
            with transaction.atomic():
                approval.approve(payout_ids=chosen, actor=approver, now=make.NOW)
                both.wait()  # both have counted, neither has committed: nobody holds a row the other needs
                tallying.fold()
        finally:
            connection.close()

    threads = [threading.Thread(target=approve, args=(part,)) for part in (ids[:2], ids[2:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert stands(status=["APPROVED"])[0] == 4
    assert wrong() == {}


@pytest.mark.django_db
def test_the_dead_wait_until_their_money_is_reissued_or_rolled():
    failed, returned = standing.payout("FAILED"), standing.payout("RETURNED")
    assert set(waiting.undisposed()) == {failed, returned}
    assert waiting.failed(cap=10) == 2
    standing.given_back(failed)
    givebacks.roll(payout_id=failed.pk, actor=make.person("analyst"), now=make.NOW)
    assert Disposal.objects.count() == 1
    assert list(waiting.undisposed()) == [returned]
    assert wrong() == {}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", [
    "INSERT INTO payouts_tally (status, currency, country, count, total_minor) VALUES ('PAID', 'EUR', 'FR', 1, 1)",
    "UPDATE payouts_tally SET count = 0", "DELETE FROM payouts_tally", "TRUNCATE payouts_tally",
    "DELETE FROM payouts_undisposed", "INSERT INTO payouts_undisposed VALUES (1)", "TRUNCATE payouts_undisposed",
        "DELETE FROM payouts_undecided", "INSERT INTO payouts_undecided VALUES (1)",
])  # fmt: skip
def test_the_program_itself_may_not_write_what_is_counted(statement, raw_sql):
    with pytest.raises(ProgrammingError, match="permission denied"):
        raw_sql(statement)


@pytest.mark.django_db
def test_the_totals_of_a_list_are_exact_however_many_where_the_tallies_answer(monkeypatch):
    monkeypatch.setattr(worklist, "TOTALS_CAP", 1)
    first = quick.payout(amount_minor=100)
    quick.payout(amount_minor=200)
    quick.reviewed(amount_minor=400)
    holds.hold(payout_ids=[first.pk], reason="other", note="x", actor=make.person("analyst"), now=make.NOW)

    def asked(query: str) -> tuple[int, int, bool]:
        found = worklist.totals_of(filters.read(query))
        return found.count, sum(money.minor for money in found.sums), found.exact

    assert asked("") == (3, 700, True)
    assert asked("status=PENDING_REVIEW") == (2, 300, True)
    assert asked("status=PENDING_REVIEW&on_hold=false&country=FR") == (1, 200, True)
    assert asked("currency=GBP") == (0, 0, True)
    assert asked("amount_min=1")[2] is False
    assert asked("on_hold=true") == (1, 100, True)


@pytest.mark.django_db
def test_what_is_held_and_what_is_a_persons_own_are_both_left_out_of_the_tallies(monkeypatch):
    monkeypatch.setattr(worklist, "TOTALS_CAP", 1)
    payouts = [quick.reviewed(amount_minor=minor) for minor in (100, 200, 400, 800)]
    reviewer = Review.objects.get(payout=payouts[0]).reviewer
    stopped = [payouts[0].pk, payouts[1].pk]  # the first is held, and the reviewer's own: it is left out once
    holds.hold(payout_ids=stopped, reason="other", note="x", actor=make.person("compliance"), now=make.NOW)
    query = f"status=REVIEWED&on_hold=false&waits_for={reviewer.username}"
    chosen = filters.read(query)
    found = worklist.totals_of(chosen)
    assert found.exact
    assert (found.count, sum(money.minor for money in found.sums)) == (
        chosen.qs.count(), sum(chosen.qs.values_list("amount_minor", flat=True)),
    )  # fmt: skip
    assert worklist.by_country_of(chosen) == {"FR": found.count}
    assert 0 < found.count < 4


@pytest.mark.django_db
def test_a_list_of_some_payouts_is_not_told_by_the_tallies_of_all():
    quick.payout(amount_minor=100)
    quick.payout(amount_minor=200)
    chosen = filters.read("", queryset=Payout.objects.filter(amount_minor=200))
    assert worklist.totals_of(chosen).sums == [Money(200, "EUR")] and worklist.by_country_of(chosen) == {"FR": 1}
