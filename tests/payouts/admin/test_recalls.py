"""A recall as people work it: asked for on the payout's page, answered from the list."""

from datetime import timedelta

import pytest
from django.urls import reverse

from payouts.models import Payout, Recall
from payouts.operations import recalls
from tests import make, make_payouts
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    """The pages' clock stands two hours after the hand-over."""
    for page in ("recalls", "payout"):
        monkeypatch.setattr(f"payouts.admin.{page}.database_now", lambda: make.NOW + timedelta(hours=2))


@pytest.fixture
def sent(tmp_path, settings) -> Payout:
    """A payout that the bank has."""
    with make_payouts.bank(tmp_path, settings):
        batch = make_payouts.submitted([12_00], country="US")
    return make_payouts.payouts_of(batch)[0]


def page_of(payout: Payout, role: str) -> str:
    return client(role).get(reverse("admin:payouts_payout_detail", args=[payout.reference])).content.decode()


def url(name: str, *args) -> str:
    return reverse(f"admin:payouts_{name}", args=args)


def asked(payout: Payout) -> Recall:
    return recalls.ask(
        payout_id=payout.pk, reason="Paid to a closed shop.", channel="phone", actor=make.person("analyst"),
        now=make.NOW,
    )  # fmt: skip


@pytest.mark.parametrize("role", ["analyst", "approver", "compliance", "treasurer"])
def test_after_submission_a_hold_offers_the_recall_instead(sent, role):
    page = page_of(sent, role)
    assert url("payout_recall", sent.reference) in page and "Ask the bank to recall" in page
    assert "/act/hold/" not in page


@pytest.mark.parametrize("role", ["support", "auditor"])
def test_others_are_offered_nothing(sent, role):
    assert url("payout_recall", sent.reference) not in page_of(sent, role)


def test_asking_says_what_was_sent_and_that_nothing_moves(sent):
    browser = client("compliance")
    form = browser.get(url("payout_recall", sent.reference)).content.decode()
    assert "Ask the bank to recall $12.00" in form
    assert "Handed over" in form and "Paris over Simulated bank" in form and "Nothing moves by itself" in form
    done = browser.post(
        url("payout_recall", sent.reference), {"channel": "portal", "reason": "Wrong seller."}, follow=True
    ).content.decode()
    assert "is on record" in done and "Wrong seller." in done and "the bank&#x27;s portal" in done
    assert "Off: the bank is being asked already" in done
    sent.refresh_from_db()
    assert sent.status == "SUBMITTED"


def test_asking_twice_or_for_what_is_not_with_the_bank_leads_back_with_the_reason(sent):
    asked(sent)
    browser = client("treasurer")
    answer = browser.get(url("payout_recall", sent.reference), follow=True).content.decode()
    assert "Not asked: the bank is being asked already" in answer
    again = browser.post(
        url("payout_recall", sent.reference), {"channel": "phone", "reason": "x"}
    ).content.decode()
    assert "Not asked: the bank is being asked already" in again
    assert Recall.objects.count() == 1


def test_the_list_shows_what_waits_and_the_treasurer_records_the_answer(sent):
    recall = asked(sent)
    browser = client("treasurer")
    listed = browser.get(url("recall_list")).content.decode()
    assert recall.attempt.end_to_end_id in listed and "Paid to a closed shop." in listed
    assert url("recall_answer", recall.pk) in listed
    given = {"state": "refused", "words": "Mr Ito: it is credited.", "answered_at": "2026-11-24T11:00"}
    done = browser.post(url("recall_answer", recall.pk), given, follow=True).content.decode()
    assert "answer is on record" in done and "The bank is asked for nothing" in done
    over = browser.get(url("recall_list") + "?show=answered").content.decode()
    assert "The bank refuses" in over and "Mr Ito" in over
    page = page_of(sent, "support")
    assert "The bank refuses" in page and "Mr Ito: it is credited." in page
    again = browser.get(url("recall_answer", recall.pk), follow=True).content.decode()
    assert "was written down already" in again


def test_a_wrong_answer_is_refused_with_what_to_do(sent):
    recall = asked(sent)
    answer = client("treasurer").post(url("recall_answer", recall.pk), {"state": "refused", "words": "No."})
    assert "say when the bank answered" in answer.content.decode()
    recall.refresh_from_db()
    assert recall.is_open


def test_who_may_ask_sees_the_list_without_the_verb(sent):
    recall = asked(sent)
    for role in ("analyst", "support", "auditor"):
        listed = client(role).get(url("recall_list")).content.decode()
        assert recall.attempt.end_to_end_id in listed
        assert url("recall_answer", recall.pk) not in listed


def test_the_front_page_counts_recalls_for_the_treasurer(sent):
    asked(sent)
    assert "Recalls without an answer" in client("treasurer").get("/").content.decode()
    assert "Recalls without an answer" not in client("analyst").get("/").content.decode()


def test_a_late_hold_names_the_recall(sent):
    page = client("compliance").get(reverse("admin:payouts_payout_act", args=["hold"]), {"ids": sent.pk})
    assert "ask the bank to recall it, on its page" in page.content.decode()


def test_the_list_says_what_is_asked_back(sent):
    asked(sent)
    browser = client("treasurer")
    assert 'hx-get="/recalls/totals/?currency=USD"' in browser.get("/recalls/?currency=USD").content.decode()
    part = browser.get("/recalls/totals/", {"currency": "USD"}).content.decode()
    assert "1 recall<" in part and ">12.00<small>USD" in part
    for query in ({"currency": "EUR"}, {"show": "answered"}):
        part = browser.get("/recalls/totals/", query).content.decode()
        assert "0 recalls<" in part and "12.00" not in part
