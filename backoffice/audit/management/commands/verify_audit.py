"""manage.py verify_audit: whether the audit trail is what it was; exit code 1 when it is not."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from backoffice.audit import sealing
from backoffice.audit.models import Seal


class Command(BaseCommand):
    help = "Compares every event with its seal, and the seals with the anchors outside the database."

    def handle(self, *args: Any, **options: Any) -> None:
        problems = sealing.verify()
        for problem in problems:
            self.stdout.write(problem)
        if problems:
            sys.exit(1)
        count = Seal.objects.count()
        self.stdout.write(f"{count} events are sealed and anchored; nothing was changed.")
