"""Two people, or two workers, at the same moment, on real PostgreSQL: one decides, the other is told."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections, transaction

from payouts.models import AccountVersion, Approval, Hold, Payout, Review
from payouts.operations import _locks, accounts, approval, batching, creation, givebacks, holds, review
from sellers.ledger.models import Entry
from sellers.models import Seller
from tests import make, make_accounts
from tests.races.crew import SECONDS, together

pytestmark = pytest.mark.django_db(transaction=True)


def due(count: int) -> None:
    for _ in range(count):
        account = make.ledger_account()
        make.earning(account, amount_minor=10_000)
        make_accounts.payable(account.seller)


def made(count: int) -> list[int]:
    due(count)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return list(Payout.objects.values_list("pk", flat=True))


def test_two_runs_at_once_pay_each_balance_once():
    due(40)
    actor = make.person("analyst")
    runs = together(
        *(lambda k=k: creation.run(until=None, key=f"rival-{k}", actor=actor, now=make.NOW) for k in range(3))
    )
    assert sum(run.payout_count for run in runs) == 40 == Payout.objects.count()
    assert sum(Entry.objects.filter(book="reserved").values_list("amount_minor", flat=True)) == -400_000


def test_two_runs_under_the_same_key_are_one():
    due(3)
    actor = make.person("analyst")
    runs = together(
        *(lambda: creation.run(until=None, key="same", actor=actor, now=make.NOW) for _ in range(3))
    )
    assert len({run.pk for run in runs}) == 1
    assert Payout.objects.count() == 3


def test_two_approvers_on_the_same_payouts_fill_each_seat_once():
    ids = made(60)
    review.review(payout_ids=ids, actor=make.person("analyst"), now=make.NOW)
    approvers = [make.person("approver") for _ in range(3)]
    outcomes = together(
        *(lambda a=a: approval.approve(payout_ids=ids, actor=a, now=make.NOW) for a in approvers)
    )
    assert sum(len(outcome.moved) for outcome in outcomes) == 60
    assert sum(len(outcome.refused) for outcome in outcomes) == 120
    assert Approval.objects.count() == 60


def test_two_reviewers_write_one_review():
    ids = made(30)
    people = [make.person("analyst") for _ in range(2)]
    together(*(lambda a=a: review.review(payout_ids=ids, actor=a, now=make.NOW) for a in people))
    assert Review.objects.count() == 30


def test_a_hold_and_an_approval_never_both_pass():
    ids = made(20)
    review.review(payout_ids=ids, actor=make.person("analyst"), now=make.NOW)
    approver, holder = make.person("approver"), make.person("compliance")
    together(
        lambda: approval.approve(payout_ids=ids, actor=approver, now=make.NOW),
        lambda: [
            holds.hold(payout_ids=[pk], actor=holder, reason="other", note="Wait", now=make.NOW) for pk in ids
        ],
    )
    held_first = Hold.objects.filter(payout__status="REVIEWED").count()
    approved_first = Payout.objects.filter(status="APPROVED").count()
    assert held_first + approved_first == 20 == Hold.objects.count()
    # A hold placed after the approval stops the batch instead.
    outcome = batching.preview(payout_ids=ids, actor=make.person("treasurer"))
    assert outcome.allowed == ()


def test_a_seller_hold_and_an_approval_never_cross():
    ids = made(12)
    review.review(payout_ids=ids, actor=make.person("analyst"), now=make.NOW)
    sellers = list(Payout.objects.order_by("-seller_id").values_list("seller_id", flat=True))
    approver, holder = make.person("approver"), make.person("compliance")
    answers = together(
        lambda: approval.approve(payout_ids=ids, actor=approver, now=make.NOW),
        lambda: [
            holds.hold_seller(seller_id=pk, actor=holder, reason="compliance", note="Case", now=make.NOW)
            for pk in sellers
        ],
    )
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    moved = set(answers[0].moved)
    for refusal in answers[0].refused:
        assert refusal.code == "held"
    assert len(moved) + len(answers[0].refused) == 12


def paused(moments: tuple[threading.Event, threading.Event], deed: Callable[..., Any]) -> Callable[..., Any]:
    """The deed, which says that it has begun and waits to be let go on."""
    reached, go_on = moments

    def stopping(*args: Any, **kwargs: Any) -> Any:
        reached.set()
        go_on.wait(SECONDS)
        return deed(*args, **kwargs)

    return stopping


def waits(app_connection, number: int = 1) -> None:
    """Returns when that many others wait for a lock."""
    for _ in range(SECONDS * 20):
        count = app_connection.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype IN ('transactionid', 'tuple')"
        ).fetchone()[0]
        app_connection.rollback()
        if count >= number:
            return
        time.sleep(0.05)
    raise AssertionError("nobody waits")


def test_a_run_and_an_account_request_wait_for_each_other_and_never_deadlock(app_connection, monkeypatch):
    """The request has the seller and wants the ledger account; the run has that, and at commit looks at the seller."""
    due(1)
    seller = Seller.objects.get()
    begun = (threading.Event(), threading.Event())
    monkeypatch.setattr(accounts.account_rows, "write", paused(begun, accounts.account_rows.write))
    analyst, requester = make.person("analyst"), make.person("analyst")

    def ask() -> AccountVersion:
        return accounts.request(
            seller_id=seller.pk, currency="EUR", fields={"iban": "FR14 2004 1010 0505 0001 3M02 606"},
            holder_name=seller.name, country="FR", actor=requester, now=make.NOW,
        )  # fmt: skip

    def run() -> object:
        begun[0].wait(SECONDS)  # the request has the seller
        with transaction.atomic():
            made = creation.run(until=None, key="rival", actor=analyst, now=make.NOW)
            begun[1].set()  # the run has the ledger account: now the request wants it
            waits(app_connection)
        return made  # the commit looked at the seller

    answers = together(ask, run)
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    assert Hold.objects.get().payout == Payout.objects.get()


def test_a_run_and_a_rejected_account_leave_no_hold_open(app_connection):
    """The run holds its new payout for the change; the rejection, decided meanwhile, sees and releases that hold."""
    due(1)
    seller = Seller.objects.get()
    wish = {"iban": "FR14 2004 1010 0505 0001 3M02 606"}
    version = accounts.request(
        seller_id=seller.pk, currency="EUR", fields=wish, holder_name=seller.name, country="FR",
        actor=make.person("analyst"), now=make.NOW,
    )  # fmt: skip
    analyst, officer, begun = make.person("analyst"), make.person("compliance"), threading.Event()

    def run() -> object:
        with transaction.atomic():
            made = creation.run(until=None, key="rival", actor=analyst, now=make.NOW)
            begun.set()
            waits(app_connection)  # the rejection wants what the run has
        return made

    def reject() -> object:
        begun.wait(SECONDS)
        return accounts.decide(
            version_id=version.pk, verified=False, actor=officer, note="Not theirs.", now=make.NOW
        )

    answers = together(run, reject)
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    assert Hold.objects.get().released_at is not None


def test_a_roll_and_whoever_settles_the_payout_lock_in_the_same_order(app_connection, monkeypatch):
    """Whoever posts about a payout takes its ledger account first, and so does whoever rolls or reissues it."""
    (payout_id,) = made(1)
    approver = make.person("approver")
    givebacks.cancel(payout_ids=[payout_id], actor=approver, reason="x", now=make.NOW)
    disposer = make.person(permissions=["payouts.dispose_payout"])
    begun = (threading.Event(), threading.Event())
    monkeypatch.setattr(givebacks, "give_back_of", paused(begun, givebacks.give_back_of))
    account_id = Payout.objects.get().account_id

    def settle() -> object:
        begun[0].wait(SECONDS)  # the roll has the payout
        with transaction.atomic(), connections["default"].cursor() as cursor:
            threading.Timer(0.5, begun[1].set).start()
            cursor.execute("SELECT 1 FROM ledger_account WHERE id = %s FOR KEY SHARE", [account_id])
            return _locks.payouts([payout_id])

    answers = together(lambda: givebacks.roll(payout_id=payout_id, actor=disposer, now=make.NOW), settle)
    assert not any(isinstance(answer, Exception) for answer in answers), answers


def test_a_run_of_all_countries_locks_accounts_in_id_order_across_them(app_connection):
    """Whoever has a low account of one country and wants a high one of another waits for the run, or it for them."""
    accounts_of = []
    for country in ("FR", "DE"):  # the run takes countries by code: the low id is in the later one
        account = make.ledger_account(make.seller(country=country))
        make.earning(account, amount_minor=10_000)
        make_accounts.payable(account.seller)
        accounts_of.append(account.pk)
    low, high = accounts_of
    analyst = make.person("analyst")
    lock = "SELECT 1 FROM ledger_account WHERE id = %s FOR UPDATE"

    def run() -> object:
        return creation.run(until=None, key="all", actor=analyst, now=make.NOW)

    def other() -> object:
        with connections["default"].cursor() as cursor, transaction.atomic():
            cursor.execute(lock, [low])
            begun.set()
            waits(app_connection)
            cursor.execute(lock, [high])
        return None

    begun = threading.Event()
    answers = together(lambda: begun.wait(SECONDS) and run(), other)
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    assert Payout.objects.count() == 2
