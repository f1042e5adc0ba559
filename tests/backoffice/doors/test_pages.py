"""Who is not logged in goes to log in: the whole page, never a part of it."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db


def test_a_page_leads_to_log_in_and_back():
    answer = Client().get("/exports/?a=1")
    assert (answer.status_code, answer["Location"]) == (302, "/login/?next=/exports/%3Fa%3D1")


def test_a_part_that_renews_itself_takes_the_whole_page_to_log_in():
    headers = {"hx-request": "true", "hx-current-url": "http://testserver/batches/B7/?a=1"}
    answer = Client().get("/batches/B7/progress/", headers=headers)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer["HX-Redirect"] == "/login/?next=/batches/B7/%3Fa%3D1"
    assert "Location" not in answer
