"""The jobs of one person: a verb on many payouts, watched while a worker does it, left and found again."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict
from backoffice.doors import keyset, pages
from backoffice.doors.addresses import Known
from backoffice.words import ended
from payouts.admin import _job_words as words
from payouts.admin import verbs
from payouts.models import Job, JobItem, JobOutcome
from payouts.operations import jobs
from sellers.ledger.money import Money

SEE = "payouts.view_payout"
SHOWS = [JobOutcome.MOVED, JobOutcome.REFUSED]


def _own(request: HttpRequest) -> QuerySet[Job]:
    return Job.objects.filter(asked_by=request.user.pk)


def _row_of(job: Job) -> dict[str, Any]:
    return {"job": job, "words": words.title(job), "going": job.finished_at is None}


@pages.page(SEE, knows=Known(*keyset.PLACE))
def listed(request: HttpRequest) -> HttpResponse:
    """My jobs, newest first, those being done with live progress."""
    page = keyset.page(request, _own(request))
    return pages.render(
        request,
        "admin/payouts/job/list.html",
        {
            "title": _("Jobs"),
            "lead": _("What you had done to many payouts at once. Only you see your jobs here."),
            "rows": [_row_of(job) for job in page.rows],
            "pager": page,
            "empty_title": _("No job yet"),
            "empty_text": _("A verb on many payouts becomes a job: choose payouts in a list, then press it."),
            "empty_url": reverse("admin:payouts_payout_list"),
            "empty_label": _("See the payouts"),
        },
    )


@require_safe
@pages.page(SEE, knows=Known())
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The cells of one job in the list; they ask for themselves again while it is done."""
    job = get_object_or_404(_own(request), pk=pk)
    return render(request, "admin/payouts/job/state.html", {"row": _row_of(job), "along": True})


@pages.page(SEE, knows=Known(*keyset.PLACE, "reason", show=SHOWS))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One job of mine: how far it is, what came of it and why not, its money, and exactly the payouts of each."""
    job = get_object_or_404(_own(request).select_related("rest_of"), pk=pk)
    show = _shown(request, job)
    reason = request.GET.get("reason", "")
    rows = job.items.filter(outcome=show).select_related("payout__seller")
    page = keyset.page(request, rows.filter(reason=reason) if reason else rows, newest_first=False)
    return pages.render(
        request,
        "admin/payouts/job/detail.html",
        {
            "title": words.title(job),
            "job": job,
            "lead": _("A worker is at it.") if job.finished_at is None else ended(words.outcome(job)),
            "leads": _leads(job),
            "taken_up": words.taken_up(job),
            "back_url": reverse("admin:payouts_job_list"),
            "back_label": _("Jobs"),
            "reference": str(job),
            "verbs": words.doings(request, job),
            "reason": reason,
            "all_url": f"?{urlencode({'show': show})}",
            "rows": [_row(item) for item in page.rows],
            "refused": show == JobOutcome.REFUSED,
            "pager": page,
            **words.progress(job, database_now(), show=show),
        },
    )


def _shown(request: HttpRequest, job: Job) -> str:
    return request.GET.get("show") or (JobOutcome.REFUSED if job.refused_count else JobOutcome.MOVED).value


def _leads(job: Job) -> str:
    """Where its payouts are now, of a verb that takes them somewhere."""
    leads = verbs.BULKS[job.verb].leads
    if leads is None or not job.moved_count:
        return ""
    return leads(list(job.items.filter(outcome=JobOutcome.MOVED).values_list("payout_id", flat=True)))


def _row(item: JobItem) -> dict[str, Any]:
    return {"item": item, "money": Money(item.payout.amount_minor, item.payout.currency)}


@require_safe
@pages.page(SEE, knows=Known("added_up", show=SHOWS))
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress, and what the page counts; once the job is finished the whole page is fetched anew."""
    job = get_object_or_404(_own(request), pk=pk)
    before = request.GET.get("added_up", "")[:9]
    found = words.progress(
        job,
        database_now(),
        show=_shown(request, job),
        added_up=int(before) if before.isdecimal() else None,
    )
    answer = render(request, "admin/payouts/job/progress.html", {"job": job, "along": True, **found})
    if job.finished_at is not None:
        answer.headers["HX-Refresh"] = "true"
    return answer


@require_POST
@pages.page(SEE)
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    """What was not done yet is left alone."""
    try:
        job = jobs.stop(job_id=pk, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        messages.warning(request, str(conflict))
    else:
        messages.success(request, _("Stopped. {outcome}.").format(outcome=words.outcome(job)))
    return redirect("admin:payouts_job_detail", pk=pk)


urlpatterns = [
    path("jobs/", listed, name="payouts_job_list"),
    path("jobs/<int:pk>/", detail, name="payouts_job_detail"),
    path("jobs/<int:pk>/progress/", progress, name="payouts_job_progress"),
    path("jobs/<int:pk>/state/", state, name="payouts_job_state"),
    path("jobs/<int:pk>/stop/", stop, name="payouts_job_stop"),
]
