"""Run the simulated bank, or tell a running one to close its day."""

import signal
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.simbank import journal, process, profile


class Command(BaseCommand):
    help = (
        "Runs the simulated bank: an HTTP API for the rail “sandbox”, a file exchange for the rail “sepa”. "
        "Everything it was ever told is in the log simbank/instructions.jsonl under DATA_DIR."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        where = urlsplit(settings.SIMBANK_URL)
        parser.add_argument(
            "--port", type=int, default=where.port or 80, help="on 127.0.0.1; 0 takes a free one"
        )
        parser.add_argument(
            "--outbox", type=Path, default=Path(settings.SEPA_OUTBOX_DIR), help="where it finds files"
        )
        parser.add_argument(
            "--inbox", type=Path, default=Path(settings.SEPA_INBOX_DIR), help="where it answers"
        )
        parser.add_argument(
            "--data", type=Path, default=Path(settings.DATA_DIR) / "simbank", help="the folder of its log"
        )
        parser.add_argument("--settle-seconds", type=float, default=2.0, help="from accepted to paid")
        parser.add_argument("--opening-minor", type=int, default=0, help="what a new funding account holds")
        parser.add_argument("--seed", type=int, default=1, help="which payments the shares below pick")
        for outcome in (profile.REJECTED, profile.FAILED, profile.RETURNED):
            parser.add_argument(
                f"--{outcome}-per-mille",
                type=int,
                default=0,
                metavar="N",
                help=f"how many of 1,000 are {outcome}",
            )
        parser.add_argument(
            "--close-day",
            action="store_true",
            help="have the running bank close its day and write the statements",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["close_day"]:
            self._close_day(f"http://127.0.0.1:{options['port']}")
            return
        manners = profile.Profile(
            settle_after=timedelta(seconds=options["settle_seconds"]),
            opening_minor=options["opening_minor"],
            seed=options["seed"],
            per_mille={
                outcome: options[f"{outcome}_per_mille"]
                for outcome in (profile.REJECTED, profile.FAILED, profile.RETURNED)
            },
        )
        try:
            bank = process.Simbank(
                port=options["port"],
                data=options["data"],
                outbox=options["outbox"],
                inbox=options["inbox"],
                manners=manners,
            )
        except journal.Busy as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"The simulated bank cannot start on port {options['port']}: {error}."
            ) from error
        with bank:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_: bank.stop())
            self.stdout.write(f"Simulated bank ready: {bank.url}")
            self.stdout.flush()
            bank.wait()
        if bank.failure:
            raise CommandError(f"The simulated bank stopped: {bank.failure!r}") from bank.failure

    def _close_day(self, url: str) -> None:
        try:
            answer = httpx.post(f"{url}/control/statement", trust_env=False, timeout=60).raise_for_status()
        except httpx.HTTPError as error:
            raise CommandError(
                f"No simulated bank answers at {url}. Start one with `manage.py simbank`."
            ) from error
        self.stdout.write(f"{len(answer.json()['statements'])} statements so far.")
