"""Lists of payouts sorted by amount, age and time in their status, a page at a time, with nothing lost or twice."""

import html
import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse

from backoffice.doors import keyset
from payouts.models import Payout
from payouts.operations import creation, review
from tests import make, make_accounts
from tests.payouts import quick, standing
from tests.payouts.admin.test_export_links import asked

pytestmark = pytest.mark.django_db
ORDERS = {"created": ("pk",), "waiting": ("status_at", "pk"), "amount": ("currency", "amount_minor", "pk")}
KEPT = {
    "": {},
    "country=FR": {"country": "FR"},
    "status=REVIEWED,PENDING_REVIEW": {},
    "currency=EUR": {"currency": "EUR"},
    "amount_min=5": {"amount_minor__gte": 500},
    "status=REVIEWED&currency=EUR": {"status": "REVIEWED"},
}
ALL, REVIEW = "admin:payouts_payout_list", "admin:payouts_payout_review"
APPROVALS, FAILED = "admin:payouts_payout_approvals", "admin:payouts_payout_failed"


@pytest.fixture
def reader(client):
    client.force_login(make.user("auditor", is_staff=True))
    return client


@pytest.fixture
def many(monkeypatch):
    """Eleven payouts in two statuses and two currencies, with equals among them; pages of three."""
    monkeypatch.setattr(keyset.page, "__kwdefaults__", keyset.page.__kwdefaults__ | {"size": 3})
    due = [("FR", "EUR", a) for a in (900, 500, 900, 100, 500, 700, 800, 500, 200)]
    for country, currency, amount in [*due, ("GB", "GBP", 600), ("GB", "GBP", 300)]:
        owner = make.seller(country=country)
        make.earning(make.ledger_account(owner, currency=currency), amount_minor=amount, due_date=make.TODAY)
        make_accounts.payable(owner, currency=currency)
    creation.run(until=None, key="all", actor=make.person("analyst"), now=make.NOW)
    ids = list(Payout.objects.order_by("pk").values_list("pk", flat=True))
    assert len(ids) == 11
    review.review(payout_ids=ids[6:9], actor=make.person("analyst"), now=make.NOW)
    for number, pk in enumerate(ids):
        Payout.objects.filter(pk=pk).update(status_at=make.NOW - timedelta(hours=number % 4))


def walk(client, path: str, link: str = "next") -> list[list[int]]:
    """The ids on each page from this one on, following the pager."""
    seen: list[list[int]] = []
    for _ in range(20):
        found = client.get(path).context
        seen.append([(row["payout"] if isinstance(row, dict) else row.payout).pk for row in found["rows"]])
        url = getattr(found["pager"], f"{link}_url")
        if not url:
            return seen
        path = f"{path.partition('?')[0]}{url}"
    raise AssertionError("the pages do not end")


def test_pages_of_a_sorted_list_hold_each_payout_once_in_order_and_back_again(reader, many):
    path = reverse(ALL)
    for sort in ("created", "waiting", "-amount"):
        names = ORDERS[sort.removeprefix("-")]
        wanted = Payout.objects.order_by(*(F(n).desc() if sort.startswith("-") else F(n) for n in names))
        for query, conditions in KEPT.items() if sort == "-amount" else [("", {})]:
            ids = list(wanted.filter(**conditions).values_list("pk", flat=True))
            pages = walk(reader, f"{path}?{query}&sort={sort}")
            assert [pk for page in pages for pk in page] == ids, (sort, query)
    last = reader.get(f"{path}?sort=amount").context["pager"].next_url
    while following := reader.get(path + last).context["pager"].next_url:
        last = following
    assert walk(reader, path + last, "previous")[::-1] == walk(reader, f"{path}?sort=amount")


def test_a_row_that_comes_meanwhile_shifts_no_page(reader, many):
    path = reverse(REVIEW)
    first = reader.get(f"{path}?sort=-amount&currency=EUR").context
    quick.payout(amount_minor=1000)
    second = reader.get(path + first["pager"].next_url).context
    seen = [row.payout.amount_minor for page in (first, second) for row in page["rows"]]
    assert seen == [900, 900, 700, 500, 500, 100]


