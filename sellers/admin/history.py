"""The page of one seller, for whoever is asked about them: standing, balances, why it is not paid, history."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from backoffice.audit.clock import database_now
from backoffice.doors import keyset, pages
from backoffice.doors.addresses import Known
from payouts.models import Hold, HoldReason, Payout
from payouts.operations import holds as hold_verbs
from payouts.queries import accounts, filters, history, hold_words, holds
from payouts.queries.why import alike, expected, paragraphs
from payouts.states import UNSENT
from sellers import queries
from sellers.admin import _balance, _payouts
from sellers.admin.sellers import today_of
from sellers.ledger.money import Money
from sellers.models import Seller

ACCOUNTS = 5  # of one seller that are shown; the others stand in the timeline


def find(reference: str) -> Seller:
    """The seller of this reference (S123). Raises Http404."""
    return get_object_or_404(Seller, reference=reference.upper())


@pages.page("sellers.view_seller", knows=Known(*_payouts.NAMES, *keyset.PLACE, many=("status",)))
def detail(request: HttpRequest, reference: str) -> HttpResponse:
    """Everything about one seller. Nothing on it changes money by itself."""
    seller = find(reference)
    now = database_now()
    try:
        chosen = _payouts.read(request, seller)
    except filters.BadFilter as problem:
        return pages.refused(request, problem, title=seller.name)
    page = keyset.page(request, chosen.qs, size=15)
    facts = queries.facts(seller_id=seller.pk)
    told = paragraphs.seller(seller=seller, now=now)
    coming = expected.of_seller(seller=seller, told=told, now=now)
    open_holds = _open_holds(seller, now)
    context = {
        "title": seller.name,
        "seller": seller,
        "reference": seller.reference,
        "back_url": reverse("admin:sellers_seller_list"),
        "back_label": _("Sellers"),
        "verbs": _verbs(request, seller),
        "explanations": alike.gathered(told),
        "coming": coming,
        "standing": _balance.standing(seller=seller, today=today_of(seller, now), coming=coming),
        "chips": _payouts.chips(request, chosen),
        "filtered": bool(chosen.chips()),
        "rows": [(p, Money(p.amount_minor, p.currency), _holding(p, open_holds)) for p in page.rows],
        "pager": page,
        "holds": open_holds,
        "held": [each["hold"] for each in open_holds if each["hold"].payout_id is None],
        "accounts": [
            (version, accounts.standing(version))
            for version in accounts.of_seller(seller_id=seller.pk)[:ACCOUNTS]
        ],
        "notes": facts.notes if facts is not None else [],
        "verifications": facts.verifications if facts is not None else [],
        "timeline_entries": history.of_seller(seller_id=seller.pk),
        "may_read_findings": "sellers.view_verification" in pages.permissions(request),
        "may_change_account": "payouts.request_payout_account" in pages.permissions(request),
    }
    return pages.render(request, "admin/sellers/seller/history.html", context)


def _open_holds(seller: Seller, now: datetime) -> list[dict[str, Any]]:
    """What stops this seller's money, the oldest first, with what the reason means to whoever is asked about it."""
    stopping = holds.open_ones().filter(Q(seller=seller) | Q(payout__seller=seller)).order_by("placed_at")
    return [
        {"row": row, "hold": row.hold, "meaning": hold_words.meaning(reason=HoldReason(row.hold.reason))}
        for row in holds.rows(list(stopping), now=now)
    ]


def _holding(payout: Payout, open_holds: list[dict[str, Any]]) -> list[Hold]:
    """The open holds that keep this payout from going on, the seller's own too while it is not sent."""
    found = [each["hold"] for each in open_holds]
    unsent = payout.status in UNSENT
    return [hold for hold in found if hold.payout_id == payout.pk or (unsent and hold.payout_id is None)]


def _own_holds(seller: Seller) -> list[int]:
    """Those on the whole seller that are open."""
    return list(Hold.objects.filter(seller=seller, released_at__isnull=True).values_list("pk", flat=True))


def _verbs(request: HttpRequest, seller: Seller) -> list[dict[str, str]]:
    """The deeds the reader's role has on this seller now, and the way to the statement."""
    held = pages.permissions(request)
    shown = []

    def offer(permission: str, name: str, label: str, kind: str = "", off: str = "") -> None:
        if permission in held:
            url = reverse("admin:sellers_seller_act", args=[seller.reference, name])
            shown.append({"label": label, "url": url, "kind": kind, "off": off})

    if "payouts.release_hold" in held and (ids := _own_holds(seller)):
        found = hold_verbs.preview_release(hold_ids=ids, actor=pages.actor(request))
        off = _("Off: {reason}.").format(reason=found.why_nothing) if found.why_nothing else ""
        offer("payouts.release_hold", "release", _("Release the seller"), off=off)
    offer("payouts.place_hold", "hold", _("Hold the seller"), "stop")
    if seller.suspended_at is None:
        offer("sellers.suspend_seller", "suspend", _("Suspend"), "stop")
    else:
        offer("sellers.suspend_seller", "lift", _("Lift the suspension"))
    offer("sellers.verify_seller", "verify", _("Verify") if seller.verified_at is None else _("Verify again"))
    if "ledger.request_adjustment" in held:
        url = reverse("admin:ledger_adjustment_new", args=[seller.reference])
        shown.append({"label": _("Adjust the balance"), "url": url, "kind": ""})
    offer("sellers.add_note", "note", _("Add a note"))
    shown.append(
        {
            "label": pgettext("for the seller", "Statement"),
            "url": reverse("admin:sellers_seller_statement", args=[seller.reference]),
        }
    )
    return shown


urlpatterns = [path("sellers/<str:reference>/", detail, name="sellers_seller_detail")]
