"""The orders that a list of payouts can be sorted in, for the file that holds the list: in SQL and in words."""

from collections.abc import Mapping
from dataclasses import dataclass

from sellers.ledger.words import noted


@dataclass(frozen=True)
class Sort:
    """``columns`` of the payout, compared one way, before its id; in words upwards and downwards."""

    columns: tuple[str, ...]
    up: str
    down: str


# By the names that the lists' addresses have; a test holds them to what the lists compare.
PAYOUT_SORTS: Mapping[str, Sort] = {
    "created": Sort((), noted("The oldest payout first"), noted("The newest payout first")),
    "waiting": Sort(
        ("status_at",),
        noted("The longest in its status first"),
        noted("The one that moved last stands first"),
    ),
    "amount": Sort(
        ("currency", "amount_minor"),
        noted("Each currency by itself, the smallest amount first"),
        noted("Each currency by itself, the largest amount first"),
    ),
}


def sql(sort: Sort, *, down: bool, tail: str) -> str:
    """ORDER BY of it; ``tail`` is what follows the payout's id."""
    way = " DESC" if down else ""
    columns = ", ".join(f"payout.{name}{way}" for name in (*sort.columns, "id"))
    return f"{columns}, {tail}" if tail else columns
