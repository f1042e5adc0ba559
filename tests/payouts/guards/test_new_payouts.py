"""What the database demands of every new payout, also when raw SQL writes it."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from payouts.models import Disposal, Payout
from sellers.ledger.models import Book
from sellers.ledger.operations import posting
from tests import make, make_accounts
from tests.payouts import standing
from tests.payouts.standing import plain

pytestmark = pytest.mark.django_db

DUE = date(2026, 11, 20)
INSERT = """
INSERT INTO payouts_payout (account_id, seller_id, currency, country, amount_minor, span, reissue_of_id,
  payout_account_id, status, status_at, round, created_at)
VALUES (%(account)s, %(seller)s, %(currency)s, 'FR', %(amount)s, %(span)s::daterange, %(reissue)s, %(version)s,
  %(status)s, now(), %(round)s, now())
"""


@pytest.fixture
def owed():
    """An account with 100.00 due and where to pay it; the values of the payout that would be right."""
    account = make.ledger_account()
    version = make_accounts.payable(account.seller)
    make.earning(account, amount_minor=10_000, due_date=DUE)
    return {
        "account": account.pk, "seller": account.seller_id, "currency": "EUR", "amount": 10_000,
        "span": "(,2026-11-21)", "reissue": None, "version": version.pk, "status": "PENDING_REVIEW", "round": 1,
    }  # fmt: skip


def test_a_payout_of_exactly_what_is_due_is_accepted(owed, raw_sql):
    raw_sql(INSERT, owed)
    made = Payout.objects.get(account=owed["account"])
    assert made.account.covered_through == DUE


@pytest.mark.parametrize("amount", [9_999, 10_001])
def test_a_payout_of_another_amount_than_its_lines_is_refused(owed, raw_sql, amount):
    with pytest.raises(IntegrityError, match="a payout is the sum of its lines"):
        raw_sql(INSERT, owed | {"amount": amount})


def test_a_payout_of_nothing_is_refused(owed, raw_sql):
    with pytest.raises(IntegrityError, match="payout_amount_positive"):
        raw_sql(INSERT, owed | {"amount": 0})


def test_a_span_that_leaves_out_what_came_before_is_refused(owed, raw_sql):
    with pytest.raises(IntegrityError, match="a span starts the day after the last one ended"):
        raw_sql(INSERT, owed | {"span": "[2026-11-20,2026-11-21)"})


@pytest.mark.parametrize("span", ["[2026-11-22,2026-11-24)", "[2026-11-20,2026-11-24)", "(,2026-11-24)"])
def test_a_span_with_a_gap_or_an_overlap_to_the_last_one_is_refused(owed, raw_sql, span):
    raw_sql(INSERT, owed)
    make.earning(
        make.ledger_account(Payout.objects.get().seller), amount_minor=10_000, due_date=date(2026, 11, 23)
    )
    with pytest.raises(IntegrityError, match=r"starts the day after|payout_spans_never_overlap"):
        raw_sql(INSERT, owed | {"span": span})
    raw_sql(INSERT, owed | {"span": "[2026-11-21,2026-11-24)"})


def test_a_span_without_an_end_is_refused(owed, raw_sql):
    with pytest.raises(IntegrityError, match="a span starts the day after"):
        raw_sql(INSERT, owed | {"span": "(,)"})


def test_no_day_is_covered_before_it_has_come_somewhere(owed, raw_sql):
    with pytest.raises(IntegrityError, match="a span ends on a day that has come"):
        raw_sql(INSERT, owed | {"span": "(,2999-01-01)"})


def test_the_span_of_a_dead_payout_stays_taken(owed, raw_sql):
    raw_sql(INSERT, owed)
    made = Payout.objects.get()
    standing.move(raw_sql, made, "CANCELLED")
    with pytest.raises(IntegrityError, match=r"starts the day after|payout_spans_never_overlap"):
        raw_sql(INSERT, owed)


@pytest.mark.parametrize("changes", [{"status": "APPROVED"}, {"status": "PAID"}, {"round": 2}])
def test_a_payout_that_does_not_begin_in_review_is_refused(owed, raw_sql, changes):
    with pytest.raises(IntegrityError, match=r"a payout begins in review|payout_batched_has_batch"):
        raw_sql(INSERT, owed | changes)


def test_a_payout_to_another_seller_s_bank_account_is_refused(owed, raw_sql):
    other = make_accounts.payable(make.seller())
    with pytest.raises(IntegrityError, match="bank account in effect of its own seller and currency"):
        raw_sql(INSERT, owed | {"version": other.pk})


def test_a_payout_to_a_version_that_is_not_in_effect_is_refused(owed, raw_sql):
    old = owed["version"]
    make_accounts.payable(Payout(seller_id=owed["seller"]).seller)
    with pytest.raises(IntegrityError, match="bank account in effect"):
        raw_sql(INSERT, owed | {"version": old})


@pytest.mark.parametrize("changes", [{"seller": True}, {"currency": "USD"}])
def test_seller_and_currency_are_those_of_the_account(owed, raw_sql, changes):
    wrong = owed | ({"seller": make.seller().pk} if "seller" in changes else changes)
    with pytest.raises(IntegrityError, match=r"bank account in effect|payout_account_is_the_sellers"):
        raw_sql(INSERT, wrong)


def test_only_a_dead_payout_is_reissued_once_to_the_same_seller_for_the_same_amount(owed, raw_sql):
    raw_sql(INSERT, owed)
    first = Payout.objects.get()
    again = owed | {"span": None, "reissue": first.pk}
    with pytest.raises(IntegrityError, match="only a dead payout is reissued"):
        raw_sql(INSERT, again)
    standing.move(raw_sql, first, "CANCELLED")
    with pytest.raises(IntegrityError, match="only money that was given back"):
        raw_sql(INSERT, again)
    standing.given_back(first)
    with pytest.raises(IntegrityError, match="only a dead payout is reissued"):
        raw_sql(INSERT, again | {"amount": 9_999})
    plain(INSERT, again)
    second = Payout.objects.get(reissue_of=first)
    disposal(first, new_payout=second)
    with pytest.raises(IntegrityError, match="reissue_of"):
        raw_sql(INSERT, again)


def disposal(dead, **values):
    return Disposal.objects.create(payout=dead, decided_by=make.user(), decided_at=make.NOW, **values)


ROLL = """
INSERT INTO ledger_earning (transaction_id, account_id, source, external_id, kind, amount_minor, order_ref,
  description, occurred_date, requested_due_date, due_date)
