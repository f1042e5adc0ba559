"""What is typed wrong into a chip of a list of payouts is said at its field, and the list stays."""

import pytest

from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


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
    assert "Shown without the filter that cannot be read." in text and "The list without it" in text
    taken = [each for each in page.context["chips"] if each.get("label") == chip["text"]]
    assert not taken  # the same fields stand there once


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