def test_the_columns_say_which_way_the_list_is_sorted_and_a_cursor_or_sort_that_is_none_is_refused(
    reader, many
):
    path = reverse(REVIEW)

    def heads(query: str) -> dict[str, tuple[str, str]]:
        page = reader.get(path + query).content.decode()
        found = re.findall(
            r'<th scope="col" class="[^"]*"( aria-sort="(\w+)")?[^>]*><a href="([^"]*)">(\w+)</a>', page
        )
        return {label: (aria, url) for _, aria, url, label in found}

    assert heads("") == {
        "Age": ("", "?sort=created"),
        "Waiting": ("descending", "?sort=-waiting"),  # oldest first, and it says so
        "Amount": ("", "?sort=-amount"),
    }
    down = heads("?sort=-amount&country=FR&before=EUR~600~99")["Amount"]
    assert down == ("descending", "?country=FR&amp;sort=amount")
    assert heads("?sort=amount")["Amount"] == ("ascending", "?sort=-amount")
    # The oldest first: the largest age stands on top.
    assert heads("?sort=created")["Age"] == ("descending", "?sort=-created")

    def said(**query: str) -> str:
        answer = reader.get(path, query)
        assert answer.status_code == 400, query
        return html.unescape(answer.content.decode())

    for wrong in ("7", "EUR~x~7", "~~", "EUR~9999999999999999999~7", "EUR~²~7"):
        shown = said(sort="amount", before=wrong)
        assert f"“before={wrong}” is no place in this list" in shown and f'href="{path}?sort=amount"' in shown
    for wrong in ("2026-11-28T09:00:00~7", "2026-13-45T00:00:00+00:00~7", "now~7"):
        assert f"“before={wrong}” is no place" in said(sort="waiting", before=wrong)
    known = "created, -created, waiting, -waiting, amount, -amount"
    shown = said(sort="name", country="FR")
    assert f"“sort=name” is no order of this list. Use one of {known}." in shown
    assert f'href="{path}?country=FR"' in shown
    assert f'href="{path}?view=all"' in said(sort="name")

    page = reader.get(reverse(ALL), {"sort": "-amount", "country": "FR"}).context
    (chip,) = [chip for chip in page["chips"] if "clear_url" in chip]
    assert chip["clear_url"] == "?sort=-amount"
    assert "sort" not in page["list_query"]
    assert reader.get(page["totals_url"]).context["totals"].count == 9


@pytest.mark.parametrize(("place", "status"), [(REVIEW, "PENDING_REVIEW"), (APPROVALS, "REVIEWED")])
def test_a_queue_begins_with_what_has_waited_longest_and_so_does_its_file(reader, many, place, status):
    path = reverse(place)
    wanted = list(
        Payout.objects.filter(status=status).order_by("status_at", "pk").values_list("pk", flat=True)
    )
    assert [pk for page in walk(reader, path) for pk in page] == wanted != sorted(wanted, reverse=True)
    far = f"{path}?after=2999-01-01T00:00:00%2B00:00~1"
    assert [pk for page in walk(reader, far, "previous")[::-1] for pk in page] == wanted
    _found, in_file = asked(reader, path)
    references = dict(Payout.objects.values_list("reference", "pk"))
    assert [references[row["reference"]] for row in in_file] == wanted
    newest = f"{path}?sort=-created"
    assert [pk for page in walk(reader, newest) for pk in page] == sorted(wanted, reverse=True)


def test_links_of_when_the_newest_came_first_never_show_other_rows(reader, many):
    """Their cursor is an id, no place in the order of a queue: it is refused, with the way to the first page."""
    first = min(Payout.objects.values_list("pk", flat=True))
    for name in (REVIEW, APPROVALS):
        answer = reader.get(f"{reverse(name)}?country=FR&before={first + 8}")
        assert answer.status_code == 400
        assert f'href="{reverse(name)}?country=FR"' in answer.content.decode()


def test_failed_and_returned_are_sorted_too(client):
    client.force_login(make.user("analyst", is_staff=True))
    path = reverse(FAILED)
    for status in ("FAILED", "RETURNED", "CANCELLED"):
        standing.payout(status)
    for sort, names in ORDERS.items():
        assert walk(client, f"{path}?sort={sort}") == [
            list(Payout.objects.order_by(*names).values_list("pk", flat=True))
        ]
    times = [make.NOW - timedelta(hours=hours) for hours in (1, 3, 2)]
    for payout, at in zip(Payout.objects.order_by("pk"), times, strict=True):
        Payout.objects.filter(pk=payout.pk).update(status_at=at)
    _found, in_file = asked(client, path)
    wanted = Payout.objects.order_by("status_at").values_list("reference", flat=True)
    assert [row["reference"] for row in in_file] == list(wanted)
