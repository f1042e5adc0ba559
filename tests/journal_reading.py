"""Journals as a reader sees them who knows nothing of ours, and the same sums from the ledger's rows.

read("fec", body) == ledger(date(2026, 10, 1), date(2026, 10, 31), "EUR")

Both answer the debits and the credits of each account of `tests.books.CHART`, in units of the currency.
"""

import csv
import io
import zipfile
from datetime import date
from decimal import Decimal

from sellers.ledger.models import Entry
from sellers.ledger.money import exponent
from tests import books

Sums = dict[str, list[Decimal]]


def read(name: str, body: bytes) -> Sums:
    """Of the file, or of the pack of files that a long month comes in."""
    if not body.startswith(b"PK"):
        return read_one(name, body)
    total: Sums = {}
    with zipfile.ZipFile(io.BytesIO(body)) as pack:
        for part in pack.namelist():
            for account, sums in read_one(name, pack.read(part)).items():
                total[account] = [
                    a + b for a, b in zip(total.get(account, [Decimal(0)] * 2), sums, strict=True)
                ]
    return total


def read_one(name: str, body: bytes) -> Sums:
    name = name.removesuffix("_year")
    found: Sums = {}

    def add(account: str, debit: str, credit: str) -> None:
        sums = found.setdefault(account, [Decimal(0), Decimal(0)])
        for side, text in enumerate((debit, credit)):
            sums[side] += Decimal(text.replace(",", ".") or 0)

    names = {label: number for number, label in books.CHART.values()}
    text = body.decode({"fec": "iso8859-15", "datev": "cp1252", "yayoi": "cp932"}.get(name, "utf-8"))
    if name == "yayoi":
        for row in csv.reader(io.StringIO(text)):
            for account, amount, side in ((row[4], row[8], 0), (row[10], row[14], 1)):
                if account:
                    add(names[account], *((amount, "") if side == 0 else ("", amount)))
        return found
    lines = io.StringIO(text, newline="")
    if name == "datev":
        next(lines)
    for row in csv.DictReader(lines, delimiter={"fec": "\t", "datev": ";"}.get(name, ",")):
        if name == "datev":
            amount, konto, contra = (
                row["Umsatz (ohne Soll/Haben-Kz)"],
                row["Konto"],
                row["Gegenkonto (ohne BU-Schlüssel)"],
            )
            debit, credit = (konto, contra) if row["Soll/Haben-Kennzeichen"] == "S" else (contra, konto)
            add(debit, amount, "")
            add(credit, "", amount)
        elif name == "xero":
            amount = row["*Amount"]
            add(row["*AccountCode"], *(("", amount[1:]) if amount.startswith("-") else (amount, "")))
        else:
            account, debit, credit = {
                "csv": ("account", "debit", "credit"),
                "fec": ("CompteNum", "Debit", "Credit"),
                "netsuite": tuple(f"Journal Entry - Line: {each}" for each in ("Account", "Debit", "Credit")),
                "quickbooks": ("Account", "Debits", "Credits"),
                "sage": ("Ledger Account", "Debit", "Credit"),
            }[name]
            number = names[row[account]] if name == "quickbooks" else row[account]
            add(number, row[debit], row[credit])
    return found


def ledger(first: date, last: date, currency: str) -> Sums:
    """The same from the ledger's rows."""
    found: Sums = {}
    entries = Entry.objects.filter(transaction__booked_on__range=(first, last), currency=currency)
    for entry in entries:
        sums = found.setdefault(books.CHART[entry.book][0], [Decimal(0), Decimal(0)])
        sums[entry.amount_minor < 0] += Decimal(abs(entry.amount_minor)).scaleb(-exponent(currency))
    return found
