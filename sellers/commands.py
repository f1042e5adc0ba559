"""What the management commands of these rooms share: in whose name, and how a no is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from backoffice.audit import actors
from backoffice.audit.errors import Refused
from backoffice.doors.terminal import Shown
from sellers.ledger.importing.progress import Say
from sellers.ledger.models import ImportFile


def actor_named(username: str | None) -> actors.Actor:
    """The user of this name as an actor, or the system when no name is given. Raises `CommandError`."""
    if not username:
        return actors.SYSTEM
    user = get_user_model().objects.filter(username=username, is_active=True).first()
    if user is None:
        raise CommandError(
            f"There is no active user “{username}”. Name one who may import, or leave --as out."
        )
    return actors.command(user)


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The file, open for reading. A file that cannot be opened, and every `Refused` inside, is a `CommandError`."""
    try:
        with open(path, "rb") as stream:
            yield stream
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.") from error
    except Refused as error:
        raise CommandError(str(error)) from error


@contextmanager
def shown(command: BaseCommand) -> Iterator[Say]:
    """What an import tells of its progress, for whoever looks at the command."""
    bar = Shown(command)
    try:
        yield bar.step
    finally:
        bar.end()


def refuse(command: BaseCommand, file: ImportFile) -> None:
    """Every error of a refused file stands on standard error. Raises `CommandError`."""
    errors = file.staged.order_by("row_number", "id").values_list("row_number", "error")
    for line, error in errors.iterator(chunk_size=2000):
        command.stderr.write(f"line {line}: {error}")
    rows = "row has" if file.error_count == 1 else "rows have"
    raise CommandError(
        f"{file.name} was refused: {file.error_count:,} {rows} errors."
        " Nothing was imported; correct and import it again."
    )
