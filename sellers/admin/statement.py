"""The statement of one seller for a period, in one currency, to print or to send."""

import calendar
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.doors import pages
from backoffice.doors.addresses import Known
from backoffice.words import either
from payouts.exports.statements import seller as seller_sheet
from payouts.operations import statements
from payouts.queries import languages, seller_statement
from sellers.admin.history import find
from sellers.admin.sellers import today_of
from sellers.models import Seller

EARLIEST = date(2000, 1, 1)
DAY = "%Y-%m-%d"
KNOWN = Known("from", "to", "currency", "lang")
LONGEST = 366


class PeriodForm(forms.Form):
    """From which day to which, in which currency and language. Days are days in the seller's country."""

    def __init__(self, given: Any, *, currencies: list[str], today: date) -> None:
        super().__init__(given)
        self.today = today
        for name, label in (("from", _("From")), ("to", _("To"))):
            self.fields[name] = forms.DateField(
                label=label,
                input_formats=[DAY],
                widget=forms.DateInput(attrs={"type": "date"}),
                error_messages={
                    "invalid": _("That is no date. Write year, month and day, as in 2026-11-30.")
                },
            )
        self.fields["currency"] = forms.ChoiceField(
            label=_("Currency"),
            choices=[(each, each) for each in currencies],
            error_messages={
                "invalid_choice": _("Choose {currencies}: the seller has no other account.").format(
                    currencies=either(currencies)
                )
            },
        )
        self.fields["lang"] = forms.ChoiceField(
            label=_("Language"),
            choices=list(languages.LANGUAGES.items()),
            error_messages={
                "invalid_choice": _("Statements are written in the languages of this list only.")
            },
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("from"), values.get("to")
        if first is not None and first < EARLIEST:
            self.add_error(
                "from", _("There is nothing before {year}. Choose a later day.").format(year=EARLIEST.year)
            )
        if last is not None and last > self.today:
            self.add_error("to", _("That day has not come yet. Choose today or an earlier day."))
        if first is not None and last is not None:
            if first > last:
                self.add_error(
                    "to", _("The period ends before it begins. Choose a day on or after the first.")
                )
            elif (last - first).days >= LONGEST:
                self.add_error("to", _("A statement covers at most a year. Choose an earlier day."))
        return values


def _form(request: HttpRequest, seller: Seller) -> PeriodForm:
    """What the address says; what it leaves out is last month, the first currency, the seller's language. Of a period
    with one end it is what there is of that end's month.
    """
    currencies = seller_statement.currencies(seller=seller)
    today = today_of(seller, database_now())
    first, last = _period(request.GET.get("from", ""), request.GET.get("to", ""), today)
    usual = {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "currency": currencies[0] if currencies else "",
        "lang": languages.language_of(seller.country),
    }
    given = {name: request.GET.get(name, value) for name, value in usual.items()}
    return PeriodForm(given, currencies=currencies, today=today)


def _period(first: str, last: str, today: date) -> tuple[date, date]:
    """The month of the one end that is given, up to today; last month where neither is, or none that is a day."""
    given = [day for day in map(_day, (first, last)) if day is not None]
    if len(given) != 1:
        end = today.replace(day=1) - timedelta(days=1)
        return end.replace(day=1), end
    begin = given[0].replace(day=1)
    end = begin.replace(day=calendar.monthrange(begin.year, begin.month)[1])
    return begin, min(end, today)


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, DAY).date()  # noqa: DTZ007 - a day has no zone
    except ValueError:
        return None


def _chosen(form: PeriodForm) -> dict[str, Any]:
    values = form.cleaned_data
    return {"currency": values["currency"], "first": values["from"], "last": values["to"]}


@require_safe
@pages.page("sellers.view_seller", knows=KNOWN)
def page(request: HttpRequest, reference: str) -> HttpResponse:
    """The statement under the form that chooses it; what is wrong with the period stands in the form."""
    seller = find(reference)
    return _page(request, seller, _form(request, seller))


def _page(request: HttpRequest, seller: Seller, form: PeriodForm) -> HttpResponse:
    fine = form.is_valid()
    context: dict[str, Any] = {
        "title": _("Statement of {seller}").format(seller=seller.name),
        "form": form,
        "reference": pgettext("for the seller", "Statement"),
        "back_url": reverse("admin:sellers_seller_detail", args=[seller.reference]),
        "back_label": seller.name,
        "has_account": bool(form.fields["currency"].choices),  # type: ignore[attr-defined]
    }
    if fine:
        found = seller_statement.of_seller(seller=seller, **_chosen(form))
        context["sheet"] = seller_sheet.sheet(found, language=form.cleaned_data["lang"])
        query = urlencode({name: form[name].value() for name in form.fields})
        url = reverse("admin:sellers_seller_statement_pdf", args=[seller.reference])
        context["verbs"] = [{"label": _("Download the PDF"), "url": f"{url}?{query}", "kind": "main"}]
    refused = not fine and context["has_account"]
    return pages.render(
        request, "admin/sellers/seller/statement.html", context, status=400 if refused else 200
    )


@require_safe
@pages.page("sellers.view_seller", knows=KNOWN)
def pdf(request: HttpRequest, reference: str) -> HttpResponse:
    """The statement as a file, and that it was fetched is written down; for a wrong period the page that says so."""
    seller = find(reference)
    form = _form(request, seller)
    if not form.is_valid():
        return _page(request, seller, form)
    made = statements.of_seller(
        seller_id=seller.pk,
        **_chosen(form),
        language=form.cleaned_data["lang"],
        actor=pages.actor(request),
        now=database_now(),
    )
    return pages.attachment(made.name, made.body, media_type="application/pdf")


urlpatterns = [
    path("sellers/<str:reference>/statement/", page, name="sellers_seller_statement"),
    path("sellers/<str:reference>/statement.pdf", pdf, name="sellers_seller_statement_pdf"),
]
