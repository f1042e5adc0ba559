"""`manage.py create_token USERNAME`: a token for programs that use the API in somebody's name."""

from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError, transaction
from knox.models import get_token_model

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from backoffice.audit.clock import database_now

NO_DATABASE = (
    "No token made: no database answers. Where `make run` uses another folder than {folder}, say which: "
    "DATA_DIR=… python manage.py create_token …; elsewhere set DATABASE_URL."
)


class Command(BaseCommand):
    help = "Print a new API token of a user, this once. It acts with the user's rights, but never approves."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="whose rights the token has")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        try:
            self._create(username)
        except OperationalError as error:
            raise CommandError(NO_DATABASE.format(folder=settings.DATA_DIR)) from error

    @transaction.atomic
    def _create(self, username: str) -> None:
        user = get_user_model().objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Nobody is called “{username}”. Add the user first, or check the spelling.")
        if not user.is_active:
            raise CommandError(
                f"{username} is not active, and a token would not work. Activate the user first."
            )
        now, tokens = database_now(), get_token_model().objects
        tokens.filter(user=user, expiry__lt=now).delete()
        made, token = tokens.create(user=user)
        data = {"user": username, "token": made.token_key, "expires": made.expiry and made.expiry.isoformat()}
        recording.record(actor=SYSTEM, action="token.create", subject=user, data=data, now=now)
        # Only the token goes to standard output, so that a script can take it from there.
        self.stdout.write(token)
        until = f" until {made.expiry:%d %B %Y}" if made.expiry else ""
        self.stderr.write(f"It works{until} and is shown only now: keep it safe. Authorization: Token …")
