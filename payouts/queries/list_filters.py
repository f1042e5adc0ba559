"""The filters of sellers, of the books and of bank statements, as their lists and the exports of these have them."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Value

from backoffice.words import later
from payouts.models import Payout, Statement, StatementLine
from payouts.queries import deciding, statements
from payouts.queries import filter_fields as fields
from payouts.queries.export_filters import (
    BOOKS,
    BY,
    ExportFilter,
    LineFilter,
    MovementFilter,
    YearFilter,
    text_filter,
    waits_filter,
)
from payouts.queries.filter_fields import OwnFilter
from payouts.queries.filter_words import REPORTS, STANDINGS, STATES
from payouts.queries.filters import RangesForm, countries_open
from sellers import queries as sellers
from sellers.ledger.models import Book, Earning, EarningKind, Entry, Residence, Transaction
from sellers.ledger.models.entry import SELLER_BOOKS
from sellers.ledger.queries import books
from sellers.models import Seller

SOLD = (EarningKind.SALE.value, EarningKind.REFUND.value, EarningKind.CHARGEBACK.value)
"""The earnings that say what a seller sold for, in a yearly total."""
KEPT = (EarningKind.COMMISSION.value, EarningKind.FEE.value)
"""Those that say what we kept of it."""


def _books() -> list[tuple[str, str]]:
    return [(book.value, str(book.label)) for book in SELLER_BOOKS]


def _kinds() -> list[tuple[str, str]]:
    return [(kind.value, str(kind.label)) for kind in EarningKind]


class HomesField(fields.CodesField):
    """Countries that we pay in; and any where a seller lives."""

    def validate(self, value: list[str]) -> None:
        paid_in = dict(countries_open())
        super().validate(
            [each for each in value if each in paid_in or not Seller.objects.filter(country=each).exists()]
        )


class SellerFilter(ExportFilter):
    """The list of sellers."""

    model = Seller
    noun, everything = later("sellers"), later("All sellers")
    q = text_filter(label=later("Name, e-mail, id, S123 or P123"), method="by_words", length=20_000)
    country = OwnFilter(
        HomesField, "by_codes", later("Country"), known=countries_open, noun=later("country we pay in")
    )
    standing = OwnFilter(
        fields.OneOfField,
        "by_standing",
        later("Standing"),
        known=list(STANDINGS.items()),
        max_length=20,
        widget=forms.Select(choices=[("", later("Any")), *STANDINGS.items()]),
    )

    class Meta:
        form = RangesForm

    def by_words(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Whom the words find, or whose payout they name."""
        words = " ".join(value.split())
        also = Payout.objects.filter(reference=words.upper()).values_list("seller_id", flat=True)
        return sellers.narrowed(queryset, text=words, also=also) if words else queryset

    def by_standing(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        column = "suspended_at__isnull" if value == "suspended" else "verified_at__isnull"
        return queryset.filter(**{column: value != "suspended"})


class TransactionFilter(ExportFilter):
    """The list of transactions: those with a leg that meets all of it."""

    model = Transaction
    noun, everything = later("transactions"), later("All transactions")
    payout = text_filter(label=later("Payout"), method="by_leg", length=10)
    seller = text_filter(label=later("Seller"), method="by_leg", length=12)
    book = OwnFilter(
        fields.OneOfField,
        "by_leg",
        later("Book"),
        known=Book.choices,
        max_length=20,
        widget=forms.Select(choices=[("", later("Any")), *Book.choices]),
    )

    class Meta:
        form = RangesForm

    def by_leg(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset  # one leg meets them all: see `filter_queryset`

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        given = self.form.cleaned_data
        return queryset & books.transactions(
            payout_ref=(given.get("payout") or "").upper(),
            seller_ref=(given.get("seller") or "").upper(),
            book=given.get("book") or "",
        )


class EntryFilter(MovementFilter):
    """Entries of sellers' accounts in a span, of days of the books or of posting."""

    model = Entry
    noun, everything = later("entries"), later("All entries")
    book = OwnFilter(fields.WordsField, "by_codes", later("Book"), known=_books, noun=later("book"))
    payout = text_filter(label=later("Payout"), method="by_payout", length=10)

    def by_country(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        column = "account__country" if self.form.cleaned_data.get(BY) == BOOKS else "account__seller__country"
        return queryset.filter(**{f"{column}__in": value}) if value else queryset

    def by_seller(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(account__in=self.accounts_of(value))

    def by_payout(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(payout_ref=value.upper())


class EarningFilter(YearFilter):
    """Earnings of a year, by the country where the seller lived; all, or those of the countries of a yearly total."""

    model = Earning
    noun, everything = later("earnings"), later("All earnings")
    spans = {"booked": ("transaction__booked_on", True)}
    booked_after = OwnFilter(fields.DayField, "by_moment", later("Booked from"), max_length=40)
    booked_before = OwnFilter(fields.DayField, "by_moment", later("Booked until"), max_length=40)
    earning = OwnFilter(
        fields.WordsField, "by_kind", later("Kind"), known=_kinds, noun=later("kind of earning")
    )
    report = OwnFilter(
        fields.OneOfField,
        "by_report",
        later("Counted in"),
        known=list(REPORTS.items()),
        max_length=10,
        widget=forms.Select(choices=[("", later("Any")), *REPORTS.items()]),
    )

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Each says which total it is asked for, since that says in which countries it counts, too."""
        report = Value(self.form.cleaned_data.get("report") or "")
        return super().filter_queryset(queryset).annotate(report=report)

    def by_report(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset  # the export's own statement asks where the seller lived

    def by_kind(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(kind__in=value) if value else queryset

    def by_codes(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(account__currency__in=value) if value else queryset

    def by_seller(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(account__in=self.accounts_of(value))

    def by_country(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        if not value:
            return queryset
        lived = Residence.objects.filter(seller=OuterRef("account__seller"), country__in=value)
        return queryset.filter(Q(account__seller__country__in=value) | Exists(lived))


class StatementFilter(ExportFilter):
    """The list of bank statements."""

    model = Statement
    noun, everything = later("bank statements"), later("All bank statements")
    spans = {"booked": ("statement_date", True)}
    booked_after = OwnFilter(fields.MomentField, "by_moment", later("Day from"), max_length=40)
    booked_before = OwnFilter(fields.MomentField, "by_moment", later("Day until"), max_length=40)
    funding = text_filter(label=later("Bank account, as the books name it"), method="by_funding")

    class Meta:
        form = RangesForm

    def by_funding(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(funding_account__code=value)


class BankLineFilter(LineFilter):
    """Lines of bank statements, as the list of those without a match has them, too."""

    model = StatementLine
    currency = OwnFilter(fields.CurrenciesField, "by_codes", later("Currency"))
    state = OwnFilter(
        fields.OneOfField,
        "by_state",
        later("State"),
        known=list(STATES.items()),
        max_length=10,
        widget=forms.Select(choices=[("", later("Any")), *STATES.items()]),
    )
    waits_for = waits_filter()

    def by_codes(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(statement__funding_account__currency__in=value) if value else queryset

    def by_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(pk__in=statements.breaks(state=value).values("pk")) if value else queryset

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        person = fields.PersonField.id_of(value)
        return queryset.filter(pk__in=deciding.line_proposals(person_id=person).values("pk"))
