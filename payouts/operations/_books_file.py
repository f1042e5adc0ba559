"""Writing a journal file: whole and checked, or not at all. Months too long for a format come in parts, as a ZIP."""

import contextlib
import hashlib
import pathlib
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit.errors import Refused
from payouts.exports.journal import FORMATS, YEARLY, Company, Entry, Format, Job, Rate
from payouts.operations import _entries
from sellers.ledger.models import JournalFile, PeriodNumbers
from sellers.ledger.money import exponent
from sellers.ledger.queries import journal, mapping, periods, rates

LONGEST_SENTENCE = 1_500
Progress = Callable[[int, int], None]
"""Told how many entries are written, and of how many."""


class WouldBeRefused(Refused):
    """What was written is not what its target takes; it is not offered."""

    code = "journal_refused"


class OtherBytes(Refused):
    """A file that was written anew is not the one that was given before."""

    code = "journal_changed"
    status = 409


@dataclass
class Written:
    """The finished file, and what its checker read back: debits and credits of each account in minor units.

    ``booked``: the same in ``home``, the company's currency, where the file converts into it.
    """

    name: str
    size: int
    sha256: str
    lines: int
    sums: dict[str, list[int]] = field(default_factory=dict)
    booked: dict[str, list[int]] = field(default_factory=dict)
    home: str = ""


def name(file: JournalFile) -> str:
    """What the file is called where it is kept."""
    return f"journals/journal-{file.pk}"


def numbers_of(file: JournalFile) -> list[PeriodNumbers]:
    """The numbers of its entries, month by month: of its own month, or of the fiscal year that ends with it."""
    return list(
        PeriodNumbers.objects.filter(
            currency=file.currency,
            period__closed=True,
            period__first_day__range=(_begins(file), file.period.first_day),
        )
        .select_related("period")
        .order_by("period__first_day")
    )


def _begins(file: JournalFile) -> date:
    if file.format in YEARLY:
        return Company(**settings.BOOKS_COMPANY).year_of(file.period.first_day)
    return file.period.first_day


def job_of(file: JournalFile, numbers: Sequence[PeriodNumbers]) -> Job:
    """The month or year as its format needs it. Nothing of it changes once it is closed, but the company's settings."""
    period = file.period
    first = 1
    if numbers:
        first = numbers[0].detailed_first if file.grouping == "detailed" else numbers[0].daily_first
    assert period.decided_at is not None
    zone = periods.zone()
    company = Company(**settings.BOOKS_COMPANY)
    return Job(
        company=company,
        first_day=_begins(file),
        last_day=period.last_day,
        currency=file.currency,
        digits=exponent(file.currency),
        closed_at=period.decided_at.astimezone(zone),
        closings={
            each.period.first_day: each.period.decided_at.astimezone(zone)
            for each in numbers
            if each.period.decided_at is not None
        },
        grouping=file.grouping,
        first_number=first,
        home_digits=exponent(company.currency),
        rates=_rates(file.currency, company.currency, [each.period.first_day for each in numbers]),
        layout=period.layout,
    )


def _rates(currency: str, home: str, months: Sequence[date]) -> dict[date, Rate | None]:
    """Of each month that has entries; None where it has no rate. Nothing in the company's own currency."""
    if currency == home:
        return {}
    found = rates.of_months(months=months, currency=currency, home=home)
    return {
        month: Rate(found[month].units, found[month].worth) if month in found else None for month in months
    }


@contextlib.contextmanager
def made(file: JournalFile, say: Progress) -> Iterator[tuple[Written, pathlib.Path]]:
    """The whole file, checked, in a folder that is gone afterwards; no transaction is open while the caller stores it.

    Raises `Refused` with what its target would refuse, or when it is not the file that was given before, OSError.
    """
    beside = pathlib.Path(settings.EXPORT_DIR, name(file)).parent
    beside.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.TemporaryDirectory(dir=beside, prefix=".writing-") as folder:
        with transaction.atomic(durable=True):
            form, job, parts = _filled(file, pathlib.Path(folder), say)
            written = _checked(parts.paths, form, job)
        whole = parts.paths[0] if len(parts.paths) == 1 else _packed(parts.paths, form, job)
        written.name = form.file_name(job) if len(parts.paths) == 1 else f"{job.stem(form.name)}.zip"
        with whole.open("rb") as stream:
            written.sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        written.size = whole.stat().st_size
        if file.sha256 and written.sha256 != file.sha256:
            raise OtherBytes(
                _(
                    "The bytes are not those given before (SHA-256 {sha256}…), so nothing is "
                    "offered. Were the company's settings changed? Set them back, or tell "
                    "who runs the program."
                ).format(sha256=file.sha256[:12])
            )
        yield written, whole


