"""Search everywhere: one box for a payout, a seller, an order, a batch, a run, an adjustment or a bank reference."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.doors import numbers, pages
from backoffice.doors.addresses import Known
from payouts.models import Attempt, Batch, Payout, PayoutRun
from payouts.queries import everywhere, filters, searching, streams
from sellers import queries as sellers
from sellers.ledger.models import Adjustment
from sellers.ledger.money import Money
from sellers.models import Seller

SHOWN = 20
FOUND = ("payouts", "sellers", "batches", "orders", "bank_lines")


@pages.page("payouts.view_payout", "sellers.view_seller", knows=Known("q"))
def search(request: HttpRequest) -> HttpResponse:
    """What the words find. A reference that names one thing opens it at once."""
    words = " ".join(request.GET.get("q", "").split())[:2000]
    straight = _straight(words)
    if straight:
        return redirect(straight)
    context: dict[str, Any] = {"title": _("Search"), "search_words": words, "shortest": sellers.SHORTEST}
    if len(words) < sellers.SHORTEST:
        return pages.render(request, "admin/search.html", context | {"too_short": True})
    chosen = filters.read({"search": words}, queryset=Payout.objects.select_related("seller", "batch"))
    payouts, every = streams.newest(chosen, size=SHOWN + 1), reverse("admin:payouts_payout_list")
    context |= {
        "payouts": [(p, Money(p.amount_minor, p.currency)) for p in payouts[:SHOWN]],
        "more_url": f"{every}?{urlencode({'search': words})}" if len(payouts) > SHOWN else "",
        "shown": SHOWN,
        **_first("sellers", sellers.search(text=words, size=SHOWN + 1).sellers),
        **_first("batches", [(b, Money(b.total_minor, b.currency)) for b in _batches(words)]),
        **_first("orders", everywhere.orders(text=words, most=SHOWN + 1)),
        **_first("bank_lines", _bank_lines(request, words)),
        "sellers_url": f"{reverse('admin:sellers_seller_list')}?{urlencode({'q': words})}",
        "unknown": _unknown(words),
        "numbered": _numbered(request, words),
    }
    if context["numbered"] and not any(context[name] for name in FOUND):
        return redirect(context["numbered"])
    return pages.render(request, "admin/search.html", context)


_NUMBERED: dict[str, tuple[type[Model], str, frozenset[str]]] = {
    "A": (
        Adjustment,
        "admin:ledger_adjustment_detail",
        frozenset({"ledger.request_adjustment", "ledger.approve_adjustment", "ledger.view_adjustment"}),
    ),
    "R": (PayoutRun, "admin:payouts_run_detail", frozenset({"payouts.view_payoutrun"})),
}
"""What is called by a letter and its number alone: the page of each, and the rights that open it."""


def _numbered(request: HttpRequest, words: str) -> str:
    """The page of the adjustment (A4) or of the run (R80) that the words name, for those who may open it."""
    kind, page, rights = _NUMBERED.get(words[:1].upper(), (None, "", frozenset[str]()))
    number = numbers.whole(words[1:])
    if kind is None or number is None or not pages.permissions(request) & rights:
        return ""
    known = kind._default_manager.filter(pk=number).exists()
    return reverse(page, args=[number]) if known else ""


def _batches(words: str) -> Sequence[Batch]:
    return everywhere.batches(text=words, most=SHOWN + 1)


def _first(name: str, found: Sequence[Any]) -> dict[str, Any]:
    """What is shown of what was found, and whether that is not all."""
    return {name: found[:SHOWN], f"more_{name}": len(found) > SHOWN}


def _bank_lines(request: HttpRequest, words: str) -> list[dict[str, Any]]:
    """Lines of bank statements, for those who may see statements."""
    if not pages.permissions(request) & {"payouts.see_reconciliation", "payouts.reconcile"}:
        return []
    return [
        {
            "line": line,
            "url": reverse("admin:payouts_statement_line", args=[line.pk]),
            "money": Money(line.amount_minor, line.statement.funding_account.currency),
        }
        for line in everywhere.statement_lines(text=words, most=SHOWN + 1)
    ]


def _unknown(words: str) -> list[str]:
    """Which of several references are nowhere; none for words, such as the parts of a name."""
    terms = searching.terms_of(words)
    unknown = searching.unknown_in(words) if 1 < len(terms) <= searching.MOST_TERMS else []
    return unknown if len(unknown) < len(terms) else []


def _straight(words: str) -> str:
    """The page of the one thing that the words name exactly, or nothing."""
    exact = words.upper()
    if Payout.objects.filter(reference=exact).exists():
        return reverse("admin:payouts_payout_detail", args=[exact])
    attempt = Attempt.objects.filter(end_to_end_id=exact).select_related("payout").first()
    if attempt is not None:
        return reverse("admin:payouts_payout_detail", args=[attempt.payout.reference])
    payout = everywhere.only_payout(text=words)
    if payout is not None:
        return reverse("admin:payouts_payout_detail", args=[payout.reference])
    batches = everywhere.batches(text=words, most=2) if words and " " not in words else []
    if len(batches) == 1:
        return reverse("admin:payouts_batch_detail", args=[batches[0].reference])
    seller = (
        Seller.objects.filter(reference=exact).first() or Seller.objects.filter(external_id=words).first()
    )
    return (
        reverse("admin:sellers_seller_detail", args=[seller.reference])
        if seller is not None and words
        else ""
    )


urlpatterns = [path("search/", search, name="search")]
