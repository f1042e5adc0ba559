"""The demo's chart of accounts, with French numbers, and the rates of its last whole month: asked for by one
accountant and confirmed by another.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal

from backoffice.audit.actors import Actor
from sellers.ledger.models import Book
from sellers.ledger.operations import mapping
from sellers.ledger.operations import rates as month_rates

CHART = {
    Book.PAYABLE: ("4671", "Sellers"),
    Book.RESERVED: ("4672", "Sellers, in payouts"),
    Book.IN_TRANSIT: ("5810", "Payouts on their way"),
    Book.PSP_CLEARING: ("5110", "Payment providers"),
    Book.COMMISSION_REVENUE: ("7061", "Commission"),
    Book.FEE_REVENUE: ("7062", "Fees"),
    Book.VAT: ("4457", "VAT collected"),
    Book.CASH: ("5120", "Bank"),
    Book.BANK_CHARGES: ("6270", "Bank charges"),
    Book.ADJUSTMENTS: ("6580", "Adjustments"),
    Book.WRITE_OFFS: ("6540", "Bad debts"),
    Book.SUSPENSE: ("4710", "Suspense"),
}
BEGIN = date(2020, 1, 1)
RATES = {"GBP": "0.8712", "JPY": "163.45", "USD": "1.0836"}
"""What one euro was, on average of the month."""


def chart(*, asks: Actor, confirms: Actor, now: datetime) -> None:
    """Every book has an account, whatever the currency or country."""
    made = [
        mapping.ask(
            book=book.value,
            currency="",
            country="",
            number=number,
            label=label,
            targets={},
            effective_from=BEGIN,
            reason="The chart of the demo.",
            actor=asks,
            now=now,
        )
        for book, (number, label) in CHART.items()
    ]
    mapping.confirm(mapping_ids=[each.pk for each in made], actor=confirms, now=now)


def rates(*, asks: Actor, confirms: Actor, now: datetime) -> None:
    """The currencies of the demo have a rate in euros for the month before the present one."""
    month = (now.date().replace(day=1) - timedelta(days=1)).replace(day=1)
    made = [
        month_rates.ask(
            month=month,
            currency=currency,
            home="EUR",
            units=Decimal(units),
            worth=Decimal(1),
            reason="The central bank's average of the month.",
            actor=asks,
            now=now,
        )
        for currency, units in RATES.items()
    ]
    month_rates.confirm(rate_ids=[each.pk for each in made], actor=confirms, now=now)
