"""Sellers' bank accounts: ask for one, verify or reject another's wish, reveal the number with a reason."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import later
from payouts import countries
from payouts.countries import schemes
from payouts.models import AccountVersion
from payouts.operations import accounts
from payouts.queries import accounts as asked
from payouts.queries import explain, filter_words, waiting
from sellers.models import Seller

ASK, VERIFY = "payouts.request_payout_account", "payouts.verify_payout_account"
REVEAL, SEE = "payouts.reveal_payout_account", "payouts.view_payoutaccount"


class DecisionForm(forms.Form):
    """The verifier's word."""

    note = forms.CharField(
        label=later("How it was checked"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=later("Whom you called on which known number, what they said. Needed to reject."),
    )


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


class CountryChip(forms.Form):
    country = forms.ChoiceField(label=later("Country"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["country"].choices = countries.by_name()  # type: ignore[attr-defined]


class WhatChip(forms.Form):
    what = forms.ChoiceField(
        label=later("What"),
        choices=[*filter_words.WHATS.items(), (worklists.OTHERS, later("asked by others"))],
    )


CHIPS: dict[str, type[forms.Form]] = {"country": CountryChip, "what": WhatChip}


def _narrowed(request: HttpRequest, rows: "QuerySet[AccountVersion]") -> "QuerySet[AccountVersion]":
    given = worklists.chosen(request, CHIPS)
    if "country" in given:
        rows = rows.filter(slot__seller__country=given["country"])
    match given.get("what"):
        case "first":
            return rows.filter(number=1)
        case "change":
            return rows.filter(number__gt=1)
        case worklists.OTHERS:
            return rows.exclude(requested_by=request.user.pk)
    return rows


def _export(request: HttpRequest) -> list[dict[str, str]]:
    """The way to a file of exactly these rows."""
    return exports.verb(request, "accounts", worklists.exported(request, "country", "what", by_others="what"))


def _how_many() -> str:
    oldest = asked.to_verify().order_by("pk").values_list("requested_at", flat=True).first()
    since = explain.clock(oldest, settings.TIME_ZONE) if oldest is not None else ""
    return worklists.lead(count=waiting.accounts, oldest=since)


LIST = (VERIFY, ASK, "audit.view_event")
KNOWN = (*keyset.PLACE, *CHIPS)
DECIDED = "decided"


def _chosen(request: HttpRequest) -> "QuerySet[AccountVersion]":
    """Those that wait for a verifier, or those that were decided, as the address says. Raises `UnknownChoice`."""
    old = request.GET.get("show") == DECIDED
    return _narrowed(request, asked.decided() if old else asked.to_verify())


@pages.page(*LIST, knows=Known(*KNOWN, "whole", show=(DECIDED,), sort=worklists.ORDERS))
def totals(request: HttpRequest) -> HttpResponse:
    """What waits to be sent to the sellers of these accounts, asked for after the rows."""
    found = asked.totals(_chosen(request), whole="whole" in request.GET)
    return worklists.totals(request, found, ngettext("account", "accounts", found.count))


@pages.page(*LIST, knows=Known(*KNOWN, show=(DECIDED,), sort=worklists.ORDERS))
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
    verified = request.POST.get("decision") == "verified"
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
        "back_url": reverse("admin:payouts_payoutaccount_list"),
        "back_label": _("Bank accounts"),
        "reference": _("{reference}, version {number}").format(
            reference=slot.seller.reference, number=version.number
        ),
        "timeline_entries": None,
    }
    wrong = bool((decision and decision.errors) or (reason and reason.errors))
    return pages.render(
        request, "admin/payouts/payoutaccount/detail.html", context, status=422 if wrong else 200
    )


urlpatterns = [
    path("accounts/", listed, name="payouts_payoutaccount_list"),
    path("accounts/totals/", totals, name="payouts_payoutaccount_totals"),
    path("accounts/<int:pk>/", detail, name="payouts_payoutaccount_detail"),
    path("accounts/<int:pk>/decide/", decide, name="payouts_payoutaccount_decide"),
    path("accounts/<int:pk>/reveal/", reveal, name="payouts_payoutaccount_reveal"),
    path("sellers/<str:reference>/account/", new, name="payouts_payoutaccount_new"),
]
