"""From a total to what it is made of: a book's accounts, their entries, a transaction, and the order line behind it."""

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import path, re_path, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from backoffice.audit.clock import database_now
from backoffice.doors import addresses, pages, subject_words
from backoffice.doors.addresses import Known
from backoffice.words import dated, sentences
from sellers.ledger.admin import months
from sellers.ledger.models import Book, EarningKind, Transaction
from sellers.ledger.money import EXPONENTS, Money
from sellers.ledger.queries import books, lineage, mapping, periods
from sellers.ledger.queries.periods import Month, Total

SIZE = 50
MOST_LEGS = 200
SEE = "ledger.view_transaction"
OF_BOOK = Known(book=Book.values, currency=EXPONENTS)


@require_safe
@pages.page(SEE, knows=OF_BOOK)
def accounts(request: HttpRequest, month: date) -> HttpResponse:
    """The accounts of one book in one currency; what each moved in the month is added up after the page."""
    found = months.month_or_404(month)
    book, currency = _book(request)
    query = urlencode({"book": book, "currency": currency})
    context = {
        "title": f"{Book(book).label}, {currency}, {dated(found.first, 'yMMMM')}",
        "lead": sentences(
            _(
                "By account and country. The house's side of a transaction counts for the country of its seller."
            ),
            _(
                "Here stand lines of our banks until something matches them, and, against the bank, the balances with "
                "which our accounts' first statements opened."
            )
            if book == Book.SUSPENSE
            else "",
        ),
        "rows_url": f"{reverse('admin:ledger_period_accounts_rows', args=[found.first])}?{query}",
        **_crumb(found),
    }
    return pages.render(request, "admin/ledger/period/accounts.html", context)


@require_safe
@pages.page(SEE, knows=OF_BOOK)
def account_rows(request: HttpRequest, month: date) -> HttpResponse:
    """A part of the page that comes after it: each account with what it moved, all entries of the month added up."""
    found = months.month_or_404(month)
    book, currency = _book(request)
    chart = mapping.chart()
    of_book = {"book": book, "currency": currency}
    countries, kinds = periods.made_of(first=found.first, last=found.last, **of_book)
    context = {
        "rows": [
            {
                "country": share.name,
                "account": chart.account(**of_book, country=share.name, day=found.last),
                **_share(share, found, {**of_book, "country": share.name or "-"}),
            }
            for share in countries
        ],
        "kinds": [
            {"kind": share.name, **_share(share, found, {**of_book, "kind": share.name})} for share in kinds
        ],
        "currency": currency,
        **_foot(found, book, currency, kinds),
    }
    return render(request, "admin/ledger/period/account_rows.html", context)


def _share(share: periods.Share, month: Month, query: dict[str, str]) -> dict[str, Any]:
    """A part of the book's sums with the way to its entries."""
    return {
        "count": share.entries,
        "debit": Money(share.debit, query["currency"]),
        "credit": Money(share.credit, query["currency"]),
        "url": f"{reverse('admin:ledger_period_entries', args=[month.first])}?{urlencode(query)}",
    }


def _foot(month: Month, book: str, currency: str, shares: Sequence[periods.Share]) -> dict[str, Any]:
    """The sums of the rows; what the book opened and closes with, and the month before; the sums of all books."""
    totals = periods.totals(first=month.first, last=month.last, currency=currency)
    own = next((each for each in totals if each.book == book), Total(book, currency, 0, 0, 0))
    before = (month.first - timedelta(days=1)).replace(day=1)
    leads = own.opening and periods.month(first=before, now=database_now())
    query = urlencode({"book": book, "currency": currency})
    return {
        "own": {
            "count": sum(each.entries for each in shares),
            "debit": Money(sum(each.debit for each in shares), currency),
            "credit": Money(sum(each.credit for each in shares), currency),
        },
        "opening": Money(own.opening, currency),
        "closing": Money(own.closing, currency),
        "before_url": f"{reverse('admin:ledger_period_accounts', args=[before])}?{query}" if leads else "",
        # An open month goes on while it is added up: only what was written down at its close can differ.
        "closed": {side: Money(getattr(own, side), currency) for side in ("debit", "credit")}
        if month.status == periods.CLOSED
        else None,
        "all_debits": Money(sum(each.debit for each in totals), currency),
        "all_credits": Money(sum(each.credit for each in totals), currency),
    }


