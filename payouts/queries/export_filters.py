"""The filters of exports that are not a list of payouts: each reads itself from an address as `filters` does."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Model, QuerySet

from backoffice.audit.models import Event
from backoffice.words import later
from payouts import countries
from payouts.models import Approval, Batch, Payout, StatementLine
from payouts.queries import filter_fields as fields
from payouts.queries import searching
from payouts.queries.filter_fields import OwnFilter
from payouts.queries.filters import ListFilter, RangesForm, countries_open
from payouts.states import BatchStatus
from sellers.ledger.models import Account
from sellers.ledger.money import EXPONENTS


def _moment(label: str) -> OwnFilter:
    return OwnFilter(fields.MomentField, "by_moment", label, max_length=40)


def _text(label: str, method: str, length: int = 60) -> OwnFilter:
    return OwnFilter(forms.CharField, method, label, max_length=length)


def _batch_statuses() -> list[tuple[str, str]]:
    return [(status.value, str(status.label)) for status in BatchStatus]


def _currencies() -> list[tuple[str, str]]:
    return [(code, code) for code in sorted(EXPONENTS)]


def _rails() -> list[tuple[str, str]]:
    return [(rail.upper(), rail) for rail in sorted({country.rail for country in countries.all()})]


class ExportFilter(ListFilter):
    """What these have in common: dates by their column, texts that must be equal."""

    model: type[Model]
    spans: dict[str, tuple[str, bool]] = {}
    """Column of each span, and whether it holds days rather than moments."""

    def __init__(self, data: Any = None, queryset: QuerySet[Any] | None = None, **values: Any) -> None:
        rows = self.model._default_manager.all() if queryset is None else queryset
        super().__init__(data, queryset=rows, **values)

    def by_moment(self, queryset: QuerySet[Any], name: str, value: date | datetime) -> QuerySet[Any]:
        if name == "at":  # the export's own statement asks for it
            return queryset
        span, side = name.rsplit("_", 1)
        column, days = self.spans[span]
        if days:
            day = fields.day_of(value)
            return queryset.filter(**{f"{column}__{'gte' if side == 'after' else 'lte'}": day})
        if side == "after":
            return queryset.filter(**{f"{column}__gte": fields.start_of(value)})
        return queryset.filter(**{f"{column}__lt": fields.end_of(value)})

    def by_seller(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(seller__in=searching.sellers_named(value))


class StandingFilter(ExportFilter):
    """Payouts as they stood at a moment: a day means its end."""

    model = Payout
    at = _moment(later("At the end of"))
    country = OwnFilter(
        fields.CodesField, "by_codes", later("Country"), known=countries_open, noun=later("country we pay in")
    )
    currency = OwnFilter(
        fields.CodesField, "by_codes", later("Currency"), known=_currencies, noun=later("currency")
    )
    seller = _text(later("Seller"), "by_seller", 200)

    class Meta:
        form = RangesForm


def _of_sellers() -> tuple[OwnFilter, OwnFilter, OwnFilter]:
    """Country, currency and seller of an account."""
    return (
        OwnFilter(
            fields.CodesField,
            "by_country",
            later("Country"),
            known=countries_open,
            noun=later("country we pay in"),
        ),
        OwnFilter(
            fields.CodesField, "by_codes", later("Currency"), known=_currencies, noun=later("currency")
        ),
        _text(later("Seller"), "by_seller", 200),
    )


class _AccountsFilter(ExportFilter):
    """Accounts of sellers; of which time is the export's own statement to ask."""

    model = Account

    class Meta:
        form = RangesForm

    def by_country(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(seller__country__in=value) if value else queryset

    def by_time(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset


class BalanceFilter(_AccountsFilter):
    """Sellers' accounts as they stood at a moment."""

    noun = later("balances")
    at = OwnFilter(fields.MomentField, "by_time", later("At the end of"), max_length=40)
    country, currency, seller = _of_sellers()


class MovementFilter(_AccountsFilter):
    """What moved on sellers' accounts in a span."""

    noun = later("movements")
    posted_after = OwnFilter(fields.MomentField, "by_time", later("Posted from"), max_length=40)
    posted_before = OwnFilter(fields.MomentField, "by_time", later("Posted until"), max_length=40)
    country, currency, seller = _of_sellers()


class YearFilter(_AccountsFilter):
    """What sellers earned in a year."""

    noun = later("sellers")
    year = OwnFilter(fields.YearField, "by_time", later("Year"), max_length=4)
    country, currency, seller = _of_sellers()


class BatchFilter(ExportFilter):
    """Batches."""

    model = Batch
    noun = later("batches")
    spans = {"value": ("value_date", True)}
    status = OwnFilter(
        fields.CodesField, "by_codes", later("Status"), known=_batch_statuses, noun=later("status of a batch")
    )
    rail = OwnFilter(fields.CodesField, "by_rail", later("Rail"), known=_rails, noun=later("rail"))
    currency = OwnFilter(
        fields.CodesField, "by_codes", later("Currency"), known=_currencies, noun=later("currency")
    )
    value_after = _moment(later("Value date from"))
    value_before = _moment(later("Value date until"))

    class Meta:
        form = RangesForm

    def by_rail(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(rail__in=[each.lower() for each in value]) if value else queryset


class LineFilter(ExportFilter):
    """Lines of our bank statements."""

    model = StatementLine
    noun = later("statement lines")
    spans = {"booked": ("booking_date", True)}
    booked_after = _moment(later("Booked from"))
    booked_before = _moment(later("Booked until"))
    funding = _text(later("Bank account, as the books name it"), "by_funding")
    matched = OwnFilter(
        fields.YesNoField, "by_matched", later("Matched"), yes=later("Matched"), no=later("Not matched")
    )

    class Meta:
        form = RangesForm

    def by_funding(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(statement__funding_account__code=value)

    def by_matched(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return queryset.filter(matched_at__isnull=not value)


class ApprovalFilter(ExportFilter):
    """Approvals of payouts."""

    model = Approval
    noun = later("approvals")
    spans = {"approved": ("approved_at", False)}
    approved_after = _moment(later("Approved from"))
    approved_before = _moment(later("Approved until"))
    person = _text(later("Approver's account name"), "by_person", 150)

    class Meta:
        form = RangesForm

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(approver__username=value)


class DeedFilter(ExportFilter):
    """The audit trail."""

    model = Event
    noun = later("deeds")
    spans = {"done": ("at", False)}
    done_after = _moment(later("Done from"))
    done_before = _moment(later("Done until"))
    person = _text(later("Account name"), "by_person", 150)
    action = _text(later("Deed, such as payout.approve"), "by_action")

    class Meta:
        form = RangesForm

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(actor_name=value)

    def by_action(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(action=value)
