"""Every number of the front page leads to exactly the rows behind it: each link is opened and its rows are counted."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import resolve
from django.utils.html import escape

from backoffice import home, roles
from backoffice.audit.clock import database_now
from backoffice.home_figures import Figure
from payouts.models import Payout
from payouts.operations import givebacks, holds
from payouts.queries import filters, worklist
from sellers.ledger.money import Money
from tests import make
from tests.payouts import quick
from tests.payouts import standing as payouts

ACCOUNTANT = ["Accounts of the books to confirm", "Rates of months to confirm", "Schedules to confirm"]
WISHES = ("ledger_mapping_list", "ledger_rate_list", "payouts_cap_list", "settings")
PAYOUTS = ("payouts_payout_list", "payouts_payout_review", "payouts_payout_approvals")
ADMIN = ["Raises of caps to grant", "People to confirm"]
TREASURER = ["Batches to approve", "Bank lines to confirm", "Raises of caps to grant"]


def line_counts(role: str, now: datetime) -> dict[str, Any]:
    found = home.page(permissions=roles.ROLES[role], now=now)
    return {line.work.label: line.count.value for line in found["decisions"]}


def figures(value: Any) -> Iterator[Figure]:
    """Every figure anywhere in the context; those of the chart are made of its values and addresses."""
    if isinstance(value, Figure):
        yield value
    elif isinstance(value, dict):
        if "urls" in value:
            yield from (Figure(n, url) for n, url in zip(value["values"], value["urls"], strict=True) if n)
        for each in value.values():
            yield from figures(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from figures(each)
    elif is_dataclass(value):
        for each in fields(value):
            yield from figures(getattr(value, each.name))


def behind(client: Client, figure: Figure) -> int | Money:
    """What the address really lists: rows of the page, or of the filter of the payout list with their money."""
    address = urlsplit(figure.url)
    page = client.get(figure.url)
    assert page.status_code == 200, figure.url
    name = resolve(address.path).url_name
    if name not in PAYOUTS:
        rows = page.context["waiting" if name in WISHES else "rows"]
        if isinstance(figure.value, int):
            return len(rows)
        money = [each for row in rows for each in moneys(row) if each.currency == figure.value.currency]
        return Money(sum(each.minor for each in money), figure.value.currency)
    totals = worklist.totals(filters.read(page.context["list_query"]).qs)
    assert totals.count == len(page.context["rows"]), figure.url
    if isinstance(figure.value, int):
        return totals.count
    (money,) = totals.sums
    return money


def moneys(row: Any) -> list[Money]:
    """What a row of a worklist is about."""
    if isinstance(row, dict) and "affected" in row:  # an account: what is not sent yet of its seller
        return list(row["affected"].sums) if row["affected"] else []
    return [row["money"]] if isinstance(row, dict) else list(row.sums)


@pytest.fixture
def everything(standing, undone):
    """The world, and what it lacks of what the front page counts."""
    quick.payout(country="US", currency="USD", amount_minor=7_00)
    quick.batch([quick.approved(), quick.approved()])
    for status in ("RETURNED", "CANCELLED"):
        payouts.payout(status)
    late = quick.payout()
    until = make.NOW + timedelta(hours=1)
    _hold(late, until)
    return standing


def _hold(payout: Payout, until: datetime) -> None:
    holds.hold(
        payout_ids=[payout.pk],
        actor=make.person("analyst"),
        reason="documents",
        note="Wait",
        now=make.NOW,
        until=until,
    )


@pytest.mark.parametrize(
    "role", ["analyst", "approver", "treasurer", "compliance", "accountant", "auditor", "admin"]
)
def test_each_number_leads_to_exactly_the_rows_behind_it(role, everything):
    client = Client()
    client.force_login(everything.users[role])
    now = database_now()  # that of the pages, too: an hour on, another month may be over
    user = everything.users[role]
    page = home.page(permissions=roles.ROLES[role], now=now, person=user)
    found = list(figures(page))
    wrong = [(each, got) for each in found if (got := behind(client, each)) != each.value]
    assert wrong == []
    by_name = [each.url for each in found if "waits_for=" in each.url or "asked_by=" in each.url]
    assert [url for url in by_name if f"s_for={role}" not in url and f"asked_by={role}" not in url] == []
    assert len(found) > {"auditor": 5, "admin": 0}.get(role, 10)
    wanted = {"accountant": ACCOUNTANT, "treasurer": TREASURER, "admin": ADMIN}
    labels = [line.work.label for line in page["lines"]]
    assert set(wanted.get(role, [])) <= set(labels)


QUEUES = (("analyst", "To review", "review"), ("approver", "To approve", "approve"))


@pytest.mark.parametrize(("role", "label", "verb"), QUEUES)
def test_what_waits_for_a_judgement_leads_to_where_it_is_given(role, label, verb, everything):
    """The number, its money and what is under the cut-off: each list has the verb, its key, and no other main one."""
    client, user = Client(), everything.users[role]
    client.force_login(user)
    page = home.page(permissions=roles.ROLES[role], now=make.NOW, person=user)
    (line,) = [each for each in page["lines"] if each.work.label == label]
    under = [figure for miss in page["cut_offs"] for said, figure in miss.figures if said == label]
    found = [line.count, *(figure for _unused, figure in line.sums if figure), *under]
    assert len(found) >= 3
    for figure in found:
        verbs = client.get(figure.url).context["selection"]["verbs"]
        main = [(each["url"], each["key"]) for each in verbs if each["kind"] == "main"]
        assert main == [(f"/payouts/act/{verb}/", verb[0])]


def test_every_address_of_a_number_stands_on_the_page(everything):
    client = Client()
    client.force_login(everything.users["treasurer"])
    page = client.get("/")
    shown = page.content.decode()
    context = {
        name: page.context[name] for name in ("lines", "decisions", "flight", "funding", "series", "cut_offs")
    }
    missing = [each for each in figures(context) if f'href="{escape(each.url)}"' not in shown]
    assert missing == []
    assert "waits_for=treasurer" in shown and "waits_for=me" not in shown


def test_the_money_of_a_failed_payout_waits_until_somebody_decided(everything):
    failed = Payout.objects.filter(status="FAILED").count()
    before = line_counts("analyst", make.NOW)
    assert before["Failed"] == failed
    givebacks.roll(payout_id=everything.failed.pk, actor=make.person("analyst"), now=make.NOW)
    after = line_counts("analyst", make.NOW)
    assert after.get("Failed", 0) == failed - 1
    assert filters.read("undecided=true&status=FAILED").qs.count() == failed - 1
