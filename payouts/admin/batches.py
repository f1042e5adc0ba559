"""Batches: the list, one batch with what exactly will be sent and live progress, and its verbs."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import keyset, pages
from payouts import countries
from payouts.admin import _bank_file
from payouts.admin._bulk import LOCALE
from payouts.admin.verbs import ReasonForm
from payouts.countries import calendars
from payouts.models import Batch, BatchItem, Payout
from payouts.operations import batching
from payouts.queries import batch_words, caps, explain, waiting
from payouts.queries import batches as asked
from payouts.states import BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money

TABS = (
    ("", "All"),
    ("PROPOSED", "Awaiting approval"),
    ("SUBMITTING", "Being submitted"),
    ("SUBMITTED", "With the bank"),
    ("SETTLED", "Settled"),
)


@pages.page("payouts.view_batch")
def listed(request: HttpRequest) -> HttpResponse:
    """Every batch, newest first."""
    rows = asked.all_of()
    status = request.GET.get("status", "")
    if status in BatchStatus.values:
        rows = rows.filter(status=status)
    page = keyset.page(request, rows)
    now = database_now()
    return pages.render(
        request,
        "admin/payouts/batch/list.html",
        {
            "title": "Batches",
            "lead": "Approved payouts that share a rail, a funding account, a currency and a value date.",
            "verbs": _propose_verb(request),
            "tabs": [
                {"label": label, "url": f"?status={value}" if value else "?", "current": value == status}
                for value, label in TABS
            ],
            "rows": [_row(batch, now) for batch in page.rows],
            "pager": page,
            "empty_title": "No batch here",
            "empty_text": "Approved payouts become batches when somebody proposes them.",
        },
    )


def _propose_verb(request: HttpRequest) -> list[dict[str, str]]:
    ready = waiting.to_batch().order_by()[:1001].count()
    if "payouts.propose_batch" not in pages.permissions(request) or not ready:
        return []
    number = f"{ready:,}" if ready <= 1000 else "1,000+"
    back = reverse("admin:payouts_batch_list")
    query = f"all_matching=1&query=status%3DAPPROVED%26on_hold%3Dfalse&back={back}"
    url = f"{reverse('admin:payouts_payout_act', args=['batch'])}?{query}"
    what = "payout" if ready == 1 else "payouts"
    return [{"label": f"Put {number} approved {what} into batches", "url": url, "kind": "main"}]


def _row(batch: Batch, now: Any) -> dict[str, Any]:
    cut_off = ""
    if batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED):
        deadline = batching.deadline(batch, now)
        cut_off = explain.clock(deadline.cut_off_at, explain.zone_of(batch.country))
    return {"batch": batch, "money": Money(batch.total_minor, batch.currency), "cut_off": cut_off}


def _find(reference: str) -> Batch:
    return get_object_or_404(asked.all_of(), reference=reference.upper())


@pages.page("payouts.view_batch")
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """One batch."""
    return _detail(request, _find(reference))


def _detail(request: HttpRequest, batch: Batch, file_form: forms.Form | None = None) -> HttpResponse:
    """The page of one batch; with ``file_form``, what was wrong with what was asked there."""
    now = database_now()
    deadline = batching.deadline(batch, now)
    before_sending = batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED)
    page = keyset.page(request, asked.items(batch))
    submissions = list(asked.submissions(batch)[:5])
    said = asked.said_of(page.rows)
    items = [_item(item, said) for item in page.rows]
    kept = caps.keeps_back(batch=batch, day=deadline.value_date).reasons if before_sending else {}
    context = {
        "title": f"Batch {batch.reference}",
        "kept_back": _groups(batch, kept),
        "batch": batch,
        "money": Money(batch.total_minor, batch.currency),
        "reference": batch.reference,
        "back_url": reverse("admin:payouts_batch_list"),
        "back_label": "Batches",
        "next_step": batch_words.next_step(batch=batch, deadline=deadline, now=now),
        "handed": batch_words.handed_over(batch),
        "sees_unknown": "payouts.view_submission" in pages.permissions(request),
        "value_date": deadline.value_date if before_sending else batch.value_date,
        "verbs": _verbs(request, batch, deadline.value_date),
        "figures": _figures(batch, deadline, before_sending, now),
        "rows": items,
        "any_note": any(item["note"] for item in items),
        "pager": page,
        "submissions": submissions,
        "file": next((s for s in submissions if s.payout_id is None), None),
        "file_form": (file_form or _bank_file.FileForm())
        if "payouts.download_bank_file" in pages.permissions(request)
        else None,
        "timeline_entries": _timeline(batch, submissions),
        **_progress(batch),
    }
    return pages.render(request, "admin/payouts/batch/detail.html", context, status=200 if file_form is None else 422)


def _groups(batch: Batch, kept: Mapping[int, str]) -> list[dict[str, Any]]:
    """What the caps keep from leaving, by reason."""
    by_reason: dict[str, list[Payout]] = defaultdict(list)
    for payout in Payout.objects.filter(pk__in=kept).order_by("pk"):
        by_reason[kept[payout.pk]].append(payout)
    return [
        {
            "reason": f"{reason[0].upper()}{reason[1:]}.",
            "count": len(payouts),
            "sums": [Money(sum(payout.amount_minor for payout in payouts), batch.currency)],
            "references": [str(payout.reference) for payout in payouts],
        }
        for reason, payouts in by_reason.items()
    ]


def _item(item: BatchItem, said: dict[int, str]) -> dict[str, Any]:
    note = item.left_because if item.left_at is not None else said.get(item.pk, "")
    return {
        "payout": item.payout,
        "seller": item.payout.seller,
        "masked": item.account_version.masked,
        "note": note,
        "left": item.left_at is not None,
        "money": Money(item.amount_minor, item.payout.currency),
    }


def _figures(
    batch: Batch, deadline: calendars.Deadline, before: bool, now: Any
) -> list[tuple[str, str, str]]:
    zone = explain.zone_of(batch.country)
    account = batch.funding_account
    shown = [
        (
            "Value date",
            explain.day(deadline.value_date if before else batch.value_date),
            "at the payees' banks",
        )
    ]
    if before:
        left = deadline.cut_off_at - now
        hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
        shown.insert(0, ("Cut-off", f"{hours} h {minutes} min", explain.clock(deadline.cut_off_at, zone)))
    shown.append(("Funding account", account.code, account.masked))
    shown.append(("Rail", batch.rail, "1 payout" if batch.item_count == 1 else f"{batch.item_count:,} payouts"))
    if not countries.is_open(batch.country):
        return shown
    calendar = countries.get(batch.country).calendar
    closed = next(iter(calendars.closed_days(calendar, now.date(), now.date() + timedelta(days=366))), None)
    if closed is not None:
        shown.append(("Next bank holiday", explain.day(closed[0]), str(closed[1])))
    return shown


def _verbs(request: HttpRequest, batch: Batch, value_date: Any) -> list[dict[str, Any]]:
    held = pages.permissions(request)
    shown: list[dict[str, Any]] = []
    if batch.status in (BatchStatus.PROPOSED, BatchStatus.APPROVED) and "payouts.dissolve_batch" in held:
        url = reverse("admin:payouts_batch_dissolve", args=[batch.reference])
        shown.append({"label": "Dissolve", "kind": "stop", "url": url})
    if batch.status == BatchStatus.PROPOSED and "payouts.approve_batch" in held:
        money = Money(batch.total_minor, batch.currency)
        verb: dict[str, Any] = {"label": f"Approve {written.text(money, locale=LOCALE)}", "kind": "main"}
        off = _why_not_approve(request, batch)
        if off:
            verb["off"] = off
        else:
            verb |= {"url": reverse("admin:payouts_batch_approve", args=[batch.reference]), "key": "a"}
        shown.append(verb)
    return shown


def _why_not_approve(request: HttpRequest, batch: Batch) -> str:
    """Why this reader cannot approve the proposed batch; empty where they can."""
    if batch.proposed_by_id == request.user.pk:
        return "Off for you: you proposed it. Another treasurer must approve it."
    return "" if batch.item_count else "Off: every payout has left this batch. Dissolve it."


def _timeline(batch: Batch, submissions: list[Any]) -> list[dict[str, Any]]:
    entries: list[dict[str, Any]] = [
        {"at": batch.proposed_at, "title": "Proposed", "who": _name(batch.proposed_by), "meaning": "waiting"}
    ]
    if batch.approved_at is not None:
        entry = {
            "at": batch.approved_at,
            "title": "Approved",
            "who": _name(batch.approved_by),
            "meaning": "done",
        }
        entries.append(entry)
    for miss in batch.missed_cut_offs.select_related("approved_by"):
        text = f"Approved by {_name(miss.approved_by)} for {explain.day(miss.value_date)}; not handed over in time."
        entries.append({"at": miss.found_at, "title": "Missed its cut-off", "text": text, "meaning": "stopped"})
    for submission in submissions:
        if submission.payout_id is None:
            text = f"{submission.body_bytes:,} bytes as {submission.key}"
            entries.append(
                {
                    "at": submission.prepared_at,
                    "title": "File made and stored",
                    "text": text,
                    "meaning": "moving",
                }
            )
    if batch.status in (BatchStatus.DISSOLVED, BatchStatus.SETTLED):
        label = BatchStatus(batch.status).label
        entries.append({"at": batch.status_at, "title": label, "meaning": "done"})
    return sorted(entries, key=lambda entry: entry["at"], reverse=True)


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user is not None else ""


def _progress(batch: Batch) -> dict[str, Any]:
    found = asked.progress(batch)
    url = reverse("admin:payouts_batch_progress", args=[batch.reference])
    return {"progress": found, "live_id": "progress", "live_url": url if found.moving else ""}


@pages.page("payouts.view_batch")
def progress(request: HttpRequest, reference: str) -> HttpResponse:
    """The progress, which asks for itself again while the batch moves, and what of the page moves with it."""
    batch, now = _find(reference), database_now()
    deadline = batching.deadline(batch, now)
    context = {
        "batch": batch,
        "along": True,
        "next_step": batch_words.next_step(batch=batch, deadline=deadline, now=now),
        "verbs": _verbs(request, batch, deadline.value_date),
        **_progress(batch),
    }
    return render(request, "admin/payouts/batch/progress.html", context)


@pages.page("payouts.approve_batch")
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    """What exactly will be sent, and the second person's yes."""
    batch = _find(reference)
    back = reverse("admin:payouts_batch_detail", args=[batch.reference])
    now = database_now()
    deadline = batching.deadline(batch, now)
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        try:
            batching.approve(
                batch_id=batch.pk,
                actor=pages.actor(request),
                now=now,
                seen=request.POST.get("seen", ""),
                seen_value_date=_shown_date(request),
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{batch.reference} approved. It is being handed to the bank.")
        return redirect(back)
    if batch.status != BatchStatus.PROPOSED:
        return pages.stale(request, [f"{batch.reference} is {BatchStatus(batch.status).label.lower()} already."], back)
    if off := _why_not_approve(request, batch):
        messages.error(request, f"Not approved. {off}")
        return redirect(back)
    money = Money(batch.total_minor, batch.currency)
    items = list(asked.items(batch).filter(left_at__isnull=True).order_by("-amount_minor")[:10])
    words = f"Approve {written.text(money, locale=LOCALE)} to {batch.item_count:,} sellers"
    zone = explain.zone_of(batch.country)
    context = {
        "title": words,
        "verb": words,
        "form": forms.Form(),
        "back_url": back,
        "hidden": [("seen", batching.seal_of(batch.pk)), ("value_date", deadline.value_date.isoformat())],
        "preview": {
            "count": batch.item_count,
            "sums": [money],
            "rows": [
                {
                    "reference": item.payout.reference,
                    "url": reverse("admin:payouts_payout_detail", args=[item.payout.reference]),
                    "name": item.payout.seller.name,
                    "note": item.account_version.masked,
                    "money": Money(item.amount_minor, batch.currency),
                }
                for item in items
            ],
            "more": max(batch.item_count - len(items), 0),
            "refused": _groups(batch, caps.keeps_back(batch=batch, day=deadline.value_date).reasons),
            "follows": [
                f"It is handed over to {batch.rail} at once, from {batch.funding_account.code}.",
                f"The sellers are paid on {explain.day(deadline.value_date)}; the cut-off is "
                f"{explain.clock(deadline.cut_off_at, zone)}.",
            ],
        },
    }
    return pages.render(request, "parts/confirm.html", context)


def _shown_date(request: HttpRequest) -> date:
    """The value date that the page promised."""
    try:
        return date.fromisoformat(request.POST.get("value_date", ""))
    except ValueError:
        raise Refused("Not approved: the page was not complete. Look again, then decide.") from None


@pages.page("payouts.dissolve_batch")
def dissolve(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the batch apart before it is sent."""
    batch = _find(reference)
    back = reverse("admin:payouts_batch_detail", args=[batch.reference])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reason = form.cleaned_data["reason"]
            batching.dissolve(
                batch_id=batch.pk, actor=pages.actor(request), reason=reason, now=database_now()
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, f"{batch.reference} dissolved: its payouts are approved again.")
        return redirect(back)
    context = {
        "title": f"Dissolve {batch.reference}",
        "lead": f"Its {batch.item_count} payouts are approved again and can be put into other batches.",
        "form": form,
        "verb": f"Dissolve {batch.reference}",
        "kind": "stop",
        "back_url": back,
    }
    return pages.render(request, "parts/form.html", context)


@require_POST
@pages.page("payouts.download_bank_file")
def download(request: HttpRequest, reference: str) -> HttpResponse:
    """The exact bytes that were sent. Recorded with a reason, like a reveal: they hold account numbers."""
    batch, form = _find(reference), _bank_file.FileForm(request.POST)
    submission = get_object_or_404(asked.submissions(batch), payout__isnull=True)
    return _bank_file.answer(request, submission, form) or _detail(request, batch, form)


urlpatterns = [
    path("batches/", listed, name="payouts_batch_list"),
    path("batches/<str:reference>/", detail, name="payouts_batch_detail"),
    path("batches/<str:reference>/progress/", progress, name="payouts_batch_progress"),
    path("batches/<str:reference>/approve/", approve, name="payouts_batch_approve"),
    path("batches/<str:reference>/dissolve/", dissolve, name="payouts_batch_dissolve"),
    path("batches/<str:reference>/file/", download, name="payouts_batch_file"),
]
