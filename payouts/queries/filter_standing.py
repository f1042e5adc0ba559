"""Filters by where a payout stands: its batch, its funding account, since when, since when held.

The numbers of the front page lead to their rows by these, so that each link shows exactly what was counted.
"""

from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django_filters import FilterSet

from backoffice.words import later
from payouts.models import Disposal, Hold, PastedList, Payout, Transition
from payouts.queries import filter_fields as fields
from payouts.queries import own, searching
from payouts.queries.filter_fields import OwnFilter
from payouts.states import OVER, BatchStatus

RANGES = (("value_from", "value_until"), ("moved_from", "moved_until"), ("held_from", "held_until"))


def _batch_statuses() -> list[tuple[str, str]]:
    return [(status.value, str(status.label)) for status in BatchStatus]


class StandingFilter(FilterSet):
    """Days are whole days: the value date's own, or those of the program's time zone."""

    batch_status = OwnFilter(
        fields.CodesField,
        "by_batch_status",
        later("Batch status"),
        known=_batch_statuses,
        noun=later("status of a batch"),
    )
    funding = OwnFilter(forms.CharField, "by_funding", later("Funding account"), max_length=40)
    value_from = OwnFilter(fields.DayField, "by_value_date", later("Value date from"), max_length=40)
    value_until = OwnFilter(fields.DayField, "by_value_date", later("Value date until"), max_length=40)
    moved_from = OwnFilter(fields.DayField, "by_move", later("In its status from"), max_length=40)
    moved_until = OwnFilter(fields.DayField, "by_move", later("In its status until"), max_length=40)
    held_from = OwnFilter(fields.DayField, "by_holds", later("Put on hold from"), max_length=40)
    held_until = OwnFilter(fields.DayField, "by_holds", later("Put on hold until"), max_length=40)
    open_at = OwnFilter(fields.MomentField, "by_open", later("Open at the end of"), max_length=40)
    undecided = OwnFilter(
        fields.YesNoField,
        "by_decision",
        later("Money to decide on"),
        yes=later("To decide on"),
        no=later("Decided"),
    )
    waits_for = OwnFilter(fields.PersonField, "by_person", later("Waits for"), max_length=150)

    pasted = OwnFilter(
        fields.NumberedField,
        "by_list",
        later("Pasted list"),
        letter="L",
        noun=later("pasted list"),
        max_length=40,
    )

    def by_person(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        """Without what this person, by user name, may not decide on: see `own.left_to`."""
        return own.left_to(queryset, person_id=fields.PersonField.id_of(value)) if value else queryset

    def by_list(self, queryset: QuerySet[Payout], name: str, value: int) -> QuerySet[Payout]:
        pasted = PastedList.objects.filter(pk=value).first()
        return queryset.filter(searching.named_in(pasted.text)) if pasted else queryset.none()

    def by_batch_status(self, queryset: QuerySet[Payout], name: str, value: list[str]) -> QuerySet[Payout]:
        return queryset.filter(batch__status__in=value) if value else queryset

    def by_funding(self, queryset: QuerySet[Payout], name: str, value: str) -> QuerySet[Payout]:
        return queryset.filter(batch__funding_account__code=value)

    def by_value_date(self, queryset: QuerySet[Payout], name: str, value: date) -> QuerySet[Payout]:
        lookup = "gte" if name == "value_from" else "lte"
        return queryset.filter(**{f"batch__value_date__{lookup}": value})

    def by_open(self, queryset: QuerySet[Payout], name: str, value: date | datetime) -> QuerySet[Payout]:
        """Those that were neither paid nor over then: who is over since before was over then, too."""
        end = fields.end_of(value)
        last = Transition.objects.filter(payout=OuterRef("pk"), at__lt=end).order_by("-pk")
        then = queryset.filter(~Q(status__in=OVER, status_at__lt=end), created_at__lt=end)
        return then.alias(then=Subquery(last.values("to_status")[:1])).filter(
            Q(then__isnull=False), ~Q(then__in=OVER)
        )

    def by_move(self, queryset: QuerySet[Payout], name: str, value: date) -> QuerySet[Payout]:
        if name == "moved_from":
            return queryset.filter(status_at__gte=fields.start_of(value))
        return queryset.filter(status_at__lt=fields.end_of(value))

    def by_holds(self, queryset: QuerySet[Payout], name: str, value: date) -> QuerySet[Payout]:
        """Those with a hold of their own placed within the days: one hold, not one after and another before."""
        given: dict[str, Any] = self.form.cleaned_data
        first, last = given.get("held_from"), given.get("held_until")
        if first and name == "held_until":
            return queryset  # both ends were asked of the same hold already
        placed = Hold.objects.filter(payout=OuterRef("pk"))
        if first:
            placed = placed.filter(placed_at__gte=fields.start_of(first))
        if last:
            placed = placed.filter(placed_at__lt=fields.end_of(last))
        return queryset.filter(Exists(placed))

    def by_decision(self, queryset: QuerySet[Payout], name: str, value: bool) -> QuerySet[Payout]:
        """Dead payouts whose money nobody has reissued or rolled yet (`waiting.undisposed`), or all others."""
        if value:
            return queryset.filter(undisposed__isnull=False)
        return queryset.filter(Exists(Disposal.objects.filter(payout=OuterRef("pk"))))
