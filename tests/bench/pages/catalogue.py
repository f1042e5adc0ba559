"""Which pages are asked, by whom, and which page of a stock admin shows the same."""

from base64 import b64encode
from dataclasses import dataclass

LAST_WAITING = "after=2999-01-01T00%3A00%3A00%2B00%3A00~1"
"""The last page where what has waited longest comes first."""


@dataclass(frozen=True)
class View:
    """One page of ours. ``stock`` shows the same rows in a stock admin; ``base`` is the page it is a search of."""

    page: str
    view: str
    person: str
    url: str
    stock: str = ""
    base: str = ""


def _payouts(page: str, person: str, url: str, status: str) -> list[View]:
    """The views that each list of payouts has."""
    where = f"status__exact={status}&" if status else ""
    last, other = (LAST_WAITING, "-created") if status else ("after=0", "waiting")
    stock = f"/stock/payouts/payout/?{where}"
    first = f"{url}?"
    searches = [
        ("search: reference", "P11"),
        ("search: e-mail", "contact%40shop-7.example"),
        ("search: rare name", "nordlicht+konsolen"),
        ("search: common word", "mobile"),
        ("search: order", "ORD-77"),
    ]
    return [
        View(page, "first", person, url, stock),
        View(page, "country", person, f"{first}country=JP", f"{stock}country__exact=JP"),
        View(page, "currency", person, f"{first}currency=GBP", f"{stock}currency__exact=GBP"),
        View(page, "not on hold", person, f"{first}on_hold=false"),
        View(page, "on hold", person, f"{first}on_hold=true"),
        View(page, "flagged", person, f"{first}flag=unusual_amount"),
        View(page, "amount", person, f"{first}amount_min=600"),
        View(page, "by amount", person, f"{first}sort=-amount", f"{stock}o=-5"),
        View(page, "the other order of time", person, f"{first}sort={other}"),
        View(page, "last", person, f"{first}{last}", f"{stock}p=LAST"),
        *(
            View(page, name, person, f"{first}search={words}", f"{stock}q={words}", base="first")
            for name, words in searches
        ),
    ]


def views(rows: int) -> list[View]:
    """All of them; ``rows`` is how many payouts the database holds, for a cursor deep in the list."""
    deep = b64encode(f"p={rows // 2}".encode()).decode()
    return [
        *_payouts("review", "analyst", "/payouts/review/", "PENDING_REVIEW"),
        *_payouts("approvals", "approver", "/payouts/approvals/", "REVIEWED"),
        *_payouts("payouts", "auditor", "/payouts/", ""),
        View("payouts", "paid", "auditor", "/payouts/?status=PAID", "/stock/payouts/payout/?status__exact=PAID"),
        View("payouts", "two statuses", "auditor", "/payouts/?status=FAILED,CANCELLED"),
        View("payouts", "paid in Japan by amount", "auditor", "/payouts/?status=PAID&country=JP&sort=-amount"),
        View("payouts", "totals of paid", "auditor", "/payouts/totals/?status=PAID"),
        View("holds", "first", "auditor", "/holds/", "/stock/payouts/hold/"),
        View("holds", "reason", "auditor", "/holds/?reason=documents", "/stock/payouts/hold/?reason__exact=documents"),
        View("holds", "last", "auditor", "/holds/?after=999999999", "/stock/payouts/hold/?p=LAST"),
        View("failed", "first", "auditor", "/payouts/failed/",
             "/stock/payouts/payout/?status__in=FAILED,RETURNED,CANCELLED"),
        View("failed", "last", "auditor", f"/payouts/failed/?{LAST_WAITING}"),
        View("failed", "by amount", "auditor", "/payouts/failed/?sort=-amount"),
        View("batches", "first", "auditor", "/batches/", "/stock/payouts/batch/"),
        View("batches", "last", "auditor", "/batches/?after=0", "/stock/payouts/batch/?p=LAST"),
        View("sellers", "first", "auditor", "/sellers/", "/stock/sellers/seller/"),
        View("sellers", "country", "auditor", "/sellers/?country=JP", "/stock/sellers/seller/?country__exact=JP"),
        View("sellers", "suspended", "auditor", "/sellers/?standing=suspended"),
        View("sellers", "last", "auditor", "/sellers/?after=0", "/stock/sellers/seller/?p=LAST"),
        View("sellers", "search: rare name", "auditor", "/sellers/?q=nordlicht+konsolen",
             "/stock/sellers/seller/?q=nordlicht+konsolen", base="first"),
        View("sellers", "search: common word", "auditor", "/sellers/?q=mobile", "/stock/sellers/seller/?q=mobile",
             base="first"),
        View("seller", "page", "auditor", "/sellers/S7/"),
        View("batches", "status", "auditor", "/batches/?status=SETTLED", "/stock/payouts/batch/?status__exact=SETTLED"),
        View("batch", "items", "auditor", "/batches/B7/"),
        View("audit", "first", "auditor", "/audit/", "/stock/audit/event/"),
        View("audit", "one verb", "auditor", "/audit/?action=payout.approve",
             "/stock/audit/event/?action__exact=payout.approve"),
        View("audit", "a day", "auditor", "/audit/?first=2026-11-10&last=2026-11-10"),
        View("audit", "last", "auditor", "/audit/?after=0", "/stock/audit/event/?p=LAST"),
        View("transactions", "first", "auditor", "/books/transactions/", "/stock/ledger/transaction/"),
        View("transactions", "last", "auditor", "/books/transactions/?after=0", "/stock/ledger/transaction/?p=LAST"),
        View("accounts", "decided", "auditor", "/accounts/?show=decided"),
        *(View(name, "first", "auditor", url) for name, url in _SMALL),
        View("reconciliation", "our books, after the page", "auditor", "/reconciliation/accounts/"),
        View("search", "name", "auditor", "/search/?q=nordlicht+konsolen"),
        View("search", "common word", "auditor", "/search/?q=mobile"),
        *(View("home", person, person, "/") for person in ("analyst", "approver", "treasurer", "auditor")),
        View("api", "first", "token", "/api/v1/payouts/"),
        View("api", "deep", "token", f"/api/v1/payouts/?cursor={deep}"),
        View("api", "status and country", "token", "/api/v1/payouts/?status=PAID&country=JP"),
        View("api", "search", "token", "/api/v1/payouts/?search=mobile", base="first"),
    ]  # fmt: skip


_SMALL = [
    ("accounts to verify", "/accounts/"), ("adjustments", "/adjustments/"), ("recalls", "/recalls/"),
    ("unknown", "/unknown/"), ("runs", "/runs/"), ("imports", "/imports/"), ("reconciliation", "/reconciliation/"),
    ("breaks", "/reconciliation/breaks/"), ("rails", "/rails/"), ("books", "/books/"), ("exports", "/exports/"),
    ("schedules", "/exports/schedules/"), ("invariants", "/invariants/"),
]  # fmt: skip
"""Lists that are short, or empty, however many payouts there are; no page of theirs may read those payouts."""

COUNTS = {"/stock/payouts/payout/": "payouts_payout", "/stock/payouts/hold/": "payouts_hold",
          "/stock/payouts/batch/": "payouts_batch", "/stock/sellers/seller/": "sellers_seller",
          "/stock/audit/event/": "audit_event", "/stock/ledger/transaction/": "ledger_transaction"}  # fmt: skip
"""The table behind each stock list, to know its last page."""
