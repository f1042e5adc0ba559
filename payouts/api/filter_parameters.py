"""The payout filter as OpenAPI says it, and as a JSON body takes it. Its meaning: `payouts.queries.filters`."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema_field
from rest_framework import serializers

from backoffice.doors.api.bodies import Body, Text
from payouts import countries
from payouts.queries import filters, flags, references
from payouts.queries.dead import Advice
from payouts.states import BatchStatus, PayoutStatus
from sellers.ledger.money import EXPONENTS

_MOMENT = (
    r"^(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])"
    r"(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-2]):[0-5]\d)?)?$"
)  # every day that any month has; the parser takes the others, too
_DAY = r"^(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])$"
_AMOUNT = r"^\d{1,14}(\.\d{1,4})?$"
_FLAGS = "|".join(("any", *flags.CODES))
_TEXTS: dict[str, tuple[str, dict[str, Any]]] = {
    "seller": (
        "Its reference (S12), the marketplace's own id, or its id here where no seller has that number as the former.",
        {"type": "string", "maxLength": 200},
    ),
    "created_after": ("A day (2026-11-24, whole) or a moment.", {"type": "string", "pattern": _MOMENT}),
    "created_before": ("A day (2026-11-24, whole) or a moment.", {"type": "string", "pattern": _MOMENT}),
    "amount_min": ("In major units of each payout's own currency.", {"type": "string", "pattern": _AMOUNT}),
    "amount_max": ("In major units of each payout's own currency.", {"type": "string", "pattern": _AMOUNT}),
    "flag": (
        f"Flags' codes with commas between them, or any: {', '.join(flags.CODES)}.",
        {"type": "string", "pattern": f"^({_FLAGS})(,({_FLAGS}))*$", "maxLength": 200},
    ),
    "batch": ("Its reference (B7) or id.", {"type": "string", "pattern": "^[Bb]?[0-9]{1,18}$"}),
    "run": ("Its id.", {"type": "string", "pattern": "^[Rr]?[0-9]{1,18}$"}),
    "waits_for": (
        "A person's user name: without what they may not decide on, which they reviewed, proposed or asked for.",
        {"type": "string", "maxLength": 150},
    ),
    "pasted": (
        "A list of references that somebody pasted (L7), or its id.",
        {"type": "string", "pattern": "^[Ll]?[0-9]{1,18}$"},
    ),
    "open_at": (
        "Neither paid nor over at the end of this day (2026-11-24), or at this moment.",
        {"type": "string", "pattern": _MOMENT},
    ),
    "funding": (
        "The code of our account that its batch is paid from.",
        {"type": "string", "pattern": r"^[A-Za-z0-9-]{1,40}$"},
    ),
    **{
        name: (words, {"type": "string", "pattern": _DAY})
        for name, words in (
            ("value_from", "Its batch's value date is this day or later."),
            ("value_until", "Its batch's value date is this day or earlier."),
            ("moved_from", "In its present status since this day or later."),
            ("moved_until", "In its present status since this day or earlier."),
            ("held_from", "Put on hold, itself, on this day or later."),
            ("held_until", "Put on hold, itself, on this day or earlier."),
        )
    },
    "advice": (
        f"What to do about a dead payout: {', '.join(Advice.values)}.",
        {"type": "string", "pattern": f"^({'|'.join(Advice.values)})$"},
    ),
    "bank_reason": (
        "What the bank last said against it, such as AC04.",
        {"type": "string", "pattern": "^[A-Z0-9]{1,10}$"},
    ),
    "stands_days": (
        "It has its status for more than so many days, 1 to 3650.",
        {"type": "string", "pattern": "^[1-9][0-9]{0,3}$"},
    ),
    "search": (
        "Payout, batch or seller reference, the marketplace's seller id, order id, end-to-end id, or part of the "
        "seller's name or e-mail; several references, separated by spaces or commas, find each. At least two letters.",
        {"type": "string", "pattern": r"^\S[^\x00]*\S$", "maxLength": 2000},
    ),
}


def _codes(name: str, known: list[str], words: str) -> OpenApiParameter:
    schema = {"type": "array", "items": {"type": "string", "enum": known}, "maxItems": 50}
    return OpenApiParameter(name, schema, description=words, explode=True, style="form")


ALL: list[OpenApiParameter] = [
    _codes("status", list(PayoutStatus.values), "One or more, repeated or with commas; in any case."),
    OpenApiParameter(
        "on_hold", OpenApiTypes.BOOL, description="An open hold on the payout or on its seller."
    ),
    OpenApiParameter(
        "blocked",
        OpenApiTypes.BOOL,
        description="Not sent yet and kept from it: by an open hold, or by a seller who is suspended or not verified.",
    ),
    _codes("country", [country.code for country in countries.all()], "One or more, ISO 3166."),
    _codes("currency", sorted(EXPONENTS), "One or more, ISO 4217."),
    _codes("batch_status", list(BatchStatus.values), "One or more statuses of its batch."),
    OpenApiParameter(
        "undecided", OpenApiTypes.BOOL, description="Dead, and its money neither reissued nor rolled yet."
    ),
    *(OpenApiParameter(name, schema, description=words) for name, (words, schema) in _TEXTS.items()),
]

_RAILS = sorted({country.rail for country in countries.all()})
BATCHES: list[OpenApiParameter] = [
    _codes("status", list(BatchStatus.values), "One or more, repeated or with commas; in any case."),
    _codes("rail", _RAILS, "One or more, repeated or with commas; in any case."),
    _codes("currency", sorted(EXPONENTS), "One or more, ISO 4217."),
    OpenApiParameter("funding", _TEXTS["funding"][1], description="The code of our account it is paid from."),
    OpenApiParameter("waits_for", _TEXTS["waits_for"][1], description="Whom it waits for: a user name."),
    OpenApiParameter(
        "kept_back",
        OpenApiTypes.BOOL,
        description="Proposed, and nothing of it may leave: each of its payouts is blocked, or has left it. "
        "False: proposed, and something of it may leave.",
    ),
    *(
        OpenApiParameter(name, {"type": "string", "pattern": _DAY}, description=words)
        for name, words in (
            ("value_from", "Its value date is this day or later. The former name value_after is still read."),
            (
                "value_until",
                "Its value date is this day or earlier. The former name value_before is still read.",
            ),
        )
    ),
]
"""Of the list of batches. Their meaning: `payouts.queries.export_filters.BatchFilter`."""


def _text(name: str) -> Text:
    words, schema = _TEXTS[name]
    described = extend_schema_field(schema | {"description": words})(type(f"{name.title()}Text", (Text,), {}))
    return described(required=False, max_length=20_000)


class Codes(serializers.ListField):
    """One or more codes: a list of them, or as an address has them, one text with commas."""

    def __init__(self, **values: Any) -> None:
        super().__init__(child=Text(max_length=40), required=False, max_length=50, **values)

    def to_internal_value(self, data: Any) -> list[Any]:
        return super().to_internal_value([data] if isinstance(data, str) else data)


class FilterBody(Body):
    """The payout filter in a body: the same names, the same meaning as in the list's address."""

    status = Codes()
    on_hold = serializers.BooleanField(required=False)
    blocked = serializers.BooleanField(required=False)
    country = Codes()
    currency = Codes()
    seller = _text("seller")
    created_after = _text("created_after")
    created_before = _text("created_before")
    amount_min = _text("amount_min")
    amount_max = _text("amount_max")
    flag = Codes(help_text=f"Flags' codes, or any: {', '.join(flags.CODES)}.")
    batch = _text("batch")
    run = _text("run")
    batch_status = Codes()
    pasted = _text("pasted")
    waits_for = _text("waits_for")
    funding = _text("funding")
    value_from = _text("value_from")
    value_until = _text("value_until")
    moved_from = _text("moved_from")
    moved_until = _text("moved_until")
    held_from = _text("held_from")
    held_until = _text("held_until")
    open_at = _text("open_at")
    undecided = serializers.BooleanField(required=False)
    advice = _text("advice")
    bank_reason = _text("bank_reason")
    stands_days = _text("stands_days")
    search = _text("search")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        try:
            references.check(filters.read(attrs))
        except filters.BadFilter as error:
            raise serializers.ValidationError(error.errors) from error
        return attrs
