"""Asking what changed since an earlier export: its rows and columns again, of those only what is not as it was."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.audit.errors import NotAllowed, Refused
from backoffice.doors import pages
from backoffice.words import ended, gap, later
from payouts.exports import kinds
from payouts.exports.formats import FORMATS, LOCALES
from payouts.models import Export
from payouts.operations import exporting


def _own_language() -> str:
    """The reader's, where files are written in it."""
    language = get_language() or "en"
    return language if language in LOCALES else "en"


class FormatForm(forms.Form):
    """What a file is written in."""

    format = forms.ChoiceField(
        label=later("Format"),
        choices=lambda: [(name, _(form.words)) for name, form in FORMATS.items()],
        initial="xlsx",
        widget=forms.RadioSelect,
    )
    locale = forms.ChoiceField(
        label=later("Language of Excel files"),
        choices=lambda: [(name, _(words)) for name, words in LOCALES.items()],
        initial=_own_language,
        required=False,
    )
    compressed = forms.BooleanField(
        label=later("Compress with gzip (workbooks and Parquet are compressed already)"), required=False
    )

    @property
    def chosen(self) -> dict[str, Any]:
        """As `exporting.request` takes it; gzip is left out where the format packs already."""
        values = self.cleaned_data
        packed = values["compressed"] and FORMATS[values["format"]].packs
        return {"format": values["format"], "locale": values["locale"] or "en", "compressed": packed}


@pages.page("payouts.request_export")
def changes(request: HttpRequest, pk: int) -> HttpResponse:
    """In which format; then it is asked for."""
    base = get_object_or_404(Export, pk=pk, requested_by=request.user.pk)
    form = FormatForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = exporting.request_changes(
                since=pk, actor=pages.actor(request), now=database_now(), **form.chosen
            )
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
    order = f"{gap()}{ended(_(base.order_text))}" if base.order_text else ""
    return pages.render(
        request,
        "parts/form.html",
        {
            "title": _("What changed since {file_name}").format(file_name=base.file_name),
            "lead": _(
                "{filters_text}.{order} The file holds only the rows that are new, changed "
                "or withdrawn, and each says which: a changed one as it is now, a withdrawn "
                "one by its key."
            ).format(filters_text=kinds.filter_in_words(base), order=order),
            "form": form,
            "verb": _("Export what changed"),
            "back_url": reverse("admin:payouts_export_list"),
            "back_label": _("Exports"),
        },
    )


urlpatterns = [path("exports/<int:pk>/since/", changes, name="payouts_export_since")]
