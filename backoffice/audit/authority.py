"""Who may do what, read from the database inside the deed's own transaction.

Django's ``has_perm`` caches on the user object and says yes to every superuser; money may rely on neither.
"""

from typing import NamedTuple

from django.contrib.auth import get_user_model
from django.db import connection
from django.utils.translation import gettext as _

from backoffice.words import either, sentences

from . import holders, rights
from .actors import Actor, Via
from .errors import NotAllowed

# Permissions that complete or release a payment, show full account numbers, or give others a way in: a person at a
# session only, never a token, never the system.
PERSON_ONLY = frozenset(
    {
        "auth.add_user",
        "auth.change_user",
        "payouts.approve_payout",
        "payouts.approve_batch",
        "payouts.release_hold",
        "payouts.verify_payout_account",
        "payouts.reveal_payout_account",
        "payouts.download_bank_file",
        "payouts.add_fundingaccount",
        "payouts.change_fundingaccount",
        "payouts.resolve_unknown",
        "payouts.reconcile",
        "payouts.restore_rail",
        "payouts.change_cap",
        "payouts.confirm_schedule",
        "payouts.grant_cap",
        "ledger.approve_adjustment",
        "ledger.map_accounts",
        "ledger.set_rates",
        "ledger.close_period",
        "sellers.verify_seller",
    }
)


# Asked once by every page and call: as one statement, and in PostgreSQL's words, for the ORM's OR joins every grant.
_STANDING = """
SELECT 'may', kind.app_label || '.' || permission.codename
FROM auth_permission AS permission JOIN django_content_type AS kind ON kind.id = permission.content_type_id
WHERE permission.id IN (
  SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %(user)s
  UNION ALL SELECT granted.permission_id FROM auth_group_permissions AS granted
  JOIN auth_user_groups AS member ON member.group_id = granted.group_id WHERE member.user_id = %(user)s
) AND EXISTS (SELECT FROM auth_user WHERE id = %(user)s AND is_active)
UNION ALL
SELECT 'role', role.name FROM auth_group AS role JOIN auth_user_groups AS member ON member.group_id = role.id
WHERE member.user_id = %(user)s
"""


class Standing(NamedTuple):
    """Every permission ("app.codename") that a user holds through groups or directly, none when inactive; and the names
    of their roles, by name.
    """

    permissions: frozenset[str]
    roles: tuple[str, ...]


def standing_of(user_id: int) -> Standing:
    """What the user may do, and as what."""
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, {"user": user_id})
        found = cursor.fetchall()
    return Standing(
        frozenset(name for what, name in found if what == "may"),
        tuple(sorted(name for what, name in found if what == "role")),
    )


def permissions_of(user_id: int) -> frozenset[str]:
    """The permissions of `standing_of`."""
    return standing_of(user_id).permissions


def allows(*, actor: Actor, permission: str) -> bool:
    """Whether the actor may, by this door. The system may do everything that is not for persons only."""
    if actor.via is Via.SYSTEM:
        return permission not in PERSON_ONLY
    if actor.user_id is None or (permission in PERSON_ONLY and actor.via is not Via.SESSION):
        return False
    return permission in permissions_of(actor.user_id)


def require(*, actor: Actor, permission: str) -> None:
    """Returns when the actor may; raises `NotAllowed` that says who may otherwise."""
    if not allows(actor=actor, permission=permission):
        raise NotAllowed(_refusal(actor, permission))


def _refusal(actor: Actor, permission: str) -> str:
    deed, who = rights.deed(permission), holders.whoever(permission)
    if permission in PERSON_ONLY and actor.via is not Via.SESSION:
        needs = {
            Via.TOKEN: _("A token may not {deed}: that needs a person. Log in and do it in the browser."),
            Via.COMMAND: _("A command may not {deed}: that needs a person. Log in and do it in the browser."),
            Via.SYSTEM: _(
                "The program may not {deed}: that needs a person. Log in and do it in the browser."
            ),
        }[actor.via].format(deed=deed)
        return sentences(needs, _("Who may: {who}.").format(who=who) if who else "")
    person = actor.person_id
    if not get_user_model().objects.filter(pk=person, is_active=True).exists():
        return _("Not allowed: {name} may not log in any more. Ask an administrator.").format(name=actor.name)
    roles = either(map(holders.somebody, standing_of(person).roles)) or actor.name
    if not who:
        return _("Not allowed: {roles} may not {deed}. Ask an administrator for a role that may.").format(
            roles=roles, deed=deed
        )
    return _("Not allowed: {roles} may not {deed}; {who} may.").format(roles=roles, deed=deed, who=who)
