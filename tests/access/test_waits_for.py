"""A list of what waits for one person shows the next reader the same: its address has their name."""

import html
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from backoffice import roles
from backoffice.people.models import PersonRequest
from payouts.models import AccountVersion, Batch, CapChange, ExportSchedule, ReleaseRequest
from sellers.ledger.models import Adjustment, Period
from tests import make
from tests.access.table import TABLE
from tests.access.test_pages import address, login

LISTS = {
    "payouts_batch_list": (
        {"status": "PROPOSED"},
        lambda world: Batch.objects.get(pk=world.proposed.pk).proposed_by,
    ),
    "payouts_hold_list": (
        {"show": "asked"},
        lambda world: ReleaseRequest.objects.get(pk=world.release_request.pk).asked_by,
    ),
    "payouts_submission_unknown": ({}, lambda world: world.resolution.proposed_by),
    "payouts_statement_breaks": ({"show": "proposed"}, lambda world: world.break_proposal.proposed_by),
    "payouts_cap_list": ({}, lambda world: CapChange.objects.get(pk=world.raised.pk).asked_by),
    "payouts_schedule_list": ({}, lambda world: world.sent_elsewhere.owner),
    "ledger_import_list": ({"kind": "corrections"}, lambda world: world.corrections_file.uploaded_by),
    "ledger_period_list": ({}, lambda world: Period.objects.get(decided_at=None).asked_by),
    "ledger_mapping_list": ({}, lambda world: world.account_wanted.asked_by),
    "ledger_rate_list": ({}, lambda world: world.rate_wanted.asked_by),
    "payouts_payoutaccount_list": (
        {},
        lambda world: AccountVersion.objects.get(pk=world.version.pk).requested_by,
    ),
    "ledger_adjustment_list": ({}, lambda world: Adjustment.objects.get(pk=world.adjustment.pk).requested_by),
    "settings": ({}, lambda world: PersonRequest.objects.get(pk=world.person_request.pk).asked_by),
}
"""Each list that the front page leads to by whom it waits for, and who in the world asked for one of its rows."""
OTHERS = ("payouts_payoutaccount_list", "ledger_adjustment_list")
"""Those that say it by whose wishes they leave out."""
WISHES = ("ledger_mapping_list", "ledger_rate_list", "payouts_cap_list", "settings")


PAYOUTS = ("/payouts/", {"waits_for": "nobody-at-all"})


def everybody():
    """Who may open everything."""
    user = make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True)
    return login(user), user.username


def parameter(name):
    return "not_asked_by" if name in OTHERS else "waits_for"


def label(name):
    return "Asked by others than" if name in OTHERS else "Waits for"


def shown(client, name, world, whom):
    """How many rows this reader sees of what waits for somebody."""
    query = {**LISTS[name][0], parameter(name): whom}
    page = client.get(address(name, TABLE[name], world), query)
    assert page.status_code == 200
    return page, len(page.context["waiting" if name in WISHES else "rows"])


@pytest.mark.parametrize("name", LISTS)
def test_the_next_reader_sees_what_waits_for_whom_the_address_names(name, standing, undone):
    asker = LISTS[name][1](standing)
    asker.first_name, asker.last_name = "Ingrid", "Sørensen"
    asker.save()
    (client, own), theirs = everybody(), asker.username
    page, left = shown(client, name, standing, theirs)
    _page, mine = shown(client, name, standing, own)
    assert left < mine, "of the asker's own work they decide nothing"
    said = html.unescape(page.content.decode())
    assert f"{label(name)}: Ingrid Sørensen" in said and f"{label(name)}: me" not in said
    asker.is_staff = True
    asker.save()
    other, _name = everybody()
    assert shown(other, name, standing, theirs)[1] == left
    assert shown(other, name, standing, own)[1] == mine


@pytest.mark.parametrize(
    "name", [*LISTS, "payouts_hold_totals", "payouts_batch_totals", "payouts_payout_approvals"]
)
def test_me_leads_to_the_address_with_the_reader_s_name(name, standing, undone):
    client, own = everybody()
    given = LISTS[name][0] if name in LISTS else {}
    here = address(name, TABLE[name], standing)
    answer = client.get(here, {**given, parameter(name): "me"})
    assert answer.status_code == 302 and answer.url == f"{here}?{urlencode({**given, parameter(name): own})}"
    page = client.get(answer.url)
    assert page.status_code == 200
    if name in LISTS:
        assert f"{label(name)}: me" in page.content.decode()


def test_broken_schedules_are_those_of_the_owner_whom_the_address_names(standing, undone):
    (client, own), owner = everybody(), standing.sent_elsewhere.owner
    owner.is_staff = True
    owner.save()
    ExportSchedule.objects.filter(pk=standing.sent_elsewhere.pk).update(
        stopped_why="Their role was taken away."
    )
    here = reverse("admin:payouts_schedule_list")
    assert client.get(here, {"show": "broken", "owner": "me"}).url == f"{here}?show=broken&owner={own}"

    def listed(**query):
        return [row["schedule"].pk for row in client.get(here, {"show": "broken", **query}).context["rows"]]

    assert (
        listed(owner=owner.username) == listed() == [standing.sent_elsewhere.pk] and listed(owner=own) == []
    )
    assert f"show=broken&amp;owner={owner.username}" in login(owner).get("/").content.decode()


def test_whoever_is_called_me_is_led_in_no_circle(standing, undone):
    user = make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True, username="me")
    assert login(user).get("/batches/?waits_for=me").status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_a_name_that_nobody_has_is_refused_as_the_list_of_payouts_refuses_it(name, standing, undone):
    client, _own = everybody()
    sentence = "“nobody-at-all” is nobody's user name."
    here = address(name, TABLE[name], standing)
    for url, query in ((here, {**LISTS[name][0], parameter(name): "nobody-at-all"}), PAYOUTS):
        answer = client.get(url, query)
        assert answer.status_code == 400 and sentence in html.unescape(answer.content.decode())
