"""Changing a person: what makes the house safer is done at once by one administrator, all else is asked for."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from knox.models import get_token_model

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict
from backoffice.people import queries
from backoffice.people.models import PersonRequest
from backoffice.people.operations import _known, asking
from backoffice.people.operations._known import OwnRights


@dataclass(frozen=True)
class Changed:
    """What is in force, and what waits for another administrator, in words."""

    done: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """Sentences about what could not be asked for; what was done is done all the same."""


@transaction.atomic
def change(
    *, user_id: int, names: tuple[str, str], email: str, role_names: Collection[str], active: bool, seen: str,
    actor: Actor, now: datetime, new_password: bool = False,
) -> Changed:  # fmt: skip
    """The person has these names, loses roles that are not named, and is closed unless ``active``: at once.

    Roles they do not have yet, an account that is closed and ``new_password`` are asked for. Rights given beside the
    roles are taken away. ``seen`` is the `queries.person_digest` of what the page showed. Raises `OwnRights` when
    people set their own roles, close themselves or ask for their own password, `NoSuchRole`, `Conflict` when the
    person is not as they were seen, `NotAllowed`.
    """
    _known.groups(role_names)
    user = _known.locked(user_id, by=actor)
    authority.require(actor=actor, permission=asking.CHANGE)
    if queries.person_digest(user) != seen:
        raise Conflict(_("Not saved: the person is not as the page showed them any more. Look again."))
    before, wanted = set(user.groups.values_list("name", flat=True)), set(role_names)
    if user.pk == actor.user_id and (before != wanted or user.is_active != active):
        raise OwnRights(_("Nobody sets their own roles. Ask another administrator."))
    opens = active and not user.is_active
    changed = Changed()
    _take(user, before - wanted, changed, actor, now)
    _close(user, active, changed, actor, now)
    _name(user, (*names, email), changed, actor, now)
    user.save()
    about: dict[str, Any] = {"user_id": user_id, "actor": actor, "now": now}
    if wanted - before:
        more = partial(asking.more_roles, role_names=wanted - before, **about)
        _ask(more, _("more roles"), changed)
    if opens:
        _ask(partial(asking.log_in_again, **about), _("log in again"), changed)
    if new_password:
        _ask(partial(asking.new_password, **about), _("a new password"), changed)
    return changed


def _ask(wish: Callable[[], PersonRequest], words: str, changed: Changed) -> None:
    """What cannot be asked for does not undo what makes the house safer."""
    try:
        wish()
    except Conflict as conflict:
        changed.refused.append(str(conflict))
    else:
        changed.asked.append(words)


def _take(user: User, taken: set[str], changed: Changed, actor: Actor, now: datetime) -> None:
    if not taken and not user.user_permissions.exists():
        return
    user.groups.remove(*user.groups.filter(name__in=taken))
    user.user_permissions.clear()
    changed.done.append(_("roles taken away"))
    data = {"granted": [], "taken": sorted(taken)}
    recording.record(actor=actor, action="person.roles", subject=user, data=data, now=now)


def _close(user: User, active: bool, changed: Changed, actor: Actor, now: datetime) -> None:
    """The password, sessions, tokens and an unused link die with the account, and do not come to life with it."""
    if active or not user.is_active:
        return
    user.is_active = False
    user.set_unusable_password()
    get_token_model().objects.filter(user=user).delete()
    changed.done.append(_("may no longer log in"))
    recording.record(actor=actor, action="person.closed", subject=user, now=now)


def _name(user: User, wanted: tuple[str, str, str], changed: Changed, actor: Actor, now: datetime) -> None:
    """``wanted`` is first name, last name and e-mail."""
    if (user.first_name, user.last_name, user.email) == wanted:
        return
    user.first_name, user.last_name, user.email = wanted
    changed.done.append(_("name or e-mail"))
    recording.record(actor=actor, action="person.named", subject=user, now=now)
