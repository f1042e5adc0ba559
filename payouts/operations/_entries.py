"""Ledger legs as entries of accounting's journal: one a transaction, or one a day and kind. With flat memory."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter

from backoffice.audit.errors import Refused
from payouts.exports.journal import Entry, Line
from sellers.ledger.models import Book
from sellers.ledger.queries import placed
from sellers.ledger.queries.journal import Leg
from sellers.ledger.queries.mapping import Chart
from sellers.ledger.queries.periods import following

# Kind of transaction: journal, its name, and what is said of an entry.
KINDS = {
    "sale": ("SAL", "Sales", "Sale"),
    "commission": ("SAL", "Sales", "Commission"),
    "refund": ("SAL", "Sales", "Refund"),
    "chargeback": ("SAL", "Sales", "Chargeback"),
    "fee": ("SAL", "Sales", "Fee"),
    "adjustment": ("MSC", "Miscellaneous", "Adjustment"),
    "write_off": ("MSC", "Miscellaneous", "Write-off"),
    "reserve": ("PAY", "Payouts", "Reserved"),
    "rolled": ("PAY", "Payouts", "Rolled"),
    "cancelled": ("PAY", "Payouts", "Cancelled"),
    "submitted": ("PAY", "Payouts", "Handed to the bank"),
    "given_back": ("PAY", "Payouts", "Given back"),
    "opening_balance": ("BNK", "Bank", "Opening balance"),
    "bank_line": ("BNK", "Bank", "Bank line"),
    "bank_line_matched": ("BNK", "Bank", "Bank line matched"),
}
OTHER = ("MSC", "Miscellaneous")
LONGEST_SOURCE = 60


class NoAccount(Refused):
    """A book has entries and no account; a month does not close so."""

    code = "no_account"


class Accounts:
    """Lines of a chart, each made once."""

    def __init__(self, chart: Chart, currency: str) -> None:
        self._chart, self._currency = chart, currency

    def line(self, *, book: str, country: str, day: date, minor: int, aux: str = "") -> Line:
        found = self._chart.account(book=book, currency=self._currency, country=country, day=day)
        if found is None:
            raise NoAccount(
                f"Not written: {Book(book).label} {self._currency} {country} has no account on {day}."
            )
        return Line(found.number, found.label, minor, aux, found.targets)


def detailed(legs: Iterable[Leg], accounts: Accounts, *, first_number: int) -> Iterator[Entry]:
    """An entry a transaction."""
    for place, (_, group) in enumerate(groupby(legs, key=attrgetter("transaction_id"))):
        found = list(group)
        one = found[0]
        house = placed.house(leg.country for leg in found)
        source = next((leg.payout_ref or leg.source for leg in found if leg.payout_ref or leg.source), "")
        journal, journal_label, words = _kind(one.kind)
        yield Entry(
            number=first_number + place,
            place=place + 1,
            ref=f"T{one.transaction_id}",
            day=one.booked_on,
            fact_day=one.fact_on,
            journal=journal,
            journal_label=journal_label,
            text=f"{words} {source[:LONGEST_SOURCE]}".strip(),
            source=one.kind,
            lines=[
                accounts.line(
                    book=leg.book,
                    country=leg.country or house,
                    day=leg.booked_on,
                    minor=leg.amount_minor,
                    aux=leg.seller_ref,
                )
                for leg in found
            ],
        )


def daily(legs: Iterable[Leg], accounts: Accounts, *, first_number: int) -> Iterator[Entry]:
    """An entry a day and kind: its debits and credits of each account. Facts of an earlier month have entries of their
    own, which say the month.
    """
    place = 0
    for day, of_day in groupby(legs, key=attrgetter("booked_on")):
        sums: dict[tuple[str, date], dict[tuple[str, str, bool], int]] = {}
        for _, group in groupby(of_day, key=attrgetter("transaction_id")):
            found = list(group)
            house = placed.house(leg.country for leg in found)
            fact = found[0].fact_on.replace(day=1)
            of_kind = sums.setdefault((found[0].kind, min(fact, day.replace(day=1))), {})
            for leg in found:
                key = (leg.book, leg.country or house, leg.amount_minor < 0)
                of_kind[key] = of_kind.get(key, 0) + leg.amount_minor
        for (kind, month), totals in sorted(sums.items()):
            journal, journal_label, words = _kind(kind)
            yield Entry(
                number=first_number + place,
                place=place + 1,
                ref=f"D{first_number + place}",
                day=day,
                fact_day=day if month == day.replace(day=1) else following(month) - timedelta(days=1),
                journal=journal,
                journal_label=journal_label,
                text=f"{words}, total of the day",
                source=kind,
                lines=[
                    accounts.line(book=book, country=country, day=day, minor=minor)
                    for (book, country, _), minor in sorted(totals.items(), key=_debits_first)
                ],
            )
            place += 1


def _debits_first(item: tuple[tuple[str, str, bool], int]) -> tuple[bool, str, str]:
    (book, country, credit), _ = item
    return credit, book, country


def _kind(kind: str) -> tuple[str, str, str]:
    return KINDS.get(kind) or (*OTHER, kind.replace("_", " ").capitalize())
