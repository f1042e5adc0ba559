"""Any total of an export explains itself: by the links of the pages, each step of the same sum, down to order lines."""

import html
import re
from collections import Counter

import pytest
from django.test import Client

from backoffice import roles
from backoffice.audit.clock import database_now
from backoffice.doors import keyset
from payouts.exports import kinds, paging, rows
from payouts.exports.columns import Kind, columns_of
from payouts.models import Payout
from payouts.operations import exporting
from payouts.queries import filters, worklist
from sellers.ledger.models import Earning, Transaction
from tests import make
from tests.access.conftest import standing  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("standing", "sold")
YEARLY = {"dac7": "year=2026", "1099k": "year=2026", "earnings": "year=2026"}
OF_PAYOUTS = ("payouts", "lines", "failed", "open")
WAITING = ("accounts", "adjustments", "recalls", "unknown")
ADDED_UP = [
    kind
    for kind, each in kinds.KINDS.items()
    if any(column.summed for column in each.resource().fields.values())
]


@pytest.fixture(scope="module")
def sold(standing, django_db_blocker):  # noqa: F811
    """A year of sales, commissions, refunds and a reserve, in the EU and in the US."""
    with django_db_blocker.unblock():
        for country, currency in (("FR", "EUR"), ("DE", "EUR"), ("US", "USD")):
            account = make.ledger_account(make.seller(country=country), currency=currency)
            for minor, kind in (
                (200_03, "sale"), (-20_01, "commission"), (-50_00, "refund"), (-1_00, "fee"), (7, "reserve"),
            ):  # fmt: skip
                make.earning(account, amount_minor=minor, kind=kind)
            make.earning(account, amount_minor=99_99, kind="sale")


@pytest.fixture
def reader(settings, tmp_path, monkeypatch):
    """A browser of somebody who may export everything, with short pages."""
    settings.EXPORT_DIR = str(tmp_path)
    monkeypatch.setattr(keyset, "SIZE", 7)
    client = Client()
    user = make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True)
    client.force_login(user)
    client.user = user
    return client


def exported(reader, kind, query="", columns=()):
    """A written export, and what its totals are by currency."""
    values = {"format": "jsonl", "actor": make.actors.person(reader.user), "now": database_now()}
    made = exporting.request(kind=kind, filters=query or YEARLY.get(kind, ""), columns=columns, **values)
    assert exporting.write(export_id=made.pk, now=database_now())
    made.refresh_from_db()
    return made, {code: minor for code, _rows, minor in made.totals}


def shown(reader, made):
    """The row of the export on the list of exports."""
    text = reader.get("/exports/").content.decode()
    return html.unescape(
        re.search(rf"<tr data-row>\s*<td[^>]*><span class=\"ref\">{made.file_name}.*?</tr>", text, re.S)[0]
    )


def page(reader, url):
    answer = reader.get(url)
    assert answer.status_code == 200, url
    return answer


def totals_of(reader, answer):
    """What the page says of all its rows."""
    found = page(reader, answer.context["totals_url"])
    assert found.context["totals"].exact
    return {each.currency: each.minor for each in found.context["totals"].sums}


def all_rows(reader, url):
    """The rows of every page from this one on, as their cells; and the first page."""
    first = answer = page(reader, url)
    found = []
    while True:
        found += answer.context["rows"]
        following = answer.context["pager"].next_url
        if not following:
            return first, found
        answer = page(reader, f"/exports/rows/{following}")


def money(row):
    """The amount of the row that the page adds up: the first."""
    return next(each["value"] for each in row["cells"] if each["kind"] == "money" and each["value"])


def links(row):
    return {each["value"]: each["url"] for each in row["cells"] if each["url"]}


def same(one, other, *, turned=False):
    """Equal to the minor unit, in each currency; what comes to nothing may be left out."""
    sign = -1 if turned else 1
    return {code: sign * minor for code, minor in one.items() if minor} == {
        code: minor for code, minor in other.items() if minor
    }


def added(reader, found):
    counted = Counter()
    for row in found:
        if any(each["kind"] == "money" and each["value"] for each in row["cells"]):
            counted[money(row).currency] += money(row).minor
    return dict(counted)


def lines_of(reference):
    """What the lines of these payouts come to, as their export has them."""
    definition = kinds.KINDS["lines"]
    selection = rows.select(definition, definition.chosen({"search": reference}, now=make.NOW))
    return sum(row["amount"] for chunk in rows.raw(selection) for row in chunk)


