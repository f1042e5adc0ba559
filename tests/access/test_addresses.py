"""No list shows rows that its address does not say: what it cannot read is refused, and what pages lead to is read."""

import html
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import NoReverseMatch, reverse

from backoffice import roles
from tests import make
from tests.access.table import TABLE
from tests.access.test_pages import address, ask, login
from tests.browser.pages import all_of

PAYOUTS = (
    "payouts_payout_list",
    "payouts_payout_review",
    "payouts_payout_approvals",
    "payouts_payout_failed",
)
PAGED = (
    *PAYOUTS, "payouts_hold_list", "payouts_batch_list", "payouts_batch_detail", "payouts_batch_progress",
    "payouts_export_list", "payouts_export_rows", "payouts_schedule_list", "payouts_schedule_detail",
    "payouts_run_list", "payouts_job_list",
    "payouts_run_detail", "payouts_run_payees", "payouts_statement_list", "payouts_statement_detail",
    "payouts_statement_breaks", "payouts_submission_unknown", "payouts_recall_list", "payouts_rail_list",
    "payouts_payoutaccount_list", "ledger_import_list", "ledger_import_detail", "sellers_import_detail",
    "ledger_adjustment_list", "ledger_transaction_list", "ledger_period_entries", "audit_event_list",
    "sellers_seller_list", "sellers_seller_detail", "settings", "ledger_mapping_list", "ledger_rate_list",
)  # fmt: skip
LISTS = (
    *PAGED, "settings_roles", "settings_countries", "payouts_payout_totals", "payouts_payout_detail",
    "payouts_payout_statement", "payouts_hold_totals", "payouts_statement_break_totals",
    "payouts_statement_accounts", "payouts_view_list", "payouts_invariant_list", "payouts_funding_list",
    "payouts_cap_list", "payouts_run_new", "payouts_run_preview", "payouts_why", "search", "ledger_period_list",
    "ledger_period_detail", "ledger_period_totals", "ledger_period_accounts", "ledger_period_accounts_rows",
    "payouts_batch_caps", "payouts_batch_totals", "payouts_export_rows_totals", "payouts_recall_totals",
    "payouts_payoutaccount_totals", "ledger_adjustment_totals",
)  # fmt: skip
# No list, or its address is read by a form of its own.
FORMS = frozenset(
    {
        "index", "password_change", "password_change_done", "styleguide", "jsi18n", "person_add",
        "payouts_view_new", "payouts_hold_release", "payouts_hold_withdraw", "payouts_export_new",
        "payouts_export_choose", "payouts_schedule_choose", "payouts_schedule_new", "payouts_funding_add",
        "payouts_cap_change", "sellers_import_new", "ledger_import_new", "ledger_corrections_new",
        "ledger_statement_new", "ledger_mapping_new", "ledger_rate_new",
    }
)  # fmt: skip


@pytest.fixture
def everybody(standing, undone):
    """Who may open everything."""
    return login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))


def the_address(name: str, standing: Any) -> str:
    """Of the page of this name, without parameters."""
    return address(name, TABLE[name], standing)


def refuses(client: Client, url: str, query: dict[str, Any], *, wrong: str) -> str:
    """What is wrong with the answer to this address, of which ``wrong`` is to be refused; empty where nothing is."""
    answer = ask(client, "get", url, query)
    text = html.unescape(answer.content.decode())
    rest = urlencode({name: value for name, value in query.items() if name != wrong})
    back = re.search(r'href="([^"]*)"[^>]*>The list without it<', text)
    named = re.search(rf"“[^”]*{re.escape(wrong)}[^”]*”|“{re.escape(str(query[wrong]))}”", text)
    led = back and back[1] in (f"{url}?{rest}" if rest else url, f"{url}?view=all")
    if answer.status_code == 400 and named and led:
        return ""
    return f"{url} {query}: {answer.status_code}, {'' if named else 'not named, '}back {back and back[1]}"


def test_every_page_without_something_in_its_path_is_a_list_or_a_form():
    without = {name for name, door in TABLE.items() if door.get == 200 and not _takes(name, door)}
    assert without - set(LISTS) == FORMS
    assert {name for name in TABLE if name.endswith("_list")} <= set(LISTS)


def _takes(name: str, door: Any) -> bool:
    if door.own:
        return True
    try:
        reverse(f"admin:{name}")
    except NoReverseMatch:
        return True
    return False


def test_a_list_refuses_a_parameter_that_it_does_not_know(standing, everybody):
    wrong = [
        refuses(
            everybody, the_address(name, standing), {**TABLE[name].query(standing), word: "1"}, wrong=word
        )
        for name in LISTS
        for word in ("nonsense", "utm_source", "Sort")
    ]
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_a_list_refuses_an_order_that_it_has_not(standing, everybody):
    """Sums have none: theirs is left out, as a list's own address is asked for them."""
    wrong = [
        refuses(
            everybody,
            the_address(name, standing),
            {**TABLE[name].query(standing), "sort": "nonsense"},
            wrong="sort",
        )
        for name in LISTS
        if name not in ("payouts_payout_totals", "payouts_hold_totals")
    ]
    assert not any(wrong), "\n".join(filter(None, wrong))


