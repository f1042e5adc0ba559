"""A page in a real browser, logged in as somebody; its test fails when the browser complained about it."""

import os
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page

from tests import make
from tests.access import world
from tests.browser import complaints

# Playwright's loop runs in this thread, so Django takes the test's own queries for asynchronous ones.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

Visit = Callable[..., Page]


@pytest.fixture
def visit(live_server: Any, browser: Browser, browser_context_args: dict[str, Any]) -> Iterator[Visit]:
    """`visit("/review/", role="analyst")` opens the page; also user=, width=, theme=, javascript=, touch=.

    At the end of the test every script error, every refusal by the Content-Security-Policy and every failed
    request that a page had is an error of the test; only the page's own status (404, 409) is not, nor what the test
    breaks: addresses with the word of broken=.
    """
    contexts: list[BrowserContext] = []
    heard: list[str] = []

    def open_page(
        path: str,
        *,
        role: str = "",
        user: Any = None,
        width: int = 1280,
        theme: str = "light",
        javascript: bool = True,
        touch: bool = False,
        broken: str = "",
    ) -> Page:
        context = browser.new_context(
            **{**browser_context_args, "viewport": {"width": width, "height": 900}},
            color_scheme=theme,
            java_script_enabled=javascript,
            has_touch=touch,
            base_url=live_server.url,
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        if role or user:
            context.add_cookies([session(user or make.user(role, is_staff=True), live_server.url)])
        page = context.new_page()
        complaints.listen(page, heard, broken=broken)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    if heard:
        pytest.fail("The browser complained:\n" + "\n".join(heard), pytrace=False)


def session(user: Any, url: str) -> dict[str, Any]:
    """The cookie of a session in which this user has logged in."""
    client = Client()
    client.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


@pytest.fixture
def standing(tmp_path: pathlib.Path, settings: Any) -> Iterator[world.World]:
    """A database with one of everything that a page can show."""
    with world.world(tmp_path, settings) as made:
        yield made
