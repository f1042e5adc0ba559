"""A month of the demo, with everything that happens in one, is closed and exported in every format: the sums of each,
read by a reader of its own, are the ledger's to the cent, currency by currency."""

from datetime import UTC, date, datetime

import pytest

from backoffice.demo import history
from payouts.exports.journal import FORMATS, YEARLY
from payouts.operations import journals
from sellers.ledger.models import Transaction
from tests import books
from tests import journal_reading as reading

pytestmark = pytest.mark.django_db
# Most of October lies in the eight weeks before, and none of it still moves.
NOW = datetime(2026, 11, 20, 19, 0, tzinfo=UTC)
CLEARING = "1590"  # of DATEV, where each line has two accounts
WANTED = {
    "EUR": {"csv", "datev", "fec", "fec_year", "netsuite", "quickbooks", "sage", "xero"},
    "GBP": {"csv", "datev", "netsuite", "quickbooks", "sage", "xero"},
    "JPY": {"csv", "datev", "netsuite", "quickbooks", "sage", "xero", "yayoi"},
    "USD": {"csv", "datev", "netsuite", "quickbooks", "sage", "xero"},
}
"""Of a company that keeps that currency: the FEC is in euros, Yayoi in yen (payouts/exports/journal)."""


def fitting(first: date, currency: str) -> set[str]:
    """Formats that a company that keeps this currency can have."""
    return {
        name
        for name in FORMATS
        if not journals.lacks(first=first, format=name, currency=currency, grouping="detailed")
    }


def test_every_format_of_a_closed_month_of_the_demo_says_what_the_ledger_says(settings, tmp_path):
    settings.DATA_DIR, settings.EXPORT_DIR = tmp_path, str(tmp_path / "exports")
    history.load(seed=7, now=NOW, weeks=8, share=0.45)
    first, last = books.OCTOBER, date(2026, 10, 31)
    kinds = set(Transaction.objects.filter(booked_on__range=(first, last)).values_list("kind", flat=True))
    assert {"sale", "commission", "refund", "reserve", "submitted", "bank_line"} <= kinds
    books.closed(first, now=NOW)

    company = settings.BOOKS_COMPANY | {"year_begins": 11}  # so that a fiscal year ends here, too
    for currency, formats in WANTED.items():
        settings.BOOKS_COMPANY = company | {"currency": currency}
        assert fitting(first, currency) == formats, currency
        for name in formats:
            begin = date(2025, 11, 1) if name in YEARLY else first
            ledger = reading.ledger(begin, last, currency)
            assert len(ledger) >= 5, (currency, ledger)
            for grouping in ("detailed",) if name in YEARLY else ("detailed", "daily"):
                body = books.journal(first, name, currency=currency, grouping=grouping)
                read = reading.read(name, body)
                debit, credit = read.pop(CLEARING, (0, 0))
                assert debit == credit
                assert read == ledger, (name, currency, grouping)
