"""`manage.py create_admin USERNAME`: the first person of a new installation, who adds all others in the browser."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import people
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused


class Command(BaseCommand):
    help = "Make the first administrator. The password is asked for, or read from standard input."

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
            people.add_first_admin(username=username, password=asked, now=database_now())
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{username} may log in, and adds the others on the page Settings.")
