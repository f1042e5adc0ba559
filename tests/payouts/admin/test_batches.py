"""The page of a batch: its file holds full account numbers, and is handed out like a reveal."""

import html
import re
from datetime import UTC, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from backoffice.audit import actors
from backoffice.audit.models import Event
from payouts.models import Flag, Payout
from payouts.operations import _reveals, batching, holds, submission
from payouts.queries import batch_words, leaving
from payouts.states import BatchStatus
from sellers.ledger.money import Money
from sellers.operations import suspend
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
    assert 'id="handed" hx-swap-oob="true"' in same
    assert 'id="stale"' not in same and 'id="figures"' not in same
    moved = treasurer.get(url.replace("was=APPROVED", "was=PROPOSED")).content.decode()
    assert 'id="figures" hx-swap-oob="true"' in moved
    assert 'id="stale"' in moved and f'href="/batches/{batch.reference}/">Load the page again</a>' in moved


def test_the_time_left_to_the_cut_off_comes_along_with_the_progress(treasurer):
    batch = make_payouts.approved_batch([1200], now=timezone.now())
    page = treasurer.get(f"/batches/{batch.reference}/").content.decode()
    left = f'data-until="{batch.cut_off_at.astimezone(UTC).isoformat(timespec="seconds")}"'
    assert '<span id="cut-off"><span data-until=' in page and left in page
    url = html.unescape(re.search(r'hx-get="(/batches/[^"]*/progress/[^"]*)"', page)[1])
    along = treasurer.get(url).content.decode()
    assert 'id="figures"' not in along
    assert f'<span id="cut-off" hx-swap-oob="true"><span {left}' in along
    anew = treasurer.get(url.replace("was=APPROVED", "was=PROPOSED")).content.decode()
    assert anew.count('id="cut-off"') == 1 and 'id="figures" hx-swap-oob="true"' in anew


def dissolved_in_timeline(browser: Client, batch) -> dict:
    entries = browser.get(f"/batches/{batch.reference}/").context["timeline_entries"]
    return next(each for each in entries if each["title"] == "Dissolved")


def test_the_timeline_says_who_dissolved_the_batch_and_why(treasurer):
    batch = make_payouts.proposed_batch([1200])
    who = make.user("treasurer", first_name="Tove", last_name="Berg")
    batching.dissolve(batch_id=batch.pk, actor=actors.person(who), reason="Wrong day.", now=make_payouts.NOW)
    entry = dissolved_in_timeline(treasurer, batch)
    assert (entry["who"], entry["text"]) == ("Tove Berg", "Wrong day.")


def test_the_timeline_says_that_the_program_dissolved_a_batch_of_which_nothing_could_be_sent(
    treasurer, tmp_path, settings
):
    batch = make_payouts.approved_batch([1200])
    (payout,) = make_payouts.payouts_of(batch)
    suspend(
        seller_id=payout.seller_id, reason="Documents", actor=make.person("compliance"), now=make_payouts.NOW
    )
    with make_payouts.bank(tmp_path, settings):
        submission.submit(batch_id=batch.pk, now=make_payouts.NOW)
    entry = dissolved_in_timeline(treasurer, batch)
    assert entry["who"] == "The program"
    assert entry["text"].startswith("nothing of it could be sent")


def test_what_leaves_is_not_counted_each_time_a_batch_is_asked_how_far_it_is(treasurer, monkeypatch):
    """That costs by the size of the batch, and one that waits for its rail is asked all the time."""
    batch = make_payouts.approved_batch([1200])
    page, counted, really = treasurer.get(f"/batches/{batch.reference}/").content.decode(), [], leaving.of
    url = html.unescape(re.search(r'hx-get="(/batches/[^"]*/progress/[^"]*)"', page)[1])
    monkeypatch.setattr(leaving, "of", lambda **asked: counted.append(1) or really(**asked))
    assert "Dissolve" in treasurer.get(url).content.decode() and not counted
    treasurer.get(url.replace("was=APPROVED", "was=PROPOSED"))
    assert counted == [1]


def test_who_approved_it_is_not_told_that_it_changed_behind_their_back(treasurer):
    batch = make_payouts.proposed_batch([1200])
    url = f"/batches/{batch.reference}/approve/"
    sent = {**dict(treasurer.get(url).context["hidden"]), "confirmed": "1"}
    assert "It is being handed to the bank" in treasurer.post(url, sent, follow=True).content.decode()
    for again in (treasurer.get(url, follow=True), treasurer.post(url, sent, follow=True)):
        assert again.redirect_chain == [(f"/batches/{batch.reference}/", 302)]
        assert f"You approved {batch.reference} already. Nothing more was done now." in again.content.decode()
    another = Client()
    another.force_login(make.user("treasurer", is_staff=True))
    assert another.get(url).status_code == 409
    batching.dissolve(batch_id=batch.pk, actor=make.person("treasurer"), reason="Wait.", now=make_payouts.NOW)
    assert treasurer.get(url).status_code == 409  # what became of the approval is news


