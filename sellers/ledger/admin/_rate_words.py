"""Rates in words, and what a month's page says of those that it needs."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.doors import pages
from backoffice.words import dated, exact, percent, sentences
from sellers.ledger.models import MonthRate
from sellers.ledger.operations import rates
from sellers.ledger.queries import rates as asked
from sellers.ledger.queries.periods import Month

ODD = Decimal("0.05")  # from one month to the next


def home() -> str:
    """The company's currency, which rates lead to."""
    return str(settings.BOOKS_COMPANY["currency"])


def said(rate: MonthRate) -> str:
    """As it was published: "1.0833 USD = 1 EUR"."""
    return f"{exact(rate.units)} {rate.currency} = {exact(rate.worth)} {rate.home}"


def before(wish: MonthRate) -> str:
    """The rate of the last month before, and how far this one is off: one the wrong way round is seen."""
    last = asked.last_before(month=wish.month, currency=wish.currency, home=wish.home)
    if last is None:
        return ""
    text = _("In {month}: {rate}.").format(month=dated(last.month, "yMMMM"), rate=said(last))
    was, now = last.worth / last.units, wish.worth / wish.units
    share = abs(now / was - 1)
    if share < ODD:
        return text
    doubt = _("This one differs by {percent}: are its two sides the right way round?")
    return sentences(text, doubt.format(percent=percent(share)))


def of_month(request: HttpRequest, month: Month, currencies: Iterable[str]) -> list[dict[str, Any]]:
    """A sentence for each currency of the month but the company's own, with the way to a rate that is missing."""
    waiting = {each.currency for each in asked.waiting() if (each.month, each.home) == (month.first, home())}
    may = rates.RIGHT in pages.permissions(request)
    found = []
    for need in asked.needed(month=month.first, currencies=currencies, home=home()):
        listed = reverse("admin:ledger_rate_list")
        query = urlencode({"month": f"{month.first:%Y-%m}", "currency": need.currency})
        new = f"{reverse('admin:ledger_rate_new')}?{query}"
        values = {"currency": need.currency, "month": dated(month.first, "yMMMM")}
        if need.rate is not None:
            text, url = _("{currency}: {rate}.").format(currency=need.currency, rate=said(need.rate)), ""
        elif need.currency in waiting:
            text, url = _("{currency}: the rate waits for another person.").format(**values), listed
        else:
            text = _(
                "{currency}: no rate of {month} yet. FEC, DATEV, Xero and Sage take its journal only by one."
            ).format(**values)
            url = new if may else listed
        found.append({"text": text, "url": url, "lacking": need.rate is None})
    return found
