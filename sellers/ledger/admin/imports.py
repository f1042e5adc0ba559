"""Imports of earnings: choose a file, see every error by row or what it would add, then import it."""

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from import_export.formats.base_formats import CSV

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, pages
from backoffice.words import later, number
from sellers.ledger import importing, profiles
from sellers.ledger.admin import _copy
from sellers.ledger.models import EarningKind, ImportFile, ImportStatus
from sellers.ledger.money import Money

IMPORT = "ledger.import_earnings"
SEE = (IMPORT, "ledger.view_importfile")


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
        choices = [(each.name, each.title) for each in profiles.all_profiles()]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        self.fields["profile"].initial = "generic"


@pages.page(*SEE, "sellers.import_sellers")
def listed(request: HttpRequest) -> HttpResponse:
    """Every file of earnings, newest first."""
    held = pages.permissions(request)
    page = keyset.page(request, ImportFile.objects.select_related("uploaded_by"))
    verbs = []
    if "sellers.import_sellers" in held:
        verbs.append({"label": _("Import sellers"), "url": reverse("admin:sellers_import_new")})
    if IMPORT in held:
        verbs.append(
            {"label": _("Import earnings"), "url": reverse("admin:ledger_import_new"), "kind": "main"}
        )
    context = {
        "title": _("Imports"),
        "lead": _(
            "Files of earnings and of sellers. A row that is known already changes nothing; "
            "one bad row refuses the file."
        ),
        "verbs": verbs,
        "tabs": [
            {"label": _("Earnings"), "url": reverse("admin:ledger_import_list"), "current": True},
            {"label": _("Sellers"), "url": reverse("admin:sellers_import_list"), "current": False},
        ],
        "rows": [{"file": file, "sums": sums(file), "by": who(file)} for file in page.rows],
        "pager": page,
        "empty_title": _("No file of earnings yet"),
        "empty_text": _("Import a CSV of sales, commissions and refunds; then run payouts."),
        "empty_url": reverse("admin:ledger_import_new") if IMPORT in held else "",
        "empty_label": _("Import earnings"),
    }
    return pages.render(request, "admin/ledger/importfile/list.html", context)


@pages.page(IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    """Choose a source and a file; nothing is imported before the preview has been seen."""
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
            return redirect("admin:ledger_import_detail", pk=file.pk)
    context = {
        "title": _("Import earnings"),
        "lead": _("Nothing is imported yet: you see first what the file would add, or every error by row."),
        "form": form,
        "upload": True,
        "verb": _("Check the file"),
        "profiles": [(each.title, each.about) for each in profiles.all_profiles()],
        "back_url": reverse("admin:ledger_import_list"),
        "back_label": _("Imports"),
    }
    return pages.render(request, "admin/ledger/importfile/new.html", context)


@pages.page(*SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One file: its preview while it waits, its errors when it was refused, its sums when it is in."""
    file = get_object_or_404(ImportFile.objects.select_related("uploaded_by"), pk=pk)
    page = keyset.page(request, file.staged.all(), newest_first=False)
    result = importing.EarningResource().result(page.rows)
    days = importing.moved(page.rows) if file.status == ImportStatus.CHECKED else {}
    for row in page.rows:
        row.moved_to = days.get(row.pk)  # type: ignore[attr-defined]  # for the template, beside the row
    context = {
        "title": file.name,
        "file": file,
        "by": who(file),
        "profile": title_of(file.profile),
        "result": result,
        "pager": page,
        "totals": [
            (EarningKind(kind).label, Money(minor, currency))
            for currency, kinds in sorted(file.totals.items())
            for kind, minor in sorted(kinds.items())
        ],
        "sums": sums(file),
        "may": IMPORT in pages.permissions(request),
        "back_url": reverse("admin:ledger_import_list"),
        "back_label": _("Imports"),
        "reference": file.name,
        "timeline_entries": None,
    }
    return pages.render(request, "admin/ledger/importfile/detail.html", context)


@require_POST
@pages.page(IMPORT)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The yes: everything the preview showed stands in the ledger, or nothing and why."""
    get_object_or_404(ImportFile, pk=pk)
    try:
        file = importing.post(import_file_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:ledger_import_detail", args=[pk]))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said(file))
    return redirect("admin:ledger_import_detail", pk=pk)


@require_POST
@pages.page(IMPORT)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The no: the file is dropped, nothing of it is imported."""
    get_object_or_404(ImportFile, pk=pk)
    try:
        file = importing.drop(import_file_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:ledger_import_detail", args=[pk]))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("“{file}” was dropped. Nothing of it was imported.").format(file=file.name))
    return redirect("admin:ledger_import_list")


@require_safe
@pages.page(*SEE)
def copy(request: HttpRequest, pk: int) -> HttpResponse:
    """The refused file with a column more that says at each row what is wrong; only the errors where it is not kept."""
    file = get_object_or_404(ImportFile, pk=pk)
    found = _copy.made(file)
    if found is None:
        return errors(request, pk=pk)
    values: dict[str, Any] = {
        "as_attachment": True,
        "filename": f"{PurePath(file.name).stem}-with-errors.csv",
        "content_type": "text/csv",
    }
    return FileResponse(found, **values)  # type: ignore[return-value]  # the stubs make it no HttpResponse


@pages.page(*SEE)
def errors(request: HttpRequest, pk: int) -> HttpResponse:
    """Every error of a refused file as a CSV, to mend it by."""
    file = get_object_or_404(ImportFile, pk=pk)
    rows = file.staged.exclude(error="").order_by("row_number", "id")
    dataset = importing.EarningResource().export(rows, export_fields=["line", "error"])
    response = HttpResponse(CSV().export_data(dataset), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="errors-of-import-{file.pk}.csv"'
    return response


def said(file: ImportFile) -> str:
    """What posting did, in a sentence."""
    if not file.new_count:
        return _("Nothing changed: all {known_count} earnings of “{file}” are known already.").format(
            known_count=number(file.known_count), file=file.name
        )
    known = (
        _(", {known_count} known already").format(known_count=number(file.known_count))
        if file.known_count
        else ""
    )
    sellers = (
        _(" {seller_count} new sellers wait for their verification.").format(
            seller_count=number(file.seller_count)
        )
        if file.seller_count
        else ""
    )
    return _("{new_count} earnings imported{known}.{sellers}").format(
        new_count=number(file.new_count), known=known, sellers=sellers
    )


def who(file: ImportFile) -> str:
    """Whose import it was, as people are called."""
    return (
        _("the system")
        if file.uploaded_by is None
        else str(file.uploaded_by.get_full_name() or file.uploaded_by)
    )


def sums(file: ImportFile) -> list[Money]:
    """What the file changes in what we owe, by currency."""
    return [Money(sum(kinds.values()), currency) for currency, kinds in sorted(file.totals.items())]


def title_of(name: str) -> str:
    """A profile's title; its name when the profile is gone."""
    return next((each.title for each in profiles.all_profiles() if each.name == name), name)


urlpatterns = [
    path("imports/", listed, name="ledger_import_list"),
    path("imports/earnings/new/", new, name="ledger_import_new"),
    path("imports/earnings/<int:pk>/", detail, name="ledger_import_detail"),
    path("imports/earnings/<int:pk>/confirm/", confirm, name="ledger_import_confirm"),
    path("imports/earnings/<int:pk>/drop/", drop, name="ledger_import_drop"),
    path("imports/earnings/<int:pk>/copy.csv", copy, name="ledger_import_copy"),
    path("imports/earnings/<int:pk>/errors.csv", errors, name="ledger_import_errors"),
]
