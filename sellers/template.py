"""Texts made of a row's cells: "{order_id}-{order_item_id}"; "{seller_id:8}" takes the first eight characters."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACE = re.compile(r"\{([^{}:]+)(?::([1-9][0-9]?))?\}")


@dataclass(frozen=True, slots=True)
class Template:
    """A text with places for columns. It can name cells and nothing else: no attributes, no code."""

    text: str
    parts: tuple[
        tuple[str, str, int], ...
    ]  # what stands before, the column (normalised), how many characters
    tail: str

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for _, column, _ in self.parts)

    def fill(self, cells: Mapping[str, str]) -> str:
        """The text for this row, trimmed. An absent column counts as empty."""
        if len(self.parts) == 1 and not self.tail:  # most are one column: a million rows ask nine times each
            before, column, length = self.parts[0]
            return (before + cells.get(column, "")[:length]).strip()
        made = [before + cells.get(column, "")[:length] for before, column, length in self.parts]
        return ("".join(made) + self.tail).strip()


def parse(text: str) -> Template:
    """Raises ValueError for a brace that opens or closes nothing."""
    parts, end = [], 0
    for found in _PLACE.finditer(text):
        parts.append((text[end : found.start()], normal(found[1]), int(found[2] or 10_000)))
        end = found.end()
    tail = text[end:]
    if any(brace in piece for piece in (tail, *(before for before, _, _ in parts)) for brace in "{}"):
        raise ValueError(f"“{text}” has a brace that names no column; write columns as {{column}}")
    return Template(text, tuple(parts), tail)


def normal(column: str) -> str:
    """Column names are compared without regard to case and surrounding spaces."""
    return column.strip().casefold()
