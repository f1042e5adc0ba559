"""Failed and returned: dead payouts whose money waits, what the bank said, what to do, and the action beside it."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from backoffice.doors import addresses, keyset, pages, worklists
from backoffice.words import ended, later
from payouts.admin import _bulk, _mistyped, lists, verbs
from payouts.admin._sorting import SORTS
from payouts.admin.places import LONGEST
from payouts.admin.reconciliation import SEE as SEE_RECONCILIATION
from payouts.models import Payout
from payouts.operations import disposing, givebacks
from payouts.queries import blocks, dead, filters
from payouts.queries.dead import Advice
from payouts.states import DEAD, PayoutStatus

DAYS = ((1, later("More than a day")), (7, later("More than a week")), (30, later("More than 30 days")))


class AdviceChip(forms.Form):
    advice = forms.ChoiceField(label=later("What to do"), choices=Advice.choices)


class StatusChip(forms.Form):
    status = worklists.ManyField(
        label=later("Status"), choices=[(status.value, PayoutStatus(status).label) for status in sorted(DEAD)]
    )


class DaysChip(forms.Form):
    stands_days = forms.ChoiceField(label=later("For how long"), choices=DAYS)


class ReasonChip(forms.Form):
    bank_reason = forms.ChoiceField(label=later("Bank's reason"), choices=dead.known_reasons)


DISPOSE = disposing.PERMISSION
_MOST_VERBS = 4
OFFERED = (
    (later("What to do"), AdviceChip),
    (later("Bank's reason"), ReasonChip),
    (later("Country"), lists.CountryChip),
    (later("Status"), StatusChip),
    (later("For how long"), DaysChip),
    (later("In its status"), lists.MovedChip),
    (later("Seller"), lists.SellerChip),
)


@pages.page("payouts.view_payout")
def failed(request: HttpRequest) -> HttpResponse:
    """Dead payouts whose money waits for a decision, those first whose sellers have waited longest for it."""
    try:
        return _mistyped.shown(request, OFFERED, _shown)
    except (filters.BadFilter, addresses.BadAddress) as problem:
        return pages.refused(request, problem, title=_("Failed & returned"))


def _shown(request: HttpRequest, wrong: _mistyped.Mistyped) -> HttpResponse:
    addresses.only(request, "view", lists.VIEWS)
    addresses.only(request, "undecided", ("true",))
    query = request.GET.copy()
    for name in (*keyset.PLACE, "sort", "view"):
        query.pop(name, None)
    query["undecided"] = "true"
    chosen = lists.read(query, Payout.objects.select_related("seller"))
    for status in chosen.cleaned.get("status", ()):
        if status not in DEAD:
            raise addresses.UnknownChoice(_("Status"), status, name="status", choices=sorted(DEAD))
    page = keyset.page(request, chosen.qs, sorts=SORTS, usual=LONGEST)
    held, words = pages.permissions(request), query.urlencode()
    buttons = [
        _bulk.button(verbs.BULKS[name], label, kind=kind)
        for name, label, kind in (
            ("roll", _("Add to the next payouts"), ""),
            ("reissue", _("Pay again"), "main"),
        )
        if verbs.BULKS[name].permission in held
    ]
    export = {
        "label": _("Export these rows"),
        "url": f"{reverse('admin:payouts_export_new')}?{lists.sorted_as(request, words, usual=LONGEST)}",
    }
    filtered = len(chosen.chips()) > 1
    return pages.render(
        request,
        "admin/payouts/payout/failed.html",
        {
            "title": _("Failed & returned"),
            "lead": _(
                "Their money is back with us. Pay it again, or add it to the seller's next payout. "
                "Those that have waited longest come first."
            ),
            "verbs": [export] if "payouts.request_export" in held and not wrong.reading else [],
            "chips": lists.chips(request, chosen, fixed=["undecided"], offered=OFFERED, wrong=wrong),
            "problems": wrong.problems,
            "without_url": lists.clear_url(request),
            "totals_url": f"{reverse('admin:payouts_payout_totals')}?{words}",
            "rows": _rows(request, page.rows, reading=wrong.reading),
            "selection": None if wrong.reading else _bulk.selection(buttons),
            "list_query": words,
            "pager": None if wrong.reading else page,
            "sorts": page.headings,
            "empty_title": _("No payout matches") if filtered else _("Nothing failed or came back"),
            "empty_text": _("Take a filter away.")
            if filtered
            else _("What the bank cannot deliver, or returns, stands here with the bank's reason."),
        },
        status=wrong.status,
    )


def _rows(request: HttpRequest, payouts: Sequence[Payout], *, reading: bool) -> list[dict[str, Any]]:
    """The rows with their open holds. Before compliance has judged it, nothing that moves its money is on.

    Those for ``reading`` only have no verbs.
    """
    holds, judged_first = blocks.open_holds(payouts=payouts), givebacks.judged_first(payouts)
    found = []
    for row in dead.rows(payouts):
        own, judged = holds.get(row.payout.pk, []), judged_first.get(row.payout.pk, "")
        why_off = ended(capfirst(judged)) if judged else ""
        shown = {"holds": own, "more_holds": max(len(own) - 1, 0), "why_off": why_off}
        shown |= _row(request, row, stopped=bool(judged))
        found.append(shown | {"verbs": []} if reading else shown)
    return found


def _row(request: HttpRequest, row: dead.DeadRow, *, stopped: bool) -> dict[str, Any]:
    """The row, and what the reader may do about it: what is advised first; ``stopped``: its money stays."""
    held, back = pages.permissions(request), request.get_full_path()
    payout, seller = row.payout, row.payout.seller
    again = (DISPOSE, _("Pay again"), _bulk_link("reissue", payout, back))
    hold = ("payouts.place_hold", _("Hold the seller"), _of_seller("sellers_seller_act", seller, "hold"))
    reconcile = reverse("admin:payouts_statement_breaks")
    offers = {
        Advice.DETAILS: (
            (
                "payouts.request_payout_account",
                _("New bank details"),
                _of_seller("payouts_payoutaccount_new", seller),
            ),
            (
                "sellers.view_seller",
                _("Text to the seller"),
                f"{reverse('admin:payouts_why')}?q={payout.reference}",
            ),
            hold,
            again,
        ),
        Advice.COMPLIANCE: (hold, again),
        # Paid again beside "it may have been paid" would be paid twice: that stands on its page.
        Advice.LOOK: (*((right, _("Reconcile"), reconcile) for right in SEE_RECONCILIATION), hold),
    }
    offered = offers.get(
        row.advice,
        (again, (DISPOSE, _("Add to the next payout"), _bulk_link("roll", payout, back))),
    )
    shown = {label: (url, permission) for permission, label, url in offered if permission in held}
    advised = offered[0][1] if offered else ""
    verbs = [
        {"label": label, "url": url, "main": label == advised, "off": stopped and permission == DISPOSE}
        for label, (url, permission) in list(shown.items())[:_MOST_VERBS]
    ]
    return {"dead": row, "payout": payout, "verbs": verbs}


def _bulk_link(name: str, payout: Payout, back: str) -> str:
    query = urlencode([("ids", str(payout.pk)), ("back", back)])
    return f"{reverse('admin:payouts_payout_act', args=[name])}?{query}"


def _of_seller(name: str, seller: Any, *more: str) -> str:
    return reverse(f"admin:{name}", args=[seller.reference, *more])


urlpatterns = [path("payouts/failed/", failed, name="payouts_payout_failed")]
