"""/api/v1/exports: asking for one, watching it, cancelling, fetching it. Everybody sees their own."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import FileResponse, Http404
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_field,
    extend_schema_view,
)
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.mixins import ListModelMixin
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.audit.clock import database_now
from backoffice.doors.api import naming
from backoffice.doors.api.bodies import Body, Code
from backoffice.doors.api.calling import actor
from payouts.api import described
from payouts.api.filter_parameters import FilterBody
from payouts.api.once import Once
from payouts.exports import kinds
from payouts.exports.formats import FORMATS, LOCALES
from payouts.models import Export, ExportStatus
from payouts.operations import export_links, exporting
from payouts.queries import filters, references

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)


class ExportRow(serializers.Serializer[Export]):
    """An export and how far it is. When READY: POST /api/v1/exports/ID/link, then GET the address it answers."""

    id = serializers.IntegerField(read_only=True)
    kind = serializers.CharField(read_only=True)
    format = serializers.CharField(read_only=True)
    locale = serializers.CharField(read_only=True)
    compressed = serializers.BooleanField(read_only=True)
    columns = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="empty: those that a file has where none is named",
    )
    filter_text = serializers.CharField(
        source="filters_text", read_only=True, help_text="the filter in words"
    )
    filter = serializers.DictField(
        source="filters", child=serializers.ListField(child=serializers.CharField()), read_only=True
    )
    sort = serializers.CharField(read_only=True, help_text="empty: the usual order of the kind")
    order_text = serializers.CharField(read_only=True, help_text="the order in words")
    since = serializers.IntegerField(
        source="since_id", read_only=True, allow_null=True, help_text="only what changed since that export"
    )
    status = serializers.ChoiceField(
        choices=ExportStatus.choices, read_only=True, help_text=described.EXPORT_STATUS
    )
    requested_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    rows_done = serializers.IntegerField(read_only=True)
    rows_total = serializers.IntegerField(read_only=True, allow_null=True)
    rows_new = serializers.IntegerField(read_only=True, allow_null=True)
    rows_changed = serializers.IntegerField(read_only=True, allow_null=True)
    rows_withdrawn = serializers.IntegerField(read_only=True, allow_null=True)
    file_name = serializers.CharField(read_only=True)
    file_bytes = serializers.IntegerField(read_only=True, allow_null=True)
    sha256 = serializers.CharField(read_only=True)
    error = serializers.CharField(read_only=True, help_text="why it failed, in words")
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    hashes_until = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="until then another export can be compared with it"
    )


@extend_schema_field(FilterBody)
class FilterField(serializers.Field[Any, Any, Any, Any]):
    """A filter as an object; which names it takes depends on the kind."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            raise serializers.ValidationError('A filter is an object, such as {"country": ["ES"]}.')
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class ExportBody(Body):
    """What to export: every row that the filter selects. The filter shown is that of kinds about payouts; the others
    answer with the names they take.
    """

    kind = Code(
        choices=[(each.kind, each.title) for each in kinds.KINDS.values()], required=False, default="payouts"
    )
    format = Code(choices=[(name, form.words) for name, form in FORMATS.items()])
    locale = Code(
        choices=list(LOCALES.items()),
        required=False,
        default="en",
        help_text="whose separators, for excel_csv",
    )
    compressed = serializers.BooleanField(
        required=False, default=False, help_text="gzip, for formats of text"
    )
    columns = serializers.ListField(
        child=serializers.CharField(max_length=60),
        required=False,
        max_length=60,
        help_text="in their order; when left out all but those that a file has only where they are named: `blocked` "
        "and `seller_standing` of payouts, `seller_standing` of open and holds",
    )
    template = serializers.CharField(
        required=False,
        max_length=60,
        help_text="the columns of a template of this kind, your own or a shared one, by its name; in place of columns",
    )
    sort = serializers.CharField(required=False, max_length=20, help_text="as in the list's address: -amount")
    since = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=2**63 - 1,
        help_text="an earlier export of yours: only what is new, changed or withdrawn since; its filter, columns and "
        "order are taken again, so leave them out",
    )
    filter = FilterField(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "since" in attrs:
            for name in ("filter", "columns", "template", "sort"):
                if name in attrs:
                    raise serializers.ValidationError(
                        {name: ["Leave it out: that of the export named by since is taken again."]}
                    )
            return attrs
        definition = kinds.get(attrs["kind"])
        given = attrs.get("filter", {})
        if definition.filter is filters.PayoutFilter:
            body = FilterBody(data=given)
            if not body.is_valid():
                raise serializers.ValidationError({"filter": body.errors})
            given = attrs["filter"] = body.validated_data
        odd = [name for name, value in given.items() if not _plain(value)]
        if odd:
            raise serializers.ValidationError(
                {"filter": {odd[0]: ["Write a text, a number or a list of texts."]}}
            )
        try:
            references.check(definition.chosen(given, now=database_now()))
        except filters.BadFilter as error:
            raise serializers.ValidationError({"filter": error.errors}) from error
        try:
            kinds.checked_columns(definition, attrs.get("columns", []))
        except kinds.BadExport as error:
            raise serializers.ValidationError({"columns": [str(error)]}) from error
        return attrs


def _plain(value: Any) -> bool:
    each = value if isinstance(value, list) else [value]
    return all(isinstance(one, str | int | bool) for one in each)


class LinkRow(serializers.Serializer[Any]):
    """An address that fetches the file once. For who asked for the export, and only until then."""

    url = serializers.CharField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)


