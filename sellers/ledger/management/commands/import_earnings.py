"""`manage.py import_earnings FILE --profile NAME`: check a file of earnings and post it, or say all that is wrong."""

import pathlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.clock import database_now
from sellers import commands
from sellers.ledger import importing, profiles
from sellers.ledger.models import ImportFile, ImportStatus
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
        with commands.opened(file) as stream:
            checked = importing.check(
                stream=stream, name=pathlib.Path(file).name, profile=profile, actor=actor, now=database_now()
            )
            if checked.status == ImportStatus.REFUSED:
                self._refuse(checked)
            if check:
                self._report(checked, "would be added")
                return
            posted = importing.post(import_file_id=checked.pk, actor=actor, now=database_now())
        self._report(posted, "added")

    def _refuse(self, file: ImportFile) -> None:
        errors = file.staged.order_by("row_number", "id").values_list("row_number", "error")
        for line, error in errors.iterator(chunk_size=2000):
            self.stderr.write(f"line {line}: {error}")
        rows = "row has" if file.error_count == 1 else "rows have"
        raise CommandError(
            f"{file.name} was refused: {file.error_count:,} {rows} errors."
            " Nothing was imported; correct and import it again."
        )

    def _report(self, file: ImportFile, what: str) -> None:
        self.stdout.write(f"{file.name}: {file.row_count:,} rows read with the profile {file.profile}.")
        self.stdout.write(f"{file.new_count:,} new earnings {what}, {file.known_count:,} known already.")
        if file.seller_count:
            self.stdout.write(f"{file.seller_count:,} sellers {what}, unverified.")
        for currency, kinds in sorted(file.totals.items()):
            for kind, minor in sorted(kinds.items()):
                self.stdout.write(f"  {kind}: {Money(minor, currency).decimal():,f} {currency}")
        if not file.new_count:
            self.stdout.write("Nothing changed.")
