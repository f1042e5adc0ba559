"""Whose account each book is in accounting's chart: versions in force, their history, and those that wait."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict, Refused
from backoffice.doors import numbers, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import dated, later, number
from payouts.exports.journal import FORMATS, unfit_name
from payouts.queries import deciding
from sellers.ledger.admin import _tabs
from sellers.ledger.models import AccountMapping, Book
from sellers.ledger.operations import mapping
from sellers.ledger.queries import mapping as asked
from sellers.ledger.queries import periods

SEE = ("ledger.view_accountmapping",)
ALL = "confirm-all"
ONE = re.compile(r"(confirm|dismiss)-([0-9]{1,18})")
NEEDS = [need for each in FORMATS.values() for need in each.needs]


# What formats of journals call their needs, which know nothing of words: marked here for translators.
_NEEDS = (
    later("CSV: tax code"),
    later("CSV: cost centre"),
    later("NetSuite: department"),
    later("QuickBooks: account name"),
    later("QuickBooks: class"),
    later("Sage: tax rate"),
    later("Xero: tax rate"),
    later("Xero: tracking option"),
)


class MappingForm(forms.Form):
    """The version that is wanted; `targets()` is what single formats need."""

    book = forms.ChoiceField(label=later("Book"), choices=Book.choices)
    currency = forms.CharField(
        label=later("Currency"),
        max_length=3,
        required=False,
        help_text=later("As EUR. Empty: every currency without a version of its own."),
    )
    country = forms.CharField(
        label=later("Country"),
        max_length=2,
        required=False,
        help_text=later("As FR. Empty: every country without a version of its own."),
    )
    number = forms.CharField(
        label=later("Account number"), max_length=20, help_text=later("As in your chart, such as 4671.")
    )
    label = forms.CharField(label=later("Account name"), max_length=60)
    effective_from = forms.DateField(
        label=later("In force from"),
        help_text=later("A day in an open month."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 2}),
        label=later("Reason, for those who ask later"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for need in NEEDS:
            help_text = _("Empty: {default}.").format(default=need.default) if need.default else ""
            self.fields[_name(need.key)] = forms.RegexField(
                rf"^(?:{need.pattern})$",
                label=_(need.label),
                required=False,
                help_text=help_text,
                error_messages={"invalid": _("{need} is not written so.").format(need=_(need.label))},
            )

    def clean(self) -> None:
        """Books in yen may go to Yayoi: what it would refuse is said now, while the account can still change."""
        given = self.cleaned_data
        currency = given.get("currency", "").strip().upper() or settings.BOOKS_COMPANY["currency"]
        name, label = _name("yayoi.account"), given.get("label", "")
        if currency == "JPY" and name not in self.errors and (why := unfit_name(label, given.get(name, ""))):
            self.add_error(name, why)

    def targets(self) -> dict[str, str]:
        return {need.key: self.cleaned_data.get(_name(need.key), "") for need in NEEDS}


def _name(key: str) -> str:
    return key.replace(".", "_")


@pages.page(*SEE, knows=Known(*worklists.WAITS))
def listed(request: HttpRequest) -> HttpResponse:
    """What waits for another person, and every version, the newest of each first."""
    held = pages.permissions(request)
    may = mapping.RIGHT in held
    seen: set[tuple[str, str, str]] = set()
    rows = []
    today = periods.today(now=database_now())
    for version in asked.history():
        key = (version.book, version.currency, version.country)
        begun = version.effective_from <= today
        rows.append(
            _row(
                version,
                "in force" if begun and key not in seen else "replaced" if begun else "later",
            )
        )
        if begun:
            seen.add(key)
    mine = worklists.for_me(request)
    wanted = deciding.book_accounts(person_id=request.user.pk or 0) if mine else asked.waiting()
    waiting = [{**_row(each, ""), "own": each.asked_by_id == request.user.pk} for each in wanted]
    context = {
        "title": _("Accounts of the books"),
        "lead": _(
            "Each book of the ledger is an account of your chart. One person asks for a "
            "version, another confirms."
        ),
        "tabs": _tabs.tabs(request, "accounts"),
        "verbs": [{"label": _("Set an account"), "kind": "main", "url": reverse("admin:ledger_mapping_new")}]
        if may
        else [],
        "may": may,
        "chips": worklists.set_chips(request, worklists.WAITS),
        "waiting": waiting,
        "others": sum(not each["own"] for each in waiting),
        "rows": rows,
        "empty_title": _("No account yet"),
        "empty_text": _("A month closes once each book that moved in it has an account."),
    }
    return pages.render(request, "admin/ledger/accountmapping/list.html", context)


def _row(version: AccountMapping, word: str) -> dict[str, Any]:
    return {
        "it": version,
        "book": Book(version.book).label,
        "word": word,
        "asked_by": version.asked_by.get_full_name() or version.asked_by.get_username(),
        "targets": ", ".join(
            f"{_(need.label)} {version.targets[need.key]}" for need in NEEDS if version.targets.get(need.key)
        ),
    }


@pages.page(mapping.RIGHT)
def new(request: HttpRequest) -> HttpResponse:
    """A version is asked for."""
    start = {name: request.GET[name] for name in ("book", "currency", "country") if name in request.GET}
    form = MappingForm(request.POST or None, initial=start)
    if request.method == "POST" and form.is_valid():
        given = {name: form.cleaned_data[name] for name in MappingForm.base_fields}
        given |= {name: given[name].strip().upper() for name in ("currency", "country")}
        try:
            mapping.ask(targets=form.targets(), actor=pages.actor(request), now=database_now(), **given)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Asked for. It is in force when another person confirms it."))
            return redirect("admin:ledger_mapping_list")
    context = {
        "title": _("Set an account"),
        "lead": _("What single programs need stands below; leave it empty where you do not use them."),
        "form": form,
        "verb": _("Ask for this account"),
        "back_url": reverse("admin:ledger_mapping_list"),
        "back_label": _("Accounts of the books"),
    }
    return pages.render(request, "parts/form.html", context)


@pages.page(mapping.RIGHT)
def decide(request: HttpRequest) -> HttpResponse:
    """Another person confirms one version, or exactly those that the page showed; or somebody dismisses one.

    First what that means in numbers, then the deed.
    """
    given = request.POST if request.method == "POST" else request.GET
    wanted = given.get("decision", "")
    one = ONE.fullmatch(wanted)
    shown = [numbers.whole(each) for each in given.getlist("shown")] if wanted == ALL else []
    ids = [int(one[2])] if one else [each for each in shown if each is not None]
    if not ids or len(ids) < len(shown):
        messages.error(
            request, _("Nothing confirmed or dismissed: choose one of the versions below, or all of them.")
        )
        return redirect("admin:ledger_mapping_list")
    dismissed = one is not None and one[1] == "dismiss"
    if request.method == "POST" and given.get("confirmed") == "1":
        return _decided(request, ids, dismissed)
    return _asked(request, ids, wanted, dismissed)


def _asked(request: HttpRequest, ids: list[int], wanted: str, dismissed: bool) -> HttpResponse:
    """What will happen to these versions, before it does."""
    back = reverse("admin:ledger_mapping_list")
    found = [version for version in asked.waiting() if version.pk in ids]
    if len(found) < len(ids):
        changes = [_("Not all of these wait any more: somebody else confirmed or dismissed one.")]
        return pages.stale(request, changes, back)
    count = len(found)
    title = (
        ngettext("Dismiss {n} account", "Dismiss {n} accounts", count)
        if dismissed
        else ngettext("Confirm {n} account", "Confirm {n} accounts", count)
    ).format(n=number(count))
    if count == 1:
        title = _("{deed}: {account}").format(deed=title, account=f"{found[0].number} {found[0].label}")
    follows = [_line(version) for version in found]
    if dismissed:
        follows.append(_("It never comes into force: what is in force now stays."))
    context = {
        "title": title,
        "verb": title,
        "kind": "stop" if dismissed else "main",
        "form": forms.Form(),
        "noun": ngettext("account", "accounts", count),
        "preview": {"count": count, "follows": follows},
        "hidden": [("decision", wanted), *(("shown", pk) for pk in ids)],
        "back_url": back,
        "back_label": _("Accounts of the books"),
    }
    return pages.render(request, "parts/confirm.html", context)


def _line(version: AccountMapping) -> str:
    """One version in a sentence."""
    return _("{book}, {currency}, {country}: {account} from {day}. {name} asked for it: {reason}").format(
        book=Book(version.book).label,
        currency=version.currency or _("every currency"),
        country=version.country or _("every country"),
        account=f"{version.number} {version.label}",
        day=dated(version.effective_from, "long"),
        name=version.asked_by.get_full_name() or version.asked_by.get_username(),
        reason=version.reason,
    )


def _decided(request: HttpRequest, ids: list[int], dismissed: bool) -> HttpResponse:
    verb = mapping.dismiss if dismissed else mapping.confirm
    try:
        done = verb(mapping_ids=ids, actor=pages.actor(request), now=database_now())
    except Conflict as conflict:
        return pages.stale(request, [str(conflict)], reverse("admin:ledger_mapping_list"))
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        told = (
            ngettext("{n} account dismissed.", "{n} accounts dismissed.", len(done))
            if dismissed
            else ngettext("{n} account confirmed.", "{n} accounts confirmed.", len(done))
        )
        messages.success(request, told.format(n=len(done)))
    return redirect("admin:ledger_mapping_list")


urlpatterns = [
    path("books/accounts/", listed, name="ledger_mapping_list"),
    path("books/accounts/new/", new, name="ledger_mapping_new"),
    path("books/accounts/decide/", decide, name="ledger_mapping_decide"),
]
