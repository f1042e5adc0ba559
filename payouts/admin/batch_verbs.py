"""What people do to a batch: approve what exactly will be sent, or take it apart."""

from datetime import date

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages
from backoffice.words import number
from payouts.admin import _batch_facts as facts
from payouts.admin.verbs import ReasonForm
from payouts.models import Batch
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
            messages.success(
                request,
                _("{reference} approved. It is being handed to the bank.").format(reference=batch.reference),
            )
        return redirect(back)
    if batch.status != BatchStatus.PROPOSED:
        return pages.stale(
            request,
            [
                _("{reference} is {status} already.").format(
                    reference=batch.reference, status=BatchStatus(batch.status).label.lower()
                )
            ],
            back,
        )
    if off := facts.why_not_approve(request, batch):
        messages.error(request, _("Not approved. {off}").format(off=off))
        return redirect(back)
    money = Money(batch.total_minor, batch.currency)
    changed = facts.changed(request, batch, request.path)
    others = batch_look.others(batch, without=changed["changed_ids"], most=SHOWN)
    payees = (
        _("1 seller")
        if batch.item_count == 1
        else _("{item_count} payees").format(item_count=number(batch.item_count))
    )
    words = _("Approve {text} to {payees}").format(text=written.text(money), payees=payees)
    context = {
        "title": words,
        "verb": words,
        "form": forms.Form(),
        "back_url": back,
        "back_label": batch.reference,
        "hidden": [("seen", batching.seal_of(batch.pk)), ("value_date", deadline.value_date.isoformat())],
        "short_of_money": facts.short_of_money(batch),
        **changed,
        **facts.since(batch, deadline),
        **facts.gone(batch, most=SHOWN),
        "preview": {
            "count": batch.item_count,
            "sums": [money],
            "rows": [
                {
                    "reference": payee.payout.reference,
                    "url": reverse("admin:payouts_payout_detail", args=[payee.payout.reference]),
                    "name": payee.name,
                    "note": "; ".join([_("To {account}").format(account=payee.account), *payee.flags]),
                    "money": payee.money,
                }
                for payee in others
            ],
            "more": max(batch.item_count - len(changed["changed_ids"]) - len(others), 0),
            "more_url": _by_amount(batch) if "payouts.view_payout" in pages.permissions(request) else "",
            "refused": facts.groups(batch, caps.keeps_back(batch=batch, day=deadline.value_date).reasons),
            "follows": [
                _("It is handed over to {rail} at once, from {funding_account}.").format(
                    rail=batch.rail, funding_account=batch.funding_account.code
                ),
                _("The sellers are paid on {value_date}; the cut-off is {cut_off_at}.").format(
                    value_date=explain.day(deadline.value_date),
                    cut_off_at=explain.clock(deadline.cut_off_at, explain.bank_zone(batch)),
                ),
            ],
        },
    }
    return pages.render(request, "admin/payouts/batch/approve.html", context)


def _by_amount(batch: Batch) -> str:
    """The batch's payouts as a list, the largest first."""
    query = urlencode({"batch": batch.reference, "sort": "-amount"})
    return f"{reverse('admin:payouts_payout_list')}?{query}"


def _shown_date(request: HttpRequest) -> date:
    """The value date that the page promised."""
    try:
        return date.fromisoformat(request.POST.get("value_date", ""))
    except ValueError:
        raise Refused(_("Not approved: the page was not complete. Look again, then decide.")) from None


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
            messages.success(
                request,
                _("{reference} dissolved: its payouts are approved again.").format(reference=batch.reference),
            )
        return redirect(back)
    verb = ngettext(
        "Dissolve {reference}: {n} payout of {text}",
        "Dissolve {reference}: {n} payouts of {text}",
        batch.item_count,
    ).format(
        reference=batch.reference,
        n=number(batch.item_count),
        text=written.text(Money(batch.total_minor, batch.currency)),
    )
    context = {
        "title": verb,
        "lead": ngettext(
            "Its {n} payout is approved again and can be put into another batch.",
            "Its {n} payouts are approved again and can be put into other batches.",
            batch.item_count,
        ).format(n=number(batch.item_count)),
        "form": form,
        "verb": verb,
        "kind": "stop",
        "back_url": back,
    }
    return pages.render(request, "parts/form.html", context)


urlpatterns = [
    path("batches/<str:reference>/approve/", approve, name="payouts_batch_approve"),
    path("batches/<str:reference>/dissolve/", dissolve, name="payouts_batch_dissolve"),
]
