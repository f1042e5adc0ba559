"""A column of an export: a django-import-export Field that also knows what kind of cell it makes."""

from enum import StrEnum
from operator import attrgetter
from typing import Any

from import_export import fields


class Kind(StrEnum):
    """What stands in a cell. Ids are text, however much they look like numbers."""

    TEXT = "text"
    COUNT = "count"  # a whole number
    MONEY = "money"  # `Money`, written with its currency's decimals
    DAY = "day"
    MOMENT = "moment"


class Column(fields.Field):
    """``attribute`` is where the value stands on a row; ``width`` is in characters, for formats that have widths."""

    def __init__(self, attribute: str, heading: str, kind: Kind = Kind.TEXT, *, width: int = 14) -> None:
        super().__init__(attribute=attribute, column_name=heading, readonly=True)
        self.kind = kind
        self.width = width
        self._read = attrgetter(attribute.replace("__", "."))

    def get_value(self, instance: Any) -> Any:
        """As the library's, which walks the names anew for every cell."""
        return self._read(instance)


def columns_of(resource: Any) -> list[Column]:
    """The columns of a Resource in their order."""
    return list(resource.get_export_fields())


def headings_of(resource: Any) -> list[str]:
    return list(resource.get_export_headers())


def cells_of(columns: list[Column], row: Any) -> list[Any]:
    """The values of one row, typed; writers give them their form."""
    return [column.get_value(row) for column in columns]
