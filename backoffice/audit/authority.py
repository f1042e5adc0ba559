"""Who may do what, read from the database inside the deed's own transaction.

Django's ``has_perm`` caches on the user object and says yes to every superuser; money may rely on neither.
"""

from django.db import connection
from django.utils.translation import gettext as _

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
_GRANTED = """
SELECT kind.app_label || '.' || permission.codename
FROM auth_permission AS permission JOIN django_content_type AS kind ON kind.id = permission.content_type_id
WHERE permission.id IN (
  SELECT permission_id FROM auth_user_user_permissions WHERE user_id = %(user)s
  UNION ALL SELECT granted.permission_id FROM auth_group_permissions AS granted
  JOIN auth_user_groups AS member ON member.group_id = granted.group_id WHERE member.user_id = %(user)s
) AND EXISTS (SELECT FROM auth_user WHERE id = %(user)s AND is_active)
"""


_ROLES = """
SELECT role.name FROM auth_group AS role JOIN auth_user_groups AS member ON member.group_id = role.id
WHERE member.user_id = %s ORDER BY role.name
"""


def roles_of(user_id: int) -> list[str]:
    """The names of the roles that a user has, by name."""
    with connection.cursor() as cursor:
        cursor.execute(_ROLES, [user_id])
        return [name for (name,) in cursor.fetchall()]


def permissions_of(user_id: int) -> frozenset[str]:
    """Every permission ("app.codename") an active user holds through groups or directly; empty when inactive."""
    with connection.cursor() as cursor:
        cursor.execute(_GRANTED, {"user": user_id})
        return frozenset(name for (name,) in cursor.fetchall())


def allows(*, actor: Actor, permission: str) -> bool:
    """Whether the actor may, by this door. The system may do everything that is not for persons only."""
    if actor.via is Via.SYSTEM:
        return permission not in PERSON_ONLY
    if actor.user_id is None or (permission in PERSON_ONLY and actor.via is not Via.SESSION):
        return False
    return permission in permissions_of(actor.user_id)


def require(*, actor: Actor, permission: str) -> None:
    """Returns when the actor may; raises `NotAllowed` with what to do otherwise."""
    if allows(actor=actor, permission=permission):
        return
    deed = permission.split(".", 1)[1].replace("_", " ")
    if permission in PERSON_ONLY and actor.via is not Via.SESSION:
        raise NotAllowed(
            _("A {via} may not {deed}: that needs a person. Log in and do it in the browser.").format(
                via=actor.via, deed=deed
            )
        )
    raise NotAllowed(
        _("{actor} may not {deed}. Ask an administrator for a role that may.").format(
            actor=actor.name, deed=deed
        ),
        permission=permission,
    )
