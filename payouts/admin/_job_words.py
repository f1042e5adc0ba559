"""What the page of a job says: what came of it, how far it is, its money, and what of it can be gone on with."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit import rights
from backoffice.doors import pace, pages
from backoffice.words import number
from payouts.admin import verbs
from payouts.models import Job, JobItem, JobOutcome
from payouts.operations import deeds
from payouts.queries import jobs, recorded

MOST_REASONS = 20
PORTIONS = 20
"""So many times while a job is done its open page adds up its payouts anew; it asks every 2 seconds."""


def counted(count: int) -> str:
    """ "12 payouts"."""
    return ngettext("{count} payout", "{count} payouts", count).format(count=number(count))


def title(job: Job) -> str:
    """The job's verb with its number."""
    return verbs.BULKS[job.verb].verb.format(n=counted(job.total))


def outcome(job: Job) -> str:
    """ "12 payouts approved, 2 refused"."""
    parts = [verbs.BULKS[job.verb].done.format(n=counted(job.moved_count))] if job.moved_count else []
    stopped = job.items.filter(code=jobs.STOPPED).count() if job.refused_count else 0
    if job.refused_count > stopped:
        parts.append(_("{refused} refused").format(refused=number(job.refused_count - stopped)))
    if stopped:
        parts.append(_("{count} left alone, because you stopped the job").format(count=number(stopped)))
    return ", ".join(parts)


def doings(request: HttpRequest, job: Job) -> list[dict[str, Any]]:
    """Stop the rest, while it is done; go on with what was left, once it was stopped."""
    if job.finished_at is None:
        return [] if deeds.DEEDS[job.verb].whole else [_stop(job)]
    left = jobs.left(job).count() if job.refused_count else 0
    if not left:
        return []
    words = ngettext(
        "Go on with the {n} payout that is left", "Go on with the {n} payouts that are left", left
    )
    verb = {"label": words.format(n=number(left)), "kind": "main"}
    permission = verbs.BULKS[job.verb].permission
    if permission not in pages.permissions(request):
        off = _("Off for you: it needs the right “{right}”.").format(right=rights.right(permission))
        return [{**verb, "off": off}]
    query = urlencode({"rest_of": job.pk, "back": reverse("admin:payouts_job_detail", args=[job.pk])})
    return [{**verb, "url": f"{reverse('admin:payouts_payout_act', args=[job.verb])}?{query}"}]


def _stop(job: Job) -> dict[str, str]:
    return {
        "label": _("Stop the rest"),
        "url": reverse("admin:payouts_job_stop", args=[job.pk]),
        "kind": "stop",
        "method": "post",
    }


def tabs(job: Job, show: str) -> list[dict[str, Any]]:
    """What was done and what was not, each with its number."""
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


def reasons(job: Job) -> list[dict[str, Any]]:
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


def taken_up(job: Job) -> list[Mapping[str, Any]]:
    """The jobs that went on with what was left of it, the first of them first."""
    return [{"job": each, "payouts": counted(each.total)} for each in job.taken_up_by.order_by("pk")]


def progress(job: Job, now: datetime, *, show: str, added_up: int | None = None) -> dict[str, Any]:
    """How far the job is; it asks for itself again while it is done, and its tabs come along.

    Its money and its reasons come along only where it did another portion since the page added them up, when
    ``added_up`` payouts were done; None where it never did.
    """
    anew = added_up is None or job.done_count - added_up >= max(job.total // PORTIONS, 1)
    going = job.finished_at is None
    words = ngettext("{done} of {total} payout", "{done} of {total} payouts", job.total).format(
        done=number(job.done_count), total=number(job.total)
    )
    if job.refused_count:
        words += f", {_('{refused} refused').format(refused=number(job.refused_count))}"
    left = pace.time_left(done=job.done_count, total=job.total, since=job.asked_at, now=now)
    query = urlencode({"show": show, "added_up": job.done_count if anew else added_up})
    url = f"{reverse('admin:payouts_job_progress', args=[job.pk])}?{query}"
    return {
        "going": going,
        "progress": {"done": job.done_count, "total": job.total, "words": words, "left": left},
        "trouble": recorded.said(job.trouble) if going else "",
        "tabs": tabs(job, show),
        "anew": anew,
        **({"sums": jobs.sums(job), "reasons": reasons(job)} if anew else {}),
        "live_id": "progress",
        "live_url": url if going else "",
    }
