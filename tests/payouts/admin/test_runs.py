"""Choosing a run, seeing what it would do, and watching it being made."""

from datetime import UTC, date, datetime, timedelta

import pytest

from backoffice.audit.clock import database_now
from payouts import countries
from payouts.admin import run_new
from payouts.countries import calendars
from payouts.models import Payout, PayoutRun
from payouts.operations import running
from payouts.queries import due as due_dates
from payouts.queries import explain
from tests import make, make_accounts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("country", ["", "FR"])
def test_a_day_that_has_not_come_is_said_beside_its_field(client, country):
    client.force_login(make.user("analyst", is_staff=True))
    until = database_now().date() + timedelta(days=3)
    answer = client.get("/runs/new/", {"country": country, "until": until.isoformat()})
    assert answer.status_code == 200
    assert "has not come yet" in answer.context["form"].errors["until"][0]
    assert answer.context["form"]["until"].value() == until.isoformat()


def test_a_day_that_has_come_shows_what_would_happen(client):
    client.force_login(make.user("analyst", is_staff=True))
    answer = client.get("/runs/new/", {"country": "FR", "until": "2026-11-20"})
    assert answer.context["title"] == "No payouts to make"


def due(amount_minor: int = 10_000):
    account = make.ledger_account()
    make.earning(account, amount_minor=amount_minor)
    make_accounts.payable(account.seller)
    return account


@pytest.fixture
def analyst(client):
    client.force_login(make.user("analyst", is_staff=True))
    return client


def looked(browser, key: str) -> dict[str, str]:
    """What the form under the preview of France sends."""
    hidden = browser.get("/runs/new/", {"country": "FR"}).context["hidden"]
    return {**dict(hidden), "key": f"page:{key}"}


def test_the_preview_shows_the_last_run_and_what_changed(analyst):
    due(5_000)
    analyst.post("/runs/new/", looked(analyst, "1"))
    due(7_000)
    page = analyst.get("/runs/new/", {"country": "FR"}).content.decode()
    assert "Beside the last run" in page
    assert "nothing is due now" in page and "not paid last time" in page
    assert "Make 1 payout" in page and "Make 1 payouts" not in page
    assert "/runs/new/preview.csv?country=FR" in page
    assert '<span aria-hidden="true">+</span>20.00<small>EUR' in page  # all together
    assert '<span aria-hidden="true">+</span>70.00<small>EUR' in page  # one of them


def test_a_run_of_nothing_says_so_and_offers_no_button(analyst):
    page = analyst.get("/runs/new/", {"country": "ES"}).content.decode()
    assert "No payouts to make" in page and "Nobody would be paid" in page
    assert "What follows" not in page  # nothing does
    assert "Make 0" not in page and "Everything you chose" not in page


def test_a_run_of_nothing_says_why_and_what_falls_due_next(analyst):
    page = analyst.get("/runs/new/", {"country": "ES"}).content.decode()
    assert "nothing falls due later: import earnings first" in page and "What falls due next" not in page
    now = database_now()
    day = calendars.local_today(countries.get("FR"), now) + timedelta(days=3)
    account = make.ledger_account()
    for more in (9, 0, 4):
        make.earning(account, due_date=day + timedelta(days=more))
    # Neither what a run does not take is announced, nor what lowers what it takes.
    make.earning(account, due_date=day - timedelta(days=1), amount_minor=-5_00)
    make.earning(make.ledger_account(currency="USD"), due_date=day - timedelta(days=1))
    answer = analyst.get("/runs/new/", {"country": ""})
    run = explain.forthcoming(countries.get("FR"), due=day, now=now).run
    (line,) = answer.context["nothing"]["next"]
    assert line == (
        f"France: earnings fall due on {explain.day(day)}; the run of {explain.day(run)} takes what nothing keeps back."
    )
    assert "Nothing is due that is not in a payout already." in answer.content.decode()


def test_what_a_payout_covers_falls_due_no_more(analyst):
    account, market = due(), countries.get("FR")
    today = calendars.local_today(market, database_now())
    analyst.post("/runs/new/", looked(analyst, "1"))
    make.earning(account, due_date=today, now=database_now())  # counts from the day after
    assert due_dates.upcoming([(market, date(2020, 1, 1))]) == [(market, today + timedelta(days=1))]


def test_a_run_in_which_all_is_kept_back_leads_to_the_reasons(analyst):
    make.earning(make.ledger_account(make.seller(verified_at=None)))
    page = analyst.get("/runs/new/", {"country": "FR"}).content.decode()
    assert "What is due is kept back for the reasons above." in page
    assert "The seller is not verified" in page


