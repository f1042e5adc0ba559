"""What is typed wrong into a chip of a list of payouts is said at its field, and the list stays."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import override

from backoffice import roles
from payouts.queries import filters
from tests import make
from tests.payouts import quick, standing
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english_again():
    """What a request in another language leaves behind is gone after the test."""
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ("amount_min=500&amount_max=100", "The largest amount is less than the smallest: exchange the two."),
        ("amount_min=abc", "“abc” is no amount."),
        ("created_after=2026-12-02&created_before=2026-12-01", "exchange the two dates."),
        ("moved_from=2026-12-02&moved_until=2026-12-01", "exchange the two days."),
    ],
)
@pytest.mark.parametrize("place", ["review/", ""])
def test_the_list_stays_without_the_wrong_filter_whose_chip_stands_open(place, wrong, sentence):
    payout = quick.payout(country="ES")
    page = client("auditor").get(f"/payouts/{place}?country=ES&sort=-amount&{wrong}")
    assert page.status_code == 400
    assert [row.payout for row in page.context["rows"]] == [payout]
    (chip,) = [each for each in page.context["chips"] if each.get("open")]
    assert sentence in chip["html"] and "Enter a valid" not in chip["html"]
    for pair in wrong.split("&"):
        assert f'value="{pair.partition("=")[2]}"' in chip["html"]
    assert chip["clear_url"] == "?country=ES&sort=-amount" == page.context["without_url"]
    assert ("country", "ES") in chip["keep"]
    for each in ("totals_url", "list_query"):
        assert wrong.partition("=")[0] not in page.context[each]
    text = page.content.decode()
    assert "Shown without the filter that cannot be read, for reading only: mend it first." in text
    assert "The list without it" in text
    taken = [each for each in page.context["chips"] if each.get("label") == chip["text"]]
    assert not taken  # the same fields stand there once


@pytest.mark.parametrize(
    "address", ["/payouts/?", "/payouts/review/?country=FR&", "/payouts/failed/?"]
)
def test_rows_that_nobody_asked_for_are_to_be_read_only(address):
    """Neither done with, nor saved as a view, nor exported, nor led on from."""
    rights = frozenset().union(*roles.ROLES.values())
    browser = Client()
    browser.force_login(make.user(permissions=rights, is_staff=True))
    quick.payout()
    standing.payout("FAILED")
    wrong = "moved_from=2026-12-02&moved_until=2026-12-01"
    page = browser.get(f"{address}{wrong}")
    assert page.status_code == 400 and page.context["rows"]
    text = page.content.decode()
    verbs = ("data-tick", "data-select-matching", "payouts/act/", "exports/new/", "views/new/", 'rel="next"')
    assert [each for each in verbs if each in text] == []
    mended = browser.get(f"{address}moved_from=2020-01-01")
    assert mended.context["rows"] and "data-tick" in mended.content.decode()


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        (
            "stands_days=9999999999999",
            "Stands for days: It has 13 characters, 4 at most: take 9 characters out.",
        ),
        ("on_hold=perhaps", "On hold: “perhaps” is neither true nor false."),
        ("on_hold=yes&on_hold=no", "“On hold” stands there twice, as “yes” and “no”."),
        ("x=1", "“x” is no filter of payouts. Use one of "),
    ],
)
def test_what_is_wrong_names_its_field_as_the_form_does_and_nothing_as_programs_do(query, sentence):
    page = client("auditor").get(f"/payouts/?{query}").content.decode()
    assert sentence in page
    read = re.sub("<[^>]*>", "", page)
    assert not [name for name in filters.NAMES if "_" in name and name in read]


def test_an_amount_without_a_currency_says_what_it_compares():
    browser = client("auditor")
    shown = browser.get("/payouts/?amount_min=3000").content.decode()
    assert "Amount from 3,000, in each one’s own currency" in shown
    assert "3,000 is 3,000 euros, and 3,000 yen." in shown
    shown = browser.get("/payouts/?amount_min=3000&currency=JPY").content.decode()
    assert "Amount from 3,000 " in shown and "in each one’s own currency" not in shown


def test_the_other_filters_are_changed_without_it():
    quick.payout()
    page = client("auditor").get("/payouts/?country=FR&amount_min=abc")
    for chip in page.context["chips"]:
        assert "amount_min" not in dict(chip["keep"])


def test_failed_payouts_stay_too():
    page = client("auditor").get("/payouts/failed/?advice=again&moved_from=2026-12-02&moved_until=2026-12-01")
    assert page.status_code == 400
    (chip,) = [each for each in page.context["chips"] if each.get("open")]
    assert "exchange the two days." in chip["html"]
    assert page.context["without_url"] == "?advice=again"


@pytest.mark.parametrize("query", ["x=1", "country=XX", "x=1&amount_min=abc", "status=NOPE"])
def test_what_nobody_types_has_no_list(query):
    page = client("auditor").get(f"/payouts/?{query}")
    assert page.status_code == 400 and "rows" not in page.context
    assert "The list without it" in page.content.decode()


def test_a_batch_that_is_none_is_said_at_its_field():
    page = client("auditor").get("/payouts/?batch=B99999")
    assert page.status_code == 400
    (chip,) = [each for each in page.context["chips"] if each.get("open")]
    assert "There is no “B99999”. Check the reference." in chip["html"]


def test_failed_payouts_have_the_statuses_of_failed_ones_only():
    browser = client("auditor")
    page = browser.get("/payouts/failed/?status=PAID")
    assert page.status_code == 400 and "has no choice “PAID”" in page.content.decode()
    assert browser.get("/payouts/failed/?status=FAILED").status_code == 200


def reader(language: str):
    found = client("auditor")
    found.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    return found


@pytest.mark.parametrize(
    ("language", "typed", "address"),
    [
        ("en", "1,000.50", "1000.50"),
        ("fr", "1000,50", "1000.50"),
        ("fr", "1 000,50", "1000.50"),
        ("fr", "1\u202f000,50", "1000.50"),
        ("es", "1.000,50", "1000.50"),
        ("es", "1.000", "1000"),
        ("en", "1.000", "1.0000"),
    ],
)
def test_amounts_are_read_as_the_reader_writes_them_and_stand_in_an_address_for_everybody(
    language, typed, address
):
    answer = reader(language).get("/payouts/", {"country": "FR", "amount_min": typed})
    assert answer.status_code == 302
    assert answer["Location"] == f"/payouts/?country=FR&amount_min={address}"
    for each in ("en", "fr", "es", "ja"):
        assert reader(each).get(answer["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("language", "example"), [("en", "5,000.50"), ("fr", "5\u202f000,50"), ("es", "5.000,50")]
)
def test_what_is_no_amount_is_told_with_one_as_the_reader_writes_it(language, example):
    page = reader(language).get("/payouts/?amount_max=1,0,0")
    assert page.status_code == 400
    (chip,) = [each for each in page.context["chips"] if each.get("open")]
    assert example in chip["html"]


def test_programs_write_a_point():
    with override("fr"), pytest.raises(filters.BadFilter):
        filters.read("amount_min=1000,50")
