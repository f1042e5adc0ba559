"""A column of an export: a django-import-export Field that also knows its SQL and what kind of cell it makes.

Where every column of an export has SQL, PostgreSQL itself writes the rows (`payouts.exports.rows`); one that has none
is computed here, row by row. Both ways come to the same bytes, which a test holds them to.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from import_export import fields, resources

from backoffice.words import later, recorded
from sellers.ledger.money import Money

BETWEEN = "; "
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
    have widths. ``words`` are the texts of ours that may stand in it, marked for translation, several of them with
    semicolons between where ``many``; SQL, hashes and files for programs have them in English. An amount that is not
    ``summed`` adds up to nothing: it runs on from row to row, or is the same one on several rows. ``total`` is SQL of
    what a row adds, where that is not its whole amount. One that is ``optional`` stands in a file only where it is
    named: what reads the files of before finds the columns it knows.
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
        words: Iterable[Any] = (),
        many: bool = False,
        summed: bool = True,
        total: str = "",
        optional: bool = False,
    ) -> None:
        super().__init__(column_name=heading, readonly=True)
        self.kind = kind
        self.sql = sql
        self.currency = currency
        self.of = of
        self.uses = tuple(uses)
        self.width = width
        self.words = tuple(words) or getattr(sql, "words", ())
        self.many = many
        self.summed = summed and kind is Kind.MONEY
        self.total = total or sql
        self.optional = optional
        self.told: dict[str, str] = {}
        self.english = ""
        self.name = ""

    def get_value(self, instance: Row) -> Any:
        """The typed value; an amount is `Money`."""
        if self.of is not None:
            return self.of(instance)
        value = instance[self.name]
        if self.kind is Kind.MONEY and value is not None:
            return Money(int(value), instance[f"{self.name}__currency"])
        return self.said(value)

    def said(self, value: Any) -> Any:
        """The value in the column's language."""
        if not self.told or value is None:
            return value
        parts = value.split(BETWEEN) if self.many else [value]
        return BETWEEN.join(self.told.get(part, part) for part in parts)

    def spoken(self) -> "Column":
        """The column with its heading and its words in the language that is active."""
        found = copy(self)
        found.column_name = gettext(str(self.column_name))
        told = {recorded(word): str(word) for word in self.words}
        found.told = {english: said for english, said in told.items() if said != english}
        if found.told:
            found.kind = Kind.TEXT if self.kind is Kind.CODE else self.kind  # it may hold any letter now
            found.sql = self.sql and _said(self.sql, found.told, many=self.many)
            found.english = "" if self.many else self.sql
        return found


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


def usual(resource: Columns) -> list[Column]:
    """The columns that a file has where none is named."""
    return [column for column in columns_of(resource) if not column.optional]


def literal(text: str) -> str:
    """The text as SQL writes it, inside a statement that takes parameters."""
    return "'" + text.replace("'", "''").replace("%", "%%") + "'"


def literals(texts: Iterable[str]) -> str:
    return ", ".join(literal(text) for text in texts)


class Worded(str):
    """SQL that makes words, which it knows."""

    words: tuple[Any, ...] = ()


def labels(sql: str, choices: Iterable[tuple[str, Any]]) -> Worded:
    """SQL of the words for a code, in English."""
    listed = list(choices)
    whens = " ".join(f"WHEN {literal(code)} THEN {literal(recorded(label))}" for code, label in listed)
    found = Worded(f"CASE {sql} {whens} ELSE {sql} END")
    found.words = tuple(label for _code, label in listed)
    return found


def said_sql(sql: str, told: Mapping[str, str], *, other: str) -> str:
    """SQL of what is told for each text that ``sql`` may make; ``other`` for the rest of them."""
    whens = " ".join(f"WHEN {literal(english)} THEN {literal(said)}" for english, said in told.items())
    return f"CASE {sql} {whens} ELSE {other} END"


def _said(sql: str, told: Mapping[str, str], *, many: bool) -> str:
    """SQL of the words in another language; ``sql`` makes them in English."""
    if not many:
        return said_sql(sql, told, other=sql)
    part = said_sql("part", told, other="part")
    # Most rows have none, and a question of each row costs more than all else of it.
    return f"""CASE WHEN {sql} <> '' THEN (SELECT string_agg({part}, '{BETWEEN}' ORDER BY place)
FROM unnest(string_to_array({sql}, '{BETWEEN}')) WITH ORDINALITY AS each_one (part, place)) END"""  # noqa: S608 - ours


YES_NO = (later("yes"), later("no"))
