"""`manage.py rotate_keys`: sellers' data keys go under the current master key; says which older ones are needed yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from backoffice.audit.clock import database_now
from payouts.operations import rotation
from payouts.queries import keys
from sellers import vault


class Command(BaseCommand):
    help = (
        "Rewrap sellers' data keys under the first of MASTER_KEYS. Put the new key first and keep the older ones after "
        "it, restart every process, then run this. It may be broken off and run again."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        try:
            current = vault.keyring().current
            while some := rotation.rotate(now=database_now()):
                done += some
        except vault.VaultError as error:
            raise CommandError(f"{done} data keys rewrapped, then: {error}") from error
        self.stdout.write(f"{done} data keys rewrapped under “{current}”.")
        left, files = keys.data_keys(), keys.files()
        for name in sorted({*left, *files} - {current}):
            self.stdout.write(
                f"“{name}” is still needed: {left.get(name, 0)} data keys, {files.get(name, 0)} files."
            )
        if not {*left, *files} - {current}:
            self.stdout.write("No older master key is needed.")
