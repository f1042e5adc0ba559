"""What people do about a line that matches nothing: say what it is, confirm what a colleague says, or dismiss it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages
from backoffice.words import labelled, later
from payouts.admin import breaks as desk
from payouts.models import LineResolution, StatementLine
from payouts.operations import breaks
from payouts.queries import statements as asked
from payouts.queries import suggesting
from sellers.ledger.money import Money

Verdict = LineResolution.Verdict
NAMED = "named"
ABOUT = {
    Verdict.PAYMENT: "attempt_id",
    Verdict.FILE: "submission_id",
    Verdict.UNDONE: "other_line_id",
}
FOLLOWS = {
    Verdict.CHARGES: later("Its amount leaves suspense for bank charges."),
    Verdict.FUNDS: later("Its amount leaves suspense for what payment providers collected."),
    Verdict.UNDONE: later("Both lines are explained by each other; nothing else is booked."),
    Verdict.OTHER: later(
        "Its amount leaves suspense for adjustments, which accounting explains by the document."
    ),
}


class ProposalForm(forms.Form):
    """What the line is, and how the person knows."""

    about = forms.ChoiceField(label=later("What is it?"), widget=forms.RadioSelect)
    other = forms.CharField(
        required=False,
        max_length=40,
        label=later("Another payment"),
        help_text=later("Its reference, such as P48213A1, or its payout, such as P48213."),
    )
    evidence = forms.CharField(
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("How you know"),
        help_text=later("Another person decides by it."),
    )
    document = forms.FileField(
        required=False,
        help_text=later(
            "Such as the bank's letter; needed for what nobody can explain. At most 5 MB, kept encrypted."
        ),
    )

    def __init__(self, *args: Any, suggestions: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one["value"], f"{one['what']} ({one['why']})") for one in suggestions]
        known = {value for value, _unused in choices}
        fixed = [
            (NAMED, _("Another payment, named below")),
            *((v.value, text) for v, text in desk.WORDS.items()),
        ]
        choices += [each for each in fixed if each[0] not in known]
        self.fields["about"].choices = choices  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or self.cleaned_data
        if "about" in found and (found["about"] == NAMED) != bool(found.get("other", "").strip()):
            problem = (
                _("Name the payment.")
                if found["about"] == NAMED
                else _("Leave it empty, or choose “Another payment, named below”: a line is about one thing.")
            )
            self.add_error("other", problem)
        return found


@pages.page(desk.PERMISSION)
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """One person says what the line is."""
    line = desk.find(pk)
    back = pages.back_url(request, reverse("admin:payouts_statement_breaks"))
    here = f"{desk.url_of(line)}?{urlencode({'back': back})}"
    if line.matched_at is not None or pk in asked.proposals([line]):
        messages.info(
            request, _("Nothing to propose: it is matched, or a proposal waits for a second person.")
        )
        return redirect(here)
    suggestions = [desk.suggested(line, one) for one in suggesting.Suggester([line]).of(line)]
    form = ProposalForm(
        request.POST or None,
        request.FILES or None,
        suggestions=suggestions,
        initial={"about": request.GET.get("about", "")},
    )
    if request.method == "POST" and form.is_valid() and _propose(request, line, form):
        return redirect(here)
    context = desk.reconciliation.shown(line) | {
        "title": _("{value}: what is it?").format(
            value=_("Money came in") if line.amount_minor > 0 else _("Money left")
        ),
        "lead": _("Nothing is booked before another person confirms what you say."),
        "form": form,
        "upload": True,
        "hidden": [("back", back)],
        "verb": _("Propose what {money_text} is").format(money_text=desk.money_text(line)),
        "kind": "main",
        "back_url": here,
        "back_label": f"{line.statement.statement_id} {line.number}",
    }
    return pages.render(request, "admin/payouts/statement/propose.html", context)


def _propose(request: HttpRequest, line: StatementLine, form: ProposalForm) -> bool:
    """Whether the proposal stands; else the form says why not."""
    given = form.cleaned_data
    verdict, _unused, about = given["about"].partition(":")
    named: dict[str, Any] = {ABOUT[Verdict(verdict)]: int(about)} if about else {}
    if verdict == NAMED:
        verdict = Verdict.PAYMENT.value
        found = asked.attempt_named(line=line, reference=given["other"])
        if found is None:
            code = line.statement.funding_account.code
            form.add_error(
                "other",
                _("Nothing was paid from {code} under “{other}”. Check the reference.").format(
                    code=code, other=given["other"]
                ),
            )
            return False
        named = {"attempt_id": found.pk}
    file = given["document"]
    try:
        breaks.propose(
            line_id=line.pk,
            verdict=verdict,
            evidence=given["evidence"],
            document_name=file.name if file else "",
            document=file.read(breaks.LARGEST_DOCUMENT + 1) if file else b"",
            actor=pages.actor(request),
            now=database_now(),
            **named,
        )
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("Your proposal stands. Nothing is booked before another person confirms it."))
    return True


@pages.page(desk.PERMISSION)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """Another person confirms what the first one says."""
    return _decide(
        request,
        pk,
        breaks.confirm,
        word=_("Confirm"),
        done=_("confirmed and booked"),
        gone=_("Not confirmed: no proposal waits here now. Look again."),
    )


@pages.page(desk.PERMISSION)
def dismiss(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposal does not stand."""
    return _decide(
        request,
        pk,
        breaks.dismiss,
        word=_("Dismiss"),
        done=_("dismissed"),
        gone=_("Not dismissed: no proposal waits here now. Look again."),
    )


