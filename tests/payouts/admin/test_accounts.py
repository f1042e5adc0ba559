"""The pages of sellers' bank accounts: ask, verify, reveal."""

import re

import pytest
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backoffice.audit.models import Event
from payouts.models import AccountDecision, AccountVersion, Hold
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db

IBAN = "FR14 2004 1010 0505 0001 3M02 606"
PLAIN = IBAN.replace(" ", "")


def at(role: str, user: AbstractBaseUser | None = None) -> Client:
    client = Client()
    client.force_login(user or make.user(role, is_staff=True))
    return client


def ask(seller, client: Client | None = None, **changes: str):
    sent = {"iban": IBAN, "bic": "", "holder_name": seller.name} | changes
    return (client or at("analyst")).post(f"/sellers/{seller.reference}/account/", sent)


@pytest.fixture
def version() -> AccountVersion:
    assert ask(make.seller()).status_code == 302
    return AccountVersion.objects.get()


def test_the_form_has_the_boxes_of_the_countrys_scheme():
    text = at("analyst").get(f"/sellers/{make.seller(country='US').reference}/account/").content.decode()
    assert 'name="routing"' in text
    assert 'name="iban"' not in text


def test_the_form_says_what_will_be_on_hold():
    payout = quick.payout(amount_minor=123_400)
    text = at("analyst").get(f"/sellers/{payout.seller.reference}/account/").content.decode()
    assert "1 payout of" in text
    assert "1,234.00" in text
    ask(payout.seller)
    assert Hold.objects.get(payout=payout).reason == "account_change"


def test_bad_details_are_told_at_their_box_and_nothing_is_asked_for():
    answer = ask(make.seller(), iban="FR14", holder_name="")
    text = answer.content.decode()
    assert answer.status_code == 422
    assert "an IBAN of FR has 27" in text
    assert "Holder: it is missing" in text
    assert not AccountVersion.objects.exists()


def test_a_second_change_while_one_waits_is_refused_with_a_sentence(version):
    answer = ask(version.slot.seller)
    assert answer.status_code == 422
    assert "waits to be verified already" in answer.content.decode()


def test_a_closed_country_says_so():
    answer = at("analyst").get(f"/sellers/{make.seller(country='ZZ').reference}/account/")
    assert answer.status_code == 422
    assert "no country file opens ZZ" in answer.content.decode()


def test_no_page_shows_the_number(version):
    for client in (at("compliance"), at("analyst"), at("support")):
        text = client.get(f"/accounts/{version.pk}/").content.decode()
        assert "FR14 •••• •••• 2606" in text
        assert PLAIN not in text.replace(" ", "")


def test_another_person_verifies_and_the_list_is_empty_then(version):
    compliance = at("compliance")
    assert "To verify" in compliance.get("/accounts/").content.decode()
    answer = compliance.post(
        f"/accounts/{version.pk}/decide/",
        {"decision": "verified", "note": "Called back.", "compared": "on"},
        follow=True,
    )
    assert "verified." in answer.content.decode()
    assert "No account waits" in answer.content.decode()
    assert AccountDecision.objects.get().verified
    assert "verified, waits" in compliance.get("/accounts/?show=decided").content.decode()


def test_without_the_tick_nothing_is_verified_and_what_was_typed_stays(version):
    compliance = at("compliance")
    page = compliance.get(f"/accounts/{version.pk}/").content.decode()
    box = re.search(r'<input type="checkbox" name="compared"[^>]*>', page)
    assert box and " required" in box.group() and " checked" not in box.group()
    assert re.search(r'value="rejected" formnovalidate>', page)
    answer = compliance.post(
        f"/accounts/{version.pk}/decide/", {"decision": "verified", "note": "Called back."}
    )
    said = answer.content.decode()
    assert answer.status_code == 422
    assert "Not verified: compare them first, then tick this." in said and "Called back." in said
    assert not AccountDecision.objects.exists()
    compliance.post(f"/accounts/{version.pk}/decide/", {"decision": "rejected", "note": "Not theirs."})
    assert not AccountDecision.objects.get().verified


def test_a_rejection_without_a_reason_is_asked_for_again(version):
    answer = at("compliance").post(f"/accounts/{version.pk}/decide/", {"decision": "rejected", "note": ""})
    assert answer.status_code == 422
    assert "say why" in answer.content.decode()
    assert not AccountDecision.objects.exists()


def test_the_requester_is_told_that_another_must_verify():
    user = make.user("analyst", permissions=["payouts.verify_payout_account"], is_staff=True)
    ask(make.seller(), at("", user))
    version = AccountVersion.objects.get()
    text = at("", user).get(f"/accounts/{version.pk}/").content.decode()
    assert "another person must verify it" in text
    assert "Verify this account" not in text
    sent = {"decision": "verified", "note": "", "compared": "on"}
    answer = at("", user).post(f"/accounts/{version.pk}/decide/", sent)
    assert answer.status_code == 422
    assert not AccountDecision.objects.exists()


def test_what_does_not_fit_is_said(version):
    other = make.seller(name="Somebody Else")
    ask(other, holder_name="Northbridge Ltd")
    second = AccountVersion.objects.latest("pk")
    text = at("compliance").get(f"/accounts/{second.pk}/").content.decode()
    assert "Another holder" in text
    assert version.slot.seller.reference in text  # has the same account


def test_a_reveal_shows_the_number_once_and_is_recorded(version):
    compliance = at("compliance")
    answer = compliance.post(f"/accounts/{version.pk}/reveal/", {"reason": "The bank asked."})
    assert PLAIN in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]
    assert Event.objects.get(action="account.reveal").data == {"reason": "The bank asked."}
    assert compliance.get(f"/accounts/{version.pk}/reveal/").status_code == 405


def test_a_reveal_without_a_reason_shows_nothing(version):
    answer = at("compliance").post(f"/accounts/{version.pk}/reveal/", {"reason": ""})
    assert answer.status_code == 422
    assert PLAIN not in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "path"),
    [("support", "decide"), ("analyst", "decide"), ("analyst", "reveal"), ("auditor", "reveal")],
)
def test_who_may_not_gets_no_further(version, role, path):
    answer = at(role).post(
        f"/accounts/{version.pk}/{path}/", {"decision": "verified", "reason": "x", "note": ""}
    )
    assert answer.status_code == 403
    assert at("support").get(f"/sellers/{version.slot.seller.reference}/account/").status_code == 403


def test_the_list_asks_as_much_for_many_accounts_as_for_one(version):
    compliance = at("compliance")
    with CaptureQueriesContext(connection) as one:
        compliance.get("/accounts/")
    for _ in range(5):
        ask(quick.payout().seller)
    with CaptureQueriesContext(connection) as many:
        page = compliance.get("/accounts/").content.decode()
    assert page.count("<tr data-row") == 6
    assert len(many) == len(one)