VALUES (%s, %s, 'payouts', %s, %s, %s, '', '', '2026-11-24', '2026-11-24', '2026-11-24')
RETURNING id
"""


@pytest.fixture
def dead(owed, raw_sql):
    """A cancelled payout whose money was given back."""
    raw_sql(INSERT, owed)
    made = Payout.objects.get()
    standing.move(raw_sql, made, "CANCELLED")
    return made


def roll(dead):
    return [standing.given_back(dead).pk, dead.account_id, str(dead.reference), "rolled", dead.amount_minor]


def test_no_money_is_paid_again_or_due_again_without_its_disposal(dead, owed, raw_sql):
    rolled = roll(dead)
    with pytest.raises(IntegrityError, match="a reissue that no disposal of"):
        raw_sql(INSERT, owed | {"span": None, "reissue": dead.pk})
    with pytest.raises(IntegrityError, match="rolls what no disposal of a dead payout decided"):
        raw_sql(ROLL, rolled)


def test_money_that_was_rolled_is_not_reissued_too(dead, owed, raw_sql):
    ((earning_id,),) = plain(ROLL, roll(dead))
    disposal(dead, earning_id=earning_id)
    raw_sql("SELECT 1")
    with pytest.raises(IntegrityError, match="a reissue that no disposal of"):
        raw_sql(INSERT, owed | {"span": None, "reissue": dead.pk})


def test_a_disposal_of_one_payout_rolls_no_other_money(dead):
    other = posting.transfer(
        key="made up", kind="cancelled", debit=Book.RESERVED, credit=Book.PAYABLE, account=dead.account,
        amount_minor=dead.amount_minor, payout_ref=str(dead.reference),
    )  # fmt: skip
    fake = posting.post(postings=[other], now=make.NOW)["made up"]
    values = [fake, *roll(dead)[1:]]
    with pytest.raises(IntegrityError, match="rolls what no disposal"), transaction.atomic():  # noqa: PT012
        ((earning_id,),) = plain(ROLL, values)
        disposal(dead, earning_id=earning_id)
        plain("SET CONSTRAINTS ALL IMMEDIATE")


@pytest.mark.parametrize("given", ["a payout that lives", "another's reissue", "another earning"])
def test_a_disposal_gives_the_money_of_a_dead_payout_to_its_own_successor(given, dead, raw_sql):
    payout, values = dead, {"new_payout_id": standing.payout().pk, "earning_id": None}
    if given == "a payout that lives":
        payout = standing.payout("PAID")
    elif given == "another earning":
        values = {"new_payout_id": None, "earning_id": make.earning(dead.account, due_date=make.TODAY).pk}
    with pytest.raises(IntegrityError, match=r"gives the money of payout .* to something else"):
        raw_sql(
            "INSERT INTO payouts_disposal (payout_id, new_payout_id, earning_id, decided_by_id, decided_at)"
            " VALUES (%s, %s, %s, %s, now())",
            [payout.pk, values["new_payout_id"], values["earning_id"], make.user().pk],
        )


@pytest.mark.parametrize(("kind", "amount"), [("adjustment", -500), ("adjustment", 500), ("write_off", 500)])
def test_no_adjustment_stands_in_the_ledger_that_nobody_granted(kind, amount, raw_sql):
    account = make.ledger_account()
    posted = posting.post(
        postings=[
            posting.Posting(
                key=f"by hand {kind} {amount}", kind=kind, legs=(
                    posting.Leg(Book.PAYABLE, -amount, "EUR", account.pk),
                    posting.Leg(Book.ADJUSTMENTS, amount, "EUR"),
                ),
            )
        ],
        now=make.NOW,
    )  # fmt: skip
    with pytest.raises(IntegrityError, match="was granted by nobody"):
        raw_sql(ROLL, [*posted.values(), account.pk, "A1", kind, amount])


def test_days_are_taken_by_payouts_only(owed, raw_sql):
    taken = "UPDATE ledger_account SET covered_through = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match=r"no payout of account .* ends on 2026-11-20"):
        raw_sql(taken, [DUE, owed["account"]])
    raw_sql(INSERT, owed)
    with pytest.raises(IntegrityError, match=r"no payout of account .* ends on 2027-01-01"):
        raw_sql(taken, [date(2027, 1, 1), owed["account"]])


def test_a_payout_covers_a_span_or_reissues_never_both_and_never_neither(owed, raw_sql):
    with pytest.raises(IntegrityError, match="payout_span_or_reissue"):
        raw_sql(INSERT, owed | {"span": None})
