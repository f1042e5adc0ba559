"""The header Idempotency-Key: honoured where a view says so, refused elsewhere, never silently left out."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import ValidationError
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the framework's views read this module from the settings while they are being imported
    from rest_framework.views import APIView

HEADER = "Idempotency-Key"
AGAIN = "Idempotent-Replayed"
"""The header of an answer that was given before."""
LONGEST = 255
PATTERN = r"^[!-+.-~-][ -+.-~-]*$"
"""Every plain character but the comma: a server makes one list with commas of headers that came twice."""


def honours(view: object, action: str | None) -> bool:
    """Whether this action of the view is done once for a key: of a view that names what is ``keyless``, all else."""
    keyless = getattr(view, "keyless", None)
    return keyless is not None and action not in keyless


def key_of(request: Request) -> str | None:
    """The key that the call names. Raises ValidationError for one that is blank, too long or not plain, and for a list:
    of two keys either could be meant.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 1 <= len(key) <= LONGEST or not key.isascii() or not key.isprintable() or not key.strip():
        said = f"Write 1 to {LONGEST} plain letters, digits and signs: a name of your own for this call."
        raise ValidationError({HEADER: [said]})
    if "," in key:
        said = "A list is no key: send the header once, with one name for this call and no comma in it."
        raise ValidationError({HEADER: [said]})
    return key


class ByItsKey(BasePermission):
    """Refuses a key with 400 where it would be left out: its sender relies on it."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        action = getattr(view, "action", None)
        if request.method in SAFE_METHODS or action is None or key_of(request) is None:
            return True
        if not honours(view, action):
            said = "A key does nothing here: each call is done anew. Leave the header out."
            raise ValidationError({HEADER: [said]})
        return True