@pytest.mark.parametrize(
    ("was", "status", "words"),
    [
        ("APPROVED", "SUBMITTING", "As it was approved, the batch is being handed to the bank."),
        ("APPROVED", "SUBMITTED", "As it was approved, the batch was handed to the bank."),
        ("SUBMITTING", "SUBMITTED", "As it was approved, the batch was handed to the bank."),
        ("APPROVED", "DISSOLVED", "The batch has moved on since you opened this page."),
        ("APPROVED", "PROPOSED", "The batch has moved on since you opened this page."),
        ("PROPOSED", "SUBMITTING", "The batch has moved on since you opened this page."),
        ("SUBMITTED", "SETTLED", "The batch has moved on since you opened this page."),
    ],
)
def test_a_batch_that_goes_as_approved_does_not_count_as_a_surprise(was, status, words):
    batch = make_payouts.approved_batch([12_00])
    batch.status = status
    assert batch_words.since_opened(batch, was=was) == words


def test_the_page_that_was_opened_after_the_approval_says_that_the_batch_goes_as_approved(sent, treasurer):
    moved = treasurer.get(f"/batches/{sent.reference}/progress/?was=APPROVED").content.decode()
    assert "As it was approved, the batch was handed to the bank. <a" in moved
    assert "since you opened" not in moved


def test_dissolving_says_how_many_payouts_and_how_much(treasurer):
    batch = make_payouts.proposed_batch([12_00, 34_00])
    page = treasurer.get(f"/batches/{batch.reference}/dissolve/")
    assert page.context["verb"] == f"Dissolve {batch.reference}: 2 payouts of €46.00"
    assert page.context["title"] == page.context["verb"]
    ids = [payout.pk for payout in make_payouts.payouts_of(batch)]
    holds.hold(
        payout_ids=ids, reason="dispute", note="Look.", actor=make.person("analyst"), now=make_payouts.NOW
    )
    page = treasurer.get(f"/batches/{batch.reference}/dissolve/")
    assert page.context["verb"] == f"Dissolve {batch.reference}"
    words = "Nothing is in it: every payout has left it already, and nothing changes for them."
    assert page.context["lead"] == words
    full = make_payouts.proposed_batch([12_00])
    for each, said in ((batch, "nothing was in it any more"), (full, "its payouts are approved again")):
        answer = treasurer.post(f"/batches/{each.reference}/dissolve/", {"reason": "No"}, follow=True)
        assert f"{each.reference} dissolved: {said}." in answer.content.decode()


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


def test_who_approves_a_batch_sees_what_will_not_leave_it_for_its_seller_is_suspended(treasurer):
    batch = make_payouts.proposed_batch([12_00, 34_00])
    barred = Payout.objects.get(batch=batch, amount_minor=34_00)
    suspend(
        seller_id=barred.seller_id, reason="Documents", actor=make.person("compliance"), now=make_payouts.NOW
    )
    page = treasurer.get(f"/batches/{batch.reference}/").content.decode()
    assert "1 will not leave" in page and "The seller is suspended; compliance must lift that first." in page
    assert page.count("Seller suspended") == 1
    context = treasurer.get(f"/batches/{batch.reference}/approve/").context
    assert [each["payee"].payout for each in context["kept"]] == [barred]
    assert context["kept_money"] == Money(34_00, "EUR")
    own = treasurer.get(f"/payouts/{barred.reference}/").content.decode()
    assert "Seller suspended" in own
    other = Payout.objects.exclude(pk=barred.pk).get(batch=batch)
    assert "Seller suspended" not in treasurer.get(f"/payouts/{other.reference}/").content.decode()


def test_a_batch_that_something_left_after_its_approval_did_not_go_as_approved():
    batch = make_payouts.approved_batch([12_00, 34_00])
    batch.status = BatchStatus.SUBMITTED
    assert batch_words.since_opened(batch, was="APPROVED").startswith("As it was approved")
    left = Payout.objects.filter(batch=batch).first()
    # A hold that waited for the approval bears the moment at which it was asked for.
    before = make_payouts.NOW - timedelta(seconds=1)
    holds.hold(
        payout_ids=[left.pk], reason="dispute", note="Ask.", actor=make.person("compliance"), now=before
    )
    assert batch.items.get(payout=left).left_at < batch.approved_at
    assert batch_words.since_opened(batch, was="APPROVED").startswith("The batch has moved on")
