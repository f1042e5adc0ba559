"""The pages of this door."""

from django.urls import URLPattern

from sellers.ledger.admin import adjustments, books, imports

urlpatterns: list[URLPattern] = [*imports.urlpatterns, *adjustments.urlpatterns, *books.urlpatterns]
