"""manage.py check_invariants: one line per invariant; exit code 1 when one is broken."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.audit.clock import database_now
from payouts.operations import checking
from payouts.queries import invariants


class Command(BaseCommand):
    help = "Checks what must always be true of money and state, and says what breaks it."

    def handle(self, *args: Any, **options: Any) -> None:
        found = checking.check(now=database_now())
        for invariant in invariants.ALL:
            ids = found.broken.get(invariant.name)
            verdict = f"BROKEN {', '.join(ids)}" if ids else "ok"
            self.stdout.write(f"{invariant.name}: {verdict}" + (f" - {invariant.sentence}" if ids else ""))
        if found.broken:
            sys.exit(1)
