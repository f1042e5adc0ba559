"""Imports of sellers: choose a file, see every change and every error by row, then apply it. All imports: /imports/."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, pages
from backoffice.doors.addresses import Known
from backoffice.words import later, number
from payouts.operations import imports
from payouts.queries import import_words
from sellers import importing, row_words
from sellers.ledger.importing import posting
from sellers.ledger.models import ImportFile, ImportKind, ImportStatus
from sellers.models import SellerFile, SellerFileRow, SellerFileStatus

IMPORT = "sellers.import_sellers"
SEE = (IMPORT, "ledger.view_importfile")
MEANINGS = {"CHECKED": "waiting", "REFUSED": "stopped", "APPLIED": "done", "DROPPED": "neutral"}


class UploadForm(forms.Form):
    """Whose file it is, and the file."""

    profile = forms.ChoiceField(
        label=later("Source"),
        widget=forms.RadioSelect,
        help_text=later("How the file is written. What each expects stands below."),
    )
    file = forms.FileField(label=later("CSV file"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.name, _(each.title)) for each in importing.all_profiles()]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        self.fields["profile"].initial = "generic"


@pages.page(IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a source and a file; nothing changes before the preview has been seen."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            job = imports.receive(
                kind=ImportKind.SELLERS,
                stream=upload,
                name=upload.name,
                profile=form.cleaned_data["profile"],
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("admin:ledger_import_detail", pk=job.pk)
    context = {
        "title": _("Import sellers"),
        "lead": _("Nothing changes yet: you see first who is new, what would change, or every error by row."),
        "form": form,
        "upload": True,
        "verb": _("Check the file"),
        "profiles": [(_(each.title), _(each.about)) for each in importing.all_profiles()],
        "back_url": reverse("admin:ledger_import_list"),
        "back_label": _("Imports"),
    }
    return pages.render(request, "admin/sellers/sellerfile/new.html", context)


@pages.page(*SEE, knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: every change while it waits, every error when it was refused, the counts when it is in."""
    file = get_object_or_404(SellerFile.objects.defer("content").select_related("uploaded_by"), pk=pk)
    page = keyset.page(request, file.rows.all(), newest_first=False)
    refused = file.status == SellerFileStatus.REFUSED
    unread = refused and not file.row_count
    job = _job(file)
    if job is not None and job.status in posting.UNDER_WAY:
        return redirect("admin:ledger_import_detail", pk=job.pk)
    failed = job is not None and job.status == ImportStatus.FAILED
    may = IMPORT in pages.permissions(request)
    for row in page.rows:
        row.error = row_words.said(row.error)
    context = {
        "title": file.name,
        "file": file,
        "job": job,
        "trouble": "" if job is None else import_words.trouble(job),
        "by": who(file),
        "word": ImportStatus.FAILED.label
        if failed
        else _("Refused: could not be read")
        if unread
        else file.get_status_display(),
        "meaning": "stopped" if failed else MEANINGS[file.status],
        "profile": next(
            (_(each.title) for each in importing.all_profiles() if each.name == file.profile), file.profile
        ),
        "unread": unread,
        "wrong": _("The file could not be read") if unread else _("The file has errors"),
        "errors": page.rows if refused else [],
        "rows": [] if refused else [_shown(row) for row in page.rows],
        "figures": []
        if refused or failed
        else [
            (_("New"), number(file.new_count), _("unverified until somebody looks")),
            (_("Changed"), number(file.changed_count), _("known with other values")),
            (_("As they were"), number(file.same_count), _("nothing to do")),
        ],
        "pager": page,
        "count": file.new_count + file.changed_count,
        "copy_url": reverse("admin:ledger_import_copy", args=[job.pk])
        if job is not None and refused and may
        else "",
        "waits": file.status == SellerFileStatus.CHECKED and not failed,
        "may": may,
        "back_url": reverse("admin:ledger_import_list"),
        "back_label": _("Imports"),
        "reference": file.name,
        "timeline_entries": None,
    }
    return pages.render(request, "admin/sellers/sellerfile/detail.html", context)


@require_POST
@pages.page(IMPORT)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The yes: sellers stand as the preview showed, or nothing changes and why."""
    file = get_object_or_404(SellerFile.objects.defer("content"), pk=pk)
    job = _job(file)
    try:
        if job is None:
            importing.apply(file_id=pk, actor=pages.actor(request), now=database_now())
        else:
            job = imports.confirm(import_file_id=job.pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:sellers_import_detail", args=[pk]))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        if job is not None and job.status == ImportStatus.POSTING:
            messages.success(
                request,
                _("“{file}” is being applied. You may leave this page and come back.").format(file=file.name),
            )
            return redirect("admin:ledger_import_detail", pk=job.pk)
        file.refresh_from_db(fields=["new_count", "changed_count", "same_count"])
        messages.success(
            request,
            ngettext(
                "{new_count} seller added, {changed_count} changed, {same_count} as before.",
                "{new_count} sellers added, {changed_count} changed, {same_count} as before.",
                file.new_count,
            ).format(
                new_count=number(file.new_count),
                changed_count=number(file.changed_count),
                same_count=number(file.same_count),
            ),
        )
    return redirect("admin:sellers_import_detail", pk=pk)


@require_POST
@pages.page(IMPORT)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The no: the file and its content are dropped."""
    file = get_object_or_404(SellerFile.objects.defer("content"), pk=pk)
    job = _job(file)
    try:
        if job is None:
            importing.drop(file_id=pk, actor=pages.actor(request), now=database_now())
        else:
            imports.drop(import_file_id=job.pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:sellers_import_detail", args=[pk]))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("“{file}” was dropped. No seller was changed.").format(file=file.name))
    return redirect("admin:ledger_import_list")


def _job(file: SellerFile) -> ImportFile | None:
    """The import that the file came by; none where a program checked it by itself."""
    return ImportFile.objects.filter(seller_file=file).first()


def who(file: SellerFile) -> str:
    """Whose import it was, as people are called."""
    return (
        _("the system")
        if file.uploaded_by is None
        else str(file.uploaded_by.get_full_name() or file.uploaded_by)
    )


def _shown(row: SellerFileRow) -> tuple[SellerFileRow, list[tuple[str, str, str]]]:
    return row, [(said(name), before, after) for name, before, after in row.changes]


def said(field: str) -> str:
    """A field's name as people say it."""
    return field.replace("_", " ").capitalize()


urlpatterns = [
    path("imports/sellers/new/", new, name="sellers_import_new"),
    path("imports/sellers/<int:pk>/", detail, name="sellers_import_detail"),
    path("imports/sellers/<int:pk>/confirm/", confirm, name="sellers_import_confirm"),
    path("imports/sellers/<int:pk>/drop/", drop, name="sellers_import_drop"),
]
