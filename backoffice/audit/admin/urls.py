"""The pages of this door."""

from django.urls import URLPattern

from backoffice.audit.admin import events

urlpatterns: list[URLPattern] = [*events.urlpatterns]
