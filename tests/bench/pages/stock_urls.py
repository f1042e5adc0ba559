"""A stock admin site as Django's documentation has it, with the ModelAdmins a team writes first."""

from django.contrib import admin
from django.urls import path

from backoffice.audit.models import Event
from payouts.models import Batch, Hold, Payout
from sellers.ledger.models import Transaction
from sellers.models import Seller

stock = admin.AdminSite(name="stock")


class _Stock(admin.ModelAdmin):
    list_per_page = 50


@admin.register(Payout, site=stock)
class StockPayouts(_Stock):
    list_display = ("reference", "seller", "country", "status", "amount_minor", "currency", "created_at")
    list_filter = ("status", "country", "currency")
    search_fields = ("reference", "seller__name", "seller__email")


@admin.register(Hold, site=stock)
class StockHolds(_Stock):
    list_display = ("reason", "payout", "seller", "placed_by", "placed_at")
    list_filter = ("reason",)


@admin.register(Batch, site=stock)
class StockBatches(_Stock):
    list_display = ("reference", "rail", "currency", "status", "value_date", "item_count", "total_minor")
    list_filter = ("status", "country")


@admin.register(Seller, site=stock)
class StockSellers(_Stock):
    list_display = ("reference", "name", "country", "email", "verified_at")
    list_filter = ("country",)
    search_fields = ("reference", "name", "email", "external_id")


@admin.register(Event, site=stock)
class StockEvents(_Stock):
    list_display = ("action", "actor", "actor_name", "at", "subject_type", "subject_id")
    list_filter = ("action",)


@admin.register(Transaction, site=stock)
class StockTransactions(_Stock):
    list_display = ("key", "kind", "posted_at", "booked_on", "description")


urlpatterns = [path("stock/", stock.urls)]
