"""From the total of an export down to its order lines: the address whose rows add up to the same.

A total is of one amount, which a column names. Each step leads to a list, or to a page of rows, with the same filter.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from payouts.exports import kinds
from payouts.exports.columns import columns_of
from payouts.exports.definition import Definition
from payouts.models import Export
from payouts.queries import filters, list_filters
from payouts.states import PayoutStatus
from sellers.ledger.models import EarningKind
from sellers.ledger.models.entry import SELLER_BOOKS

_DEAD = [PayoutStatus.FAILED.value, PayoutStatus.RETURNED.value]
_BOOKS = {"total": [book.value for book in SELLER_BOOKS], "owed": [book.value for book in SELLER_BOOKS]}
_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip
_KINDS = {
    "consideration": [*list_filters.SOLD, *list_filters.KEPT],
    "fees": [*list_filters.KEPT],
    "others": [each for each in EarningKind.values if each not in (*list_filters.SOLD, *list_filters.KEPT)],
    "gross": [EarningKind.SALE.value],
}


def first_amount(definition: Definition, columns: list[str]) -> str:
    """The amount that an export's totals are of: the first of its columns that is added up. Empty for none."""
    found = (each.name for each in columns_of(definition.resource(), columns) if each.summed)
    return next(found, "")


def of_export(export: Export) -> str:
    """Where the rows stand that the export's totals are the sums of; empty where it has none."""
    definition = kinds.KINDS.get(export.kind)
    if definition is None or not (amount := first_amount(definition, export.columns)):
        return ""
    query = filters.as_query(definition.kept(export.filters))
    if definition.shown:
        return rows_url(definition.kind, query, amount)
    return further(definition.kind, query, amount)


def rows_url(kind: str, query: QueryDict, amount: str = "") -> str:
    """The page of the rows of a kind; with ``amount``, of that amount alone."""
    found = _copy(query)
    found["kind"] = kind
    if amount and amount != first_amount(kinds.get(kind), []):
        found["amount"] = amount
    return f"{reverse('admin:payouts_export_rows')}?{found.urlencode()}"


def payouts_of(export: Export) -> QueryDict | None:
    """The filter of the payouts that its rows are, or are the lines of, as the list's address has it."""
    if export.kind not in ("payouts", "lines", "failed", "open"):
        return None
    query = _copy(filters.as_query(export.filters))
    if export.kind == "failed":
        wanted = query.getlist("status") or _DEAD
        query.setlist("status", [each for each in wanted if each in _DEAD] or _DEAD)
    if export.kind == "open":
        query = _renamed(query, at="open_at")
    if export.sort:
        query["sort"] = export.sort
    return query


def further(kind: str, query: QueryDict, amount: str) -> str:
    """What the rows of this kind are made of: an address whose sum is theirs, the other way round for fees, which a
    yearly total counts as what we kept. Empty where nothing stands behind, for the rows lead on one by one.
    """
    made: tuple[str, QueryDict] | None = None
    match kind:
        case "balances":
            books = _BOOKS.get(amount, [amount])
            made = "entries", _with(_renamed(query, at="posted_before"), book=books)
        case "statement":
            made = "entries", _with(query, book=["payable"])
        case "dac7" | "1099k":
            made = "earnings", _with(query, report=[kind], **_counted(query, amount))
        case "reconciliation" if amount == "amount":
            made = "bank_lines", query
        case "batches":
            made = "payments", query
    return rows_url(*made) if made is not None else ""


def of_row(kind: str, query: QueryDict, amount: str, row: Mapping[str, Any]) -> str:
    """What one row is made of, where it is the total of a seller; empty elsewhere."""
    if kind not in ("balances", "dac7", "1099k", "sellers") or not row.get("currency"):
        return ""
    if kind == "sellers":
        return rows_url(
            "entries",
            filters.as_query({"seller": row["seller"], "currency": row["currency"], "book": _BOOKS["owed"]}),
        )
    one = _with(query, seller=[row["seller"]], currency=[row["currency"]])
    if kind != "balances":
        one = _with(one, country=[row["country"]])
    return further(kind, one, amount)


def _counted(query: QueryDict, amount: str) -> dict[str, list[str]]:
    """Which earnings of the year an amount of a yearly total is made of: of which kinds, and of which months."""
    year = int(query.get("year", ""))
    if amount in _MONTHS:
        month = _MONTHS.index(amount) + 1
        return _span(year, month, month) | {"earning": _KINDS["gross"]}
    name, _unused, quarter = amount.partition("_")
    last = int(quarter) * 3 if quarter else 0
    return (_span(year, last - 2, last) if last else {}) | {"earning": _KINDS[name]}


def _span(year: int, first: int, last: int) -> dict[str, list[str]]:
    ends = date(year, last, monthrange(year, last)[1])
    return {"booked_after": [date(year, first, 1).isoformat()], "booked_before": [ends.isoformat()]}


def _copy(query: QueryDict) -> QueryDict:
    found: QueryDict = query.copy()
    return found


def _renamed(query: QueryDict, **names: str) -> QueryDict:
    found = _copy(query)
    for old, new in names.items():
        if old in found:
            found.setlist(new, found.pop(old))
    return found


def _with(query: QueryDict, **values: list[str]) -> QueryDict:
    found = _copy(query)
    for name, each in values.items():
        found.setlist(name, each)
    return found
