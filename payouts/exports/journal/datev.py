"""DATEV's Buchungsstapel in the EXTF format 700, version 13: 125 columns, Windows-1252, a line for a pair of accounts.

DATEV knows no entry with several debits and several credits: such a one goes leg by leg against a clearing account,
which ends at zero.
"""

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from .base import Entry, Job, Line, Need, fit, lacks_rates
from .reading import Original, Reading, heading, records

_NAMES = [
    "Umsatz (ohne Soll/Haben-Kz)",
    "Soll/Haben-Kennzeichen",
    "WKZ Umsatz",
    "Kurs",
    "Basis-Umsatz",
    "WKZ Basis-Umsatz",
    "Konto",
    "Gegenkonto (ohne BU-Schlüssel)",
    "BU-Schlüssel",
    "Belegdatum",
    "Belegfeld 1",
    "Belegfeld 2",
    "Skonto",
    "Buchungstext",
    "Postensperre",
    "Diverse Adressnummer",
    "Geschäftspartnerbank",
    "Sachverhalt",
    "Zinssperre",
    "Beleglink",
]
for _n in range(1, 9):
    _NAMES += [f"Beleginfo - Art {_n}", f"Beleginfo - Inhalt {_n}"]
_NAMES += [
    "KOST1 - Kostenstelle",
    "KOST2 - Kostenstelle",
    "Kost-Menge",
    "EU-Land u. UStID (Bestimmung)",
    "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart",
    "Sachverhalt L+L",
    "Funktionsergänzung L+L",
    "BU 49 Hauptfunktionstyp",
    "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
]
for _n in range(1, 21):
    _NAMES += [f"Zusatzinformation - Art {_n}", f"Zusatzinformation- Inhalt {_n}"]
_NAMES += [
    "Stück",
    "Gewicht",
    "Zahlweise",
    "Forderungsart",
    "Veranlagungsjahr",
    "Zugeordnete Fälligkeit",
    "Skontotyp",
    "Auftragsnummer",
    "Buchungstyp",
    "USt-Schlüssel (Anzahlungen)",
    "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)",
    "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)",
    "Herkunft-Kz",
    "Buchungs GUID",
    "KOST-Datum",
    "SEPA-Mandatsreferenz",
    "Skontosperre",
    "Gesellschaftername",
    "Beteiligtennummer",
    "Identifikationsnummer",
    "Zeichnernummer",
    "Postensperre bis",
    "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung",
    "Festschreibung",
    "Leistungsdatum",
    "Datum Zuord. Steuerperiode",
    "Fälligkeit",
    "Generalumkehr (GU)",
    "Steuersatz",
    "Land",
    "Abrechnungsreferenz",
    "BVV-Position",
    "EU-Land u. UStID (Ursprung)",
    "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
]
COLUMNS = tuple(_NAMES)
AMOUNT, SIDE, CURRENCY, ACCOUNT, CONTRA, TAX_KEY, DAY, REF, TEXT = 0, 1, 2, 6, 7, 8, 9, 10, 13
RATE, BASE, BASE_CURRENCY = 3, 4, 5
INFO_KIND, INFO, MORE_KIND, MORE, COST, LOCKED = 20, 21, 22, 23, 36, 113
HEADER_FIELDS = 31
MADE, CONSULTANT, CLIENT, YEAR, LENGTH, FIRST, LAST, LOCK, OF_CURRENCY, CHART = (
    5,
    10,
    11,
    12,
    13,
    14,
    15,
    20,
    21,
    26,
)
MOST_DIGITS = 10
LEAST_RATE, MOST_RATE = 1, 10_000
TAX = Need("datev.tax_code", "DATEV: BU-Schlüssel", r"\d{1,4}")
CENTRE = Need("datev.cost_centre", "DATEV: Kostenstelle (KOST1)", r"[\w./-]{1,36}")
_QUOTED = frozenset(
    {SIDE, CURRENCY, BASE_CURRENCY, REF, TEXT, INFO_KIND, INFO, MORE_KIND, MORE, COST, TAX_KEY}
)


