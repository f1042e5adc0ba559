"""Batches: the list, one batch with what exactly will be sent and live progress, and its verbs."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.doors import keyset, pages, worklists
from backoffice.doors.addresses import Known, UnknownChoice
from backoffice.words import later, number
from payouts.admin import _bank_file, _bulk, verbs
from payouts.admin import _batch_facts as facts
from payouts.models import Batch, BatchItem, Payout
from payouts.operations import batching
from payouts.queries import batch_look, batch_words, caps, dead, deciding, explain, recorded, waiting
from payouts.queries import batches as asked
from payouts.states import BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money

TABS = (
    ("", later("All")),
    ("PROPOSED", later("Awaiting approval")),
    ("SUBMITTING", later("Being submitted")),
    ("SUBMITTED", later("With the bank")),
    ("SETTLED", later("Settled")),
)


@pages.page("payouts.view_batch", knows=Known("status", *keyset.PLACE, *worklists.WAITS))
def listed(request: HttpRequest) -> HttpResponse:
    """Every batch, newest first."""
    rows = asked.all_of()
    status = request.GET.get("status", "")
    if status:
        if status not in BatchStatus.values:
            raise UnknownChoice(_("Status"), status, name="status")
        rows = rows.filter(status=status)
    if worklists.for_me(request):
        rows = rows.filter(pk__in=deciding.batches(person_id=request.user.pk or 0))
    page = keyset.page(request, rows)
    now = database_now()
    return pages.render(
        request,
        "admin/payouts/batch/list.html",
        {
            "title": _("Batches"),
            "lead": _("Approved payouts that share a rail, a funding account, a currency and a value date."),
            "verbs": [*_export(request, status), *_propose_verb(request)],
            "tabs": [
                {"label": label, "url": f"?status={value}" if value else "?", "current": value == status}
                for value, label in TABS
            ],
            "chips": worklists.chips(request, worklists.WAITS),
            "rows": [_row(batch, now) for batch in page.rows],
            "pager": page,
            "empty_title": _("No batch here"),
            "empty_text": _("Approved payouts become batches when somebody proposes them."),
        },
    )


def _export(request: HttpRequest, status: str) -> list[dict[str, str]]:
    """The way to a file of exactly these rows; none to those that wait for the reader: no export knows them."""
    if worklists.for_me(request) or "payouts.request_export" not in pages.permissions(request):
        return []
    query = {"kind": "batches"} | ({"status": status} if status in BatchStatus.values else {})
    return [
        {"label": _("Export these rows"), "url": f"{reverse('admin:payouts_export_new')}?{urlencode(query)}"}
    ]


def _propose_verb(request: HttpRequest) -> list[dict[str, str]]:
    ready = waiting.to_batch().order_by()[:1001].count()
    if "payouts.propose_batch" not in pages.permissions(request) or not ready:
        return []
    label = ngettext("Put {n} approved payout into batches", "Put {n} approved payouts into batches", ready)
    back = reverse("admin:payouts_batch_list")
    query = f"all_matching=1&query=status%3DAPPROVED%26on_hold%3Dfalse&back={back}"
    url = f"{reverse('admin:payouts_payout_act', args=['batch'])}?{query}"
    return [
        {
            "label": label.format(n=number(ready) if ready <= 1000 else f"{number(1000)}+"),
            "url": url,
            "kind": "main",
        }
    ]


def _row(batch: Batch, now: Any) -> dict[str, Any]:
    cut_off = ""
    if batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED):
        deadline = batching.deadline(batch, now)
        cut_off = explain.clock(deadline.cut_off_at, explain.bank_zone(batch))
    return {"batch": batch, "money": Money(batch.total_minor, batch.currency), "cut_off": cut_off}


@pages.page("payouts.view_batch", knows=Known(*keyset.PLACE))
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One batch."""
    return _detail(request, facts.find(reference))


def _detail(request: HttpRequest, batch: Batch, file_form: forms.Form | None = None) -> HttpResponse:
    """The page of one batch; with ``file_form``, what was wrong with what was asked there."""
    now = database_now()
    deadline = batching.deadline(batch, now)
    before = facts.before_sending(batch)
    page = keyset.page(request, asked.items(batch))
    submissions = list(asked.submissions(batch)[:5])
    items = _items(page.rows)
    kept = caps.keeps_back(batch=batch, day=deadline.value_date).reasons if before else {}
    held = pages.permissions(request)
    live = _progress(request, batch)
    context = {
        "title": _("Batch {reference}").format(reference=batch.reference),
        "kept_back": facts.groups(batch, kept),
        "short_of_money": facts.short_of_money(batch),
        "left": batch_look.left(batch),
        **facts.changed(request, batch, request.path),
        **facts.since(batch, deadline),
        "batch": batch,
        "money": Money(batch.total_minor, batch.currency),
        "reference": batch.reference,
        "back_url": reverse("admin:payouts_batch_list"),
        "back_label": _("Batches"),
        "next_step": batch_words.next_step(batch=batch, deadline=deadline, now=now),
        "handed": batch_words.handed_over(batch),
        "sees_unknown": "payouts.view_submission" in held,
        "value_date": deadline.value_date if before else batch.value_date,
        "verbs": _verbs(request, batch),
        "figures": facts.figures(batch, deadline, now),
        "rows": items,
        # While it moves, what happens to each comes along and needs its place.
        "told": not before or bool(live["live_url"]) or any(item["note"] for item in items),
        "pager": page,
        "selection": _selection(request, batch),
        "submissions": submissions,
        "file": next((s for s in submissions if s.payout_id is None), None),
        "file_form": (file_form or _bank_file.FileForm()) if "payouts.download_bank_file" in held else None,
        "timeline_entries": facts.timeline(batch, submissions),
        **live,
    }
    return pages.render(
        request, "admin/payouts/batch/detail.html", context, status=200 if file_form is None else 422
    )


