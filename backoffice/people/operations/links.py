"""Links to choose a password: good once, for a day, for one person. Nobody else ever learns the password."""

from datetime import datetime

from django.contrib.auth import password_validation
from django.contrib.auth.models import User
from django.contrib.auth.tokens import default_token_generator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext as _

from backoffice.audit import actors, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused
from backoffice.people.operations import _known
from backoffice.words import sentences


class DeadLink(Refused):
    """The link was used, is too old, or never was one."""

    code = "dead_link"
    status = 410


class WeakPassword(Refused):
    code = "weak_password"


def make(*, user: User, actor: Actor, now: datetime) -> str:
    """The path of a new link. It is kept nowhere: who loses it asks for another. Inside verbs that asked for the right.

    It dies with the password that it replaces, with a change of e-mail, with the account, and after
    ``PASSWORD_RESET_TIMEOUT`` seconds.
    """
    recording.record(actor=actor, action="person.link_made", subject=user, now=now)
    key = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("admin:password_link", args=[key, default_token_generator.make_token(user)])


def waits(*, user: User) -> bool:
    """Whether the person may choose a password by a link now: the account is open and has none."""
    return user.is_active and not user.has_usable_password()


@transaction.atomic
def choose(*, user_id: int, token: str, password: str, now: datetime) -> User:
    """The person has this password and may log in; the link is used. Raises `DeadLink`, `WeakPassword`."""
    user = _known.locked(user_id)  # two at once: the second finds it used
    if not (waits(user=user) and default_token_generator.check_token(user, token)):
        raise DeadLink(_("This link was used already, or is too old."))
    require_strong(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    recording.record(actor=actors.person(user), action="person.link_used", subject=user, now=now)
    return user


def require_strong(password: str, user: User) -> None:
    """Raises `WeakPassword` with what is wrong with it."""
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(sentences(*error.messages)) from error
