"""Payout runs: preview who would be paid what and who not, then run; and what each run left alone."""

from collections import defaultdict
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import keyset, pages
from payouts import countries
from payouts.models import PayoutRun, RunSkip
from payouts.operations import creation
from sellers.ledger.money import Money
from sellers.models import Seller

SHOWN = 10


class RunForm(forms.Form):
    """Until which due date, and for which country."""

    country = forms.ChoiceField(required=False, help_text="Leave it at all countries to run every one.")
    until = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        label="Last due date",
        help_text="Leave empty for today in each country.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", "All countries"), *((c.code, c.name) for c in countries.all())]
        self.fields["country"].choices = choices  # type: ignore[attr-defined]


@pages.page("payouts.view_payoutrun")
def listed(request: HttpRequest) -> HttpResponse:
    """Every run, newest first."""
    page = keyset.page(request, PayoutRun.objects.select_related("started_by"))
    may = "payouts.run_payouts" in pages.permissions(request)
    return pages.render(
        request,
        "admin/payouts/run/list.html",
        {
            "title": "Runs",
            "lead": "A run turns the balances that are due into payouts. Running twice makes nothing twice.",
            "verbs": [{"label": "Run payouts", "url": reverse("admin:payouts_run_new"), "kind": "main"}]
            if may
            else [],
            "rows": [{"run": run, "sums": sums(run.totals)} for run in page.rows],
            "pager": page,
            "empty_title": "No run yet",
            "empty_text": "Import earnings first, then run payouts.",
        },
    )


def sums(totals: dict[str, int]) -> list[Money]:
    """A run's totals as money, by currency."""
    return [Money(minor, currency) for currency, minor in sorted(totals.items())]


@pages.page("payouts.run_payouts")
def new(request: HttpRequest) -> HttpResponse:
    """Choose, see what would happen, run."""
    form = RunForm(request.GET if "country" in request.GET or "until" in request.GET else None)
    if request.method == "POST":
        return _run(request)
    found = _found(request, form) if form.is_bound and form.is_valid() else None
    if found is None:
        context = {
            "title": "Run payouts",
            "lead": "Nothing happens yet: you see first who would be paid and who not.",
            "form": form,
            "verb": "Show what would happen",
            "method": "get",
            "back_url": reverse("admin:payouts_run_list"),
        }
        return pages.render(request, "admin/payouts/run/choose.html", context)
    context = _preview(found, form.cleaned_data["until"], form.cleaned_data["country"])
    return pages.render(request, "parts/confirm.html", context)


def _found(request: HttpRequest, form: RunForm) -> list[creation.Candidate] | None:
    """What a run would do; None where there can be none, and the form says why."""
    until, country = form.cleaned_data["until"], form.cleaned_data["country"]
    try:
        return creation.preview(until=until, country=country, actor=pages.actor(request), now=database_now())
    except creation.NotYetDue as refusal:
        form.add_error("until", str(refusal))
        return None


def _preview(found: list[creation.Candidate], until: date | None, country: str) -> dict[str, Any]:
    fine = sorted((each for each in found if not each.wanting), key=lambda each: -each.amount_minor)
    totals: dict[str, int] = defaultdict(int)
    for each in fine:
        totals[each.currency] += each.amount_minor
    left: dict[str, list[creation.Candidate]] = defaultdict(list)
    for each in found:
        if each.wanting:
            left[each.wanting].append(each)
    shown = fine[:SHOWN] + [each for group in left.values() for each in group[:3]]
    sellers = Seller.objects.in_bulk({each.seller_id for each in shown})
    noun = "payout" if len(fine) == 1 else "payouts"
    return {
        "title": f"Make {len(fine):,} {noun}",
        "verb": f"Make {len(fine):,} {noun}",
        "back_url": reverse("admin:payouts_run_list"),
        "form": forms.Form(),
        "hidden": [
            ("key", f"page:{uuid4()}"),
            ("country", country),
            ("until", until.isoformat() if until is not None else ""),
        ],
        "preview": {
            "count": len(fine),
            "sums": sums(totals),
            "rows": [
                {
                    "reference": sellers[each.seller_id].reference,
                    "url": reverse("admin:sellers_seller_detail", args=[sellers[each.seller_id].reference]),
                    "name": sellers[each.seller_id].name,
                    "note": f"{each.lines:,} lines",
                    "money": Money(each.amount_minor, each.currency),
                }
                for each in fine[:SHOWN]
            ],
            "more": max(len(fine) - SHOWN, 0),
            "refused": [
                {
                    "reason": creation.REASONS[code],
                    "count": len(group),
                    "references": [
                        sellers[each.seller_id].reference for each in group if each.seller_id in sellers
                    ],
                }
                for code, group in sorted(left.items())
            ],
            "follows": ["Each waits for a review and then for another person's approval."],
        },
    }


def _run(request: HttpRequest) -> HttpResponse:
    form = RunForm(request.POST)
    key = request.POST.get("key", "")
    if not form.is_valid() or not key.startswith("page:"):
        messages.error(request, "Nothing run: the form was not complete. Choose again.")
        return redirect("admin:payouts_run_new")
    try:
        made = creation.run(
            until=form.cleaned_data["until"],
            country=form.cleaned_data["country"],
            key=key,
            actor=pages.actor(request),
            now=database_now(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:payouts_run_new")
    messages.success(request, f"{made.payout_count:,} payouts made, {made.skip_count:,} balances left alone.")
    return redirect("admin:payouts_run_detail", pk=made.pk)


@pages.page("payouts.view_payoutrun")
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its payouts, and the balances it left alone with the reason."""
    run = get_object_or_404(PayoutRun.objects.select_related("started_by"), pk=pk)
    page = keyset.page(request, RunSkip.objects.filter(run=run).select_related("account__seller"))
    return pages.render(
        request,
        "admin/payouts/run/detail.html",
        {
            "title": f"Run of {run.started_at:%d %B %Y}",
            "run": run,
            "sums": sums(run.totals),
            "back_url": reverse("admin:payouts_run_list"),
            "back_label": "Runs",
            "reference": f"R{run.pk}",
            "verbs": [
                {"label": "See its payouts", "url": f"{reverse('admin:payouts_payout_list')}?run={run.pk}"}
            ],
            "rows": [
                {"skip": skip, "money": Money(skip.amount_minor, skip.account.currency)} for skip in page.rows
            ],
            "pager": page,
            "timeline_entries": None,
        },
    )


urlpatterns = [
    path("runs/", listed, name="payouts_run_list"),
    path("runs/new/", new, name="payouts_run_new"),
    path("runs/<int:pk>/", detail, name="payouts_run_detail"),
]
