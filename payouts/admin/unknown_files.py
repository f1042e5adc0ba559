"""What stands behind an unknown submission, as downloads: the exact bytes sent, and the papers of findings."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.doors import pages
from payouts.admin import _bank_file
from payouts.admin import unknown as desk
from payouts.models import Evidence
from payouts.operations import papers


@pages.page("payouts.view_submission")
def evidence(request: HttpRequest, rail: str, key: str, pk: int) -> HttpResponse:
    """The paper of one finding, which no browser opens as a page of ours. That it was read is recorded."""
    submission = desk.find(rail, key)
    row = get_object_or_404(Evidence.objects.only("pk"), pk=pk, resolution__submission=submission)
    name, body = papers.read(evidence_id=row.pk, actor=pages.actor(request), now=database_now())
    return pages.attachment(name, body)


@require_POST
@pages.page("payouts.download_bank_file")
def sent(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """The exact bytes that were handed over. Recorded with a reason, like a reveal: they hold account numbers."""
    submission, form = desk.find(rail, key), _bank_file.FileForm(request.POST)
    return _bank_file.answer(request, submission, form) or desk.show(request, submission, form)


urlpatterns = [
    path("unknown/<slug:rail>/<str:key>/evidence/<int:pk>/", evidence, name="payouts_submission_evidence"),
    path("unknown/<slug:rail>/<str:key>/sent/", sent, name="payouts_submission_sent"),
]
