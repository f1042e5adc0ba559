"""A stock admin site as Django's documentation has it, with the ModelAdmins a team writes first."""

from typing import NamedTuple

from django.apps import apps
from django.contrib import admin
from django.urls import path

stock = admin.AdminSite(name="stock")


class _Stock(admin.ModelAdmin):
    list_per_page = 50

    def has_view_permission(self, request, obj=None):
        """Whoever may enter: some of these models have no right of their own."""
        return True


class _List(NamedTuple):
    """What one list shows, what it is filtered by and searched in."""

    shown: str
    filters: str = ""
    searched: str = ""


_LISTS = {
    "payouts.Payout": _List(
        "reference seller country status amount_minor currency created_at",
        "status country currency",
        "reference seller__name seller__email seller__reference",
    ),
    "payouts.Hold": _List(
        "reason payout seller placed_by placed_at",
        "reason",
        "seller__name seller__reference payout__reference",
    ),
    "payouts.Batch": _List(
        "reference rail currency status value_date item_count total_minor", "status country currency"
    ),
    "sellers.Seller": _List(
        "reference name country email verified_at", "country", "reference name email external_id"
    ),
    "audit.Event": _List(
        "action actor actor_name at subject_type subject_id", "action", "action actor_name subject_id"
    ),
    "ledger.Transaction": _List("key kind posted_at booked_on description", "kind entries__book", "key"),
    "ledger.Entry": _List("transaction book account currency amount_minor payout_ref", "book currency"),
    "ledger.Adjustment": _List(
        "account kind amount_minor requested_by requested_at", "decision kind account__currency"
    ),
    "ledger.ImportFile": _List("name kind status uploaded_by uploaded_at row_count", "kind status"),
    "ledger.Period": _List("first_day last_day asked_by decided_by closed", "closed"),
    "ledger.MonthRate": _List("month currency home units worth asked_by decided_by", "currency"),
    "ledger.AccountMapping": _List("book currency country number label effective_from", "book"),
    "payouts.AccountVersion": _List(
        "slot number scheme country holder_name masked requested_at", "country", "holder_name"
    ),
    "payouts.Recall": _List("attempt reason state asked_by asked_at", "state attempt__payout__currency"),
    "payouts.Submission": _List("key rail batch status status_at", "status rail batch__currency"),
    "payouts.PayoutRun": _List("key country until_date started_by started_at payout_count", "country"),
    "payouts.Statement": _List(
        "statement_id funding_account statement_date closing_minor read_at", "funding_account__code"
    ),
    "payouts.StatementLine": _List(
        "number booking_date amount_minor statement kind matched_at text",
        "kind statement__funding_account__currency",
    ),
    "payouts.Incident": _List("code rail payout text opened_at closed_at", "rail"),
    "payouts.InvariantCheck": _List("checked_at holding broken"),
    "payouts.Job": _List("verb asked_by asked_at total moved_count refused_count finished_at", "verb"),
    "payouts.Export": _List("kind format status requested_by requested_at rows_done file_bytes", "status"),
    "payouts.ExportSchedule": _List("name kind every owner next_at stopped_why", "kind"),
    "payouts.Cap": _List("kind currency limit_minor changed_at", "kind"),
    "payouts.FundingAccount": _List("code rail currency holder_name active", "rail"),
    "payouts.SavedView": _List("name place owner shared changed_at", "place"),
    "auth.User": _List("username first_name last_name email is_active last_login", "is_active"),
}

for _name, _list in _LISTS.items():
    _fields = {
        "list_display": _list.shown.split(),
        "list_filter": _list.filters.split(),
        "search_fields": _list.searched.split(),
    }
    stock.register(apps.get_model(_name), type("StockAdmin", (_Stock,), _fields))

urlpatterns = [path("stock/", stock.urls)]
