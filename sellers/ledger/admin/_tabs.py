"""The places of the books, for those who may see each."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from backoffice.doors import pages
from backoffice.words import later

PLACES = (
    ("months", later("Months"), "ledger_period_list", "ledger.view_period"),
    ("transactions", later("Transactions"), "ledger_transaction_list", "ledger.view_transaction"),
    ("rates", later("Rates"), "ledger_rate_list", "ledger.view_monthrate"),
    ("accounts", later("Accounts"), "ledger_mapping_list", "ledger.view_accountmapping"),
)


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    held = pages.permissions(request)
    return [
        {"label": label, "url": reverse(f"admin:{name}"), "current": key == current}
        for key, label, name, right in PLACES
        if right in held
    ]
