"""The one box of the payout lists: a reference, a name, an e-mail, or a pasted column of thousands of references."""

from collections.abc import Sequence
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import numbers, pages
from payouts.admin.places import PLACES, Place, url_of
from payouts.models import PastedList
from payouts.operations import views
from payouts.queries import searching

FEW = 5
"""As many references stand in the address itself; more are kept as a list, whatever their length."""
NAMED = 100


@require_POST
@pages.page("payouts.view_payout")
def find(request: HttpRequest) -> HttpResponse:
    """To the list with what was typed or pasted into its box, its other filters kept.

    What one search does not take is not searched: it stays in the box, with what to do, and no payout is listed.
    """
    place, text = request.POST.get("place", ""), request.POST.get("search", "")
    if place not in PLACES:
        raise Http404(_("No such list"))
    query = QueryDict(request.POST.get("query", ""), mutable=True)
    terms = searching.terms_of(text)
    if len(terms) > FEW:
        try:
            kept = views.paste(text=text, actor=pages.actor(request), now=database_now())
        except Refused as refusal:
            return _not_searched(request, PLACES[place], text, query, refusal)
        query["pasted"] = str(kept)
    elif text.strip():
        query["search"] = " ".join(text.split())
    return redirect(f"{url_of(place)}?{query.urlencode() or 'view=all'}")


def address(references: Sequence[str]) -> str:
    """The list of all payouts with exactly these, which are few: they stand in the address itself."""
    return f"{url_of('list')}?{urlencode({'search': ' '.join(references)})}"


def opens(request: HttpRequest) -> bool:
    """Whether the reader may see payouts in a list."""
    return views.SEE in pages.permissions(request)


def kept_address(references: Sequence[str], *, request: HttpRequest) -> str:
    """The same of any number that one list holds; more than few are kept for it. Empty for who may see no payouts."""
    if not opens(request):
        return ""
    if len(references) <= FEW:
        return address(references)
    kept = views.paste(text=" ".join(references), actor=pages.actor(request), now=database_now())
    return f"{url_of('list')}?{urlencode({'pasted': str(kept)})}"


def _not_searched(
    request: HttpRequest, place: Place, text: str, query: QueryDict, refusal: Refused
) -> HttpResponse:
    context = {
        "title": place.title,
        "find": {"place": place.name, "query": query.urlencode(), "text": text.strip()},
        "rows": [],
        "empty_title": str(refusal),
        "empty_text": _("What you pasted is still in the box."),
    }
    return pages.render(request, "admin/payouts/payout/list.html", context, status=422)


def box(request: HttpRequest, *, place: str, query: QueryDict) -> dict[str, Any]:
    """The box above a list, with what is in it and which of its references name nothing here."""
    text = _text(request)
    terms = searching.terms_of(text)
    return {
        "find": {"place": place, "query": query.urlencode(), "text": text if len(terms) <= FEW else ""},
        "pasted": _pasted(place, request, text) if len(terms) > 1 and text else None,
    }


def _text(request: HttpRequest) -> str:
    number = numbers.whole(request.GET.get("pasted", "").upper().removeprefix("L"))
    if number is None:
        return request.GET.get("search", "")
    kept = PastedList.objects.filter(pk=number).first()
    return kept.text if kept else ""


def _pasted(place: str, request: HttpRequest, text: str) -> dict[str, Any] | None:
    """Which of several references are nowhere. None for words, such as the parts of a name."""
    terms = searching.terms_of(text)
    unknown = searching.unknown_in(text)
    if "pasted" not in request.GET and len(unknown) == len(terms):
        return None
    name = "pasted" if "pasted" in request.GET else "search"
    elsewhere = QueryDict(mutable=True)
    elsewhere[name] = request.GET[name]
    return {
        "count": len(terms),
        "known": len(terms) - len(unknown),
        "unknown": unknown[:NAMED],
        "more": max(len(unknown) - NAMED, 0),
        "all_url": "" if place == "list" else f"{url_of('list')}?{elsewhere.urlencode()}",
    }


urlpatterns = [path("payouts/find/", find, name="payouts_payout_find")]
