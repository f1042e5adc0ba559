"""Saved views of the payout lists: keep one, share it, open the list in it, rename and delete it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import pages
from backoffice.doors.addresses import Known
from backoffice.words import later
from payouts.admin.places import PLACES, url_of
from payouts.models import SavedView
from payouts.operations import views
from payouts.queries import filters
from payouts.queries import views as asked


class ViewForm(forms.Form):
    name = forms.CharField(
        max_length=views.LONGEST,
        label=later("Name"),
        help_text=later("Such as “Spain, flagged, over 5,000”."),
    )
    shared = forms.BooleanField(required=False, label=later("Share it with everybody who sees this list"))


def _place(request: HttpRequest) -> str:
    source = request.POST if request.method == "POST" else request.GET
    name = source.get("place", "")
    if name not in PLACES:
        raise Http404(_("No such list"))
    return name


def address(view: SavedView) -> str:
    """The list in this view; an empty one says so, so that the list does not open in the default again."""
    return f"{url_of(view.place)}?{view.query or 'view=all'}"


def _words(view: SavedView) -> str:
    """What the view shows; nothing where its filter can no longer be read, as when a country was closed."""
    try:
        return filters.read(view.query, also=None).in_words()
    except filters.BadFilter:
        return ""


@pages.page(views.SEE, knows=Known("place"))
def listed(request: HttpRequest) -> HttpResponse:
    """A person's views of one list and those that others share."""
    place = request.GET.get("place", "list")
    if place not in PLACES:
        raise Http404(_("No such list"))
    offered = asked.offered(person_id=pages.actor(request).person_id, place=place)
    rows = [
        {
            "offered": each,
            "words": _words(each.view) or _("Can no longer be read. Save it anew, or delete it."),
            "url": address(each.view),
        }
        for each in offered
    ]
    context = {
        "title": _("Views of {title}").format(title=PLACES[place].title.lower()),
        "lead": _("A view is a filter and a sort under a name. Only its owner changes or deletes one."),
        "tabs": [
            {"label": each.title, "url": f"?place={each.name}", "current": each.name == place}
            for each in PLACES.values()
        ],
        "rows": rows,
        "any_default": any(each.default for each in offered),
        "place": place,
        "empty_title": _("No view yet"),
        "empty_text": _("Filter the list as you like it, then press “Save this view”."),
        "empty_url": url_of(place) + "?view=all",
        "empty_label": _("To the list"),
    }
    return pages.render(request, "admin/payouts/savedview/list.html", context)


@pages.page(views.SEE)
def new(request: HttpRequest) -> HttpResponse:
    """Keep what the list shows now under a name."""
    place = _place(request)
    source = request.POST if request.method == "POST" else request.GET
    query = asked.kept(source.get("query", ""))
    words = filters.read(query, also=None).in_words()
    form = ViewForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            view = views.save(
                place=place,
                query=query,
                actor=pages.actor(request),
                now=database_now(),
                **form.cleaned_data,
            )
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(
                request, _("“{view}” saved{for_whom}.").format(view=view.name, for_whom=_for_whom(view))
            )
            return redirect(address(view))
    context = {
        "title": _("Save this view"),
        "lead": _("{title}: {words}.").format(title=PLACES[place].title, words=words),
        "form": form,
        "verb": _("Save the view"),
        "hidden": [("place", place), ("query", query)],
        "back_url": f"{url_of(place)}?{query or 'view=all'}",
        "back_label": PLACES[place].title,
    }
    return pages.render(request, "parts/form.html", context)


def _for_whom(view: SavedView) -> str:
    return _(" and shared with everybody who sees this list") if view.shared else ""


def _find(request: HttpRequest, view_id: int) -> SavedView:
    return get_object_or_404(asked.visible(person_id=pages.actor(request).person_id), pk=view_id)