class Datev:
    """Amounts are positive with a comma; the sign is S (debit) or H (credit) of ``Konto``.

    Another currency's line has its amount, the ``Kurs`` as units of it for one of the company's, and the amount in the
    company's currency, which counts. A ``Kurs`` is of 1 to 9999,999999 (developer.datev.de, Buchungsstapel): where it
    would be another, as for pounds to the euro, the line is in the company's currency, and ``Beleginfo`` says the rest.
    """

    name = "datev"
    label = "DATEV (Germany)"
    encoding = "cp1252"
    most_lines = 99_999
    most_bytes = 0
    needs = (TAX, CENTRE)

    def unfit(self, job: Job) -> list[str]:
        found = lacks_rates(job)
        company = job.company
        if not _between(company.datev_consultant, 1_001, 9_999_999):
            found.append(
                "DATEV asks for the consultant's number, 1001 to 9999999: set BOOKS_DATEV_CONSULTANT."
            )
        if not _between(company.datev_client, 1, 99_999):
            found.append("DATEV asks for the client's number, 1 to 99999: set BOOKS_DATEV_CLIENT.")
        if not 4 <= company.datev_digits <= 8:
            found.append("DATEV's accounts have 4 to 8 digits: set BOOKS_DATEV_DIGITS.")
        if not _between(company.datev_clearing, 1, 10 ** (company.datev_digits + 1) - 1):
            found.append(
                "DATEV takes an entry of several debits and credits through a clearing account, which ends at zero: "
                "set BOOKS_DATEV_CLEARING to its number."
            )
        for each in (job, job.home) if job.foreign else (job,):
            if each.digits > 2:
                found.append(f"DATEV has two decimals, {each.currency} has {each.digits}.")
        return found

    def file_name(self, job: Job) -> str:
        return f"EXTF_Buchungsstapel_{job.stem('datev').removeprefix('datev-')}.csv"

    def head(self, job: Job) -> str:
        company = job.company
        fields = [
            '"EXTF"', "700", "21", '"Buchungsstapel"', "13", f"{job.closed_at:%Y%m%d%H%M%S}000", "", '"RE"', '""', '""',
            company.datev_consultant, company.datev_client, f"{company.year_of(job.first_day):%Y%m%d}",
            str(company.datev_digits), f"{job.first_day:%Y%m%d}", f"{job.last_day:%Y%m%d}",
            f'"Ledger {job.first_day:%Y-%m} {job.currency}"', '""', "1", "0", "1", f'"{job.home.currency}"',
            "", '""', "", "", f'"{company.datev_chart}"', "", "", '""', '""',
        ]  # fmt: skip
        return ";".join(fields) + "\r\n" + ";".join(f'"{name}"' for name in COLUMNS) + "\r\n"

    def write(self, entry: Entry, job: Job) -> str:
        return "".join(
            self._line(entry, job, pair) for pair in _pairs(job.lines(entry), job.company.datev_clearing)
        )

    def _line(self, entry: Entry, job: Job, pair: "Pair") -> str:
        line = pair.line
        cells = [""] * len(COLUMNS)
        home = job.home.amount(abs(line.booked), ",", 2)
        cells[AMOUNT], cells[CURRENCY] = home, job.home.currency
        cells[SIDE] = "S" if line.minor > 0 else "H"
        if rate := _rate(job, entry.day):
            cells[AMOUNT], cells[CURRENCY] = job.amount(abs(line.minor), ",", 2), job.currency
            cells[RATE], cells[BASE], cells[BASE_CURRENCY] = rate, home, job.home.currency
        elif job.foreign:
            cells[MORE_KIND], cells[MORE] = "Currency", job.original(line, entry.day).lstrip()
        cells[ACCOUNT], cells[CONTRA], cells[TAX_KEY] = line.account, pair.contra, pair.tax
        cells[DAY], cells[REF] = f"{entry.day:%d%m}", job.ref(entry)
        # Only now: what the encoding lacks may have become a quotation mark.
        cells[TEXT] = fit(f"{entry.text} {line.aux}", self.encoding, 60).replace('"', "'")
        if entry.late:
            cells[INFO_KIND], cells[INFO] = "Original", entry.fact_day.isoformat()
        cells[COST], cells[LOCKED] = pair.centre, "1"
        return ";".join(f'"{c}"' if c and at in _QUOTED else c for at, c in enumerate(cells)) + "\r\n"

    def check(self, text: Iterable[str], job: Job, *, first: bool = True) -> Reading:
        reading = Reading()
        lines = iter(text)
        _check_header(next(lines, ""), job, reading)
        heading(lines, ";".join(f'"{name}"' for name in COLUMNS) + "\r\n", reading, at=2)
        for where, row in records(
            _ended(lines, reading), reading, columns=len(COLUMNS), delimiter=";", above=2
        ):
            reading.lines += 1
            self._check_row(row, job, reading, where)
        if reading.lines > self.most_lines:
            reading.wrong(f"{reading.lines} lines; DATEV takes {self.most_lines:,} a batch.")
        reading.end()
        for sums in (reading.sums, reading.booked) if job.company.datev_clearing else ():
            debit, credit = sums.pop(job.company.datev_clearing, (0, 0))
            if debit != credit:
                reading.wrong("The clearing account does not end at zero.")
        return reading

    def _check_row(self, row: Sequence[str], job: Job, reading: Reading, where: str) -> None:
        longest = job.company.datev_digits
        day = reading.day(f"{row[DAY]}{job.first_day.year}", "%d%m%Y", job, where=where)
        minor, original = _amounts(row, day, job, reading, where)
        if row[SIDE] not in ("S", "H"):
            reading.wrong(f"{where}: S or H, not “{row[SIDE][:5]}”.")
        for account in (row[ACCOUNT], row[CONTRA]):
            if not re.fullmatch(r"[1-9]\d*|0\d*[1-9]\d*", account) or len(account) > longest + 1:
                reading.wrong(f"{where}: “{account[:20]}” is no account of at most {longest} digits.")
        if not re.fullmatch(r"\d{0,4}", row[TAX_KEY]):
            reading.wrong(f"{where}: BU-Schlüssel “{row[TAX_KEY][:10]}” is not of up to 4 digits.")
        if not re.fullmatch(r"[A-Za-z0-9$%&*+/-]{1,36}", row[REF]):
            reading.wrong(f"{where}: Belegfeld 1 “{row[REF][:20]}” is not of 36 letters, digits and $%&*+-/.")
        reading.longer(row[TEXT], 60, where=f"{where}, Buchungstext")
        reading.longer(row[COST], 36, where=f"{where}, KOST1")
        if row[LOCKED] != "1":
            reading.wrong(f"{where}: a closed month is locked (Festschreibung 1).")
        debit, credit = (row[ACCOUNT], row[CONTRA]) if row[SIDE] == "S" else (row[CONTRA], row[ACCOUNT])
        reading.add(row[REF], debit, minor, original)
        reading.add(row[REF], credit, -minor, original and replace(original, minor=-original.minor))


