"""Changing a person: what makes the house safer is done at once by one administrator, all else is asked for."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.people.operations import _known, asking
from backoffice.people.operations._known import OwnRights


@dataclass(frozen=True)
class Changed:
    """What is in force, and what waits for another administrator, in words."""

    done: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)


@transaction.atomic
def change(
    *, user_id: int, names: tuple[str, str], email: str, role_names: Collection[str], active: bool, actor: Actor,
    now: datetime, new_password: bool = False,
) -> Changed:  # fmt: skip
    """The person has these names, loses roles that are not named, and is closed unless ``active``: at once.

    Roles they do not have yet, an account that is closed and ``new_password`` are asked for. Rights given beside the
    roles are taken away. Raises `OwnRights` when people set their own roles, close themselves or ask for their own
    password, `NoSuchRole`, `Conflict`, `NotAllowed`.
    """
    authority.require(actor=actor, permission=asking.CHANGE)
    _known.groups(role_names)
    user = _known.locked(user_id)
    before, wanted = set(user.groups.values_list("name", flat=True)), set(role_names)
    if user.pk == actor.user_id and (before != wanted or user.is_active != active):
        raise OwnRights(_("Nobody sets their own roles. Ask another administrator."))
    opens = active and not user.is_active
    changed = Changed()
    _take(user, before - wanted, changed, actor, now)
    _close(user, active, changed, actor, now)
    _name(user, (*names, email), changed, actor, now)
    user.save()
    if wanted - before:
        asking.more_roles(user_id=user_id, role_names=wanted - before, actor=actor, now=now)
        changed.asked.append(_("more roles"))
    if opens:
        asking.log_in_again(user_id=user_id, actor=actor, now=now)
        changed.asked.append(_("log in again"))
    if new_password:
        asking.new_password(user_id=user_id, actor=actor, now=now)
        changed.asked.append(_("a new password"))
    return changed


def _take(user: User, taken: set[str], changed: Changed, actor: Actor, now: datetime) -> None:
    if not taken and not user.user_permissions.exists():
        return
    user.groups.remove(*user.groups.filter(name__in=taken))
    user.user_permissions.clear()
    changed.done.append(_("roles taken away"))
    data = {"granted": [], "taken": sorted(taken)}
    recording.record(actor=actor, action="person.roles", subject=user, data=data, now=now)


def _close(user: User, active: bool, changed: Changed, actor: Actor, now: datetime) -> None:
    """A link that nobody used yet dies with the account, and does not come to life with it."""
    if active or not user.is_active:
        return
    user.is_active = False
    if not user.has_usable_password():
        user.set_unusable_password()
    changed.done.append(_("may no longer log in"))
    recording.record(actor=actor, action="person.closed", subject=user, now=now)


def _name(user: User, wanted: tuple[str, str, str], changed: Changed, actor: Actor, now: datetime) -> None:
    """``wanted`` is first name, last name and e-mail."""
    if (user.first_name, user.last_name, user.email) == wanted:
        return
    user.first_name, user.last_name, user.email = wanted
    changed.done.append(_("name or e-mail"))
    recording.record(actor=actor, action="person.named", subject=user, now=now)
