"""/api/v1/runs: payout runs, and starting one."""

from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Conflict
from backoffice.doors.api import naming
from backoffice.doors.api.bodies import Body, Text
from backoffice.doors.api.calling import actor
from payouts.api.once import Once
from payouts.models import PayoutRun, RunSkip
from payouts.operations import creation

ID = OpenApiParameter("id", int, OpenApiParameter.PATH)
SHOWN = 200
ALL = "ALL"


class RunRow(serializers.Serializer[PayoutRun]):
    """One run and what came of it. Its payouts: /api/v1/payouts/?run=ID."""

    id = serializers.IntegerField(read_only=True)
    key = serializers.CharField(read_only=True)
    until = serializers.DateField(source="until_date", read_only=True)
    country = serializers.CharField(read_only=True, help_text="empty: every country")
    started_by = serializers.SerializerMethodField()
    started_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)
    payout_count = serializers.IntegerField(read_only=True)
    skip_count = serializers.IntegerField(read_only=True)
    totals = serializers.DictField(
        child=serializers.IntegerField(), read_only=True, help_text="minor units per currency"
    )

    def get_started_by(self, run: PayoutRun) -> str | None:
        return run.started_by.get_username() if run.started_by else None


class SkipRow(serializers.Serializer[RunSkip]):
    """A balance the run left alone, and why."""

    seller = serializers.IntegerField(source="account.seller_id", read_only=True)
    seller_reference = serializers.CharField(source="account.seller.reference", read_only=True)
    currency = serializers.CharField(source="account.currency", read_only=True)
    amount_minor = serializers.IntegerField(read_only=True)
    code = serializers.CharField(read_only=True)
    reason = serializers.CharField(read_only=True)


class RunDetail(RunRow):
    skipped = serializers.SerializerMethodField(help_text=f"the first {SHOWN}")

    @extend_schema_field(SkipRow(many=True))
    def get_skipped(self, run: PayoutRun) -> Any:
        found = RunSkip.objects.filter(run=run).select_related("account__seller").order_by("id")[:SHOWN]
        return SkipRow(found, many=True).data  # type: ignore[arg-type]  # the stubs know one


class RunBody(Body):
    """Until which due date, and where: a country, or all of them, said so."""

    until = serializers.DateField(required=False, help_text="today in each country when left out")
    country = Text(max_length=3, help_text="Two letters, as FR; or “all” for every country we pay in.")
    key = Text(
        required=False,
        max_length=100,
        min_length=8,
        help_text="A name of your own for this run. Sent again it answers the same run and runs nothing.",
    )

    def validate_until(self, value: date) -> date:
        if not 1990 <= value.year <= 2200:
            raise serializers.ValidationError("The year must lie between 1990 and 2200.")
        return value


@extend_schema_view(list=extend_schema(summary="Payout runs, newest first"))
class Runs(Once, ListModelMixin, GenericViewSet[PayoutRun]):
    """The acts that turn due balances into payouts."""

    letter = "R"
    needs = "payouts.view_payoutrun"
    rights: ClassVar = {"create": "payouts.run_payouts"}
    serializer_class = RunRow
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[PayoutRun]:
        return PayoutRun.objects.select_related("started_by")

    @extend_schema(
        summary="One run, with the balances it left alone", parameters=[ID], responses={200: RunDetail}
    )
    def retrieve(self, request: Request, id: str) -> Response:
        found = self.get_queryset().filter(pk=naming.number(id, letter=self.letter)).first()
        if found is None:
            raise Http404
        return Response(RunDetail(found).data)

    @extend_schema(summary="Run payouts", request=RunBody, responses={200: RunRow, 201: RunRow})
    def create(self, request: Request) -> Response:
        body = RunBody(data=request.data)
        body.is_valid(raise_exception=True)
        values = body.validated_data
        key, now = f"api:{values.get('key') or uuid4()}", database_now()
        until, country = values.get("until"), values["country"].upper()
        country = "" if country == ALL else country
        done = creation.run(until=until, country=country, key=key, actor=actor(request), now=now)
        if done.country != country or until not in (None, done.until_date):
            raise Conflict(
                f"Nothing run: the key {values['key']} named another run before, until {done.until_date} "
                f"in {done.country or 'every country'}. Choose another key."
            )
        return Response(RunRow(done).data, status=201 if done.started_at == now else 200)
