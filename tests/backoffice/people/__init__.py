"""Requests about people, by the operations themselves."""

from django.contrib.auth.models import User

from backoffice.audit import actors
from backoffice.people import queries
from backoffice.people.models import PersonRequest
from backoffice.people.operations import asking, changing, deciding
from tests import make

SECRET = "a-long-enough-one-7"


def ask(actor, **values) -> PersonRequest:
    """A new person is asked for."""
    defaults = {
        "username": f"new{make.number()}",
        "names": ("Nora", "Lind"),
        "email": "",
        "role_names": ["analyst"],
    }
    return asking.new_person(actor=actor, now=make.NOW, **(defaults | values))


def confirm(actor, request: PersonRequest, **values) -> deciding.Confirmed:
    """Another confirms what is shown now."""
    fresh = PersonRequest.objects.select_related("person").get(pk=request.pk)
    seen = values.pop("seen", queries.digest(fresh))
    return deciding.confirm(request_id=request.pk, seen=seen, actor=actor, now=make.NOW)


def change(actor, user: User, **values) -> changing.Changed:
    """One administrator changes the person, who stays as they are but for ``values``."""
    defaults = {
        "names": (user.first_name, user.last_name),
        "email": user.email,
        "role_names": roles_of(user),
        "active": user.is_active,
        "seen": queries.person_digest(user),
    }
    return changing.change(user_id=user.pk, actor=actor, now=make.NOW, **(defaults | values))


def roles_of(user: User) -> list[str]:
    return sorted(user.groups.values_list("name", flat=True))


def user_of(actor: actors.Actor) -> User:
    return User.objects.get(pk=actor.user_id)
