"""The OpenAPI description: what drf-spectacular finds out, and the problems every endpoint may answer with."""

from typing import Any, Literal

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from backoffice.doors.api import keys
from backoffice.doors.api.problems import MEDIA_TYPE, ProblemSerializer

KEY = {
    "in": "header",
    "name": keys.HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": keys.LONGEST, "pattern": keys.PATTERN},
    "description": "A name of your own for this call, without a comma. Sent again with the same call it is answered as "
    "the first time, and nothing is done again; with another call it is refused (409, `key_used`), and while the first "
    f"is being done (409, `key_in_use`). After {settings.ANSWER_KEEP_DAYS} days the answer is erased: then the same "
    "call is refused (409, `answer_erased`) and does nothing.",
}


REPLAYED = {
    "description": "“true” where this is the answer of a first call with the same key; nothing was done now.",
    "schema": {"type": "string", "enum": ["true"]},
}
WHEN = {
    400: "Malformed JSON, an unknown or wrong field or parameter (`errors` names it), or a key that is none",
    401: "No token, or one that is unknown or expired",
    403: "The role, or this door, does not allow it: `detail` says who may",
    404: "Nothing there, or not yours",
    406: "Another answer than JSON was asked for",
    409: "It changed since you looked, is not ready, or the key is in use, used or its answer erased",
    413: "The body is too large",
    415: "The body is no JSON",
    422: "Understood, and refused: `code` and `detail` say why; nothing was done",
    429: "Too often: wait `Retry-After` seconds",
}
"""What each no means here."""


class Described(AutoSchema):
    """Adds problem details to every operation and closes bodies that refuse unknown fields."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        found: dict[str, Any] = super()._get_response_bodies(direction)
        statuses = [400, 401, 403, 404, 406, 429]
        if self.method in ("POST", "PUT", "PATCH", "DELETE"):
            statuses += [409, 413, 415, 422]
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in statuses:
            found.setdefault(
                str(status),
                {"description": WHEN[status], "content": {MEDIA_TYPE: {"schema": problem}}},
            )
        if self._takes_key():
            for done in found.keys() & {"200", "201"}:
                found[done]["headers"] = {keys.AGAIN: REPLAYED}
        return dict(sorted(found.items()))

    def _takes_key(self) -> bool:
        return self.method == "POST" and keys.honours(self.view, getattr(self.view, "action", None))

    def _get_parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super()._get_parameters()
        if self._takes_key():
            found.append(KEY)
        return found

    def _map_basic_serializer(self, serializer: Any, direction: str) -> dict[str, Any]:
        found: dict[str, Any] = super()._map_basic_serializer(serializer, direction)
        if getattr(serializer, "refuses_unknown", False):
            found["additionalProperties"] = False
        return found


class TokenScheme(OpenApiAuthenticationExtension):
    target_class = "backoffice.doors.api.calling.ByToken"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token …`, made with `manage.py create_token USERNAME`. It never approves.",
        }


class SessionScheme(OpenApiAuthenticationExtension):
    target_class = "backoffice.doors.api.calling.BySession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "A person in a browser.",
        }
