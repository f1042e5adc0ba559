"""What people do about a submission nobody knows the outcome of: ask, send again, say what became of it, confirm."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers, pages
from backoffice.words import later, number
from payouts.admin import unknown as desk
from payouts.admin import unknown_choices
from payouts.models import Resolution, Submission
from payouts.operations import papers, unknown
from payouts.queries import rail_words, recorded
from payouts.queries import unknown as asked
from payouts.states import SubmissionStatus
from sellers.ledger import written
from sellers.ledger.money import Money

SHOWN = 10
FOLLOWS = {
    Resolution.Verdict.SENT: (
        later("The bank's answers settle its payouts: paid, failed or returned."),
        later("It is never sent again."),
    ),
    Resolution.Verdict.NEVER_SENT: (
        later("Its payouts are approved again, on hold, with their money reserved as before."),
        later("When their holds are released they are paid under a new reference."),
        later("If the bank has it after all, the sellers would be paid twice."),
    ),
}


class FindingForm(forms.Form):
    """What one person found out."""

    verdict = forms.ChoiceField(
        choices=Resolution.Verdict.choices, widget=forms.RadioSelect, label=later("What became of it")
    )
    evidence = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=later("Evidence"),
        help_text=later("Whom you asked, when, and what they said. Another person decides by it."),
    )
    file = forms.FileField(
        label=later("What shows it"),
        help_text=later(
            "The bank's e-mail, a page of its portal or its letter: PDF, e-mail, image or "
            "text, at most 5 MB. Kept encrypted; read only by those who see this desk."
        ),
        widget=forms.FileInput(attrs={"accept": ",".join(papers.ENDINGS)}),
    )


@require_POST
@pages.page("payouts.resolve_unknown")
def look_up(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """Ask the bank now."""
    submission = desk.find(rail, key)
    try:
        found = unknown.look_up_now(
            submission_id=submission.pk, actor=pages.actor(request), now=database_now()
        )
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], desk.url_of(submission))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        _tell(request, found, _("The bank was asked"))
    return redirect(desk.url_of(submission))


def _tell(request: HttpRequest, found: Submission, what: str) -> None:
    label = SubmissionStatus(found.status).label.lower()
    if found.status == SubmissionStatus.UNKNOWN:
        last = found.events.order_by("-pk").first()
        text = recorded.perhaps(last.text) if last is not None and last.text else _("no clear answer.")
        messages.warning(
            request, _("{what}: {key} is still unknown. {text}").format(what=what, key=found.key, text=text)
        )
    else:
        messages.success(
            request,
            _("{what}: {key} is {label} now. {answer_text}")
            .format(what=what, key=found.key, label=label, answer_text=recorded.perhaps(found.answer_text))
            .strip(),
        )


@pages.page("payouts.resolve_unknown")
def again(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """Send the same bytes under the same key, where the rail creates nothing twice."""
    submission = desk.find(rail, key)
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        try:
            found = unknown.send_again(
                submission_id=submission.pk, actor=pages.actor(request), now=database_now()
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], desk.url_of(submission))
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            _tell(request, found, _("Sent again"))
        return redirect(desk.url_of(submission))
    why_not = unknown_choices.why_not_again(submission, database_now())
    if submission.status != SubmissionStatus.UNKNOWN:
        why_not = _("It is known what became of it.")
    until = unknown_choices.until_words(submission)
    follows = (
        _("Until {until} {rail} knows {key}: if it has these bytes, it creates nothing new.").format(
            until=until, rail=rail_words.called(submission.rail), key=submission.key
        ),
        _("Exactly the {body_bytes} bytes that were stored go out, under the same key.").format(
            body_bytes=number(submission.body_bytes)
        ),
    )
    words = _("Send {key} again").format(key=submission.key)
    return _confirm_page(request, submission, words, follows=follows, kind="main", refused=why_not)


@pages.page("payouts.resolve_unknown")
def propose(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """One person says what became of it, with evidence."""
    submission = desk.find(rail, key)
    form = FindingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            unknown.propose(
                submission_id=submission.pk,
                verdict=form.cleaned_data["verdict"],
                evidence=form.cleaned_data["evidence"],
                paper=papers.Paper(name=file.name, body=file.read(papers.LARGEST + 1)),
                actor=pages.actor(request),
                now=database_now(),
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], desk.url_of(submission))
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Your finding stands. Nothing changes before another person confirms it.")
            )
            return redirect(desk.url_of(submission))
    money = written.text(asked.money(submission))
    count = asked.count(submission)
    sellers = _("1 seller") if count == 1 else _("{count} sellers").format(count=number(count))
    context = {
        "title": _("What became of {key}?").format(key=submission.key),
        "lead": _("{money} to {sellers}. Another person must confirm what you say.").format(
            money=money, sellers=sellers
        ),
        "form": form,
        "upload": True,
        "verb": _("Propose this finding"),
        "back_url": desk.url_of(submission),
        "back_label": submission.key,
    }
    return pages.render(request, "parts/form.html", context)


@pages.page("payouts.resolve_unknown")
def confirm(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """Another person confirms what the first one found."""
    submission = desk.find(rail, key)
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        return _decide(request, submission, unknown.confirm)
    finding = asked.open_resolution(submission)
    if finding is None:
        messages.warning(request, _("Not confirmed: no finding waits here now. Look again."))
        return redirect(desk.url_of(submission))
    verdict = Resolution.Verdict(finding.verdict)
    words = _("Confirm: {verdict}").format(verdict=verdict.label.lower())
    lead = _("{name} found: “{evidence}”").format(name=_name(finding.proposed_by), evidence=finding.evidence)
    lead = format_html("{} {}", lead, _paper_link(submission, finding))
    kind = "stop" if verdict == Resolution.Verdict.NEVER_SENT else "main"
    return _confirm_page(
        request, submission, words, follows=FOLLOWS[verdict], lead=lead, finding=finding, kind=kind
    )


@pages.page("payouts.resolve_unknown")
def dismiss(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """The finding does not stand."""
    submission = desk.find(rail, key)
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        return _decide(request, submission, unknown.dismiss)
    finding = asked.open_resolution(submission)
    if finding is None:
        messages.warning(request, _("Not dismissed: no finding waits here now. Look again."))
        return redirect(desk.url_of(submission))
    lead = _("{name} found: “{evidence}”").format(name=_name(finding.proposed_by), evidence=finding.evidence)
    follows = (
        _("Nothing changes at the bank or for the sellers; it stays unknown."),
        _("Another may be proposed."),
    )
    return _confirm_page(
        request, submission, _("Dismiss the finding"), follows=follows, lead=lead, finding=finding
    )


def _decide(request: HttpRequest, submission: Submission, verb: Any) -> HttpResponse:
    """Confirm or dismiss exactly the finding that the page showed."""
    shown = numbers.whole(request.POST.get("finding"))
    try:
        if shown is None or not submission.resolutions.filter(pk=shown).exists():
            raise Refused(_("Nothing done: the page was not complete. Look again."))
        verb(resolution_id=shown, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], desk.url_of(submission))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        submission.refresh_from_db(fields=["status"])
        label = SubmissionStatus(submission.status).label.lower()
        messages.success(request, _("Done: {key} is {label} now.").format(key=submission.key, label=label))
    return redirect(desk.url_of(submission))


def _confirm_page(
    request: HttpRequest,
    submission: Submission,
    words: str,
    *,
    follows: tuple[str, ...],
    lead: str = "",
    finding: Resolution | None = None,
    kind: str = "",
    refused: str = "",
) -> HttpResponse:
    attempts = submission.attempts.select_related("payout__seller").order_by("-amount_minor")[:SHOWN]
    if refused:
        which = {"reference": submission.key, "url": desk.url_of(submission)}
        reason = {"reason": refused, "count": asked.count(submission), "references": [which]}
        nothing = {
            "title": _("Nothing can be done"),
            "back_url": desk.url_of(submission),
            "back_label": submission.key,
            "preview": {"count": 0, "refused": [reason]},
        }
        return pages.render(request, "parts/confirm.html", nothing)
    context = {
        "title": words,
        "lead": lead,
        "verb": words,
        "kind": kind,
        "form": forms.Form(),
        "back_url": desk.url_of(submission),
        "back_label": submission.key,
        "hidden": [("finding", str(finding.pk))] if finding is not None else [],
        "noun": ngettext("payout", "payouts", asked.count(submission)),
        "preview": {
            "count": asked.count(submission),
            "sums": [asked.money(submission)],
            "rows": [
                {
                    "reference": each.end_to_end_id,
                    "url": reverse("admin:payouts_payout_detail", args=[each.payout.reference]),
                    "name": each.payout.seller.name,
                    "money": Money(each.amount_minor, each.payout.currency),
                }
                for each in attempts
            ],
            "more": max(asked.count(submission) - SHOWN, 0),
            "follows": list(follows),
        },
    }
    return pages.render(request, "parts/confirm.html", context)


def _paper_link(submission: Submission, finding: Resolution) -> str:
    """What the one who confirms reads first."""
    paper = getattr(finding, "attached", None)
    if paper is None:
        return _("Nothing is attached.")
    url = reverse("admin:payouts_submission_evidence", args=[submission.rail, submission.key, paper.pk])
    link = format_html('<a href="{}">{}</a>', url, paper.name)
    return format_html(_("Read {paper} first."), paper=link)


def _name(user: Any) -> str:
    return user.get_full_name() or user.get_username()


urlpatterns = [
    path("unknown/<slug:rail>/<str:key>/look-up/", look_up, name="payouts_submission_look_up"),
    path("unknown/<slug:rail>/<str:key>/again/", again, name="payouts_submission_again"),
    path("unknown/<slug:rail>/<str:key>/propose/", propose, name="payouts_submission_propose"),
    path("unknown/<slug:rail>/<str:key>/confirm/", confirm, name="payouts_submission_confirm"),
    path("unknown/<slug:rail>/<str:key>/dismiss/", dismiss, name="payouts_submission_dismiss"),
]