def _rate(job: Job, day: date) -> str:
    """The day's ``Kurs`` with its six decimals; nothing where there is none, or where DATEV would take none such."""
    if not job.foreign:
        return ""
    found = job.rate(day).per_home
    return f"{found:f}".replace(".", ",") if LEAST_RATE <= found < MOST_RATE else ""


def _amounts(
    row: Sequence[str], day: date | None, job: Job, reading: Reading, where: str
) -> tuple[int, Original | None]:
    """The minor units that are booked, in the company's currency, and what they are in their own."""
    rate = _rate(job, day) if day else ""
    currency = job.currency if rate else job.home.currency
    if row[CURRENCY] != currency:
        reading.wrong(f"{where}: {row[CURRENCY]} in a batch of {currency}.")
    for at, name in ((AMOUNT, "an Umsatz"), (BASE, "a Basis-Umsatz")):
        wanted = at == AMOUNT or rate
        if (wanted and not row[at].strip("0,")) or len(row[at].partition(",")[0]) > MOST_DIGITS:
            reading.wrong(
                f"{where}: {name} is positive and has at most {MOST_DIGITS} digits before the comma."
            )
    amount = reading.amount(row[AMOUNT], job if rate else job.home, where=where, mark=",", digits=2)
    if row[RATE] != rate or row[BASE_CURRENCY] != (job.home.currency if rate else ""):
        reading.wrong(
            f"{where}: Kurs “{row[RATE][:12]}” and WKZ Basis-Umsatz “{row[BASE_CURRENCY][:5]}” are not the month's."
        )
    if rate and day:
        booked = reading.amount(row[BASE], job.home, where=where, mark=",", digits=2)
        return booked, reading.original(amount, booked, day, job)
    if row[BASE]:
        reading.wrong(f"{where}: a Basis-Umsatz stands beside an amount of another currency only.")
    return amount, reading.words_of(row[MORE], amount, day, job, where=where)


