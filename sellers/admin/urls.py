"""The pages of this door. The list comes before the page of one seller."""

from django.urls import URLPattern

from sellers.admin import history, imports, sellers, statement, verbs

urlpatterns: list[URLPattern] = [
    *imports.urlpatterns,
    *sellers.urlpatterns,
    *verbs.urlpatterns,
    *statement.urlpatterns,
    *history.urlpatterns,
]