def _items(rows: Sequence[BatchItem]) -> list[dict[str, Any]]:
    """Each payout of the page, and what became of it."""
    said = asked.said_of(rows)
    return [
        {
            "payout": item.payout,
            "seller": item.payout.seller,
            "masked": item.account_version.masked,
            "note": recorded.perhaps(item.left_because)
            if item.left_at is not None
            else said.get(item.pk, ""),
            "left": item.left_at is not None,
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


def _verbs(request: HttpRequest, batch: Batch) -> list[dict[str, Any]]:
    held = pages.permissions(request)
    shown: list[dict[str, Any]] = []
    if verbs.BULKS["reissue"].permission in held:
        shown += _pay_again(batch)
    if batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED) and "payouts.dissolve_batch" in held:
        url = reverse("admin:payouts_batch_dissolve", args=[batch.reference])
        shown.append({"label": _("Dissolve"), "kind": "stop", "url": url})
    if batch.status == BatchStatus.PROPOSED and "payouts.approve_batch" in held:
        money = Money(batch.total_minor, batch.currency)
        verb: dict[str, Any] = {
            "label": _("Approve {text}").format(text=written.text(money)),
            "kind": "main",
        }
        off = facts.why_not_approve(request, batch)
        if off:
            verb["off"] = off
        else:
            verb |= {"url": reverse("admin:payouts_batch_approve", args=[batch.reference]), "key": "a"}
        shown.append(verb)
    return shown


def _pay_again(batch: Batch) -> list[dict[str, str]]:
    """What failed of this batch, as new payouts: as many as one step takes."""
    failed = dead.waiting(Payout.objects.filter(batch=batch)).order_by()[:1001].count()
    if not failed:
        return []
    query = {
        "all_matching": "1",
        "query": f"batch={batch.reference}&undecided=true",
        "back": reverse("admin:payouts_batch_detail", args=[batch.reference]),
    }
    shown = number(failed) if failed <= 1000 else f"{number(1000)}+"
    most = _bulk.limit(verbs.BULKS["reissue"])
    if failed > most:
        shown = _bulk.part(most, shown)
    url = f"{reverse('admin:payouts_payout_act', args=['reissue'])}?{urlencode(query)}"
    return [{"label": _("Pay {number} that failed again").format(number=shown), "url": url, "kind": ""}]


def _progress(request: HttpRequest, batch: Batch) -> dict[str, Any]:
    found, query = asked.progress(batch), request.GET.copy()
    query["was"] = batch.status
    url = f"{reverse('admin:payouts_batch_progress', args=[batch.reference])}?{query.urlencode()}"
    return {"progress": found, "live_id": "progress", "live_url": url if found.moving else ""}


@pages.page("payouts.view_batch", knows=Known("was", *keyset.PLACE))
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The progress, which asks for itself again while the batch moves; each payout of the page moves along."""
    batch, now = facts.find(reference), database_now()
    deadline = batching.deadline(batch, now)
    context = {
        "batch": batch,
        "along": True,
        "next_step": batch_words.next_step(batch=batch, deadline=deadline, now=now),
        "verbs": _verbs(request, batch),
        "rows": _items(keyset.page(request, asked.items(batch)).rows),
        **_progress(request, batch),
    }
    if request.GET.get("was", batch.status) != batch.status:
        context["timeline_entries"] = facts.timeline(batch, list(asked.submissions(batch)[:5]))
    return render(request, "admin/payouts/batch/progress.html", context)


@require_POST
@pages.page("payouts.download_bank_file")
def download(request: HttpRequest, reference: str) -> HttpResponse:
    """The exact bytes that were sent. Recorded with a reason, like a reveal: they hold account numbers."""
    batch, form = facts.find(reference), _bank_file.FileForm(request.POST)
    submission = get_object_or_404(asked.submissions(batch), payout__isnull=True)
    return _bank_file.answer(request, submission, form) or _detail(request, batch, form)


urlpatterns = [
    path("batches/", listed, name="payouts_batch_list"),
    path("batches/<str:reference>/", detail, name="payouts_batch_detail"),
    path("batches/<str:reference>/progress/", progress, name="payouts_batch_progress"),
    path("batches/<str:reference>/file/", download, name="payouts_batch_file"),
]
