"""The lists beside those of payouts: each with its first page, a filter, a search and its last page, as far as it has
them, and the page of a stock admin over the same table.

However many payouts there are, many of these are short or empty: no page of theirs may read those payouts.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from tests.bench.pages.view import LAST_WAITING, View

_MONTH = datetime.now(UTC).date().replace(day=1) - timedelta(days=1)
"""The last day of the month before: it is over, and the load reaches it."""
_PAYABLE = "book=payable&currency=EUR"
_ENTRIES = "book__exact=payable&currency__exact=EUR"
_NEWEST, _OLDEST, _LAST = "after=0", "after=999999999", "p=LAST"
"""The last page of a list whose newest come first, of one whose oldest do, and of a stock list."""
_UPLOADED = "after=1970-01-01T00%3A00%3A00%2B00%3A00~0"
_TO_DECIDE = [("waits for me", "waits_for=admin", None)]


class _List(NamedTuple):
    """One list of ours. ``table`` names the stock list, ``narrowed`` is what that is narrowed to for the same rows.

    ``more`` are its views beside the first page: name, query, and the query of the stock list, None where it has none.
    """

    page: str
    person: str
    url: str
    table: str
    narrowed: str
    more: list[tuple[str, str, str | None]]


_LISTS = [
    _List("holds", "auditor", "/holds/", "payouts/hold", "", [
        ("reason", "reason=documents", "reason__exact=documents"),
        ("search: seller", "seller=S7", "q=S7"),
        ("last", _OLDEST, _LAST),
    ]),
    _List("failed", "auditor", "/payouts/failed/", "payouts/payout", "status__in=FAILED,RETURNED,CANCELLED", [
        ("country", "country=JP", "country__exact=JP"),
        ("search: seller", "seller=S7", "q=S7"),
        ("last", LAST_WAITING, _LAST),
        ("by amount", "sort=-amount", "o=-5"),
    ]),
    _List("batches", "auditor", "/batches/", "payouts/batch", "", [
        ("status", "status=SETTLED", "status__exact=SETTLED"),
        ("currency", "currency=JPY", "currency__exact=JPY"),
        ("last", _NEWEST, _LAST),
    ]),
    _List("sellers", "auditor", "/sellers/", "sellers/seller", "", [
        ("country", "country=JP", "country__exact=JP"),
        ("suspended", "standing=suspended", None),
        ("last", _NEWEST, _LAST),
        ("search: rare name", "q=nordlicht+konsolen", "q=nordlicht+konsolen"),
        ("search: common word", "q=mobile", "q=mobile"),
    ]),
    _List("audit", "auditor", "/audit/", "audit/event", "", [
        ("one verb", "action=payout.approve", "action__exact=payout.approve"),
        ("a day", "first=2026-11-10&last=2026-11-10", None),
        ("search: about", "about=P11", "q=11"),
        ("last", _NEWEST, _LAST),
    ]),
    _List("transactions", "auditor", "/books/transactions/", "ledger/transaction", "", [
        ("book", "book=in_transit", "entries__book__exact=in_transit"),
        ("search: payout", "payout=P11", "q=payout:11:"),
        ("search: seller", "seller=S7", None),
        ("last", _NEWEST, _LAST),
    ]),
    _List("accounts", "auditor", "/accounts/", "payouts/accountversion", "decision__isnull=True", [
        ("country", "country=JP", "country__exact=JP"),
        ("last", _OLDEST, _LAST),
    ]),
    _List("decided", "auditor", "/accounts/?show=decided", "payouts/accountversion", "decision__isnull=False", [
        ("country", "country=JP", "country__exact=JP"),
        ("last", _NEWEST, _LAST),
    ]),
    _List("adjustments", "auditor", "/adjustments/", "ledger/adjustment", "decision__exact=", [
        ("currency", "currency=EUR", "account__currency__exact=EUR"),
        ("last", _OLDEST, _LAST),
    ]),
    _List("recalls", "auditor", "/recalls/", "payouts/recall", "state__exact=asked", [
        ("currency", "currency=EUR", "attempt__payout__currency__exact=EUR"),
        ("last", _OLDEST, _LAST),
    ]),
    _List("unknown", "auditor", "/unknown/", "payouts/submission", "status__exact=UNKNOWN", [
        ("currency", "currency=EUR", "batch__currency__exact=EUR"),
        ("last", LAST_WAITING, _LAST),
    ]),
    _List("runs", "auditor", "/runs/", "payouts/payoutrun", "", [("last", _NEWEST, _LAST)]),
    _List("imports", "auditor", "/imports/", "ledger/importfile", "", [
        ("kind", "kind=earnings", "kind__exact=earnings"),
        ("last", _UPLOADED, _LAST),
    ]),
    _List("statements", "auditor", "/reconciliation/", "payouts/statement", "", [
        ("account", "account=SEPA-EUR", "funding_account__code__exact=SEPA-EUR"),
        ("last", _NEWEST, _LAST),
    ]),
    _List("lines", "auditor", "/reconciliation/STATEMENT/", "payouts/statementline", "statement__exact=STATEMENT", [
        ("last", "after=999999999~999999999", _LAST),
    ]),
    _List("breaks", "auditor", "/reconciliation/breaks/", "payouts/statementline", "matched_at__isnull=True", [
        ("currency", "currency=EUR", "statement__funding_account__currency__exact=EUR"),
        ("by amount", "sort=-amount", "o=-3"),
        ("last", "after=2999-01-01~999999999", _LAST),
    ]),
    _List("rails", "auditor", "/rails/", "payouts/incident", "closed_at__isnull=True", [
        ("closed", "closed=1", None),
        ("last", _NEWEST, _LAST),
    ]),
    _List("jobs", "analyst", "/jobs/", "payouts/job", "", [("last", _NEWEST, _LAST)]),
    _List("exports", "auditor", "/exports/", "payouts/export", "", [
        ("ready", "show=ready", "status__exact=READY"),
        ("last", _NEWEST, _LAST),
    ]),
    _List("schedules", "auditor", "/exports/schedules/", "payouts/exportschedule", "", [
        ("broken", "show=broken", None),
        ("last", _NEWEST, _LAST),
    ]),
    _List("invariants", "auditor", "/invariants/", "payouts/invariantcheck", "", []),
    _List("books", "auditor", "/books/", "ledger/period", "", [("to close", "show=to_close", "closed__exact=0")]),
    _List("entries", "auditor", f"/books/{_MONTH:%Y-%m}/entries/?{_PAYABLE}", "ledger/entry", _ENTRIES, [
        ("of no single country", "country=-", None),
        ("last", f"after={_MONTH:%Y%m%d}-0-0", _LAST),
    ]),
    _List("book", "auditor", f"/books/{_MONTH:%Y-%m}/accounts/?{_PAYABLE}", "", "", []),
    _List("rates", "auditor", "/books/rates/", "ledger/monthrate", "", _TO_DECIDE),
    _List("mapping", "auditor", "/books/accounts/", "ledger/accountmapping", "", _TO_DECIDE),
    _List("people", "admin", "/settings/", "auth/user", "", _TO_DECIDE),
    _List("caps", "auditor", "/settings/caps/", "payouts/cap", "", _TO_DECIDE),
    _List("funding", "auditor", "/settings/funding/", "payouts/fundingaccount", "", []),
    _List("views", "analyst", "/payouts/views/?place=review", "payouts/savedview", "", []),
]  # fmt: skip


def views(*, statement: int) -> list[View]:
    """All of them; ``statement`` is one of the bank's, with lines."""
    return [
        replace(
            each,
            url=each.url.replace("STATEMENT", str(statement)),
            stock=each.stock.replace("STATEMENT", str(statement)),
        )
        for one in _LISTS
        for each in _of(one)
    ]


def _of(one: _List) -> list[View]:
    stock = f"/stock/{one.table}/?{one.narrowed}" if one.table else ""
    further = f"{one.url}&" if "?" in one.url else f"{one.url}?"
    return [
        View(one.page, "first", one.person, one.url, stock),
        *(
            View(
                one.page, name, one.person, f"{further}{query}", "" if of_stock is None else f"{stock}&{of_stock}",
                base="first" if name.startswith("search") else "",
            )
            for name, query, of_stock in one.more
        ),
    ]  # fmt: skip