def bottom(reader, row):
    """The row's own page, and the order line or the payout behind it."""
    led = links(row)
    assert led
    for reference, url in led.items():
        text = page(reader, url).content.decode()
        if reference.startswith("P"):
            assert lines_of(reference) == Payout.objects.get(reference=reference).amount_minor
        if reference.startswith("T"):
            one = Transaction.objects.get(pk=reference[1:])
            if Earning.objects.filter(transaction=one).exists():
                assert "The order line behind it" in text
            elif one.kind != "opening_balance":
                assert re.search(r'href="/(payouts/P|reconciliation/lines/)\d', text), (one.key, one.kind)


@pytest.mark.parametrize("kind", [kind for kind in ADDED_UP if kind not in OF_PAYOUTS])
def test_a_total_leads_down_to_its_order_lines(reader, kind):
    made, wanted = exported(reader, kind)
    assert any(wanted.values())
    url = re.search(r'href="(/exports/rows/[^"]*)">What it is made of', shown(reader, made))[1]
    steps = []
    while url:
        first, found = all_rows(reader, url)
        steps.append(re.search(r"kind=(\w+)", url)[1])
        assert same(totals_of(reader, first), wanted), url
        # A debit or a credit each; money that several holds stop, or that waits for several accounts.
        if steps[-1] not in ("transactions", "holds", "accounts"):
            assert same(added(reader, found), wanted)
        for row in found:
            if row["made_of"]:
                one = page(reader, row["made_of"])
                assert same(totals_of(reader, one), {money(row).currency: money(row).minor})
        url = next((each["url"] for each in first.context["verbs"] if "made of" in each["label"]), "")
    assert steps[-1] in (
        "entries",
        "earnings",
        "payments",
        "bank_lines",
        "sellers",
        "transactions",
        "holds",
        *WAITING,
    )
    for row in found[:20]:
        bottom(reader, row)


@pytest.mark.parametrize(
    ("kind", "amount"),
    [
        (kind, column.name)
        for kind in ("balances", "dac7", "1099k")
        for column in kinds.KINDS[kind].resource().fields.values()
        if column.summed and "NULL" not in column.sql
    ],
)
def test_so_does_the_total_of_any_amount_that_was_chosen_alone(reader, kind, amount):
    made, wanted = exported(reader, kind, columns=[amount])
    if not made.totals:
        pytest.fail("nothing to add up")
    url = re.search(r'href="(/exports/rows/[^"]*)">What it is made of', shown(reader, made))[1]
    first = page(reader, url)
    assert same(totals_of(reader, first), wanted)
    (made_of,) = (each["url"] for each in first.context["verbs"] if "made of" in each["label"])
    behind = totals_of(reader, page(reader, made_of))
    assert same(behind, wanted, turned=amount.startswith("fees"))


def test_the_sums_of_a_balance_stay_those_of_its_moment(reader):
    account = make.ledger_account(make.seller(country="FR"))
    make.earning(account, amount_minor=10_00)
    query = f"seller={account.seller.reference}"
    made, wanted = exported(reader, "balances", query)
    make.earning(account, amount_minor=5_00, now=database_now())
    url = re.search(r'href="(/exports/rows/[^"]*)">What it is made of', shown(reader, made))[1]
    first = page(reader, url)
    assert totals_of(reader, first) == wanted == {"EUR": 10_00}
    (made_of,) = (each["url"] for each in first.context["verbs"] if "made of" in each["label"])
    assert totals_of(reader, page(reader, made_of)) == {"EUR": 10_00}
    assert totals_of(reader, page(reader, f"/exports/rows/?kind=balances&{query}")) == {"EUR": 15_00}


def test_what_a_page_leads_to_is_of_its_moment_where_the_address_names_none(reader):
    account = make.ledger_account(make.seller(country="FR"))
    make.earning(account, amount_minor=10_00)
    first = page(reader, f"/exports/rows/?kind=balances&seller={account.seller.reference}")
    make.earning(account, amount_minor=5_00, now=database_now())
    assert totals_of(reader, first) == {"EUR": 10_00}


@pytest.mark.parametrize("kind", OF_PAYOUTS)
def test_a_total_of_payouts_leads_to_their_list_and_to_their_lines(reader, kind):
    made, wanted = exported(reader, kind)
    row = shown(reader, made)
    listed = re.search(r'href="(/payouts/\?[^"]*)"', row)[1]
    answer = page(reader, listed)
    assert same(totals_of(reader, answer), wanted)
    chosen = filters.read(listed.partition("?")[2])
    assert {each.currency: each.minor for each in worklist.totals(chosen.qs).sums} == wanted
    if kind == "lines":
        return
    lines = re.search(r'href="(/exports/new/\?[^"]*)"', row)[1]
    assert page(reader, lines).status_code == 200
    query = lines.partition("?")[2].replace("kind=lines", "").strip("&")
    assert same(exported(reader, "lines", query)[1], wanted)


