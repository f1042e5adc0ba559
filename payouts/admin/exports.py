"""The exports of one person: watched while they are written, cancelled, fetched. Everybody sees their own."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import filesizeformat
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import NotAllowed, Refused
from backoffice.doors import keyset, pace, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import ended, labelled, later, number, sentences
from payouts.admin import _behind
from payouts.exports import kinds
from payouts.models import Export, ExportSchedule, ExportStatus
from payouts.operations import export_links, exporting
from payouts.queries import deciding, schedules
from sellers.ledger.money import Money

_OPEN = (ExportStatus.WAITING, ExportStatus.RUNNING)


class ShowChip(forms.Form):
    show = forms.ChoiceField(
        label=later("Only"),
        choices=[
            ("ready", later("ready and not fetched yet")),
            ("failed", later("failed in the last three days")),
        ],
    )


CHIPS = {"show": ShowChip}


@dataclass(frozen=True)
class Row:
    """One export as the list shows it."""

    export: Export
    words: str
    size: str
    compares: bool
    """Whether what changed since it can be told."""
    schedule: ExportSchedule | None = None
    """Which schedule of its requester's had it made."""

    @property
    def title(self) -> str:
        known = kinds.KINDS.get(self.export.kind)
        return known.called if known else self.export.kind

    @property
    def sums(self) -> list[Money]:
        """What its rows add up to, in each currency."""
        return [Money(minor, code) for code, _rows, minor in self.export.totals]

    @cached_property
    def filter(self) -> str:
        """Its filter in the reader's words."""
        return kinds.filter_in_words(self.export)

    @property
    def list_url(self) -> str:
        """The list that its filter selects, as it is now; empty where its rows are no list of payouts."""
        query = _behind.payouts_of(self.export)
        return f"{reverse('admin:payouts_payout_list')}?{query.urlencode()}" if query is not None else ""

    @property
    def lines_url(self) -> str:
        """Where the lines that its payouts are made of are asked for; empty where its rows are none."""
        query = _behind.payouts_of(self.export)
        if query is None or self.export.kind == "lines":
            return ""
        query["kind"] = "lines"
        return f"{reverse('admin:payouts_export_new')}?{query.urlencode()}"

    @property
    def behind_url(self) -> str:
        """Where the rows stand that its totals are the sums of; empty where they are payouts, or their lines."""
        return "" if _behind.payouts_of(self.export) is not None else _behind.of_export(self.export)

    @property
    def rest(self) -> str:
        """What there is to say after the filter's words."""
        return f". {_(self.export.order_text)}" if self.export.order_text else ""

    @property
    def holds(self) -> str:
        """What the file holds, in words."""
        found = labelled(self.title, self.filter)
        if self.export.order_text:
            found = sentences(ended(found), _(self.export.order_text))
        return found

    @property
    def changed(self) -> str:
        """How many rows came, changed and went since the export that it is compared with."""
        export = self.export
        if export.since is None:
            return ""
        if export.rows_new is None:
            return _("What changed since {file_name}").format(file_name=export.since.file_name)
        return _(
            "Since {file_name}: {rows_new} new, {rows_changed} changed, {rows_withdrawn} withdrawn"
        ).format(
            file_name=export.since.file_name,
            rows_new=number(export.rows_new),
            rows_changed=number(export.rows_changed or 0),
            rows_withdrawn=number(export.rows_withdrawn or 0),
        )

    @property
    def open(self) -> bool:
        return self.export.status in _OPEN

    @property
    def ready(self) -> bool:
        return self.export.status == ExportStatus.READY


def _row(export: Export, now: datetime, schedule: ExportSchedule | None = None) -> Row:
    done, total = export.rows_done, export.rows_total
    if export.status == ExportStatus.WAITING:
        waited = (now - export.requested_at).total_seconds()
        words = _("Waits for a worker") + (
            _(": none has come yet, it stays in the queue") if waited > 60 else ""
        )
    elif total is None:
        words = _("Counting")
    else:
        left = pace.time_left(done=export.rows_done, total=total, since=export.started_at, now=now)
        words = ngettext(
            "{done} of {total} row{value}{left}", "{done} of {total} rows{value}{left}", total
        ).format(done=number(done), total=number(total), value=", " if left else "", left=left)
    size = filesizeformat(export.file_bytes) if export.file_bytes is not None else ""
    compares = export.hashes_until is not None and export.hashes_until > now
    return Row(export, words, size, compares, schedule)


