"""Closing a month: what it holds and what follows, then the verb. One person asks, another closes or takes it back."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages
from backoffice.words import dated
from payouts.operations import periods
from sellers.ledger.admin import months
from sellers.ledger.queries import periods as asked

RIGHT = periods.RIGHT


@require_http_methods(["GET", "POST"])
@pages.page(RIGHT)
def ask(request: HttpRequest, month: date) -> HttpResponse:
    """The totals as they stand, and what keeps the month from being closed."""
    found = months.month_or_404(month)
    earlier = [
        each
        for each in asked.months(now=database_now())
        if each.first < found.first and each.status == asked.OPEN
    ]
    others = (
        _(", and {earlier} open months before it").format(earlier=len(earlier))
        if len(earlier) > 1
        else _(", and the month before it")
    )
    lead = _(
        "From now on nothing is booked into it{others}: what comes late stands in the "
        "next month, with the day that it is of. Another person closes it."
    ).format(others=others if earlier else "")
    return _confirm(
        request, found, periods.ask, verb=_("Ask to close {month}"), done=_("asked to be closed"), lead=lead
    )


@require_http_methods(["GET", "POST"])
@pages.page(RIGHT)
def close(request: HttpRequest, month: date) -> HttpResponse:
    """The totals as they will stand for good."""
    lead = _(
        "It is closed for good: nobody opens it again. Its journals can be fetched from then "
        "on, always the same."
    )
    found = months.month_or_404(month)
    return _confirm(
        request,
        found,
        periods.close,
        verb=_("Close {month}"),
        done=_("closed"),
        lead=lead,
        off=months.why_off(request, found),
    )


@require_http_methods(["GET", "POST"])
@pages.page(RIGHT)
def take_back(request: HttpRequest, month: date) -> HttpResponse:
    """The month, and later ones that were asked for, are open again."""
    lead = _(
        "It is open again, and so is each later month that was asked for. What went into a "
        "later one stays there."
    )
    found = months.month_or_404(month)
    return _confirm(
        request,
        found,
        periods.take_back,
        verb=_("Open {month} again"),
        done=_("open again"),
        lead=lead,
        blocked=False,
    )


def _confirm(
    request: HttpRequest,
    month: asked.Month,
    operation: Callable[..., Any],
    *,
    verb: str,
    done: str,
    lead: str,
    blocked: bool = True,
    off: str = "",
) -> HttpResponse:
    name = dated(month.first, "yMMMM")
    back = reverse("admin:ledger_period_detail", args=[month.first])
    problem = None
    if request.method == "POST" and request.POST.get("confirmed"):
        try:
            operation(first=month.first, actor=pages.actor(request), now=database_now())
        except Conflict as conflict:
            return pages.stale(request, [str(conflict)], back)
        except Refused as refusal:
            problem = {"what": str(refusal)}
        else:
            messages.success(request, _("{name} is {done}.").format(name=name, done=done))
            return redirect(back)
    blocks = months.blocks_of(request, month) if blocked else []
    added = months.totals_of(month)
    context = {
        "title": verb.format(month=name),
        "lead": lead,
        "month": month,
        "totals": added,
        "rates": months.rates_of(request, month, added) if blocked else [],
        "blocks": blocks,
        "always": not blocks,
        "verb": verb.format(month=name),
        "off": off,
        "problem": problem,
        "back_url": back,
        "back_label": name,
    }
    return pages.render(request, "admin/ledger/period/confirm.html", context, status=422 if problem else 200)


urlpatterns = [
    path("books/<month:month>/ask/", ask, name="ledger_period_ask"),
    path("books/<month:month>/close/", close, name="ledger_period_close"),
    path("books/<month:month>/take-back/", take_back, name="ledger_period_take_back"),
]
