"""Sellers' bank accounts: ask for one, verify or reject another's wish, reveal the number with a reason."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import pages, sworn
from backoffice.words import later
from payouts import countries
from payouts.admin.account_list import ASK, VERIFY
from payouts.countries import schemes
from payouts.models import AccountVersion
from payouts.operations import accounts
from payouts.queries import accounts as asked
from sellers.models import Seller

REVEAL, SEE = "payouts.reveal_payout_account", "payouts.view_payoutaccount"


VERIFIED = "verified"


class DecisionForm(forms.Form):
    """The verifier's word. To verify takes a tick, too; to reject, a reason."""

    note = forms.CharField(
        label=later("How it was checked"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=later("Whom you called on which known number, what they said. Needed to reject."),
    )
    compared = sworn.tick(later("I compared the holder and the number with the seller's document"))

    def clean(self) -> None:
        if self.data.get("decision") == VERIFIED and not self.cleaned_data.get("compared"):
            self.add_error("compared", _("Not verified: compare them first, then tick this."))


class ReasonForm(forms.Form):
    """Why somebody needs the full number."""

    reason = forms.CharField(
        label=later("Why you need the full number"),
        max_length=500,
        help_text=later("It is recorded with your name."),
    )


class AccountForm(forms.Form):
    """The boxes of one account scheme, and the holder. Everything that is wrong is said at once, at its box."""

    holder_name = forms.CharField(
        label=later("Holder, as the bank has it"),
        max_length=140,
        error_messages={
            "required": later("Holder: it is missing. Write the name the bank has for this account.")
        },
    )

    def __init__(self, data: Any = None, *, scheme: schemes.Scheme, holder: str) -> None:
        super().__init__(data, initial={"holder_name": holder})
        self.scheme = scheme
        for each in scheme.fields:
            self.fields[each.name] = _box(each)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        typed = {each.name: self.data.get(each.name, "") for each in self.scheme.fields}
        try:
            self.scheme.parse(typed)
        except schemes.AccountError as error:
            for problem in error.problems:
                if problem.field not in self.errors:
                    self.add_error(problem.field, problem.sentence)
        return cleaned


def _box(each: schemes.Field) -> forms.Field:
    missing = {
        "required": _("{each}: it is missing. Write something like {example}.").format(
            each=_(each.label), example=each.example
        )
    }
    if each.choices:
        return forms.ChoiceField(
            label=_(each.label),
            help_text=_(each.help),
            choices=[(key, _(words)) for key, words in each.choices],
            required=each.required,
        )
    hints = {
        "pattern": each.pattern,
        "inputmode": each.input_mode,
        "autocomplete": "off",
        "spellcheck": "false",
        "title": _("For example {example}").format(example=each.example),
    }
    return forms.CharField(
        label=_(each.label),
        help_text=_("{help} For example {example}").format(help=_(each.help), example=each.example),
        max_length=each.max_length,
        required=each.required,
        error_messages=missing,
        widget=forms.TextInput(attrs=hints),
    )


@pages.page(ASK)
def new(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a seller's first or another account."""
    seller = get_object_or_404(Seller, reference=reference)
    if not countries.is_open(seller.country):
        raise Refused(
            _(
                "No bank account can be asked for: no country file opens {country}, so nothing is paid there."
            ).format(country=seller.country)
        )
    country = countries.get(seller.country)
    scheme = schemes.get(country.account_scheme)
    form = AccountForm(request.POST or None, scheme=scheme, holder=seller.name)
    if request.method == "POST" and form.is_valid():
        values = dict(form.cleaned_data)
        try:
            version = accounts.request(
                seller_id=seller.pk,
                currency=country.currency,
                holder_name=values.pop("holder_name"),
                fields=values,
                country=country.code,
                actor=pages.actor(request),
                now=database_now(),
            )
        except accounts.BadDetails as refusal:
            for name, sentence in refusal.problems:
                form.add_error(name if name in form.fields else None, sentence)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Asked for {masked}. Another person must verify it.").format(masked=version.masked)
            )
            return redirect("admin:payouts_payoutaccount_detail", pk=version.pk)
    held = asked.affected(seller_id=seller.pk, currency=country.currency)
    context = {
        "title": _("Bank account of {seller}").format(seller=seller.name),
        "lead": _(
            "{scheme} for {currency}. Another person verifies it; it is paid "
            "{account_wait_hours} hours from now at the earliest."
        ).format(
            scheme=capfirst(_(scheme.label)),
            currency=country.currency,
            account_wait_hours=settings.ACCOUNT_WAIT_HOURS,
        ),
        "form": form,
        "verb": _("Ask for this account"),
        "affected": held,
        "seller": seller,
        "back_url": pages.back_url(request, reverse("admin:payouts_payoutaccount_list")),
    }
    status = 422 if form.errors else 200
    return pages.render(request, "admin/payouts/payoutaccount/new.html", context, status=status)


@pages.page(SEE)
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: masked, what does not fit, and who may decide."""
    return _render(request, _find(pk))


@require_POST
@pages.page(VERIFY)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify or reject."""
    version, form = _find(pk), DecisionForm(request.POST)
    verified = request.POST.get("decision") == VERIFIED
    if form.is_valid():
        try:
            accounts.decide(
                version_id=pk,
                verified=verified,
                actor=pages.actor(request),
                note=form.cleaned_data["note"],
                now=database_now(),
            )
        except Conflict as conflict:
            return pages.stale(
                request, [str(conflict)], reverse("admin:payouts_payoutaccount_detail", args=[pk])
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            name = version.slot.seller.name
            said = (
                _("{masked} of {name} verified.").format(masked=version.masked, name=name)
                if verified
                else _("{masked} of {name} rejected.").format(masked=version.masked, name=name)
            )
            messages.success(request, said)
            return redirect("admin:payouts_payoutaccount_list")
    return _render(request, version, decision=form)


@require_POST
@pages.page(REVEAL)
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """The full details on this one answer, never kept: no address of its own, no way to reload it."""
    version, form = _find(pk), ReasonForm(request.POST)
    shown: list[tuple[str, str]] = []
    if form.is_valid():
        try:
            found = accounts.details(
                version_id=pk,
                reason=form.cleaned_data["reason"],
                actor=pages.actor(request),
                now=database_now(),
            )
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            labels = {each.name: _(each.label) for each in schemes.get(version.scheme).fields}
            shown = [(labels.get(name, name), value) for name, value in found.items()]
    return _render(request, version, reason=form, shown=shown)


def _find(pk: int) -> AccountVersion:
    return get_object_or_404(asked.all_of_them(), pk=pk)


def _render(
    request: HttpRequest,
    version: AccountVersion,
    *,
    decision: forms.Form | None = None,
    reason: forms.Form | None = None,
    shown: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    held, now = pages.permissions(request), database_now()
    open_still = getattr(version, "decision", None) is None
    own = version.requested_by_id == request.user.pk
    slot = version.slot
    context = {
        "title": version.masked,
        "it": version,
        "seller": slot.seller,
        "standing": asked.standing(version),
        "currency": slot.currency,
        "before": asked.before(version),
        "doubts": asked.doubts(version, now=now),
        "affected": asked.affected(seller_id=slot.seller_id, currency=slot.currency),
        "decision_form": (decision or DecisionForm()) if VERIFY in held and open_still and not own else None,
        "why_not": _("You asked for it: another person must verify it.")
        if VERIFY in held and open_still and own
        else "",
        "reason_form": (reason or ReasonForm()) if REVEAL in held and not shown else None,
        "shown": shown,
        **_back(request, slot.seller),
        "reference": _("{reference}, version {number}").format(
            reference=slot.seller.reference, number=version.number
        ),
        "timeline_entries": None,
    }
    wrong = bool((decision and decision.errors) or (reason and reason.errors))
    return pages.render(
        request, "admin/payouts/payoutaccount/detail.html", context, status=422 if wrong else 200
    )


def _back(request: HttpRequest, seller: Seller) -> dict[str, str]:
    """To the list of accounts, or to the seller for who only looks up what they have."""
    listed = pages.leads(request, reverse("admin:payouts_payoutaccount_list"))
    if listed:
        return {"back_url": listed, "back_label": _("Bank accounts")}
    return {
        "back_url": reverse("admin:sellers_seller_detail", args=[seller.reference]),
        "back_label": seller.name,
    }


urlpatterns = [
    path("accounts/<int:pk>/", detail, name="payouts_payoutaccount_detail"),
    path("accounts/<int:pk>/decide/", decide, name="payouts_payoutaccount_decide"),
    path("accounts/<int:pk>/reveal/", reveal, name="payouts_payoutaccount_reveal"),
    path("sellers/<str:reference>/account/", new, name="payouts_payoutaccount_new"),
]