@pages.page(views.SEE)
def change(request: HttpRequest, view_id: int) -> HttpResponse:
    """Another name, shared or not."""
    view = _find(request, view_id)
    initial = {"name": view.name, "shared": view.shared}
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            view = views.change(
                view_id=view.pk, actor=pages.actor(request), now=database_now(), **form.cleaned_data
            )
        except views.NotYours:
            raise
        except Refused as refusal:
            form.add_error("name", str(refusal))
        else:
            messages.success(
                request, _("“{view}” changed{for_whom}.").format(view=view.name, for_whom=_for_whom(view))
            )
            return redirect(_manage(view.place))
    context = {
        "title": _("Change “{view}”").format(view=view.name),
        "lead": _("{title}: {words}.").format(
            title=PLACES[view.place].title, words=_words(view) or _("its filter can no longer be read")
        ),
        "form": form,
        "verb": _("Change the view"),
        "back_url": _manage(view.place),
        "back_label": _("Views"),
    }
    return pages.render(request, "parts/form.html", context)


def _manage(place: str) -> str:
    return f"{reverse('admin:payouts_view_list')}?{urlencode({'place': place})}"


@require_POST
@pages.page(views.SEE)
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    """Delete one's own view."""
    view = _find(request, view_id)
    views.delete(view_id=view.pk, actor=pages.actor(request))
    messages.success(request, _("“{view}” deleted. No payout was touched.").format(view=view.name))
    return redirect(_manage(view.place))


@require_POST
@pages.page(views.SEE)
def default(request: HttpRequest, view_id: int) -> HttpResponse:
    """The list opens in this view from now on, for this person."""
    view = _find(request, view_id)
    views.open_in(view_id=view.pk, actor=pages.actor(request))
    messages.success(
        request,
        _("{title} opens in “{view}” for you from now on.").format(
            title=PLACES[view.place].title, view=view.name
        ),
    )
    return redirect(_manage(view.place))


@require_POST
@pages.page(views.SEE)
def plain(request: HttpRequest) -> HttpResponse:
    """The list opens with everything in it again."""
    place = _place(request)
    views.open_plain(place=place, actor=pages.actor(request))
    messages.success(
        request,
        _("{title} opens with everything in it for you from now on.").format(title=PLACES[place].title),
    )
    return redirect(_manage(place))


def offered_in(request: HttpRequest, place: str) -> list[asked.Offered]:
    """The views that this reader has in a list."""
    return asked.offered(person_id=pages.actor(request).person_id, place=place)


def opens_in(request: HttpRequest, offered: Sequence[asked.Offered]) -> str:
    """Where a bare address of the list leads this reader: their own view, or nowhere else."""
    if request.GET:
        return ""
    return next((address(each.view) for each in offered if each.default and _words(each.view)), "")


def strip(
    offered: Sequence[asked.Offered], *, place: str, query: str, reading: bool = False
) -> dict[str, Any]:
    """The views above a list: everything, then each that is offered; and where to save what is shown now.

    What is for ``reading`` only is not saved.
    """
    shown = asked.kept(query)
    tabs = (
        [{"label": _("Everything"), "url": f"{url_of(place)}?view=all", "current": not shown}]
        if offered
        else []
    )
    for each in offered:
        label = each.view.name if each.own else f"{each.view.name} ({each.owner_name})"
        tabs.append(
            {"label": label, "url": address(each.view), "current": bool(shown) and shown == each.view.query}
        )
    known = reading or not shown or any(tab["current"] for tab in tabs)
    save = f"{reverse('admin:payouts_view_new')}?{urlencode({'place': place, 'query': shown})}"
    return {"tabs": tabs, "save_url": "" if known else save, "manage_url": _manage(place) if offered else ""}


urlpatterns = [
    path("payouts/views/", listed, name="payouts_view_list"),
    path("payouts/views/new/", new, name="payouts_view_new"),
    path("payouts/views/plain/", plain, name="payouts_view_plain"),
    path("payouts/views/<int:view_id>/", change, name="payouts_view_change"),
    path("payouts/views/<int:view_id>/delete/", delete, name="payouts_view_delete"),
    path("payouts/views/<int:view_id>/default/", default, name="payouts_view_default"),
]
