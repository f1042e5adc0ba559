"""Who acts, and through which door."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from .errors import NotAllowed

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


class Via(StrEnum):
    """The door an act came through. Tokens never approve; the system never decides."""

    SESSION = "session"
    TOKEN = "token"  # noqa: S105 - a door, not a secret
    COMMAND = "command"
    SYSTEM = "system"


@dataclass(frozen=True)
class Actor:
    """Who does something. ``user_id`` is None only for the system itself."""

    user_id: int | None
    name: str
    via: Via

    @property
    def person_id(self) -> int:
        """Whose deed it is, where only a person's counts. Raises `NotAllowed` for the program itself."""
        if self.user_id is None:
            raise NotAllowed(_("The program does not do this by itself: a person must."))
        return self.user_id

    @property
    def is_system(self) -> bool:
        return self.via is Via.SYSTEM


def person(user: "AbstractBaseUser") -> Actor:
    """A person in a browser session."""
    return Actor(user_id=user.pk, name=user.get_username(), via=Via.SESSION)


def token(user: "AbstractBaseUser") -> Actor:
    """A program holding a user's token: that user's rights, without the right to approve."""
    return Actor(user_id=user.pk, name=user.get_username(), via=Via.TOKEN)


def command(user: "AbstractBaseUser") -> Actor:
    """A management command run in somebody's name."""
    return Actor(user_id=user.pk, name=user.get_username(), via=Via.COMMAND)


SYSTEM = Actor(user_id=None, name="system", via=Via.SYSTEM)
