"""Who did what: the deeds of people and of the program, newest first, with what each was about."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from operator import itemgetter
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.audit.admin import deeds, subjects
from backoffice.audit.errors import Refused
from backoffice.audit.models import Event
from backoffice.doors import keyset, pages, worklists
from backoffice.doors.addresses import ALWAYS, UnknownChoice
from backoffice.words import dated, labelled, later, sentences, use_one_of
from payouts.models import Batch
from payouts.queries.export_filters import PROGRAM, SUBJECTS

_BATCH = "payouts.batch"


class PersonChip(forms.Form):
    person = forms.ChoiceField(label=later("Person"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = get_user_model().objects.filter(is_staff=True).order_by("username")
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (PROGRAM, capfirst(_("the program"))),
            *(
                (each.username, f"{each.get_full_name() or each.username} ({each.username})")
                for each in people
            ),
        ]


class DeedChip(forms.Form):
    action = forms.ChoiceField(label=later("Deed"), choices=sorted(deeds.DEEDS.items(), key=itemgetter(1)))


class SubjectChip(forms.Form):
    about = forms.CharField(
        label=later("Reference"), help_text=later("P123, B12, S45 or R6: payout, batch, seller or run.")
    )


class DaysChip(forms.Form):
    first = forms.DateField(
        label=later("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label=later("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )


CHIPS: tuple[tuple[str, type[forms.Form]], ...] = (
    (later("Person"), PersonChip),
    (later("Deed"), DeedChip),
    (later("About"), SubjectChip),
    (later("Day"), DaysChip),
)


class _Bad(Refused):
    """A filter that cannot be read; the message says what to write."""

    status = 400

    def __init__(self, message: str, *names: str) -> None:
        super().__init__(message)
        self.parameters = names


@pages.page("audit.view_event")
def listed(request: HttpRequest) -> HttpResponse:
    """The events, filtered by person, deed, subject and day."""
    rows, words = _chosen(request)
    # By number, a page of last year would be looked for among all that came since; by time an index finds it.
    by = ("at",) if words.keys() & {"first", "last"} else ("action",) if _deed_alone(words) else ()
    page = keyset.page(request, rows.select_related("actor", "seal"), by=by)
    things = subjects.named(page.rows)
    currencies = _currencies(event.subject_id for event in page.rows if event.subject_type == _BATCH)
    return pages.render(
        request,
        "admin/audit/event/list.html",
        {
            "title": _("Audit"),
            "lead": _(
                "Append-only. A sealer chains the events by hash, and keeps the head outside the database."
            ),
            "verbs": _export(request),
            "chips": _chips(request, words),
            "rows": [
                {
                    "event": event,
                    "about": subjects.about(event, things),
                    "deed": deeds.said(event.action),
                    "door": deeds.DOORS.get(event.via, event.via),
                    "facts": deeds.facts(
                        subjects.facts(event, things),
                        action=event.action,
                        currency=_currency(event, currencies),
                        by_program=event.actor_id is None,
                    ),
                    "sealed": hasattr(event, "seal"),
                }
                for event in page.rows
            ],
            "pager": page,
            "empty_title": _("No such deed") if words else _("No deed yet"),
            "empty_text": _("Take a filter away.")
            if words
            else _("What people and the program do stands here."),
        },
    )


def _currencies(ids: Iterable[int | None]) -> dict[int, str]:
    """The currencies of batches: an older event of one tells its total alone."""
    wanted = {each for each in ids if each is not None}
    return dict(Batch.objects.filter(pk__in=wanted).values_list("pk", "currency")) if wanted else {}


def _currency(event: Event, currencies: Mapping[int, str]) -> str:
    return currencies.get(event.subject_id or 0, "") if event.subject_type == _BATCH else ""


EXPORTED = {
    "person": "person",
    "action": "action",
    "about": "about",
    "first": "done_after",
    "last": "done_before",
}
"""What the filter of the export of deeds calls each of the page's."""


def _export(request: HttpRequest) -> list[dict[str, str]]:
    """The way to a file of exactly these rows."""
    if "payouts.request_export" not in pages.permissions(request):
        return []
    given = {name: request.GET.get(name, "").strip() for name in EXPORTED}
    query = {EXPORTED[name]: value for name, value in given.items() if value}
    url = f"{reverse('admin:payouts_export_new')}?{urlencode({'kind': 'deeds', **query})}"
    return [{"label": _("Export these rows"), "url": url}]


