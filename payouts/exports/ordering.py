"""The orders that lists can be sorted in, for the files that hold the lists: in SQL and in words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sellers.ledger.words import noted


@dataclass(frozen=True)
class Sort:
    """``columns`` of ``what`` each row is, compared one way, before its id; in words upwards and downwards."""

    columns: tuple[str, ...]
    up: str
    down: str
    what: str = "payout"


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
_BY_MONEY = PAYOUT_SORTS["amount"]
# The sources of these exports call what is compared ``listed``.
WORKLIST_SORTS: Mapping[str, Sort] = {
    "since": Sort(
        (), noted("Those that have waited longest first"), noted("Those that came last first"), "listed"
    ),
    "amount": replace(_BY_MONEY, what="listed"),
}


def sql(sort: Sort, *, down: bool, tail: str) -> str:
    """ORDER BY of it; ``tail`` is what follows the id."""
    way = " DESC" if down else ""
    columns = ", ".join(f"{sort.what}.{name}{way}" for name in (*sort.columns, "id"))
    return f"{columns}, {tail}" if tail else columns
