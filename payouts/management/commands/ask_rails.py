"""`manage.py ask_rails`: after a restore from a backup, every rail is stopped and asked what it has."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.actors import SYSTEM
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from payouts.operations import restoring


class Command(BaseCommand):
    help = "After a restore: stop every rail, ask each what it has, and hold the sellers of what this database lost."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            asked = restoring.ask(actor=SYSTEM, now=database_now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        one = len(asked.found) == 1
        self.stdout.write(f"{len(asked.found)} payment{'' if one else 's'} that this database had lost:")
        for each in asked.found:
            self.stdout.write(f"  {restoring.say(each)}  {each.rail}  {each.key}  {each.said}")
        self.stdout.write(f"{asked.held} sellers are on hold because of them.")
        self.stdout.write(f"{asked.unknown} submissions are still unknown: see the desk of unknowns.")
        self.stdout.write(
            "Every rail stays stopped. Follow docs/runbooks/restore-from-backup.md: one person closes the incident on "
            "the page of rails, another lets the rails go on."
        )
