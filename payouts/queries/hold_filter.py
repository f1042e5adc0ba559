"""The filter of the export of holds: what the page of holds can choose, at any moment."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, When

from backoffice.words import later
from payouts.models import Hold, HoldReason, Payout, ReleaseRequest, Transition
from payouts.queries import filter_fields as fields
from payouts.queries import filter_words, holds
from payouts.queries.export_filters import PROGRAM, ExportFilter, text_filter
from payouts.queries.filter_fields import OwnFilter
from payouts.queries.filters import RangesForm, countries_open
from payouts.states import UNSENT, PayoutStatus

_SENT = Q(status__in=sorted(set(PayoutStatus) - UNSENT))


def _one_of(label: str, choices: list[tuple[str, Any]], *, otherwise: str) -> OwnFilter:
    shown = forms.Select(choices=[("", otherwise), *choices])
    return OwnFilter(fields.OneOfField, "by_part", label, known=choices, widget=shown, max_length=20)


class HoldFilter(ExportFilter):
    """Holds that were open at a moment: a day means its end. With ``show=all`` also those released before it."""

    model = Hold
    noun, everything = later("open holds"), later("All open holds")
    at = OwnFilter(
        fields.MomentField,
        "by_moment",
        later("At the end of"),
        max_length=40,
        help_text=later("Left empty: as it stands when the file is made."),
    )
    show = _one_of(later("Show"), list(filter_words.HOLDS.items()), otherwise=later("Open ones"))
    reason = _one_of(later("Reason"), list(HoldReason.choices), otherwise=later("Every reason"))
    country = OwnFilter(
        fields.CodesField, "by_part", later("Country"), known=countries_open, noun=later("country we pay in")
    )
    seller = text_filter(label=later("Seller"), method="by_part", length=200)
    placed_by = OwnFilter(
        forms.CharField, "by_part", later("Placed by: an account name, or “the program”"), max_length=150
    )
    stands_days = OwnFilter(fields.DaysField, "by_part", later("Stands for days"), max_length=4)
    currency = OwnFilter(fields.CurrenciesField, "by_part", later("Currency"))
    on = _one_of(
        later("What is held"), list(filter_words.HELD.items()), otherwise=later("Payouts and whole sellers")
    )
    waits_for = OwnFilter(fields.PersonField, "by_part", later("Waits for"), max_length=150)

    class Meta:
        form = RangesForm

    def by_part(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        return queryset  # each depends on the moment: `filter_queryset` knows it

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """As `holds.of` chooses them now. Every part that is set must fit."""
        given = self.cleaned
        at = given.get("at")
        if at is None:  # asked for its words only
            return queryset.none()
        end = fields.end_of(at)
        rows = queryset.filter(placed_at__lt=end)
        if given.get("show") != filter_words.ALL:
            rows = rows.filter(Q(released_at__isnull=True) | Q(released_at__gte=end))
        if given.get("show") == "asked":
            rows = rows.filter(Exists(_asked(end).filter(hold=OuterRef("pk"))))
        if given.get("show") == "past":
            rows = rows.filter(until__lt=end)
        if given.get("reason"):
            rows = rows.filter(reason=given["reason"])
        if given.get("country"):
            there = Q(payout__country__in=given["country"]) | Q(seller__country__in=given["country"])
            rows = rows.filter(there)
        if given.get("seller"):
            rows = rows.filter(holds.of_sellers(given["seller"]))
        if given.get("placed_by"):
            rows = rows.filter(_placed_by(given["placed_by"]))
        if given.get("stands_days"):
            rows = rows.filter(placed_at__lt=end - given["stands_days"] * holds.DAY)
        if given.get("on"):
            rows = rows.filter(seller__isnull=given["on"] == "payout")
        if given.get("waits_for"):
            person = fields.PersonField.id_of(given["waits_for"])
            left = holds.confirmable(person_id=person, judges=holds.judges(person_id=person))
            rows = rows.filter(Exists(left.filter(hold=OuterRef("pk"))))
        if given.get("currency"):
            unsent = _unsent(end).filter(currency__in=given["currency"])
            own, of_seller = unsent.filter(pk=OuterRef("payout")), unsent.filter(seller=OuterRef("seller"))
            # A seller's whole past is never looked through: what waits now, or has moved since then.
            waits, moved = of_seller.filter(status__in=UNSENT), of_seller.filter(_SENT, status_at__gte=end)
            rows = rows.filter(Exists(own) | Exists(waits) | Exists(moved))
        return rows


def _placed_by(name: str) -> Q:
    if name.lower() == PROGRAM:
        return Q(placed_by=None)
    return Q(placed_by__in=get_user_model().objects.filter(username=name))


def _asked(end: datetime) -> "QuerySet[ReleaseRequest]":
    """Requests for a release that waited then."""
    return ReleaseRequest.objects.filter(
        Q(confirmed_at__isnull=True) | Q(confirmed_at__gte=end),
        Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=end),
        asked_at__lt=end,
    )


def _unsent(end: datetime) -> "QuerySet[Payout]":
    """Payouts that had not left then. One that has not moved since is what it is now."""
    moves = Transition.objects.filter(payout=OuterRef("pk"), at__lt=end).order_by("-pk")
    then = Case(When(status_at__lt=end, then=F("status")), default=Subquery(moves.values("to_status")[:1]))
    return Payout.objects.filter(created_at__lt=end).annotate(then=then).filter(then__in=UNSENT)
