"""Who calls, and whether they may. ``request.auth`` is an `Actor`, whichever way they proved who they are."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from knox.auth import TokenAuthentication
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import AuthenticationFailed, NotAuthenticated
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from backoffice.audit import actors, authority

if TYPE_CHECKING:  # the framework's views read this module from the settings while they are being imported
    from rest_framework.views import APIView

UNKNOWN = (
    "This token is not known, or it has expired. Make a new one with `manage.py create_token USERNAME` and send "
    "it as `Authorization: Token …`."
)


class ByToken(TokenAuthentication):
    """`Authorization: Token …`: the rights of the token's user, without those that need a person (HOUSE ruling 5)."""

    def authenticate(self, request: Request) -> tuple[Any, actors.Actor] | None:
        try:
            found = super().authenticate(request)
        except (AuthenticationFailed, UnicodeError) as error:
            raise AuthenticationFailed(UNKNOWN) from error
        return None if found is None else (found[0], actors.token(found[0]))

    def _cleanup_token(self, auth_token: Any) -> bool:
        """Whether it has expired; it is gone then. Others of the same user go when one is made, not at every call."""
        over = auth_token.expiry is not None and auth_token.expiry < timezone.now()
        if over:
            auth_token.delete()
        return over


class BySession(SessionAuthentication):
    """A person at a browser session; everything but reading needs the CSRF token as well."""

    def authenticate(self, request: Request) -> tuple[Any, actors.Actor] | None:
        found = super().authenticate(request)
        return None if found is None else (found[0], actors.person(found[0]))


class ByAuthority(BasePermission):
    """Somebody whom the database grants what the view ``needs``: one permission, or one by action.

    Operations ask again, inside their transaction, for what the deed itself needs.
    """

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not request.user.is_authenticated:
            raise NotAuthenticated
        needs: str | Mapping[str, str] = view.needs  # type: ignore[attr-defined]
        action = getattr(view, "action", None) or ""
        needed = needs if isinstance(needs, str) else needs.get(action, needs["*"])
        authority.require(actor=actor(request), permission=needed)
        return True


def actor(request: Request) -> actors.Actor:
    """Who calls. Raises NotAuthenticated for nobody."""
    if not isinstance(request.auth, actors.Actor):
        raise NotAuthenticated
    return request.auth
