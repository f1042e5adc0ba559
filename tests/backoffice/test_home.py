"""The front page shows the reader's own work, with its money."""

from datetime import timedelta

import pytest
from django.urls import reverse

from backoffice import home, roles
from payouts.models import Hold, Incident, InvariantCheck, Payout, RailSwitch
from payouts.operations import holds
from sellers.ledger.money import Money
from tests import make
from tests.payouts import quick, standing

pytestmark = pytest.mark.django_db


def lines(role: str) -> dict[str, home.Line]:
    found = home.page(permissions=roles.ROLES[role], now=make.NOW)
    return {line.work.label: line for line in found["lines"] + found["decisions"]}


def test_each_role_sees_what_waits_for_it_with_count_and_sum():
    quick.payout(amount_minor=1_000)
    quick.reviewed(amount_minor=2_500)
    quick.reviewed(amount_minor=2_500)
    assert list(lines("analyst")) == ["To review"]
    approver = lines("approver")["To approve"]
    assert approver.count.value == 2
    assert [(code, sum.value) for code, sum in approver.sums] == [("EUR", Money(5_000, "EUR"))]
    assert approver.url
    assert lines("support") == {}


def test_a_proposed_batch_waits_for_the_treasurer_and_needs_its_money():
    batch = quick.batch([quick.approved(amount_minor=4_200)])
    found = home.page(permissions=roles.ROLES["treasurer"], now=make.NOW)
    assert found["lines"][0].work.label == "Batches to approve"
    assert [(code, sum.value) for code, sum in found["lines"][0].sums] == [("EUR", Money(4_200, "EUR"))]
    assert found["funding"]["days"] == [batch.value_date]
    ((code, ((day, needed),)),) = found["funding"]["rows"]
    assert (code, day, needed.value) == ("SEPA-EUR", batch.value_date, Money(4_200, "EUR"))


def test_what_is_at_the_bank_is_what_has_not_settled_whatever_its_batch_began_with():
    standing.payout("PAID")
    waiting = standing.payout("SUBMITTED")
    _, at_the_bank = home.page(permissions=roles.ROLES["auditor"], now=make.NOW)["flight"]
    assert at_the_bank["items"].value == 1
    assert [each.value for each in at_the_bank["sums"]] == [Money(waiting.amount_minor, "EUR")]


def test_the_oldest_is_what_has_waited_longest_not_what_was_made_first():
    first, second = quick.payout(), quick.payout()
    Payout.objects.filter(pk=first.pk).update(status_at=make.NOW)
    Payout.objects.filter(pk=second.pk).update(status_at=make.NOW - timedelta(days=9))
    url = reverse("admin:payouts_payout_detail", args=[second.reference])
    assert lines("analyst")["To review"].oldest == (make.NOW - timedelta(days=9), url)


def test_people_who_look_after_settings_are_told_where_they_are(client):
    client.force_login(make.user("admin", is_staff=True))
    page = client.get("/").content.decode()
    assert "People, roles, countries and our own accounts are yours to look after." in page
    assert ">People and settings</a>" in page


def test_people_who_look_after_settings_see_no_money():
    assert home.page(permissions=roles.ROLES["admin"], now=make.NOW) == {}


def test_the_front_page_shows_broken_books_open_incidents_and_stopped_rails(client):
    InvariantCheck.objects.create(checked_at=make.NOW, holding=13, broken={"ledger_balances": [7]})
    Incident.objects.create(code="x", key="x", text="The bank paid P7 twice.", opened_at=make.NOW)
    RailSwitch.objects.create(rail="sepa", reason="The bank asked us to wait.", stopped_at=make.NOW)
    client.force_login(make.user("treasurer", is_staff=True))
    page = client.get("/").content.decode()
    for words in ("ledger_balances", "The bank paid P7 twice.", "Nothing new goes over sepa"):
        assert words in page


def test_the_front_page_says_when_all_invariants_hold_and_opens_for_every_role(client):
    InvariantCheck.objects.create(checked_at=make.NOW, holding=14, broken={})
    quick.payout()
    for role in roles.ROLES:
        client.force_login(make.user(role, is_staff=True))
        page = client.get("/")
        assert page.status_code == 200
        if role != "admin":
            assert "All 14 invariants hold" in page.content.decode()


def test_what_misses_the_cut_off_is_said_with_its_moment_and_who_must_act():
    quick.payout()
    quick.reviewed()
    now = make.NOW
    (miss,) = home.page(permissions=roles.ROLES["analyst"], now=now)["cut_offs"]
    assert miss.cut_off.today and "FR" in miss.cut_off.codes
    assert miss.cut_off.words.startswith("Tue 24 Nov, ") and miss.cut_off.at > now
    assert [(label, figure.value) for label, figure in miss.figures] == [("To review", 1)]
    (late,) = home.page(permissions=roles.ROLES["approver"], now=now + timedelta(hours=12))["cut_offs"]
    assert not late.cut_off.today and late.cut_off.at.date() > now.date()
    assert [(label, figure.value) for label, figure in late.figures] == [("To approve", 1)]


def test_a_hold_past_its_date_is_a_decision_of_those_who_release():
    made = quick.payout()
    until = make.NOW + timedelta(hours=1)
    who = make.person("analyst")
    hold = {"reason": "documents", "note": "Wait", "now": make.NOW, "until": until}
    holds.hold(payout_ids=[made.pk], actor=who, **hold)
    labels = _decisions("compliance", make.NOW)
    assert labels == []
    assert _decisions("compliance", until) == ["Holds past their date"]
    assert _decisions("analyst", until) == []
    holds.release(hold_ids=[Hold.objects.get().pk], actor=make.person("approver"), note="Fine", now=until)
    assert _decisions("compliance", until) == []


def _decisions(role, now):
    return [line.work.label for line in home.page(permissions=roles.ROLES[role], now=now)["decisions"]]
