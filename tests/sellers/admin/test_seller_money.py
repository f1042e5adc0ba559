"""Where a seller's money is, when it comes, and which payout is meant: what support reads out on the phone."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from backoffice.audit.clock import database_now
from payouts.models import Payout
from payouts.operations import creation, holds, review
from payouts.queries import explain
from sellers.ledger.models import EarningKind
from tests import make, make_accounts

pytestmark = pytest.mark.django_db
REASON = {"reason": "documents", "note": "Ask for the invoice."}


def page(seller, role="support", **query):
    client = Client()
    client.force_login(make.user(role, is_staff=True))
    return client.get(f"/sellers/{seller.reference}/", query)


def figures(seller) -> dict[str, tuple[str, str]]:
    ((_, found),) = page(seller).context["standing"].strips
    return {term: (figure, words) for term, figure, words in found}


def run(until=None) -> None:
    creation.run(
        until=until,
        country="FR",
        key=f"run-{make.number()}",
        actor=make.person("analyst"),
        now=database_now(),
    )


@pytest.fixture
def account():
    made = make.ledger_account()
    make_accounts.payable(made.seller)
    return made


def test_every_part_of_the_balance_has_its_words_and_they_add_up(account):
    today = database_now().date()
    make.earning(account, amount_minor=100_00)
    run()
    held = Payout.objects.get()
    holds.hold(payout_ids=[held.pk], actor=make.person("analyst"), now=database_now(), **REASON)
    make.earning(account, amount_minor=30_00, due_date=today + timedelta(days=9))
    make.earning(account, amount_minor=7_00, due_date=today + timedelta(days=30), kind=EarningKind.RESERVE)
    found = figures(account.seller)
    assert found["Pending"] == ("€30.00", "not due yet")
    assert found["Held back"] == ("€107.00", "€100.00 in payouts that are stopped, €7.00 a reserve")
    assert found["Reserved"] == ("€0.00", "nothing")
    assert found["We owe in all"] == ("€137.00", "the sum of these")


def test_a_sellers_hold_keeps_back_every_payout_of_theirs(account):
    make.earning(account, amount_minor=100_00)
    run()
    assert figures(account.seller)["Reserved"] == ("€100.00", "in payouts under way")
    holds.hold_seller(seller_id=account.seller_id, actor=make.person("analyst"), now=database_now(), **REASON)
    assert figures(account.seller)["Held back"] == ("€100.00", "in payouts that are stopped")


def test_the_date_on_the_page_is_the_one_that_the_answer_names(account):
    make.earning(account, amount_minor=100_00)
    shown = page(account.seller)
    (expected,) = shown.context["coming"]
    text = shown.context["explanations"][0].text
    assert expected.on is not None
    assert text.count(f"it is paid on {explain.day(expected.on)}") == 1
    assert figures(account.seller)["Due"][1] == f"the run of {explain.day(expected.run)} takes it"
    run()
    shown = page(account.seller)
    (expected,) = shown.context["coming"]
    assert f"it is paid on {explain.day(expected.on)}" in shown.context["explanations"][0].text
    assert expected.reference == Payout.objects.get().reference


@pytest.mark.parametrize("stop", ["hold", "no account", "unverified"])
def test_what_is_stopped_has_no_date(account, stop):
    seller = account.seller
    if stop == "no account":
        account = make.ledger_account()
        seller = account.seller
    make.earning(account, amount_minor=100_00)
    if stop == "hold":
        run()
        holds.hold(
            payout_ids=[Payout.objects.get().pk], actor=make.person("analyst"), now=database_now(), **REASON
        )
    if stop == "unverified":
        type(seller).objects.filter(pk=seller.pk).update(verified_at=None)
    (expected,) = page(seller).context["coming"]
    assert expected.on is None
    assert "No date yet" in page(seller).content.decode()
    assert not figures(seller)["Due"][1].startswith("the run of")


def test_a_debt_is_said_where_payouts_are_awaited_and_what_is_pending_adds_up(account):
    today = database_now().date()
    make.earning(account, amount_minor=-7_304_82, kind=EarningKind.CHARGEBACK)
    for kind, minor, days in (
        (EarningKind.SALE, 500_00, 2),
        (EarningKind.COMMISSION, -48_73, 2),
        (EarningKind.CHARGEBACK, -2_973_61, 9),
    ):
        make.earning(account, amount_minor=minor, due_date=today + timedelta(days=days), kind=kind)
    shown = page(account.seller)
    text = shown.content.decode()
    assert "Nothing to come" not in text
    assert "nothing is paid before the debt of €7,304.82 is netted" in text
    assert "€451.27 comes due on" in shown.context["explanations"][0].text
    assert figures(account.seller)["Pending"] == (
        "−€2,522.34", "not due yet: €451.27 to be credited, −€2,973.61 to be debited",
    )  # fmt: skip


def test_what_will_only_be_debited_is_not_said_to_be_nothing(account):
    later = database_now().date() + timedelta(days=9)
    make.earning(account, amount_minor=-9_00, due_date=later, kind=EarningKind.CHARGEBACK)
    text = page(account.seller).content.decode()
    assert "nothing is pending" not in text and "Nothing to come: what is pending is debited." in text


@pytest.mark.parametrize("stop", ["no account", "unverified", "another currency"])
def test_what_is_owed_and_stopped_has_its_amount_also_before_it_is_due(stop):
    account = make.ledger_account(currency="USD" if stop == "another currency" else "EUR")
    seller = account.seller
    if stop != "no account":
        make_accounts.payable(seller)
    if stop == "unverified":
        type(seller).objects.filter(pk=seller.pk).update(verified_at=None)
    later = database_now().date() + timedelta(days=9)
    make.earning(account, amount_minor=30_00, due_date=later)
    (expected,) = page(seller).context["coming"]
    assert (expected.money.minor, expected.money.currency) == (30_00, account.currency)


def test_payouts_that_the_same_thing_stops_are_told_of_once(account):
    make.earning(account, amount_minor=100_00)
    run(until=database_now().date() - timedelta(days=1))
    make.earning(account, amount_minor=50_00)
    run()
    first, second = Payout.objects.order_by("pk")
    review.review(payout_ids=[first.pk], actor=make.person("analyst"), now=database_now())
    both = f"2 payouts of €150.00 together do not go on ({second.reference} and {first.reference}): "
    person = make.person("analyst")
    holds.hold(payout_ids=[first.pk, second.pk], actor=person, now=database_now(), **REASON)
    (told,) = page(account.seller).context["explanations"]
    assert told.text.startswith(both) and told.text.count("on hold: Documents") == 1
    client = Client()
    client.force_login(make.user("support", is_staff=True))
    answer = client.get("/why/", {"q": str(account.seller.reference)}).content.decode()
    assert answer.count(both) == 1
    assert all(f'href="/payouts/{each.reference}/"' in answer for each in (first, second))
    holds.hold(payout_ids=[first.pk], actor=person, now=database_now(), reason="other", note="n")
    assert len(page(account.seller).context["explanations"]) == 2  # no longer alike


def test_payouts_under_way_and_what_the_next_run_takes_are_both_expected(account):
    make.earning(account, amount_minor=100_00)
    run()
    make.earning(account, amount_minor=50_00, due_date=database_now().date() + timedelta(days=3))
    first, second = page(account.seller).context["coming"]
    assert (first.reference, first.money.minor) == (Payout.objects.get().reference, 100_00)
    assert (second.reference, second.money.minor) == ("", 50_00)
    assert second.on > first.on


def test_a_payout_is_found_by_order_reference_status_and_period(account):
    make.earning(account, amount_minor=100_00, due_date=make.TODAY - timedelta(days=30), order_ref="ORD-77")
    run(until=make.TODAY - timedelta(days=20))
    make.earning(account, amount_minor=50_00)
    run()
    old, new = Payout.objects.order_by("pk")
    today = old.created_at.date()

    def found(**query):
        return [row[0].pk for row in page(account.seller, **query).context["rows"]]

    assert found() == [new.pk, old.pk]
    assert found(search="ORD-77") == [old.pk]
    assert found(search=str(new.reference)) == [new.pk]
    assert found(status="PAID") == []
    assert found(status="PENDING_REVIEW") == [new.pk, old.pk]
    assert found(created_after=today + timedelta(days=2)) == []
    assert found(created_before=today + timedelta(days=2)) == [new.pk, old.pk]
    assert "No payout of this seller matches" in page(account.seller, status="PAID").content.decode()


def test_another_sellers_payout_is_not_found_here(account):
    other = make.ledger_account()
    make_accounts.payable(other.seller)
    make.earning(other, amount_minor=100_00)
    run()
    assert page(account.seller, search=str(Payout.objects.get().reference)).context["rows"] == []


def test_a_filter_that_cannot_be_read_is_said(account):
    answer = page(account.seller, created_after="soon")
    assert answer.status_code == 400
    assert "“soon” is no date" in answer.content.decode()


def test_findings_are_shown_and_their_notes_only_to_who_may_read_them(account):
    account.seller.verifications.create(
        passed=True, note="Passport seen", decided_at=database_now(), decided_by=make.user("compliance")
    )
    section = re.compile(r"<dt>Identity</dt>.*?</dd>", re.DOTALL)
    assert "Passport seen" not in section.search(page(account.seller).content.decode())[0]
    assert "Passport seen" in section.search(page(account.seller, "compliance").content.decode())[0]
