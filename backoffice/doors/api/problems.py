"""Every no of the API as problem details (RFC 9457): what is wrong, what to do, a stable code, errors by field."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import IntegrityError
from django.http import Http404
from rest_framework import exceptions, serializers, views
from rest_framework.response import Response

from backoffice.audit.errors import Refused

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
_WHOLE = "body"  # the name under which errors of no single field stand

_WORDS: dict[type[exceptions.APIException], tuple[str, str]] = {
    exceptions.ParseError: ("malformed", ""),
    exceptions.NotAuthenticated: (
        "not_authenticated",
        "Say who you are: send a token as `Authorization: Token …`, or log in.",
    ),
    exceptions.AuthenticationFailed: ("not_authenticated", ""),
    exceptions.PermissionDenied: ("not_allowed", ""),
    exceptions.NotFound: ("not_found", ""),
    exceptions.MethodNotAllowed: ("method_not_allowed", ""),
    exceptions.NotAcceptable: ("not_acceptable", "This address answers JSON only: ask for application/json."),
    exceptions.UnsupportedMediaType: ("unsupported_media_type", "Send JSON: Content-Type application/json."),
    exceptions.Throttled: ("throttled", ""),
}


class ProblemSerializer(serializers.Serializer[Any]):
    """What went wrong, and what to do."""

    type = serializers.CharField(help_text="a name for this kind of problem, as a URN")
    title = serializers.CharField(help_text="the HTTP status in words")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="a sentence that says what is wrong and what to do")
    code = serializers.CharField(
        help_text="Stable, for programs. Of any call: `invalid` (see `errors`), `malformed`, `bad_filter`, "
        "`not_authenticated`, `not_allowed`, `not_found`, `conflict`, `key_used`, `key_in_use`, `answer_erased`, "
        "`throttled`. Of a verb on one payout also the codes of a `RefusalRow`."
    )
    errors = serializers.DictField(  # type: ignore[assignment]  # a field of that name, taken off the class
        child=serializers.ListField(child=serializers.CharField()), help_text="sentences by field"
    )


def details(
    status: int, code: str, detail: str, errors: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """One problem as JSON says it."""
    return {
        "type": f"urn:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "errors": dict(errors or {}),
    }


def problem(status: int, code: str, detail: str, errors: Mapping[str, list[str]] | None = None) -> Response:
    """The response for one problem."""
    return Response(details(status, code, detail, errors), status=status, content_type=MEDIA_TYPE)


def handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Django REST framework's EXCEPTION_HANDLER. What nobody expected is logged and answered with 500."""
    views.set_rollback()
    if isinstance(error, Refused):
        return problem(error.status, error.code, str(error), getattr(error, "errors", None))
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, DjangoPermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", "The body is too large. Send fewer ids at once.")
    elif isinstance(error, SuspiciousOperation):
        return problem(400, "malformed", "The request cannot be read.")
    elif isinstance(error, IntegrityError):
        # The database's own guards are the last word: somebody else changed the same thing this moment.
        log.warning("refused_by_the_database", exc_info=error)
        return problem(
            409, "conflict", "Not done: it changed at this moment, or a rule forbids it. Look again."
        )
    if isinstance(error, exceptions.APIException):
        return _of_framework(error, context)
    request = context["request"]
    log.error("API failed: %s %s", request.method, request.path, exc_info=error)
    got_request_exception.send(sender=handler, request=request)
    return problem(
        500,
        "failed",
        "Something failed on our side; it was logged. Look whether it was done, then try again.",
    )


def _of_framework(error: exceptions.APIException, context: dict[str, Any]) -> Response:
    stock = views.exception_handler(error, context)
    headers = {
        name: value for name, value in (stock.headers.items() if stock else ()) if name != "Content-Type"
    }
    if isinstance(error, exceptions.ValidationError):
        errors = flattened(error.detail)
        answer = problem(error.status_code, "invalid", " ".join(_said(errors)), errors)
    else:
        code, words = _WORDS.get(type(error), (str(error.default_code), ""))
        answer = problem(error.status_code, code, words or _words(error, context))
    for name, value in headers.items():
        answer[name] = value
    return answer


def _words(error: exceptions.APIException, context: dict[str, Any]) -> str:
    if isinstance(error, exceptions.NotFound) and str(error.detail) == str(error.default_detail):
        return "There is nothing here, or it is not yours to see. Check the address and the id."
    if isinstance(error, exceptions.MethodNotAllowed):
        return f"{context['request'].method} is not offered here. The header Allow says what is."
    if isinstance(error, exceptions.Throttled):
        return f"Too many requests. Wait {round(getattr(error, 'wait', None) or 1)} seconds, then go on more slowly."
    return str(error.detail)


def _said(errors: Mapping[str, list[str]]) -> list[str]:
    said = [s if f == _WHOLE else f"{f}: {s}" for f, sentences in errors.items() for s in sentences]
    return [*said[:5], f"And {len(said) - 5} more."] if len(said) > 5 else said


def flattened(detail: Any, path: str = "") -> dict[str, list[str]]:
    """Nested validation errors as sentences by dotted path: {"filter.status": ["…"]}."""
    if isinstance(detail, Mapping):
        found: dict[str, list[str]] = {}
        for name, inner in detail.items():
            here = path if name == "non_field_errors" else f"{path}.{name}" if path else str(name)
            for each, sentences in flattened(inner, here).items():
                found.setdefault(each, []).extend(sentences)
        return found
    if isinstance(detail, list | tuple):
        found = {}
        for number, inner in enumerate(detail):
            plain = not isinstance(inner, Mapping | list | tuple)
            for each, sentences in flattened(inner, path if plain else f"{path}[{number}]").items():
                found.setdefault(each, []).extend(sentences)
        return found
    return {path or _WHOLE: [str(detail)]}
