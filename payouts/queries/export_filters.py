"""The filters of exports that are not a list of payouts: each reads itself from an address as `filters` does."""

import re
from datetime import date, datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from backoffice.audit.models import Event
from backoffice.words import later
from payouts import countries
from payouts.models import Approval, Batch, Payout, StatementLine
from payouts.queries import batches, deciding, filter_words, rail_words, searching
from payouts.queries import filter_fields as fields
from payouts.queries.filter_fields import OwnFilter
from payouts.queries.filters import ListFilter, RangesForm, countries_open
from payouts.states import BatchStatus
from sellers.ledger.models import Account, Residence

_DAY = re.compile(r"\d{4}-\d\d?-\d\d?")


def _moment(label: str) -> OwnFilter:
    return OwnFilter(fields.MomentField, "by_moment", label, max_length=40)


class WholeDayField(fields.MomentField):
    """A day; a moment is taken for its day."""

    def clean(self, value: Any) -> date | None:
        found = super().clean(value)
        return None if found is None else fields.day_of(found)


def _day(label: str) -> OwnFilter:
    return OwnFilter(WholeDayField, "by_moment", label, max_length=40)


def text_filter(*, label: str, method: str, length: int = 60) -> OwnFilter:
    """A text that must be met as it is."""
    return OwnFilter(forms.CharField, method, label, max_length=length)


def waits_filter() -> OwnFilter:
    """What waits for a person to decide, by user name."""
    return OwnFilter(fields.PersonField, "by_person", later("Waits for"), max_length=150)


def _batch_statuses() -> list[tuple[str, str]]:
    return [(status.value, str(status.label)) for status in BatchStatus]


def _rails() -> list[tuple[str, str]]:
    return [
        (rail.upper(), rail_words.called(rail))
        for rail in sorted({country.rail for country in countries.all()})
    ]


BY, BOOKS, POSTED = "by", "books", "posted"
_WAYS = ((BOOKS, later("The books’ day")), (POSTED, later("The moment it was posted")))


class ByField(fields.OneOfField):
    """Whether a fact counts from the day it is booked on, or from when it was posted."""

    def __init__(self, **values: Any) -> None:
        usual = later("The books’ day where a day is given, else the moment it was posted")
        super().__init__(known=_WAYS, widget=forms.Select(choices=[("", usual), *_WAYS]), **values)


def usual(data: QueryDict) -> str:
    """What a filter goes by that does not say: the books' day where it names days; nothing where it names no time."""
    named = [str(data[name]) for name in ("at", "posted_after", "posted_before") if data.get(name)]
    if not named:
        return ""
    return BOOKS if all(_DAY.fullmatch(each.strip()) for each in named) else POSTED


class BooksForm(RangesForm):
    """Ranges; and days are named where the books' day counts, for it has no hour."""

    def clean(self) -> dict[str, Any]:
        found = super().clean()
        if found.get(BY) == BOOKS:
            for name in ("at", "posted_after", "posted_before"):
                if isinstance(found.get(name), datetime):
                    self.add_error(
                        name, _("By the books’ day, name a day such as 2026-11-24, without a time of day.")
                    )
        return found


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
        begins = side in ("after", "from")
        if days:
            day = fields.day_of(value)
            return queryset.filter(**{f"{column}__{'gte' if begins else 'lte'}": day})
        if begins:
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
    currency = OwnFilter(fields.CurrenciesField, "by_codes", later("Currency"))
    seller = text_filter(label=later("Seller"), method="by_seller", length=200)

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
        OwnFilter(fields.CurrenciesField, "by_codes", later("Currency")),
        text_filter(label=later("Seller"), method="by_seller", length=200),
    )


