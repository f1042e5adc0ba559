"""Rates of months into the company's currency: those that count, their history, and those that wait."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import dated, later, sentences
from payouts.queries import deciding
from sellers.ledger.admin import _decisions, _rate_words, _tabs
from sellers.ledger.models import MonthRate
from sellers.ledger.operations import rates
from sellers.ledger.queries import rates as asked

SEE = ("ledger.view_monthrate",)


class RateForm(forms.Form):
    """The rate that is wanted, as whoever publishes it writes it."""

    month = forms.RegexField(
        r"^[0-9]{4}-(0[1-9]|1[0-2])$",
        label=later("Month"),
        help_text=later("As 2026-10."),
        widget=forms.TextInput(attrs={"type": "month"}),
        error_messages={"invalid": later("A month is written as 2026-10.")},
    )
    currency = forms.CharField(label=later("Currency"), max_length=3, help_text=later("As USD."))
    units = forms.DecimalField(
        label=later("So many of that currency"), max_digits=18, decimal_places=rates.DECIMALS, initial=1
    )
    worth = forms.DecimalField(
        max_digits=18,
        decimal_places=rates.DECIMALS,
        help_text=later("As it is published: 1.0833 USD are 1 EUR, or 100 JPY are 0.61 EUR."),
    )
    reason = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Whose rate it is, for those who ask later"),
        help_text=later("Such as: the monthly average of the central bank."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["worth"].label = _("are so many {home}").format(home=_rate_words.home())


@pages.page(*SEE, knows=Known(*keyset.PLACE, *worklists.WAITS))
def listed(request: HttpRequest) -> HttpResponse:
    """What waits for another person, and every rate, the newest month first."""
    may = rates.RIGHT in pages.permissions(request)
    page = keyset.page(request, asked.history(), by=asked.ORDER)
    whom = worklists.for_whom(request)
    wanted = deciding.month_rates(person_id=whom.pk) if whom else asked.waiting()
    waiting = [
        {**_row(each), "own": each.asked_by_id == request.user.pk, "before": _rate_words.before(each)}
        for each in wanted
    ]
    context = {
        "title": _("Rates of months"),
        "lead": _(
            "What a currency is worth in {home}, for journals in {home}. One person asks for a rate, another confirms. "
            "A closed month keeps its rate."
        ).format(home=_rate_words.home()),
        "tabs": _tabs.tabs(request, "rates"),
        "verbs": [{"label": _("Set a rate"), "kind": "main", "url": reverse("admin:ledger_rate_new")}]
        if may
        else [],
        "may": may,
        "chips": worklists.set_chips(request, worklists.WAITS),
        "waiting": waiting,
        "others": sum(not each["own"] for each in waiting),
        "rows": [_row(rate) for rate in page.rows],
        "pager": page,
        "empty_title": _("No rate yet"),
        "empty_text": _(
            "Months with entries in other currencies than the company's need one for some journals."
        ),
    }
    return pages.render(request, "admin/ledger/monthrate/list.html", context)


def _row(rate: MonthRate) -> dict[str, Any]:
    return {
        "it": rate,
        "month": dated(rate.month, "yMMMM"),
        "said": _rate_words.said(rate),
        "asked_by": rate.asked_by.get_full_name() or rate.asked_by.get_username(),
        "confirmed_by": rate.decided_by.get_full_name() or rate.decided_by.get_username()
        if rate.decided_by
        else "",
    }


@pages.page(rates.RIGHT)
def new(request: HttpRequest) -> HttpResponse:
    """A rate is asked for."""
    start = {name: request.GET[name] for name in ("month", "currency") if name in request.GET}
    form = RateForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        given["month"] = date.fromisoformat(f"{given['month']}-01")
        given["currency"] = given["currency"].strip().upper()
        try:
            rates.ask(home=_rate_words.home(), actor=pages.actor(request), now=database_now(), **given)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked for. It counts when another person confirms it."))
            return redirect("admin:ledger_rate_list")
    context = {
        "title": _("Set a rate"),
        "lead": _("It counts for every entry of the month. Once the month is closed it stays."),
        "form": form,
        "verb": _("Ask for this rate"),
        "back_url": reverse("admin:ledger_rate_list"),
        "back_label": _("Rates of months"),
    }
    return pages.render(request, "parts/form.html", context)


@pages.page(rates.RIGHT)
def decide(request: HttpRequest) -> HttpResponse:
    """Another person confirms one rate, or exactly those that the page showed; or somebody dismisses one."""
    return _decisions.decide(request, DECISIONS)


def _called(rate: MonthRate) -> str:
    return _("{rate} in {month}").format(rate=_rate_words.said(rate), month=dated(rate.month, "yMMMM"))


def _line(rate: MonthRate) -> str:
    """One rate in a sentence."""
    name = rate.asked_by.get_full_name() or rate.asked_by.get_username()
    asked_for = _("{rate}. {name} asked for it: {reason}").format(
        rate=_called(rate), name=name, reason=rate.reason
    )
    return sentences(asked_for, _rate_words.before(rate))


DECISIONS = _decisions.Decisions(
    confirm=lambda ids, actor, now: rates.confirm(rate_ids=ids, actor=actor, now=now),
    dismiss=lambda ids, actor, now: rates.dismiss(rate_ids=ids, actor=actor, now=now),
    waiting=asked.waiting,
    called=_called,
    line=_line,
    page="ledger_rate_list",
    label=later("Rates of months"),
    noun=lambda n: ngettext("rate", "rates", n),
    to_confirm=lambda n: ngettext("Confirm {n} rate", "Confirm {n} rates", n),
    to_dismiss=lambda n: ngettext("Dismiss {n} rate", "Dismiss {n} rates", n),
    confirmed=lambda n: ngettext("{n} rate confirmed.", "{n} rates confirmed.", n),
    dismissed=lambda n: ngettext("{n} rate dismissed.", "{n} rates dismissed.", n),
    stays=later("It never counts: the rate that counts now stays."),
)
urlpatterns = [
    path("books/rates/", listed, name="ledger_rate_list"),
    path("books/rates/new/", new, name="ledger_rate_new"),
    path("books/rates/decide/", decide, name="ledger_rate_decide"),
]
