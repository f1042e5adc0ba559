"""A payout run as a job: in portions, each whole or not at all; killed, it goes on where it stopped."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from backoffice.audit import actors
from backoffice.audit.models import Event
from payouts.models import Incident, Payout, PayoutRun, RunSkip
from payouts.operations import _doorbell, _portions, creation, running
from payouts.queries import invariants
from sellers.ledger.models import Entry
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


def due(amount_minor: int = 10_000, *, payable: bool = True, country: str = "FR"):
    account = make.ledger_account(make.seller(country=country))
    make.earning(account, amount_minor=amount_minor)
    if payable:
        make_accounts.payable(account.seller)
    return account


def asked(key: str = "page:1", country: str = "", actor=None) -> PayoutRun:
    return running.request(
        until=None, country=country, key=key, actor=actor or make.person("analyst"), now=make.NOW
    )


def work(run: PayoutRun) -> bool:
    over = running.work(run_id=run.pk, now=make.NOW)
    run.refresh_from_db()
    return over


@pytest.fixture
def by_twos(monkeypatch):
    monkeypatch.setattr(running, "PORTION", 2)


def test_a_job_in_portions_makes_what_one_transaction_would(by_twos):
    accounts = [due(1_000 * n) for n in range(1, 6)] + [due(payable=False), due(country="ES")]
    run = asked()
    assert (run.accounts_total, run.finished_at) == (7, None)
    assert work(run)
    assert (run.payout_count, run.skip_count, run.accounts_done) == (6, 1, 7)
    assert run.totals == {"EUR": 25_000}
    assert run.left == [] and run.finished_at >= make.NOW
    assert set(Payout.objects.values_list("account_id", flat=True)) == {
        a.pk for a in accounts if a.pk != accounts[5].pk
    }
    assert Entry.objects.filter(book="reserved").count() == 6
    assert all(set(p.flags.values_list("code", flat=True)) >= {"first_payout"} for p in Payout.objects.all())
    assert all(p.transitions.get().actor == run.started_by for p in Payout.objects.all())
    assert not [(each.name, broken) for each, broken in invariants.run(now=make.NOW) if broken]


def test_what_a_kill_interrupts_is_not_half_made_and_the_next_worker_goes_on(by_twos, monkeypatch):
    for n in range(1, 6):
        due(1_000 * n)
    run, real, calls = asked(), _portions.make_portion, []

    def killed(**values):
        count = real(**values)
        calls.append(count)
        if len(calls) == 2:
            raise KeyboardInterrupt  # as a worker dies: nothing catches it, its transaction ends with it
        return count

    with monkeypatch.context() as patched:
        patched.setattr(_portions, "make_portion", killed)
        with pytest.raises(KeyboardInterrupt):
            work(run)
    run.refresh_from_db()
    assert (Payout.objects.count(), run.accounts_done, run.finished_at) == (2, 2, None)
    assert work(run)
    assert (run.payout_count, run.accounts_done) == (5, 5)
    assert Payout.objects.values("account").distinct().count() == 5


def test_a_portion_that_fails_is_told_and_tried_again(by_twos, monkeypatch):
    due()
    run = asked()
    with monkeypatch.context() as patched:
        patched.setattr(_portions, "finish", lambda **values: 1 / 0)
        assert not work(run)
    assert f"R{run.pk} stopped (ZeroDivisionError)" in run.trouble
    assert Incident.objects.get(code="run_failed").closed_at is None
    assert work(run)
    assert Incident.objects.get(code="run_failed").closed_at is not None


def test_a_country_that_fails_keeps_no_other_waiting(by_twos, monkeypatch):
    due(country="DE")
    paid = [due(country="ES"), due(country="FR")]
    run, make_portion = asked(), _portions.make_portion

    def broken_for_germany(**values):
        return 1 / 0 if values["country"].code == "DE" else make_portion(**values)

    with monkeypatch.context() as patched:
        patched.setattr(_portions, "make_portion", broken_for_germany)
        assert not work(run)
        assert not work(run)
    assert set(Payout.objects.values_list("account_id", flat=True)) == {account.pk for account in paid}
    assert [code for code, *_ in run.left] == ["DE"]
    assert work(run)
    assert run.payout_count == 3


def test_who_may_not_run_payouts_any_more_makes_none(by_twos):
    due()
    user = make.user("analyst")
    run = asked(actor=actors.person(user))
    user.groups.clear()
    assert work(run)
    assert (run.payout_count, Payout.objects.count()) == (0, 0)
    assert "may not run payouts any more" in run.trouble


def test_the_same_key_is_one_run_and_a_second_message_changes_nothing():
    due()
    run = asked()
    assert asked() == run
    assert work(run)
    before = (Payout.objects.count(), Event.objects.filter(action="payouts.run").count())
    assert work(run)
    assert (Payout.objects.count(), Event.objects.filter(action="payouts.run").count()) == before == (1, 1)


def test_what_comes_due_while_it_is_made_and_what_another_run_took_are_each_paid_once(by_twos):
    due(1_000)
    run = asked()
    late = due(2_000)
    creation.run(until=None, country="FR", key="rival", actor=make.person("analyst"), now=make.NOW)
    assert work(run)
    assert run.payout_count == 0
    assert Payout.objects.filter(account=late).count() == 1


def test_the_sweep_rings_for_what_a_lost_message_forgot(monkeypatch):
    rung = []
    run = asked()
    monkeypatch.setattr(_doorbell, "ring", lambda task, **ids: rung.append((task, ids)))
    assert running.sweep(now=make.NOW + timedelta(seconds=10)) == 0
    assert running.sweep(now=make.NOW + timedelta(seconds=40)) == 1
    assert rung == [("make_run", {"run_id": run.pk})]
    work(run)
    assert running.sweep(now=make.NOW + timedelta(seconds=40)) == 0


def test_a_finished_run_changes_no_more_even_from_a_shell():
    run = asked()
    work(run)
    with (
        pytest.raises(DatabaseError, match="is finished"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE payouts_payoutrun SET payout_count = 9 WHERE id = %s", [run.pk])


def test_the_preview_tells_what_is_different_from_the_last_run():
    same, more, gone, new = due(1_000), due(2_000), due(3_000), None
    creation.run(until=None, country="FR", key="last", actor=make.person("analyst"), now=make.NOW)
    tomorrow = make.NOW + timedelta(days=1)
    for account, minor in ((same, 1_000), (more, 2_500)):
        make.earning(account, amount_minor=minor, due_date=tomorrow.date())
    new = due(700)
    unpaid = due(payable=False)
    found = running.preview(until=None, country="FR", actor=make.person("analyst"), now=tomorrow)
    (total,) = found.sums
    assert (total.count, total.money.minor, total.count_before, total.before.minor) == (3, 4_200, 3, 6_000)
    assert total.difference.minor == -1_800
    assert [(each.reference, each.difference.minor) for each in found.changes] == [
        (gone.seller.reference, -3_000),
        (new.seller.reference, 700),
        (more.seller.reference, 500),
    ]
    assert [(each.code, each.references) for each in found.left] == [
        ("no_account", [unpaid.seller.reference])
    ]
    assert [each.money.minor for each in found.largest] == [2_500, 1_000, 700]
    assert RunSkip.objects.count() == 0


def test_the_whole_preview_is_a_file_without_formulas_and_that_it_was_fetched_is_recorded():
    account = due(1_234)
    type(account.seller).objects.filter(pk=account.seller_id).update(name="=cmd|' /C calc'!A0")
    due(payable=False)
    found = running.download(until=None, country="FR", actor=make.person("analyst"), now=make.NOW)
    with found.file:
        lines = found.file.read().decode().splitlines()
    assert found.name == "run-preview-fr-2026-11-24.csv"
    assert len(lines) == 3
    assert "'=cmd|" in lines[1] and ",12.34,1,yes,," in lines[1]
    assert ",no,No usable bank account" in lines[2].replace('"', "")
    assert Event.objects.get(action="payouts.run_preview_download").data == {"country": "FR", "rows": 2}
