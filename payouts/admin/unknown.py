"""The desk of submissions of which nobody knows whether the bank has them: the evidence, and what may be done."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.doors import keyset, pages
from payouts.models import Resolution, Submission
from payouts.operations import switches
from payouts.queries import unknown as asked
from payouts.states import SubmissionStatus
from sellers.ledger.money import Money

SEE = ("payouts.view_submission", "payouts.resolve_unknown")
SHOWN = 10
WHAT = {
    "lease": ("Handed over", "moving"),
    "answer": ("Answer", "waiting"),
    "lookup": ("The bank was asked", "waiting"),
    "late": ("A late answer, kept as evidence", "neutral"),
    "expired": ("No answer in time", "stopped"),
    "proposed": ("Finding", "waiting"),
    "resolved": ("Confirmed by a second person", "done"),
    "dismissed": ("Finding dismissed", "neutral"),
}


@pages.page(*SEE)
def listed(request: HttpRequest) -> HttpResponse:
    """Every UNKNOWN submission, oldest first."""
    page = keyset.page(request, asked.desk(), newest_first=False)
    now = database_now()
    return pages.render(
        request,
        "admin/payouts/submission/list.html",
        {
            "title": "Unknown at the bank",
            "lead": "Handed over, and no clear answer. Nothing here is sent anew before we know: that could pay twice.",
            "rows": [_row(each, now) for each in page.rows],
            "pager": page,
            "empty_title": "We know what became of everything",
            "empty_text": "A submission stands here when the bank's answer is missing or unclear.",
        },
    )


def _row(submission: Submission, now: datetime) -> dict[str, Any]:
    finding = asked.open_resolution(submission)
    return {
        "submission": submission,
        "url": url_of(submission),
        "money": asked.money(submission),
        "late": now - submission.status_at > asked.alert_after(),
        "finding": finding,
        "answer": submission.answer_text or "Nothing came back.",
    }


def url_of(submission: Submission, verb: str = "detail") -> str:
    """The page of one submission, or of one of its verbs."""
    return reverse(f"admin:payouts_submission_{verb}", args=[submission.rail, submission.key])


def find(rail: str, key: str) -> Submission:
    """The submission of that key, or 404."""
    return get_object_or_404(asked.any_of_them(), rail=rail, key=key)


@pages.page(*SEE)
def detail(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """One submission: what is known of it, and the verbs with why one is off."""
    submission = find(rail, key)
    now = database_now()
    finding = asked.open_resolution(submission)
    attempts = list(submission.attempts.select_related("payout__seller").order_by("-amount_minor")[:SHOWN])
    context = {
        "title": f"Submission {submission.key}",
        "submission": submission,
        "reference": submission.key,
        "back_url": reverse("admin:payouts_submission_unknown"),
        "back_label": "Unknown at the bank",
        "money": asked.money(submission),
        "is_unknown": submission.status == SubmissionStatus.UNKNOWN,
        "finding": finding,
        "verbs": _verbs(request, submission, finding, now),
        "asks_next": submission.next_lookup_at
        if submission.next_lookup_at and submission.next_lookup_at > now
        else None,
        "rows": [
            {"attempt": each, "money": Money(each.amount_minor, each.payout.currency)} for each in attempts
        ],
        "more": max(asked.count(submission) - len(attempts), 0),
        "timeline_entries": _timeline(submission),
    }
    return pages.render(request, "admin/payouts/submission/detail.html", context)


def _verbs(
    request: HttpRequest, submission: Submission, finding: Resolution | None, now: datetime
) -> list[dict[str, Any]]:
    may = "payouts.resolve_unknown" in pages.permissions(request)
    if submission.status != SubmissionStatus.UNKNOWN or not may:
        return []
    shown: list[dict[str, Any]] = [
        {"label": "Look up now", "url": url_of(submission, "look_up"), "method": "post"}
    ]
    again: dict[str, Any] = {"label": "Send the same bytes again"}
    why_not = why_not_again(submission, now)
    again |= {"off": f"Off: {why_not}"} if why_not else {"url": url_of(submission, "again")}
    if finding is None:
        shown.append({"label": "Say what became of it", "kind": "main", "url": url_of(submission, "propose")})
        return [*shown, again]
    shown.append({"label": "Dismiss the finding", "url": url_of(submission, "dismiss")})
    confirm: dict[str, Any] = {"label": f"Confirm: {finding.get_verdict_display().lower()}", "kind": "main"}
    if finding.proposed_by_id == request.user.pk:
        confirm["off"] = "Off for you: it is your own finding. Another person must confirm it."
    else:
        confirm["url"] = url_of(submission, "confirm")
    return [*shown, confirm, again]


def why_not_again(submission: Submission, now: datetime) -> str:
    """Why the same bytes may not go again now: the rail is stopped, or it could pay twice. Empty when they may."""
    stop = switches.open_on(submission.rail)
    if stop is not None:
        return f"{submission.rail} is stopped ({stop.reason})."
    return asked.why_not_again(submission=submission, now=now)


def _timeline(submission: Submission) -> list[dict[str, Any]]:
    entries = [
        {
            "at": submission.prepared_at,
            "title": "Made and stored",
            "text": f"{submission.body_bytes:,} bytes, SHA-256 {submission.body_sha256[:8]} …",
            "meaning": "neutral",
        }
    ]
    for event in submission.events.order_by("pk"):
        title, meaning = WHAT.get(event.what, (event.what.capitalize(), "neutral"))
        code = f" ({event.code})" if event.code and event.what in ("answer", "lookup", "late") else ""
        if event.outcome:
            label = (
                SubmissionStatus(event.outcome.upper()).label
                if event.outcome.upper() in SubmissionStatus.values
                else event.outcome
            )
            title = f"{title}: {label.lower()}"
        if event.what == "lease":
            title = f"Handed over, time {event.fence}" if event.fence > 1 else title
        entries.append(
            {
                "at": event.at,
                "title": title,
                "who": event.actor_name,
                "text": f"{event.text}{code}",
                "meaning": meaning,
            }
        )
    return entries[::-1]


urlpatterns = [
    path("unknown/", listed, name="payouts_submission_unknown"),
    path("unknown/<slug:rail>/<str:key>/", detail, name="payouts_submission_detail"),
]
