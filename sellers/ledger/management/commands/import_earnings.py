"""`manage.py import_earnings FILE --profile NAME`: check a file of earnings and post it, or say all that is wrong."""

import pathlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.audit.clock import database_now
from payouts.operations import imports
from sellers import commands
from sellers.ledger import profiles
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus
from sellers.ledger.money import Money


class Command(BaseCommand):
    help = "Import a file of earnings. One bad row refuses the whole file; known rows change nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file")
        names = ", ".join(profile.name for profile in profiles.all_profiles())
        parser.add_argument("--profile", required=True, help=f"how the source writes earnings: {names}")
        parser.add_argument("--as", dest="username", help="the user who imports; nobody: the system")
        parser.add_argument("--check", action="store_true", help="check only; post nothing")

    def handle(self, *, file: str, profile: str, username: str | None, check: bool, **options: Any) -> None:
        actor = commands.actor_named(username)
        with commands.opened(file) as stream, commands.shown(self) as say:
            checked = imports.receive(
                kind=ImportKind.EARNINGS,
                stream=stream,
                name=pathlib.Path(file).name,
                profile=profile,
                actor=actor,
                now=database_now(),
                say=say,
            )
            if checked.status == ImportStatus.REFUSED:
                commands.refuse(self, checked)
            if check:
                self._report(checked, "would be added")
                return
            posted = imports.confirm(import_file_id=checked.pk, actor=actor, now=database_now(), say=say)
        self._report(posted, "added")

    def _report(self, file: ImportFile, what: str) -> None:
        read, new = (_counted(file.row_count, "row"), _counted(file.new_count, "new earning"))
        self.stdout.write(f"{file.name}: {read} read with the profile {file.profile}.")
        self.stdout.write(f"{new} {what}, {file.known_count:,} known already.")
        if file.seller_count:
            self.stdout.write(f"{_counted(file.seller_count, 'seller')} {what}, unverified.")
        for currency, kinds in sorted(file.totals.items()):
            for kind, minor in sorted(kinds.items()):
                self.stdout.write(f"  {kind}: {Money(minor, currency).decimal():,f} {currency}")
        if not file.new_count:
            self.stdout.write("Nothing changed.")


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
