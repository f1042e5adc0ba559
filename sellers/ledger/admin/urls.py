"""The pages of this door."""

from django.urls import URLPattern

from sellers.ledger.admin import (
    adjustment_new,
    adjustments,
    books,
    closing,
    imports,
    lineage,
    mapping,
    months,
    rates,
)

urlpatterns: list[URLPattern] = [
    *imports.urlpatterns,
    *adjustments.urlpatterns,
    *adjustment_new.urlpatterns,
    *books.urlpatterns,
    *mapping.urlpatterns,
    *rates.urlpatterns,
    *months.urlpatterns,
    *closing.urlpatterns,
    *lineage.urlpatterns,
]
