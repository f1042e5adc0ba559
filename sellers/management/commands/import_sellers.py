"""`manage.py import_sellers FILE --profile NAME`: create and change sellers, or say all that is wrong."""

import pathlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.clock import database_now
from payouts.operations import imports
from sellers import commands, importing
from sellers.ledger.models import ImportKind
from sellers.models import SellerFile, SellerFileStatus

SHOWN = 20


class Command(BaseCommand):
    help = "Import a file of sellers. One bad row refuses the file. Known sellers change only with --apply-changes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file")
        names = ", ".join(profile.name for profile in importing.all_profiles())
        parser.add_argument("--profile", default="generic", help=f"how the source writes sellers: {names}")
        parser.add_argument("--as", dest="username", help="the user who imports; nobody: the system")
        parser.add_argument("--check", action="store_true", help="show what would happen; change nothing")
        parser.add_argument("--apply-changes", action="store_true", help="also change sellers that are known")

    def handle(
        self,
        *,
        file: str,
        profile: str,
        username: str | None,
        check: bool,
        apply_changes: bool,
        **options: Any,
    ) -> None:
        actor = commands.actor_named(username)
        with commands.opened(file) as stream, commands.shown(self) as say:
            job = imports.receive(
                kind=ImportKind.SELLERS,
                stream=stream,
                name=pathlib.Path(file).name,
                profile=profile,
                actor=actor,
                now=database_now(),
                say=say,
            )
            checked = job.seller_file
            assert checked is not None
            if checked.status == SellerFileStatus.REFUSED:
                for row in checked.rows.order_by("pk").iterator():
                    self.stderr.write(f"line {row.line}: {row.error}")
                rows = "row has" if checked.error_count == 1 else "rows have"
                raise CommandError(
                    f"{checked.name} was refused: {checked.error_count:,} {rows} errors."
                    " Nothing was imported; correct and import it again."
                )
            self._show(checked)
            if check:
                self._report(checked, "would be")
                return
            if checked.changed_count and not apply_changes:
                imports.drop(import_file_id=job.pk, actor=actor, now=database_now())
                raise CommandError(
                    f"Nothing was imported: {checked.changed_count:,} sellers are known with other values (see above)."
                    " If those are right, say --apply-changes."
                )
            imports.confirm(import_file_id=job.pk, actor=actor, now=database_now(), say=say)
            checked.refresh_from_db(fields=["new_count", "changed_count", "same_count"])
        self._report(checked, "were")

    def _show(self, file: SellerFile) -> None:
        for row in file.rows.filter(what="changed").order_by("pk")[:SHOWN]:
            said = "; ".join(f"{name}: “{before}” → “{after}”" for name, before, after in row.changes)
            self.stdout.write(f"line {row.line}: {row.external_id} {said}")
        if file.changed_count > SHOWN:
            self.stdout.write(f"… and {file.changed_count - SHOWN:,} more changes.")

    def _report(self, file: SellerFile, were: str) -> None:
        self.stdout.write(
            f"{file.name}: {file.new_count:,} sellers {were} added unverified, {file.changed_count:,} {were} changed,"
            f" {file.same_count:,} are as they were."
        )
