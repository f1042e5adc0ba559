"""/api/v1/sellers: who we owe, to read."""

from django import forms
from django.db.models import QuerySet
from django.http import Http404
from django_filters import FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.doors.api import naming
from payouts.queries import filter_fields, searching
from payouts.queries.filters import OwnFilter, countries_open
from sellers.models import Kind, Seller

ID = OpenApiParameter(
    "id", int, OpenApiParameter.PATH, description="a seller's id; its reference serves as well"
)


class SellerRow(serializers.Serializer[Seller]):
    """A seller. Money goes only to who is verified and not suspended: `is_payable`."""

    id = serializers.IntegerField(read_only=True)
    reference = serializers.CharField(read_only=True)
    external_id = serializers.CharField(read_only=True, help_text="the marketplace's own id")
    name = serializers.CharField(read_only=True)
    kind = serializers.ChoiceField(choices=Kind.choices, read_only=True)
    country = serializers.CharField(read_only=True)
    email = serializers.CharField(read_only=True)
    city = serializers.CharField(read_only=True)
    joined_date = serializers.DateField(read_only=True, allow_null=True)
    is_payable = serializers.BooleanField(read_only=True)
    verified_at = serializers.DateTimeField(read_only=True, allow_null=True)
    suspended_at = serializers.DateTimeField(read_only=True, allow_null=True)
    suspended_reason = serializers.CharField(read_only=True)
    created_at = serializers.DateTimeField(read_only=True)


class SellerFilter(FilterSet):
    """Sellers by country, standing, the marketplace's id, or search."""

    country = OwnFilter(
        filter_fields.CodesField, "by_country", "Country", known=countries_open, noun="country we pay in"
    )
    payable = OwnFilter(filter_fields.YesNoField, "by_payable", "Payable", yes="Payable", no="Not payable")
    external_id = OwnFilter(forms.CharField, "by_external_id", "Marketplace's id", max_length=200)
    search = OwnFilter(
        forms.CharField, "by_search", "Search", max_length=20_000, validators=[searching.long_enough]
    )

    class Meta:
        model = Seller
        fields: tuple[str, ...] = ()

    def by_country(self, queryset: QuerySet[Seller], name: str, value: list[str]) -> QuerySet[Seller]:
        return queryset.filter(country__in=value) if value else queryset

    def by_payable(self, queryset: QuerySet[Seller], name: str, value: bool) -> QuerySet[Seller]:
        fine = {"verified_at__isnull": False, "suspended_at__isnull": True}
        return queryset.filter(**fine) if value else queryset.exclude(**fine)

    def by_external_id(self, queryset: QuerySet[Seller], name: str, value: str) -> QuerySet[Seller]:
        return queryset.filter(external_id=value)

    def by_search(self, queryset: QuerySet[Seller], name: str, value: str) -> QuerySet[Seller]:
        return queryset.filter(searching.sellers_found_by(value)) if value.strip() else queryset


_SEARCH = {"type": "string", "pattern": r"^\S[^\x00]*\S$", "maxLength": 2000}
_FILTERS = [
    OpenApiParameter(
        "country",
        {"type": "array", "items": {"type": "string", "enum": [code for code, _ in countries_open()]}},
        explode=True,
        style="form",
        description="One or more, ISO 3166.",
    ),
    OpenApiParameter("payable", OpenApiTypes.BOOL, description="Verified and not suspended."),
    OpenApiParameter(
        "external_id", {"type": "string", "maxLength": 200}, description="The marketplace's own id."
    ),
    OpenApiParameter(
        "search", _SEARCH, description="Reference, the marketplace's id, or part of name or e-mail."
    ),
]


@extend_schema_view(list=extend_schema(summary="Sellers, newest first", parameters=_FILTERS))
class Sellers(ListModelMixin, GenericViewSet[Seller]):
    """Who we owe."""

    needs = "sellers.view_seller"
    serializer_class = SellerRow
    filterset_class = SellerFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Seller]:
        return Seller.objects.all()

    @extend_schema(summary="One seller", parameters=[ID])
    def retrieve(self, request: Request, id: str) -> Response:
        found = Seller.objects.filter(pk=naming.number(id, letter="S")).first()
        if found is None:
            raise Http404
        return Response(SellerRow(found).data)
