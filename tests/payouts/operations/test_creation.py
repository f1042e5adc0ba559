"""The payout run."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from backoffice.audit.errors import NotAllowed
from payouts.models import Incident, Payout, PayoutRun, RunSkip
from payouts.operations import creation, running
from sellers.ledger.models import Account, Book, Entry
from sellers.models import Seller
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


def due(
    amount: int = 10_000, *, day: date = date(2026, 11, 20), country: str = "FR", payable: bool = True
) -> Account:
    account = make.ledger_account(make.seller(country=country))
    make.earning(account, amount_minor=amount, due_date=day)
    if payable:
        make_accounts.payable(account.seller)
    return account


def run(key: str = "k", **values):
    return creation.run(
        until=values.pop("until", None), key=key, actor=make.person("analyst"), now=make.NOW, **values
    )


def balance(account: Account, book: Book) -> int:
    return -sum(Entry.objects.filter(account=account, book=book).values_list("amount_minor", flat=True))


def test_a_run_turns_what_is_due_into_one_payout_and_reserves_it():
    account = due(10_000)
    make.earning(account, amount_minor=-1_500)
    made = run()
    payout = Payout.objects.get(account=account)
    assert (payout.amount_minor, payout.status, payout.reference) == (
        8_500,
        "PENDING_REVIEW",
        f"P{payout.pk}",
    )
    assert (balance(account, Book.PAYABLE), balance(account, Book.RESERVED)) == (0, 8_500)
    assert (made.payout_count, made.totals) == (1, {"EUR": 8_500})


def test_running_twice_makes_nothing_twice():
    due()
    run("first")
    again = run("second")
    assert (Payout.objects.count(), again.payout_count) == (1, 0)


def test_the_same_key_answers_the_first_run():
    due()
    first = run("same")
    due()
    assert run("same").pk == first.pk
    assert Payout.objects.count() == 1


def test_what_is_not_due_yet_waits_for_its_day():
    account = due(5_000)
    make.earning(account, amount_minor=7_000, due_date=make.TODAY + timedelta(days=1))
    run()
    assert Payout.objects.get().amount_minor == 5_000


def test_spans_follow_each_other_without_a_gap():
    account = due(day=date(2026, 11, 10))
    creation.run(until=date(2026, 11, 15), key="a", actor=make.person("analyst"), now=make.NOW)
    make.earning(account, amount_minor=4_000, due_date=date(2026, 11, 20))
    run("b")
    first, second = Payout.objects.order_by("pk")
    assert first.span.upper == second.span.lower == date(2026, 11, 16)
    account.refresh_from_db()
    assert account.covered_through == make.TODAY


@pytest.mark.parametrize(
    ("wanting", "prepare"),
    [
        ("no_account", lambda: due(payable=False)),
        ("under_minimum", lambda: due(1)),
        ("negative", lambda: due(-2_000)),
        ("seller_unverified", lambda: _unverified()),
        ("seller_suspended", lambda: _suspended()),
    ],
)
def test_a_balance_that_cannot_be_paid_is_listed_with_its_reason_and_moves_nothing(wanting, prepare):
    account = prepare()
    made = run()
    skip = RunSkip.objects.get(run=made)
    account.refresh_from_db()
    assert (skip.code, skip.account_id, Payout.objects.count()) == (wanting, account.pk, 0)
    assert skip.reason.endswith(".") and account.covered_through is None


def _unverified() -> Account:
    account = make.ledger_account(make.seller(verified_at=None))
    make.earning(account)
    make_accounts.payable(account.seller)
    return account


def _suspended() -> Account:
    account = due()
    Seller.objects.filter(pk=account.seller_id).update(suspended_at=make.NOW)
    return account


def test_a_day_that_has_not_come_in_the_country_is_refused():
    due()
    with pytest.raises(creation.NotYetDue, match="has not come yet; in France"):
        run(until=make.TODAY + timedelta(days=1), country="FR")
    assert Payout.objects.count() == 0


def test_a_closed_country_is_refused_by_name():
    with pytest.raises(creation.CountryClosed, match="XX"):
        run(country="XX")


def test_running_needs_the_permission():
    with pytest.raises(NotAllowed):
        creation.run(until=None, key="k", actor=make.person("support"), now=make.NOW)


def test_a_late_earning_is_due_on_the_next_open_day():
    account = due()
    run()
    late = make.earning(account, amount_minor=900, due_date=date(2026, 11, 1))
    assert late.due_date == make.TODAY + timedelta(days=1)
    assert late.requested_due_date == date(2026, 11, 1)


def test_the_preview_writes_nothing_and_agrees_with_the_run():
    due(12_000)
    due(payable=False)
    seen = running.preview(until=None, actor=make.person("analyst"), now=make.NOW)
    assert [(each.count, each.money.minor) for each in seen.sums] == [(1, 12_000)]
    assert [(each.code, each.money.minor) for each in seen.left] == [("no_account", 10_000)]
    assert Payout.objects.count() == 0


def test_flags_say_what_to_look_at_twice():
    account = due()
    make_accounts.payable(make.seller(), fingerprint="same")
    make_accounts.payable(account.seller, fingerprint="same", holder="Somebody Else")
    run()
    flags = set(Payout.objects.get().flags.values_list("code", flat=True))
    assert {"first_payout", "account_shared", "name_differs"} <= flags


PARIS = ZoneInfo("Europe/Paris")  # France is paid on Mondays at six; 23 November 2026 is one


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 11, 23, 6, 0, tzinfo=PARIS), "2026-11-23"),
        (datetime(2026, 11, 23, 5, 59, tzinfo=PARIS), "2026-11-16"),
        (datetime(2026, 11, 24, 0, 10, tzinfo=PARIS), "2026-11-23"),
        (datetime(2026, 11, 29, 23, 0, tzinfo=PARIS), "2026-11-23"),
    ],
)
def test_a_scheduled_run_that_was_missed_is_made_up_once_for_its_own_day(now, day):
    account = due(day=date(2026, 11, 16))
    make.earning(account, amount_minor=700, due_date=date(2026, 11, 24))
    made = [one for one in creation.run_due(now=now) if one.country == "FR"]
    assert [(one.key, str(one.until_date)) for one in made] == [(f"schedule:FR:{day}", day)]
    assert Payout.objects.get(account=account).amount_minor == 10_000
    assert [one for one in creation.run_due(now=now) if one.country == "FR"] == []


def test_a_country_that_cannot_be_run_keeps_no_other_waiting_and_is_told(monkeypatch):
    now, real = datetime(2026, 11, 23, 12, 0, tzinfo=PARIS), creation.run

    def broken_in_germany(*, country, **values):
        if country == "DE":
            raise RuntimeError("boom")
        return real(country=country, **values)

    with monkeypatch.context() as patched:
        patched.setattr(creation, "run", broken_in_germany)
        ran = {one.country for one in creation.run_due(now=now)}
    incident = Incident.objects.get()

    assert "FR" in ran  # later in the order of countries
    assert not PayoutRun.objects.filter(country="DE").exists()
    assert (incident.code, incident.closed_at) == ("run_failed", None)
    assert incident.text.startswith("The payout run of Germany for 2026-11-23 failed (RuntimeError)")

    assert [one.country for one in creation.run_due(now=now)] == ["DE"]
    incident.refresh_from_db()
    assert incident.closed_at == now
