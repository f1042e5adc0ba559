"""The pages of the settings: people, what each role may do, and how each country is paid."""

import pytest

from payouts import countries
from payouts.queries import explain, rail_words
from tests import make, make_payouts

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make.user("auditor", is_staff=True, first_name="Ada", last_name="Byron"))
    return client


def test_each_page_leads_to_the_others(reader):
    for url, label in (
        ("/settings/", "People"),
        ("/settings/roles/", "Roles"),
        ("/settings/countries/", "Countries"),
    ):
        answer = reader.get(url)
        assert [tab["label"] for tab in answer.context["tabs"] if tab["current"]] == [label]
        for tab in answer.context["tabs"]:
            assert reader.get(tab["url"]).status_code == 200


def test_a_role_says_what_it_may_do_what_it_sees_and_who_has_it(reader):
    rows = {row["role"]: row for row in reader.get("/settings/roles/").context["roles"]}
    assert rows["support"]["may"] == ["write notes on sellers or payouts"]
    assert "Ada Byron" in rows["auditor"]["people"]
    assert rows["admin"]["sees"]
    assert not [
        word for row in rows.values() for word in row["may"] + row["sees"] if "." in word
    ]  # no raw name


@pytest.mark.parametrize("country", countries.all(), ids=lambda country: country.code)
def test_a_country_says_all_that_its_file_says_and_its_next_cut_offs(reader, country):
    answer = reader.get(f"/settings/countries/{country.code}/")
    page = answer.content.decode()
    at = f"{country.schedule.at:%H:%M} {explain.city(country.time_zone)}"
    for said in (country.name, country.currency, rail_words.called(country.rail), country.calendar, at):
        assert said in page
    moments = [each.cut_off_at for each in answer.context["cut_offs"]]
    assert len(moments) == 5 and moments == sorted(set(moments))
    listed = reader.get("/settings/countries/").content.decode()
    assert country.name in listed and at in listed


def test_a_cut_off_is_said_by_the_clock_of_the_bank_that_pays_as_everywhere(reader):
    make_payouts.funding()  # in France, which pays all of SEPA
    answer = reader.get("/settings/countries/PT/")
    page = answer.content.decode()
    assert dict(answer.context["facts"])["Cut-off"] == "14:00 Lisbon"  # as its file says; 15:00 in Paris
    assert page.count("15:00 Paris") >= 5 and page.count("14:00 Lisbon") == 1
    rows = {row["it"].code: row["cut_off"] for row in reader.get("/settings/countries/").context["rows"]}
    assert all(rows[code].endswith("15:00 Paris") for code in ("DE", "ES", "FR", "IT", "PT"))
