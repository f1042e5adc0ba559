"""Demo data: every state, the same for the same seed, true to every invariant, all or nothing."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count, F, Sum

from backoffice import demo
from backoffice.audit.clock import database_now
from backoffice.demo import history
from payouts import countries
from payouts.countries import calendars
from payouts.models import (
    AccountDecision,
    AccountVersion,
    Batch,
    Export,
    ExportSchedule,
    Flag,
    Hold,
    Incident,
    Job,
    LineResolution,
    Payout,
    PayoutNote,
    PayoutRun,
    StatementLine,
    Submission,
)
from payouts.queries import run_preview
from payouts.states import PayoutStatus
from sellers.ledger.models import Adjustment, Earning, Entry, MonthRate
from sellers.models import Note, Seller
from tests import make

pytestmark = pytest.mark.django_db


def small() -> history.Told:
    return history.load(seed=7, now=database_now(), weeks=5, share=0.45)


def test_a_small_history_has_every_state_and_keeps_every_rule(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    told = small()
    missing = {status for status, count in told.by_status.items() if not count}
    # Few payouts, so chance may leave out what a bank seldom does; a full load has them.
    assert missing <= {PayoutStatus.FAILED, PayoutStatus.RETURNED}
    assert set(Seller.objects.values_list("country", flat=True)) == {"FR", "ES", "DE", "IT", "US", "GB", "JP"}
    assert Seller.objects.filter(kind="person").exists()
    japanese = Seller.objects.filter(country="JP").values_list("name", flat=True)
    assert all(any("\u3040" <= letter <= "\u9fff" for letter in name) for name in japanese)

    assert Submission.objects.filter(status="UNKNOWN").count() == 1
    assert [i.code for i in Incident.objects.filter(closed_at=None)] == ["unknown"]
    assert Hold.objects.filter(released_at=None, seller__isnull=False).count() == 2
    assert Hold.objects.filter(released_at=None).values("reason").distinct().count() >= 3
    assert Seller.objects.filter(suspended_at__isnull=False).count() == 2
    assert Seller.objects.filter(verified_at=None).exists()
    assert AccountVersion.objects.filter(decision=None).exists()
    assert Batch.objects.filter(status="PROPOSED").exists()
    assert {"account_shared", "name_differs", "first_payout"} <= set(
        Flag.objects.values_list("code", flat=True)
    )
    assert Adjustment.objects.filter(decision="").count() == 1
    assert Note.objects.exists()
    assert PayoutNote.objects.exists()
    job = Job.objects.get()
    assert (
        (job.asked_by.username, job.refused_count) == ("analyst", 2) and job.moved_count and job.finished_at
    )
    rates = MonthRate.objects.filter(confirmed=True, home="EUR")
    assert {rate.currency for rate in rates} == {"GBP", "JPY", "USD"}
    assert all(rate.asked_by_id != rate.decided_by_id for rate in rates)

    owed = Entry.objects.filter(book="payable").values("account").annotate(owed=-Sum("amount_minor"))
    assert owed.filter(owed__lt=0).exists()
    assert not Entry.objects.values("currency").annotate(off=Sum("amount_minor")).exclude(off=0).exists()
    assert not AccountDecision.objects.filter(decided_by=F("requested_by")).exists()
    wishes = LineResolution.objects.filter(line__matched_at=None)
    assert (
        StatementLine.objects.filter(matched_at=None).count() == 4
    )  # nobody has explained these yet, or none has agreed
    assert [(wish.proposed_by.username, wish.confirmed_at) for wish in wishes] == [("treasurer2", None)]
    explained = StatementLine.objects.get(resolution__isnull=False)
    assert (explained.kind, explained.amount_minor) == ("charges", -18_40)
    assert not Payout.objects.filter(status_at__gt=database_now()).exists()
    call_command("check_invariants")

    assert Export.objects.get().kind == "failed"
    assert ExportSchedule.objects.get().next_at <= database_now(), "an occasion is due: its file comes at once"

    log = Path(tmp_path / "simbank" / "instructions.jsonl")
    records = [json.loads(line) for line in log.read_text().splitlines()]
    instructions = [record for record in records if record["type"] == "instruction"]
    sent = Payout.objects.filter(status=PayoutStatus.PAID).count()
    assert len(instructions) >= sent
    repeated = Payout.objects.filter(status=PayoutStatus.PAID).annotate(
        n=Count("attempts__facts__attempt", distinct=True)
    )
    assert not repeated.filter(n__gt=2).exists()

    with pytest.raises(CommandError, match="history cannot be deleted"):
        call_command("load_demo")
    count = Earning.objects.count()
    call_command("load_demo", "--if-empty")
    assert Earning.objects.count() == count


def test_after_the_run_of_a_monday_somebody_can_be_paid_all_the_same(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    monday = datetime(2026, 11, 16, 14, tzinfo=UTC)
    history.load(seed=7, now=monday, weeks=5, share=0.45)
    for code in ("FR", "ES", "DE", "IT"):
        market = countries.get(code)
        assert PayoutRun.objects.filter(country=code, until_date=monday.date()).exists()
        assert run_preview.preview([(market, calendars.local_today(market, monday))]).count, code


def test_where_somebody_has_worked_nothing_is_loaded_but_people_may_log_in(capsys):
    make.seller()
    call_command("load_demo", "--if-empty")
    assert "nothing was loaded" in capsys.readouterr().out
    assert Seller.objects.count() == 1
    assert not Earning.objects.exists()


def test_a_real_installation_gets_no_demo_data(settings):
    settings.DEMO = False
    with pytest.raises(demo.NotADemo):
        history.load(seed=7, now=database_now())
    with pytest.raises(CommandError, match="not in demo mode"):
        call_command("load_demo")
    assert not Seller.objects.exists()


def test_a_load_that_breaks_leaves_nothing(monkeypatch):
    monkeypatch.setattr(history.Agenda, "work_off", lambda self: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        small()
    assert not Seller.objects.exists()
