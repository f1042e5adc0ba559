"""What every page shows around its content: where am I, who am I, what waits, how I like it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from backoffice import navigation
from backoffice.doors import pages, role_words
from backoffice.words import later, together


@dataclass(frozen=True)
class Environment:
    """The badge: its word, what it means for money, and its colour's class."""

    word: str
    meaning: str
    css: str


ENVIRONMENTS = {
    "demo": Environment(later("Demo"), later("no money moves"), "env-demo"),
    "test": Environment(later("Test"), later("no real bank"), "env-test"),
    "production": Environment(later("Production"), later("real money"), "env-production"),
}
DISPLAY = {"theme": ("light", "dark"), "density": ("comfortable", "compact")}


def environment() -> Environment:
    """Which of the three this installation is. Anything unnamed counts as production: the careful reading."""
    if settings.DEMO:
        return ENVIRONMENTS["demo"]
    return ENVIRONMENTS.get(getattr(settings, "ENVIRONMENT", ""), ENVIRONMENTS["production"])


class Frame:
    """Read lazily: a fragment that htmx asks for never pays for the navigation's counts."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request
        self._user = getattr(request, "user", None)

    @cached_property
    def environment(self) -> Environment:
        return environment()

    @property
    def demo(self) -> bool:
        return settings.DEMO

    @property
    def person_id(self) -> str:
        """The key under which this person's display choices are kept in the browser."""
        return str(self._user.pk) if self._user and self._user.is_authenticated else "guest"

    @property
    def known(self) -> bool:
        return bool(self._user and self._user.is_authenticated)

    @property
    def name(self) -> str:
        return (self._user.get_full_name() or self._user.get_username()) if self.known and self._user else ""

    @cached_property
    def role(self) -> str:
        """The reader's roles in words: "approver", "analyst and support", or nothing."""
        if not self.known:
            return ""
        return together(map(role_words.called, pages.standing(self._request).roles))

    @cached_property
    def _held(self) -> frozenset[str]:
        if not self.known or self._user is None or self._user.pk is None:
            return frozenset()
        return pages.permissions(self._request)

    @property
    def may_search(self) -> bool:
        """Whether the search box leads anywhere for this reader."""
        return bool(self._held & {"payouts.view_payout", "sellers.view_seller"})

    @cached_property
    def work(self) -> list[navigation.Entry]:
        if not self._held or self._user is None or self._user.pk is None:
            return []
        return navigation.entries(
            permissions=self._held,
            path=self._request.path,
            back=urlsplit(pages.back_url(self._request, "")).path,
            person_id=self._user.pk,
        )

    @property
    def theme(self) -> str:
        return self._chosen("theme")

    @property
    def density(self) -> str:
        return self._chosen("density")

    def _chosen(self, name: str) -> str:
        value = self._request.COOKIES.get(f"{name}_{self.person_id}", "")
        return value if value in DISPLAY[name] else ""


def frame(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` in every template."""
    return {"frame": SimpleLazyObject(lambda: Frame(request))}
