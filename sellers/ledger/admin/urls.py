"""The pages of this door."""

from django.urls import URLPattern

from sellers.ledger.admin import adjustments, books, closing, imports, lineage, mapping, months, rates

urlpatterns: list[URLPattern] = [
    *imports.urlpatterns,
    *adjustments.urlpatterns,
    *books.urlpatterns,
    *mapping.urlpatterns,
    *rates.urlpatterns,
    *months.urlpatterns,
    *closing.urlpatterns,
    *lineage.urlpatterns,
]
