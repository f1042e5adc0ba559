"""The pages of this door."""

from django.urls import URLPattern

from backoffice.people.admin import link, people, requests

urlpatterns: list[URLPattern] = [*people.urlpatterns, *requests.urlpatterns, *link.urlpatterns]
