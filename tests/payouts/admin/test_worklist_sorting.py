"""What waits for somebody, sorted by age and by money a page at a time: nothing lost, nothing twice, and back again."""

from datetime import timedelta

import pytest

from backoffice.doors import keyset
from payouts.models import Submission
from payouts.operations import recalls
from sellers.ledger.models import AdjustmentKind
from sellers.ledger.operations import adjustments
from tests import make, make_payouts
from tests.access import world
from tests.payouts import camt, quick, standing
from tests.payouts.admin.test_holds import held
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db
AMOUNTS = (500, 900, 100, 500, 700)


@pytest.fixture(autouse=True)
def pages_of_two(monkeypatch):
    monkeypatch.setattr(keyset.page, "__kwdefaults__", keyset.page.__kwdefaults__ | {"size": 2})


def walk(browser, path: str, link: str = "next") -> list[list[object]]:
    """The rows on each page from this one on, following the pager."""
    seen = []
    while True:
        found = browser.get(path).context
        seen.append(found["rows"])
        url = getattr(found["pager"], f"{link}_url")
        if not url:
            return seen
        path = f"{path.partition('?')[0]}{url}"


def check(browser, path: str, sort: str, wanted: list[object], of) -> None:
    """The list holds these in this order, each once, and its last page leads back to the first."""
    address = f"{path}{'&' if '?' in path else '?'}sort={sort}"
    pages = walk(browser, address)
    assert [of(row) for page in pages for row in page] == wanted, address
    last = address
    while following := browser.get(last).context["pager"].next_url:
        last = f"{path.partition('?')[0]}{following}"
    back = walk(browser, last, "previous")[::-1]
    assert [[of(row) for row in page] for page in back] == [[of(row) for row in page] for page in pages]
    head = browser.get(address).context["sorts"][sort.removeprefix("-")]
    assert head.aria


def test_adjustments_are_sorted_each_currency_by_itself():
    shop, other = make.seller(), make.seller(country="JP")
    for seller, currency, minor in [*((shop, "EUR", m) for m in AMOUNTS), (other, "JPY", 600)]:
        adjustments.request(
            seller_id=seller.pk, currency=currency, kind=AdjustmentKind.ADJUSTMENT, amount_minor=minor, reason="Lost",
            document_name="claim.pdf", document=b"%PDF", actor=make.person("analyst"), now=make.NOW,
        )  # fmt: skip
    adjustments.request(
        seller_id=shop.pk, currency="EUR", kind=AdjustmentKind.ADJUSTMENT, amount_minor=-300, reason="Lost",
        document_name="claim.pdf", document=b"%PDF", actor=make.person("analyst"), now=make.NOW,
    )  # fmt: skip
    browser, path = client("approver"), "/adjustments/"
    of = lambda row: row["money"].minor  # noqa: E731
    check(browser, path, "since", [*AMOUNTS, 600, -300], of)
    check(browser, path, "-since", [-300, 600, *AMOUNTS[::-1]], of)
    check(browser, path, "-amount", [600, 900, 700, 500, 500, 100, -300], of)
    check(browser, f"{path}?currency=EUR", "amount", [-300, 100, 500, 500, 700, 900], of)
    usual = browser.get(path)
    assert usual.context["sorts"]["since"].aria == "descending"  # oldest first, and it says so
    refused = browser.get(path, {"show": "decided", "sort": "since"})
    assert refused.status_code == 400 and "sort" in refused.content.decode()


def test_bank_accounts_are_sorted_by_what_waits_for_them():
    sellers = [quick.payout(amount_minor=minor).seller for minor in AMOUNTS]
    for seed, seller in enumerate(sellers):
        world.change_of_account(seller, seed=seed)
    nothing = make.seller()
    make_payouts.account(nothing, currency="EUR", scheme="iban")
    world.change_of_account(nothing, seed=99)
    browser, path = client("compliance"), "/accounts/"
    names = {seller.pk: minor for seller, minor in zip(sellers, AMOUNTS, strict=True)} | {nothing.pk: 0}
    of = lambda row: names[row["seller"].pk]  # noqa: E731
    check(browser, path, "-amount", [900, 700, 500, 500, 100, 0], of)
    check(browser, path, "-since", [0, *AMOUNTS[::-1]], of)


def test_recalls_are_sorted(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        batch = make_payouts.submitted(list(AMOUNTS))
    for payout in make_payouts.payouts_of(batch):
        recalls.ask(
            payout_id=payout.pk,
            channel="phone",
            reason="Twice.",
            actor=make.person("treasurer"),
            now=make.NOW,
        )
    of = lambda row: row["money"].minor  # noqa: E731
    check(client("treasurer"), "/recalls/", "amount", sorted(AMOUNTS), of)


def test_lines_without_a_match_are_sorted_by_the_day_they_were_booked():
    make_payouts.funding()
    for number, (day, lines) in enumerate([("24", (-5_00, 7_25)), ("23", (-1_00,))], 1):
        body = camt.statement([camt.Line(minor) for minor in lines], number=number, day=f"2026-11-{day}")
        camt.read(body=body, rail="sepa", name="s", now=make.NOW)
    of = lambda row: row["line"].amount_minor  # noqa: E731
    check(client("treasurer"), "/reconciliation/breaks/", "since", [-1_00, -5_00, 7_25], of)
    check(client("treasurer"), "/reconciliation/breaks/", "-amount", [7_25, -1_00, -5_00], of)


def test_submissions_are_sorted_by_how_long_they_are_unknown():
    made = [standing.submission(status="UNKNOWN") for _ in AMOUNTS]
    for number, (one, minor) in enumerate(zip(made, AMOUNTS, strict=True)):
        standing.attempt(quick.payout(amount_minor=minor), one, amount_minor=minor)
        Submission.objects.filter(pk=one.pk).update(status_at=make.NOW - timedelta(hours=number))
    of = lambda row: row["money"].minor  # noqa: E731
    check(client("treasurer"), "/unknown/", "since", list(AMOUNTS[::-1]), of)
    check(client("treasurer"), "/unknown/", "-amount", sorted(AMOUNTS, reverse=True), of)


def test_holds_are_sorted_by_age_both_ways_and_by_money_of_one_currency():
    for minor in AMOUNTS:
        held(quick.payout(amount_minor=minor))
    of = lambda row: row.sums[0].minor  # noqa: E731
    check(client("auditor"), "/holds/", "-since", list(AMOUNTS[::-1]), of)
    check(client("auditor"), "/holds/?currency=EUR", "money", sorted(AMOUNTS), of)
    heads = client("auditor").get("/holds/").context["sorts"]
    assert heads["since"].aria == "descending" and "currency=EUR" in heads["money"].url
