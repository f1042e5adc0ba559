"""Every page in every language that is offered: it opens, says its language, and leaves no hole open."""

import re

import pytest
from django.conf import settings
from django.test import Client

from tests.browser import pages

HOLE = re.compile(r">[^<]*(?:\{\w+\}|%\(\w+\)s)[^<]*<")


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != "en"])
def test_every_page_opens_in_every_language(language, standing):
    found = []
    for role in pages.ORDER:
        browser = Client()
        browser.force_login(standing.users[role])
        browser.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        for shown in pages.all_of(standing):
            if shown.role == role:
                answer = browser.get(shown.url)
                text = answer.content.decode()
                if answer.status_code != shown.status or f'<html lang="{language}"' not in text:
                    found.append(f"{shown.name} ({shown.url}) as {role} answered {answer.status_code}")
                found += [f"{shown.name} ({shown.url}) as {role}: {hole}" for hole in HOLE.findall(text)]
    assert not found, "\n".join(found)
