"""Settings: our own accounts that payouts are debited from, masked."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import BooleanField, Case, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import keyset, pages
from backoffice.doors.addresses import Known
from backoffice.words import later
from payouts.models import FundingAccount
from payouts.operations import funding
from payouts.queries import rail_words
from payouts.rails import registry

SEE = ("payouts.view_fundingaccount",)


class ChangeForm(forms.Form):
    """What may change of an account."""

    holder_name = forms.CharField(label=later("Holder, as the bank has it"), max_length=140)
    bic = forms.RegexField(
        r"^\s*([A-Za-z]{6}[A-Za-z0-9]{2}([A-Za-z0-9]{3})?)?\s*$",
        label="BIC",
        required=False,
        error_messages={"invalid": later("A BIC has 8 or 11 letters and digits, such as AGRIFRPP.")},
    )
    active = forms.BooleanField(label=later("New batches are paid from it"), required=False)


class AddForm(forms.Form):
    """A new account."""

    code = forms.CharField(
        label=later("Code"),
        max_length=30,
        help_text=later("As the books name it, such as SEPA-EUR. It never changes."),
    )
    rail = forms.ChoiceField(label=later("Rail"))
    currency = forms.CharField(
        label=later("Currency"), max_length=3, min_length=3, help_text=later("ISO 4217, such as EUR.")
    )
    holder_name = forms.CharField(label=later("Holder, as the bank has it"), max_length=140)
    country = forms.RegexField(
        r"^\s*[A-Za-z]{2}\s*$", label=later("Holder's country"), help_text=later("Two letters, such as FR.")
    )
    scheme = forms.ChoiceField(
        label=later("Number"),
        choices=[("iban", "IBAN"), ("other", later("The bank's own number"))],
        widget=forms.RadioSelect,
        initial="iban",
    )
    identifier = forms.CharField(
        label=later("Account number"),
        max_length=60,
        help_text=later("Shown only in part afterwards. It never changes."),
    )
    bic = ChangeForm.base_fields["bic"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["rail"].choices = [(name, rail_words.called(name)) for name in registry.names()]  # type: ignore[attr-defined]


@pages.page(*SEE, knows=Known(*keyset.PLACE))
def listed(request: HttpRequest) -> HttpResponse:
    """Every account of ours, active ones first."""
    held = pages.permissions(request)
    closed = Case(When(active=True, then=False), default=True, output_field=BooleanField())
    page = keyset.page(
        request, FundingAccount.objects.annotate(closed=closed), by=("closed", "code"), newest_first=False
    )
    context = {
        "title": _("Funding accounts"),
        "lead": _(
            "Our own accounts. One is active for each rail and currency: its batches are paid from it."
        ),
        "verbs": [{"label": _("Add an account"), "kind": "main", "url": reverse("admin:payouts_funding_add")}]
        if "payouts.add_fundingaccount" in held
        else [],
        "rows": page.rows,
        "pager": page,
        "may_change": "payouts.change_fundingaccount" in held,
        "empty_title": _("No funding account yet"),
        "empty_text": _("Nothing can be put into batches before one is added."),
    }
    return pages.render(request, "admin/payouts/fundingaccount/list.html", context)


@pages.page("payouts.add_fundingaccount")
def add(request: HttpRequest) -> HttpResponse:
    """A new account."""
    form = AddForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = funding.add(actor=pages.actor(request), now=database_now(), **form.cleaned_data)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request,
                _("{made} added: new batches over {rail} are paid from it.").format(
                    made=made.code, rail=rail_words.called(made.rail)
                ),
            )
            return redirect("admin:payouts_funding_list")
    return _form(request, form, title=_("Add a funding account"), verb=_("Add this account"))


@pages.page("payouts.change_fundingaccount")
def change(request: HttpRequest, code: str) -> HttpResponse:
    """Name, BIC and whether it is active; for another number add another account."""
    account = get_object_or_404(FundingAccount, code=code)
    start = {"holder_name": account.holder_name, "bic": account.bic, "active": account.active}
    form = ChangeForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            funding.change(
                code=account.code, actor=pages.actor(request), now=database_now(), **form.cleaned_data
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("{account} saved.").format(account=account.code))
            return redirect("admin:payouts_funding_list")
    lead = _("{masked}, {currency} over {rail}. For another number add another account.").format(
        masked=account.masked, currency=account.currency, rail=rail_words.called(account.rail)
    )
    return _form(request, form, title=account.code, verb=_("Save this account"), lead=lead)


def _form(request: HttpRequest, form: forms.Form, *, title: str, verb: str, lead: str = "") -> HttpResponse:
    context = {
        "title": title,
        "lead": lead,
        "form": form,
        "verb": verb,
        "back_url": reverse("admin:payouts_funding_list"),
        "back_label": _("Funding accounts"),
    }
    return pages.render(request, "parts/form.html", context)


urlpatterns = [
    path("settings/funding/", listed, name="payouts_funding_list"),
    path("settings/funding/add/", add, name="payouts_funding_add"),
    path("settings/funding/<str:code>/", change, name="payouts_funding_change"),
]
