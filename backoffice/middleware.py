"""Small things done to every request and every answer."""

from collections.abc import Callable, Iterator

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse, UnreadablePostError

from backoffice import error_pages
from backoffice.doors.api import problems


def no_store(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pages about money stay in no cache, neither a proxy's nor the browser's."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


def no_bare_405(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Who opens the address of a button as a page reads what to do, where Django answers an empty page."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or request.path.startswith("/api/"):
            return response
        page = error_pages.page(request, error_pages.OTHER_METHOD)
        page.headers["Allow"] = response.headers.get("Allow", "")
        return page

    return answer


def no_nul(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """No view sees a NUL in an address, a query, a cookie or a form: 400, as nobody types one.

    PostgreSQL's text cannot hold it, so wherever such a word reached a query the answer would be 500. A JSON body
    is read by the API's own fields, which refuse it by name.
    """

    def answer(request: HttpRequest) -> HttpResponse:
        for_programs = request.path.startswith("/api/")
        if not any("\0" in text for text in _texts(request, with_form=not for_programs)):
            return get_response(request)
        if for_programs:
            said = problems.details(400, "malformed", "The address holds a NUL character. Take it out.")
            return JsonResponse(said, status=400, content_type=problems.MEDIA_TYPE)
        if any("\0" in text for text in request.COOKIES.values()):
            request.user = AnonymousUser()  # the one at this session is asked for by such a word, too
        return error_pages.page(request, error_pages.UNREADABLE)

    return answer


def _texts(request: HttpRequest, *, with_form: bool) -> Iterator[str]:
    yield request.path
    yield from request.COOKIES.values()
    for name, values in request.GET.lists():
        yield from (name, *values)
    if with_form:
        try:
            for name, values in request.POST.lists():
                yield from (name, *values)
        except UnreadablePostError:
            return  # the sender is gone; whoever reads the form finds it empty
