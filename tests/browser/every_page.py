"""The second half of `make screenshots`: every page there is, confirmations, refusals and empty ones too.

What the demo does not lead to stands in the world of the tests. Into var/screenshots (not kept in the repository), in
both widths and themes; PICTURES_LANGUAGE=fr takes them in another language. Named by no pattern of pytest's: a test
run leaves it out.
"""

import os
import pathlib
import re

import pytest

from tests.browser import pages
from tests.browser.screenshots import TALLEST, WIDTHS, keep
from tests.browser.test_axe import speak

pytestmark = pytest.mark.django_db(transaction=True)
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "var" / "screenshots"
LANGUAGE = os.environ.get("PICTURES_LANGUAGE", "en")


@pytest.mark.parametrize("role", pages.ORDER)
def test_a_picture_of_every_page(role, visit, standing):
    page = visit("/", user=standing.users[role])
    speak(page, LANGUAGE)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for shown in pages.all_of(standing):
        if shown.role != role:
            continue
        page.goto(shown.url)
        page.wait_for_load_state("networkidle")
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({"width": width, "height": max(min(height, TALLEST), 900)})
            for theme in ("light", "dark"):
                page.emulate_media(color_scheme=theme)
                name = "-".join([re.sub(r"\W+", "_", shown.name), role, str(width), theme, LANGUAGE])
                keep(page.screenshot(), FOLDER / f"{name}.png")
