"""Describing a schedule of an export: what, when, where to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.audit.errors import NotAllowed, Refused
from backoffice.doors import pages
from backoffice.words import ended, later, locale, weekdays
from payouts import countries
from payouts.admin.export_new import OFFERED, ExportForm
from payouts.countries import moments
from payouts.exports import kinds
from payouts.exports.definition import Definition
from payouts.exports.formats import FORMATS
from payouts.models import Every, ExportSchedule
from payouts.operations import export_templates, schedules
from payouts.queries import export_filters, filters
from payouts.queries import schedules as said

HERE, SFTP = "here", "sftp"
_TARGET = ("host", "port", "username", "folder", "host_key", "password", "private_key")


class _Unshown(forms.Textarea):
    """What is typed here is never shown again, as in a field for a password."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class ScheduleForm(ExportForm):
    """An export's format and columns, its filter without dates, then when and where to."""

    name = forms.CharField(label=later("Name of the schedule"), max_length=60)
    template = forms.ChoiceField(
        label=later("Or the columns of a template"),
        required=False,
        help_text=later("The schedule keeps the columns that the template has now."),
    )
    every = forms.ChoiceField(label=later("How often"), choices=Every.choices, widget=forms.RadioSelect)
    weekday = forms.TypedChoiceField(
        label=later("Weekday, of a weekly one"),
        choices=lambda: list(enumerate(weekdays(), start=1)),
        coerce=int,
        required=False,
    )
    at = forms.TimeField(label=later("At"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    time_zone = forms.ChoiceField(label=later("Time of day in"))
    business_days = forms.ChoiceField(  # the filter has a country of its own
        label=later("Only on business days of"),
        required=False,
        help_text=later("What falls on a day without banks is made on the next business day."),
    )
    dates = forms.ChoiceField(
        label=later("Dates that each run sets"),
        required=False,
        help_text=later("Each run is then about its own days, also when it is made later than it was due."),
    )
    where = forms.ChoiceField(
        label=later("Where the files go"),
        choices=[
            (HERE, later("My exports, kept as every export is")),
            (SFTP, later("An SFTP server, once another person confirmed it")),
        ],
        widget=forms.RadioSelect,
    )
    host = forms.CharField(label=later("Server"), max_length=253, required=False)
    port = forms.IntegerField(label=later("Port"), min_value=1, max_value=65535, required=False, initial=22)
    username = forms.CharField(label=later("User there"), max_length=120, required=False)
    folder = forms.CharField(label=later("Folder there"), max_length=400, required=False)
    host_key = forms.CharField(
        label=later("Server’s public key"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=later(
            "One line as OpenSSH writes it, from the server’s operator. Files are sent to no other key."
        ),
    )
    password = forms.CharField(
        label=later("Password there"),
        required=False,
        max_length=500,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=later(
            "Or a private key. Kept encrypted, never shown again; leave both empty to keep what is known."
        ),
    )
    private_key = forms.CharField(
        label=later("Private key, without a passphrase"),
        required=False,
        max_length=20_000,
        widget=_Unshown(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, definition: Definition, templates: Iterable[str], *args: Any, **values: Any) -> None:
        super().__init__(definition, _offered(definition), (), *args, **values)
        del self.fields["save_as"], self.fields["shared"]
        self.fields = self._ordered(list(dict.fromkeys(templates)))
        spans = said.dates_of(definition.filter)
        choose = {
            "time_zone": [
                (zone, moments.listed(zone, locale=locale())) for zone in sorted(available_timezones())
            ],
            "business_days": [
                ("", _("every day counts")),
                *countries.by_name(),
            ],
            "dates": [
                ("", _("none: as it stands when it is made")),
                *((name, said.label_of(definition.filter, name)) for name in spans),
            ],
        }
        for name, choices in choose.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]

    def _ordered(self, templates: Sequence[str]) -> dict[str, forms.Field]:
        """The fields with the name first, and the templates after the columns, where there are any."""
        fields = dict(self.fields)
        first, template = fields.pop("name"), fields.pop("template")
        ordered = {"name": first}
        for name, field in fields.items():
            ordered[name] = field
            if name == "columns" and templates:
                template.choices = [("", _("none")), *((each, each) for each in templates)]  # type: ignore[attr-defined]
                ordered["template"] = template
        return ordered

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        if found.get("where") == SFTP:
            for name in ("host", "username", "host_key"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, _("An SFTP server needs this."))
        return found


def _offered(definition: Definition) -> dict[str, forms.Field]:
    """The filter's fields but its dates, which the occasions set; of the many of payouts, those that files need."""
    dated = {field for ends in said.dates_of(definition.filter).values() for field in ends}
    form = definition.filter(QueryDict()).form
    few = issubclass(definition.filter, filters.PayoutFilter)
    return {
        name: field
        for name, field in form.fields.items()
        if name not in dated and (not few or name in (*OFFERED, "currency"))
    }


@pages.page(schedules.RIGHT)
def choose(request: HttpRequest) -> HttpResponse:
    """Every export that this person may have made regularly."""
    new = reverse("admin:payouts_schedule_new")
    return pages.render(
        request,
        "admin/payouts/export/choose.html",
        {
            "title": _("New schedule"),
            "lead": _("Choose what the files hold. When they are made, and where they go, comes next."),
            "rows": [
                {"kind": each, "url": f"{new}?kind={each.kind}"}
                for each in kinds.open_to(pages.permissions(request))
            ],
            "back_url": reverse("admin:payouts_schedule_list"),
            "back_label": _("Schedules"),
        },
    )


@pages.page(schedules.RIGHT)
def new(request: HttpRequest) -> HttpResponse:
    """A schedule of one kind, with the filter of the list that it was asked from."""
    source = request.POST if request.method == "POST" else request.GET
    definition = kinds.get(source.get("kind") or "payouts")
    kinds.require(definition, pages.permissions(request))
    query = QueryDict(source.get("query", ""), mutable=True) if request.method == "POST" else _asked(request)
    names = _offered(definition)
    chosen = definition.chosen(query, now=database_now()).cleaned
    if definition.of_a_year and not query.get("year"):
        names.pop("year", None)  # left empty, each run is about the year before its occasion
    if not query.get(export_filters.BY):
        chosen.pop(export_filters.BY, None)  # left empty, it follows from the dates of each run
    initial = {name: value for name, value in chosen.items() if name in names} | {
        "every": Every.MONTH,
        "at": "06:00",
        "time_zone": timezone.get_current_timezone_name(),
        "dates": next(iter(said.dates_of(definition.filter)), ""),
        "where": HERE,
    }
    sort = source.get("sort", "")
    known = sort.removeprefix("-") in definition.sorts
    return _page(request, definition, query, initial, None, sort=sort if known else "")


@pages.page(schedules.RIGHT)
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """A schedule of one's own, otherwise."""
    found = get_object_or_404(
        ExportSchedule.objects.select_related("target"), pk=pk, owner=request.user.pk, ended_at__isnull=True
    )
    definition = kinds.get(found.kind)
    query = filters.as_query(found.filters)
    same = (
        "name",
        "format",
        "locale",
        "compressed",
        "columns",
        "every",
        "weekday",
        "at",
        "time_zone",
        "dates",
    )
    initial = filters.read(query, kind=definition.filter).cleaned | {
        name: getattr(found, name) for name in same
    }
    initial["business_days"] = found.country
    initial["where"] = HERE if found.target is None else SFTP
    if found.target is not None:
        initial |= {name: getattr(found.target, name) for name in _TARGET[:5]}
    return _page(request, definition, query, initial, found, sort=found.sort)


def _asked(request: HttpRequest) -> QueryDict:
    query = request.GET.copy()
    for name in ("kind", *filters.NOT_FILTERS):
        query.pop(name, None)
    return query


def _page(
    request: HttpRequest,
    definition: Definition,
    query: QueryDict,
    initial: dict[str, Any],
    found: ExportSchedule | None,
    *,
    sort: str,
) -> HttpResponse:
    usable = export_templates.usable(user_id=pages.actor(request).person_id, kind=definition.kind)
    form = ScheduleForm(
        definition,
        [each.name for each in usable],
        request.POST if request.method == "POST" else None,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        plan = replace(_plan(request, definition, query, form), sort=sort)
        values: dict[str, Any] = {"plan": plan, "actor": pages.actor(request), "now": database_now()}
        try:
            deed = schedules.make if found is None else partial(schedules.change, schedule_id=found.pk)
            made = deed(**values)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _said(made))
            return redirect("admin:payouts_schedule_detail", made.pk)
    title = definition.inside
    return pages.render(
        request,
        "parts/form.html",
        {
            "title": _("Change “{found}”").format(found=found.name)
            if found
            else _("Schedule {title}").format(title=title),
            "lead": ended(_(order)) if (order := definition.order_in_words(sort)) else definition.told,
            "form": form,
            "verb": _("Save"),
            "hidden": [("kind", definition.kind), ("query", query.urlencode()), ("sort", sort)],
            "back_url": reverse("admin:payouts_schedule_detail", args=[found.pk])
            if found
            else reverse("admin:payouts_schedule_list"),
            "back_label": found.name if found else _("Schedules"),
        },
    )


def _plan(
    request: HttpRequest, definition: Definition, query: QueryDict, form: ScheduleForm
) -> schedules.Plan:
    values, wanted = form.cleaned_data, query.copy()
    for name in form.offered:
        wanted.setlist(name, [value for value in request.POST.getlist(name) if value])
    target = {name: values[name] for name in _TARGET} | {"port": values["port"] or 22}
    return schedules.Plan(
        weekday=values["weekday"] or 1,
        country=values["business_days"],
        kind=definition.kind,
        filters=wanted.urlencode(),
        compressed=values["compressed"] and FORMATS[values["format"]].packs,
        locale=values["locale"] or "en",
        template=values.get("template", ""),
        target=schedules.Wanted(**target) if values["where"] == SFTP else None,
        **{
            name: values[name]
            for name in (
                "name",
                "format",
                "columns",
                "every",
                "at",
                "time_zone",
                "dates",
            )
        },
    )


def _said(schedule: ExportSchedule) -> str:
    if schedule.waits_for_another:
        return _(
            "“{schedule}” is kept. It sends files elsewhere, so it begins once another person confirms it."
        ).format(schedule=schedule.name)
    return _("“{schedule}” is kept, and begins with its next occasion.").format(schedule=schedule.name)


urlpatterns = [
    path("exports/schedules/new/", choose, name="payouts_schedule_choose"),
    path("exports/schedules/new/form/", new, name="payouts_schedule_new"),
    path("exports/schedules/<int:pk>/change/", change, name="payouts_schedule_change"),
]