class Pair(NamedTuple):
    """A line of the file: one leg, its contra account, and the tax key and cost centre of either of the two."""

    line: Line
    contra: str
    tax: str
    centre: str


def _pairs(lines: Sequence[Line], clearing: str) -> Iterator[Pair]:
    """Each line against the one of the other side; one of many debits and credits against the clearing account."""
    debits = [line for line in lines if line.minor > 0]
    credits = [line for line in lines if line.minor < 0]
    one, many = (debits, credits) if len(debits) == 1 else (credits, debits)
    if len(one) == 1:
        for line in many:
            yield Pair(
                line, one[0].account, TAX.of(line) or TAX.of(one[0]), CENTRE.of(line) or CENTRE.of(one[0])
            )
    else:
        for line in lines:
            yield Pair(line, clearing, TAX.of(line), CENTRE.of(line))


def _check_header(line: str, job: Job, reading: Reading) -> None:
    """The first line: what it is, whose, of which fiscal year and days, each inside its range."""

    def wrong(sentence: str) -> None:
        reading.wrong(f"line 1: {sentence}")

    if not line.endswith("\r\n"):
        wrong("it does not end with CR LF.")
    if not line.startswith('"EXTF";700;21;"Buchungsstapel";13;'):
        wrong("it is no Buchungsstapel of version 13 in the format EXTF 700.")
    fields = next(csv.reader([line.rstrip("\r\n")], delimiter=";"), [])
    if len(fields) != HEADER_FIELDS:
        wrong(f"it has {len(fields)} fields, not {HEADER_FIELDS}.")
        return
    if not re.fullmatch(r"\d{17}", fields[MADE]) or _day_of(fields[MADE][:8]) is None:
        wrong(f"“{fields[MADE]}” is no moment of 17 digits.")
    company = job.company
    for at, name, lowest, highest, ours in (
        (CONSULTANT, "the consultant's number", 1_001, 9_999_999, company.datev_consultant),
        (CLIENT, "the client's number", 1, 99_999, company.datev_client),
        (LENGTH, "the accounts' length", 4, 8, str(company.datev_digits)),
    ):
        if not _between(fields[at], lowest, highest):
            wrong(f"{name} is “{fields[at]}”, not {lowest} to {highest}.")
        elif fields[at] != ours:
            wrong(f"{name} is {fields[at]}, not {ours} as this company's.")
    _check_days(fields, job, wrong)
    if fields[LOCK] != "1":
        wrong("a closed month is locked (Festschreibung 1).")
    if fields[OF_CURRENCY] != job.home.currency:
        wrong(f"{fields[OF_CURRENCY]} in a batch of {job.home.currency}.")
    if not re.fullmatch(r"\d{2}|", fields[CHART]):
        wrong(f"“{fields[CHART]}” is no chart of accounts of two digits.")


def _check_days(fields: Sequence[str], job: Job, wrong: Callable[[str], None]) -> None:
    """The fiscal year's first day, then the batch's first and last, all inside that year; the batch is of the month."""
    year, first, last = (_day_of(fields[at]) for at in (YEAR, FIRST, LAST))
    if year is None or first is None or last is None:
        wrong("the fiscal year, or the batch's first or last day, is no day as YYYYMMDD.")
        return
    if not year <= first <= last:
        wrong(
            f"the fiscal year begins on {year}, the batch on {first}, and it ends on {last}: not in that order."
        )
    elif last >= year.replace(year=year.year + 1, day=min(year.day, 28)):
        wrong(f"{last} is not in the fiscal year that begins on {year}.")
    if (first, last) != (job.first_day, job.last_day):
        wrong(f"{first} to {last} is not the month {job.span}.")


def _day_of(text: str) -> date | None:
    if not re.fullmatch(r"\d{8}", text):
        return None
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _ended(lines: Iterable[str], reading: Reading) -> Iterator[str]:
    for line in lines:
        if not line.endswith("\r\n"):
            reading.wrong("A line does not end with CR LF.")
        yield line


def _between(text: str, lowest: int, highest: int) -> bool:
    return text.isdigit() and lowest <= int(text) <= highest


DATEV = Datev()
