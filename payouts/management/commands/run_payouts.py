"""`manage.py run_payouts --until DATE [--country CC]`: due balances become payouts."""

from datetime import date
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backoffice.audit import actors
from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from payouts.models import RunSkip
from payouts.operations import creation
from sellers.ledger.money import Money


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--until {text} is no date. Write it as 2026-11-24.") from error


class Command(BaseCommand):
    help = "Turn the balances that are due into payouts. Running twice makes nothing twice."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--until", help="last due date taken, as 2026-11-24; today in each country when left out")
        parser.add_argument("--country", default="", help="two letters, as FR; every country when left out")
        parser.add_argument("--as", dest="username", help="the person in whose name it runs; the program when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        now = database_now()
        until = _day(options["until"]) if options["until"] else None
        try:
            run = creation.run(
                until=until,
                country=options["country"].upper(),
                key=f"command:{now.isoformat()}",
                actor=self._actor(options["username"]),
                now=now,
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        totals = ", ".join(str(Money(minor, currency)) for currency, minor in sorted(run.totals.items()))
        self.stdout.write(f"{run.payout_count} payouts made{': ' + totals if totals else ''}.")
        if run.skip_count:
            self.stdout.write(f"{run.skip_count} balances left alone:")
        for skip in RunSkip.objects.filter(run=run).select_related("account__seller").order_by("id").iterator():
            money = Money(skip.amount_minor, skip.account.currency)
            self.stdout.write(f"  {skip.account.seller.reference}  {money}  {skip.reason}")

    def _actor(self, username: str | None) -> actors.Actor:
        if not username:
            return actors.SYSTEM
        user = get_user_model().objects.filter(username=username, is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody is called {username}. Leave --as out to run as the program.")
        return actors.command(user)
