"""Exports: ask for one from any filtered list, watch it being written, fetch it. Everybody sees their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.audit.errors import NotAllowed, Refused
from backoffice.doors import keyset, pages
from payouts.models import Export, ExportStatus
from payouts.operations import exporting
from payouts.queries import filters, worklist

_NOT_FILTERS = ("before", "after", "sort", "back", "whole")
_OPEN = (ExportStatus.WAITING, ExportStatus.RUNNING)


class FormatForm(forms.Form):
    """Which format."""

    format = forms.ChoiceField(
        choices=[
            ("xlsx", "Excel workbook (.xlsx), with totals per currency"),
            ("csv", "CSV, for other programs"),
        ],
        initial="xlsx",
        widget=forms.RadioSelect,
    )


@dataclass(frozen=True)
class Row:
    """One export as the list shows it."""

    export: Export
    words: str
    size: str

    @property
    def open(self) -> bool:
        return self.export.status in _OPEN

    @property
    def ready(self) -> bool:
        return self.export.status == ExportStatus.READY


def _row(export: Export, now: datetime) -> Row:
    done, total = export.rows_done, export.rows_total
    if export.status == ExportStatus.WAITING:
        waited = (now - export.requested_at).total_seconds()
        words = "Waits for a worker" + (": none has come yet, it stays in the queue" if waited > 60 else "")
    elif total is None:
        words = "Counting"
    else:
        left = _left(export, now)
        words = f"{done:,} of {total:,} rows{', ' if left else ''}{left}"
    size = filesizeformat(export.file_bytes) if export.file_bytes is not None else ""
    return Row(export, words, size)


def _left(export: Export, now: datetime) -> str:
    """The time left by the pace so far; nothing while there is no pace to speak of."""
    if not (export.rows_done and export.rows_total and export.started_at):
        return ""
    seconds = (now - export.started_at).total_seconds()
    left = seconds / export.rows_done * (export.rows_total - export.rows_done)
    if seconds < 2:
        return ""
    return f"about {round(left / 60)} min left" if left >= 90 else f"about {max(round(left), 1)} s left"


@pages.page("payouts.request_export")
def listed(request: HttpRequest) -> HttpResponse:
    """My exports, newest first, the ones being written with live progress."""
    page = keyset.page(request, Export.objects.filter(requested_by=request.user.pk))
    now = database_now()
    return pages.render(
        request,
        "admin/payouts/export/list.html",
        {
            "title": "Exports",
            "lead": "What you asked for. Only you can fetch it, and only while it is kept.",
            "verbs": [{"label": "Export payouts", "url": reverse("admin:payouts_export_new")}],
            "rows": [_row(export, now) for export in page.rows],
            "pager": page,
            "empty_title": "No export yet",
            "empty_text": "Filter the payouts, then press “Export these rows”: the file holds exactly that list.",
            "empty_url": reverse("admin:payouts_payout_list"),
            "empty_label": "See the payouts",
        },
    )


@pages.page("payouts.request_export")
def new(request: HttpRequest) -> HttpResponse:
    """What the file will hold, and in which format; then it is asked for."""
    query = _query(request)
    chosen = filters.read(query)
    form = FormatForm(request.POST if request.method == "POST" and "format" in request.POST else None)
    if form.is_bound and form.is_valid():
        return _ask(request, query, form.cleaned_data["format"])
    found = worklist.totals_of(chosen)
    back = f"{reverse('admin:payouts_payout_list')}?{query.urlencode()}"
    if found.count == 0:
        what = "No payout matches this filter, so the file would be empty. Take a filter away, then export."
        return pages.render(
            request, "admin/refused.html", {"title": "Nothing to export", "what": what, "back_url": back}
        )
    count = f"{found.count:,}" if found.exact else f"more than {found.count:,}"
    noun = "payout" if found.count == 1 and found.exact else "payouts"
    return pages.render(
        request,
        "admin/payouts/export/new.html",
        {
            "title": f"Export {count} {noun}",
            "lead": f"{chosen.in_words()}. Newest first, one row a payout.",
            "form": form,
            "verb": f"Export {count} {noun}",
            "hidden": [("query", query.urlencode())],
            "totals": found,
            "noun": noun,
            "back_url": back,
            "back_label": "Payouts",
        },
    )


def _query(request: HttpRequest) -> QueryDict:
    """The list's filter: in the address, or sent along by a form."""
    sent = request.POST.get("query") if request.method == "POST" else None
    query = QueryDict(sent, mutable=True) if sent is not None else request.GET.copy()
    for name in _NOT_FILTERS:
        query.pop(name, None)
    return query


def _ask(request: HttpRequest, query: QueryDict, format: str) -> HttpResponse:
    try:
        made = exporting.request(
            filters=query.urlencode(), format=format, actor=pages.actor(request), now=database_now()
        )
    except NotAllowed:
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request, f"{made.file_name} is being written. You can leave this page and come back."
        )
    return redirect("admin:payouts_export_list")


@pages.page("payouts.request_export")
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The cell that says how far one export is; it asks for itself again while there is something to see."""
    export = get_object_or_404(Export, pk=pk, requested_by=request.user.pk)
    context: dict[str, Any] = {"row": _row(export, database_now())}
    return render(request, "admin/payouts/export/state.html", context)


@pages.page("payouts.request_export")
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for who asked for it; that it was fetched is written down."""
    found = exporting.download(export_id=pk, actor=pages.actor(request), now=database_now())
    values: dict[str, Any] = {"as_attachment": True, "filename": found.name, "content_type": found.media_type}
    return FileResponse(found.file, **values)  # type: ignore[return-value]  # the stubs make it no HttpResponse


urlpatterns = [
    path("exports/", listed, name="payouts_export_list"),
    path("exports/new/", new, name="payouts_export_new"),
    path("exports/<int:pk>/state/", state, name="payouts_export_state"),
    path("exports/<int:pk>/download/", download, name="payouts_export_download"),
]
