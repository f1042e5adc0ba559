"""`manage.py demo_accounts [--country CC] [--seller S123]`: simulated bank accounts, in demo mode only."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import demo
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.demo import accounts, people


class Command(BaseCommand):
    help = "Verify sellers and give those without a bank account a simulated one, without the wait. Demo mode only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--country", default="", help="only sellers of this country, two letters (BR)")
        parser.add_argument("--seller", default="", help="only this seller: S123 or the marketplace's id")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            who = people.ensure()
            made = accounts.give(
                country=options["country"].upper(),
                seller=options["seller"],
                requester=who["analyst2"],
                verifier=who["compliance2"],
                now=database_now(),
            )
        except (demo.NotADemo, Refused) as error:
            raise CommandError(str(error)) from error
        if made.closed:
            self.stderr.write(f"Left out, because no country file opens them: {', '.join(made.closed)}.")
        if not made.accounts and not made.verified:
            self.stdout.write("Nothing to do: every such seller is verified and has an account.")
        else:
            self.stdout.write(
                f"{made.accounts} accounts made and verified, {made.verified} sellers verified."
            )
