"""The filters of lists of what waits for a person: bank accounts, adjustments, recalls and the desk of the unknown.

Each selects what waits; ``show`` selects what is over in its place, as the second tab of the list does.
"""

from typing import Any

from django import forms
from django.db.models import QuerySet

from backoffice.words import later
from payouts.models import AccountVersion, Recall, Submission
from payouts.queries import accounts, deciding, filter_words, recalls, unknown
from payouts.queries import filter_fields as fields
from payouts.queries.export_filters import ExportFilter, waits_filter
from payouts.queries.filter_fields import OwnFilter
from payouts.queries.filters import RangesForm, countries_open
from sellers.ledger.models import Adjustment, AdjustmentKind
from sellers.ledger.queries import adjustments


def _currency() -> OwnFilter:
    return OwnFilter(fields.CurrenciesField, "by_currency", later("Currency"))


def _one_of(label: str, method: str, known: dict[str, str], *, otherwise: str = later("Any")) -> OwnFilter:
    shown = forms.Select(choices=[("", otherwise), *known.items()])
    return OwnFilter(fields.OneOfField, method, label, known=list(known.items()), widget=shown, max_length=20)


def _show(over: str, *, otherwise: str) -> OwnFilter:
    return _one_of(later("Show"), "by_show", {over: filter_words.SHOWS[over]}, otherwise=otherwise)


def _others_than() -> OwnFilter:
    """What another asked for, so that this person may decide on it: by user name."""
    return OwnFilter(fields.PersonField, "by_asker", later("Asked by others than"), max_length=150)


class _WaitingFilter(ExportFilter):
    """What waits, unless ``show`` asks for what is over."""

    waits = ""
    """What waiting is called here, as the first words of a filter that does not say otherwise."""
    currency_of = ""
    """The field that holds the currency."""

    class Meta:
        form = RangesForm

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = self.over() if self.cleaned.get("show") else self.waiting()
        return super().filter_queryset(queryset.filter(pk__in=found.values("pk")))

    def in_words(self, *, as_given: bool = False) -> str:
        words = super().in_words(as_given=as_given)
        return words if not self.cleaned or self.cleaned.get("show") else f"{self.waits} · {words}"

    def waiting(self) -> QuerySet[Any]:
        """The rows of the list's first tab."""
        raise NotImplementedError

    def over(self) -> QuerySet[Any]:
        """The rows of its second tab; nothing where it has none."""
        return self.queryset.none()

    def by_show(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset  # `filter_queryset` asks for one or the other

    def by_currency(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(**{f"{self.currency_of}__in": value}) if value else queryset

    def by_asker(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.exclude(requested_by=fields.PersonField.id_of(value)) if value else queryset


class AccountFilter(_WaitingFilter):
    """The list of bank accounts that somebody asked for."""

    model = AccountVersion
    noun, everything = later("bank accounts to verify"), later("All bank accounts to verify")
    waits = later("To verify")
    currency_of = "slot__currency"
    show = _show("decided", otherwise=later("Those to verify"))
    country = OwnFilter(
        fields.CodesField,
        "by_country",
        later("Country"),
        known=countries_open,
        noun=later("country we pay in"),
    )
    what = _one_of(later("What"), "by_what", filter_words.WHATS)
    currency = _currency()
    not_asked_by = _others_than()

    def waiting(self) -> QuerySet[Any]:
        return accounts.to_verify()

    def over(self) -> QuerySet[Any]:
        return accounts.decided()

    def by_country(self, queryset: QuerySet[Any], name: str, value: list[str]) -> QuerySet[Any]:
        return queryset.filter(slot__seller__country__in=value) if value else queryset

    def by_what(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        return queryset.filter(number=1) if value == "first" else queryset.filter(number__gt=1)


class AdjustmentFilter(_WaitingFilter):
    """The list of adjustments."""

    model = Adjustment
    noun, everything = later("adjustments to decide"), later("All adjustments to decide")
    waits = later("To decide")
    currency_of = "account__currency"
    show = _show("decided", otherwise=later("Those to decide"))
    adjustment = _one_of(later("Kind"), "by_kind", dict(AdjustmentKind.choices))
    effect = _one_of(later("Effect"), "by_effect", filter_words.EFFECTS)
    currency = _currency()
    not_asked_by = _others_than()

    def waiting(self) -> QuerySet[Any]:
        return adjustments.waiting()

    def over(self) -> QuerySet[Any]:
        return adjustments.decided()

    def by_kind(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(kind=value) if value else queryset

    def by_effect(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        return queryset.filter(**{f"amount_minor__{'gt' if value == 'raises' else 'lt'}": 0})


class RecallFilter(_WaitingFilter):
    """The list of recalls."""

    model = Recall
    noun, everything = later("recalls that wait for the bank"), later("All recalls that wait for the bank")
    waits = later("Waiting for the bank")
    currency_of = "attempt__payout__currency"
    show = _show("answered", otherwise=later("Those that wait for the bank"))
    currency = _currency()

    def waiting(self) -> QuerySet[Any]:
        return recalls.open_ones()

    def over(self) -> QuerySet[Any]:
        return recalls.answered()


class UnknownFilter(_WaitingFilter):
    """The desk of submissions of which nobody knows what became."""

    model = Submission
    noun, everything = later("submissions unknown at the bank"), later("All submissions unknown at the bank")
    waits = later("Unknown at the bank")
    currency_of = "batch__currency"
    currency = _currency()
    waits_for = waits_filter()

    def waiting(self) -> QuerySet[Any]:
        return unknown.desk()

    def by_person(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if not value:
            return queryset
        person = fields.PersonField.id_of(value)
        return queryset.filter(pk__in=deciding.submissions(person_id=person).values("pk"))
