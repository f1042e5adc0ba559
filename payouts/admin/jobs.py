"""The jobs of one person: a verb on many payouts, watched while a worker does it, left and found again."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict
from backoffice.doors import keyset, pace, pages
from backoffice.doors.addresses import Known
from backoffice.words import number
from payouts.admin import verbs
from payouts.models import Job, JobItem, JobOutcome
from payouts.operations import deeds, jobs
from payouts.queries import recorded
from sellers.ledger.money import Money

SEE = "payouts.view_payout"
MOST_REASONS = 20


def _own(request: HttpRequest) -> QuerySet[Job]:
    return Job.objects.filter(asked_by=request.user.pk)


def _counted(count: int) -> str:
    return ngettext("{count} payout", "{count} payouts", count).format(count=number(count))


def _title(job: Job) -> str:
    return verbs.BULKS[job.verb].verb.format(n=_counted(job.total))


@pages.page(SEE, knows=Known(*keyset.PLACE))
def listed(request: HttpRequest) -> HttpResponse:
    """My jobs, newest first."""
    page = keyset.page(request, _own(request))
    return pages.render(
        request,
        "admin/payouts/job/list.html",
        {
            "title": _("Jobs"),
            "lead": _("What you had done to many payouts at once. Only you see your jobs here."),
            "rows": [{"job": job, "words": _title(job)} for job in page.rows],
            "pager": page,
            "empty_title": _("No job yet"),
            "empty_text": _("A verb on many payouts becomes a job: choose payouts in a list, then press it."),
            "empty_url": reverse("admin:payouts_payout_list"),
            "empty_label": _("See the payouts"),
        },
    )


@pages.page(SEE, knows=Known(*keyset.PLACE, "reason", show=[JobOutcome.MOVED, JobOutcome.REFUSED]))
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One job of mine: how far it is, what came of it and why not, and exactly the payouts of each."""
    job = get_object_or_404(_own(request), pk=pk)
    show = request.GET.get("show") or (JobOutcome.REFUSED if job.refused_count else JobOutcome.MOVED)
    reason = request.GET.get("reason", "")
    rows = job.items.filter(outcome=show).select_related("payout__seller")
    page = keyset.page(request, rows.filter(reason=reason) if reason else rows, newest_first=False)
    going = job.finished_at is None
    stop = {
        "label": _("Stop the rest"),
        "url": reverse("admin:payouts_job_stop", args=[job.pk]),
        "kind": "stop",
        "method": "post",
    }
    return pages.render(
        request,
        "admin/payouts/job/detail.html",
        {
            "title": _title(job),
            "job": job,
            "lead": _("A worker is at it.") if going else f"{_outcome(job)}.",
            "leads": _leads(job),
            "back_url": reverse("admin:payouts_job_list"),
            "back_label": _("Jobs"),
            "reference": str(job),
            "verbs": [stop] if going and not deeds.DEEDS[job.verb].whole else [],
            "tabs": _tabs(job, show),
            "reasons": _reasons(job),
            "reason": reason,
            "all_url": f"?{urlencode({'show': show})}",
            "rows": [_row(item) for item in page.rows],
            "refused": show == JobOutcome.REFUSED,
            "pager": page,
            **_progress(job, database_now()),
        },
    )


def _leads(job: Job) -> str:
    """Where its payouts are now, of a verb that takes them somewhere."""
    leads = verbs.BULKS[job.verb].leads
    if leads is None or not job.moved_count:
        return ""
    return leads(list(job.items.filter(outcome=JobOutcome.MOVED).values_list("payout_id", flat=True)))


def _outcome(job: Job) -> str:
    """ "12 payouts approved, 2 refused"."""
    parts = [verbs.BULKS[job.verb].done.format(n=_counted(job.moved_count))] if job.moved_count else []
    stopped = job.items.filter(code=jobs.STOPPED).count() if job.refused_count else 0
    if job.refused_count > stopped:
        parts.append(_("{refused} refused").format(refused=number(job.refused_count - stopped)))
    if stopped:
        parts.append(_("{count} left alone, because you stopped the job").format(count=number(stopped)))
    return ", ".join(parts)


def _tabs(job: Job, show: str) -> list[dict[str, Any]]:
    counts = {
        JobOutcome.MOVED: (_("Done"), job.moved_count),
        JobOutcome.REFUSED: (_("Not done"), job.refused_count),
    }
    return [
        {
            "label": label,
            "url": f"?{urlencode({'show': outcome.value})}",
            "current": show == outcome,
            "count": number(count),
        }
        for outcome, (label, count) in counts.items()
    ]


def _reasons(job: Job) -> list[dict[str, Any]]:
    """Why payouts were refused, the most frequent first, each with the way to exactly those."""
    refused = job.items.filter(outcome=JobOutcome.REFUSED) if job.refused_count else JobItem.objects.none()
    groups = refused.values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason")
    return [
        {
            "reason": reason,
            "count": count,
            "url": f"?{urlencode({'show': JobOutcome.REFUSED.value, 'reason': reason})}",
        }
        for reason, count in groups[:MOST_REASONS]
    ]


def _row(item: JobItem) -> dict[str, Any]:
    return {"item": item, "money": Money(item.payout.amount_minor, item.payout.currency)}


def _progress(job: Job, now: datetime) -> dict[str, Any]:
    """How far the job is; it asks for itself again while it is done."""
    going = job.finished_at is None
    words = ngettext("{done} of {total} payout", "{done} of {total} payouts", job.total).format(
        done=number(job.done_count), total=number(job.total)
    )
    if job.refused_count:
        words += f", {_('{refused} refused').format(refused=number(job.refused_count))}"
    left = pace.time_left(done=job.done_count, total=job.total, since=job.asked_at, now=now)
    return {
        "going": going,
        "progress": {"done": job.done_count, "total": job.total, "words": words, "left": left},
        "trouble": recorded.said(job.trouble) if going else "",
        "live_id": "progress",
        "live_url": reverse("admin:payouts_job_progress", args=[job.pk]) if going else "",
    }


@require_safe
@pages.page(SEE)
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The progress alone; once the job is finished the whole page is fetched anew."""
    job = get_object_or_404(_own(request), pk=pk)
    answer = render(request, "admin/payouts/job/progress.html", _progress(job, database_now()))
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
        messages.success(request, _("Stopped. {outcome}.").format(outcome=_outcome(job)))
    return redirect("admin:payouts_job_detail", pk=pk)


urlpatterns = [
    path("jobs/", listed, name="payouts_job_list"),
    path("jobs/<int:pk>/", detail, name="payouts_job_detail"),
    path("jobs/<int:pk>/progress/", progress, name="payouts_job_progress"),
    path("jobs/<int:pk>/stop/", stop, name="payouts_job_stop"),
]