def test_a_run_in_which_all_waits_for_more_asks_nobody_to_settle_it(analyst):
    make.earning(make.ledger_account(), amount_minor=-5_00)
    page = analyst.get("/runs/new/", {"country": "FR"}).content.decode()
    assert "What is due waits for later earnings" in page and "Settle them" not in page


def test_a_small_run_is_made_at_once_and_a_double_click_makes_nothing_twice(analyst):
    due()
    sent = looked(analyst, "double")
    page = analyst.post("/runs/new/", sent, follow=True).content.decode()
    assert "1 payout made, 0 balances left alone." in page
    again = analyst.post("/runs/new/", sent)  # what is due differs by now, through this very run
    assert again.headers["Location"] == f"/runs/{PayoutRun.objects.get().pk}/"
    assert Payout.objects.count() == 1


def test_a_run_that_would_do_otherwise_than_its_preview_said_is_not_made(analyst):
    due()
    sent = looked(analyst, "late")
    due(7_000)
    answer = analyst.post("/runs/new/", sent)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "what is due changed since you looked" in page
    assert "Now it would make 2 payouts of €170.00; 0 balances left alone." in page
    assert "You looked at 1 payout of €100.00." in page
    odd = analyst.post("/runs/new/", {**sent, "was": "1 XXX:<b>"}).content.decode()
    assert "You looked at" not in odd and "Now it would make" in odd
    assert 'href="/runs/new/?country=FR&amp;until="' in page
    assert not Payout.objects.exists() and not PayoutRun.objects.exists()
    again = looked(analyst, "late")
    assert again["seen"] != sent["seen"]
    analyst.post("/runs/new/", again)
    assert Payout.objects.count() == 2


def test_a_run_that_nobody_looked_at_is_not_made(analyst):
    due()
    answer = analyst.post("/runs/new/", {"key": "page:blind", "country": "FR"}, follow=True)
    assert "the form was not complete" in answer.content.decode()
    assert not PayoutRun.objects.exists()


def test_what_is_left_alone_is_part_of_what_was_seen(analyst):
    due()
    sent = looked(analyst, "left")
    make.earning(make.ledger_account(), amount_minor=50_00)  # no bank account: not paid, with the reason
    page = analyst.post("/runs/new/", sent)
    assert page.status_code == 409
    assert "Now it would make 1 payout of €100.00; 1 balance left alone." in page.content.decode()


def test_sums_that_stay_the_same_do_not_hide_that_others_are_paid(analyst):
    one, other = due(), due(5_000)
    sent = looked(analyst, "moved")
    make.earning(one, amount_minor=-5_000)
    make.earning(other, amount_minor=5_000)
    assert analyst.post("/runs/new/", sent).status_code == 409
    assert not Payout.objects.exists()


def test_a_large_run_is_left_to_a_worker_shows_its_progress_and_is_found_again(analyst, monkeypatch):
    due()
    monkeypatch.setattr(run_new, "AT_ONCE", 0)
    page = analyst.post("/runs/new/", looked(analyst, "large"), follow=True)
    assert "You can leave this page and come back." in page.content.decode()
    run = PayoutRun.objects.get()
    url = f"/runs/{run.pk}/progress/"
    assert f'hx-get="{url}"' in page.content.decode()
    assert "being made" in analyst.get("/runs/").content.decode()
    fragment = analyst.get(url)
    assert "0 of 1 balance looked at, now France" in fragment.content.decode()
    assert "HX-Refresh" not in fragment.headers
    running.work(run_id=run.pk, now=database_now())
    assert analyst.get(url).headers["HX-Refresh"] == "true"
    assert f'hx-get="{url}"' not in analyst.get(f"/runs/{run.pk}/").content.decode()


def test_the_whole_preview_is_downloaded(analyst):
    due(1_234)
    answer = analyst.get("/runs/new/preview.csv", {"country": "FR", "until": ""})
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert "12.34" in b"".join(answer.streaming_content).decode()


@pytest.mark.parametrize("query", [{"country": "XX"}, {"until": "soon"}])
def test_a_download_of_nothing_known_is_refused_with_a_sentence(analyst, query):
    answer = analyst.get("/runs/new/preview.csv", query)
    assert answer.status_code == 422
    assert "Nothing to download" in answer.content.decode()


def test_the_page_of_a_run_names_its_local_day(analyst):
    late = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    run = PayoutRun.objects.create(key="late", until_date=date(2026, 11, 24), started_at=late)
    assert "Run of 25 November 2026" in analyst.get(f"/runs/{run.pk}/").content.decode()
