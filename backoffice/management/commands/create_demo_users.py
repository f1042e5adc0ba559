"""`manage.py create_demo_users`: one person per role to log in as, in demo mode only."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from backoffice import demo, roles
from backoffice.demo import people


class Command(BaseCommand):
    help = "Make the demo accounts, one per role, with the password in DEMO_PASSWORD. Demo mode only."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            people.ensure()
        except demo.NotADemo as error:
            raise CommandError(str(error)) from error
        if options["verbosity"] > 0:
            self.stdout.write(
                f"Log in as {', '.join(roles.ROLES)}; the password is “{settings.DEMO_PASSWORD}”."
            )
