"""Whose account each book is in accounting's chart: versions in force, their history, and those that wait."""

from datetime import date
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
from backoffice.audit.errors import Refused
from backoffice.doors import keyset, pages, worklists
from backoffice.doors.addresses import Known
from backoffice.words import dated, later
from payouts.exports.journal import FORMATS, SELLER, unfit_name
from payouts.queries import deciding
from sellers.ledger.admin import _decisions, _tabs
from sellers.ledger.models import AccountMapping, Book
from sellers.ledger.operations import mapping
from sellers.ledger.queries import mapping as asked
from sellers.ledger.queries import periods

SEE = ("ledger.view_accountmapping",)
NEEDS = [need for each in FORMATS.values() for need in each.needs]


# What formats of journals call their needs, which know nothing of words: marked here for translators.
_NEEDS = (
    later("CSV: tax code"),
    later("CSV: cost centre"),
    later("NetSuite: department"),
    later("NetSuite: entity"),
    later("QuickBooks: account name"),
    later("QuickBooks: class"),
    later("QuickBooks: name"),
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
            if need.names_sellers:
                help_text = _(
                    "Whom lines name, for payables and receivables: {code} for each line's seller by reference, which "
                    "must be known there (entries one by one only), or one name for all. Empty: nobody."
                ).format(code=SELLER)
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


@pages.page(*SEE, knows=Known(*keyset.PLACE, *worklists.WAITS))
def listed(request: HttpRequest) -> HttpResponse:
    """What waits for another person, and every version, the newest of each first."""
    held = pages.permissions(request)
    may = mapping.RIGHT in held
    today = periods.today(now=database_now())
    page = keyset.page(request, asked.history(today=today), by=asked.ORDER)
    whom = worklists.for_whom(request)
    wanted = deciding.book_accounts(person_id=whom.pk) if whom else asked.waiting()
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
        "rows": [_row(version, _word(version, today)) for version in page.rows],
        "pager": page,
        "empty_title": _("No account yet"),
        "empty_text": _("A month closes once each book that moved in it has an account."),
    }
    return pages.render(request, "admin/ledger/accountmapping/list.html", context)


def _word(version: Any, today: date) -> str:
    if version.effective_from > today:
        return "later"
    return "replaced" if version.replaced else "in force"


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
    """Another person confirms one version, or exactly those that the page showed; or somebody dismisses one."""
    return _decisions.decide(request, DECISIONS)


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


DECISIONS = _decisions.Decisions(
    confirm=lambda ids, actor, now: mapping.confirm(mapping_ids=ids, actor=actor, now=now),
    dismiss=lambda ids, actor, now: mapping.dismiss(mapping_ids=ids, actor=actor, now=now),
    waiting=asked.waiting,
    called=lambda version: f"{version.number} {version.label}",
    line=_line,
    page="ledger_mapping_list",
    label=later("Accounts of the books"),
    noun=lambda n: ngettext("account", "accounts", n),
    to_confirm=lambda n: ngettext("Confirm {n} account", "Confirm {n} accounts", n),
    to_dismiss=lambda n: ngettext("Dismiss {n} account", "Dismiss {n} accounts", n),
    confirmed=lambda n: ngettext("{n} account confirmed.", "{n} accounts confirmed.", n),
    dismissed=lambda n: ngettext("{n} account dismissed.", "{n} accounts dismissed.", n),
    stays=later("It never comes into force: what is in force now stays."),
)
urlpatterns = [
    path("books/accounts/", listed, name="ledger_mapping_list"),
    path("books/accounts/new/", new, name="ledger_mapping_new"),
    path("books/accounts/decide/", decide, name="ledger_mapping_decide"),
]
