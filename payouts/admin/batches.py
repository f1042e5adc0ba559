"""The page of one batch: what exactly will be sent, live progress, and its verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.doors import countdown, keyset, pages
from backoffice.doors.addresses import Known
from backoffice.words import number
from payouts.admin import _bank_file, _bulk, verbs
from payouts.admin import _batch_facts as facts
from payouts.models import Batch, BatchItem, Payout, Submission
from payouts.queries import batch_look, batch_words, dead, explain, flags, leaving, recorded, worklist
from payouts.queries import batches as asked
from payouts.states import BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money


@pages.page("payouts.view_batch", knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One batch."""
    return _detail(request, facts.find(reference))


def _detail(request: HttpRequest, batch: Batch, file_form: forms.Form | None = None) -> HttpResponse:
    """The page of one batch; with ``file_form``, what was wrong with what was asked there."""
    now = database_now()
    deadline = explain.deadline(batch, now)
    before = facts.before_sending(batch)
    page = keyset.page(request, asked.items(batch))
    submissions = list(asked.submissions(batch)[:5])
    items = _items(page.rows)
    flagged = flags.worded((item.payout for item in page.rows), now=now) if before else {}
    held = pages.permissions(request)
    live, going = _progress(request, batch), leaving.leaves(batch, deadline.value_date)
    context = {
        "title": _("Batch {reference}").format(reference=batch.reference),
        "kept_back": facts.kept_back(going),
        "short_of_money": facts.short_of_money(batch, going),
        "left": batch_look.left(batch),
        **facts.changed(request, batch, request.path, going),
        **facts.since(batch, deadline),
        "batch": batch,
        "money": Money(batch.total_minor, batch.currency),
        "reference": batch.reference,
        "back_url": reverse("admin:payouts_batch_list"),
        "back_label": _("Batches"),
        "next_step": batch_words.next_step(batch=batch, deadline=deadline, going=going, now=now),
        **_handed(request, batch, submissions),
        "value_date": deadline.value_date if before else batch.value_date,
        "verbs": _verbs(request, batch, going),
        "shares": facts.shares(batch, going),
        "figures": facts.figures(batch, deadline, now, going),
        "rows": [
            item | {"flags": flagged.get(item["payout"].pk, []), "barred": worklist.barred(item["payout"])}
            for item in items
        ],
        "before": before,
        # While it moves, what happens to each comes along and needs its place: that of what is to be known before.
        "told": not before or bool(live["live_url"]),
        "pager": page,
        "selection": _selection(request, batch),
        "submissions": submissions,
        "file_form": (file_form or _bank_file.FileForm()) if "payouts.download_bank_file" in held else None,
        "timeline_entries": facts.timeline(batch, submissions),
        **live,
    }
    return pages.render(
        request, "admin/payouts/batch/detail.html", context, status=200 if file_form is None else 422
    )


def _handed(request: HttpRequest, batch: Batch, submissions: Sequence[Submission]) -> dict[str, Any]:
    """What was handed over, and what the bank said of it."""
    return {
        "handed": batch_words.handed_over(batch),
        "sees_unknown": "payouts.view_submission" in pages.permissions(request),
        "file": next((s for s in submissions if s.payout_id is None), None),
    }


def _items(rows: Sequence[BatchItem]) -> list[dict[str, Any]]:
    """Each payout of the page, and what became of it."""
    said, left_by = asked.said_of(rows), batch_look.left_by(rows)
    return [
        {
            "payout": item.payout,
            "seller": item.payout.seller,
            "masked": item.account_version.masked,
            "note": recorded.perhaps(item.left_because)
            if item.left_at is not None
            else said.get(item.pk, ""),
            "left": item.left_at is not None,
            "left_by": left_by.get(item.pk, ""),
            "money": Money(item.amount_minor, item.payout.currency),
        }
        for item in rows
    ]


def _selection(request: HttpRequest, batch: Batch) -> dict[str, Any] | None:
    """What a treasurer takes out leaves the batch whole."""
    bulk = verbs.BULKS["take_out"]
    if not facts.before_sending(batch) or bulk.permission not in pages.permissions(request):
        return None
    return {"verbs": [_bulk.button(bulk, _("Take out"))]}


