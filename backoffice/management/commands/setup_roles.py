"""`manage.py setup_roles`: the groups that stand for the roles have exactly their permissions."""

from typing import Any

from django.core.management.base import BaseCommand

from backoffice import roles


class Command(BaseCommand):
    help = "Make each role's group hold exactly the permissions that backoffice/roles.py gives it."

    def handle(self, *args: Any, **options: Any) -> None:
        changed = roles.setup()
        self.stdout.write(f"Roles set: {', '.join(changed)}." if changed else "Roles are as they should be.")
