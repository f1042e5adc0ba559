"""`manage.py import_corrections FILE --as PERSON`: ask for a file of corrections, or say all that is wrong with it."""

import pathlib
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.audit.clock import database_now
from payouts.operations import imports
from sellers import commands
from sellers.ledger import profiles
from sellers.ledger.models import ImportKind, ImportStatus
from sellers.ledger.money import Money


class Command(BaseCommand):
    help = "Ask for a file of corrections. Nothing is posted before another person confirms the file on its page."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", help="a CSV file")
        names = ", ".join(profile.name for profile in profiles.all_profiles(ImportKind.CORRECTIONS))
        parser.add_argument("--profile", default="corrections", help=f"how the file is written: {names}")
        parser.add_argument("--as", dest="username", required=True, help="the person who asks")

    def handle(self, *, file: str, profile: str, username: str, **options: Any) -> None:
        actor = commands.actor_named(username)
        with commands.opened(file) as stream, commands.shown(self) as say:
            checked = imports.receive(
                kind=ImportKind.CORRECTIONS,
                stream=stream,
                name=pathlib.Path(file).name,
                profile=profile,
                actor=actor,
                now=database_now(),
                say=say,
            )
            if checked.status == ImportStatus.REFUSED:
                commands.refuse(self, checked)
        self.stdout.write(
            f"{checked.name}: {checked.new_count:,} corrections, {checked.known_count:,} known already."
        )
        for currency, kinds in sorted(checked.totals.items()):
            for kind, minor in sorted(kinds.items()):
                self.stdout.write(f"  {kind}: {Money(minor, currency).decimal():,f} {currency}")
        if checked.new_count:
            self.stdout.write("Nothing is posted yet: another person confirms the file on the page Imports.")
        else:
            self.stdout.write("Nothing would change.")
