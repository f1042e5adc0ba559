"""Any total of a journal explains itself: from the file to the books' accounts, their entries, and the order line."""

import html
import re
from datetime import date

import pytest
from django.urls import reverse

from payouts.exports.journal import FORMATS, YEARLY
from sellers.ledger.models import Earning, EarningKind, Entry
from sellers.ledger.queries import lineage, mapping, periods
from tests import books, make
from tests.stories.test_month_end import trade

pytestmark = pytest.mark.django_db
LAST = date(2026, 10, 31)
BY_NAME = ("quickbooks", "yayoi")
CLEARING = "1590"  # of DATEV, where each line has two accounts


@pytest.fixture
def october(settings, tmp_path):
    settings.EXPORT_DIR = str(tmp_path)
    books.charted()
    trade()
    return books.closed()


def down(book: str, currency: str, country: str | None = None, kind: str = "") -> list[Entry]:
    """The entries behind one account, or of one kind, page after page, as the page of entries turns them."""
    found: list[int] = []
    after = None
    while True:
        rows, after = lineage.entries(
            first=books.OCTOBER,
            last=LAST,
            book=book,
            currency=currency,
            country=country,
            kind=kind,
            after=after,
            size=4,
        )
        found += [row.entry_id for row in rows]
        if after is None:
            return list(Entry.objects.filter(pk__in=found).select_related("transaction"))


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in YEARLY])
def test_each_total_of_a_file_leads_down_to_its_order_lines(october, name):
    currency = "JPY" if name == "yayoi" else "EUR"
    chart = mapping.chart()
    behind: dict[str, list[Entry]] = {}
    for total in periods.totals(first=books.OCTOBER, last=LAST):
        if total.currency != currency:
            continue
        of_book, by_kind = periods.made_of(first=books.OCTOBER, last=LAST, book=total.book, currency=currency)
        for shares in (of_book, by_kind):
            assert sum(share.debit for share in shares) == total.debit
            assert sum(share.credit for share in shares) == total.credit
        for kind, debit, credit, count in by_kind:
            entries = down(total.book, currency, kind=kind)
            assert len(entries) == count and {entry.transaction.kind for entry in entries} == {kind}
            assert sum(entry.amount_minor for entry in entries) == debit - credit
        for country, debit, credit, count in of_book:
            account = chart.account(book=total.book, currency=currency, country=country, day=LAST)
            entries = down(total.book, currency, country)
            assert len(entries) == count
            assert sum(max(entry.amount_minor, 0) for entry in entries) == debit
            assert sum(max(-entry.amount_minor, 0) for entry in entries) == credit
            behind.setdefault(account.label if name in BY_NAME else account.number, []).extend(entries)

    file = books.file(books.OCTOBER, name, currency=currency)
    told = {account: (debit, credit) for account, debit, credit in file.totals if account != CLEARING}
    assert told == {
        account: (
            sum(max(entry.amount_minor, 0) for entry in entries),
            sum(max(-entry.amount_minor, 0) for entry in entries),
        )
        for account, entries in behind.items()
    }
    for entry in [each for entries in behind.values() for each in entries]:
        line = lineage.earning(transaction=entry.transaction)
        assert abs(line.amount_minor) == abs(entry.amount_minor)
        assert line.order_ref or line.kind != EarningKind.SALE


def test_the_same_way_by_the_links_of_the_pages(october, client):
    client.force_login(make.user("accountant", is_staff=True))

    def page(url: str) -> str:
        answer = client.get(url)
        assert answer.status_code == 200, url
        return answer.content.decode()

    def link(text: str, words: str) -> str:
        found = re.search(rf'href="([^"]*{words}[^"]*)"', text)
        assert found, words
        return html.unescape(found[1])

    file = books.file(books.OCTOBER, "datev")
    month = page(reverse("admin:ledger_period_detail", args=[books.OCTOBER]))
    of_file = month[month.index("Totals by account") :]
    for account, debit, _credit in file.totals:
        assert f">{account}</td>" in of_file
        assert f"{debit // 100:,}.{debit % 100:02d}" in of_file
    assert f"{reverse('admin:ledger_period_accounts', args=[books.OCTOBER])}?book=payable" in of_file
    accounts = page(link(month, r"/accounts/\?book=payable&amp;currency=EUR"))
    entries = page(link(page(link(accounts, "/accounts/rows/")), "/entries/"))
    transaction = page(link(entries, "/transactions/T"))
    assert "The order line behind it" in transaction
    sale = Earning.objects.filter(account__currency="EUR", kind="sale").first()
    assert sale.order_ref in page(reverse("admin:ledger_transaction_detail", args=[sale.transaction_id]))