class _AnyAnswer(BaseContentNegotiation):
    """A file is what it is, whatever the caller asks for."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(
        self, request: Request, renderers: Any, format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


@extend_schema_view(list=extend_schema(summary="Your exports, newest first"))
class Exports(Once, ListModelMixin, GenericViewSet[Export]):
    """Files of payouts, made by a worker."""

    letter = "E"
    needs = "payouts.request_export"
    serializer_class = ExportRow
    lookup_field = "id"
    reads: ClassVar = {"download": ("token",)}
    keyless = ("link",)  # which works once: the same again would be of no use, and is no secret to keep
    rights: ClassVar = {"create": needs, "cancel": needs}

    def rights_to(self, answer: Mapping[str, Any]) -> tuple[str, ...]:
        of_kind = kinds.get(answer["kind"]).permissions if self.action == "create" else ()
        return (*super().rights_to(answer), *of_kind)

    def get_queryset(self) -> QuerySet[Export]:
        return Export.objects.filter(requested_by=self.request.user.pk)

    def get_object(self) -> Export:
        found = self.get_queryset().filter(pk=naming.number(self.kwargs["id"], letter=self.letter)).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(summary="One of your exports", parameters=[ID])
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(ExportRow(self.get_object()).data)

    @extend_schema(
        summary="Ask for an export",
        description="A worker writes the file. Read the export until it is READY, POST its `link`, and GET the "
        "`url` of the answer.",
        request=ExportBody,
        responses={201: ExportRow},
    )
    def create(self, request: Request) -> Response:
        body = ExportBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        form = {name: values[name] for name in ("format", "locale", "compressed")}
        common = {**form, "actor": actor(request), "now": database_now()}
        if "since" in values:
            kind = values["kind"] if "kind" in request.data else None
            made = exporting.request_changes(since=values["since"], kind=kind, **common)
        else:
            made = exporting.request(
                kind=values["kind"],
                filters=values.get("filter", {}),
                columns=values.get("columns", []),
                template=values.get("template", ""),
                sort=values.get("sort", ""),
                **common,
            )
        return Response(ExportRow(made).data, status=201)

    @extend_schema(
        summary="Cancel one that is not ready",
        request=None,
        parameters=[ID],
        responses={200: ExportRow, 409: OpenApiResponse(description="It is over already")},
    )
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, id: str) -> Response:
        number = naming.number(id, letter=self.letter)
        made = exporting.cancel(export_id=number, actor=actor(request), now=database_now())
        return Response(ExportRow(made).data)

    @extend_schema(
        summary="An address for the file that works once",
        request=None,
        parameters=[ID],
        responses={201: LinkRow, 409: OpenApiResponse(description="It has no file, not yet or no longer")},
    )
    @action(detail=True, methods=["post"])
    def link(self, request: Request, id: str) -> Response:
        number = naming.number(id, letter=self.letter)
        made = export_links.make(export_id=number, actor=actor(request), now=database_now())
        url = f"{reverse('api:export-download', args=[number])}?token={made.token}"
        return Response(LinkRow({"url": url, "expires_at": made.expires_at}).data, status=201)

    @extend_schema(
        summary="The file, for who asked for it, once a link",
        parameters=[ID, OpenApiParameter("token", str, required=True, description="from POST …/link")],
        responses={
            (200, "application/octet-stream"): OpenApiTypes.BINARY,
            409: OpenApiResponse(description="It has no file, not yet or no longer"),
            410: OpenApiResponse(description="The link was used, or its minutes are over"),
        },
    )
    @action(detail=True, methods=["get"], content_negotiation_class=_AnyAnswer)
    def download(self, request: Request, id: str) -> FileResponse:
        if request.method != "GET":  # the router takes a HEAD for a GET, and it would spend the link
            raise MethodNotAllowed(request.method or "")
        found = export_links.fetch(
            export_id=naming.number(id, letter=self.letter),
            token=request.query_params.get("token", ""),
            actor=actor(request),
            now=database_now(),
        )
        return FileResponse(
            found.file, as_attachment=True, filename=found.name, content_type=found.media_type
        )
