"""Who may do a thing: the roles that hold its permission, as the groups in the database have them, in words."""

from collections.abc import Mapping

from django.contrib.auth.models import Group
from django.db.models import Q

from backoffice.words import either, later

ROLES: Mapping[str, tuple[str, str]] = {
    "analyst": (later("analyst"), later("an analyst")),
    "approver": (later("approver"), later("an approver")),
    "treasurer": (later("treasurer"), later("a treasurer")),
    "compliance": (later("compliance"), later("somebody of compliance")),
    "support": (later("support"), later("somebody of support")),
    "accountant": (later("accountant"), later("an accountant")),
    "auditor": (later("auditor"), later("an auditor")),
    "admin": (later("admin"), later("an administrator")),
}
"""Each role by itself, and somebody who has it."""


def somebody(role: str) -> str:
    """Whoever has the role, inside a sentence: "an approver". A group that is no role of ours has its own name."""
    return str(ROLES[role][1]) if role in ROLES else role.lower()


def whoever(*any_of: str) -> str:
    """All who hold one of these by their role: "an analyst or a treasurer"; empty where no role does."""
    holding = Q()
    for app, codename in (permission.split(".") for permission in any_of):
        holding |= Q(permissions__codename=codename, permissions__content_type__app_label=app)
    groups = Group.objects.filter(holding)
    return either(map(somebody, groups.order_by("name").values_list("name", flat=True).distinct()))
