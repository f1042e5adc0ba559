"""The admin site as our frame: log-in, permissions, URLs; money pages hang their views into it.

It is the default site (backoffice.apps.AdminConfig), so a door registers with ``@admin.register`` and need
not import this room.
"""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path
from django.utils.translation import gettext as _

from backoffice import country_pages, home, logins, preferences, session_state, settings_pages, styleguide
from backoffice.audit import clock
from backoffice.doors import pages
from backoffice.words import later

DOORS = (
    "payouts.admin",
    "sellers.admin",
    "sellers.ledger.admin",
    "backoffice.audit.admin",
    "backoffice.people.admin",
)


class BackOfficeSite(admin.AdminSite):
    """Our pages at "/": the front page, people and roles, display choices, and in demo mode the style guide."""

    site_title = later("Payouts")
    site_header = later("Payouts")
    index_title = later("Home")
    enable_nav_sidebar = False
    index_template = "admin/index.html"
    login_template = "admin/login.html"
    login_form = logins.LoginForm

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """As Django's, without listing every model on every page: our navigation comes from `frame`."""
        return {
            "site_title": self.site_title,
            "site_header": self.site_header,
            "site_url": None,
            "has_permission": self.has_permission(request),
            "available_apps": [],
            "is_popup": False,
            "is_nav_sidebar_enabled": False,
            "log_entries": [],
        }

    def get_urls(self) -> list[URLPattern | URLResolver]:
        ours: list[URLPattern | URLResolver] = [
            path("preferences/", preferences.choose, name="preferences"),
            path("session/", session_state.state, name="session"),
        ]
        if settings.DEMO:
            ours.append(path("styleguide/", styleguide.show, name="styleguide"))
        return ours + settings_pages.urlpatterns + country_pages.urlpatterns + _doors() + super().get_urls()

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The front page: what waits for this reader, first."""
        request.current_app = self.name
        now = clock.database_now()
        held = pages.permissions(request) if request.user.pk else frozenset()
        work = home.page(permissions=held, now=now, person=request.user if request.user.pk else None)
        values = {
            **self.each_context(request),
            "title": _("Home"),
            "now": now,
            **work,
            **(extra_context or {}),
        }
        return TemplateResponse(request, self.index_template or "admin/index.html", values)


def _doors() -> list[URLPattern | URLResolver]:
    """The pages that the rooms' doors bring, each with the permission its own decorator asks for."""
    return [pattern for door in DOORS for pattern in import_module(f"{door}.urls").urlpatterns]


site = admin.site
