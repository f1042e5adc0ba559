"""Schedules of exports: the list, one with its runs, and what may be done to it."""

import contextlib
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, NotAllowed, Refused
from backoffice.doors import keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later, number
from payouts.exports import kinds
from payouts.exports.columns import Column, columns_of, usual
from payouts.exports.definition import Definition
from payouts.exports.formats import FORMATS
from payouts.models import ExportSchedule, ScheduleRun
from payouts.operations import _targets, schedules
from payouts.queries import deciding, filters
from payouts.queries import schedules as said

SEE = ("payouts.view_exportschedule",)


class ShowChip(forms.Form):
    show = forms.ChoiceField(label=later("Only"), choices=[("broken", later("those that failed or stopped"))])


class OwnerChip(worklists.PersonChip):
    owner = forms.ChoiceField(label=later("Owner"))


CHIPS: dict[str, type[forms.Form]] = {**worklists.WAITS, "show": ShowChip, "owner": OwnerChip}


@pages.page(*SEE, knows=Known(*keyset.PLACE, *CHIPS))
def listed(request: HttpRequest) -> HttpResponse:
    """Every schedule that has not ended, the newest first."""
    rows, chosen = said.listed(), worklists.chosen(request, CHIPS)
    if whom := worklists.for_whom(request):
        rows = rows.filter(pk__in=deciding.export_schedules(person_id=whom.pk))
    if "show" in chosen:
        rows = rows.filter(said.broken())
    if owner := worklists.for_whom(request, "owner"):
        rows = rows.filter(owner=owner.pk)
    page = keyset.page(request, rows)
    may = schedules.RIGHT in pages.permissions(request)
    new = reverse("admin:payouts_schedule_choose") if may else ""
    return pages.render(
        request,
        "admin/payouts/schedule/list.html",
        {
            "title": _("Schedules"),
            "lead": _(
                "Exports that are made again and again, in their owner’s name and with their owner’s rights."
            ),
            "verbs": [{"label": _("New schedule"), "url": new, "kind": "main"}] if may else [],
            "chips": worklists.set_chips(request, CHIPS),
            "rows": [_row(each) for each in page.rows],
            "pager": page,
            "back_url": reverse("admin:payouts_export_list"),
            "back_label": _("Exports"),
            "empty_title": _("No schedule yet"),
            "empty_text": _("An export that is needed every month need not be asked for every month."),
            "empty_url": new,
            "empty_label": _("New schedule"),
        },
    )


def _row(schedule: ExportSchedule) -> dict[str, Any]:
    return {
        "schedule": schedule,
        "what": _title(schedule),
        "when": said.rhythm_words(schedule),
        "pill": said.standing(schedule),
    }


def _title(schedule: ExportSchedule) -> str:
    known = kinds.KINDS.get(schedule.kind)
    return known.called if known else schedule.kind


