"""THE reading of a payout list's filter. Pages, API and exports all use it, so that all mean the same rows.

chosen = filters.read(request.GET)      # raises BadFilter with a sentence for each field
chosen.qs                               # the payouts, in no order of their own
chosen.chips(), chosen.in_words()       # what people read
chosen.stored()                         # what an Export keeps; `read(stored)` means the same rows
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import Any, TypeVar, overload

from django import forms
from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Now
from django.http import QueryDict
from django.utils.translation import gettext as _
from django_filters import FilterSet

from backoffice.words import later
from payouts import countries
from payouts.models import Payout
from payouts.queries import dead, filter_errors, filter_standing, filter_words, flags, holding, searching
from payouts.queries import filter_fields as fields
from payouts.queries.dead import Advice
from payouts.queries.filter_errors import BadFilter
from payouts.queries.filter_fields import OwnFilter
from payouts.queries.filter_standing import StandingFilter
from payouts.queries.filter_words import describe, in_words
from payouts.states import UNSENT, PayoutStatus
from sellers.ledger.money import EXPONENTS


class RangesForm(forms.Form):
    """The filter's fields together: ranges must not run backwards."""

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or self.cleaned_data
        for name in {each.removesuffix("_after") for each in self.fields if each.endswith("_after")}:
            after, before = found.get(f"{name}_after"), found.get(f"{name}_before")
            if after and before and fields.start_of(after) >= fields.end_of(before):
                self.add_error(
                    f"{name}_before", _("The end lies before the beginning: exchange the two dates.")
                )
        for first, last in filter_standing.RANGES:
            begins, ends = found.get(first), found.get(last)
            if begins and ends and begins > ends:
                self.add_error(last, _("The end lies before the beginning: exchange the two days."))
        low, high = found.get("amount_min"), found.get("amount_max")
        if low is not None and high is not None and low > high:
            self.add_error("amount_max", _("The largest amount is less than the smallest: exchange the two."))
        return found


def _statuses() -> list[tuple[str, str]]:
    return [(status.value, str(status.label)) for status in PayoutStatus]


def countries_open() -> list[tuple[str, str]]:
    """(code, name) of the countries we pay in, in order of their names."""
    return countries.by_name()


def flags_known() -> list[tuple[str, str]]:
    """(code, name) of the flags to filter by, and of any of them."""
    return [
        (filter_words.ANY_FLAG, _("Any flag")),
        *((code, str(label)) for code, label in flags.CODES.items()),
    ]


