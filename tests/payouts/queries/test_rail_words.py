"""A rail is called by its name wherever a person reads it, and by its code where a program does."""

import pytest
from django.test import Client
from django.utils.translation import override

from payouts.api.batches import BatchRow
from payouts.queries import filters, rail_words, recorded
from payouts.queries.export_filters import BatchFilter
from payouts.rails import registry
from tests import make, make_payouts
from tests.payouts import quick


def test_every_rail_has_a_name_that_is_translated():
    assert {registry.get(code).title for code in registry.names()} == set(map(str, rail_words.TITLES))


def test_what_is_no_rail_here_keeps_its_code_and_all_of_them_have_a_word():
    assert rail_words.called("pigeon") == "pigeon" and rail_words.called("") == ""
    assert (rail_words.called("*"), rail_words.beginning("*")) == ("every rail", "Every rail")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_the_program_wrote_down_is_read_with_the_name_but_what_is_set_with_the_code(language):
    with override(language):
        told = recorded.said(
            "Nobody knows what became of P1A1 on sandbox. Find out, on the desk of unknown submissions."
        )
        assert "sandbox" not in told and rail_words.called("sandbox") in told
        settings = recorded.said("The rail “sandbox” has no address: set SIMBANK_URL.")
    assert "sandbox" in settings and "SIMBANK_URL" in settings


def test_what_a_person_wrote_of_a_rail_stays():
    assert recorded.by(7, "I asked sepa myself.") == "I asked sepa myself."
    assert recorded.said("Left for the bank as sepa.") == "Left for the bank as sepa."


def test_a_filter_says_the_name_and_takes_the_code():
    asked = filters.read({"rail": "sandbox"}, kind=BatchFilter, queryset=BatchFilter.model.objects.all())
    assert asked.in_words() == "Rail is Simulated bank" and asked.stored() == {"rail": ["SANDBOX"]}


@pytest.mark.django_db
def test_pages_say_the_name_and_the_api_the_code():
    batch = make_payouts.proposed_batch([12_00], country="US")
    quick.funding()
    browser = Client()
    for role, pages in (
        (
            "treasurer",
            ("/batches/", f"/batches/{batch.reference}/", f"/batches/{batch.reference}/approve/", "/rails/"),
        ),
        ("admin", ("/settings/funding/", "/settings/countries/", "/settings/countries/US/")),
    ):
        browser.force_login(make.user(role, is_staff=True))
        for page in pages:
            text = browser.get(page).content.decode()
            assert "Simulated bank" in text and ">sandbox<" not in text and "over sandbox" not in text, page
    assert BatchRow(batch).data["rail"] == "sandbox"
