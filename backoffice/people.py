"""Who works here: added, given roles, closed. Roles are the only source of rights, and nobody sets their own."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth import get_user_model, password_validation
from django.contrib.auth.models import Group, User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice import roles
from backoffice.audit import authority, recording
from backoffice.audit.actors import SYSTEM, Actor
from backoffice.audit.errors import Refused


class NameTaken(Refused):
    code = "name_taken"


class OwnRights(Refused):
    code = "own_rights"
    status = 403


class WeakPassword(Refused):
    code = "weak_password"


class NoSuchRole(Refused):
    code = "no_such_role"


class AdminExists(Refused):
    code = "admin_exists"


@transaction.atomic
def add_first_admin(*, username: str, password: str, now: datetime) -> User:
    """The first person may log in, with the role `admin`, and add all others. Only while no administrator is active.

    Raises `AdminExists`, `NameTaken`, `NoSuchRole`, `WeakPassword`; nothing is written then.
    """
    _groups(["admin"])  # says what to do where there is none yet
    Group.objects.select_for_update().get(name="admin")  # two at once: the second sees the first
    if User.objects.filter(groups__name="admin", is_active=True).exists():
        raise AdminExists(
            _("Nobody added: an administrator can log in already, and adds people on the page Settings.")
        )
    return _add(
        username=username,
        names=("", ""),
        email="",
        role_names=["admin"],
        password=password,
        actor=SYSTEM,
        now=now,
    )


@transaction.atomic
def add(
    *, username: str, names: tuple[str, str], email: str, role_names: Collection[str], password: str, actor: Actor,
    now: datetime,
) -> User:  # fmt: skip
    """A new person may log in with these roles; ``names`` are first and last.

    Raises `NameTaken`, `NoSuchRole`, `WeakPassword`; nothing is written then.
    """
    authority.require(actor=actor, permission="auth.add_user")
    return _add(
        username=username,
        names=names,
        email=email,
        role_names=role_names,
        password=password,
        actor=actor,
        now=now,
    )


def _add(
    *, username: str, names: tuple[str, str], email: str, role_names: Collection[str], password: str, actor: Actor,
    now: datetime,
) -> User:  # fmt: skip
    groups = _groups(role_names)
    if get_user_model().objects.filter(username__iexact=username).exists():
        raise NameTaken(
            _("Somebody already logs in as {username}. Choose another user name.").format(username=username)
        )
    user = User(username=username, first_name=names[0], last_name=names[1], email=email, is_staff=True)
    _set_password(user, password)
    user.save()
    user.groups.set(groups)
    recording.record(
        actor=actor, action="person.added", subject=user, data={"roles": sorted(role_names)}, now=now
    )
    return user


@transaction.atomic
def change(
    *, user_id: int, names: tuple[str, str], email: str, role_names: Collection[str], active: bool, password: str,
    actor: Actor, now: datetime,
) -> list[str]:  # fmt: skip
    """The person is as given; an empty ``password`` leaves theirs. Answers what changed, in words.

    Rights given beside the roles are taken away. Raises `OwnRights` when people set their own roles or close
    themselves, `NoSuchRole`, `WeakPassword`.
    """
    authority.require(actor=actor, permission="auth.change_user")
    groups = _groups(role_names)
    user = User.objects.select_for_update().get(pk=user_id)
    before = set(user.groups.values_list("name", flat=True))
    wanted = set(role_names)
    if user.pk == actor.user_id and (before != wanted or user.is_active != active):
        raise OwnRights(_("Nobody sets their own roles. Ask another administrator."))
    changed = []
    if before != wanted or user.user_permissions.exists():
        user.groups.set(groups)
        user.user_permissions.clear()
        changed.append(_("roles"))
        data = {"granted": sorted(wanted - before), "taken": sorted(before - wanted)}
        recording.record(actor=actor, action="person.roles", subject=user, data=data, now=now)
    if user.is_active != active:
        user.is_active = active
        changed.append(_("may log in again") if active else _("may no longer log in"))
        action = "person.opened" if active else "person.closed"
        recording.record(actor=actor, action=action, subject=user, now=now)
    if (user.first_name, user.last_name, user.email) != (*names, email):
        (user.first_name, user.last_name), user.email = names, email
        changed.append(_("name"))
    if password:
        _set_password(user, password)
        changed.append(_("password"))
        recording.record(actor=actor, action="person.password", subject=user, now=now)
    user.save()
    return changed


def _groups(role_names: Collection[str]) -> list[Group]:
    found = list(Group.objects.filter(name__in=set(role_names) & set(roles.ROLES)))
    missing = sorted(set(role_names) - {group.name for group in found})
    if missing:
        raise NoSuchRole(
            _("There is no role {missing}. Run setup_roles, or choose another.").format(
                missing=", ".join(missing)
            )
        )
    return found


def _set_password(user: User, password: str) -> None:
    try:
        password_validation.validate_password(password, user)
    except ValidationError as error:
        raise WeakPassword(" ".join(error.messages)) from error
    user.set_password(password)
