"""The people of demo mode: one to log in as for each role, and colleagues, so that history shows two persons."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.models import Group
from django.db import transaction

from backoffice import demo, roles
from backoffice.audit import actors, clock
from backoffice.people.models import Kind
from backoffice.people.operations import beginning


@dataclass(frozen=True)
class Person:
    """A demo user. The role is the group's name."""

    username: str
    first_name: str
    last_name: str
    role: str


PEOPLE = (
    Person("analyst", "Inès", "Moreau", "analyst"),
    Person("approver", "Marc", "Duval", "approver"),
    Person("treasurer", "Ingrid", "Sørensen", "treasurer"),
    Person("compliance", "Tomás", "Herrera", "compliance"),
    Person("support", "Léa", "Petit", "support"),
    Person("accountant", "Giulia", "Conti", "accountant"),
    Person("auditor", "Ruth", "Feldman", "auditor"),
    Person("admin", "Samir", "Haddad", "admin"),
    Person("analyst2", "Jonas", "Weber", "analyst"),
    Person("analyst3", "Chloé", "Lambert", "analyst"),
    Person("approver2", "Aiko", "Tanaka", "approver"),
    Person("treasurer2", "Paul", "Okafor", "treasurer"),
    Person("compliance2", "Marta", "Nowak", "compliance"),
    Person("accountant2", "Elena", "Rossi", "accountant"),
    Person("support2", "Diego", "Santos", "support"),
    Person("admin2", "Hanna", "Lindqvist", "admin"),
)


@transaction.atomic
def ensure() -> dict[str, actors.Actor]:
    """Every demo person exists, may log in with ``settings.DEMO_PASSWORD`` and has their role's group.

    Answers them as actors by username. A person whose password fits already keeps it, and so their session.
    Raises `demo.NotADemo`.
    """
    demo.require()
    if Group.objects.filter(name__in=roles.ROLES).count() < len(roles.ROLES):
        roles.setup()
    model = get_user_model()
    groups = {group.name: group for group in Group.objects.filter(name__in=roles.ROLES)}
    known = {
        user.get_username(): user for user in model.objects.filter(username__in=[p.username for p in PEOPLE])
    }
    # One hash for all: they share the password, and a hash takes half a second by design.
    fits = {user.password: False for user in known.values()}
    fits = {encoded: check_password(settings.DEMO_PASSWORD, encoded) for encoded in fits}
    encoded = next((each for each, fine in fits.items() if fine), "") or make_password(settings.DEMO_PASSWORD)
    found = {}
    now = clock.database_now()
    for person in PEOPLE:
        user = known.get(person.username) or model(username=person.username)
        if user.pk and not user.is_active:
            beginning.cover(user=user, kind=Kind.OPEN, now=now)
        user.first_name, user.last_name = person.first_name, person.last_name
        user.email = f"{person.username}@example.com"
        user.is_staff = user.is_active = True
        if not fits.get(user.password):
            user.password = encoded
        user.save()
        if not user.groups.filter(name=person.role).exists():
            beginning.cover(user=user, kind=Kind.ADD, role_names=[person.role], now=now)
            user.groups.add(groups[person.role])
        found[person.username] = actors.person(user)
    return found
