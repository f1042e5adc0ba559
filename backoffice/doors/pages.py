"""Who may open a page, and how it is rendered."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import IO, Any, Concatenate, ParamSpec
from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.shortcuts import render as render_template
from django.urls import resolve, reverse
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _

from backoffice.audit import actors, authority, holders
from backoffice.audit.actors import Actor
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.doors import keyset
from backoffice.doors.addresses import Known, by_name

P = ParamSpec("P")
_ROWS = ("ids", "seen", "all_matching")
_CHOSEN = (*_ROWS, "query", "back", "rest_of")
_LONGEST_ADDRESS = 2_000
TAKEN = "taken"
"""The tag of a message that a verb has done, or handed to a worker, what was confirmed: its ticks may go."""
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def page(*any_of: str, knows: Known | None = None) -> Callable[[View[P]], View[P]]:
    """The view opens to people who may see the back office and hold any one of these permissions.

    Others are sent to log in, or get 403 with a sentence. A `Refused` that the view lets through becomes a page
    that says what was not done, with the error's own status. So does an address that says what the page does not
    know (``knows``; without it the view reads the address itself). An address that means its reader by "me" leads to
    the one with their user name.
    """

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            user = request.user
            if not (user.is_authenticated and user.is_active and user.is_staff):
                return _to_login(request)
            if any_of and permissions(request).isdisjoint(any_of):
                raise PermissionDenied(_closed(any_of))
            try:
                if knows is not None and _reads(request):
                    knows.check(request.GET)
                if _reads(request) and (named := by_name(request)):
                    return redirect(named)
                return view(request, *args, **kwargs)
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal
            except Refused as refusal:
                return refused(request, refusal)

        opened.opens_to = any_of  # type: ignore[attr-defined]
        return opened

    return decorate


def _closed(any_of: tuple[str, ...]) -> str:
    """What is said to whom a page does not open that asks for one of these rights."""
    who = holders.whoever(*any_of)
    if not who:
        return _("Your role does not open this page. Ask an administrator for one that does.")
    return _("Your role does not open this page. It opens to {who}.").format(who=who)


def leads(request: HttpRequest, url: str) -> str:
    """This address of ours where its page opens to the reader; else nothing, so that no link ends in a 403."""
    any_of = getattr(resolve(urlsplit(url).path).func, "opens_to", ())
    return url if not any_of or not permissions(request).isdisjoint(any_of) else ""


def refused(request: HttpRequest, refusal: Refused, *, title: str = "", whole: str = "") -> HttpResponse:
    """What was not done, and where to go on: to the list without what cannot be read and with all else.

    ``whole`` is what the list's address says where nothing is left of it.
    """
    context = {"title": title or _("Not done"), "what": refusal.to_people or str(refusal)}
    if _reads(request) and refusal.parameters:
        query = request.GET.copy()
        for name in (*refusal.parameters, *keyset.PLACE):
            query.pop(name, None)
        rest = query.urlencode() or whole
        context["back_url"] = f"{request.path}?{rest}" if rest else request.path
        context["back_label"] = _("The list without it")
    else:
        back = request.path if _reads(request) and refusal.status == 400 else "/"
        context["back_url"] = back_url(request, back)
    return render(request, "admin/refused.html", context, status=refusal.status)


def _reads(request: HttpRequest) -> bool:
    return request.method in ("GET", "HEAD")


def _to_login(request: HttpRequest) -> HttpResponse:
    """To log in, and back. For a part of a page the whole page goes: the log-in form belongs in no cell."""
    if request.headers.get("HX-Request") != "true":
        path = request.get_full_path() if _reads(request) else _form_page(request)
        return redirect_to_login(path, reverse("admin:login"))
    whole = urlsplit(request.headers.get("HX-Current-URL", ""))
    path = f"{whole.path}?{whole.query}" if whole.query else whole.path or "/"
    there = redirect_to_login(path, reverse("admin:login"))
    return HttpResponse(status=204, headers={"HX-Redirect": there.url})


def _form_page(request: HttpRequest) -> str:
    """The page of the form that was sent without a session: there stands what was typed, to be sent again.

    A form about chosen rows is asked for with the same rows, as long as an address carries them; nothing that was
    typed goes into it.
    """
    address = _address_of_choice(request)
    if address:
        return address
    came_from = urlsplit(request.headers.get("Referer", ""))
    if came_from.netloc != request.get_host():
        return back_url(request, "/")
    return f"{came_from.path}?{came_from.query}" if came_from.query else came_from.path


def _address_of_choice(request: HttpRequest) -> str:
    """What the POST chose, as an address; empty where it chose nothing or the address would be too long."""
    chosen = [(name, value) for name in _CHOSEN for value in request.POST.getlist(name) if value]
    address = f"{request.path}?{urlencode(chosen)}"
    fits = any(name in _ROWS for name, _value in chosen) and len(address) <= _LONGEST_ADDRESS
    return address if fits else ""


def by_address(view: View[P]) -> View[P]:
    """What a POST chose is shown, and asked about, by GET under an address of its own: Back and Reload find it again.

    What is confirmed already is done by the POST itself; so is what no address can hold.
    """

    @wraps(view)
    def opened(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if request.method == "POST" and request.POST.get("confirmed") != "1":
            address = _address_of_choice(request)
            if address:
                return redirect(address)
        return view(request, *args, **kwargs)

    return opened


def actor(request: HttpRequest) -> Actor:
    """The person at this session."""
    return actors.person(request.user)  # type: ignore[arg-type]  # `page` let nobody anonymous in


def permissions(request: HttpRequest) -> frozenset[str]:
    """What the person may do, read from the database once per request."""
    return standing(request).permissions


def standing(request: HttpRequest) -> authority.Standing:
    """What the person may do, and as what; read from the database once per request."""
    found: authority.Standing | None = getattr(request, "_standing", None)
    if found is None:
        found = authority.standing_of(actor(request).person_id)
        request._standing = found  # type: ignore[attr-defined]
    return found


def render(
    request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """The template inside the frame."""
    values = {**admin.site.each_context(request), **context}
    return render_template(request, template, values, status=status)


def attachment(name: str, body: bytes, *, media_type: str = "application/octet-stream") -> HttpResponse:
    """Bytes as a download of this name, which no browser opens as a page of ours."""
    response = HttpResponse(body, content_type=media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def stream(name: str, file: IO[bytes]) -> HttpResponse:
    """An open file as a download of this name, sent in portions and closed at the end."""
    values: dict[str, Any] = {
        "as_attachment": True,
        "filename": name,
        "content_type": "application/octet-stream",
    }
    response = FileResponse(file, **values)
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]  # the stubs make it no HttpResponse


def stale(request: HttpRequest, changes: Sequence[str], url: str) -> HttpResponse:
    """The answer to a page that is out of date: 409, what changed, and the way to the fresh page."""
    return render(
        request,
        "409.html",
        {"title": _("It changed in the meantime"), "changes": changes, "url": url},
        status=Conflict.status,
    )


def back_url(request: HttpRequest, default: str) -> str:
    """Where the reader came from, if that is a page of ours; never another host."""
    wanted = request.POST.get("back") or request.GET.get("back") or ""
    fine = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}) and wanted.startswith(
        "/"
    )
    return wanted if fine else default
