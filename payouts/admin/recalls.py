"""Asking the bank to recall a payout, from its page; and the list from which the answers are written down."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later, later_filled
from payouts.admin import _currency
from payouts.models import Payout, Recall, RecallChannel, RecallState
from payouts.operations import recalls
from payouts.queries import attempts as handed
from payouts.queries import explain, worklist
from payouts.queries import recalls as asked
from sellers.ledger import written
from sellers.ledger.money import Money

MOVES_NOTHING = later("Nothing moves by itself: the money is back when the bank returns it, and not before.")
MEANING = {
    RecallState.ASKED: "waiting",
    RecallState.RECALLED: "done",
    RecallState.REFUSED: "stopped",
    RecallState.NO_ANSWER: "neutral",
}


class AskForm(forms.Form):
    channel = forms.ChoiceField(choices=RecallChannel.choices, label=later("How you asked the bank"))
    reason = forms.CharField(
        max_length=recalls.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=later("What the bank is told"),
        help_text=later("Which payment, why it must come back, and whom you spoke to."),
    )


class AnswerForm(forms.Form):
    state = forms.ChoiceField(
        choices=[each for each in RecallState.choices if each[0] != RecallState.ASKED],
        widget=forms.RadioSelect,
        label=later("What the bank answered"),
    )
    answered_at = forms.DateTimeField(
        required=False,
        label=later("When it answered"),
        help_text=later_filled("{city} time. Leave it empty where no answer came.", city=explain.OUR_CITY),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"],
    )
    words = forms.CharField(
        max_length=recalls.LONGEST,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=later("Who at the bank said what"),
    )


KNOWN = (*keyset.PLACE, *_currency.CHIPS)
ANSWERED = "answered"


def _chosen(request: HttpRequest) -> "QuerySet[Recall]":
    """Recalls that the bank has not answered, or those it has, as the address says. Raises `UnknownChoice`."""
    rows = asked.answered() if request.GET.get("show") == ANSWERED else asked.open_ones()
    chosen = worklists.chosen(request, _currency.CHIPS)
    return rows.filter(attempt__payout__currency=chosen["currency"]) if "currency" in chosen else rows


@pages.page("payouts.view_recall", knows=Known(*KNOWN, "whole", show=(ANSWERED,), sort=worklists.ORDERS))
def totals(request: HttpRequest) -> HttpResponse:
    """What the recalls of this address come to, asked for after the rows."""
    fields = {"currency": "attempt__payout__currency", "minor": "attempt__amount_minor"}
    found = worklist.summed(_chosen(request), **fields, whole="whole" in request.GET)
    return worklists.totals(request, found, ngettext("recall", "recalls", found.count))


@pages.page("payouts.view_recall", knows=Known(*KNOWN, show=(ANSWERED,), sort=worklists.ORDERS))
def listed(request: HttpRequest) -> HttpResponse:
    """Recalls that the bank has not answered, oldest first; or those it has."""
    over, rows = request.GET.get("show") == ANSWERED, _chosen(request)
    page = (
        keyset.page(request, rows)
        if over
        else keyset.page(
            request,
            rows.annotate(currency=F("attempt__payout__currency"), amount_minor=F("attempt__amount_minor")),
            sorts=worklists.SORTS,
            usual=worklists.OLDEST,
        )
    )
    here = reverse("admin:payouts_recall_list")
    may = "payouts.answer_recall" in pages.permissions(request)
    context = {
        "title": _("Recalls"),
        "lead": _("What the bank was asked to bring back. {moves_nothing}").format(
            moves_nothing=MOVES_NOTHING
        ),
        "tabs": [
            {"label": _("Waiting for the bank"), "url": here, "current": not over},
            {"label": _("Answered"), "url": f"{here}?show=answered", "current": over},
        ],
        "verbs": exports.verb(request, "recalls", worklists.exported(request, "currency")),
        "chips": worklists.chips(request, _currency.CHIPS),
        "totals_url": f"{reverse('admin:payouts_recall_totals')}?{request.GET.urlencode()}",
        "over": over,
        "may_answer": may and not over,
        "rows": [_row(recall) for recall in page.rows],
        "pager": page,
        "sorts": page.headings,
        "empty_title": _("No recall was answered yet") if over else _("The bank is asked for nothing"),
        "empty_text": _("After a payout was handed over, its page offers to ask the bank to recall it."),
    }
    return pages.render(request, "admin/payouts/recall/list.html", context)


def _row(recall: Recall) -> dict[str, Any]:
    payout = recall.attempt.payout
    return {
        "recall": recall,
        "payout": payout,
        "zone": explain.bank_zone(recall.attempt.submission.batch),
        "money": Money(recall.attempt.amount_minor, payout.currency),
        "meaning": MEANING[RecallState(recall.state)],
    }


def of_payout(payout: Payout) -> list[dict[str, Any]]:
    """The rows of one payout's page, newest first."""
    return [_row(recall) for recall in asked.of_payout(payout)]