@require_safe
@pages.page(
    SEE, knows=Known("country", "after", *OF_BOOK.names, **OF_BOOK.choices, kind=subject_words.TRANSACTIONS)
)
def entries(request: HttpRequest, month: date) -> HttpResponse:
    """Entries of one book, in order of day."""
    found = months.month_or_404(month)
    book, currency = _book(request)
    asked = request.GET.get("country")
    if asked and not re.fullmatch("-|[A-Z]{2}", asked):
        raise addresses.UnknownChoice(_("Country"), asked, name="country")
    country = None if asked is None else asked.replace("-", "")
    kind, place = request.GET.get("kind", ""), request.GET.get("after", "")
    after = lineage.Cursor.read(place)
    if place and after is None:
        raise addresses.no_place("after", place)
    rows, following = lineage.entries(
        first=found.first,
        last=found.last,
        book=book,
        currency=currency,
        country=country,
        kind=kind,
        after=after,
        size=SIZE,
    )
    query = {"book": book, "currency": currency, "kind": kind} | (
        {"country": asked} if asked is not None else {}
    )
    named = subject_words.transaction(kind) if kind else ""
    context = {
        "title": ", ".join(
            filter(None, (str(Book(book).label), currency, country, named, dated(found.first, "yMMMM")))
        ),
        "lead": _("In order of the day they are booked on."),
        "rows": [_entry(each, currency) for each in rows],
        "late": any(each.fact_on for each in rows),
        "pager": {
            "words": _("1 entry") if len(rows) == 1 else _("{rows} entries").format(rows=len(rows)),
            "next_url": f"?{urlencode(query | {'after': str(following)})}" if following else "",
        },
        "empty_title": _("No entry"),
        "empty_text": _("Nothing was booked there."),
        **_crumb(found),
    }
    return pages.render(request, "admin/ledger/period/entries.html", context)


def _entry(each: lineage.Posted, currency: str) -> dict[str, Any]:
    amount = Money(abs(each.amount_minor), currency)
    return {
        "it": each,
        "debit": amount if each.amount_minor > 0 else None,
        "credit": amount if each.amount_minor < 0 else None,
        "whose": " ".join(part for part in (each.seller_ref or each.funding_code, each.payout_ref) if part),
    }


@pages.page(SEE)
def transaction(request: HttpRequest, pk: str) -> HttpResponse:
    """One transaction: its debits and credits with their accounts, and the order line, payout or bank line it is of."""
    found = get_object_or_404(Transaction, pk=int(pk))
    earning = lineage.earning(transaction=found)
    chart = mapping.chart()
    countries = lineage.countries(transaction=found)
    rows = found.entries.select_related("account__seller").order_by("-amount_minor", "pk")
    legs = [
        {
            "leg": books.leg(entry),
            "account": chart.account(
                book=entry.book,
                currency=entry.currency,
                country=(entry.account.country if entry.account else "") or countries.get(entry.currency, ""),
                day=found.booked_on,
            ),
        }
        for entry in rows[:MOST_LEGS]
    ]
    more_legs = found.entries.count() - len(legs)
    payouts = (
        found.entries.exclude(payout_ref="")
        .order_by("payout_ref")
        .values_list("payout_ref", flat=True)
        .distinct()
    )
    line = found.key.split(":")[1] if found.key.startswith("bankline:") else ""
    context = {
        "title": _("Transaction T{found}").format(found=found.pk),
        "it": found,
        "legs": legs,
        "more_legs": more_legs,
        "earning": earning,
        "earning_kind": EarningKind(earning.kind).label if earning else "",
        "earning_money": Money(earning.amount_minor, earning.account.currency) if earning else None,
        "payouts": payouts[:SIZE],
        "more_payouts": max(payouts.count() - SIZE, 0),
        "bank_line": line,
        "back_url": reverse("admin:ledger_transaction_list"),
        "back_label": _("Transactions"),
        "reference": f"T{found.pk}",
    }
    return pages.render(request, "admin/ledger/transaction/detail.html", context)


def _book(request: HttpRequest) -> tuple[str, str]:
    book, currency = request.GET.get("book", ""), request.GET.get("currency", "")
    if book not in Book.values or currency not in EXPONENTS:
        raise Http404
    return book, currency


def _crumb(month: Month) -> dict[str, str]:
    return {
        "back_url": reverse("admin:ledger_period_detail", args=[month.first]),
        "back_label": dated(month.first, "yMMMM"),
    }


urlpatterns = [
    path("books/<month:month>/accounts/", accounts, name="ledger_period_accounts"),
    path("books/<month:month>/accounts/rows/", account_rows, name="ledger_period_accounts_rows"),
    path("books/<month:month>/entries/", entries, name="ledger_period_entries"),
    re_path(r"^books/transactions/T(?P<pk>[0-9]{1,18})/$", transaction, name="ledger_transaction_detail"),
]
