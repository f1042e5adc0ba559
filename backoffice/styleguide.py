"""Every part on one page, with made-up data; in demo mode only. What looks wrong here is wrong everywhere."""

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.views.decorators import staff_member_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from backoffice import styleguide_rows
from backoffice.doors import worklists
from payouts.models.hold import HoldReason
from payouts.states import BatchStatus, PayoutStatus, SubmissionStatus
from sellers.ledger.money import Money


class HoldForm(forms.Form):
    """A form with every kind of field, one of them in error."""

    reason = forms.ChoiceField(
        choices=HoldReason.choices, help_text="The seller reads: “We check your details.”"
    )
    note = forms.CharField(widget=forms.Textarea(attrs={"rows": 2}), label="Note for colleagues")
    until = forms.ChoiceField(
        choices=[("date", "Thu 26 Nov, then released by itself"), ("person", "Someone releases it")],
        widget=forms.RadioSelect,
        initial="date",
    )
    seller = forms.BooleanField(required=False, label="Hold the whole seller, this and all later payouts")


class CountryForm(forms.Form):
    country = forms.ChoiceField(choices=[("FR", "France"), ("JP", "Japan")], required=False)


def values() -> dict[str, Any]:
    """The page's context: one plausible example of everything."""
    now = timezone.now()
    return {
        "title": "Style guide",
        "payout_statuses": PayoutStatus.values,
        "batch_statuses": BatchStatus.values,
        "submission_statuses": SubmissionStatus.values,
        "amounts": [
            Money(4521000, "EUR"),
            Money(-18900, "EUR"),
            Money(4182600, "JPY"),
            Money(1234567, "KWD"),
        ],
        "moments": [now - timedelta(minutes=12), now - timedelta(days=2), now + timedelta(hours=4)],
        "rows": styleguide_rows.ROWS,
        "chips": [
            {"text": "Status is to review", "clear_url": "?"},
            {"text": "Due by Tue 24 Nov", "clear_url": "?"},
            worklists.offered("Country", CountryForm, [("status", "PENDING_REVIEW")]),
        ],
        "tabs": [
            {"label": "All to review", "url": "?", "current": True, "count": 214},
            {"label": "Flagged, above €5,000", "url": "?flagged=1"},
            {"label": "First payouts", "url": "?first=1"},
        ],
        "totals": {"count": 214, "exact": True, "sums": [Money(128490671, "EUR"), Money(18440300, "JPY")]},
        "totals_far": {"count": 20000, "exact": False, "sums": []},
        "selection": {
            "verbs": [
                {
                    "label": "Hold",
                    "one": "Hold 1 payout",
                    "many": "Hold {n} payouts",
                    "url": "?",
                    "kind": "stop",
                    "key": "h",
                },
                {
                    "label": "Mark reviewed",
                    "one": "Mark 1 payout reviewed",
                    "many": "Mark {n} payouts reviewed",
                    "url": "?",
                    "kind": "main",
                    "key": "r",
                },
            ]
        },
        "pager": {"words": "Rows 1 to 4", "next_url": "?after=4", "previous_url": ""},
        "flags": styleguide_rows.flags(now),
        "entries": styleguide_rows.timeline(now),
        "verbs": [
            {"label": "Return to review", "url": "?"},
            {"label": "Hold", "url": "?", "kind": "stop", "key": "h"},
            {
                "label": "Approve €45,210.00",
                "kind": "main",
                "off": "Off for you until Thu 26 Nov, 21:14: you checked the account change of 2 days ago.",
            },
        ],
        "preview": styleguide_rows.PREVIEW,
        "form": HoldForm({"reason": "documents", "note": ""}),
        "parts": [
            {"text": "93 accepted", "meaning": "done", "sums": [Money(26840211, "EUR")]},
            {"text": "1 unknown", "meaning": "waiting", "sums": [Money(395102, "EUR")]},
            {"text": "25 not sent yet", "meaning": "neutral", "sums": [Money(7494233, "EUR")]},
        ],
        "lines_of_trouble": [
            "Row 12: the amount “12,5” has one decimal; EUR has two.",
            "Row 40: seller S99 is not known.",
        ],
        "facts": [
            ("Payee", "Wise Devices SL, business, seller since March 2023"),
            ("Rail", "SEPA Credit Transfer, cut-off 15:00 Paris"),
            ("Attempts", "None yet"),
        ],
        "figures": [
            ("Pending", "€6,310.25", "not due until 6 Dec"),
            ("Due", "€0.00", "all in a payout"),
            ("Reserved", "€45,210.00", "in P48213"),
            ("In transit", "€0.00", "nothing at the bank"),
        ],
        "weeks": ["7 Sep", "14", "21", "28", "5 Oct", "12"],
        "series": [
            {"name": "paid", "css": "b-paid", "values": [2.4, 2.3, 2.6, 2.5, 2.7, 1.1]},
            {"name": "held", "css": "b-held", "values": [0.1, 0.1, 0.2, 0.1, 0.1, 0.3]},
            {"name": "failed or returned", "css": "b-failed", "values": [0.02, 0, 0.03, 0.02, 0.05, 0.04]},
        ],
    }


@staff_member_required(login_url="admin:login")
def show(request: HttpRequest) -> HttpResponse:
    """The style guide."""
    return render(request, "styleguide.html", {**admin.site.each_context(request), **values()})
