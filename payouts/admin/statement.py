"""The statement of one payout, to print or to send to its seller."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.doors import pages
from backoffice.doors.addresses import Known
from payouts.exports.statements import payout as payout_sheet
from payouts.models import Payout
from payouts.operations import statements
from payouts.queries import languages, payout_statement

KNOWN = Known(lang=languages.LANGUAGES)
SHOWN = 200
"""Lines of each kind on the page; the PDF has them all, or there is none."""


def _find(reference: str) -> Payout:
    return get_object_or_404(payout_statement.rows(), reference=reference.upper())


def _language(request: HttpRequest, payout: Payout) -> str:
    return languages.language_of(payout.seller.country, wanted=request.GET.get("lang", ""))


@require_safe
@pages.page("payouts.view_payout", knows=KNOWN)
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The statement in the seller's language or in that of `?lang=`."""
    payout = _find(reference)
    language = _language(request, payout)
    found = payout_statement.of_payout(payout=payout)
    pdf = reverse("admin:payouts_payout_statement_pdf", args=[payout.reference])
    download = {"label": _("Download the PDF"), "url": f"{pdf}?lang={language}", "kind": "main"}
    context = {
        "title": _("Statement of {reference}").format(reference=payout.reference),
        "sheet": payout_sheet.sheet(found, language=language, most=SHOWN),
        "reference": payout.reference,
        "back_url": reverse("admin:payouts_payout_detail", args=[payout.reference]),
        "back_label": payout.reference,
        "verbs": [] if found.too_long else [download],
        "tabs": [
            {"label": name, "url": f"?lang={code}", "current": code == language}
            for code, name in languages.LANGUAGES.items()
        ],
    }
    return pages.render(request, "admin/payouts/payout/statement.html", context)


@require_safe
@pages.page("payouts.view_payout", knows=KNOWN)
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The statement as a file, with every line; that it was fetched is written down."""
    payout = _find(reference)
    made = statements.of_payout(
        payout_id=payout.pk,
        language=_language(request, payout),
        actor=pages.actor(request),
        now=database_now(),
    )
    return pages.attachment(made.name, made.body, media_type="application/pdf")


urlpatterns = [
    path("payouts/<str:reference>/statement/", page, name="payouts_payout_statement"),
    path("payouts/<str:reference>/statement.pdf", pdf, name="payouts_payout_statement_pdf"),
]
