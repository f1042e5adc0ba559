"""The desk of submissions of which nobody knows whether the bank has them: the evidence, and what may be done."""

from datetime import datetime
from typing import Any

from django.db.models import F
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import labelled, later, number
from payouts.admin import _bank_file, _currency, unknown_choices
from payouts.models import Submission
from payouts.queries import attempts as handed
from payouts.queries import deciding, explain, recorded
from payouts.queries import unknown as asked
from payouts.states import SubmissionStatus
from sellers.ledger.money import Money

SEE = ("payouts.view_submission", "payouts.resolve_unknown")
SHOWN = 10
CHIPS = _currency.CHIPS | worklists.WAITS
SORTS = (keyset.Sort("since", ("status_at",), turned=True), worklists.AMOUNT)
WHAT = {
    "lease": (later("Handed over"), "moving"),
    "answer": (later("Answer"), "waiting"),
    "lookup": (later("The bank was asked"), "waiting"),
    "late": (later("A late answer, kept as evidence"), "neutral"),
    "expired": (later("No answer in time"), "stopped"),
    "proposed": (later("Finding"), "waiting"),
    "resolved": (later("Confirmed by a second person"), "done"),
    "dismissed": (later("Finding dismissed"), "neutral"),
    "noted": (later("The bank noted"), "neutral"),
    "report": (later("The bank reports about it"), "done"),
}


@pages.page(*SEE, knows=Known(*keyset.PLACE, *CHIPS, sort=worklists.ORDERS))
def listed(request: HttpRequest) -> HttpResponse:
    """Every UNKNOWN submission, those first of which nobody has known the longest."""
    chosen = worklists.chosen(request, CHIPS)
    whom = worklists.for_whom(request)
    rows = deciding.submissions(person_id=whom.pk) if whom else asked.desk()
    if "currency" in chosen:
        rows = rows.filter(batch__currency=chosen["currency"])
    with_money = rows.annotate(currency=F("batch__currency"), amount_minor=Coalesce("total_minor", 0))
    page = keyset.page(request, with_money, sorts=SORTS, usual=worklists.OLDEST)
    now = database_now()
    return pages.render(
        request,
        "admin/payouts/submission/list.html",
        {
            "title": _("Unknown at the bank"),
            "lead": _(
                "Handed over, and no clear answer. Nothing here is sent anew before we know: "
                "that could pay twice."
            ),
            "verbs": exports.verb(request, "unknown", worklists.exported(request, "currency", "waits_for")),
            "chips": worklists.chips(request, CHIPS),
            "rows": [_row(each, now) for each in page.rows],
            "pager": page,
            "sorts": page.headings,
            "empty_title": _("We know what became of everything"),
            "empty_text": _("A submission stands here when the bank's answer is missing or unclear."),
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
        "answer": recorded.perhaps(submission.answer_text) or _("Nothing came back."),
        "again": again_words(submission, now) if finding is None else "",
    }


def again_words(submission: Submission, now: datetime) -> str:
    """Until when the same bytes may go again, or why they may not."""
    why_not = unknown_choices.why_not_again(submission, now)
    return why_not or _("The same bytes may go again until {until_words}.").format(
        until_words=unknown_choices.until_words(submission)
    )


def url_of(submission: Submission, verb: str = "detail") -> str:
    """The page of one submission, or of one of its verbs."""
    return reverse(f"admin:payouts_submission_{verb}", args=[submission.rail, submission.key])


def find(rail: str, key: str) -> Submission:
    """The submission of that key, or 404."""
    return get_object_or_404(asked.any_of_them(), rail=rail, key=key)


@pages.page(*SEE)
def detail(request: HttpRequest, rail: str, key: str) -> HttpResponse:
    """One submission: what is known of it, and the verbs with why one is off."""
    return show(request, find(rail, key))


def show(
    request: HttpRequest, submission: Submission, file_form: _bank_file.FileForm | None = None
) -> HttpResponse:
    """The page of one submission; with ``file_form``, what was wrong with what was asked there."""
    now = database_now()
    finding = asked.open_resolution(submission)
    choices = unknown_choices.of(request, submission, finding, now)
    urls = {each.verb: url_of(submission, each.verb) for each in choices}
    zone = explain.bank_zone(submission.batch)
    lookups, last = asked.lookups(submission)
    attempts = list(submission.attempts.select_related("payout__seller").order_by("-amount_minor")[:SHOWN])
    context = {
        "title": _("Submission {key}").format(key=submission.key),
        "submission": submission,
        "reference": submission.key,
        "back_url": reverse("admin:payouts_submission_unknown"),
        "back_label": _("Unknown at the bank"),
        "money": asked.money(submission),
        "is_unknown": submission.status == SubmissionStatus.UNKNOWN,
        "finding": finding,
        "zone": zone,
        "choices": choices,
        "verbs": unknown_choices.buttons(choices, urls),
        "follows": handed.unknown_words(submission, zone, now=now),
        "lookups": lookups,
        "looked_up": last,
        "cannot_ask": asked.why_not_look_up(submission),
        "findings": _findings(submission),
        "file_form": (file_form or _bank_file.FileForm())
        if "payouts.download_bank_file" in pages.permissions(request)
        else None,
        "rows": [
            {"attempt": each, "money": Money(each.amount_minor, each.payout.currency)} for each in attempts
        ],
        "more": max(asked.count(submission) - len(attempts), 0),
        "timeline_entries": _timeline(submission),
    }
    status = 200 if file_form is None else 422
    return pages.render(request, "admin/payouts/submission/detail.html", context, status=status)


def _findings(submission: Submission) -> list[dict[str, Any]]:
    """Each finding with its paper and what became of it, newest first."""
    found = []
    for each in asked.findings(submission):
        paper = getattr(each, "attached", None)
        state: tuple[str, str, datetime | None]
        if each.confirmed_at is not None:
            state = (
                _("Confirmed by {name}").format(name=_name(each.confirmed_by)),
                "done",
                each.confirmed_at,
            )
        elif each.dismissed_at is not None:
            state = (_("Dismissed"), "neutral", each.dismissed_at)
        else:
            state = (_("Waits for another person"), "waiting", None)
        url = (
            reverse("admin:payouts_submission_evidence", args=[submission.rail, submission.key, paper.pk])
            if paper
            else ""
        )
        found.append({"it": each, "who": _name(each.proposed_by), "paper": paper, "url": url, "state": state})
    return found


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def _timeline(submission: Submission) -> list[dict[str, Any]]:
    entries = [
        {
            "at": submission.prepared_at,
            "title": _("Made and stored"),
            "text": _("{body_bytes} bytes, SHA-256 {body_sha256} …").format(
                body_bytes=number(submission.body_bytes), body_sha256=submission.body_sha256[:8]
            ),
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
            title = labelled(title, label.lower())
        if event.what == "lease":
            title = _("Handed over, time {fence}").format(fence=event.fence) if event.fence > 1 else title
        entries.append(
            {
                "at": event.at,
                "title": title,
                "who": event.actor_name,
                "text": (event.text if event.actor_name else recorded.perhaps(event.text)) + code,
                "meaning": meaning,
            }
        )
    return entries[::-1]


urlpatterns = [
    path("unknown/", listed, name="payouts_submission_unknown"),
    path("unknown/<slug:rail>/<str:key>/", detail, name="payouts_submission_detail"),
]
