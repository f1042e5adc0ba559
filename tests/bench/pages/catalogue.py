"""Which pages are asked, by whom, and which page of a stock admin shows the same."""

from base64 import b64encode

from tests.bench.pages import others
from tests.bench.pages.view import LAST_WAITING, View


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
        View(page, "nothing blocks it", person, f"{first}blocked=false"),
        View(page, "blocked", person, f"{first}blocked=true"),
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


def views(rows: int, *, statement: int) -> list[View]:
    """All of them. ``rows`` is how many payouts the database holds, for a cursor deep in the list, ``statement`` one of
    the bank's in it, with lines.
    """
    deep = b64encode(f"p={rows // 2}".encode()).decode()
    return [
        *_payouts("review", "analyst", "/payouts/review/", "PENDING_REVIEW"),
        *_payouts("approvals", "approver", "/payouts/approvals/", "REVIEWED"),
        *_payouts("payouts", "auditor", "/payouts/", ""),
        View(
            "payouts", "paid", "auditor", "/payouts/?status=PAID", "/stock/payouts/payout/?status__exact=PAID"
        ),
        View("payouts", "two statuses", "auditor", "/payouts/?status=FAILED,CANCELLED"),
        View(
            "payouts", "paid in Japan by amount", "auditor", "/payouts/?status=PAID&country=JP&sort=-amount"
        ),
        View("payouts", "totals of paid", "auditor", "/payouts/totals/?status=PAID"),
        *others.views(statement=statement),
        View("seller", "page", "auditor", "/sellers/S7/"),
        View("batch", "items", "auditor", "/batches/B7/"),
        View("statements", "our books, after the page", "auditor", "/reconciliation/accounts/"),
        View("search", "name", "auditor", "/search/?q=nordlicht+konsolen"),
        View("search", "common word", "auditor", "/search/?q=mobile"),
        *(View("home", person, person, "/") for person in ("analyst", "approver", "treasurer", "auditor")),
        View("api", "first", "token", "/api/v1/payouts/"),
        View("api", "deep", "token", f"/api/v1/payouts/?cursor={deep}"),
        View("api", "status and country", "token", "/api/v1/payouts/?status=PAID&country=JP"),
        View("api", "search", "token", "/api/v1/payouts/?search=mobile", base="first"),
    ]
