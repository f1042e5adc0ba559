"""Every page in every language that is offered: it opens, says its language, leaves no hole open and no English."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client
from lxml import html

from backoffice.audit.admin import fact_words
from backoffice.audit.models import Event
from tests.browser import pages

TO_BE_TYPED = "{seller}"  # in an account's settings, as the page says
HOLE = re.compile(r">[^<]*(?:\{\w+\}|%\(\w+\)s)[^<]*<")
TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
SPACED = re.compile(r"[。！？] +[^\x00-\x7f·]")
"""Between two Japanese sentences stands no space."""
READ_ALOUD = ("title", "aria-label", "placeholder", "data-unit", "data-word")
NOT_READ = "|".join(f"//{tag}" for tag in ("script", "style", "code", "kbd", "svg", "template", "textarea"))
ENGLISH = re.compile(
    r"\b(?:the|of|is|are|was|were|be|been|for|from|with|not|and|who|whose|what|which|this|that|these|its|it|by|to|then"
    r"|than|when|where|whether|has|have|had|does|did|nobody|somebody|each|every|there|their|your|you|will|into|yes|no"
    r"|payouts?|sellers?|accounts?|banks?|amounts?|country|currency|batch|batches|reason|holds?|held|days?|month|paid"
    r"|unknown|approvers?|treasurers?|analysts?|deeds?|balances|cut-off|between|another|other|last|first)\b",
    re.IGNORECASE,
)
"""Words that only English has: not all of them, but hardly a sentence does without, nor many a label."""

DATA = re.compile(
    r"\b[\w.-]+-\d+\b|\b[\w ]+\.(?:csv|xml|eml|pdf)\b"  # names of people, sellers and files
    r"|\b\w+:\d+:\w+|\b[A-Z]{2}\+\w+|\b[A-Z][A-Z_]+\b|\b[a-z]+\.[a-z_]+\b"  # keys and codes
    r"|^[A-Z]\w+/[\w /]+(?: · .+)?$"  # time zones
    r"|\b[A-Z][a-z]+ Who\b|nobody-is-called-so|^Bonjour, \w+$"
    r"|^.*\b(?:external_id|seller_id)\b.*$"  # columns of files to import
)
_STORED = (
    "A second bank",
    "All payouts",
    "Ask for the invoice",
    "For the auditors",
    "Left for the bank as",
    "No Tax",
    "No complete answer to POST /payments: Server disconnected without sending a response",
    "Nobody knows",
    "Paid to the wrong seller",
    "Parcel lost by us",
    r"Statements? .* (?:is|are) missing.*",
    "The account is closed",
    "The central bank's average",
    "The bank account is to change to .*",
    "The bank asks who we are",
    "The bank wrote so",
    r"The chart\.",
    "The shop is real",
    r"\d{4} (?:Sellers, in payouts|Sellers|Payouts on their way|Bank charges|Bank, euros|Bank)",
    "Every day at 06:00 Paris",
)
STORED = re.compile("|".join(_STORED))
"""What people and the program wrote down: it stays as it was written (ADR 28)."""

OTHERS = frozenset({"styleguide"})  # the builders' own page


def texts(page: str) -> Iterator[str]:
    """What a page shows and reads aloud, but for what people fill in and what is no text."""
    tree = html.fromstring(page)
    for each in tree.xpath(NOT_READ):
        each.drop_tree()
    for name in READ_ALOUD:
        yield from (str(value) for value in tree.xpath(f"//@{name}"))
    yield from (" ".join(text.split()) for text in tree.itertext())


def english(page: str) -> list[str]:
    """The texts of a page in which something stands that only English has, and that is no data."""
    return [text for text in texts(page) if ENGLISH.search(DATA.sub("", STORED.sub("", text)))]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Le versement est bloqué", False),
        ("Tried for the last time", True),
        ("Cut-off", True),
        ("Demandé par analyst-12 : « Paid to the wrong seller. »", False),
        ("payouts-2026-11-24-6.csv", False),
    ],
)
def test_english_is_told_from_data(text, found):
    assert bool(english(f"<p>{text}</p>")) is found


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
                wrong = [each for each in HOLE.findall(text) if TO_BE_TYPED not in each]
                if language == "fr" and shown.name not in OTHERS:
                    wrong += [each for each in english(text) if TO_BE_TYPED not in each]
                    wrong += filter(TWO_STOPS.search, texts(text))
                if language == "ja" and shown.name not in OTHERS:
                    wrong += filter(SPACED.search, texts(text))
                found += [f"{shown.name} ({shown.url}) as {role}: {each}" for each in wrong]
    assert not found, "\n".join(dict.fromkeys(found))


def test_every_fact_of_a_deed_has_words(standing):
    keys = {
        name.removesuffix("_minor") for data in Event.objects.values_list("data", flat=True) for name in data
    }
    assert len(keys) > 30
    assert keys - set(fact_words.KEYS) == set()
