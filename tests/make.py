"""Objects for tests: plain functions, each with defaults that are valid together. Everybody may add to it.

seller()                      a verified French business
ledger_account(currency=...)  its account in one currency
earning(amount_minor=1200)    posted in the ledger, balanced
user("analyst")               somebody with a role;  person("analyst") the same as an Actor
"""

import itertools
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q

from backoffice.audit import actors
from sellers.ledger.models import Account, Earning, EarningKind
from sellers.ledger.operations import earnings
from sellers.models import Seller

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
TODAY = NOW.date()

_numbers = itertools.count(1)


def number() -> int:
    """A number nobody else in this process has."""
    return next(_numbers)


def user(role: str = "", *, permissions: Iterable[str] = (), username: str = "", **values: Any):
    """A user with a role of `backoffice.roles`, and with further permissions named "app.codename"."""
    made = get_user_model().objects.create_user(
        username or f"{role or 'user'}-{number()}", password="demo", **values
    )
    if role:
        give_role(made, role)
    for name in permissions:
        app, codename = name.split(".")
        made.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return made


def give_role(user: Any, role: str) -> None:
    """The user has the role, too, without a second person, as demo data has."""
    from backoffice.people.models import Kind
    from backoffice.people.operations import beginning

    with transaction.atomic():
        beginning.cover(user=user, kind=Kind.ROLES, role_names=[role], now=NOW)
        user.groups.add(_group(role))


def person(role: str = "", *, permissions: Iterable[str] = ()) -> actors.Actor:
    """The Actor of a new user at a browser session."""
    return actors.person(user(role, permissions=permissions))


def seller(**values: Any) -> Seller:
    """A seller, verified unless ``verified_at=None``."""
    n = number()
    defaults: dict[str, Any] = {
        "external_id": f"seller-{n}",
        "name": f"Atelier du Reconditionné {n}",
        "country": "FR",
        "email": f"shop{n}@example.com",
        "verified_at": NOW,
    }
    made = Seller.objects.create(**(defaults | values))
    made.refresh_from_db()
    return made


def ledger_account(seller: Seller | None = None, *, currency: str = "EUR", **values: Any) -> Account:
    """The account of a seller (a new one if none is given) in a currency."""
    owner = seller or globals()["seller"]()
    found, _ = Account.objects.get_or_create(seller=owner, currency=currency, defaults=values)
    return found


def earning(
    account: Account | None = None,
    *,
    amount_minor: int = 10_000,
    kind: EarningKind | None = None,
    due_date: date = date(2026, 11, 20),
    occurred_date: date | None = None,
    external_id: str = "",
    source: str = "test",
    order_ref: str = "",
    description: str = "",
    now: datetime = NOW,
) -> Earning:
    """An earning in the ledger, in minor units: a sale when positive, a refund when negative."""
    return earnings.credit(
        account_id=(account or ledger_account()).pk,
        kind=kind or (EarningKind.SALE if amount_minor > 0 else EarningKind.REFUND),
        amount_minor=amount_minor,
        source=source,
        external_id=external_id or f"order-{number()}",
        occurred_date=occurred_date or due_date,
        due_date=due_date,
        order_ref=order_ref,
        description=description,
        now=now,
    )


def _group(role: str) -> Group:
    from backoffice import roles  # imported late: most tests need no roles

    made, new = Group.objects.get_or_create(name=role)
    if new or not made.permissions.exists():
        wanted = Q(pk__in=[])
        for name in roles.ROLES[role]:
            app, codename = name.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        made.permissions.set(Permission.objects.filter(wanted))
    return made
