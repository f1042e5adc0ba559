"""The list of sellers: find one by name, e-mail, id, or the reference of one of their payouts."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known, UnknownChoice
from backoffice.words import later
from payouts import countries
from payouts.countries import calendars
from payouts.queries import filters
from payouts.queries.filter_words import STANDINGS
from payouts.queries.list_filters import SellerFilter
from sellers.ledger.money import Money
from sellers.ledger.queries import balances
from sellers.models import Seller


class CountryChip(forms.Form):
    country = forms.ChoiceField(label=later("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.by_name()  # type: ignore[attr-defined]


FILTERS = ("q", "country", "standing")


class StandingChip(forms.Form):
    standing = forms.ChoiceField(label=later("Standing"), choices=list(STANDINGS.items()))


class WordsChip(forms.Form):
    q = forms.CharField(label=later("Name, e-mail, id, S123 or P123"))


def _chosen(request: HttpRequest) -> tuple[Any, list[dict[str, Any]]]:
    country, standing = (request.GET.get(name, "") for name in ("country", "standing"))
    if country:
        _check(country.upper())
    given = {name: request.GET.get(name, "") for name in FILTERS}
    rows = filters.read(given, kind=SellerFilter).qs
    chips: list[dict[str, Any]] = []
    keep = [(name, value) for name, value in request.GET.items() if name not in ("before", "after")]
    words = " ".join(request.GET.get("q", "").split())
    if words:
        text = _("Matches {words}").format(words=words)
        chips.append(_set(request, "q", text, WordsChip, keep))
    else:
        chips.append(worklists.offered(_("Search"), WordsChip, keep))
    if country:
        text = _("Country is {joined}").format(joined=countries.called(country))
        chips.append(_set(request, "country", text, CountryChip, keep))
    else:
        chips.append(worklists.offered(_("Country"), CountryChip, keep))
    if standing:
        text = _("Standing is {standing}").format(standing=STANDINGS[standing].lower())
        chips.append(_set(request, "standing", text, StandingChip, keep))
    else:
        chips.append(worklists.offered(_("Standing"), StandingChip, keep))
    return rows, chips


def _set(
    request: HttpRequest, name: str, text: str, form: type[forms.Form], keep: list[tuple[str, Any]]
) -> dict[str, Any]:
    return worklists.changeable(text, _without(request, name), form, keep, request.GET.dict())


def _check(country: str) -> None:
    """Sellers may be in a country that we do not pay in any more. Raises `UnknownChoice`."""
    if not countries.is_open(country) and not Seller.objects.filter(country=country).exists():
        known = sorted(each.code for each in countries.all())
        raise UnknownChoice(_("Country"), country, name="country", choices=known)


def _without(request: HttpRequest, name: str) -> str:
    query = request.GET.copy()
    for each in (name, "before", "after"):
        query.pop(each, None)
    return f"?{query.urlencode()}"


@pages.page("sellers.view_seller", knows=Known(*FILTERS, *keyset.PLACE, standing=STANDINGS))
def listed(request: HttpRequest) -> HttpResponse:
    """The sellers, newest first, with what we owe each."""
    rows, chips = _chosen(request)
    page = keyset.page(request, rows)
    now = database_now()
    owed: dict[int, list[Money]] = {}
    for balance in balances.balances_of(seller_ids=[s.pk for s in page.rows], today=now.date()):
        owed.setdefault(balance.seller_id, []).append(Money(balance.total, balance.currency))
    may_import = "sellers.import_sellers" in pages.permissions(request)
    return pages.render(
        request,
        "admin/sellers/seller/list.html",
        {
            "title": _("Sellers"),
            "lead": _("Whom we owe. Open one to see why they were paid or not."),
            "verbs": [
                *exports.verb(request, "sellers", {name: request.GET.get(name) for name in FILTERS}),
                *(
                    [{"label": _("Import sellers"), "url": reverse("admin:sellers_import_new")}]
                    if may_import
                    else []
                ),
            ],
            "chips": chips,
            "rows": [{"seller": seller, "owed": owed.get(seller.pk, [])} for seller in page.rows],
            "pager": page,
            "empty_title": _("No seller found"),
            "empty_text": _("Check the spelling, search for a part of the name, or take a filter away."),
        },
    )


def today_of(seller: Seller, now: Any) -> Any:
    """The day it is where the seller is; UTC's where no country file says."""
    if not countries.is_open(seller.country):
        return now.date()
    return calendars.local_today(countries.get(seller.country), now)


urlpatterns = [path("sellers/", listed, name="sellers_seller_list")]