def _check_names(request: HttpRequest) -> None:
    """Raises `_Bad` for a filter that is none: a typing error must not silently mean every deed."""
    unknown = sorted(set(request.GET) - {*EXPORTED, *keyset.PLACE, *ALWAYS})
    if unknown:
        raise _Bad(
            sentences(
                _("“{name}” is no filter of deeds.").format(name=unknown[0][:40]), use_one_of(EXPORTED)
            ),
            *unknown,
        )


def _chosen(request: HttpRequest) -> "tuple[QuerySet[Event], dict[str, str]]":
    """What the address selects, and each filter that is set in words. Raises `_Bad`."""
    _check_names(request)
    rows, words = Event.objects.all(), {}
    given = {name: request.GET.get(name, "").strip() for name in EXPORTED}
    if given["person"] == PROGRAM:
        rows, words["person"] = rows.filter(actor=None), _("By {who}").format(who=_("the program"))
    elif given["person"]:
        person = get_user_model().objects.filter(username=given["person"]).first()
        if person is None:
            raise UnknownChoice(_("Person"), given["person"], name="person")
        rows = rows.filter(actor=person)
        words["person"] = _("By {who}").format(who=person.get_full_name() or person.get_username())
    if given["action"]:
        if given["action"] not in deeds.DEEDS:
            raise UnknownChoice(_("Deed"), given["action"], name="action")
        rows, words["action"] = (
            rows.filter(**_one(given["action"], alone=_deed_alone(filter(given.get, given)))),
            _("Deed is: {action}").format(action=deeds.said(given["action"]).lower()),
        )
    if given["about"]:
        rows, words["about"] = (
            rows.filter(**_subject(given["about"])),
            _("About {about}").format(about=given["about"].upper()),
        )
    first, last = _day("first", given["first"]), _day("last", given["last"])
    if first and last and first > last:
        raise _Bad(_("The last day lies before the first: exchange the two."), "last")
    if first:
        rows = rows.filter(at__gte=_midnight(first))
        words["first"] = _("From {first}").format(first=dated(first, "medium"))
    if last:
        rows = rows.filter(at__lt=_midnight(last + timedelta(days=1)))
        words["last"] = _("Until {last}").format(last=dated(last, "medium"))
    return rows, words


def _deed_alone(filters: Iterable[str]) -> bool:
    """Whether the kind of deed is all that is asked for, by the names of the filters that are set."""
    return set(filters) == {"action"}


def _one(action: str, *, alone: bool) -> dict[str, Any]:
    """Deeds of this kind. Of all that people did, they are asked for as a range, and sorted by kind and number: their
    index gives them so. Of what is equal PostgreSQL takes the order to be that of numbers alone, and looks through all
    that came since the last of them.
    """
    return {"action__range": (action, action)} if alone else {"action": action}


def _subject(reference: str) -> dict[str, Any]:
    found = re.fullmatch(r"([PBSR])(\d{1,18})", reference.upper(), re.ASCII)
    if found is None:
        words = _(
            "That is no reference. Write P123 for a payout, B12 for a batch, S45 for a seller, R6 for a run."
        )
        raise _Bad(labelled(reference[:40], words), "about")
    return {"subject_type": SUBJECTS[found[1]], "subject_id": int(found[2])}


def _day(name: str, text: str) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError as error:
        words = _("That is no date. Write year, month and day, as in 2026-11-30.")
        raise _Bad(labelled(text[:40], words), name) from error
    if day is not None and not 1990 <= day.year <= 2200:
        raise _Bad(labelled(text[:40], _("The year must lie between 1990 and 2200.")), name)
    return day


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def _chips(request: HttpRequest, words: dict[str, str]) -> list[dict[str, Any]]:
    """The filters that are set, to change or take away, then those that can be added."""
    keep = [(name, value) for name, value in request.GET.items() if name not in ("before", "after")]
    shown: list[dict[str, Any]] = [
        worklists.changeable(
            text,
            _without(request, name),
            next(form for _unused, form in CHIPS if name in form.base_fields),
            keep,
            request.GET.dict(),
            named=f"{name}_",
        )
        for name, text in words.items()
    ]
    for label, form in CHIPS:
        if words.keys().isdisjoint(form.base_fields):
            shown.append(worklists.offered(label, form, keep))
    return shown


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    for each in (name, "before", "after"):
        query.pop(each, None)
    return f"?{query.urlencode()}"


urlpatterns = [path("audit/", listed, name="audit_event_list")]
