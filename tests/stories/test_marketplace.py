"""From earnings to the bank and back, on data of our own: two countries, two rails, every sum to the cent."""

import pytest

from backoffice.audit.clock import database_now
from payouts.models import Payout
from payouts.queries import invariants
from sellers.ledger.models import Book, Entry
from tests import make_payouts
from tests.stories import market

pytestmark = pytest.mark.django_db

EARNINGS = """external_id,seller,kind,amount,currency,occurred_date,due_date,order,description
o1,fr-1,sale,199.90,EUR,2026-10-01,2026-10-08,A1,iPhone 13
o1,fr-1,commission,-23.99,EUR,2026-10-01,2026-10-08,A1,12 percent
o2,fr-1,refund,-49.00,EUR,2026-10-03,2026-10-08,A2,Returned
o3,fr-2,sale,1000.01,EUR,2026-10-02,2026-10-08,A3,Laptop
o4,us-1,sale,75.00,USD,2026-10-02,2026-10-08,A4,Tablet
"""
SELLERS = """external_id,name,country,kind,tax_id,address_line,postcode,city,email
fr-1,Reboot Lyon SAS,FR,business,FR1,1 rue Neuve,69001,Lyon,lyon@example.com
fr-2,Camille Roussel,FR,person,,2 rue Neuve,69001,Lyon,camille@example.com
us-1,Bay Refurb LLC,US,business,US1,1 Main St,94016,San Francisco,bay@example.com
"""


@pytest.fixture
def bank(tmp_path, settings):
    settings.DEMO = True
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def balance(book: Book) -> int:
    return sum(Entry.objects.filter(book=book).values_list("amount_minor", flat=True))


def test_earnings_become_money_at_the_sellers_banks(bank, tmp_path):
    market.command("import_sellers", str(market.write(tmp_path, SELLERS, "sellers.csv")))
    file = market.write(tmp_path, EARNINGS)
    market.command("import_earnings", str(file), "--profile", "generic")
    again = market.command("import_earnings", str(file), "--profile", "generic")
    assert "0" in again and "known" in again
    market.command("demo_accounts")
    make_payouts.funding("FR")
    make_payouts.funding("US")
    assert "3 payouts made: 1126.92 EUR, 75.00 USD" in market.command("run_payouts")
    assert "0 payouts made" in market.command("run_payouts")

    market.send(market.judge(list(Payout.objects.order_by("pk"))))
    assert bank.bank.judgement()["sums"] == {"USD": 7500}
    bank.sync()
    assert bank.bank.judgement()["sums"] == {"EUR": 112_692, "USD": 7_500}
    assert bank.bank.judgement()["count"] == 3

    bank.advance(5 * 24 * 3600)
    market.hear("sepa")
    market.hear("sandbox")
    assert market.statuses() == {"PAID": 3}
    assert balance(Book.RESERVED) == balance(Book.PAYABLE) == 0
    assert {found.name: ids for found, ids in invariants.run(now=database_now()) if ids} == {}
