"""/api/v1/payouts: the list, one payout, and the verbs."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from backoffice.audit.clock import database_now
from backoffice.doors.api import naming
from backoffice.doors.api.calling import actor
from backoffice.doors.api.filtering import PAGING
from payouts.api import described, filter_parameters, rows
from payouts.api.once import Once
from payouts.api.outcomes import OutcomeRow, with_unknown
from payouts.api.verbs import VERBS, Call, Verb, body_for_many, body_for_one
from payouts.models import Payout
from payouts.queries import filters, streams
from payouts.queries.filters import PayoutFilter

ID = OpenApiParameter(
    "id", int, OpenApiParameter.PATH, description="a payout's id; its reference serves as well"
)
EACH = "Each payout is moved or refused with a reason; a refusal does not hold up the others, and the answer is 200."


class Payouts(Once, GenericViewSet[Payout]):
    """What we pay sellers. Nothing patches a status: a verb is called, and answers or says why not."""

    letter = "P"
    needs = "payouts.view_payout"
    rights: ClassVar = {f"{verb.name}_{number}": verb.right for verb in VERBS for number in ("one", "many")}
    serializer_class = rows.PayoutRow
    filterset_class = PayoutFilter
    lookup_field = "id"

    def get_queryset(self) -> QuerySet[Payout, Any]:
        return rows.READ.all()

    def in_parts(self) -> tuple[QuerySet[Payout], list[QuerySet[Payout]]] | None:
        """A search's payouts in parts that each give a page quickly, and what else is asked of them; None without."""
        asked = self.request.query_params.copy()
        for name in PAGING:
            asked.pop(name, None)
        if not asked.get("search"):
            return None
        chosen = filters.read(asked, queryset=self.get_queryset())
        return streams.without_search(chosen), streams.of(chosen, ())

    def get_object(self) -> Any:
        """As `rows.READ` has it."""
        number = naming.number(self.kwargs["id"], letter=self.letter)
        found = self.get_queryset().filter(pk=number).first()
        if found is None:
            raise Http404
        return found

    @extend_schema(
        summary="Payouts, newest first",
        parameters=filter_parameters.ALL,
        responses={200: rows.PayoutRow(many=True)},
    )
    def list(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(rows.many(page or []))

    @extend_schema(summary="One payout", parameters=[ID])
    def retrieve(self, request: Request, id: str) -> Response:
        return Response(rows.one(self.get_object()))

    def run_one(self, request: Request, verb: Verb, body: type[serializers.Serializer[Any]]) -> Response:
        payout = self.get_object()
        values = _checked(body, request)
        seen = {payout.pk: values["seen"]} if "seen" in values else None
        call = Call([payout.pk], actor(request), database_now(), values, seen, single=True)
        verb.act(call).only()
        return Response(rows.one(self.get_object()))

    def run_many(self, request: Request, verb: Verb, body: type[serializers.Serializer[Any]]) -> Response:
        values = _checked(body, request)
        ids = sorted(set(values["ids"]))
        known = set(Payout.objects.filter(pk__in=ids).values_list("pk", flat=True))
        call = Call(sorted(known), actor(request), database_now(), values, values.get("seen"))
        outcome = with_unknown(verb.act(call), [number for number in ids if number not in known])
        return Response(OutcomeRow(outcome).data)


def _checked(body: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _endpoints(verb: Verb) -> tuple[Callable[..., Response], Callable[..., Response]]:
    one_body, many_body = body_for_one(verb), body_for_many(verb)

    def one(self: Payouts, request: Request, id: str) -> Response:
        return self.run_one(request, verb, one_body)

    def many(self: Payouts, request: Request) -> Response:
        return self.run_many(request, verb, many_body)

    one.__name__, many.__name__ = f"{verb.name}_one", f"{verb.name}_many"
    one.__doc__ = many.__doc__ = verb.summary
    none: dict[str, Any] = {"filterset_class": None, "pagination_class": None, "url_path": verb.name}
    described_one = extend_schema(
        operation_id=f"payouts_{verb.name}",
        summary=f"{verb.summary}: one payout",
        description=described.verb(verb.name, verb.right),
        parameters=[ID],
        request=one_body,
        responses={200: rows.PayoutRow},
    )
    described_many = extend_schema(
        operation_id=f"payouts_{verb.name}_many",
        summary=f"{verb.summary}: many payouts",
        description=f"{described.verb(verb.name, verb.right)}\n\n{EACH}",
        request=many_body,
        responses={200: OutcomeRow},
        filters=False,
    )
    # In this order: `action` would forget a description given before it.
    return (
        described_one(action(detail=True, methods=["post"], **none)(one)),
        described_many(action(detail=False, methods=["post"], **none)(many)),
    )


for _verb in VERBS:
    for _endpoint in _endpoints(_verb):
        setattr(Payouts, _endpoint.__name__, _endpoint)
