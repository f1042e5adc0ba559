"""Asking for what gives somebody a way in or more rights. Nothing is in force before another confirms."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict
from backoffice.people.models import Kind, PersonRequest
from backoffice.people.operations import _known
from backoffice.people.operations._known import OwnRights

ADD, CHANGE = "auth.add_user", "auth.change_user"


@transaction.atomic
def new_person(
    *, username: str, names: tuple[str, str], email: str, role_names: Collection[str], actor: Actor, now: datetime
) -> PersonRequest:  # fmt: skip
    """Somebody is to log in with these roles; ``names`` are first and last. They are nobody here until confirmed.

    Raises `BadName`, `NameTaken`, `NoSuchRole`, `Conflict` where the name is asked for already, `NotAllowed`.
    """
    authority.require(actor=actor, permission=ADD)
    _known.groups(role_names)
    _known.require_free(username)
    return _ask(
        Kind.ADD,
        None,
        username=username,
        first_name=names[0],
        last_name=names[1],
        email=email,
        roles=sorted(set(role_names)),
        actor=actor,
        now=now,
    )


@transaction.atomic
def more_roles(*, user_id: int, role_names: Collection[str], actor: Actor, now: datetime) -> PersonRequest:
    """The person is to have these roles beside what they have.

    Raises `OwnRights`, `NoSuchRole`, `Conflict` where more roles are asked for already, `NotAllowed`.
    """
    _known.groups(role_names)
    user = _another(user_id, actor)
    return _ask(Kind.ROLES, user, roles=sorted(set(role_names)), actor=actor, now=now)


@transaction.atomic
def log_in_again(*, user_id: int, actor: Actor, now: datetime) -> PersonRequest:
    """The closed account is to open. Raises `OwnRights`, `Conflict` where it is open or asked for, `NotAllowed`."""
    user = _another(user_id, actor)
    if user.is_active:
        raise Conflict(_("Not asked: this account is open. Look again."))
    return _ask(Kind.OPEN, user, actor=actor, now=now)


@transaction.atomic
def new_password(*, user_id: int, actor: Actor, now: datetime) -> PersonRequest:
    """The person is to choose another password; the old one works until this is confirmed.

    Raises `OwnRights`, `Conflict` where the account is closed or this is asked for already, `NotAllowed`.
    """
    if user_id == actor.user_id:
        raise OwnRights(_("Your own password you change yourself, in the menu of your name."))
    user = _another(user_id, actor)
    if not user.is_active:
        raise Conflict(_("Not asked: the account is closed. Ask that it may log in again first."))
    return _ask(Kind.PASSWORD, user, actor=actor, now=now)


def _another(user_id: int, actor: Actor) -> User:
    if user_id == actor.user_id:
        raise OwnRights(_("Nobody sets their own roles. Ask another administrator."))
    user = _known.locked(user_id, by=actor)
    authority.require(actor=actor, permission=CHANGE)
    return user


def _ask(kind: Kind, user: User | None, *, actor: Actor, now: datetime, **values: Any) -> PersonRequest:
    if user is not None:
        values["username"] = user.get_username()
    try:
        with transaction.atomic():
            request = PersonRequest.objects.create(
                kind=kind, person=user, asked_by_id=actor.person_id, asked_at=now, **values
            )
    except IntegrityError:
        raise Conflict(
            _(
                "Not asked: the same waits already for {user}. Have it confirmed, dismissed or taken back."
            ).format(user=values["username"])
        ) from None
    data = {"kind": kind.value, "user": request.username, "roles": request.roles}
    recording.record(actor=actor, action="person.ask", subject=request, data=data, now=now)
    return request