class ListFilter(FilterSet):
    """A django-filter FilterSet that says itself in words. Invalid input selects nothing and says why in ``errors``."""

    noun, everything = later("payouts"), later("All payouts")
    renamed: Mapping[str, str] = {}
    """Former names of fields, which are still read, by the present one."""

    def __init__(self, data: Any = None, *args: Any, asked_only: bool = False, **values: Any) -> None:
        data = self.by_present_names(data)
        if asked_only:  # a field for each of the others would take a tenth of a list's page
            asked = {name: each for name, each in type(self).base_filters.items() if name in data}
            self.__dict__["base_filters"] = asked
        super().__init__(data, *args, **values)

    @classmethod
    def by_present_names(cls, data: Any) -> Any:
        """The same data, what stands under a former name under the present one; both at once are two values of it."""
        if not data or not cls.renamed.keys() & set(data):
            return data
        query = as_query(data).copy()
        for old, new in cls.renamed.items():
            query.setlist(new, [*query.getlist(new), *query.pop(old, [])])
        return query

    @property
    def qs(self) -> QuerySet[Any]:
        """What it selects, in no order of its own; nothing while it cannot be read."""
        if self.is_bound and not self.is_valid():
            return self.queryset.none()
        return super().qs

    @property
    def cleaned(self) -> dict[str, Any]:
        """The fields that are set, as Python values; none when the filter is invalid."""
        if not self.is_bound or not self.is_valid():
            return {}
        return {name: v for name, v in self.form.cleaned_data.items() if v not in (None, "", [])}

    def chips(self) -> list[tuple[str, str]]:
        """(words, field) of every field that is set, for filter chips."""
        return filter_words.describe(self.cleaned)

    def in_words(self, *, as_given: bool = False) -> str:
        """The filter as one sentence, for an export's record. ``as_given`` as of `filter_words.describe`."""
        return filter_words.in_words(self.cleaned, as_given=as_given) or str(self.everything)

    def stored(self) -> dict[str, list[str]]:
        """The filter as JSON may keep it; reading it again selects by the same conditions."""
        return {
            name: [_text(each) for each in (value if isinstance(value, list) else [value])]
            for name, value in self.cleaned.items()
        }

    def by_codes(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(**{f"{name}__in": value}) if value else queryset


class PayoutFilter(ListFilter, StandingFilter):
    """A filter over payouts."""

    status = OwnFilter(
        fields.CodesField, "by_codes", later("Status"), known=_statuses, noun=later("status of a payout")
    )
    on_hold = OwnFilter(
        fields.YesNoField, "by_hold", later("On hold"), yes=later("On hold"), no=later("Not on hold")
    )
    blocked = OwnFilter(
        fields.YesNoField,
        "by_block",
        later("Blocked"),
        yes=later("Blocked"),
        no=later("Nothing blocks it"),
    )
    country = OwnFilter(
        fields.CodesField, "by_codes", later("Country"), known=countries_open, noun=later("country we pay in")
    )
    currency = OwnFilter(fields.CurrenciesField, "by_codes", later("Currency"))
    seller = OwnFilter(forms.CharField, "by_seller", later("Seller"), max_length=200)
    created_after = OwnFilter(fields.MomentField, "by_moment", later("Created from"), max_length=40)
    created_before = OwnFilter(fields.MomentField, "by_moment", later("Created until"), max_length=40)
    amount_min = OwnFilter(fields.AmountField, "by_amount", later("Amount from"), max_length=40)
    amount_max = OwnFilter(fields.AmountField, "by_amount", later("Amount to"), max_length=40)
    flag = OwnFilter(fields.WordsField, "by_flag", later("Flag"), known=flags_known, noun=later("flag"))
    batch = OwnFilter(
        fields.NumberedField, "by_number", later("Batch"), letter="B", noun=later("batch"), max_length=40
    )
    run = OwnFilter(
        fields.NumberedField, "by_number", later("Run"), letter="R", noun=later("payout run"), max_length=40
    )
    advice = OwnFilter(
        fields.OneOfField, "by_advice", later("What to do"), known=Advice.choices, max_length=20
    )
    bank_reason = OwnFilter(fields.ReasonField, "by_reason", later("Bank's reason"), max_length=20)
    stands_days = OwnFilter(fields.DaysField, "by_days", later("Stands for days"), max_length=4)
    search = OwnFilter(
        forms.CharField, "by_search", later("Search"), max_length=20_000, validators=[searching.long_enough]
    )

    class Meta:
        model = Payout
        fields: tuple[str, ...] = ()
        form = RangesForm

    def __init__(self, data: Any = None, queryset: QuerySet[Payout] | None = None, **values: Any) -> None:
        super().__init__(data, queryset=Payout.objects.all() if queryset is None else queryset, **values)

    def by_hold(self, queryset: QuerySet[Payout], name: str, value: bool) -> QuerySet[Payout]:
        if not value:
            return holding.not_held(queryset)
        wanted = self.form.cleaned_data.get("status")
        unsent = bool(wanted) and UNSENT.issuperset(wanted)
        return queryset.filter(searching.Among(holding.ids(unsent=unsent)))

    def by_block(self, queryset: QuerySet[Payout], name: str, value: bool) -> QuerySet[Payout]:
        """Of what is not sent yet; what was sent, and what is over, nothing blocks."""
        if value:
            return queryset.filter(holding.blocked())
        wanted = self.form.cleaned_data.get("status")
        unsent = bool(wanted) and UNSENT.issuperset(wanted)
        return queryset.filter(holding.free() if unsent else holding.free() | ~Q(status__in=UNSENT))

    def by_seller(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        return queryset.filter(seller__in=searching.sellers_named(value))

    def by_moment(self, queryset: QuerySet[Payout], name: str, value: date | datetime) -> QuerySet[Payout]:
        if name == "created_after":
            return queryset.filter(created_at__gte=fields.start_of(value))
        return queryset.filter(created_at__lt=fields.end_of(value))

    def by_amount(self, queryset: QuerySet[Payout], name: str, value: Decimal) -> QuerySet[Payout]:
        bound = _minor_bound(value, up=name == "amount_min")
        lookup = "amount_minor__gte" if name == "amount_min" else "amount_minor__lte"
        return queryset.filter(**{lookup: bound})

    def by_flag(self, queryset: QuerySet[Payout], name: str, value: list[str]) -> QuerySet[Payout]:
        if not value:
            return queryset
        raised = flags.standing() if filter_words.ANY_FLAG in value else flags.of_kinds(value)
        return queryset.filter(Exists(raised.filter(payout=OuterRef("pk"))))

    def by_number(self, queryset: QuerySet[Payout], name: str, value: int) -> QuerySet[Payout]:
        return queryset.filter(**{f"{name}_id": value})

    def by_advice(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        return dead.advised(queryset, Advice(value))

    def by_reason(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        return dead.said(queryset, value)

    def by_days(self, queryset: QuerySet[Payout], name: str, value: int) -> QuerySet[Payout]:
        return queryset.filter(status_at__lte=Now() - timedelta(days=value))

    def by_search(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        return queryset.filter(searching.found_by(value)) if value.strip() else queryset


NOT_FILTERS = ("before", "after", "back", "whole", "sort", "view")
"""What stands in a list's address beside its filter."""

NAMES: tuple[str, ...] = tuple(PayoutFilter.base_filters)
Kind = TypeVar("Kind", bound=ListFilter)


@overload
def read(
    given: Mapping[str, Any] | QueryDict | str,
    *,
    queryset: QuerySet[Payout] | None = None,
    also: Iterable[str] | None = (),
) -> PayoutFilter: ...


@overload
def read(
    given: Mapping[str, Any] | QueryDict | str,
    *,
    kind: type[Kind],
    queryset: QuerySet[Any] | None = None,
    also: Iterable[str] | None = (),
) -> Kind: ...


def read(
    given: Mapping[str, Any] | QueryDict | str,
    *,
    kind: type[ListFilter] = PayoutFilter,
    queryset: QuerySet[Any] | None = None,
    also: Iterable[str] | None = (),
) -> ListFilter:
    """The filter that a query string, its parsed form or a stored filter says, checked.

    ``also`` names parameters that are no filters and are left alone; None leaves every unknown one alone.
    Raises `BadFilter`.
    """
    data = as_query(kind.by_present_names(as_query(given)))
    known = kind.base_filters
    unknown = [] if also is None else [n for n in data if n not in known and n not in set(also)]
    chosen = kind(data, queryset=queryset, asked_only=True)
    errors = {name: [str(e) for e in sentences] for name, sentences in chosen.errors.items()}
    filter_errors.check(errors=errors, unknown=unknown, data=data, kind=kind)
    return chosen


def as_query(given: Mapping[str, Any] | QueryDict | str) -> QueryDict:
    """Any way of writing a filter as the parameters of a URL."""
    if isinstance(given, str):
        return QueryDict(given.removeprefix("?"))
    if isinstance(given, QueryDict):
        return given
    data = QueryDict(mutable=True)
    for name, value in given.items():
        values = value if isinstance(value, list | tuple) else [value]
        data.setlist(str(name), [_text(each) for each in values])
    return data


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _minor_bound(amount: Decimal, *, up: bool) -> Case:
    """The amount in minor units of each row's own currency; half a cent is rounded to what is inside."""
    rounding = ROUND_CEILING if up else ROUND_FLOOR
    minor = {d: int(amount.scaleb(d).to_integral_value(rounding=rounding)) for d in set(EXPONENTS.values())}
    return Case(
        *(
            When(Q(currency__in=[c for c, d in EXPONENTS.items() if d == digits]), then=Value(minor[digits]))
            for digits in minor
            if digits != 2
        ),
        default=Value(minor[2]),
        output_field=BigIntegerField(),
    )


__all__ = [
    "NAMES",
    "BadFilter",
    "ListFilter",
    "PayoutFilter",
    "RangesForm",
    "describe",
    "in_words",
    "read",
]
