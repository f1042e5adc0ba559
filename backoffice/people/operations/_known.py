"""What every verb about people asks of names and roles."""

from collections.abc import Collection

from django.contrib.auth.models import Group, User
from django.contrib.auth.validators import ASCIIUsernameValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from backoffice import roles
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Refused


class NameTaken(Refused):
    """Somebody logs in by that name, however it is written."""

    code = "name_taken"


class BadName(Refused):
    """Nobody could tell it from another, or type it."""

    code = "bad_name"


class NoSuchRole(Refused):
    code = "no_such_role"


class OwnRights(Refused):
    """Nobody sets their own roles, closes or opens themselves, or asks for their own new password."""

    code = "own_rights"
    status = 403


def groups(role_names: Collection[str]) -> list[Group]:
    """The groups of these roles. Raises `NoSuchRole`."""
    found = list(Group.objects.filter(name__in=set(role_names) & set(roles.ROLES)))
    missing = sorted(set(role_names) - {group.name for group in found})
    if missing:
        raise NoSuchRole(
            _("There is no role {missing}. Run setup_roles, or choose another.").format(
                missing=", ".join(missing)
            )
        )
    return found


def require_free(username: str) -> None:
    """Raises `BadName` for what is no user name, `NameTaken` where somebody logs in by it."""
    try:
        ASCIIUsernameValidator()(username)  # of more letters some look like others
    except ValidationError:
        raise BadName(
            _(
                "“{username}” is no user name. Write letters without accents, digits and @ . + - _, without spaces."
            ).format(username=username[:40])
        ) from None
    if User.objects.filter(username__iexact=username).exists():
        raise NameTaken(
            _("Somebody already logs in as {username}. Choose another user name.").format(username=username)
        )


def locked(user_id: int, *, by: Actor | None = None) -> User:
    """The person, whom nobody else changes until this transaction is over, and who acts beside them.

    In the order of their ids, so that two who change each other wait for each other; the second asks after that what
    they may still do. Not against foreign keys: what is written down of a person meanwhile does not wait.
    """
    ids = {user_id} if by is None or by.user_id is None else {user_id, by.user_id}
    rows = User.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    found = {row.pk: row for row in rows}
    if user_id not in found:
        raise User.DoesNotExist
    return found[user_id]
