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
from backoffice.words import beside, later, number
from payouts.admin import _batch_facts as facts
from payouts.admin.verbs import ReasonForm
from payouts.countries import calendars
from payouts.models import Batch
from payouts.operations import batching
from payouts.queries import batch_look, batch_words, explain, leaving, rail_words
from payouts.queries import batches as asked
from payouts.states import BatchStatus
from sellers.ledger import written
from sellers.ledger.money import Money

SHOWN = 10
_KEPT_STAYS = later("What is kept back leaves the batch and stays approved.")
_KEPT_GOES = later(
    "The approval is for what is kept back, too: if nothing keeps it back any more when the batch is handed over, it "
    "is sent."
)


@pages.page("payouts.approve_batch")
def approve(request: HttpRequest, reference: str) -> HttpResponse:
    """What exactly will be sent, and the second person's yes."""
    batch = facts.find(reference)
    back = reverse("admin:payouts_batch_detail", args=[batch.reference])
    if facts.approved_by(request, batch):
        words = _("You approved {reference} already. Nothing more was done now.")
        messages.info(request, words.format(reference=batch.reference))
        return redirect(back)
    now, stopped = database_now(), batch_words.stopped_words(batch)
    deadline = explain.deadline(batch, now)
    if request.method == "POST" and request.POST.get("confirmed") == "1":
        try:
            batching.approve(
                batch_id=batch.pk,
                actor=pages.actor(request),
                now=now,
                seen=request.POST.get("seen", ""),
                seen_value_date=_shown_date(request),
                seen_kept=request.POST.get("kept", ""),
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            approved = (
                _("{reference} approved. It waits. {stopped}")
                if stopped
                else _("{reference} approved. It is being handed to the bank.")
            )
            messages.success(request, approved.format(reference=batch.reference, stopped=stopped))
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
    going = leaving.leaves(batch, deadline.value_date)
    if off := facts.why_not_approve(request, batch, going):
        messages.error(request, off)
        return redirect(back)
    changed = facts.changed(request, batch, request.path, going)
    others, more = batch_look.others(batch, without=changed["changed_ids"], kept=going.kept, most=SHOWN)
    payees = (
        _("1 seller") if going.count == 1 else _("{item_count} payees").format(item_count=number(going.count))
    )
    may_look = "payouts.view_payout" in pages.permissions(request)
    words = _("Approve {text} to {payees}").format(text=written.text(going.money), payees=payees)
    context = {
        "title": words,
        "verb": words,
        "form": forms.Form(),
        "back_url": back,
        "back_label": batch.reference,
        "hidden": [
            ("seen", asked.seal_of(batch.pk)),
            ("value_date", deadline.value_date.isoformat()),
            ("kept", going.kept_seal),
        ],
        "stopped": stopped,
        "rails_url": pages.leads(request, reverse("admin:payouts_rail_list")),
        "short_of_money": facts.short_of_money(batch, going),
        "room": going.room,
        **changed,
        **facts.since(batch, deadline),
        **facts.gone(batch, most=SHOWN),
        **facts.kept(batch, going),
        "kept_url": _of(batch, going, blocked="true") if may_look else "",
        "preview": {
            "count": going.count,
            "sums": [going.money],
            "rows": [
                {
                    "reference": payee.payout.reference,
                    "url": reverse("admin:payouts_payout_detail", args=[payee.payout.reference]),
                    "name": payee.name,
                    "note": beside([_("To {account}").format(account=payee.account), *payee.flags]),
                    "money": payee.money,
                }
                for payee in others
            ],
            "more": more,
            "more_url": _of(batch, going, blocked="false") if may_look else "",
            "follows": [
                *_handing_over(batch, deadline, waits=bool(stopped)),
                # What the account has no room for is not left out: the approval is refused until it is taken out.
                *([_KEPT_STAYS] if going.kept and not going.full else []),
                *([_KEPT_GOES] if going.kept else []),
            ],
        },
    }
    return pages.render(request, "admin/payouts/batch/approve.html", context)


def _handing_over(batch: Batch, deadline: calendars.Deadline, *, waits: bool) -> list[str]:
    """What becomes of it once it is approved; ``waits``: not before its rail, which is stopped, goes on."""
    words = (
        (
            _("It waits until {rail} goes on again, and is handed over then, from {funding_account}."),
            _(
                "Handed over by {cut_off_at}, its sellers are paid on {value_date}; later, its approval is asked "
                "for again."
            ),
        )
        if waits
        else (
            _("It is handed over to {rail} at once, from {funding_account}."),
            _("The sellers are paid on {value_date}; the cut-off is {cut_off_at}."),
        )
    )
    said = {
        "rail": rail_words.called(batch.rail),
        "funding_account": batch.funding_account.code,
        "value_date": explain.day(deadline.value_date),
        "cut_off_at": explain.clock(deadline.cut_off_at, explain.bank_zone(batch)),
    }
    return [each.format(**said) for each in words]


def _of(batch: Batch, going: leaving.Leaving, *, blocked: str) -> str:
    """Those of the batch's payouts that leave, or are kept back, as a list, the largest first; all of them where a cap
    keeps any, for no list knows of that.
    """
    narrowed = {"blocked": blocked} if going.kept and not going.tight else {}
    query = urlencode({"batch": batch.reference, **narrowed, "sort": "-amount"})
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
            batch = batching.dissolve(
                batch_id=batch.pk, actor=pages.actor(request), reason=reason, now=database_now()
            )
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            done = (
                _("{reference} dissolved: its payouts are approved again.")
                if asked.let_go(batch)
                else _("{reference} dissolved: nothing was in it any more.")
            )
            messages.success(request, done.format(reference=batch.reference))
        return redirect(back)
    verb, lead = _dissolving(batch)
    context = {
        "title": verb,
        "lead": lead,
        "form": form,
        "verb": verb,
        "kind": "stop",
        "back_url": back,
    }
    return pages.render(request, "parts/form.html", context)


def _dissolving(batch: Batch) -> tuple[str, str]:
    """The button's words, and what it means for the payouts that are still in the batch."""
    count = batch.item_count
    if not count:
        return (
            _("Dissolve {reference}").format(reference=batch.reference),
            _("Nothing is in it: every payout has left it already, and nothing changes for them."),
        )
    verb = ngettext(
        "Dissolve {reference}: {n} payout of {text}",
        "Dissolve {reference}: {n} payouts of {text}",
        count,
    ).format(
        reference=batch.reference,
        n=number(count),
        text=written.text(Money(batch.total_minor, batch.currency)),
    )
    lead = ngettext(
        "Its {n} payout is approved again and can be put into another batch.",
        "Its {n} payouts are approved again and can be put into other batches.",
        count,
    )
    return verb, lead.format(n=number(count))


urlpatterns = [
    path("batches/<str:reference>/approve/", approve, name="payouts_batch_approve"),
    path("batches/<str:reference>/dissolve/", dissolve, name="payouts_batch_dissolve"),
]
