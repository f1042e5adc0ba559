"""`manage.py export_journal --period 2026-10 --format fec --to DIR`: a closed month's journal, always the same."""

import pathlib
import re
import shutil
import time
from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.actors import Actor
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors.terminal import ENTRIES, Shown
from payouts.exports.journal import FORMATS
from payouts.operations import journals
from sellers import commands
from sellers.ledger.models import JournalFile, JournalStatus, PeriodNumbers

_WAIT_SECONDS = 10 * 60


class Command(BaseCommand):
    help = "Write the journal of a closed month in a format of accounting's programs, one file a currency."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="the month, as 2026-10")
        parser.add_argument("--format", required=True, help=f"one of {', '.join(FORMATS)}")
        parser.add_argument(
            "--currency", default="", help="as EUR; every currency that was booked when left out"
        )
        parser.add_argument(
            "--grouping", default="detailed", help="detailed, or daily for totals of each day"
        )
        parser.add_argument("--to", required=True, help="an existing folder without these files")
        parser.add_argument(
            "--as", dest="username", help="the person in whose name it runs; the program when left out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", options["period"]):
            raise CommandError(f"--period {options['period']} is no month. Write it as 2026-10.")
        first = date.fromisoformat(f"{options['period']}-01")
        folder = pathlib.Path(options["to"])
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder. Make it first.")
        booked = PeriodNumbers.objects.filter(period__first_day=first, period__closed=True).order_by(
            "currency"
        )
        currencies = (
            [options["currency"].upper()]
            if options["currency"]
            else list(booked.values_list("currency", flat=True))
        )
        if not currencies:
            raise CommandError(
                f"{first:%B %Y} is not closed, or nothing was booked in it. Look at the page of the books."
            )
        actor = commands.actor_named(options["username"])
        made = []
        for currency in currencies:
            lacks = journals.lacks(
                first=first, format=options["format"], currency=currency, grouping=options["grouping"]
            )
            if lacks and not options["currency"]:
                self.stdout.write(f"{currency} left out: {' '.join(lacks)}")
                continue
            made.append(self._made(first, currency, actor, options))
        if not made:
            raise CommandError(
                f"Nothing exported: {options['format']} takes none of {', '.join(currencies)}."
            )
        for file in made:
            target = folder / file.file_name
            if target.exists():
                raise CommandError(f"{target} is there already. Name another folder, or move the file away.")
        for file in made:
            self._fetch(file, folder / file.file_name, actor)

    def _made(self, first: date, currency: str, actor: Actor, options: dict[str, Any]) -> JournalFile:
        try:
            asked = journals.request(
                first=first,
                format=options["format"],
                currency=currency,
                grouping=options["grouping"],
                actor=actor,
                now=database_now(),
                ring=False,
            )
            journals.write(file_id=asked.pk, now=database_now(), progress=Shown(self, ENTRIES))
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        made = self._awaited(asked.pk)
        if made.status == JournalStatus.WAITING:
            raise CommandError("A worker has been writing it for ten minutes. Look at the page of the books.")
        if made.status == JournalStatus.FAILED:
            raise CommandError(made.error)
        return made

    def _awaited(self, pk: int) -> JournalFile:
        """The file once it is written: a worker may be at it that somebody's page called."""
        until = time.monotonic() + _WAIT_SECONDS
        while True:
            made = JournalFile.objects.get(pk=pk)
            if made.status != JournalStatus.WAITING or time.monotonic() > until:
                return made
            time.sleep(0.2)

    def _fetch(self, made: JournalFile, target: pathlib.Path, actor: Actor) -> None:
        """The file is where it was wanted, whole or not at all."""
        try:
            found = journals.download(file_id=made.pk, actor=actor, now=database_now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        draft = target.with_name(f".{target.name}.part")
        try:
            with found.file as source, draft.open("wb") as file:
                shutil.copyfileobj(source, file, 1 << 20)
            draft.replace(target)
        except OSError as error:
            raise CommandError(f"{target} could not be written: {error.strerror}.") from error
        finally:
            draft.unlink(missing_ok=True)
        self.stdout.write(f"{found.name}: {made.lines:,} lines, {found.size:,} bytes, SHA-256 {made.sha256}")
