"""A filter as it would be typed into the form of its chip, so that the form can be opened and changed."""

from typing import Any

from payouts.queries import filter_fields as fields
from payouts.queries.filters import ListFilter


def of(chosen: ListFilter) -> dict[str, Any]:
    """Each field that is set: several values as a list, a reference with its letter."""
    found: dict[str, Any] = {}
    for name, values in chosen.stored().items():
        field = chosen.base_filters[name]
        many = issubclass(field.field_class, fields.CodesField)
        found[name] = values if many else f"{field.extra.get('letter', '')}{values[0]}"
    return found
