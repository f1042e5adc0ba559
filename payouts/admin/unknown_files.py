"""What stands behind an unknown submission, as downloads: the exact bytes sent, and the papers of findings."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.doors import pages
from payouts.admin import unknown as desk
from payouts.models import Evidence
from payouts.operations import bankfiles, papers


@pages.page("payouts.view_submission")
def evidence(request: HttpRequest, rail: str, key: str, pk: int) -> HttpResponse:
    """The paper of one finding, which no browser opens as a page of ours. That it was read is recorded."""
    submission = desk.find(rail, key)
    row = get_object_or_404(Evidence.objects.only("pk"), pk=pk, resolution__submission=submission)
    name, body = papers.read(evidence_id=row.pk, actor=pages.actor(request), now=database_now())
    return _download(name, body)


@require_POST
@pages.page("payouts.download_bank_file")
def sent(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """The exact bytes that were handed over. Recorded: they hold account numbers."""
    submission = desk.find(rail, key)
    body = bankfiles.download(submission_id=submission.pk, actor=pages.actor(request), now=database_now())
    return _download(f"{submission.key}{'.xml' if body.lstrip()[:1] == b'<' else '.json'}", body)


def _download(name: str, body: bytes) -> HttpResponse:
    response = HttpResponse(body, content_type="application/octet-stream")
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


urlpatterns = [
    path("unknown/<slug:rail>/<str:key>/evidence/<int:pk>/", evidence, name="payouts_submission_evidence"),
    path("unknown/<slug:rail>/<str:key>/sent/", sent, name="payouts_submission_sent"),
]
