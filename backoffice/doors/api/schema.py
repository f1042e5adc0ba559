"""The OpenAPI description: what drf-spectacular finds out, and the problems every endpoint may answer with."""

from http import HTTPStatus
from typing import Any, Literal

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from backoffice.doors.api import keys
from backoffice.doors.api.problems import MEDIA_TYPE, ProblemSerializer

KEY = {
    "in": "header",
    "name": keys.HEADER,
    "schema": {"type": "string", "minLength": 1, "maxLength": keys.LONGEST, "pattern": r"^[!-~][ -~]*$"},
    "description": "A name of your own for this call. Sent again with the same call it is answered as the first time, "
    "and nothing is done again; with another call it is refused (409, `key_used`), and while the first is being done "
    f"(409, `key_in_use`). After {settings.ANSWER_KEEP_DAYS} days the answer is erased: then the same call is refused "
    "(409, `answer_erased`) and does nothing.",
}


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
                {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": problem}}},
            )
        return dict(sorted(found.items()))

    def _get_parameters(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = super()._get_parameters()
        if self.method == "POST" and keys.honours(self.view, getattr(self.view, "action", None)):
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
