"""What one administrator asked for about a person: confirmed or dismissed by another, or taken back."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict
from backoffice.doors import pages
from backoffice.people import queries
from backoffice.people.admin import _words
from backoffice.people.models import PersonRequest
from backoffice.people.operations import deciding
from backoffice.words import number

VERBS = ("confirm", "dismiss", "take_back")


@pages.page("auth.add_user", "auth.change_user")
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What was asked for exactly and what follows; then the deed. A confirmation that gives a way in shows the link."""
    wish = get_object_or_404(PersonRequest.objects.select_related("asked_by", "person"), pk=pk)
    given = request.POST if request.method == "POST" else request.GET
    verb = _verb(given.get("decision", ""), own=wish.asked_by_id == request.user.pk)
    back = reverse("admin:settings")
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        return _decided(request, wish, verb)
    if wish.outcome:
        return pages.stale(request, [_("Somebody decided on this already.")], back)
    title = _words.title(wish, verb)
    context = {
        "title": title,
        "verb": title,
        "kind": "main" if verb == "confirm" else "stop",
        "off": _words.why_off(wish, me=request.user.pk or 0) if verb == "confirm" else "",
        "form": forms.Form(),
        "noun": _("person"),
        "preview": {"count": 1, "follows": _words.follows(wish, verb)},
        "hidden": [("decision", verb), ("seen", queries.digest(wish))],
        "back_url": back,
        "back_label": _("People"),
    }
    return pages.render(request, "parts/confirm.html", context)


def _verb(wanted: str, *, own: bool) -> str:
    """What the address asks for; without a known verb what harms least."""
    return wanted if wanted in VERBS else "take_back" if own else "dismiss"


def _decided(request: HttpRequest, wish: PersonRequest, verb: str) -> HttpResponse:
    actor, now, back = pages.actor(request), database_now(), reverse("admin:settings")
    try:
        if verb == "confirm":
            seen = request.POST.get("seen", "")
            done = deciding.confirm(request_id=wish.pk, seen=seen, actor=actor, now=now)
            if done.link:
                return _link(request, done)
            messages.success(request, _("Confirmed: it is in force."))
        elif verb == "take_back":
            deciding.take_back(request_id=wish.pk, actor=actor, now=now)
            messages.success(request, _("Taken back: everything stays as it is."))
        else:
            deciding.dismiss(request_id=wish.pk, actor=actor, now=now)
            messages.success(request, _("Dismissed: everything stays as it is."))
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], back)
    return redirect(back)


def _link(request: HttpRequest, done: deciding.Confirmed) -> HttpResponse:
    """Shown in the answer itself and kept nowhere: another look at this page shows nothing any more."""
    hours = settings.PASSWORD_RESET_TIMEOUT // 3600
    context = {
        "title": _("Hand this link to {name}").format(name=_words.name(done.user)),
        "name": _words.name(done.user),
        "username": done.user.get_username(),
        "link": request.build_absolute_uri(done.link),
        "lasts": ngettext("{n} hour", "{n} hours", hours).format(n=number(hours)),
        "back_url": reverse("admin:settings"),
    }
    return pages.render(request, "admin/settings/link.html", context)


urlpatterns = [path("settings/people/requests/<int:pk>/", decide, name="person_decide")]
