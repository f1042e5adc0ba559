"""What a request that reaches no page is answered: what happened, what was not done, what to do.

Who is known keeps the navigation; who is not sees the page alone.
"""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import requires_csrf_token

from backoffice.words import later


@dataclass(frozen=True)
class Said:
    """The words of one status."""

    status: int
    title: str
    what: str
    todo: str


UNREADABLE = Said(
    400,
    later("The request could not be read"),
    later("Something in it was malformed"),
    later(
        "Go back, reload the page and try again. If it comes from a link somebody sent, ask for a new one."
    ),
)
TOO_OLD = Said(
    403,
    later("The page was too old"),
    later("It was opened before you logged in, or cookies are off"),
    later("Go back, reload the page and press the button again. What you typed is usually still there."),
)
OTHER_METHOD = Said(
    405,
    later("This address is not used this way"),
    later("It was opened where only a button sends something, or something was sent to a page to read"),
    later("Open the page of the payout, batch or seller, and use its buttons."),
)
TOO_MUCH = Said(
    413,
    later("Too much was sent at once"),
    later("A form holds at most 5 MB beside its files, and 20,000 fields"),
    later("Go back and choose fewer rows, or shorten what you typed; then send it again."),
)


def page(request: HttpRequest, said: Said) -> HttpResponse:
    """The page that says it, with its status."""
    context = {"title": said.title, "what": said.what, "todo": said.todo}
    if not hasattr(request, "_post"):  # what could not be read is not to be read again, by what is around the page
        request._mark_post_parse_error()  # type: ignore[attr-defined]  # Django's own way to say so
    try:
        return render(request, "error.html", context, status=said.status)
    except Error:  # no database says who it is; the words need none
        request.user = AnonymousUser()
        return render(request, "error.html", context, status=said.status)


@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Django's handler of 400: nothing of the exception is told, which may hold what somebody tries."""
    large = isinstance(exception, (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent))
    return page(request, TOO_MUCH if large else UNREADABLE)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's answer to a form without the token of its session."""
    return page(request, TOO_OLD)
