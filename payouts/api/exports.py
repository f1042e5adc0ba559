"""/api/v1/exports: asking for one, watching it, fetching it. Everybody sees their own."""

from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.audit.clock import database_now
from backoffice.doors.api import naming
from backoffice.doors.api.bodies import Body
from backoffice.doors.api.calling import actor
from payouts.api.filter_parameters import FilterBody
from payouts.exports import writers
from payouts.models import Export, ExportStatus
from payouts.operations import exporting

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)


class ExportRow(serializers.Serializer[Export]):
    """An export and how far it is. When READY: GET /api/v1/exports/ID/download."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(read_only=True)
    format = serializers.CharField(read_only=True)
    filter_text = serializers.CharField(
        source="filters_text", read_only=True, help_text="the filter in words"
    )
    filter = serializers.DictField(
        source="filters", child=serializers.ListField(child=serializers.CharField()), read_only=True
    )
    status = serializers.ChoiceField(choices=ExportStatus.choices, read_only=True)
    requested_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    rows_done = serializers.IntegerField(read_only=True)
    rows_total = serializers.IntegerField(read_only=True, allow_null=True)
    file_name = serializers.CharField(read_only=True)
    file_bytes = serializers.IntegerField(read_only=True, allow_null=True)
    sha256 = serializers.CharField(read_only=True)
    error = serializers.CharField(read_only=True, help_text="why it failed, in words")
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)


class ExportBody(Body):
    """What to export: every payout that the filter selects."""

    kind = serializers.ChoiceField(choices=list(exporting.KINDS.items()), required=False, default="payouts")
    format = serializers.ChoiceField(choices=[(name, name.upper()) for name in writers.FORMATS])
    filter = FilterBody(required=False)


class _AnyAnswer(BaseContentNegotiation):
    """A file is what it is, whatever the caller asks for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


@extend_schema_view(list=extend_schema(summary="Your exports, newest first"))
class Exports(ListModelMixin, GenericViewSet[Export]):
    """Files of payouts, made by a worker."""

    needs = "payouts.request_export"
    serializer_class = ExportRow
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Export]:
        return Export.objects.filter(requested_by=self.request.user.pk)

    def get_object(self) -> Export:
        found = self.get_queryset().filter(pk=naming.number(self.kwargs["id"], letter="E")).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(summary="One of your exports", parameters=[ID])
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(ExportRow(self.get_object()).data)

    @extend_schema(summary="Ask for an export", request=ExportBody, responses={201: ExportRow})
    def create(self, request: Request) -> Response:
        body = ExportBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        made = exporting.request(
            kind=values["kind"],
            filters=values.get("filter", {}),
            format=values["format"],
            actor=actor(request),
            now=database_now(),
        )
        return Response(ExportRow(made).data, status=201)

    @extend_schema(
        summary="The file, for who asked for it",
        parameters=[ID],
        responses={
            (200, "text/csv"): OpenApiTypes.BINARY,
            (200, writers.MEDIA_TYPES["xlsx"]): OpenApiTypes.BINARY,
            409: OpenApiResponse(description="It has no file, not yet or no longer"),
        },
    )
    @action(detail=True, methods=["get"], content_negotiation_class=_AnyAnswer)
    def download(self, request: Request, id: str) -> FileResponse:
        found = exporting.download(
            export_id=naming.number(id, letter="E"), actor=actor(request), now=database_now()
        )
        return FileResponse(
            found.file, as_attachment=True, filename=found.name, content_type=found.media_type
        )
