"""What comes in: strict JSON, and fields that are known by name."""

import json
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from backoffice.doors.api import sentences


class StrictJSON(JSONParser):
    """JSON as RFC 8259 says: UTF-8, no NaN, no name twice. Raises ParseError with a sentence."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        try:
            return json.loads(
                stream.read().decode("utf-8"), parse_constant=_no_constant, object_pairs_hook=_once
            )
        except UnicodeDecodeError as error:
            raise ParseError("The body is not UTF-8. Send JSON encoded as UTF-8.") from error
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except ValueError as error:
            raise ParseError(f"The body is not JSON: {error}.") from error


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"“{twice[:60]}” stands twice in one object")
    return found


class Body(serializers.Serializer[Any]):
    """A request body whose every field must be known: a typing error never silently means something else."""

    refuses_unknown = True
    default_error_messages = {"invalid": "Send a JSON object, in braces."}

    def get_fields(self) -> Any:
        fields = super().get_fields()
        for name, field in fields.items():
            sentences.speak(field, name)
        return fields

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, Mapping):
            unknown = [str(name) for name in data if name not in self.fields]
            if unknown:
                known = ", ".join(self.fields) or "none"
                raise serializers.ValidationError(
                    {
                        name[:60]: [f"There is no field “{name[:60]}” here. Use: {known}."]
                        for name in unknown[:20]
                    }
                )
        return super().to_internal_value(data)


class Code(serializers.ChoiceField):
    """One of a few codes, in any case, as filters take theirs."""

    def to_internal_value(self, data: Any) -> Any:
        folded = {str(code).lower(): code for code in self.choices}
        return super().to_internal_value(folded.get(data.lower(), data) if isinstance(data, str) else data)


class Whole(serializers.IntegerField):
    """A whole number written as one: 12, not "12" and not 12.0 or true."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class Text(serializers.CharField):
    """Text written as text, not as a number."""

    def __init__(self, **values: Any) -> None:
        values.setdefault("max_length", 2000)
        super().__init__(**values)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": 2000, "pattern": r"\S"})
class Words(Text):
    """A reason or a note. The operation refuses an empty one, with a sentence of its own."""

    def __init__(self, **values: Any) -> None:
        super().__init__(allow_blank=True, **values)


class Moment(serializers.DateTimeField):
    """A moment as RFC 3339 says, with its offset from UTC: 2026-11-24T09:00:00Z."""

    default_error_messages = {
        "no_zone": "Say the offset from UTC as well: 2026-11-24T09:00:00Z or 2026-11-24T10:00:00+01:00.",
        "range": "The year must lie between 1990 and 2200.",
    }

    def to_internal_value(self, value: Any) -> Any:
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        try:
            found = super().to_internal_value(value)
        except OverflowError:
            self.fail("range")
        if not 1990 <= found.year <= 2200:
            self.fail("range")
        return found

    def enforce_timezone(self, value: Any) -> Any:
        if value.tzinfo is None:
            self.fail("no_zone")
        return super().enforce_timezone(value)
