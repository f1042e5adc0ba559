"""The list of sellers' bank accounts: those that wait to be verified, what hangs on each, and those decided."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later
from payouts import countries
from payouts.models import AccountVersion
from payouts.queries import accounts as asked
from payouts.queries import explain, filter_words, waiting

ASK, VERIFY = "payouts.request_payout_account", "payouts.verify_payout_account"
SEE = (VERIFY, ASK, "audit.view_event")


class CountryChip(forms.Form):
    country = forms.ChoiceField(label=later("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.by_name()  # type: ignore[attr-defined]


class WhatChip(forms.Form):
    what = forms.ChoiceField(
        label=later("What"),
        choices=list(filter_words.WHATS.items()),
    )


class CurrencyChip(worklists.CurrencyChip):
    """Any currency that a country or what waits here has."""

    def others(self) -> Iterable[str]:
        return asked.to_verify().order_by().values_list("slot__currency", flat=True).distinct()


CHIPS: dict[str, type[forms.Form]] = {
    "country": CountryChip,
    "currency": CurrencyChip,
    "what": WhatChip,
    **worklists.OTHERS,
}
KNOWN = (*keyset.PLACE, *CHIPS)
DECIDED = "decided"


def _narrowed(request: HttpRequest, rows: "QuerySet[AccountVersion]") -> "QuerySet[AccountVersion]":
    given = worklists.chosen(request, CHIPS)
    if "country" in given:
        rows = rows.filter(slot__seller__country=given["country"])
    if "currency" in given:
        rows = rows.filter(slot__currency=given["currency"])
    if whom := worklists.for_whom(request, "not_asked_by"):
        rows = rows.exclude(requested_by=whom.pk)
    match given.get("what"):
        case "first":
            return rows.filter(number=1)
        case "change":
            return rows.filter(number__gt=1)
    return rows


def _export(request: HttpRequest) -> list[dict[str, str]]:
    """The way to a file of exactly these rows."""
    return exports.verb(request, "accounts", worklists.exported(request, "country", "currency", "what", "not_asked_by"))


def _how_many() -> str:
    oldest = asked.to_verify().order_by("pk").values_list("requested_at", flat=True).first()
    since = explain.clock(oldest, settings.TIME_ZONE) if oldest is not None else ""
    return worklists.lead(count=waiting.accounts, oldest=since)


def _chosen(request: HttpRequest) -> "QuerySet[AccountVersion]":
    """Those that wait for a verifier, or those that were decided, as the address says. Raises `UnknownChoice`."""
    old = request.GET.get("show") == DECIDED
    return _narrowed(request, asked.decided() if old else asked.to_verify())


@pages.page(*SEE, knows=Known(*KNOWN, "whole", show=(DECIDED,), sort=worklists.ORDERS))
def totals(request: HttpRequest) -> HttpResponse:
    """What waits to be sent to the sellers of these accounts, asked for after the rows."""
    found = asked.totals(_chosen(request), whole="whole" in request.GET)
    return worklists.totals(request, found, ngettext("account", "accounts", found.count))


@pages.page(*SEE, knows=Known(*KNOWN, show=(DECIDED,), sort=worklists.ORDERS))
def listed(request: HttpRequest) -> HttpResponse:
    """Those that wait for a verifier, oldest first, or those that were decided."""
    old, rows = request.GET.get("show") == DECIDED, _chosen(request)
    page = (
        keyset.page(request, rows)
        if old
        else keyset.page(request, asked.with_amount(rows), sorts=worklists.SORTS, usual=worklists.OLDEST)
    )
    doubts = {} if old else asked.first_doubts(page.rows)
    here = reverse("admin:payouts_payoutaccount_list")
    affected = asked.affected_of(seller_ids={version.slot.seller_id for version in page.rows})
    context = {
        "title": _("Bank accounts"),
        "lead": _(
            "{how_many} One person asks for an account, another verifies it. Then it waits "
            "{account_wait_hours} hours from the request before it is paid."
        )
        .format(how_many=_how_many(), account_wait_hours=settings.ACCOUNT_WAIT_HOURS)
        .strip(),
        "verbs": _export(request),
        "chips": worklists.chips(request, CHIPS),
        "totals_url": f"{reverse('admin:payouts_payoutaccount_totals')}?{request.GET.urlencode()}",
        "may": VERIFY in pages.permissions(request),
        "reader": request.user.pk,
        "tabs": [
            {"label": _("To verify"), "url": here, "current": not old},
            {"label": _("Decided"), "url": f"{here}?show=decided", "current": old},
        ],
        "decided": old,
        "rows": [_row(version, affected) | {"doubts": doubts.get(version.pk, [])} for version in page.rows],
        "pager": page,
        "sorts": page.headings,
        "empty_title": _("Nothing was decided yet") if old else _("No account waits to be verified"),
        "empty_text": _("A new or changed account is asked for on the page of a seller."),
    }
    return pages.render(request, "admin/payouts/payoutaccount/list.html", context)


def _row(version: AccountVersion, affected: Mapping[tuple[int, str], asked.Affected]) -> dict[str, Any]:
    slot = version.slot
    return {
        "it": version,
        "seller": slot.seller,
        "standing": asked.standing(version),
        "affected": affected.get((slot.seller_id, slot.currency)),
        "what": _("First account") if version.number == 1 else _("Change"),
    }


urlpatterns = [
    path("accounts/", listed, name="payouts_payoutaccount_list"),
    path("accounts/totals/", totals, name="payouts_payoutaccount_totals"),
]
