"""The frame around every page."""

import pytest
from django.contrib import admin
from django.template.loader import render_to_string

from backoffice.site import BackOfficeSite, site
from tests import make

pytestmark = pytest.mark.django_db


def test_doors_register_with_our_site_without_importing_it():
    assert isinstance(admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site, BackOfficeSite)
    assert site is admin.site


def test_the_front_page_asks_to_log_in(client):
    assert client.get("/").headers["Location"] == "/login/?next=/"


def test_the_style_guide_is_for_people_who_are_logged_in(client):
    assert client.get("/styleguide/").status_code == 302
    client.force_login(make.user("support", is_staff=True))
    assert client.get("/styleguide/").status_code == 200


def test_every_page_carries_the_strict_policy_and_nothing_inline(client):
    client.force_login(make.user("analyst", is_staff=True))
    for path in ("/", "/styleguide/", "/settings/", "/password_change/"):
        response = client.get(path)
        page = response.content.decode()
        assert "unsafe" not in response.headers["Content-Security-Policy"], path
        assert " style=" not in page, path
        assert "onclick=" not in page, path
        assert "<script>" not in page, path


@pytest.mark.parametrize(
    ("environment", "demo", "word"),
    [
        ("", True, "Demo"),
        ("test", False, "Test"),
        ("production", False, "Production"),
        ("oops", False, "Production"),
    ],
)
def test_the_badge_says_where_i_am_and_an_unnamed_place_counts_as_production(
    client, settings, environment, demo, word
):
    settings.DEMO = demo
    settings.ENVIRONMENT = environment
    client.force_login(make.user("support", is_staff=True))
    if not demo:
        settings.ROOT_URLCONF = "backoffice.urls"
    page = client.get("/").content.decode()
    assert f'env-{word.lower()}">{word}' in page


@pytest.mark.parametrize("template", ["403.html", "404.html", "409.html", "500.html"])
def test_error_pages_say_what_happened_and_what_to_do(rf, template):
    request = rf.get("/nowhere/")
    page = render_to_string(template, {}, request=None if template == "500.html" else request)
    assert "What to do" in page


def test_who_may_not_open_a_page_keeps_the_way_to_those_they_may(client):
    client.force_login(make.user("support", is_staff=True))
    answer = client.get("/adjustments/")
    page = answer.content.decode()
    assert answer.status_code == 403 and "Nothing was changed." in page
    assert '<nav class="nav"' in page and 'href="/sellers/"' in page and 'id="page"' in page


@pytest.mark.parametrize("address", ["/payouts/P999999/", "/no-such-place/at-all/"])
def test_a_page_that_is_not_there_keeps_the_way_to_those_that_are(client, address):
    client.force_login(make.user("support", is_staff=True))
    answer = client.get(address)
    page = answer.content.decode()
    assert answer.status_code == 404 and "There is no such page" in page
    assert '<nav class="nav"' in page and 'href="/sellers/"' in page and page.count('id="find"') == 1
