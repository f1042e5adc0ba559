"""Failed and returned: dead payouts whose money waits, what the bank said, what to do, and the action beside it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.http import urlencode

from backoffice.doors import keyset, pages
from payouts.admin import _bulk, lists, verbs
from payouts.admin._sorting import SORTS
from payouts.models import Payout
from payouts.queries import dead, filters
from payouts.queries.dead import Advice
from payouts.states import DEAD, PayoutStatus

DAYS = ((1, "More than a day"), (7, "More than a week"), (30, "More than 30 days"))


class AdviceChip(forms.Form):
    advice = forms.ChoiceField(label="What to do", choices=Advice.choices)


class StatusChip(forms.Form):
    status = forms.ChoiceField(
        label="Status", choices=[(status.value, PayoutStatus(status).label) for status in sorted(DEAD)]
    )


class DaysChip(forms.Form):
    stands_days = forms.ChoiceField(label="For how long", choices=DAYS)


class ReasonChip(forms.Form):
    bank_reason = forms.ChoiceField(label="Bank's reason", choices=dead.known_reasons)


OFFERED = (
    ("What to do", AdviceChip),
    ("Bank's reason", ReasonChip),
    ("Country", lists.CountryChip),
    ("Status", StatusChip),
    ("For how long", DaysChip),
    ("Seller", lists.SellerChip),
)


@pages.page("payouts.view_payout")
def failed(request: HttpRequest) -> HttpResponse:
    """Dead payouts whose money waits for a decision."""
    query = request.GET.copy()
    for name in (*keyset.PLACE, "sort", "view"):
        query.pop(name, None)
    query["undecided"] = "true"
    try:
        chosen = filters.read(query, also=("back",), queryset=Payout.objects.select_related("seller"))
    except filters.BadFilter as problem:
        context = {"title": "Failed & returned", "what": str(problem), "back_url": request.path}
        return pages.render(request, "admin/refused.html", context, status=problem.status)
    page = keyset.page(request, chosen.qs, sorts=SORTS)
    held, words = pages.permissions(request), query.urlencode()
    buttons = [
        _bulk.button(verbs.BULKS[name], label, kind=kind)
        for name, label, kind in (("roll", "Add to the next payouts", ""), ("reissue", "Pay again", "main"))
        if verbs.BULKS[name].permission in held
    ]
    export = {
        "label": "Export these rows",
        "url": f"{reverse('admin:payouts_export_new')}?{lists.sorted_as(request, words)}",
    }
    filtered = len(chosen.chips()) > 1
    return pages.render(
        request,
        "admin/payouts/payout/failed.html",
        {
            "title": "Failed & returned",
            "lead": "Their money is back with us. Pay it again, or add it to the seller's next payout.",
            "verbs": [export] if "payouts.request_export" in held else [],
            "chips": lists.chips(request, chosen, fixed=["undecided"], offered=OFFERED),
            "totals_url": f"{reverse('admin:payouts_payout_totals')}?{words}",
            "rows": [_row(request, row) for row in dead.rows(page.rows)],
            "selection": {"verbs": buttons} if buttons else None,
            "list_query": words,
            "pager": page,
            "sorts": page.headings,
            "empty_title": "No payout matches" if filtered else "Nothing failed or came back",
            "empty_text": "Take a filter away."
            if filtered
            else "What the bank cannot deliver, or returns, stands here with the bank's reason.",
        },
    )


def _row(request: HttpRequest, row: dead.DeadRow) -> dict[str, Any]:
    """The row, and what the reader may do about it: what is advised first."""
    held, back = pages.permissions(request), request.get_full_path()
    payout, seller = row.payout, row.payout.seller
    again = _bulk_link("reissue", payout, back)
    offers = {
        Advice.DETAILS: (
            (
                "payouts.request_payout_account",
                "New bank details",
                _of_seller("payouts_payoutaccount_new", seller),
            ),
            (
                "sellers.view_seller",
                "Text to the seller",
                f"{reverse('admin:payouts_why')}?q={payout.reference}",
            ),
        ),
        Advice.AGAIN: (("payouts.dispose_payout", "Pay again", again),),
        Advice.COMPLIANCE: (
            ("payouts.place_hold", "Hold the seller", _of_seller("sellers_seller_act", seller, "hold")),
        ),
        Advice.CANCELLED: (("payouts.dispose_payout", "Pay again", again),),
    }
    offered = [
        *offers.get(row.advice, ()),
        ("payouts.dispose_payout", "Pay again", again),
        ("payouts.dispose_payout", "Roll", _bulk_link("roll", payout, back)),
    ]
    shown = {label: url for permission, label, url in offered if permission in held}
    return {"dead": row, "payout": payout, "verbs": list(shown.items())[:3]}


def _bulk_link(name: str, payout: Payout, back: str) -> str:
    query = urlencode([("ids", str(payout.pk)), ("back", back)])
    return f"{reverse('admin:payouts_payout_act', args=[name])}?{query}"


def _of_seller(name: str, seller: Any, *more: str) -> str:
    return reverse(f"admin:{name}", args=[seller.reference, *more])


urlpatterns = [path("payouts/failed/", failed, name="payouts_payout_failed")]
