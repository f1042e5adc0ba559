"""Asking for an adjustment of a seller's balance: what it is, then what it would do in numbers, with its document."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors import numbers, pages
from backoffice.words import later
from payouts import countries
from sellers.ledger import money, written
from sellers.ledger.admin.adjustments import ASK, LOWERS, RAISES, local_today
from sellers.ledger.models import AdjustmentKind
from sellers.ledger.money import Money
from sellers.ledger.operations import adjustments
from sellers.ledger.queries import balances
from sellers.models import Seller


class RequestForm(forms.Form):
    """What is asked for; `cleaned_data["amount_minor"]` carries the sign."""

    kind = forms.ChoiceField(
        label=later("Kind"),
        choices=AdjustmentKind.choices,
        widget=forms.RadioSelect,
        initial=AdjustmentKind.ADJUSTMENT,
        help_text=later("An adjustment corrects the balance; a write-off forgives what the seller owes us."),
    )
    effect = forms.ChoiceField(
        label=later("Effect"),
        choices=[(RAISES, later("We owe the seller more")), (LOWERS, later("We owe the seller less"))],
        widget=forms.RadioSelect,
        initial=RAISES,
    )
    currency = forms.ChoiceField(label=later("Currency"))
    amount = forms.CharField(
        label=later("Amount"),
        max_length=30,
        help_text=later("Digits without a sign; decimals as in your language, where the currency has any."),
    )
    reason = forms.CharField(
        max_length=adjustments.LONGEST_REASON,
        widget=forms.Textarea(attrs={"rows": 3}),
        label=later("Reason, in words the seller may be told"),
    )

    def __init__(self, *args: Any, currencies: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["currency"].choices = [(each, each) for each in currencies]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if {"amount", "currency", "effect"} <= found.keys():
            try:
                amount, mark = numbers.marked(found["amount"])
                minor = money.parse(amount, found["currency"], decimal_mark=mark).minor
            except money.MoneyError as error:
                self.add_error("amount", str(error))
            else:
                if minor < 0:
                    self.add_error(
                        "amount", _("Write it without a sign, and say above whether we owe more or less.")
                    )
                found["amount_minor"] = minor if found["effect"] == RAISES else -minor
        return found


class DocumentForm(forms.Form):
    """The last word: a browser keeps no file from one page to the next, so it is chosen where it is sent."""

    document = forms.FileField(
        label=later("Document"),
        help_text=later("What shows it, such as the claim or the decision. At most 5 MB, kept encrypted."),
    )


@pages.page(ASK)
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an adjustment of one seller's balance. POST looks at it; with ``confirmed`` it is asked for; with
    ``change`` what was typed is there to be changed.
    """
    seller = get_object_or_404(Seller, reference=reference)
    held = balances.balances(seller_id=seller.pk, today=local_today(seller, database_now()))
    owed = {each.currency: Money(each.payable, each.currency) for each in held}
    form = RequestForm(request.POST or None, currencies=[*owed] or _currency_of(seller))
    if request.method == "POST" and "change" not in request.POST and form.is_valid():
        return _looked_at(request, seller, form, owed.values())
    context = {
        "title": _title(seller),
        "lead": _("Nothing is posted before another person grants it."),
        "form": form,
        "verb": _("See what it does"),
        "held": list(owed.items()),
        "back_url": pages.back_url(request, reverse("admin:ledger_adjustment_list")),
    }
    return pages.render(request, "admin/ledger/adjustment/new.html", context)


def _looked_at(
    request: HttpRequest, seller: Seller, form: RequestForm, owed: Iterable[Money]
) -> HttpResponse:
    """What would happen, and the document to choose; confirmed, the adjustment is asked for."""
    asked = form.cleaned_data
    confirmed = request.POST.get("confirmed") == "1"
    paper = DocumentForm(request.POST, request.FILES) if confirmed else DocumentForm()
    if confirmed and paper.is_valid():
        document = paper.cleaned_data["document"]
        try:
            made = adjustments.request(
                seller_id=seller.pk,
                currency=asked["currency"],
                kind=AdjustmentKind(asked["kind"]),
                amount_minor=asked["amount_minor"],
                reason=asked["reason"],
                document_name=document.name,
                document=document.read(adjustments.LARGEST_DOCUMENT + 1),
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            paper.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked for. It is posted when another person grants it."))
            return redirect("admin:ledger_adjustment_detail", pk=made.pk)
    currency = asked["currency"]
    before = next((each for each in owed if each.currency == currency), Money(0, currency))
    context = {
        "title": _title(seller),
        "lead": _("Nothing is posted before another person grants it."),
        "sort": AdjustmentKind(asked["kind"]).label,
        "effect": _effect(seller, Money(asked["amount_minor"], currency)),
        "before": before,
        "after": Money(before.minor + asked["amount_minor"], currency),
        "reason": asked["reason"],
        "form": paper,
        "upload": True,
        "verb": _("Ask for the adjustment"),
        "hidden": [("confirmed", "1"), *((name, request.POST.get(name, "")) for name in form.fields)],
        "back_url": pages.back_url(request, reverse("admin:ledger_adjustment_list")),
    }
    return pages.render(request, "admin/ledger/adjustment/look.html", context)


def _effect(seller: Seller, amount: Money) -> str:
    """Which way it goes, in words."""
    words = _("We owe {seller} {amount} less.") if amount.minor < 0 else _("We owe {seller} {amount} more.")
    return words.format(seller=seller.name, amount=written.text(Money(abs(amount.minor), amount.currency)))


def _title(seller: Seller) -> str:
    return _("Adjust the balance of {seller}").format(seller=seller.name)


def _currency_of(seller: Seller) -> list[str]:
    return [countries.get(seller.country).currency] if countries.is_open(seller.country) else ["EUR"]


urlpatterns = [path("sellers/<str:reference>/adjust/", new, name="ledger_adjustment_new")]
