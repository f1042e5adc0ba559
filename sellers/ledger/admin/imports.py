"""Imports of every kind: the list, choosing a file, and the answers to one."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, pages, worklists
from backoffice.doors.addresses import Known, UnknownChoice
from backoffice.words import later
from payouts.operations import imports
from payouts.queries import deciding, import_words
from sellers.ledger import profiles
from sellers.ledger.admin import _import_detail, _import_words
from sellers.ledger.importing import kinds
from sellers.ledger.models import ImportFile, ImportKind

LABELS = {
    ImportKind.SELLERS: later("Import sellers"),
    ImportKind.STATEMENT: later("Import a bank statement"),
    ImportKind.CORRECTIONS: later("Import corrections"),
    ImportKind.EARNINGS: later("Import earnings"),
}
LEADS = {
    ImportKind.EARNINGS: later(
        "Nothing is imported yet: you see first what the file would add, or every error by row."
    ),
    ImportKind.CORRECTIONS: later(
        "Nothing is posted yet: you see first what the file would change, or every error by "
        "row. Then another person confirms the whole file."
    ),
    ImportKind.STATEMENT: later(
        "Nothing is booked yet: you see first which days and sums it holds, and whether it "
        "follows the statement before it."
    ),
}


class UploadForm(forms.Form):
    """Whose file it is, where there is a choice, and the file."""

    profile = forms.ChoiceField(
        label=later("Source"),
        widget=forms.RadioSelect,
        help_text=later("How the file is written. What each expects stands below."),
    )
    file = forms.FileField(label=later("CSV file"))

    def __init__(self, *args: Any, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(each.name, _(each.title)) for each in profiles.all_profiles(kind)]
        if not choices:
            del self.fields["profile"]
            self.fields["file"].label = _("Statement (camt.053, XML)")
            return
        names = [name for name, _unused in choices]
        self.fields["profile"].choices = choices  # type: ignore[attr-defined]
        self.fields["profile"].initial = "generic" if "generic" in names else names[0]


@pages.page(*_import_words.EVERY_RIGHT, knows=Known("kind", *keyset.PLACE, *worklists.WAITS))
def listed(request: HttpRequest) -> HttpResponse:
    """Every file, newest first, of the kinds that the reader may see."""
    held, seen = pages.permissions(request), _import_words.seen_by(request)
    only = request.GET.get("kind", "")
    if only and only not in seen:
        raise UnknownChoice(_("Kind"), only, name="kind", choices=sorted(seen))
    rows = ImportFile.objects.filter(kind__in=[only] if only else seen).select_related("uploaded_by")
    if whom := worklists.for_whom(request):
        theirs = deciding.corrections(person_id=whom.pk) | deciding.bank_statements(person_id=whom.pk)
        rows = rows.filter(pk__in=theirs)
    page = keyset.page(request, rows, by=("uploaded_at",))
    brings = [kind for kind in LABELS if kinds.of(kind).brings in held]
    verbs = [{"label": LABELS[kind], "url": reverse(_import_words.NEW[kind])} for kind in brings]
    if verbs:
        verbs[-1]["kind"] = "main"
    here = reverse(_import_words.LIST)
    context = {
        "title": _("Imports"),
        "lead": _(
            "Every file that came in, and how far it is. A row that is known already changes "
            "nothing; one bad row refuses the file."
        ),
        "verbs": verbs,
        "chips": worklists.set_chips(request, worklists.WAITS),
        "tabs": [
            {"label": _("All"), "url": here, "current": not only},
            *(
                {"label": ImportKind(kind).label, "url": f"{here}?kind={kind}", "current": only == kind}
                for kind in seen
            ),
        ],
        "rows": [
            {
                "file": file,
                "url": _import_words.url_of(file),
                "sums": _import_words.sums(file),
                "refused": _import_words.refused(file),
                "errors": _import_words.errors(file),
                "trouble": import_words.trouble(file),
                "by": _import_words.who(file),
            }
            for file in page.rows
        ],
        "pager": page,
        **_empty(request, whom, [only] if only else seen, brings),
    }
    return pages.render(request, "admin/ledger/importfile/list.html", context)


def _empty(request: HttpRequest, whom: Any, listed: Sequence[str], brings: Sequence[str]) -> dict[str, str]:
    """What an empty list says to this reader, and where they bring a file of these kinds, if they may. ``whom`` is the
    person it is narrowed to.
    """
    if whom is not None:
        title = (
            _("Nothing waits for you")
            if whom == request.user
            else _("Nothing waits for {name}").format(name=worklists.called(whom))
        )
        return {"empty_title": title, "empty_text": _("Take a filter away.")}
    mine = [kind for kind in brings if kind in listed]
    found = {"empty_title": _("No file yet"), "empty_text": _import_words.advice(listed, mine)}
    if mine:
        found["empty_url"] = reverse(_import_words.NEW[ImportKind(mine[-1])])
        found["empty_label"] = LABELS[ImportKind(mine[-1])]
    return found


def chooser(kind: str) -> Callable[..., HttpResponse]:
    """The page where a file of this kind is chosen."""

    @pages.page(kinds.of(kind).brings)
    def new(request: HttpRequest) -> HttpResponse:
        """Choose a source and a file; nothing is imported before the preview has been seen."""
        form = UploadForm(request.POST or None, request.FILES or None, kind=kind)
        if request.method == "POST" and form.is_valid():
            upload = form.cleaned_data["file"]
            try:
                file = imports.receive(
                    kind=kind,
                    profile=form.cleaned_data.get("profile", ""),
                    stream=upload,
                    name=upload.name,
                    actor=pages.actor(request),
                    now=database_now(),
                )
            except Refused as refusal:
                form.add_error("file", str(refusal))
            else:
                return redirect("admin:ledger_import_detail", pk=file.pk)
        context = {
            "title": LABELS[ImportKind(kind)],
            "lead": LEADS[ImportKind(kind)],
            "form": form,
            "upload": True,
            "verb": _("Check the file"),
            "profiles": [(_(each.title), _(each.about)) for each in profiles.all_profiles(kind)],
            "back_url": reverse(_import_words.LIST),
            "back_label": _("Imports"),
        }
        return pages.render(request, "admin/ledger/importfile/new.html", context)

    return new


@require_POST
@pages.page(*dict.fromkeys(each.confirms for each in kinds.RIGHTS.values()))
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The yes: everything the preview showed stands, or will in a while, or nothing does and why."""
    file = _import_detail.found(request, pk)
    try:
        file = imports.confirm(
            import_file_id=pk,
            actor=pages.actor(request),
            now=database_now(),
            shown=request.POST.get("shown", ""),
        )
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], _import_words.url_of(file))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _import_words.said(file))
    return redirect("admin:ledger_import_detail", pk=pk)


@require_POST
@pages.page(*_import_words.EVERY_RIGHT)
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """The no: the file is dropped, nothing of it is imported."""
    file = get_object_or_404(ImportFile, pk=pk)
    if not pages.permissions(request) & {kinds.of(file.kind).brings, kinds.of(file.kind).confirms}:
        raise PermissionDenied(_("Your role drops no import of this kind."))
    try:
        file = imports.drop(import_file_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], _import_words.url_of(file))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.info(request, _("“{file}” was dropped. Nothing of it was imported.").format(file=file.name))
    return redirect(_import_words.LIST)


urlpatterns = [
    path("imports/", listed, name="ledger_import_list"),
    path("imports/earnings/new/", chooser(ImportKind.EARNINGS), name="ledger_import_new"),
    path("imports/corrections/new/", chooser(ImportKind.CORRECTIONS), name="ledger_corrections_new"),
    path("imports/statements/new/", chooser(ImportKind.STATEMENT), name="ledger_statement_new"),
    path("imports/<int:pk>/confirm/", confirm, name="ledger_import_confirm"),
    path("imports/<int:pk>/drop/", drop, name="ledger_import_drop"),
    *_import_detail.urlpatterns,
]
