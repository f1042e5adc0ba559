"""`manage.py import_statement FILE --as PERSON`: book a bank's camt.053, or say all that is wrong with it."""

import pathlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.audit.clock import database_now
from payouts.operations import imports
from sellers import commands
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus
from sellers.ledger.money import Money


class Command(BaseCommand):
    help = "Import a bank statement (camt.053). One that is known already changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a camt.053 as the bank gave it")
        parser.add_argument("--as", dest="username", required=True, help="the person who reconciles")
        parser.add_argument("--check", action="store_true", help="check only; book nothing")

    def handle(self, *, file: str, username: str, check: bool, **options: Any) -> None:
        actor = commands.actor_named(username)
        with commands.opened(file) as stream, commands.shown(self) as say:
            found = imports.receive(
                kind=ImportKind.STATEMENT,
                stream=stream,
                name=pathlib.Path(file).name,
                actor=actor,
                now=database_now(),
                say=say,
            )
            if found.status == ImportStatus.REFUSED:
                commands.refuse(self, found, what="statement")
            if not check:
                found = imports.confirm(import_file_id=found.pk, actor=actor, now=database_now(), say=say)
        self._report(found, "would be booked" if check else "booked")

    def _report(self, file: ImportFile, what: str) -> None:
        for shown in file.preview:
            closing = Money(shown["closing"], shown["currency"]).decimal()
            known = "known already" if shown["known"] else what
            lines = f"{shown['lines']:,} lines, closes with {closing:,f} {shown['currency']}"
            self.stdout.write(f"{shown['id']} of {shown['day']}, {shown['account']}: {lines}, {known}.")
            for gap in shown["chain"]:
                self.stdout.write(f"  {gap}")
        if not file.new_count:
            self.stdout.write("Nothing changed.")