def _filled(file: JournalFile, folder: pathlib.Path, say: Progress) -> tuple[Format, Job, "Parts"]:
    """Every entry of the month or year is in the folder. Raises `WouldBeRefused` where some are missing."""
    numbers = numbers_of(file)
    count = sum(each.detailed_count if file.grouping == "detailed" else each.daily_count for each in numbers)
    job, form = job_of(file, numbers), FORMATS[file.format]
    legs = journal.legs(first=job.first_day, last=job.last_day, currency=job.currency)
    accounts = _entries.Accounts(mapping.chart(), job.currency)
    make = _entries.detailed if file.grouping == "detailed" else _entries.daily
    parts = Parts(folder, form, job)
    say(0, count)
    for entry in make(legs, accounts, first_number=job.first_number):
        parts.add(entry)
        say(parts.entries, count)
    parts.end()
    if parts.entries != count:
        raise WouldBeRefused(
            f"Not written: {parts.entries:,} entries, where {job.span} is closed with {count:,} numbers."
        )
    return form, job, parts


class Parts:
    """The files of a month; a new one begins before an entry that would be too much for the last."""

    def __init__(self, folder: pathlib.Path, form: Format, job: Job) -> None:
        self._folder, self._form, self._job = folder, form, job
        self._head = form.head(job).encode(form.encoding)
        self.paths: list[pathlib.Path] = []
        self.entries = 0
        self._begin()

    def add(self, entry: Entry) -> None:
        text = self._form.write(entry, self._job)
        body, lines = text.encode(self._form.encoding, "replace"), text.count("\n")
        form = self._form
        full = (form.most_lines and self._lines + lines > form.most_lines) or (
            form.most_bytes and self._bytes + len(body) > form.most_bytes
        )
        if full and self._lines:
            self._stream.close()
            self._begin()
        self._stream.write(body)
        self._lines += lines
        self._bytes += len(body)
        self.entries += 1

    def end(self) -> None:
        self._stream.close()

    def _begin(self) -> None:
        self.paths.append(self._folder / f"part-{len(self.paths) + 1:04d}")
        self._stream = self.paths[-1].open("wb")
        self._stream.write(self._head)
        self._lines, self._bytes = 0, len(self._head)


def _checked(paths: Iterable[pathlib.Path], form: Format, job: Job) -> Written:
    """Read back by the format's checker, part by part, and equal to the ledger account by account.

    Raises `WouldBeRefused`.
    """
    written = Written("", 0, "", 0, home=job.home.currency)
    problems: list[str] = []
    for at, part in enumerate(paths):
        with part.open(encoding=form.encoding, newline="") as text:
            reading = form.check(text, job, first=at == 0)
        problems += reading.problems
        written.lines += reading.lines
        for whole, part_of in ((written.sums, reading.sums), (written.booked, reading.booked)):
            for account, (debit, credit) in part_of.items():
                sums = whole.setdefault(account, [0, 0])
                sums[0] += debit
                sums[1] += credit
    problems = problems or _differences(written.sums, _ledgers(form, job), job.currency)
    if problems:
        raise WouldBeRefused(f"{form.label} would refuse it. {' '.join(problems)}"[:LONGEST_SENTENCE])
    return written


def _ledgers(form: Format, job: Job) -> dict[str, list[int]]:
    """Debits and credits of each account by its name in the file, added up by PostgreSQL from the ledger's legs."""
    own = next((need.key for need in form.needs if need.key == f"{form.name}.account"), None)
    found: dict[str, list[int]] = {}
    for account, debit, credit in mapping.sums(first=job.first_day, last=job.last_day, currency=job.currency):
        called = ""
        if account is not None:
            called = (account.targets.get(own) or account.label) if own else account.number
        sums = found.setdefault(called.encode(form.encoding, "replace").decode(form.encoding), [0, 0])
        sums[0] += debit
        sums[1] += credit
    return found


def _differences(file: dict[str, list[int]], ledger: dict[str, list[int]], currency: str) -> list[str]:
    """A sentence for each account that the file says other sums of than the ledger; nothing where all are equal."""
    return [
        f"Account {account or 'none'}: the file has debits of {said[0]} and credits of {said[1]}, the ledger of "
        f"{known[0]} and {known[1]} (minor units of {currency})."
        for account in sorted(file.keys() | ledger.keys())
        if (said := file.get(account, [0, 0])) != (known := ledger.get(account, [0, 0]))
    ]


def _packed(paths: list[pathlib.Path], form: Format, job: Job) -> pathlib.Path:
    """The parts in one ZIP, not compressed and without dates: the same bytes each time."""
    name = pathlib.PurePath(form.file_name(job))
    whole = paths[0].with_name("whole.zip")
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_STORED) as pack:
        for at, part in enumerate(paths, start=1):
            info = zipfile.ZipInfo(f"{name.stem}-part-{at:04d}{name.suffix}", (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o600 << 16
            with part.open("rb") as source, pack.open(info, "w", force_zip64=False) as target:
                while chunk := source.read(1 << 20):
                    target.write(chunk)
    return whole