def _verbs(request: HttpRequest, batch: Batch, going: leaving.Leaving) -> list[dict[str, Any]]:
    held = pages.permissions(request)
    shown: list[dict[str, Any]] = []
    if verbs.BULKS["reissue"].permission in held:
        shown += _pay_again(batch)
    if batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED) and "payouts.dissolve_batch" in held:
        url = reverse("admin:payouts_batch_dissolve", args=[batch.reference])
        shown.append({"label": _("Dissolve"), "kind": "stop", "url": url})
    if batch.status == BatchStatus.PROPOSED and "payouts.approve_batch" in held:
        verb: dict[str, Any] = {
            "label": _("Approve {text}").format(text=written.text(going.money)),
            "kind": "main",
        }
        off = facts.why_not_approve(request, batch, going)
        if off:
            verb["off"] = off
        else:
            verb |= {"url": reverse("admin:payouts_batch_approve", args=[batch.reference]), "key": "a"}
        shown.append(verb)
    return shown


def _pay_again(batch: Batch) -> list[dict[str, str]]:
    """What failed of this batch, as new payouts."""
    failed = dead.waiting(Payout.objects.filter(batch=batch)).order_by()[:1001].count()
    if not failed:
        return []
    query = {
        "all_matching": "1",
        "query": f"batch={batch.reference}&undecided=true",
        "back": reverse("admin:payouts_batch_detail", args=[batch.reference]),
    }
    shown = number(failed) if failed <= 1000 else f"{number(1000)}+"
    url = f"{reverse('admin:payouts_payout_act', args=['reissue'])}?{urlencode(query)}"
    return [{"label": _("Pay {number} that failed again").format(number=shown), "url": url, "kind": ""}]


def _progress(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    found, query = asked.progress(batch), request.GET.copy()
    query["was"] = batch.status
    url = f"{reverse('admin:payouts_batch_progress', args=[batch.reference])}?{query.urlencode()}"
    return {"progress": found, "live_id": "progress", "live_url": url if found.moving else ""}


@pages.page("payouts.view_batch", knows=Known("was", *keyset.PLACE))
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The progress, which asks for itself again while the batch moves; what the page says of it moves along, and where
    its status is another one the page is offered anew.
    """
    batch, now = facts.find(reference), database_now()
    deadline, submissions = explain.deadline(batch, now), list(asked.submissions(batch)[:5])
    was = request.GET.get("was", batch.status)
    anew = was != batch.status or batch.status == BatchStatus.PROPOSED
    # What leaves costs by the size of the batch. Where one that moves stands as it did, nothing here says it.
    going = leaving.leaves(batch, deadline.value_date) if anew else leaving.whole(batch)
    context = {
        "batch": batch,
        "along": True,
        "next_step": batch_words.next_step(batch=batch, deadline=deadline, going=going, now=now),
        "verbs": _verbs(request, batch, going),
        "shares": facts.shares(batch, going) if anew else [],
        "figures": facts.figures(batch, deadline, now, going) if anew else [],
        "time_left": countdown.until(deadline.cut_off_at, now=now) if facts.before_sending(batch) else "",
        **_handed(request, batch, submissions),
        "rows": _items(keyset.page(request, asked.items(batch)).rows),
        **_progress(request, batch),
    }
    if was != batch.status:
        # What can be ticked, and the form for its file, are those of the status that the page was made in.
        query = request.GET.copy()
        query.pop("was", None)
        page_url = reverse("admin:payouts_batch_detail", args=[batch.reference])
        context |= {
            "timeline_entries": facts.timeline(batch, submissions),
            "moved_on": batch_words.since_opened(batch, was=was),
            "page_url": f"{page_url}?{query.urlencode()}" if query else page_url,
        }
    return render(request, "admin/payouts/batch/progress.html", context)


@require_POST
@pages.page("payouts.download_bank_file")
def download(request: HttpRequest, reference: str) -> HttpResponse:
    """The exact bytes that were sent. Recorded with a reason, like a reveal: they hold account numbers."""
    batch, form = facts.find(reference), _bank_file.FileForm(request.POST)
    submission = get_object_or_404(asked.submissions(batch), payout__isnull=True)
    return _bank_file.answer(request, submission, form) or _detail(request, batch, form)


urlpatterns = [
    path("batches/<str:reference>/", detail, name="payouts_batch_detail"),
    path("batches/<str:reference>/progress/", progress, name="payouts_batch_progress"),
    path("batches/<str:reference>/file/", download, name="payouts_batch_file"),
]
