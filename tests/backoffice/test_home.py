"""The front page shows the reader's own work, with its money."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from backoffice import home, home_piles, roles
from payouts.models import Hold, Incident, InvariantCheck, Payout, RailSwitch, Review
from payouts.operations import accounts, answering, holds, incidents
from payouts.queries import filters, invariants
from sellers.ledger.money import Money
from sellers.operations import suspend
from tests import make, make_payouts
from tests.access import world
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
    (row,) = found["funding"]["rows"]
    needs = {cell.day: cell.need.value for cell in row.cells if cell.need}
    assert (row.name, needs) == ("SEPA-EUR", {batch.value_date: Money(4_200, "EUR")})


def test_accounts_to_verify_come_with_the_money_that_is_not_sent_yet_and_lead_to_those_of_its_currency():
    seller = quick.payout(amount_minor=12_34).seller
    accounts.request(
        seller_id=seller.pk,
        currency="EUR",
        fields={"iban": "FR7630006000011234567890189"},
        holder_name=seller.name,
        country="FR",
        actor=make.person("analyst"),
        now=make.NOW,
    )
    line = lines("compliance")["Accounts to verify"]
    assert [(code, sum.value) for code, sum in line.sums if sum] == [("EUR", Money(12_34, "EUR"))]
    assert dict(line.sums)["EUR"].url.endswith("currency=EUR")


def test_who_hands_no_payouts_on_is_told_where_to_look_one_up(client):
    for role, words in (
        ("analyst", "come with the next run"),
        ("support", "Look up a payout"),
        ("auditor", "Look up"),
    ):
        client.force_login(make.user(role, is_staff=True))
        assert words in client.get("/").content.decode()


def test_what_waits_for_a_person_leaves_out_their_own_work():
    """A treasurer who proposes, an approver who reviewed or touched the account, who asked for an adjustment …"""
    batch, _other = quick.batch(), quick.batch()
    mine = quick.reviewed(amount_minor=2_500)
    theirs = quick.reviewed(amount_minor=900)
    treasurer, reviewer = batch.proposed_by, Review.objects.get(payout=mine).reviewer
    rights = roles.ROLES["treasurer"] | roles.ROLES["approver"]

    def counts(person) -> dict[str, int]:
        found = home.page(permissions=rights, now=make.NOW, person=person)
        lines = {line.work.label: line for line in found["lines"]}
        cut_off = [(label, figure.value) for miss in found["cut_offs"] for label, figure in miss.figures]
        assert all((label, lines[label].count.value) in cut_off for label in lines if lines[label].by_country)
        return {label: line.count.value for label, line in lines.items()}

    assert counts(treasurer)["Batches to approve"] == 1
    assert counts(reviewer)["To approve"] == 1
    verifier = theirs.payout_account.decision.decided_by
    assert counts(verifier)["To approve"] == 1
    assert counts(make.user("treasurer"))["Batches to approve"] == 2
    assert counts(make.user("approver"))["To approve"] == 2
    shown = home.page(permissions=rights, now=make.NOW, person=verifier)["lines"][0]
    assert shown.work.label == "To approve" and [each.value for _, each in shown.sums] == [
        Money(2_500, "EUR")
    ]


def test_a_month_that_is_over_waits_for_an_accountant_until_somebody_asks_to_close_it():
    quick.payout()
    now = datetime(2026, 12, 15, tzinfo=UTC)
    (line,) = home.page(permissions=roles.ROLES["accountant"], now=now)["lines"]
    assert (line.work.label, line.count.value) == ("Months to close", 1)
    assert line.oldest[0].date() == date(2026, 12, 1)
    assert lines("accountant") == {}


def test_many_things_say_how_far_they_were_counted_and_lead_to_the_table(client, monkeypatch):
    monkeypatch.setattr(home_piles, "CAP", 1)
    for seed in (4242, 4243):
        world.change_of_account(make.seller(), seed=seed)
    client.force_login(make.user("compliance", is_staff=True))
    page = client.get("/").content.decode()
    assert '<a href="#waits">1+ things wait for you.</a>' in page and 'id="waits"' in page
    assert "<b>1+</b>" in page


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
    InvariantCheck.objects.create(checked_at=make.NOW, holding=13, broken={"debits_equal_credits": [7]})
    Incident.objects.create(code="x", key="x", text="The bank paid P7 twice.", opened_at=make.NOW)
    RailSwitch.objects.create(rail="sepa", reason="The bank asked us to wait.", stopped_at=make.NOW)
    client.force_login(make.user("treasurer", is_staff=True))
    page = client.get("/").content.decode()
    assert "debits_equal_credits" not in page
    for words in (
        invariants.by_name("debits_equal_credits").sentence,
        "The bank paid P7 twice.",
        "Nothing new goes over SEPA",
    ):
        assert words in page


def test_each_incident_leads_to_what_its_reader_may_open(client):
    lost, about = standing.submission(status="UNKNOWN"), quick.payout()
    for code, key, payout in (
        ("invariant", "invariant:x", None),
        ("paid_twice", "twice", about.pk),
        ("unknown", answering.alert_key(lost.pk), None),
    ):
        incidents.open_one(code=code, key=key, text="Look.", payout_id=payout, now=make.NOW)

    def led(role: str) -> list[str]:
        client.force_login(make.user(role, is_staff=True))
        return [row["url"] for row in client.get("/").context["incidents"]]

    rest = [f"/payouts/{about.reference}/", "/rails/"]
    assert led("treasurer") == [f"/unknown/{lost.rail}/{lost.key}/", *rest]
    assert led("support") == [f"/batches/{lost.batch.reference}/", *rest]
    for url in led("support"):
        assert client.get(url).status_code == 200


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


@pytest.mark.parametrize(("rail", "said"), [("sepa", True), ("*", True), ("sandbox", False)])
def test_what_misses_the_cut_off_of_a_stopped_rail_says_that_it_has_to_go_on_first(client, rail, said):
    quick.payout()
    client.force_login(make.user("analyst", is_staff=True))
    assert "it has to go on first" not in client.get("/").content.decode()
    RailSwitch.objects.create(rail=rail, reason="The bank moves house.", stopped_at=make.NOW)
    assert ("Stopped, SEPA: it has to go on first." in client.get("/").content.decode()) is said


def test_what_is_on_hold_does_not_miss_a_cut_off_for_it_would_not_go_anyway(client):
    quick.payout(), quick.reviewed(), quick.approved()
    stopped = [quick.payout(), quick.reviewed(), quick.approved()]
    of_a_seller, of_suspended = quick.payout(), quick.reviewed()
    suspend(
        seller_id=of_suspended.seller_id, reason="Documents", actor=make.person("compliance"), now=make.NOW
    )
    hold = {"reason": "documents", "note": "Wait", "actor": make.person("compliance"), "now": make.NOW}
    holds.hold(payout_ids=[each.pk for each in stopped], **hold)
    holds.hold_seller(seller_id=of_a_seller.seller_id, **hold)
    for role, labels in (("analyst", ["To review", "To put into batches"]), ("approver", ["To approve"])):
        client.force_login(user := make.user(role, is_staff=True))
        page = home.page(permissions=roles.ROLES[role], now=make.NOW, person=user)
        (miss,) = page["cut_offs"]
        assert [(label, figure.value) for label, figure in miss.figures] == [(label, 1) for label in labels]
        for _label, figure in miss.figures:
            (row,) = client.get(figure.url).context["rows"]
            assert row.payout.pk not in {each.pk for each in (*stopped, of_a_seller, of_suspended)}
        waits = {line.work.label: line for line in page["lines"]}
        assert waits[labels[0]].count.value == (
            3 if role == "analyst" else 1
        )  # a first look is taken all the same
    assert [row.payout.pk for row in client.get(waits["To approve"].url).context["rows"]] == [row.payout.pk]


@pytest.mark.parametrize("count", [1, 2])
def test_a_number_is_read_aloud_behind_what_it_counts_so_that_one_is_no_plural(client, count):
    for _each in range(count):
        quick.payout()
    client.force_login(make.user("analyst", is_staff=True))
    page = client.get("/").content.decode()
    assert f'<span class="sr">To review: </span><b>{count}</b>' in page


def test_what_is_not_sent_yet_is_somebodys_work_however_it_stands(client):
    made = [
        quick.payout(),
        quick.reviewed(),
        quick.approved(),
        *make_payouts.proposed_batch([12_00]).payouts.all(),
    ]
    stopped = [quick.reviewed(), quick.approved()]
    compliance = make.person("compliance")
    holds.hold(payout_ids=[stopped[0].pk], reason="documents", note="Wait", actor=compliance, now=make.NOW)
    barred = [quick.payout(), quick.reviewed(), quick.approved()]
    for each in barred:
        suspend(seller_id=each.seller_id, reason="Documents", actor=compliance, now=make.NOW)
    found = {}
    for role in roles.ROLES:
        client.force_login(user := make.user(role, is_staff=True))
        page = home.page(permissions=roles.ROLES[role], now=make.NOW, person=user)
        for line in [*page.get("lines", ()), *page.get("decisions", ())]:
            if line.wanted:
                for row in filters.read(line.wanted).qs:
                    found.setdefault(row.pk, set()).add((role, line.work.label))
    assert found.keys() >= {each.pk for each in (*made, *stopped, *barred)}
    for each in barred:
        assert ("compliance", "Payouts whose seller may not be paid") in found[each.pk]


def test_what_is_to_be_put_into_batches_is_what_its_name_leads_to(client):
    wanted = quick.approved()
    quick.payout()
    held = quick.approved()
    holds.hold(
        payout_ids=[held.pk], reason="documents", note="Wait", actor=make.person("compliance"), now=make.NOW
    )
    client.force_login(make.user("analyst", is_staff=True))
    line = lines("analyst")["To put into batches"]
    assert line.count.value == 1
    for url in (line.url, line.count.url):
        assert [row.payout.pk for row in client.get(url).context["rows"]] == [wanted.pk]


def test_past_midnight_in_paris_new_yorks_cut_off_is_still_told_by_its_own_clock():
    quick.payout()
    quick.payout(country="US", currency="USD")
    quick.funding(rail="nacha", currency="USD", country="US")
    quick.funding()
    quick.approved()
    night = datetime(
        2026, 11, 24, 23, 30, tzinfo=UTC
    )  # 0:30 of the 25th in Paris, 18:30 of the 24th in New York
    found = home.page(permissions=roles.ROLES["analyst"], now=night)
    codes = {code for miss in found["cut_offs"] for code in miss.cut_off.codes}
    assert {"FR", "US"} <= codes
    words = [miss.cut_off.words for miss in found["cut_offs"] if "US" in miss.cut_off.codes]
    assert words and words[0].endswith("New York") and words[0].startswith("Wed 25 Nov")
    rows = {row.name: row.cut_off for row in found["funding"]["rows"]}
    (paris,) = rows.values()
    assert paris.startswith("Wed 25 Nov") and paris.endswith("Paris")


def test_a_cut_off_of_today_in_tokyo_alone_is_the_next_one_for_who_reads_it():
    quick.payout(country="JP", currency="JPY")
    late = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)  # 23:00 in Paris, 7:00 of the next day in Tokyo
    (miss,) = home.page(permissions=roles.ROLES["analyst"], now=late)["cut_offs"]
    assert miss.cut_off.today and not miss.today
    early = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # 2:00 in Paris, 10:00 in Tokyo
    (miss,) = home.page(permissions=roles.ROLES["analyst"], now=early)["cut_offs"]
    assert miss.cut_off.today and miss.today


def test_each_cut_off_stands_under_the_day_that_its_own_words_name(client, monkeypatch):
    """Tokyo's of tomorrow is nothing that today's misses, though it comes within 24 hours."""
    quick.payout()
    quick.payout(country="JP", currency="JPY")
    now = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # 10:00 in Paris, 18:00 in Tokyo
    found = home.page(permissions=roles.ROLES["analyst"], now=now)["cut_offs"]
    assert [(miss.today, "JP" in miss.cut_off.codes) for miss in found] == [(True, False), (False, True)]
    assert all(
        miss.cut_off.words.startswith(day) for miss, day in zip(found, ("Tue 24", "Wed 25"), strict=True)
    )
    # An hour before midnight in Paris it is the morning of the next day in Tokyo: of that day it is said to be.
    late = datetime(2026, 11, 24, 22, 0, tzinfo=UTC)
    both = home.page(permissions=roles.ROLES["analyst"], now=late)["cut_offs"]
    assert [(miss.today, miss.cut_off.day.day) for miss in both] == [(False, 25)] * len(both)
    client.force_login(make.user("analyst", is_staff=True))
    monkeypatch.setattr("backoffice.audit.clock.database_now", lambda: now)
    page = client.get("/").content.decode()
    said = re.findall(r"Misses [^<]*, unless it is done before</b><br><b>([^<]*)</b>", page)
    assert len(said) == 2 and "Misses the cut-off of Wed 25 Nov, unless" in page
    assert page.index("Misses today’s cut-off, unless") < page.index("Misses the cut-off of Wed 25 Nov")


def test_a_cut_off_whose_words_name_tomorrow_is_not_called_today_s_though_it_comes_today():
    quick.payout(country="JP", currency="JPY")
    now = datetime(
        2026, 11, 25, 1, 0, tzinfo=UTC
    )  # 10:00 of Wednesday in Tokyo, 15:00 of Tuesday in Honolulu
    with timezone.override("Pacific/Honolulu"):
        (miss,) = home.page(permissions=roles.ROLES["analyst"], now=now)["cut_offs"]
        assert timezone.localdate(miss.cut_off.at) == timezone.localdate(now)
    assert miss.cut_off.words.startswith("Wed 25 Nov") and not miss.today


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
