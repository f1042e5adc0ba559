"""Run the simulated bank, or tell a running one to close its day."""

import dataclasses
import signal
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.simbank import faults, journal, named, process, profile


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
        parser.add_argument(
            "--profile",
            default="fair",
            metavar="NAME",
            help="; ".join(f"{name}: {named.about(name).rstrip('.')}" for name in named.names()),
        )
        parser.add_argument(
            "--fault",
            action="append",
            default=[],
            metavar="NAME=N",
            help="how many of 1,000 tries meet a fault, also call:NAME=N or file:NAME=N; may stand more than once. "
            f"Names: {', '.join(faults.Fault)}",
        )
        parser.add_argument("--late-seconds", type=float, help="how late what comes late is")
        parser.add_argument("--settle-seconds", type=float, help="from accepted to paid (2)")
        parser.add_argument("--opening-minor", type=int, default=0, help="what a new funding account holds")
        parser.add_argument("--seed", type=int, default=1, help="which payments and tries the shares pick")
        for outcome in (profile.REJECTED, profile.FAILED, profile.RETURNED):
            parser.add_argument(
                f"--{outcome}-per-mille",
                type=int,
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
        try:
            manners = _manners(options)
        except ValueError as error:
            raise CommandError(str(error)) from error
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


def _manners(options: Mapping[str, Any]) -> profile.Profile:
    """The named profile with what else the command line says. Raises `ValueError`."""
    changes: dict[str, Any] = {"opening_minor": options["opening_minor"], "seed": options["seed"]}
    for name in ("settle", "late"):
        if options[f"{name}_seconds"] is not None:
            changes[f"{name}_after"] = timedelta(seconds=options[f"{name}_seconds"])
    base = named.profile(options["profile"], **changes)
    shares = {
        outcome: options[f"{outcome}_per_mille"]
        for outcome in (profile.REJECTED, profile.FAILED, profile.RETURNED)
        if options[f"{outcome}_per_mille"] is not None
    }
    return named.with_faults(
        dataclasses.replace(base, per_mille={**base.per_mille, **shares}), options["fault"]
    )
