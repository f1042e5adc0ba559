"""Before there are two administrators: by the command, for whoever has the machine and its database anyway."""

from collections.abc import Collection
from datetime import datetime

from django.contrib.auth.models import Group, User
from django.db import transaction
from django.utils.translation import gettext as _

from backoffice.audit import recording
from backoffice.audit.actors import SYSTEM
from backoffice.audit.errors import Refused
from backoffice.people import queries
from backoffice.people.models import Kind, Outcome, PersonRequest
from backoffice.people.operations import _known, links

ENOUGH = 2


class AdminsExist(Refused):
    """Two administrators can log in: they add everybody else."""

    code = "admins_exist"


@transaction.atomic
def add_admin(*, username: str, password: str, now: datetime) -> User:
    """A person may log in with the role `admin`. Only while fewer than two administrators can.

    Raises `AdminsExist`, `BadName`, `NameTaken`, `NoSuchRole`, `WeakPassword`; nothing is written then.
    """
    groups = _known.groups([queries.ADMIN])  # says what to do where there is none yet
    Group.objects.select_for_update().get(name=queries.ADMIN)  # two at once: the second sees the first
    if queries.administrators().count() >= ENOUGH:
        raise AdminsExist(
            _(
                "Nobody added: two administrators can log in already. One asks for a new person on the "
                "page Settings, the other confirms."
            )
        )
    _known.require_free(username)
    user = User(username=username, is_staff=True)
    links.require_strong(password, user)
    user.set_password(password)
    user.save()
    cover(user=user, kind=Kind.ADD, role_names=[queries.ADMIN], now=now)
    user.groups.set(groups)
    data = {"roles": [queries.ADMIN]}
    recording.record(actor=SYSTEM, action="person.added", subject=user, data=data, now=now)
    return user


def cover(*, user: User, kind: Kind, now: datetime, role_names: Collection[str] = ()) -> PersonRequest:
    """For the rest of this transaction the person may be given these roles, or opened, without a second person.

    The row says for ever that nobody confirmed it: of the first administrators, and of demo data.
    """
    return PersonRequest.objects.create(
        kind=kind,
        person=user,
        username=user.get_username(),
        roles=sorted(role_names),
        asked_at=now,
        decided_at=now,
        outcome=Outcome.BOOTSTRAP,
    )
