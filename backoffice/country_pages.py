"""Settings: the countries as their files say they are paid, and the next cut-offs that follow. Changed by a release."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from backoffice.audit import clock
from backoffice.doors import pages
from backoffice.doors.addresses import Known
from backoffice.settings_pages import tabs
from backoffice.words import labelled
from payouts import countries
from payouts.countries import Country, calendars, schemes
from payouts.queries import explain, rail_words
from sellers.ledger.money import Money

CUT_OFFS, MONTHS_AHEAD = 5, timedelta(days=183)


@pages.page("auth.view_user", knows=Known())
def listed(request: HttpRequest) -> HttpResponse:
    """Every country that is open: how it is paid, and its next run and cut-off."""
    now, zones = clock.database_now(), explain.bank_zones(countries.all())
    context = {
        "title": _("Countries"),
        "lead": _("One file a country. Changed by a release, not here."),
        "tabs": tabs("settings_countries"),
        "rows": [
            {
                "it": each,
                "minimum": Money(each.minimum_minor, each.currency),
                "scheme": _(schemes.get(each.account_scheme).label),
                "cut_off": explain.clock(calendars.value_date_for(each, now).cut_off_at, zones[each.code]),
            }
            for each in countries.all()
        ],
        "empty_title": _("No country is open"),
        "empty_text": _("Opening one takes a file: see docs/countries.md."),
    }
    return pages.render(request, "admin/settings/countries.html", context)


@pages.page("auth.view_user")
def detail(request: HttpRequest, code: str) -> HttpResponse:
    """One country: all that its file says, the next cut-offs with their value dates, and when banks are closed."""
    if not countries.is_open(code):
        raise Http404(_("No country {code}").format(code=code))
    country, now = countries.get(code), clock.database_now()
    zone = explain.bank_zones([country])[code]  # beside what its file says, a cut-off is said by our bank's clock
    today = calendars.local_today(country, now)
    run = explain.forthcoming(country, due=today, now=now)
    minimum = Money(country.minimum_minor, country.currency)
    context = {
        "title": country.called,
        "country": country,
        "back_url": reverse("admin:settings_countries"),
        "back_label": _("Countries"),
        "reference": country.code,
        "facts": _facts(country),
        "zone": zone,
        "minimum": minimum,
        "run": run.run,
        "run_paid": run.value_date,
        "cut_offs": list(_cut_offs(country, now)),
        "closed": list(calendars.closed_days(country.calendar, today, today + MONTHS_AHEAD)),
        "timeline_entries": None,
    }
    return pages.render(request, "admin/settings/country.html", context)


def _facts(country: Country) -> list[tuple[str, Any]]:
    lag = country.settlement_lag_days
    scheme = schemes.get(country.account_scheme)
    return [
        (_("Currency"), country.currency),
        (pgettext("how often a country is paid", "Paid"), country.paid),
        (_("Rail"), rail_words.called(country.rail)),
        (_("Cut-off"), f"{country.cut_off:%H:%M} {explain.city(country.time_zone)}"),
        (
            _("Value date"),
            _("the same business day")
            if not lag
            else ngettext("{lag} business day later", "{lag} business days later", lag).format(lag=lag),
        ),
        (_("Bank calendar"), country.calendar),
        (_("Bank account"), labelled(_(scheme.label), ", ".join(_(each.label) for each in scheme.fields))),
        (_("Written as in"), country.locale),
    ]


def _cut_offs(country: Country, now: datetime) -> Iterator[calendars.Deadline]:
    """The next cut-offs, each with the value date of what is with the bank before it."""
    for _unused in range(CUT_OFFS):
        found = calendars.value_date_for(country, now)
        yield found
        now = found.cut_off_at


urlpatterns = [
    path("settings/countries/", listed, name="settings_countries"),
    path("settings/countries/<str:code>/", detail, name="settings_country"),
]