@pages.page("payouts.request_export", knows=Known(*keyset.PLACE, *CHIPS))
def listed(request: HttpRequest) -> HttpResponse:
    """My exports, newest first, the ones being written with live progress."""
    rows = Export.objects.filter(requested_by=request.user.pk).select_related("since")
    show = worklists.chosen(request, CHIPS).get("show")
    if show is not None:
        asked = deciding.finished_exports if show == "ready" else deciding.failed_exports
        rows = rows.filter(pk__in=asked(person_id=request.user.pk or 0))
    page = keyset.page(request, rows)
    now = database_now()
    by_schedule = schedules.schedules_of([export.pk for export in page.rows])
    return pages.render(
        request,
        "admin/payouts/export/list.html",
        {
            "title": _("Exports"),
            "lead": _("What you asked for. Only you can fetch it, and only while it is kept."),
            "verbs": _verbs(request),
            "chips": worklists.set_chips(request, CHIPS),
            "rows": [_row(export, now, by_schedule.get(export.pk)) for export in page.rows],
            "pager": page,
            "empty_title": _("No export yet"),
            "empty_text": _(
                "Filter the payouts, then press “Export these rows”: the file holds exactly that list."
            ),
            "empty_url": reverse("admin:payouts_payout_list"),
            "empty_label": _("See the payouts"),
        },
    )


def _verbs(request: HttpRequest) -> list[dict[str, str]]:
    shown = [{"label": _("New export"), "url": reverse("admin:payouts_export_choose"), "kind": "main"}]
    if "payouts.view_exportschedule" in pages.permissions(request):
        shown.append({"label": _("Schedules"), "url": reverse("admin:payouts_schedule_list")})
    return shown


@pages.page("payouts.request_export")
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """What the row of one export says of how far it is; it asks for itself again while there is something to see."""
    export = get_object_or_404(Export.objects.select_related("since"), pk=pk, requested_by=request.user.pk)
    context: dict[str, Any] = {"row": _row(export, database_now()), "along": True}
    return render(request, "admin/payouts/export/state.html", context)


@require_POST
@pages.page("payouts.request_export")
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """It is not wanted any more."""
    try:
        found = exporting.cancel(export_id=pk, actor=pages.actor(request), now=database_now())
    except (NotAllowed, exporting.UnknownExport):
        raise
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("{file_name} is cancelled.").format(file_name=found.file_name))
    return redirect("admin:payouts_export_list")


@require_POST
@pages.page("payouts.request_export")
def link(request: HttpRequest, pk: int) -> HttpResponse:
    """An address that fetches the file once, and straight on to it."""
    made = export_links.make(export_id=pk, actor=pages.actor(request), now=database_now())
    return redirect(
        f"{reverse('admin:payouts_export_download', args=[pk])}?{urlencode({'token': made.token})}"
    )


@require_GET  # a HEAD, as previews and scanners send, would spend the link
@pages.page("payouts.request_export")
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """The file, for who asked for it, once a link; that it was fetched is written down."""
    found = export_links.fetch(
        export_id=pk, token=request.GET.get("token", ""), actor=pages.actor(request), now=database_now()
    )
    values: dict[str, Any] = {"as_attachment": True, "filename": found.name, "content_type": found.media_type}
    return FileResponse(found.file, **values)  # type: ignore[return-value]  # the stubs make it no HttpResponse


urlpatterns = [
    path("exports/", listed, name="payouts_export_list"),
    path("exports/<int:pk>/state/", state, name="payouts_export_state"),
    path("exports/<int:pk>/cancel/", cancel, name="payouts_export_cancel"),
    path("exports/<int:pk>/link/", link, name="payouts_export_link"),
    path("exports/<int:pk>/download/", download, name="payouts_export_download"),
]
