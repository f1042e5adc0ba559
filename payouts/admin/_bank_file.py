"""The exact bytes that a bank was handed, for a person with a reason: they hold full account numbers."""

from django import forms
from django.http import HttpRequest, HttpResponse

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import pages
from backoffice.words import later
from payouts.models import Submission
from payouts.operations import bankfiles


class FileForm(forms.Form):
    """Why somebody needs the file, and with it the full account numbers."""

    reason = forms.CharField(
        label=later("Why you need the file"),
        max_length=500,
        help_text=later("It is recorded with your name."),
    )


def answer(request: HttpRequest, submission: Submission, form: FileForm) -> HttpResponse | None:
    """The download, recorded; None where the form now says why not."""
    if not form.is_valid():
        return None
    try:
        body = bankfiles.download(
            submission_id=submission.pk,
            reason=form.cleaned_data["reason"],
            actor=pages.actor(request),
            now=database_now(),
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
    return pages.attachment(f"{submission.key}{'.xml' if body.lstrip()[:1] == b'<' else '.json'}", body)