def test_open_at_a_moment_is_what_the_export_of_that_moment_holds(reader):
    for payout in Payout.objects.order_by("pk")[:12]:
        for at in payout.transitions.values_list("at", flat=True):
            query = {"at": at.isoformat(), "seller": payout.seller.reference}
            definition = kinds.KINDS["open"]
            selection = rows.select(definition, definition.chosen(query, now=database_now()))
            file = [row["payout"] for chunk in rows.raw(selection) for row in chunk]
            chosen = filters.read({"open_at": query["at"], "seller": query["seller"]})
            assert list(chosen.qs.order_by("-pk").values_list("reference", flat=True)) == file


@pytest.mark.parametrize("kind", [kind for kind, each in kinds.KINDS.items() if each.shown])
def test_pages_hold_every_row_once_both_ways(reader, kind):
    url = f"/exports/rows/?kind={kind}&{YEARLY.get(kind, '')}"
    _first, found = all_rows(reader, url)
    selection = rows.select(
        kinds.KINDS[kind], kinds.KINDS[kind].chosen(YEARLY.get(kind, ""), now=database_now())
    )
    assert len(found) == rows.count(selection, most=100_000) > 0
    last = answer = page(reader, url)
    while answer.context["pager"].next_url:
        last = answer = page(reader, f"/exports/rows/{answer.context['pager'].next_url}")
    back = list(last.context["rows"])
    while answer.context["pager"].previous_url:
        answer = page(reader, f"/exports/rows/{answer.context['pager'].previous_url}")
        back = [*answer.context["rows"], *back]
    assert [links(row) for row in back] == [links(row) for row in found]


@pytest.mark.parametrize("kind", ["sellers", "dac7", "holds", "reconciliation"])
def test_references_stand_in_the_order_of_their_numbers(reader, kind):
    for _ in range(12):
        make.seller()
    definition = kinds.KINDS[kind]
    selection = rows.select(definition, definition.chosen(YEARLY.get(kind, ""), now=database_now()))
    keys, place = [], None
    while True:
        found = paging.page(selection, size=3, place=place)
        keys += [row[paging.PLACE] for row in found.rows]
        if not found.more:
            break
        place = keys[-1]
    parts = [re.match(r"([A-Z]+)([0-9]+)(.*)", key).groups() for key in keys]
    assert parts == sorted(parts, key=lambda each: (int(each[1]), each[0], each[2]))
    assert len(set(keys)) == len(keys) == rows.count(selection, most=10_000) > 1


def test_the_page_says_what_it_cannot_show(reader):
    for query in (
        "kind=payouts", "kind=nothing", "kind=entries&book=gold", "kind=entries&before=x",
        "kind=entries&before=1&after=2", "kind=dac7&amount=secret", "kind=entries&nothing=1",
    ):  # fmt: skip
        assert reader.get(f"/exports/rows/?{query}").status_code in (400, 422), query


def test_a_kind_opens_to_its_own_rights_and_its_links_to_theirs():
    client = Client()
    held = ["payouts.request_export", "payouts.view_batch", "payouts.view_payout"]
    client.force_login(make.user(permissions=held, is_staff=True))
    assert client.get("/exports/rows/?kind=dac7").status_code == 403
    assert client.get("/exports/rows/totals/?kind=entries").status_code == 403
    answer = client.get("/exports/rows/?kind=payments")
    for row in answer.context["rows"]:
        assert links(row)
        assert not any(reference.startswith("S") for reference in links(row))


def test_columns_of_a_page_are_columns_of_the_file():
    for definition in kinds.KINDS.values():
        names = {column.name for column in columns_of(definition.resource())}
        assert set(definition.shown) <= names
        if definition.shown:
            assert any(
                column.kind is Kind.MONEY for column in columns_of(definition.resource(), definition.shown)
            )


@pytest.mark.parametrize(
    "role", [role for role, rights in roles.ROLES.items() if "payouts.request_export" in rights]
)
def test_whoever_may_export_a_total_may_see_what_it_is_made_of(role):
    behind = {
        "balances": "entries", "statement": "entries", "sellers": "entries", "batches": "payments",
        "dac7": "earnings", "1099k": "earnings", "reconciliation": "bank_lines", "open": "lines", "payouts": "lines",
    }  # fmt: skip
    mine = {each.kind for each in kinds.open_to(roles.ROLES[role])}
    assert {behind[kind] for kind in mine & behind.keys()} <= mine
