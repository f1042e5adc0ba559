"""Asking for an export: of a filtered list or of one's choice, with its filter, columns and format."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import NotAllowed, Refused
from backoffice.doors import pages
from backoffice.words import ended, later, number, sentences, together
from payouts.admin.export_since import FormatForm
from payouts.exports import kinds
from payouts.exports.columns import columns_of
from payouts.exports.definition import Definition
from payouts.models import Export, ExportTemplate
from payouts.operations import export_templates, exporting
from payouts.queries import currencies, filter_fields, filters, references, worklist

_EARLIER = 10
_NOT_FILTERS = (*filters.NOT_FILTERS, "kind", "template", "since")
# Of the many filters of payouts the page offers those that an accountant's files need; an address may hold any.
OFFERED = ("status", "country", "created_after", "created_before", "moved_from", "moved_until")


class ExportForm(FormatForm):
    """Format and columns; the filter's own fields come before them where no list chose the rows."""

    since = forms.TypedChoiceField(label=later("Rows"), coerce=int, empty_value=None, required=False)
    columns = forms.MultipleChoiceField(
        label=later("Columns, all when none is ticked"), widget=forms.CheckboxSelectMultiple, required=False
    )
    save_as = forms.CharField(
        label=later("Keep these columns as a template named"), max_length=60, required=False
    )
    shared = forms.BooleanField(label=later("Share the template with everybody who exports"), required=False)

    def __init__(
        self,
        definition: Definition,
        offered: dict[str, forms.Field],
        earlier: Iterable[Export],
        *args: Any,
        **values: Any,
    ) -> None:
        super().__init__(*args, **values)
        self.fields["since"].choices = [  # type: ignore[attr-defined]
            ("", _("All of them")),
            *(
                (
                    each.pk,
                    _("What changed since {file_name}: {filters_text}").format(
                        file_name=each.file_name, filters_text=kinds.filter_in_words(each)
                    ),
                )
                for each in earlier
            ),
        ]
        if len(self.fields["since"].choices) == 1:  # type: ignore[attr-defined]
            del self.fields["since"]
        columns = columns_of(definition.resource())
        optional = [_(each.column_name) for each in columns if each.optional]
        if optional:
            self.fields["columns"].label = _("Columns; when none is ticked, all but {names}").format(
                names=together(optional)
            )
        self.fields["columns"].choices = [(c.name, _(c.column_name)) for c in columns]  # type: ignore[attr-defined]
        self.offered = list(offered)
        self.fields = {**offered, **self.fields}
        currency = offered.get("currency")
        if isinstance(currency, filter_fields.CodesField):
            self._shorten(currency)

    def _shorten(self, currency: filter_fields.CodesField) -> None:
        """Of all the currencies there are, boxes for those in use and those that were chosen; any is taken."""
        wanted = currencies.in_use() | set(currency.to_python(self["currency"].value()))
        known = cast(Iterable[tuple[str, str]], currency.choices)
        currency.widget.choices = [each for each in known if each[0] in wanted]


def _offered(definition: Definition, query: QueryDict) -> dict[str, forms.Field]:
    """The filter's fields to fill in on this page: none where the list of payouts was filtered already."""
    if definition.kind == "payouts":
        return {}
    form = definition.filter(query).form
    found = {}
    for name, field in form.fields.items():
        if definition.filter is filters.PayoutFilter and (name not in OFFERED or name in query):
            continue
        if isinstance(field, filter_fields.MomentField | filter_fields.DayField):
            field.widget = forms.DateInput(attrs={"type": "date"})
        found[name] = field
    return found


@pages.page("payouts.request_export")
def choose(request: HttpRequest) -> HttpResponse:
    """Every export this person may ask for."""
    found = kinds.open_to(pages.permissions(request))
    return pages.render(
        request,
        "admin/payouts/export/choose.html",
        {
            "title": _("New export"),
            "lead": _("Choose what the file holds. To export some payouts, filter their list first."),
            "rows": [
                {"kind": each, "url": f"{reverse('admin:payouts_export_new')}?kind={each.kind}"}
                for each in found
            ],
            "back_url": reverse("admin:payouts_export_list"),
            "back_label": _("Exports"),
        },
    )


@pages.page("payouts.request_export")
def new(request: HttpRequest) -> HttpResponse:
    """What the file will hold, and in which format; then it is asked for."""
    source = request.POST if request.method == "POST" else request.GET
    definition = kinds.get(source.get("kind") or "payouts")
    kinds.require(definition, pages.permissions(request))
    query = _query(request)
    offered = _offered(definition, query)
    template = _template(request, definition)
    initial = {
        name: query.getlist(name) if len(query.getlist(name)) > 1 else query.get(name) for name in offered
    }
    if template is not None:
        initial["columns"] = template.columns
    sent = request.method == "POST" and "format" in request.POST
    earlier = exporting.comparable(
        user_id=pages.actor(request).person_id, now=database_now(), kind=definition.kind
    )[:_EARLIER]
    form = ExportForm(definition, offered, earlier, request.POST if sent else None, initial=initial)
    if sent:
        for name in form.offered:
            query.setlist(name, [value for value in request.POST.getlist(name) if value])
    if sent and form.is_valid():
        try:
            made = _ask(request, definition, query, form)
        except NotAllowed:
            raise
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("{file_name} is being written. You can leave this page and come back.").format(
                    file_name=made.file_name
                ),
            )
            return redirect("admin:payouts_export_list")
    chosen = (
        definition.chosen(query, now=database_now()) if not sent or definition.kind == "payouts" else None
    )
    if chosen is not None:
        references.check(chosen)
    return _page(request, definition, query, form, chosen)


