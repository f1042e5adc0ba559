"""Payout runs: the list, and one run with its progress, what came of it and what it left alone."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.doors import keyset, pace, pages
from backoffice.doors.addresses import Known
from backoffice.words import dated, locale, number
from payouts import countries
from payouts.admin.run_new import left
from payouts.models import PayoutRun, RunSkip
from payouts.queries import due, recorded
from sellers.ledger.money import Money


@pages.page("payouts.view_payoutrun", knows=Known(*keyset.PLACE))
def listed(request: HttpRequest) -> HttpResponse:
    """Every run, newest first."""
    page = keyset.page(request, PayoutRun.objects.select_related("started_by"))
    may = "payouts.run_payouts" in pages.permissions(request)
    url = reverse("admin:payouts_run_new")
    return pages.render(
        request,
        "admin/payouts/run/list.html",
        {
            "title": _("Runs"),
            "lead": _(
                "A run turns the balances that are due into payouts. Running twice makes nothing twice."
            ),
            "verbs": [{"label": _("Run payouts"), "url": url, "kind": "main"}] if may else [],
            "rows": [{"run": run, "sums": sums(run.totals)} for run in page.rows],
            "pager": page,
            "empty_title": _("No run yet"),
            "empty_text": _("Import earnings first, then run payouts."),
            "empty_url": url if may else "",
            "empty_label": _("Run payouts"),
        },
    )


def sums(totals: dict[str, int]) -> list[Money]:
    """A run's totals as money, by currency."""
    return [Money(minor, currency) for currency, minor in sorted(totals.items())]


@pages.page("payouts.view_payoutrun", knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: how far it is, its payouts, and the balances it left alone with the reason."""
    run = get_object_or_404(PayoutRun.objects.select_related("started_by"), pk=pk)
    page = keyset.page(request, RunSkip.objects.filter(run=run).select_related("account__seller"))
    return pages.render(
        request,
        "admin/payouts/run/detail.html",
        {
            "title": _("Run of {day}").format(day=dated(timezone.localtime(run.started_at), "long")),
            "run": run,
            "counted": ngettext("{n} payout", "{n} payouts", run.payout_count).format(
                n=number(run.payout_count)
            ),
            "left": left(run.skip_count),
            "sums": sums(run.totals),
            "back_url": reverse("admin:payouts_run_list"),
            "back_label": _("Runs"),
            "reference": f"R{run.pk}",
            "verbs": [
                {"label": _("See its payouts"), "url": f"{reverse('admin:payouts_payout_list')}?run={run.pk}"}
            ],
            "rows": [
                {
                    "skip": skip,
                    # What was written down in English names the minimum of then.
                    "reason": skip.reason if locale() == "en" else due.REASONS.get(skip.code, skip.reason),
                    "money": Money(skip.amount_minor, skip.account.currency),
                }
                for skip in page.rows
            ],
            "pager": page,
            "timeline_entries": None,
            **_progress(run, database_now()),
        },
    )


def _progress(run: PayoutRun, now: datetime) -> dict[str, Any]:
    """How far the run is, in balances looked at; it asks for itself again while the run is made."""
    going = run.finished_at is None
    total = run.accounts_total or 0
    words = ngettext("{done} of {n} balance looked at", "{done} of {n} balances looked at", total).format(
        done=number(run.accounts_done), n=number(total)
    )
    if run.left and countries.is_open(run.left[0][0]):
        words += _(", now {called}").format(called=countries.get(run.left[0][0]).called)
    left_over = pace.time_left(done=run.accounts_done, total=total, since=run.started_at, now=now)
    return {
        "going": going,
        "progress": {"done": run.accounts_done, "total": total, "words": words, "left": left_over},
        "trouble": recorded.said(run.trouble) if going else "",
        "live_id": "progress",
        "live_url": reverse("admin:payouts_run_progress", args=[run.pk]) if going else "",
    }


@require_safe
@pages.page("payouts.view_payoutrun")
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone; once the run is finished the whole page is fetched anew."""
    run = get_object_or_404(PayoutRun, pk=pk)
    answer = render(request, "admin/payouts/run/progress.html", _progress(run, database_now()))
    if run.finished_at is not None:
        answer.headers["HX-Refresh"] = "true"
    return answer


urlpatterns = [
    path("runs/", listed, name="payouts_run_list"),
    path("runs/<int:pk>/", detail, name="payouts_run_detail"),
    path("runs/<int:pk>/progress/", progress, name="payouts_run_progress"),
]
