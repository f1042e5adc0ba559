"""Deciding on what another administrator asked for: confirmed, dismissed, or taken back by who asked."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import authority, recording
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, Refused
from backoffice.people import queries
from backoffice.people.models import Kind, Outcome, PersonRequest
from backoffice.people.operations import _known, asking, links

RIGHTS = {kind: asking.ADD if kind == Kind.ADD else asking.CHANGE for kind in Kind}
"""Who may ask for each may decide on another's."""


class OwnWish(Refused):
    """Who asked, or whom it is about, does not decide on it."""

    code = "four_eyes"


@dataclass(frozen=True)
class Confirmed:
    """Whom it was about. ``link`` is the path under which they choose a password, told this once; empty where none."""

    user: User
    link: str = ""


@transaction.atomic
def confirm(*, request_id: int, seen: str, actor: Actor, now: datetime) -> Confirmed:
    """What was asked for is in force; ``seen`` is the `queries.digest` of what the second person was shown.

    A new password ends the old one and every session. Who has no password gets a link to choose one. Raises `OwnWish`,
    `Conflict` when it was decided, changed, or who asked may not any more, `NameTaken`, `NoSuchRole`, `NotAllowed`.
    """
    request = _open(
        request_id, actor, others=_("Not confirmed: you asked for it. Another administrator must.")
    )
    if queries.digest(request) != seen:
        raise Conflict(_("Not confirmed: it is not as the page showed it any more."))
    if RIGHTS[Kind(request.kind)] not in authority.permissions_of(request.asked_by_id or 0):
        raise Conflict(
            _("Not confirmed: who asked may not ask for it any more. Dismiss it, and ask for it yourself.")
        )
    verb = {Kind.ADD: _add, Kind.ROLES: _give, Kind.OPEN: _let_in, Kind.PASSWORD: _end_password}[
        Kind(request.kind)
    ]
    return verb(request, actor, now)


@transaction.atomic
def dismiss(*, request_id: int, actor: Actor, now: datetime) -> PersonRequest:
    """Another administrator says no; everything is as it was. Raises `OwnWish`, `Conflict`, `NotAllowed`."""
    request = _open(request_id, actor, others=_("Not dismissed: you asked for it. Take it back instead."))
    return _decide(request, Outcome.DISMISSED, actor, now)


@transaction.atomic
def take_back(*, request_id: int, actor: Actor, now: datetime) -> PersonRequest:
    """Who asked does not want it any more. Raises `OwnWish` for anybody else, `Conflict`, `NotAllowed`."""
    request = _open(request_id, actor)
    if request.asked_by_id != actor.user_id:
        raise OwnWish(_("Not taken back: another administrator asked for it. Dismiss it instead."))
    return _decide(request, Outcome.TAKEN_BACK, actor, now)


def _open(request_id: int, actor: Actor, *, others: str = "") -> PersonRequest:
    """The request, locked, with the person. ``others`` is the refusal for who asked, where only others may."""
    kind = Kind(PersonRequest.objects.values_list("kind", flat=True).get(pk=request_id))
    authority.require(actor=actor, permission=RIGHTS[kind])
    request = PersonRequest.objects.select_for_update().get(pk=request_id)
    if request.outcome:
        raise Conflict(_("Not done: somebody decided on this just now."))
    if others and request.asked_by_id == actor.user_id:
        raise OwnWish(others)
    if request.person_id == actor.user_id:
        raise OwnWish(_("Not done: it is about you. Another administrator decides on it."))
    locked = _known.locked(request.person_id or actor.person_id, by=actor)
    request.person = locked if request.person_id is not None else None
    authority.require(actor=actor, permission=RIGHTS[kind])  # whoever closed them meanwhile was first
    return request


def _decide(request: PersonRequest, outcome: Outcome, actor: Actor, now: datetime) -> PersonRequest:
    request.outcome, request.decided_by_id, request.decided_at = outcome, actor.person_id, now
    request.save(update_fields=["person", "outcome", "decided_by", "decided_at"])
    data = {"kind": request.kind, "user": request.username, "roles": request.roles}
    action = {
        Outcome.CONFIRMED: "person.confirm",
        Outcome.DISMISSED: "person.dismiss",
        Outcome.TAKEN_BACK: "person.take_back",
    }[outcome]
    recording.record(actor=actor, action=action, subject=request, data=data, now=now)
    return request


def _add(request: PersonRequest, actor: Actor, now: datetime) -> Confirmed:
    groups = _known.groups(request.roles)
    _known.require_free(request.username)
    user = User(
        username=request.username,
        first_name=request.first_name,
        last_name=request.last_name,
        email=request.email,
        is_staff=True,
    )
    user.set_unusable_password()
    user.save()
    request.person = user
    _decide(request, Outcome.CONFIRMED, actor, now)
    user.groups.set(groups)
    recording.record(actor=actor, action="person.added", subject=user, data={"roles": request.roles}, now=now)
    return Confirmed(user, links.make(user=user, actor=actor, now=now))


def _give(request: PersonRequest, actor: Actor, now: datetime) -> Confirmed:
    user, groups = _of(request), _known.groups(request.roles)
    granted = sorted(set(request.roles) - set(queries.present_roles(request)))
    _decide(request, Outcome.CONFIRMED, actor, now)
    user.groups.add(*groups)
    data: dict[str, list[str]] = {"granted": granted, "taken": []}
    recording.record(actor=actor, action="person.roles", subject=user, data=data, now=now)
    return Confirmed(user)


def _let_in(request: PersonRequest, actor: Actor, now: datetime) -> Confirmed:
    user = _of(request)
    _decide(request, Outcome.CONFIRMED, actor, now)
    user.is_active = True
    user.save(update_fields=["is_active"])
    recording.record(actor=actor, action="person.opened", subject=user, now=now)
    return Confirmed(user, "" if user.has_usable_password() else links.make(user=user, actor=actor, now=now))


def _end_password(request: PersonRequest, actor: Actor, now: datetime) -> Confirmed:
    user = _of(request)
    if not user.is_active:
        raise Conflict(_("Not confirmed: the account was closed. Ask that it may log in again first."))
    _decide(request, Outcome.CONFIRMED, actor, now)
    user.set_unusable_password()
    user.save(update_fields=["password"])
    recording.record(actor=actor, action="person.password_ended", subject=user, now=now)
    return Confirmed(user, links.make(user=user, actor=actor, now=now))


def _of(request: PersonRequest) -> User:
    assert isinstance(request.person, User)  # a constraint: only a new person is nobody yet
    return request.person
