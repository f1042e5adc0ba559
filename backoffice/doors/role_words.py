"""What roles are called. The groups in the database have English names, as `backoffice.roles` has."""

from backoffice.audit.holders import ROLES


def called(role: str) -> str:
    """A role by itself: "approver". A group that is no role of ours has its own name."""
    return str(ROLES[role][0]) if role in ROLES else role.lower()
