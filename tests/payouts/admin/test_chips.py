"""A filter that is set is opened and changed where it stands: what was chosen is there, the others are kept."""

import re

import pytest

from tests import make_payouts
from tests.payouts import quick
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def set_chips(page) -> dict[str, str]:
    """The forms of the chips that are set, by their words."""
    found = {}
    assert page.status_code == 200, (page.request["QUERY_STRING"], page.context["what"])
    for chip in page.context["chips"]:
        if chip.get("clear_url"):
            assert chip.get("html"), chip["text"]
            assert chip["text"] in page.content.decode()
            kept = "".join(f"<{name}={value}>" for name, value in chip["keep"])
            found[chip["text"]] = chip["html"] + kept
    return found


def ticked(form: str) -> set[str]:
    tags = re.findall(r"<(?:input|option)[^>]*>", form)
    return {re.search(r'value="([^"]*)"', tag)[1] for tag in tags if " checked" in tag or " selected" in tag}


def test_several_choices_stand_ticked_and_the_other_filters_are_kept():
    quick.payout()
    address = (
        "/payouts/?status=PAID&status=FAILED&country=FR&amount_min=5&created_after=2026-11-01&sort=-amount"
    )
    chips = set_chips(client("auditor").get(address))
    status = next(form for words, form in chips.items() if words.startswith("Status"))
    assert ticked(status) == {"PAID", "FAILED"}
    assert "<status=" not in status
    for kept in ("<country=FR>", "<amount_min=5>", "<created_after=2026-11-01>", "<sort=-amount>"):
        assert kept in status
    assert ticked(next(form for words, form in chips.items() if words.startswith("Country"))) == {"FR"}
    assert 'value="5"' in chips["Amount from 5, in each one’s own currency"]
    made = next(form for words, form in chips.items() if words.startswith("Created"))
    assert 'value="2026-11-01"' in made and "<created_" not in made


def test_one_choice_is_chosen_anew_on_every_worklist():
    ours = make_payouts.funding()
    for address, wanted in {
        "/payouts/failed/?advice=details": "details",
        "/accounts/?country=ES": "ES",
        "/adjustments/?kind=write_off": "write_off",
        "/recalls/?currency=EUR": "EUR",
        "/holds/?reason=dispute": "dispute",
        "/batches/?currency=EUR": "EUR",
        "/audit/?action=account.request": "account.request",
        f"/reconciliation/?account={ours.code}": ours.code,
        "/books/transactions/?book=payable": "payable",
        "/sellers/?country=JP": "JP",
    }.items():
        (form,) = set_chips(client("auditor").get(address)).values()
        assert ticked(form) == {wanted}, address


def test_value_dates_that_run_backwards_are_said_at_the_field_and_the_list_stays():
    batch = make_payouts.proposed_batch([5_00])
    browser = client("treasurer")
    page = browser.get("/batches/?status=PROPOSED&value_from=2026-12-02&value_until=2026-12-01")
    assert page.status_code == 400
    assert [row["batch"] for row in page.context["rows"]] == [batch]
    text = page.content.decode()
    assert "The end lies before the beginning: exchange the two days." in text
    assert 'value="2026-12-02"' in text and 'value="2026-12-01"' in text and "<details" in text
    assert "value_from" not in page.context["totals_url"]
    (chip,) = [each for each in page.context["chips"] if each.get("open")]
    assert chip["clear_url"] == "?status=PROPOSED" and ("status", "PROPOSED") in chip["keep"]
