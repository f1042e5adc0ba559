"""/api/v1/schedules: exports that are made again and again, and each time they were. To read; people make them."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.doors.api import naming
from payouts.models import Every, ExportSchedule, RunStatus, ScheduleRun
from payouts.queries import schedules as said

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)
SHOWN = 100


class ScheduleRow(serializers.Serializer[ExportSchedule]):
    """What is exported, when and where to. Of a target neither user nor secret is told."""

    id = serializers.IntegerField(read_only=True)
    name = serializers.CharField(read_only=True)
    owner = serializers.CharField(source="owner.username", read_only=True)
    kind = serializers.CharField(read_only=True)
    format = serializers.CharField(read_only=True)
    filter_text = serializers.CharField(source="filters_text", read_only=True, help_text="in words")
    dates = serializers.CharField(read_only=True, help_text="which dates each run sets; empty: none")
    every = serializers.ChoiceField(choices=Every.choices, read_only=True)
    weekday = serializers.IntegerField(read_only=True, help_text="ISO: 1 is Monday")
    at = serializers.TimeField(read_only=True)
    time_zone = serializers.CharField(read_only=True)
    country = serializers.CharField(read_only=True, help_text="whose business days; empty: every day")
    when = serializers.SerializerMethodField()
    goes_to = serializers.SerializerMethodField(help_text="the server; empty: kept among its owner's exports")
    standing = serializers.SerializerMethodField(help_text="in words")
    next_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_when(self, schedule: ExportSchedule) -> str:
        return said.rhythm_words(schedule)

    def get_goes_to(self, schedule: ExportSchedule) -> str:
        return schedule.target.host if schedule.target else ""

    def get_standing(self, schedule: ExportSchedule) -> str:
        return said.standing(schedule)[0]


class ScheduleRunRow(serializers.Serializer[ScheduleRun]):
    """One time: the occasion, what its file contained, where it went."""

    occasion = serializers.DateField(
        source="day", read_only=True, allow_null=True, help_text="null: asked for"
    )
    due_at = serializers.DateTimeField(read_only=True)
    first = serializers.DateField(read_only=True, allow_null=True)
    last = serializers.DateField(read_only=True, allow_null=True)
    status = serializers.ChoiceField(choices=RunStatus.choices, read_only=True)
    rows = serializers.IntegerField(source="export.rows_done", read_only=True, default=None, allow_null=True)
    sha256 = serializers.CharField(source="export.sha256", read_only=True, default="")
    file_name = serializers.CharField(source="export.file_name", read_only=True, default="")
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    error = serializers.CharField(read_only=True, help_text="in words")
    note = serializers.CharField(read_only=True, help_text="occasions before it that were left out, in words")


class ScheduleDetail(ScheduleRow):
    runs = serializers.SerializerMethodField(help_text=f"the latest {SHOWN}")

    @extend_schema_field(ScheduleRunRow(many=True))
    def get_runs(self, schedule: ExportSchedule) -> Any:
        found = ScheduleRun.objects.filter(schedule=schedule).select_related("export").order_by("-id")[:SHOWN]
        return ScheduleRunRow(found, many=True).data  # type: ignore[arg-type]  # the stubs know one


@extend_schema_view(list=extend_schema(summary="Schedules of exports, newest first"))
class Schedules(ListModelMixin, GenericViewSet[ExportSchedule]):
    """Exports on a schedule."""

    needs = "payouts.view_exportschedule"
    serializer_class = ScheduleRow
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[ExportSchedule]:
        return said.listed()

    @extend_schema(summary="One schedule and its runs", parameters=[ID], responses={200: ScheduleDetail})
    def retrieve(self, request: Request, id: str) -> Response:
        found = self.get_queryset().filter(pk=naming.number(id, letter="E")).first()
        if found is None:
            raise Http404
        return Response(ScheduleDetail(found).data)
