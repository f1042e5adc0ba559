"""Who is not logged in goes to log in: the whole page, never a part of it."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils.translation import override

from backoffice.audit import authority, rights
from backoffice.doors import pages
from tests import make
from tests.payouts import quick

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


def test_what_a_post_chose_is_asked_about_under_an_address_that_back_and_reload_find(client):
    client.force_login(make.user("approver", is_staff=True))
    payout = quick.payout()
    answer = client.post("/payouts/act/hold/", {"ids": [payout.pk], "back": "/holds/"})
    assert (answer.status_code, answer["Location"]) == (
        302,
        f"/payouts/act/hold/?ids={payout.pk}&back=%2Fholds%2F",
    )
    assert str(payout.reference) in client.get(answer["Location"]).content.decode()


def test_what_no_address_holds_is_asked_about_at_once(client):
    client.force_login(make.user("approver", is_staff=True))
    answer = client.post("/payouts/act/hold/", {"ids": range(10**9, 10**9 + 200)})
    assert answer.status_code == 200


def test_the_right_that_is_lacking_is_named_in_the_readers_language(rf):
    @pages.page()
    def view(request):
        authority.require(actor=pages.actor(request), permission="payouts.approve_batch")

    request = rf.get("/")
    request.user = make.user("analyst", is_staff=True)
    with override("fr"):
        with pytest.raises(PermissionDenied) as refused:
            view(request)
        assert rights.right("payouts.approve_batch") in str(refused.value)
        assert "approve batch" not in str(refused.value)
