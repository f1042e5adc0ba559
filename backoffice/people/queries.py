"""What waits for a second administrator, who that may be, and what exactly they are shown."""

import hashlib
import json

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.models import User
from django.db.models import BooleanField, Case, QuerySet, When

from backoffice.people.models import Kind, PersonRequest

ADMIN = "admin"
ORDER = ("shut", "username")
"""How a list of people stands; see `staff`."""


def staff() -> "QuerySet[User]":
    """Who works here, in no order. Along `ORDER` those stand first who may log in, by user name."""
    shut = Case(When(is_active=True, then=False), default=True, output_field=BooleanField())
    return User.objects.filter(is_staff=True).annotate(shut=shut)


def waiting() -> "QuerySet[PersonRequest]":
    """Every request that nobody has decided, the oldest first."""
    found = PersonRequest.objects.filter(outcome="").select_related("asked_by", "person")
    return found.order_by("asked_at", "pk")


def waiting_for(*, person_id: int) -> "QuerySet[PersonRequest]":
    """Those that this person may confirm: neither asked for by them nor about them."""
    return waiting().exclude(asked_by=person_id).exclude(person=person_id)


def administrators() -> "QuerySet[User]":
    """Who can log in now with the role `admin`: their account is open, and they have a password."""
    able = User.objects.filter(groups__name=ADMIN, is_active=True)
    return able.exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exclude(password="")


def confirmers(*, asked_by: int, person_id: int | None) -> int:
    """How many administrators could confirm what ``asked_by`` asks for about ``person_id`` (None: somebody new)."""
    return administrators().exclude(pk__in=[asked_by, person_id or 0]).count()


def names(request: PersonRequest) -> str:
    """The person as people say it, as things stand."""
    if request.person is not None:
        return request.person.get_full_name() or request.person.get_username()
    return f"{request.first_name} {request.last_name}".strip() or request.username


def namesakes(request: PersonRequest) -> list[str]:
    """The user names of those who have the name that a new person is to have."""
    same = User.objects.filter(
        first_name__iexact=request.first_name, last_name__iexact=request.last_name, is_staff=True
    )
    return sorted(same.values_list("username", flat=True))


def present_roles(request: PersonRequest) -> list[str]:
    """The roles the person has now, sorted."""
    person = request.person
    return [] if person is None else sorted(person.groups.values_list("name", flat=True))


def person_digest(user: User) -> str:
    """Changes when anything does that the form of a person shows."""
    roles = sorted(user.groups.values_list("name", flat=True))
    shown = [user.pk, user.first_name, user.last_name, user.email, user.is_active, roles]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]


def digest(request: PersonRequest) -> str:
    """Changes when anything does that a second person is shown before they confirm."""
    person = request.person
    shown = [
        request.pk,
        request.kind,
        request.roles,
        request.asked_by_id,
        request.username if person is None else person.get_username(),
        names(request),
        request.email if person is None else person.email,
        person is not None and person.is_active,
        present_roles(request) if request.kind != Kind.ADD else [],
    ]
    return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:32]
