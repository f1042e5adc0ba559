"""Theme and density of one person, remembered without a script."""

import pytest

from tests import make

pytestmark = pytest.mark.django_db


def test_a_choice_is_kept_for_this_person_and_shown_on_the_next_page(client):
    user = make.user("analyst", is_staff=True)
    client.force_login(user)
    response = client.post("/preferences/", {"theme": "dark", "density": "compact", "back": "/settings/"})
    assert response.headers["Location"] == "/settings/"
    page = client.get("/").content.decode()
    assert 'data-theme="dark"' in page
    assert 'data-density="compact"' in page


def test_another_person_at_the_same_browser_has_choices_of_their_own(client):
    client.force_login(make.user("analyst", is_staff=True))
    client.post("/preferences/", {"theme": "dark"})
    client.force_login(make.user("approver", is_staff=True))
    assert "data-theme" not in client.get("/").content.decode()


def test_a_value_that_is_none_of_ours_changes_nothing(client):
    response = client.post("/preferences/", {"theme": "dark; Domain=evil"})
    assert not response.cookies


def test_the_way_back_never_leads_to_another_host(client):
    response = client.post("/preferences/", {"theme": "dark", "back": "https://evil.example/"})
    assert response.headers["Location"] == "/"