@pages.page(*SEE, knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """What one schedule does, and each time it did."""
    schedule = get_object_or_404(said.known().select_related("confirmed_by"), pk=pk)
    runs = ScheduleRun.objects.filter(schedule=schedule).select_related("export", "asked_by")
    page = keyset.page(request, runs)
    return pages.render(
        request,
        "admin/payouts/schedule/detail.html",
        {
            "title": schedule.name,
            "schedule": schedule,
            "pill": said.standing(schedule),
            "when": said.rhythm_words(schedule),
            "facts": _facts(schedule),
            "verbs": _verbs(request, schedule),
            "confirming": _confirming(request, schedule),
            "seen": schedules.digest(schedule),
            "rows": page.rows,
            "pager": page,
            "back_url": reverse("admin:payouts_schedule_list"),
            "back_label": _("Schedules"),
            "reference": schedule.name,
            "timeline_entries": None,
        },
    )


def _columns(schedule: ExportSchedule, definition: Definition) -> list[Column]:
    resource = definition.resource()
    return columns_of(resource, schedule.columns) if schedule.columns else usual(resource)


def _facts(schedule: ExportSchedule) -> list[tuple[str, str]]:
    definition = kinds.get(schedule.kind)
    form = _(FORMATS[schedule.format].words)
    order = definition.order_in_words(schedule.sort)
    found = [
        (pgettext("a file of rows", "Export"), definition.called),
        (_("Rows"), _rows(schedule, definition) or _("All of them")),
        (_("Order of rows"), _(order) if order else _("The usual one")),
        (
            _("Dates"),
            _dates(schedule, definition),
        ),
        (
            _("Columns"),
            ", ".join(_(each.column_name) for each in _columns(schedule, definition)),
        ),
        (_("Format"), _("{form}, gzip").format(form=form) if schedule.compressed else form),
    ]
    target = schedule.target
    if target is None:
        return [*found, (_("Goes to"), _("Its owner’s exports, kept as every export is"))]
    return [
        *found,
        (_("Goes to"), _("{host}, port {port}, by SFTP").format(host=target.host, port=target.port)),
        (_("Folder"), target.folder or _("Where the account begins")),
        (_("As user"), target.username),
        (
            _("Secret"),
            _("{secret_kind}, kept encrypted and never shown").format(
                secret_kind=target.get_secret_kind_display()
            ),
        ),
        (_("Server’s key"), _targets.fingerprint(target)),
    ]


def _rows(schedule: ExportSchedule, definition: Definition) -> str:
    """Its filter in the reader's words; in those it was made in, where it cannot be read any more; "" without one."""
    with contextlib.suppress(filters.BadFilter):
        if schedule.filters:
            return filters.read(filters.as_query(schedule.filters), kind=definition.filter).in_words()
    return schedule.filters_text


def _dates(schedule: ExportSchedule, definition: Definition) -> str:
    if schedule.dates:
        dates = said.label_of(definition.filter, schedule.dates)
        return _("{dates}: the days that each run is about").format(dates=dates)
    if definition.of_a_year and not schedule.filters.get("year"):
        return _("The year before the one that each run falls into")
    return _("None: as it stands when it is made")


def _verbs(request: HttpRequest, schedule: ExportSchedule) -> list[dict[str, str]]:
    if schedule.ended_at is not None or schedules.RIGHT not in pages.permissions(request):
        return []

    def verb(label: str, name: str, kind: str = "", method: str = "post") -> dict[str, str]:
        url = reverse(f"admin:payouts_schedule_{name}", args=[schedule.pk])
        return {"label": label, "url": url, "kind": kind, "method": method}

    own = schedule.owner_id == request.user.pk
    shown = []
    if own and not schedule.waits_for_another and schedule.paused_at is None:
        shown.append(verb(_("Run now"), "run", "main"))
    if own:
        shown.append(verb(pgettext("a button", "Change"), "change", method="get"))
    if schedule.paused_at is None:
        shown.append(verb(_("Pause"), "pause"))
    elif own:
        shown.append(verb(_("Let it go on"), "resume"))
    if own:
        shown.append(verb(_("End it"), "end", "stop", "get"))
    return shown


def _confirming(request: HttpRequest, schedule: ExportSchedule) -> str:
    """Whether the reader confirms where files go ("may"), must leave it to another ("own"), or nothing waits."""
    if schedule.ended_at is not None or not schedule.waits_for_another:
        return ""
    if schedule.owner_id == request.user.pk:
        return "own"
    return "may" if schedules.CONFIRM in pages.permissions(request) else "another"


@require_POST
@pages.page(schedules.CONFIRM)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person has read where files go, and confirms it."""
    back = reverse("admin:payouts_schedule_detail", args=[pk])
    try:
        found = schedules.confirm(
            schedule_id=pk,
            seen=request.POST.get("seen", ""),
            actor=pages.actor(request),
            now=database_now(),
        )
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], back)
    except (NotAllowed, schedules.UnknownSchedule):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Confirmed: the files of “{found}” go to {target}.").format(
                found=found.name, target=found.target
            ),
        )
    return redirect(back)


def _doing(request: HttpRequest, pk: int, deed: Any, done: str) -> HttpResponse:
    """The deed by its operation, a sentence, and back to the schedule."""
    try:
        deed(schedule_id=pk, actor=pages.actor(request), now=database_now())
    except (NotAllowed, schedules.UnknownSchedule):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("admin:payouts_schedule_detail", pk)


@require_POST
@pages.page(schedules.RIGHT)
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    return _doing(request, pk, schedules.pause, _("Paused. What falls into the pause is not made up."))


@require_POST
@pages.page(schedules.RIGHT)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _doing(request, pk, schedules.resume, _("It goes on with its next occasion."))


@require_POST
@pages.page(schedules.RIGHT)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    return _doing(
        request, pk, schedules.run_now, _("It is carried out now. You can leave this page and come back.")
    )


@pages.page(schedules.RIGHT)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """First what ends with it, then the end."""
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        return _doing(request, pk, schedules.end, _("Ended. What it did stays listed here."))
    schedule = get_object_or_404(said.known(), pk=pk, owner=request.user, ended_at__isnull=True)
    made = ScheduleRun.objects.filter(schedule=schedule).count()
    follows = [
        _("It is carried out no more: {when}.").format(when=said.rhythm_words(schedule)),
        ngettext(
            "The {n} run that it made stays listed, and its file is kept as long as every export.",
            "The {n} runs that it made stay listed, and their files are kept as long as every export.",
            made,
        ).format(n=number(made)),
        _("An ended schedule does not begin again: make a new one instead, or pause it."),
    ]
    if schedule.target is not None:
        gone = _("No further file goes to {host}; its secret is forgotten.")
        follows.insert(1, gone.format(host=schedule.target.host))
    title = _("End “{name}”").format(name=schedule.name)
    context = {
        "title": title,
        "verb": title,
        "kind": "stop",
        "form": forms.Form(),
        "noun": _("schedule"),
        "preview": {"count": 1, "follows": follows},
        "back_url": reverse("admin:payouts_schedule_detail", args=[pk]),
        "back_label": schedule.name,
    }
    return pages.render(request, "parts/confirm.html", context)


urlpatterns = [
    path("exports/schedules/", listed, name="payouts_schedule_list"),
    path("exports/schedules/<int:pk>/", detail, name="payouts_schedule_detail"),
    path("exports/schedules/<int:pk>/confirm/", confirm, name="payouts_schedule_confirm"),
    path("exports/schedules/<int:pk>/pause/", pause, name="payouts_schedule_pause"),
    path("exports/schedules/<int:pk>/resume/", resume, name="payouts_schedule_resume"),
    path("exports/schedules/<int:pk>/run/", run, name="payouts_schedule_run"),
    path("exports/schedules/<int:pk>/end/", end, name="payouts_schedule_end"),
]
