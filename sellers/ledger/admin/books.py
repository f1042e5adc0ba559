"""Every ledger transaction, newest first, with its debits and credits. Nothing here can be changed."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from backoffice.doors import exports, keyset, pages, worklists
from backoffice.doors.addresses import BadAddress, Known
from backoffice.words import later, sentences
from payouts.queries import references
from sellers.ledger.admin import _tabs
from sellers.ledger.models import Book
from sellers.ledger.queries import books


class PayoutChip(forms.Form):
    payout = forms.CharField(
        label=later("Payout"), help_text=later("Its reference, as P48213."), max_length=10
    )


class SellerChip(forms.Form):
    seller = forms.CharField(label=later("Seller"), help_text=later("The reference, as S12."), max_length=12)


class BookChip(forms.Form):
    book = forms.ChoiceField(label=later("Book"), choices=Book.choices)


CHIPS: tuple[tuple[str, str, type[forms.Form]], ...] = (
    ("payout", later("Payout"), PayoutChip),
    ("seller", later("Seller"), SellerChip),
    ("book", later("Book"), BookChip),
)
KNOWN = Known("payout", "seller", *keyset.PLACE, book=Book.values)


@pages.page("ledger.view_transaction", knows=KNOWN)
def listed(request: HttpRequest) -> HttpResponse:
    """The transactions, of one payout, seller or book where asked."""
    asked = _asked(request)
    found = books.transactions(
        payout_ref=asked.get("payout", "").upper(),
        seller_ref=asked.get("seller", "").upper(),
        book=asked.get("book", ""),
    )
    page = keyset.page(request, found)
    legs = books.legs(transactions=page.rows)
    lead = [_("Double entry, append-only: the debits of each transaction equal its credits.")]
    if asked:
        lead.append(_("Shown are whole transactions, also what they move of other sellers."))
    context = {
        "title": _("Transactions"),
        "tabs": _tabs.tabs(request, "transactions"),
        "lead": sentences(*lead),
        "verbs": exports.verb(request, "transactions", asked),
        "chips": [_chip(name, label, form, asked) for name, label, form in CHIPS],
        "rows": [{"it": each, "legs": legs.get(each.pk, [])} for each in page.rows],
        "pager": page,
        "empty_title": _("No such transaction"),
        "empty_text": _("Take a filter away."),
    }
    return pages.render(request, "admin/ledger/transaction/list.html", context)


def _asked(request: HttpRequest) -> dict[str, str]:
    """The filters that are set. Raises `BadAddress` for a payout or a seller that there is none of."""
    given = {name: request.GET.get(name, "").strip() for name, *_rest in CHIPS}
    missing = references.nowhere(payout=given["payout"], seller=given["seller"])
    if missing:
        raise BadAddress(missing)
    return {name: value for name, value in given.items() if value}


def _chip(name: str, label: str, form: type[forms.Form], asked: dict[str, str]) -> dict[str, Any]:
    others = {key: value for key, value in asked.items() if key != name}
    if name not in asked:
        return worklists.offered(label, form, others.items())
    shown = Book(asked[name]).label if name == "book" else asked[name].upper()
    text = _("{label} is {shown}").format(label=label, shown=shown)
    return worklists.changeable(text, f"?{urlencode(others)}", form, others.items(), asked)


urlpatterns = [path("books/transactions/", listed, name="ledger_transaction_list")]
