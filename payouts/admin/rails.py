"""The rails: how each carries money, the kill switch, and the incidents that a person must look at."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, pages
from backoffice.doors.addresses import Known
from backoffice.words import labelled, number, sentences, together
from payouts.admin.verbs import FindingForm, ReasonForm
from payouts.models import Incident, RailSwitch
from payouts.operations import incidents, switches
from payouts.queries import caps, incident_words, rail_words, recorded, unknown
from payouts.queries import rails as asked
from payouts.queries.tallies import Totals
from payouts.rails import base, registry
from sellers.ledger import written

SEE = ("payouts.view_incident",)
EVERY = "all"  # as it stands in an address; the switch of every rail is "*"


@pages.page(*SEE, knows=Known(*keyset.PLACE, closed=("1",)))
def listed(request: HttpRequest) -> HttpResponse:
    """Every rail, and the open incidents (or, with ?closed=1, the closed ones)."""
    closed = request.GET.get("closed") == "1"
    page = keyset.page(request, asked.incidents(closed=closed))
    about = unknown.of_incidents(page.rows)
    held = pages.permissions(request)
    everything = asked.stop_of_all()
    return pages.render(
        request,
        "admin/payouts/rail/list.html",
        {
            "title": _("Rails"),
            "lead": _(
                "The ways money leaves. A stopped rail is handed nothing new; what it has "
                "goes on being resolved."
            ),
            "verbs": _verbs_of_all(request, everything),
            "everything": everything,
            "rails": [_row(request, state, everything) for state in asked.states()],
            "tabs": [
                {"label": _("Open incidents"), "url": "?", "current": not closed},
                {"label": pgettext("incidents", "Closed"), "url": "?closed=1", "current": closed},
            ],
            "closed": closed,
            "desk_url": pages.leads(request, reverse("admin:payouts_submission_unknown")),
            "rows": [
                {
                    "it": row,
                    "what": incident_words.what(row.code),
                    "unknown": not closed and unknown.still(row, about.get(row.pk)),
                    "since": row.opened_at if closed else unknown.since(row, about.get(row.pk)),
                }
                for row in page.rows
            ],
            "may_close": "payouts.resolve_unknown" in held and not closed,
            "pager": page,
        },
    )


def _row(request: HttpRequest, state: asked.State, everything: RailSwitch | None) -> dict[str, Any]:
    stop = state.stop
    if not state.ready:
        pill = (_("Not set up"), "neutral")
    elif stop is not None or everything is not None:
        pill = (_("Stopped"), "stopped")
    else:
        pill = (_("Open"), "done")
    return {
        "state": state,
        "name": rail_words.called(state.name),
        "pill": pill,
        "facts": _facts(state.capabilities),
        "verb": _restore(request, stop) if stop is not None else _stop(request, state.name),
        "why": labelled(asked.stopper(stop), asked.why(stop)) if stop is not None else "",
    }


def _facts(can: base.Capabilities) -> list[str]:
    """What may be relied on, in words."""
    shape = (
        _("One file for a whole batch, up to {max_per_file} payouts").format(
            max_per_file=number(can.max_per_file)
        )
        if can.shape is base.Shape.FILE
        else _("One call for each payout")
    )
    if can.deduplicates and can.key_window is not None:
        hours = int(can.key_window.total_seconds()) // 3600
        window = (
            ngettext("{n} day", "{n} days", hours // 24).format(n=hours // 24)
            if hours >= 48
            else ngettext("{n} hour", "{n} hours", hours).format(n=hours)
        )
        again = _("knows a repeated hand-over for {window}").format(window=window)
    else:
        again = _("may pay twice what is sent twice: never repeated")
    lookup = _("can be asked what it has") if can.lookup else _("cannot be asked")
    return [shape, again, lookup]


def _called(rail: str) -> str:
    """By what stands in an address."""
    return rail_words.called(rail_words.ALL if rail == EVERY else rail)


def _stop(request: HttpRequest, rail: str) -> dict[str, str] | None:
    if "payouts.stop_rail" not in pages.permissions(request):
        return None
    return {
        "label": _("Stop {name}").format(name=_called(rail)),
        "kind": "stop",
        "url": reverse("admin:payouts_rail_stop", args=[rail]),
    }


def _restore(request: HttpRequest, stop: RailSwitch) -> dict[str, str] | None:
    if "payouts.restore_rail" not in pages.permissions(request):
        return None
    verb = {"label": _("Let {name} go on").format(name=rail_words.called(stop.rail))}
    if off := _why_off(request, stop):
        return verb | {"off": off}
    return verb | {"url": reverse("admin:payouts_rail_restore", args=[stop.pk])}


def _why_off(request: HttpRequest, stop: RailSwitch) -> str:
    """Why this reader does not let it go on; empty where they may."""
    if stop.stopped_by_id is None or stop.stopped_by_id != request.user.pk:
        return ""
    return _("Off for you: you stopped it. Another person must let it go on.")


def _verbs_of_all(request: HttpRequest, everything: RailSwitch | None) -> list[dict[str, str]]:
    verb = _restore(request, everything) if everything is not None else _stop(request, EVERY)
    shown = [verb] if verb is not None else []
    if "payouts.view_cap" in pages.permissions(request):
        waiting = caps.waiting().count()
        label = _("Caps ({waiting} to decide)").format(waiting=waiting) if waiting else _("Caps")
        shown.insert(0, {"label": label, "url": reverse("admin:payouts_cap_list")})
    return shown


@pages.page("payouts.stop_rail")
def stop(request: HttpRequest, rail: str) -> HttpResponse:
    """Stop one rail, or all of them."""
    if rail != EVERY and rail not in registry.names():
        raise Http404(_("No rail {rail}").format(rail=rail))
    name = _called(rail)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            switches.stop(
                rail=switches.ALL if rail == EVERY else rail,
                reason=form.cleaned_data["reason"],
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Stopped: nothing new is handed to {name}.").format(name=name))
            return redirect("admin:payouts_rail_list")
    lead = _(
        "At once: nothing new is handed over, approved batches wait. What the bank "
        "already has goes on, and its answers are read. Another person must let it go on."
    )
    context = {
        "title": _("Stop {name}").format(name=name),
        "lead": sentences(lead, _would_wait(asked.waiting_batches(None if rail == EVERY else rail))),
        "form": form,
        "verb": _("Stop {name}").format(name=name),
        "kind": "stop",
        "back_url": reverse("admin:payouts_rail_list"),
        "back_label": _("Rails"),
    }
    return pages.render(request, "parts/form.html", context)


def _sums(found: Totals) -> str:
    return together(written.text(money) for money in found.sums)


def _would_wait(found: Totals) -> str:
    """What a stop makes wait now."""
    if not found.count:
        return _("No approved batch waits now.")
    words = ngettext(
        "{n} approved batch with {sums} will wait.",
        "{n} approved batches with {sums} will wait.",
        found.count,
    )
    return words.format(n=number(found.count), sums=_sums(found))


@pages.page("payouts.restore_rail")
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person lets the rail go on."""
    switch = get_object_or_404(RailSwitch.objects.select_related("stopped_by"), pk=pk)
    name = rail_words.called(switch.rail)
    if request.method == "POST":
        try:
            switches.restore(switch_id=switch.pk, actor=pages.actor(request), now=database_now())
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], reverse("admin:payouts_rail_list"))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(
                request,
                _("{what} goes on; what waited is taken up within a minute.").format(
                    what=rail_words.beginning(switch.rail)
                ),
            )
        return redirect("admin:payouts_rail_list")
    waiting = asked.waiting_batches(None if switch.rail == switches.ALL else switch.rail)
    batches = (
        ngettext(
            "{n} approved batch with {sums} waits",
            "{n} approved batches with {sums} wait",
            waiting.count,
        ).format(n=number(waiting.count), sums=_sums(waiting))
        if waiting.count
        else _("{waiting} approved batches wait").format(waiting=number(0))
    )
    context = {
        "title": _("Let {name} go on").format(name=name),
        "lead": _("{who} stopped it: “{reason}” {batches} and will be handed over at once.").format(
            who=asked.stopper(switch), reason=asked.why(switch), batches=batches
        ),
        "form": forms.Form(),
        "verb": _("Let {name} go on").format(name=name),
        "off": _why_off(request, switch),
        "back_url": reverse("admin:payouts_rail_list"),
        "back_label": _("Rails"),
    }
    return pages.render(request, "parts/form.html", context)


@pages.page("payouts.resolve_unknown")
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an incident with what was found."""
    incident = get_object_or_404(Incident, pk=pk)
    form = FindingForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            incidents.close(
                incident_id=incident.pk,
                actor=pages.actor(request),
                note=form.cleaned_data["note"],
                now=database_now(),
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], reverse("admin:payouts_rail_list"))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Incident closed."))
            return redirect("admin:payouts_rail_list")
    context = {
        "title": _("Close the incident"),
        "lead": labelled(incident_words.what(incident.code), recorded.said(incident.text)),
        "form": form,
        "verb": _("Close the incident"),
        "back_url": reverse("admin:payouts_rail_list"),
        "back_label": _("Rails"),
    }
    return pages.render(request, "parts/form.html", context)


urlpatterns = [
    path("rails/", listed, name="payouts_rail_list"),
    path("rails/<slug:rail>/stop/", stop, name="payouts_rail_stop"),
    path("rails/stops/<int:pk>/restore/", restore, name="payouts_rail_restore"),
    path("rails/incidents/<int:pk>/close/", close, name="payouts_incident_close"),
]
