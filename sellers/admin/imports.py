"""Imports of sellers: choose a file, see every change and every error by row, then apply it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, pages
from backoffice.words import later, number
from sellers import importing
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
        choices = [(each.name, each.title) for each in importing.all_profiles()]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        self.fields["profile"].initial = "generic"


@pages.page(*SEE)
def listed(request: HttpRequest) -> HttpResponse:
    """Every file of sellers, newest first."""
    may = IMPORT in pages.permissions(request)
    page = keyset.page(request, SellerFile.objects.defer("content").select_related("uploaded_by"))
    context = {
        "title": _("Imports"),
        "lead": _(
            "Files of earnings and of sellers. Sellers that are known change only when you have seen how."
        ),
        "verbs": [{"label": _("Import sellers"), "url": reverse("admin:sellers_import_new"), "kind": "main"}]
        if may
        else [],
        "tabs": [
            {"label": _("Earnings"), "url": reverse("admin:ledger_import_list"), "current": False},
            {"label": _("Sellers"), "url": reverse("admin:sellers_import_list"), "current": True},
        ],
        "rows": [
            {
                "file": file,
                "by": who(file),
                "word": file.get_status_display(),
                "meaning": MEANINGS[file.status],
            }
            for file in page.rows
        ],
        "pager": page,
        "empty_title": _("No file of sellers yet"),
        "empty_text": _("Import a CSV of sellers; bank details are asked for on each seller's page."),
        "empty_url": reverse("admin:sellers_import_new") if may else "",
        "empty_label": _("Import sellers"),
    }
    return pages.render(request, "admin/sellers/sellerfile/list.html", context)


@pages.page(IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a source and a file; nothing changes before the preview has been seen."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        upload = form.cleaned_data["file"]
        try:
            file = importing.check(
                stream=upload,
                name=upload.name,
                profile=form.cleaned_data["profile"],
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("admin:sellers_import_detail", pk=file.pk)
    context = {
        "title": _("Import sellers"),
        "lead": _("Nothing changes yet: you see first who is new, what would change, or every error by row."),
        "form": form,
        "upload": True,
        "verb": _("Check the file"),
        "profiles": [(each.title, each.about) for each in importing.all_profiles()],
        "back_url": reverse("admin:sellers_import_list"),
        "back_label": _("Imports"),
    }
    return pages.render(request, "admin/sellers/sellerfile/new.html", context)


@pages.page(*SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: every change while it waits, every error when it was refused, the counts when it is in."""
    file = get_object_or_404(SellerFile.objects.defer("content").select_related("uploaded_by"), pk=pk)
    page = keyset.page(request, file.rows.all(), newest_first=False)
    refused = file.status == SellerFileStatus.REFUSED
    context = {
        "title": file.name,
        "file": file,
        "by": who(file),
        "word": file.get_status_display(),
        "meaning": MEANINGS[file.status],
        "profile": next(
            (each.title for each in importing.all_profiles() if each.name == file.profile), file.profile
        ),
        "errors": page.rows if refused else [],
        "rows": [] if refused else [_shown(row) for row in page.rows],
        "figures": [
            (_("New"), f"{file.new_count:,}", _("unverified until somebody looks")),
            (_("Changed"), f"{file.changed_count:,}", _("known with other values")),
            (_("As they were"), f"{file.same_count:,}", _("nothing to do")),
        ],
        "pager": page,
        "count": file.new_count + file.changed_count,
        "waits": file.status == SellerFileStatus.CHECKED,
        "may": IMPORT in pages.permissions(request),
        "back_url": reverse("admin:sellers_import_list"),
        "back_label": _("Imports"),
        "reference": file.name,
        "timeline_entries": None,
    }
    return pages.render(request, "admin/sellers/sellerfile/detail.html", context)


@require_POST
@pages.page(IMPORT)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The yes: sellers stand as the preview showed, or nothing changes and why."""
    get_object_or_404(SellerFile.objects.only("pk"), pk=pk)
    try:
        file = importing.apply(file_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:sellers_import_detail", args=[pk]))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("{new_count} sellers added, {changed_count} changed, {same_count} as they were.").format(
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
    get_object_or_404(SellerFile.objects.only("pk"), pk=pk)
    try:
        file = importing.drop(file_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:sellers_import_detail", args=[pk]))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("“{file}” was dropped. No seller was changed.").format(file=file.name))
    return redirect("admin:sellers_import_list")


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
    path("imports/sellers/", listed, name="sellers_import_list"),
    path("imports/sellers/new/", new, name="sellers_import_new"),
    path("imports/sellers/<int:pk>/", detail, name="sellers_import_detail"),
    path("imports/sellers/<int:pk>/confirm/", confirm, name="sellers_import_confirm"),
    path("imports/sellers/<int:pk>/drop/", drop, name="sellers_import_drop"),
]
