"""/api/v1/batches: the list, one batch, proposing, approving and dissolving."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.audit.clock import database_now
from backoffice.audit.errors import Refused
from backoffice.doors.api import naming
from backoffice.doors.api.bodies import Body, Text, Whole, Words
from backoffice.doors.api.calling import actor
from payouts.api import described, filter_parameters
from payouts.api.filter_parameters import FilterBody
from payouts.api.once import Once
from payouts.api.outcomes import OutcomeRow, with_unknown
from payouts.api.verbs import MOST, SAY_WHY
from payouts.models import Batch, Payout
from payouts.operations import batching
from payouts.operations.deeds import DEEDS
from payouts.queries import batches as asked
from payouts.queries import export_filters, filters
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import Money

ID = OpenApiParameter(
    "id", int, OpenApiParameter.PATH, description="a batch's id; its reference serves as well"
)


class BatchRow(serializers.Serializer[Batch]):
    """Payouts that go out together."""

    id = serializers.IntegerField(read_only=True)
    reference = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(
        choices=BatchStatus.choices, read_only=True, help_text=described.BATCH_STATUS
    )
    status_at = serializers.DateTimeField(read_only=True)
    rail = serializers.CharField(read_only=True)
    funding_account = serializers.CharField(source="funding_account.code", read_only=True)
    currency = serializers.CharField(read_only=True)
    country = serializers.CharField(read_only=True)
    value_date = serializers.DateField(read_only=True)
    cut_off_at = serializers.DateTimeField(read_only=True)
    item_count = serializers.IntegerField(read_only=True)
    total_minor = serializers.IntegerField(read_only=True)
    total = serializers.SerializerMethodField()
    proposed_by = serializers.CharField(source="proposed_by.username", read_only=True)
    proposed_at = serializers.DateTimeField(read_only=True)
    approved_by = serializers.SerializerMethodField()
    approved_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def get_total(self, batch: Batch) -> str:
        return Money(batch.total_minor, batch.currency).plain()

    def get_approved_by(self, batch: Batch) -> str | None:
        return batch.approved_by.get_username() if batch.approved_by else None


class BatchDetail(BatchRow):
    """One batch. Its payouts: /api/v1/payouts/?batch=ID."""

    seen = serializers.SerializerMethodField(
        help_text="Send it with approve: if the batch changed meanwhile, that is refused with 409."
    )

    def get_seen(self, batch: Batch) -> str:
        return asked.seal_of(batch.pk)


class ProposeBody(Body):
    """Which approved payouts: their ids, or the payout filter that selects them; one of the two."""

    ids = serializers.ListField(
        child=Whole(min_value=1, max_value=2**53), required=False, min_length=1, max_length=MOST
    )
    filter = FilterBody(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("ids" in attrs) == ("filter" in attrs):
            raise serializers.ValidationError("Say which payouts: send either ids or a filter.")
        return attrs


class BatchApproveBody(Body):
    """What the approver saw; left out, nothing is compared."""

    seen = Text(required=False, max_length=64, help_text="the batch's `seen` as it was read")
    seen_value_date = serializers.DateField(required=False, help_text="its `value_date` as it was read")


class DissolveBody(Body):
    """Why the batch is dissolved."""

    reason = Words(error_messages=SAY_WHY)


class ProposedRow(OutcomeRow):
    """The new batches, one per rail, funding account, currency and value date."""

    batches = BatchRow(many=True, read_only=True)


@extend_schema_view(list=extend_schema(summary="Batches, newest first", parameters=filter_parameters.BATCHES))
class Batches(Once, ListModelMixin, GenericViewSet[Batch]):
    """Approved payouts that go out together; a second person approves each batch."""

    letter = "B"
    needs = "payouts.view_batch"
    rights: ClassVar = {
        "create": DEEDS["batch"].permission,
        "approve": "payouts.approve_batch",
        "dissolve": "payouts.dissolve_batch",
    }
    serializer_class = BatchRow
    filterset_class = export_filters.BatchFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Batch]:
        return Batch.objects.select_related("funding_account", "proposed_by", "approved_by")

    def get_object(self) -> Batch:
        found = self.get_queryset().filter(pk=naming.number(self.kwargs["id"], letter=self.letter)).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(summary="One batch", parameters=[ID], responses={200: BatchDetail})
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(BatchDetail(self.get_object()).data)

    @extend_schema(
        summary="Propose batches of approved payouts", request=ProposeBody, responses={201: ProposedRow}
    )
    def create(self, request: Request) -> Response:
        body = ProposeBody(data=request.data)
        body.is_valid(raise_exception=True)
        unknown: list[int] = []
        if "ids" in body.validated_data:
            wanted = sorted(set(body.validated_data["ids"]))
            ids = list(Payout.objects.filter(pk__in=wanted).values_list("pk", flat=True))
            unknown = sorted(set(wanted) - set(ids))
        else:
            chosen = filters.read(body.validated_data["filter"]).qs.filter(status=PayoutStatus.APPROVED)
            ids = list(chosen.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
            if len(ids) > MOST:
                raise Refused(
                    f"Nothing proposed: more than {MOST:,} payouts match. Narrow the filter and propose them in parts.",
                    code="too_many",
                )
        made, outcome = batching.propose(payout_ids=ids, actor=actor(request), now=database_now())
        outcome = with_unknown(outcome, unknown)
        if not made:
            raise _nothing_proposed(outcome.refused)
        batches = self.get_queryset().filter(pk__in=[batch.pk for batch in made]).order_by("pk")
        row = {"moved": outcome.moved, "refused": outcome.refused, "batches": batches}
        return Response(ProposedRow(row).data, status=201)

    @extend_schema(
        summary="Approve, by a second person; never with a token",
        parameters=[ID],
        request=BatchApproveBody,
        responses={200: BatchDetail},
    )
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, id: str) -> Response:
        batch = self.get_object()
        body = BatchApproveBody(data=request.data)
        body.is_valid(raise_exception=True)
        batching.approve(batch_id=batch.pk, actor=actor(request), now=database_now(), **body.validated_data)
        return Response(BatchDetail(self.get_object()).data)

    @extend_schema(
        summary="Dissolve before it is submitted",
        parameters=[ID],
        request=DissolveBody,
        responses={200: BatchDetail},
    )
    @action(detail=True, methods=["post"])
    def dissolve(self, request: Request, id: str) -> Response:
        batch = self.get_object()
        body = DissolveBody(data=request.data)
        body.is_valid(raise_exception=True)
        batching.dissolve(batch_id=batch.pk, actor=actor(request), now=database_now(), **body.validated_data)
        return Response(BatchDetail(self.get_object()).data)


def _nothing_proposed(refused: list[Any]) -> Refused:
    if not refused:
        return Refused("No batch proposed: the filter selects no approved payout.", code="nothing_to_propose")
    first = refused[0]
    more = f", and {len(refused) - 1} more" if len(refused) > 1 else ""
    error = Refused(f"No batch proposed: {first.reference}: {first.reason}{more}.", code=first.code)
    error.errors = {each.reference: [each.reason] for each in refused[:100]}  # type: ignore[attr-defined]
    return error