def _decide(request: HttpRequest, pk: int, verb: Any, *, word: str, done: str, gone: str) -> HttpResponse:
    """Confirm or dismiss exactly the proposal that the page showed."""
    line = desk.find(pk)
    back = pages.back_url(request, reverse("admin:payouts_statement_breaks"))
    here = f"{desk.url_of(line)}?{urlencode({'back': back})}"
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        shown = request.POST.get("proposal", "")
        try:
            if (
                not (shown.isascii() and shown.isdigit())
                or not line.resolutions.filter(pk=shown[:18]).exists()
            ):
                raise Refused(_("Nothing done: the page was not complete. Look again."))
            verb(resolution_id=int(shown[:18]), actor=pages.actor(request), now=database_now())
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], here)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(here)
        messages.success(
            request,
            _("Line {number} of {statement_id}: {done}.").format(
                number=line.number, statement_id=line.statement.statement_id, done=done
            ),
        )
        return redirect(back)
    proposal = next((each for each in asked.resolutions(line) if _waits(each, line)), None)
    if proposal is None:
        messages.warning(request, gone)
        return redirect(here)
    words = desk.resolution_words(proposal)
    money = Money(line.amount_minor, line.statement.funding_account.currency)
    context = {
        "title": labelled(word, f"{words[:1].lower()}{words[1:]}"),
        "lead": _("{proposed_by} says so: “{evidence}”").format(
            proposed_by=desk.name(proposal.proposed_by), evidence=proposal.evidence
        ),
        "verb": f"{word} {desk.money_text(line)}",
        "off": desk.why_off(request, proposal) if verb is breaks.confirm else "",
        "kind": "main" if verb is breaks.confirm else "",
        "form": forms.Form(),
        "back_url": here,
        "back_label": f"{line.statement.statement_id} {line.number}",
        "hidden": [("proposal", str(proposal.pk)), ("back", back)],
        "noun": _("line"),
        "preview": {
            "count": 1,
            "sums": [money],
            "rows": [
                {
                    "reference": f"{line.statement.statement_id} {line.number}",
                    "url": here,
                    "name": proposal.attempt.payout.seller.name if proposal.attempt else "",
                    "note": words,
                    "money": money,
                }
            ],
            "follows": _follows(line, proposal)
            if verb is breaks.confirm
            else [_("Nothing is booked; the line stays open."), _("Another proposal may be made.")],
        },
    }
    return pages.render(request, "parts/confirm.html", context)


def _waits(proposal: LineResolution, line: StatementLine) -> bool:
    return proposal.line_id == line.pk and proposal.confirmed_at is None and proposal.dismissed_at is None


def _follows(line: StatementLine, proposal: LineResolution) -> list[str]:
    """What confirming does, in sentences."""
    if proposal.attempt is None and proposal.submission is None:
        return [FOLLOWS[Verdict(proposal.verdict)]]
    if proposal.submission is not None:
        return [
            _("Every payment that left in {key} counts as debited from our account.").format(
                key=proposal.submission.key
            )
        ]
    attempt = proposal.attempt
    if attempt is None or line.amount_minor < 0:
        return [_("The payment counts as debited from our account.")]
    sent = desk.money_text(line, attempt.amount_minor)
    told = [
        _("{reference} counts as returned, and {sent} are the seller's again, once.").format(
            reference=attempt.payout.reference, sent=sent
        )
    ]
    kept = attempt.amount_minor - line.amount_minor
    return (
        [
            *told,
            _("{money_text} that the bank kept are bank charges.").format(
                money_text=desk.money_text(line, kept)
            ),
        ]
        if kept
        else told
    )


@pages.page("payouts.see_reconciliation")
def document(request: HttpRequest, pk: int) -> HttpResponse:
    """A proposal's document, as a download that no browser opens as a page of ours; that it was read is recorded."""
    get_object_or_404(LineResolution.objects.exclude(document_name=""), pk=pk)
    name, plain = breaks.read_document(resolution_id=pk, actor=pages.actor(request), now=database_now())
    return pages.attachment(name, plain)


urlpatterns = [
    path("reconciliation/lines/<int:pk>/propose/", propose, name="payouts_statement_propose"),
    path("reconciliation/lines/<int:pk>/confirm/", confirm, name="payouts_statement_confirm"),
    path("reconciliation/lines/<int:pk>/dismiss/", dismiss, name="payouts_statement_dismiss"),
    path("reconciliation/documents/<int:pk>/", document, name="payouts_statement_document"),
]
