"""`manage.py load_demo [--if-empty] [--seed 7]`: sellers, twelve weeks of earnings and payouts. Demo mode
only.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice import demo
from backoffice.audit.clock import database_now
from backoffice.demo import history, people


class Command(BaseCommand):
    help = "Load demo data: about 400 sellers, twelve weeks of earnings and payouts in every state. Demo mode only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing where somebody has worked already"
        )
        parser.add_argument("--seed", type=int, default=7, help="another number, another history")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            demo.require()
            if not history.is_empty():
                self._not_empty(if_empty=options["if_empty"])
                return
            begun = time.monotonic()
            told = history.load(seed=options["seed"], now=database_now())
        except demo.NotADemo as error:
            raise CommandError(str(error)) from error
        states = ", ".join(f"{count} {status.lower()}" for status, count in told.by_status.items() if count)
        seconds = time.monotonic() - begun
        self.stdout.write(f"{told.sellers} sellers and {told.payouts} payouts ({states}) in {seconds:.0f} s.")
        if not told.bank_remembers:
            self.stderr.write(
                "The simulated bank is running and was not told of these payments: its statements begin anew. "
                "To have them agree, stop it and load into an empty database."
            )

    def _not_empty(self, *, if_empty: bool) -> None:
        """The tables hold something. Demo people exist all the same: a trial on real files needs them to log
        in.
        """
        people.ensure()
        history.ensure_funding()
        if not if_empty:
            raise CommandError(
                "Nothing was loaded: there are sellers or payouts already, and history cannot be deleted. Start with "
                f"an empty database: stop the program and remove {settings.DATA_DIR}."
            )
        what = "The demo data stand" if history.is_loaded() else "Somebody has worked here"
        self.stdout.write(f"{what} already; nothing was loaded.")
