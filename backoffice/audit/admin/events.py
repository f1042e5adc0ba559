"""Who did what: the deeds of people and of the program, newest first, with what each was about."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.urls import path

from backoffice.audit.models import Event
from backoffice.doors import keyset, pages


class PersonChip(forms.Form):
    person = forms.CharField(label="User name")


class ActionChip(forms.Form):
    action = forms.CharField(label="Deed", help_text="As in payout.approve; the beginning is enough.")


@pages.page("audit.view_event")
def listed(request: HttpRequest) -> HttpResponse:
    """The events, filtered by person, deed or subject."""
    rows = Event.objects.select_related("actor", "seal")
    chips: list[dict[str, Any]] = []
    keep = [(name, value) for name, value in request.GET.items() if name not in ("before", "after")]
    person, action = request.GET.get("person", "").strip(), request.GET.get("action", "").strip()
    if person:
        rows = rows.filter(actor__in=get_user_model().objects.filter(username=person))
        chips.append({"text": f"By {person}", "clear_url": _without(request, "person")})
    else:
        chips.append({"label": "Person", "fields": list(PersonChip(auto_id="chip_%s")), "keep": keep})
    if action:
        rows = rows.filter(action__startswith=action)
        chips.append({"text": f"Deed is {action}", "clear_url": _without(request, "action")})
    else:
        chips.append({"label": "Deed", "fields": list(ActionChip(auto_id="chip_%s")), "keep": keep})
    page = keyset.page(request, rows)
    return pages.render(
        request,
        "admin/audit/event/list.html",
        {
            "title": "Audit",
            "lead": "Append-only. A sealer chains the events by hash, and keeps the head outside the database.",
            "chips": chips,
            "rows": [
                {"event": event, "facts": _facts(event.data), "sealed": hasattr(event, "seal")}
                for event in page.rows
            ],
            "pager": page,
            "empty_title": "No such deed",
            "empty_text": "Take a filter away.",
        },
    )


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    for each in (name, "before", "after"):
        query.pop(each, None)
    return f"?{query.urlencode()}"


def _facts(data: dict[str, Any]) -> str:
    """An event's data in one line; long lists are counted, not shown."""
    said = []
    for name, value in data.items():
        shown = f"{len(value)} entries" if isinstance(value, list | dict) and len(str(value)) > 80 else value
        if shown not in ("", None, [], {}):
            said.append(f"{name.replace('_', ' ')}: {shown}")
    return ", ".join(said)


urlpatterns = [path("audit/", listed, name="audit_event_list")]
