"""What people do to a batch: approve what exactly will be sent, or take it apart."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages
from payouts.admin import _batch_facts as facts
from payouts.admin._bulk import LOCALE
from payouts.admin.verbs import ReasonForm
from payouts.operations import batching
from payouts.queries import batch_look, caps, explain
from payouts.states import BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money

SHOWN = 10


@pages.page("payouts.approve_batch")
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    """What exactly will be sent, and the second person's yes."""
    batch = facts.find(reference)
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
        return pages.stale(
            request, [f"{batch.reference} is {BatchStatus(batch.status).label.lower()} already."], back
        )
    if off := facts.why_not_approve(request, batch):
        messages.error(request, f"Not approved. {off}")
        return redirect(back)
    money = Money(batch.total_minor, batch.currency)
    changed = facts.changed(request, batch, request.path)
    others = batch_look.others(batch, without=changed["changed_ids"], most=SHOWN)
    payees = "1 seller" if batch.item_count == 1 else f"{batch.item_count:,} payees"
    words = f"Approve {written.text(money, locale=LOCALE)} to {payees}"
    zone = explain.zone_of(batch.country)
    context = {
        "title": words,
        "verb": words,
        "form": forms.Form(),
        "back_url": back,
        "back_label": batch.reference,
        "hidden": [("seen", batching.seal_of(batch.pk)), ("value_date", deadline.value_date.isoformat())],
        "short_of_money": facts.short_of_money(batch),
        **changed,
        "preview": {
            "count": batch.item_count,
            "sums": [money],
            "rows": [
                {
                    "reference": payee.payout.reference,
                    "url": reverse("admin:payouts_payout_detail", args=[payee.payout.reference]),
                    "name": payee.name,
                    "note": "; ".join([f"To {payee.account}", *payee.flags]),
                    "money": payee.money,
                }
                for payee in others
            ],
            "more": max(batch.item_count - len(changed["changed_ids"]) - len(others), 0),
            "refused": facts.groups(batch, caps.keeps_back(batch=batch, day=deadline.value_date).reasons),
            "follows": [
                f"It is handed over to {batch.rail} at once, from {batch.funding_account.code}.",
                f"The sellers are paid on {explain.day(deadline.value_date)}; the cut-off is "
                f"{explain.clock(deadline.cut_off_at, zone)}.",
            ],
        },
    }
    return pages.render(request, "admin/payouts/batch/approve.html", context)


def _shown_date(request: HttpRequest) -> date:
    """The value date that the page promised."""
    try:
        return date.fromisoformat(request.POST.get("value_date", ""))
    except ValueError:
        raise Refused("Not approved: the page was not complete. Look again, then decide.") from None


@pages.page("payouts.dissolve_batch")
def dissolve(request: HttpRequest, reference: str) -> HttpResponse:
    """Take the batch apart before it is sent."""
    batch = facts.find(reference)
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


urlpatterns = [
    path("batches/<str:reference>/approve/", approve, name="payouts_batch_approve"),
    path("batches/<str:reference>/dissolve/", dissolve, name="payouts_batch_dissolve"),
]