class _AccountsFilter(ExportFilter):
    """Accounts of sellers; of which time is the export's own statement to ask."""

    model: type[Model] = Account

    class Meta:
        form = RangesForm

    def by_country(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """By the books' day: the country that the books keep, though the seller has moved since."""
        column = "country" if self.form.cleaned_data.get(BY) == BOOKS else "seller__country"
        return queryset.filter(**{f"{column}__in": value}) if value else queryset

    def by_time(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset

    @staticmethod
    def accounts_of(seller: str) -> QuerySet[Account]:
        """The accounts of whom the text names."""
        return Account.objects.filter(seller__in=searching.sellers_named(seller))


class BalanceFilter(_AccountsFilter):
    """Sellers' accounts as they stood at the end of a day of the books, or at a moment."""

    noun, everything = later("balances"), later("All balances")
    at = OwnFilter(
        fields.MomentField,
        "by_time",
        later("At the end of"),
        max_length=40,
        help_text=later("Left empty: as it stands when the file is made."),
    )
    by = OwnFilter(ByField, "by_time", later("Counted by"), max_length=10)
    country, currency, seller = _of_sellers()

    class Meta:
        form = BooksForm


class MovementFilter(_AccountsFilter):
    """What moved on sellers' accounts in a span: of days of the books, or of posting."""

    noun, everything = later("movements"), later("All movements")
    posted_after = OwnFilter(fields.MomentField, "by_time", later("From"), max_length=40)
    posted_before = OwnFilter(fields.MomentField, "by_time", later("Until"), max_length=40)
    by = OwnFilter(ByField, "by_time", later("Counted by"), max_length=10)
    country, currency, seller = _of_sellers()

    class Meta:
        form = BooksForm

    def in_words(self, *, as_given: bool = False) -> str:
        given = self.cleaned
        if given.get(BY) == BOOKS:
            given = {name.replace("posted_", "booked_"): value for name, value in given.items()}
        return filter_words.in_words(given, as_given=as_given) or str(self.everything)


class YearFilter(_AccountsFilter):
    """What sellers earned in a year, by the country where they lived when they earned it."""

    noun, everything = later("sellers"), later("All sellers")
    year = OwnFilter(
        fields.YearField,
        "by_time",
        later("Year"),
        max_length=4,
        help_text=later("Left empty: the year before the one in which the file is made."),
    )
    country, currency, seller = _of_sellers()

    def by_country(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        """Accounts of who lives there or did; the export's own statement asks on which days."""
        if not value:
            return queryset
        lived = Residence.objects.filter(seller=OuterRef("seller"), country__in=value)
        return queryset.filter(Q(seller__country__in=value) | Exists(lived))


class BatchFilter(ExportFilter):
    """Batches, as their list filters them."""

    model = Batch
    noun, everything = later("batches"), later("All batches")
    spans = {"value": ("value_date", True)}
    renamed = {"value_after": "value_from", "value_before": "value_until"}
    status = OwnFilter(
        fields.CodesField, "by_codes", later("Status"), known=_batch_statuses, noun=later("status of a batch")
    )
    rail = OwnFilter(fields.CodesField, "by_rail", later("Rail"), known=_rails, noun=later("rail"))
    currency = OwnFilter(fields.CurrenciesField, "by_codes", later("Currency"))
    funding = text_filter(label=later("Bank account, as the books name it"), method="by_funding")
    value_from = _day(later("Value date from"))
    value_until = _day(later("Value date until"))
    waits_for = waits_filter()
    kept_back = OwnFilter(
        fields.YesNoField,
        "by_kept",
        later("Kept back"),
        yes=filter_words.KEPT_BACK[True],
        no=filter_words.KEPT_BACK[False],
    )

    class Meta:
        form = RangesForm

    def by_funding(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(funding_account__code=value)

    def by_kept(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """The proposed ones that nobody can approve as they stand (`batches.kept_back`), or that somebody can."""
        return batches.narrowed(queryset, kept=value)

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Those that this person may approve: proposed, by another, and something of them leaves."""
        if not value:
            return queryset
        person = fields.PersonField.id_of(value)
        return queryset.filter(pk__in=deciding.batches(person_id=person).values("pk"))

    def by_rail(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(rail__in=[each.lower() for each in value]) if value else queryset


class LineFilter(ExportFilter):
    """Lines of our bank statements."""

    model = StatementLine
    noun, everything = later("statement lines"), later("All statement lines")
    spans = {"booked": ("booking_date", True)}
    booked_after = _moment(later("Booked from"))
    booked_before = _moment(later("Booked until"))
    funding = text_filter(label=later("Bank account, as the books name it"), method="by_funding")
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
    noun, everything = later("approvals"), later("All approvals")
    spans = {"approved": ("approved_at", False)}
    approved_after = _moment(later("Approved from"))
    approved_before = _moment(later("Approved until"))
    person = text_filter(label=later("Approver's account name"), method="by_person", length=150)

    class Meta:
        form = RangesForm

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(approver__username=value)


PROGRAM = "the program"
"""As a person of the audit trail, on its page and in its export: whoever did it was nobody."""
SUBJECTS = {"P": "payouts.payout", "B": "payouts.batch", "S": "sellers.seller", "R": "payouts.payoutrun"}
"""What a reference in the audit trail's filters names, by its letter."""


class AboutField(forms.CharField):
    """A payout, batch, seller or run by its reference, in any case; nothing when left out."""

    def clean(self, value: Any) -> str:
        text: str = super().clean(value).upper()
        if text and not re.fullmatch(f"[{''.join(SUBJECTS)}][0-9]{{1,18}}", text):
            raise ValidationError(
                _("“{text}” is no reference. Write one such as P123, B12, S45 or R6.").format(
                    text=fields.shortened(text)
                ),
                code="invalid",
            )
        return text


class DeedFilter(ExportFilter):
    """The audit trail, as its page filters it."""

    model = Event
    noun, everything = later("deeds"), later("All deeds")
    spans = {"done": ("at", False)}
    done_after = _moment(later("Done from"))
    done_before = _moment(later("Done until"))
    person = text_filter(label=later("Account name, or “the program”"), method="by_person", length=150)
    action = text_filter(label=later("Deed, such as payout.approve"), method="by_action")
    about = OwnFilter(AboutField, "by_about", later("About, such as P123"), max_length=20)

    class Meta:
        form = RangesForm

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value.lower() == PROGRAM:
            return queryset.filter(actor=None)
        return queryset.filter(actor__in=get_user_model().objects.filter(username=value))

    def by_about(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(subject_type=SUBJECTS[value[0]], subject_id=int(value[1:]))

    def by_action(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(action=value)