def _page(
    request: HttpRequest,
    definition: Definition,
    query: QueryDict,
    form: ExportForm,
    chosen: filters.ListFilter | None,
) -> HttpResponse:
    counted = definition.kind == "payouts" and chosen is not None
    found = worklist.totals_of(chosen) if isinstance(chosen, filters.PayoutFilter) and counted else None
    listed = reverse("admin:payouts_payout_list")
    back = f"{listed}?{query.urlencode()}" if counted else reverse("admin:payouts_export_choose")
    if found is not None and found.count == 0:
        what = _(
            "No payout matches this filter, so the file would be empty. Take a filter away, then export."
        )
        context = {"title": _("Nothing to export"), "what": what, "back_url": back}
        return pages.render(request, "admin/refused.html", context)
    words = definition.inside if found is None else _counted(found)
    order = definition.order_in_words(_sort(request))
    rest = ended(_(order)) if order else definition.told
    asked = chosen is not None and set(chosen.cleaned) - set(form.offered)
    told = chosen is not None and (asked or not form.offered)
    lead = sentences(ended(definition.in_words(chosen)), rest) if chosen is not None and told else rest
    return pages.render(
        request,
        "admin/payouts/export/new.html",
        {
            "title": _("Export {words}").format(words=words),
            "lead": lead,
            "form": form,
            "verb": _("Export {words}").format(words=words) if counted else _("Export"),
            "hidden": [("query", query.urlencode()), ("kind", definition.kind), ("sort", _sort(request))],
            "totals": found,
            "noun": ngettext("payout", "payouts", found.count if found is not None and found.exact else 2),
            "templates": [
                (
                    each,
                    f"?{_with_template(request, query, definition, each)}",
                    each.owner_id == request.user.pk,
                )
                for each in export_templates.usable(
                    user_id=pages.actor(request).person_id, kind=definition.kind
                )
            ],
            "schedule_url": _schedule_url(request, definition, query),
            "back_url": back,
            "back_label": _("Payouts") if counted else _("New export"),
        },
    )


def _schedule_url(request: HttpRequest, definition: Definition, query: QueryDict) -> str:
    """Where the same is asked for regularly, for whoever may."""
    if "payouts.schedule_export" not in pages.permissions(request):
        return ""
    wanted = query.copy()
    wanted["kind"] = definition.kind
    if _sort(request):
        wanted["sort"] = _sort(request)
    return f"{reverse('admin:payouts_schedule_new')}?{wanted.urlencode()}"


def _counted(found: worklist.Totals) -> str:
    if found.exact:
        return ngettext("{n} payout", "{n} payouts", found.count).format(n=number(found.count))
    return _("more than {n} payouts").format(n=number(found.count))


def _sort(request: HttpRequest) -> str:
    """The order of the list that the rows come from."""
    source = request.POST if request.method == "POST" else request.GET
    return source.get("sort", "")


def _with_template(
    request: HttpRequest, query: QueryDict, definition: Definition, template: ExportTemplate
) -> str:
    found = query.copy()
    if _sort(request):
        found["sort"] = _sort(request)
    found["kind"], found["template"] = definition.kind, str(template.pk)
    return found.urlencode()


def _template(request: HttpRequest, definition: Definition) -> ExportTemplate | None:
    number = request.GET.get("template", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    usable = export_templates.usable(user_id=pages.actor(request).person_id, kind=definition.kind)
    return usable.filter(pk=int(number)).first()


def _query(request: HttpRequest) -> QueryDict:
    """The list's filter: in the address, or sent along by a form."""
    sent = request.POST.get("query") if request.method == "POST" else None
    query = QueryDict(sent, mutable=True) if sent is not None else request.GET.copy()
    for name in _NOT_FILTERS:
        query.pop(name, None)
    return query


@transaction.atomic
def _ask(request: HttpRequest, definition: Definition, query: QueryDict, form: ExportForm) -> Export:
    """The export is asked for and its columns are kept, or neither. Raises `Refused`."""
    values = form.cleaned_data
    actor, now = pages.actor(request), database_now()
    if values["save_as"]:
        export_templates.save(
            kind=definition.kind,
            name=values["save_as"],
            columns=values["columns"],
            shared=values["shared"],
            actor=actor,
            now=now,
        )
    return exporting.request(
        kind=definition.kind,
        filters=query.urlencode(),
        columns=values["columns"],
        sort=_sort(request) if _sort(request).removeprefix("-") in definition.sorts else "",
        since=values.get("since"),
        actor=actor,
        now=now,
        **form.chosen,
    )


@require_POST
@pages.page("payouts.request_export")
def drop_template(request: HttpRequest, pk: int) -> HttpResponse:
    """The template is not offered any more."""
    export_templates.drop(template_id=pk, actor=pages.actor(request), now=database_now())
    messages.success(request, _("The template is gone."))
    return redirect(pages.back_url(request, reverse("admin:payouts_export_choose")))


urlpatterns = [
    path("exports/choose/", choose, name="payouts_export_choose"),
    path("exports/new/", new, name="payouts_export_new"),
    path("exports/templates/<int:pk>/drop/", drop_template, name="payouts_export_template_drop"),
]
