"""The page of one seller, for whoever is asked about them: standing, balances, why it is not paid, history."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse

from backoffice.audit.clock import database_now
from backoffice.doors import keyset, pages
from payouts.models import Hold, Payout, PayoutAccount
from payouts.queries import history
from payouts.queries.why import paragraphs
from sellers import queries
from sellers.admin.sellers import today_of
from sellers.ledger import written
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller

ABOUT = {
    "pending": "not due yet",
    "due": "the next run takes it",
    "reserved": "in payouts under way",
    "in_transit": "at the bank",
    "given_back": "came back, to be paid again",
}


def find(reference: str) -> Seller:
    """The seller of this reference (S123). Raises Http404."""
    return get_object_or_404(Seller, reference=reference.upper())


@pages.page("sellers.view_seller")
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about one seller. Nothing on it changes money by itself."""
    seller = find(reference)
    now = database_now()
    page = keyset.page(request, Payout.objects.filter(seller=seller).select_related("batch"), size=15)
    facts = queries.facts(seller_id=seller.pk)
    context = {
        "title": seller.name,
        "seller": seller,
        "reference": seller.reference,
        "back_url": reverse("admin:sellers_seller_list"),
        "back_label": "Sellers",
        "verbs": _verbs(request, seller),
        "explanations": paragraphs.seller(seller=seller, now=now),
        "strips": _strips(seller, now),
        "rows": [(p, Money(p.amount_minor, p.currency)) for p in page.rows],
        "pager": page,
        "holds": _open_holds(seller),
        "accounts": PayoutAccount.objects.filter(seller=seller)
        .select_related("current")
        .order_by("currency"),
        "notes": facts.notes if facts is not None else [],
        "verifications": facts.verifications if facts is not None else [],
        "timeline_entries": history.of_seller(seller_id=seller.pk),
        "may_change_account": "payouts.request_payout_account" in pages.permissions(request),
    }
    return pages.render(request, "admin/sellers/seller/history.html", context)


def _strips(seller: Seller, now: Any) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """The balance in each currency, as figures with words."""
    shown = []
    for balance in balances.balances(seller_id=seller.pk, today=today_of(seller, now)):
        figures = []
        for name, label in (
            ("pending", "Pending"),
            ("due", "Due"),
            ("reserved", "Reserved"),
            ("in_transit", "In transit"),
            ("given_back", "Given back"),
        ):
            minor = getattr(balance, name)
            if name == "given_back" and not minor:
                continue
            figures.append(
                (label, written.text(Money(minor, balance.currency)), ABOUT[name] if minor else "nothing")
            )
        total = written.text(Money(balance.total, balance.currency))
        figures.append(("We owe in all", total, "they owe us" if balance.total < 0 else "the sum of these"))
        shown.append((balance.currency, figures))
    return shown


def _open_holds(seller: Seller) -> Any:
    open_ones = Hold.objects.filter(released_at__isnull=True).select_related("payout", "placed_by")
    return open_ones.filter(Q(seller=seller) | Q(payout__seller=seller)).order_by("placed_at")


def _verbs(request: HttpRequest, seller: Seller) -> list[dict[str, str]]:
    """The deeds the reader's role has on this seller now, and the way to the statement."""
    held = pages.permissions(request)
    shown = []

    def offer(permission: str, name: str, label: str, kind: str = "") -> None:
        if permission in held:
            url = reverse("admin:sellers_seller_act", args=[seller.reference, name])
            shown.append({"label": label, "url": url, "kind": kind})

    if Hold.objects.filter(seller=seller, released_at__isnull=True).exists():
        offer("payouts.release_hold", "release", "Release the seller")
    offer("payouts.place_hold", "hold", "Hold the seller", "stop")
    if seller.suspended_at is None:
        offer("sellers.suspend_seller", "suspend", "Suspend", "stop")
    else:
        offer("sellers.suspend_seller", "lift", "Lift the suspension")
    offer("sellers.verify_seller", "verify", "Verify" if seller.verified_at is None else "Verify again")
    if "ledger.request_adjustment" in held:
        url = reverse("admin:ledger_adjustment_new", args=[seller.reference])
        shown.append({"label": "Adjust the balance", "url": url, "kind": ""})
    offer("sellers.add_note", "note", "Add a note")
    shown.append({"label": "Statement", "url": reverse("admin:sellers_seller_statement", args=[seller.reference])})
    return shown


urlpatterns = [path("sellers/<str:reference>/", detail, name="sellers_seller_detail")]
