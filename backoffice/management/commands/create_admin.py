"""`manage.py create_admin USERNAME`: the first two people of an installation, who add all others in the browser."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.people import queries
from backoffice.people.operations import beginning


class Command(BaseCommand):
    help = (
        "Make an administrator, while fewer than two can log in. The password is asked for, or read from "
        "standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="what the administrator logs in with")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        asked = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        if not asked:
            raise CommandError(
                "Nobody added: no password came. Type it where it is asked for, or send it in: "
                f"manage.py create_admin {username} < FILE"
            )
        try:
            beginning.add_admin(username=username, password=asked, now=database_now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{username} may log in.")
        if queries.administrators().count() < beginning.ENOUGH:
            self.stdout.write(
                "Run it once more for a second person: nobody gives others a way in alone. One asks for "
                "them on the page Settings, the other confirms."
            )
