"""The page of a batch: its file holds full account numbers, and is handed out like a reveal."""

import html
import re

import pytest
from django.test import Client

from backoffice.audit.models import Event
from payouts.models import Flag, Payout
from payouts.operations import _reveals, batching
from tests import make, make_payouts

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        yield make_payouts.submitted([1200])


@pytest.fixture
def treasurer() -> Client:
    client = Client()
    client.force_login(make.user("treasurer", is_staff=True))
    return client


def test_the_file_is_handed_out_with_a_reason_which_is_recorded(sent, treasurer):
    assert "Why you need the file" in treasurer.get(f"/batches/{sent.reference}/").content.decode()

    answer = treasurer.post(f"/batches/{sent.reference}/file/", {"reason": "The bank asks."})

    assert b"pain.001" in answer.content
    assert "no-store" in answer.headers["Cache-Control"]
    assert Event.objects.get(action="submission.download").data["reason"] == "The bank asks."


def test_the_file_is_not_handed_out_without_a_reason(sent, treasurer):
    answer = treasurer.post(f"/batches/{sent.reference}/file/", {"reason": " "})

    assert answer.status_code == 422
    assert b"<CdtTrfTxInf>" not in answer.content
    assert "Fill this in" in answer.content.decode()
    assert not Event.objects.filter(action="submission.download").exists()


def test_too_many_files_are_refused_with_a_sentence_on_the_page(sent, treasurer, monkeypatch):
    monkeypatch.setattr(_reveals, "PER_HOUR", 0)

    answer = treasurer.post(f"/batches/{sent.reference}/file/", {"reason": "The bank asks."})

    assert answer.status_code == 422
    assert "ask a colleague" in answer.content.decode()


def test_who_may_not_have_the_file_is_not_asked_why(sent):
    support = Client()
    support.force_login(make.user("support", is_staff=True))
    assert "Why you need the file" not in support.get(f"/batches/{sent.reference}/").content.decode()
    assert support.post(f"/batches/{sent.reference}/file/", {"reason": "x"}).status_code == 403


def test_who_cannot_approve_a_batch_is_not_shown_what_would_be_sent(treasurer):
    batch = make_payouts.proposed_batch([1200])
    proposer = Client()
    proposer.force_login(batch.proposed_by)
    type(batch.proposed_by).objects.filter(pk=batch.proposed_by_id).update(is_staff=True)
    page = f"/batches/{batch.reference}/approve/"

    assert treasurer.get(page).status_code == 200
    refused = proposer.get(page, follow=True)
    assert refused.redirect_chain == [(f"/batches/{batch.reference}/", 302)]
    assert "Another treasurer must approve it" in refused.content.decode()

    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=make_payouts.NOW)
    assert treasurer.get(page).status_code == 409


def test_the_timeline_comes_along_once_the_batch_has_moved_on(treasurer):
    batch = make_payouts.proposed_batch([1200])
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=make_payouts.NOW)
    page = treasurer.get(f"/batches/{batch.reference}/").content.decode()
    url = html.unescape(re.search(r'hx-get="(/batches/[^"]*/progress/[^"]*)"', page)[1])
    assert 'id="timeline"' not in treasurer.get(url).content.decode()
    moved = treasurer.get(url.replace("was=APPROVED", "was=PROPOSED")).content.decode()
    assert '<div id="timeline" hx-swap-oob="true">' in moved and "Approved" in moved


def test_the_parts_that_follow_the_batch_come_along_and_a_page_of_another_status_is_offered_anew(treasurer):
    batch = make_payouts.proposed_batch([1200])
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=make_payouts.NOW)
    page = treasurer.get(f"/batches/{batch.reference}/").content.decode()
    assert '<p id="stale"></p>' in page and 'id="figures"' in page and 'id="handed"' in page
    url = html.unescape(re.search(r'hx-get="(/batches/[^"]*/progress/[^"]*)"', page)[1])
    same = treasurer.get(url).content.decode()
    assert 'id="figures" hx-swap-oob="true"' in same and 'id="handed" hx-swap-oob="true"' in same
    assert 'id="stale"' not in same
    moved = treasurer.get(url.replace("was=APPROVED", "was=PROPOSED")).content.decode()
    assert 'id="stale"' in moved and f'href="/batches/{batch.reference}/">Load the page again</a>' in moved


def test_dissolving_says_how_many_payouts_and_how_much(treasurer):
    batch = make_payouts.proposed_batch([12_00, 34_00])
    page = treasurer.get(f"/batches/{batch.reference}/dissolve/")
    assert page.context["verb"] == f"Dissolve {batch.reference}: 2 payouts of €46.00"
    assert page.context["title"] == page.context["verb"]


def test_flags_of_its_payouts_stand_on_the_page_while_they_may_still_leave_it(treasurer):
    batch = make_payouts.proposed_batch([1200])
    page = f"/batches/{batch.reference}/"
    assert "Refunds 56%" not in treasurer.get(page).content.decode()
    Flag.objects.create(
        payout=Payout.objects.get(batch=batch),
        code="refunds_jump",
        facts={"percent": 56, "usual_percent": 4},
        raised_at=make_payouts.NOW,
    )
    text = treasurer.get(page).content.decode()
    assert "To know" in text and "Refunds 56%" in text


def test_what_the_page_says_and_offers_moves_with_its_progress(treasurer):
    batch = make_payouts.proposed_batch([1200])
    page = treasurer.get(f"/batches/{batch.reference}/").content.decode()
    answer = treasurer.get(f"/batches/{batch.reference}/progress/").content.decode()
    for name in ("standing", "next", "doings"):
        assert f'id="{name}"' in page
        assert f'id="{name}" hx-swap-oob="true"' in answer
    assert "Awaiting approval" in answer and "Dissolve" in answer