def test_a_list_refuses_a_place_that_it_has_not(standing, everybody):
    wrong = [
        refuses(
            everybody, the_address(name, standing), {**TABLE[name].query(standing), place: value}, wrong=place
        )
        for name in PAGED
        for place in ("after", "before")
        for value in ("nonsense", "²", "7~7~7")
    ]
    assert not any(wrong), "\n".join(filter(None, wrong))


VALUES = [
    ("payouts_payout_list", {"view": "mine"}, "view"),
    ("payouts_payout_list", {"created_after": "soon"}, "created_after"),
    ("payouts_payout_review", {"status": "PAID", "country": "FR"}, "status"),
    ("payouts_payout_failed", {"undecided": "false"}, "undecided"),
    ("payouts_hold_list", {"show": "some"}, "show"),
    ("payouts_hold_list", {"past": "yes"}, "past"),
    ("payouts_hold_list", {"older": "2", "currency": "EUR"}, "older"),
    ("payouts_batch_list", {"status": "SENT", "currency": "EUR"}, "status"),
    ("payouts_batch_list", {"currency": "ABC", "status": "PROPOSED"}, "currency"),
    ("payouts_batch_list", {"funding": "NOWHERE", "currency": "EUR"}, "funding"),
    ("payouts_batch_list", {"value_from": "soon", "status": "PROPOSED"}, "value_from"),
    ("payouts_batch_totals", {"funding": "NOWHERE", "currency": "EUR"}, "funding"),
    ("payouts_export_list", {"show": "old"}, "show"),
    ("payouts_statement_list", {"account": "NOWHERE"}, "account"),
    ("payouts_statement_list", {"books": "yes"}, "books"),
    ("payouts_statement_breaks", {"account": "NOWHERE", "state": "open"}, "account"),
    ("payouts_statement_breaks", {"show": "closed"}, "show"),
    ("payouts_statement_breaks", {"show": "proposed", "state": "open"}, "state"),
    ("payouts_submission_unknown", {"currency": "XXX"}, "currency"),
    ("payouts_recall_list", {"show": "open"}, "show"),
    ("payouts_rail_list", {"closed": "yes"}, "closed"),
    ("payouts_payoutaccount_list", {"show": "old", "country": "FR"}, "show"),
    ("payouts_run_payees", {"which": "some"}, "which"),
    ("payouts_payout_detail", {"lines": "some"}, "lines"),
    ("payouts_payout_detail", {"lines": "all", "after": "x"}, "after"),
    ("payouts_payout_statement", {"lang": "xx"}, "lang"),
    ("payouts_why", {"q": "P1", "lang": "xx"}, "lang"),
    ("payouts_why", {"q": "P1", "kind": "run"}, "kind"),
    ("ledger_import_list", {"kind": "cats"}, "kind"),
    ("ledger_adjustment_list", {"show": "all"}, "show"),
    ("ledger_transaction_list", {"book": "cats"}, "book"),
    ("ledger_period_list", {"show": "all"}, "show"),
    ("ledger_period_entries", {"book": "payable", "currency": "EUR", "country": "all"}, "country"),
    ("ledger_period_entries", {"book": "payable", "currency": "ABC"}, "currency"),
    ("ledger_period_entries", {"book": "payable", "currency": "EUR", "kind": "gift"}, "kind"),
    ("ledger_period_accounts", {"book": "cats", "currency": "EUR"}, "book"),
    ("audit_event_list", {"person": "nobody-here"}, "person"),
    ("audit_event_list", {"action": "cap.eat", "first": "2026-11-01"}, "action"),
    ("audit_event_list", {"first": "soon", "action": "cap.ask"}, "first"),
    ("sellers_seller_list", {"country": "ZZ"}, "country"),
    ("sellers_seller_list", {"standing": "sitting", "country": "FR"}, "standing"),
    ("sellers_seller_detail", {"status": "SENT", "search": "P1"}, "status"),
    *((name, {"waits_for": "you"}, "waits_for") for name in (
        "payouts_batch_list", "payouts_hold_list", "payouts_hold_totals", "payouts_cap_list", "settings",
        "payouts_schedule_list", "payouts_submission_unknown", "ledger_import_list", "ledger_mapping_list",
        "ledger_period_list", "ledger_rate_list",
    )),
]  # fmt: skip


