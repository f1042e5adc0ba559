"""`manage.py stop_rail RAIL|all --as USERNAME --reason WHY`: the kill switch for whoever has no browser at hand."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit import actors
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from payouts.operations import switches


class Command(BaseCommand):
    help = "Hand nothing new to a rail, or to any (“all”), within five seconds. Another person lets it go on."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rail", help="its name, or all")
        parser.add_argument(
            "--as", dest="username", required=True, help="who stops it: a person whose role may"
        )
        parser.add_argument("--reason", required=True, help="why, for those who must let it go on")

    def handle(self, *args: Any, **options: Any) -> None:
        user = get_user_model().objects.filter(username=options["username"], is_active=True).first()
        if user is None:
            raise CommandError(
                f"Nobody is called {options['username']}. Name a person whose role may stop rails."
            )
        rail = switches.ALL if options["rail"] == "all" else options["rail"]
        try:
            stop = switches.stop(
                rail=rail, reason=options["reason"], actor=actors.command(user), now=database_now()
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        name = "any rail" if stop.rail == switches.ALL else stop.rail
        self.stdout.write(
            f"Stopped: nothing new is handed to {name}. What was handed over goes on being resolved. Somebody else "
            f"than {options['username']} lets it go on, on the page of rails."
        )