@pages.page("payouts.ask_recall")
def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the bank to bring back one payout."""
    payout = get_object_or_404(Payout.objects.select_related("seller"), reference=reference.upper())
    back = reverse("admin:payouts_payout_detail", args=[payout.reference])
    why_not = asked.why_not(payout)
    form = AskForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recalls.ask(
                payout_id=payout.pk, actor=pages.actor(request), now=database_now(), **form.cleaned_data
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("The recall of {reference} is on record. {moves_nothing}").format(
                    reference=payout.reference, moves_nothing=MOVES_NOTHING
                ),
            )
            return redirect(back)
    elif why_not:
        messages.warning(request, _("Not asked: {why_not}").format(why_not=why_not))
        return redirect(back)
    attempt = asked.live_attempt(payout)
    words = _("Ask the bank to recall {text}").format(
        text=written.text(Money(payout.amount_minor, payout.currency))
    )
    sent = (
        handed.sent_words(attempt, explain.bank_zone(attempt.submission.batch)) if attempt is not None else ""
    )
    context = {
        "title": words,
        "lead": _("{reference} to {seller}. {sent} {moves_nothing}").format(
            reference=payout.reference, seller=payout.seller.name, sent=sent, moves_nothing=MOVES_NOTHING
        ),
        "form": form,
        "verb": words,
        "kind": "stop",
        "back_url": back,
        "back_label": payout.reference,
    }
    return pages.render(request, "parts/form.html", context)


@pages.page("payouts.answer_recall")
def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Write down what the bank answered."""
    recall = get_object_or_404(asked.open_ones() | asked.answered(), pk=pk)
    back = reverse("admin:payouts_recall_list")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            recalls.answer(
                recall_id=recall.pk, actor=pages.actor(request), now=database_now(), **form.cleaned_data
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("The bank's answer is on record. {moves_nothing}").format(moves_nothing=MOVES_NOTHING),
            )
            return redirect(back)
    elif not recall.is_open:
        messages.warning(request, _("The bank's answer to this recall was written down already."))
        return redirect(back)
    context = {
        "title": _("What did the bank answer about {end_to_end_id}?").format(
            end_to_end_id=recall.attempt.end_to_end_id
        ),
        "lead": MOVES_NOTHING,
        **_row(recall),
        "form": form,
        "verb": _("Record the answer"),
        "back_url": back,
        "back_label": _("Recalls"),
    }
    return pages.render(request, "admin/payouts/recall/answer.html", context)


urlpatterns = [
    path("recalls/", listed, name="payouts_recall_list"),
    path("recalls/totals/", totals, name="payouts_recall_totals"),
    path("recalls/<int:pk>/answer/", answer, name="payouts_recall_answer"),
    path("payouts/<str:reference>/recall/", ask, name="payouts_payout_recall"),
]
