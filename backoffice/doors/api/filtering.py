"""Filters of lists: every parameter must be known, every error is a sentence."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.views import APIView

from payouts.queries import references
from payouts.queries.filter_errors import said_twice
from payouts.queries.filters import ListFilter

PAGING = ("cursor", "page_size")


class StrictFilter(DjangoFilterBackend):
    """django-filter's backend, but an unknown parameter is refused: `?statsu=PAID` must not mean every row."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> QuerySet[Any]:
        chosen = self.get_filterset_class(view, queryset)
        known = [*(chosen.base_filters if chosen else ()), *getattr(chosen, "renamed", ()), *PAGING]
        unknown = [name for name in request.query_params if name not in known]
        if unknown:
            names = ", ".join((*(chosen.base_filters if chosen else ()), *PAGING))
            raise ValidationError(
                {
                    name[:60]: [f"“{name[:60]}” is no filter here. Use one of {names}."]
                    for name in unknown[:20]
                }
            )
        found: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return found

    def get_filterset(self, request: Request, queryset: QuerySet[Any], view: APIView) -> Any:
        """Raises `ValidationError` for a reference that names nothing, as an empty list would not say so, and for two
        values where one can be meant.
        """
        found = super().get_filterset(request, queryset, view)
        if isinstance(found, ListFilter):
            wrong = said_twice(found.data, type(found)) or references.unknown(found)
            if wrong:
                raise ValidationError(wrong)
        return found

    def get_filterset_kwargs(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> dict[str, Any]:
        values: dict[str, Any] = super().get_filterset_kwargs(request, queryset, view)
        chosen = self.get_filterset_class(view, queryset)
        return values | ({"asked_only": True} if chosen and issubclass(chosen, ListFilter) else {})
