"""Every page in every language that is offered: it opens, says its language, leaves no hole open and no English."""

import re

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from tests.browser import pages

HOLE = re.compile(r">[^<]*(?:\{\w+\}|%\(\w+\)s)[^<]*<")
ENGLISH = re.compile(
    r"\b(?:the|of|is|are|was|were|be|been|for|from|with|not|and|who|whose|what|which|this|that|these|its|it|by|to"
    r"|than|then|when|where|whether|has|have|had|does|did|nobody|somebody|each|every|there|their|your|you|will|into"
    r"|payouts?|sellers?|accounts?|banks?|amounts?|country|currency|batch|batches|reason|holds?|held|day|days|month"
    r"|paid|unknown|approvers?|treasurers?|analysts?|deeds?|balances|yes|no|cut-off|between|another|other)\b",
    re.IGNORECASE,
)


def english(page: str) -> list[str]:
    tree = html.fromstring(page)
    for each in tree.xpath("//script|//style|//code|//kbd|//svg|//template"):
        each.drop_tree()
    texts = [" ".join(text.split()) for text in tree.itertext()]
    texts += [str(v) for v in tree.xpath("//@title|//@aria-label|//@placeholder|//@data-unit|//@data-word")]
    return [t for t in texts if ENGLISH.search(t)]


SEEN = {}


@pytest.mark.parametrize("language", ["fr"])
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
                for t in english(text):
                    SEEN.setdefault(t, set()).add(shown.url)
    open("/tmp/english.txt", "w").write(
        "\n".join(f"{t}   <<{sorted(u)[0]} {len(u)}" for t, u in sorted(SEEN.items()))
    )
