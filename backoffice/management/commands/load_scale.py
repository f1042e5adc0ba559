"""`manage.py load_scale --payouts 1000000 --sellers 100000`: a database of its own, filled to measure on.

Demo mode only.
"""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import demo
from backoffice.audit.clock import database_now
from backoffice.scale import loading


class Command(BaseCommand):
    help = (
        "Fill an empty database with payouts by the million, as the owner of its tables. Never in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--payouts", type=int, required=True, help="how many payouts")
        parser.add_argument(
            "--sellers", type=int, required=True, help="to how many sellers, in weekly runs of all"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        begun = time.monotonic()
        try:
            loading.load(
                payouts=options["payouts"],
                sellers=options["sellers"],
                now=database_now(),
                tell=self.stdout.write if options["verbosity"] else lambda _: None,
            )
        except (loading.CannotLoad, demo.NotADemo) as error:
            raise CommandError(str(error)) from error
        payouts, sellers = options["payouts"], options["sellers"]
        self.stdout.write(f"{payouts:,} payouts of {sellers:,} sellers in {time.monotonic() - begun:.0f} s.")