def test_a_list_refuses_a_value_that_it_cannot_read_and_leads_to_the_rest(standing, everybody):
    wrong = []
    for name, query, parameter in VALUES:
        url = the_address(name, standing)
        answer = ask(everybody, "get", url, query)
        text = html.unescape(answer.content.decode())
        rest = {each: value for each, value in query.items() if each != parameter}
        led = [f"{url}?{urlencode(rest)}" if rest else url, f"{url}?view=all"]
        said = f"“{query[parameter]}”" in text or f"{parameter}={query[parameter]}”" in text
        said = said or parameter in (
            "first",
            "created_after",
            "value_from",
            "undecided",
        )  # a sentence of its own
        if answer.status_code != 400 or not said or not any(f'href="{each}"' in text for each in led):
            wrong.append(f"{url} {query}: {answer.status_code} {'' if said else 'not said'}")
    assert not wrong, "\n".join(wrong)


def test_a_run_s_day_that_cannot_be_read_is_no_preview(standing, everybody):
    answer = everybody.get(reverse("admin:payouts_run_new"), {"until": "soon"})
    assert answer.status_code == 400 and "That is no date" in answer.content.decode()


def test_holds_of_every_currency_have_no_order_by_money(standing, everybody):
    answer = everybody.get(reverse("admin:payouts_hold_list"), {"sort": "-money"})
    assert answer.status_code == 400 and "Filter by a currency first" in answer.content.decode()


def links(page: HttpResponse, here: str) -> Iterator[str]:
    """Every address with parameters that the page leads to or fetches, and one for each of its filters."""
    for url in re.findall(r'(?:href|hx-get)="([^"#]*\?[^"#]*)', page.content.decode()):
        found = html.unescape(url)
        yield here + found if found.startswith("?") else found
    for chip in (page.context or {}).get("chips") or []:
        if "fields" in chip and not chip.get("action"):
            sent = [*chip.get("keep", ()), *((each.html_name, _first(each)) for each in chip["fields"])]
            yield f"{here}?{urlencode(sent)}"


def _first(field: Any) -> str:
    return next((str(value) for value, _words in getattr(field.field, "choices", ()) if value), "")


def test_what_a_page_leads_to_is_read(standing, everybody):
    """Two steps deep, each set of parameters of a page once."""
    shown = {page.url for page in all_of(standing) if page.status == 200}
    seen: set[tuple[str, frozenset[str]]] = set()
    wrong, waiting = [], [(url, 0) for url in sorted(shown | {the_address(name, standing) for name in LISTS})]
    while waiting:
        url, depth = waiting.pop(0)
        page = ask(everybody, "get", url, {}) if "?" not in url else _opened(everybody, url)
        if page.status_code == 400:
            wrong.append(url)
        if page.streaming or not page["Content-Type"].startswith("text/html") or depth == 2:
            continue
        for each in links(page, urlsplit(url).path):
            found = urlsplit(each)
            kind = (
                found.path,
                frozenset(name for name, _value in parse_qsl(found.query, keep_blank_values=True)),
            )
            if found.netloc or kind in seen:
                continue
            seen.add(kind)
            waiting.append((each, depth + 1))
    assert len(seen) > 200
    assert not wrong, "\n".join(wrong)


def _opened(client: Client, url: str) -> HttpResponse:
    found = urlsplit(url)
    query: dict[str, Any] = {}
    for name, value in parse_qsl(found.query, keep_blank_values=True):
        query.setdefault(name, []).append(value)
    return ask(client, "get", found.path, query)


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("payouts_payout_list", 1),
        ("payouts_payout_review", "2999-01-01T00:00:00%2B00:00~1"),  # what has waited longest comes first
        ("payouts_hold_list", 10**9),  # the oldest come first
        ("payouts_batch_list", 1),
        ("audit_event_list", 1),
    ],
)
def test_a_page_beyond_the_end_says_so_and_leads_to_the_first(name, place, standing):
    address = reverse(f"admin:{name}")
    page = everybody_at(standing).get(f"{address}?before={place}").content.decode()
    assert "Nothing on this page any more" in page and f'href="{address}"' in page


def test_an_address_cannot_point_before_and_after_at_once(standing):
    assert everybody_at(standing).get("/payouts/?before=9&after=1").status_code == 400


@pytest.mark.parametrize(
    "twice", ["search=anna&search=maria", "created_after=2026-11-01&created_after=2026-11-20"]
)
def test_a_filter_of_payouts_that_stands_there_twice_is_refused(standing, twice):
    answer = everybody_at(standing).get(f"/payouts/?{twice}")
    assert answer.status_code == 400 and "stands there twice" in answer.content.decode()
    assert everybody_at(standing).get("/payouts/?status=PAID&status=FAILED").status_code == 200


def everybody_at(standing):
    return login(make.user(permissions=set().union(*roles.ROLES.values()), is_staff=True))
