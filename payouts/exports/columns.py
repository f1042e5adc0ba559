"""A column of an export: a django-import-export Field that also knows its SQL and what kind of cell it makes.

Where every column of an export has SQL, PostgreSQL itself writes the rows (`payouts.exports.rows`); one that has none
is computed here, row by row. Both ways come to the same bytes, which a test holds them to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from import_export import fields, resources

from sellers.ledger.money import Money

Row = Mapping[str, Any]
"""Values by the names of their columns; amounts in minor units beside their currency."""


class Kind(StrEnum):
    """What stands in a cell. Ids are text, however much they look like numbers."""

    TEXT = "text"  # what anybody may have typed: it is made harmless
    CODE = (
        "code"  # text of ours that begins with a letter and holds letters, digits, spaces: it starts nothing
    )
    COUNT = "count"  # a whole number
    MONEY = "money"  # written with its currency's decimals
    DAY = "day"
    MOMENT = "moment"


class Column(fields.Field):
    """``sql`` is an expression of the value: text, a whole number, minor units, a date or a timestamptz.

    ``currency`` is the SQL of an amount's currency. A column without SQL has ``of``, which makes its value of a row's
    others and of the definition's ``needs``, which it ``uses`` by name. ``width`` is in characters, for formats that
    have widths.
    """

    def __init__(
        self,
        heading: str,
        kind: Kind = Kind.TEXT,
        *,
        sql: str = "",
        currency: str = "",
        of: Callable[[Row], Any] | None = None,
        uses: Sequence[str] = (),
        width: int = 14,
    ) -> None:
        super().__init__(column_name=heading, readonly=True)
        self.kind = kind
        self.sql = sql
        self.currency = currency
        self.of = of
        self.uses = tuple(uses)
        self.width = width
        self.name = ""

    def get_value(self, instance: Row) -> Any:
        """The typed value; an amount is `Money`."""
        if self.of is not None:
            return self.of(instance)
        value = instance[self.name]
        if self.kind is Kind.MONEY and value is not None:
            return Money(int(value), instance[f"{self.name}__currency"])
        return value


class Columns(resources.Resource):
    """A Resource whose columns know their names; it exports rows as `Row`, also by the library's own means."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        for name, column in self.fields.items():
            column.name = name


def columns_of(resource: Columns, names: Sequence[str] = ()) -> list[Column]:
    """The columns of a Resource in their order, or those that ``names`` chooses, in its order."""
    found: dict[str, Column] = dict(resource.fields)
    return [found[name] for name in names] if names else list(found.values())


def literal(text: str) -> str:
    """The text as SQL writes it, inside a statement that takes parameters."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def literals(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)


def labels(sql: str, choices: Iterable[tuple[str, Any]]) -> str:
    """SQL of the words for a code."""
    whens = " ".join(f"WHEN {literal(code)} THEN {literal(str(label))}" for code, label in choices)
    return f"CASE {sql} {whens} ELSE {sql} END"
