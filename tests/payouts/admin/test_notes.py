"""A note on a payout: what does not fit is said, and an id that is nobody's is answered in our words."""

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from payouts.models import PayoutNote
from payouts.operations import review
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


@pytest.fixture
def support() -> Client:
    client = Client()
    client.force_login(make.user("support", is_staff=True))
    return client


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "the text is empty"), ("x" * 3000, "it has 3,000 characters, at most 2,000 fit")],
)
def test_a_note_that_does_not_fit_is_not_written_and_says_why(support, text, said):
    answer = support.post(f"/payouts/{quick.payout().reference}/note/", {"text": text})
    (message,) = get_messages(answer.wsgi_request)
    assert said in str(message)
    assert not PayoutNote.objects.exists()


def test_a_note_that_just_fits_is_written(support):
    support.post(f"/payouts/{quick.payout().reference}/note/", {"text": "x" * review.LONGEST_NOTE})
    assert PayoutNote.objects.count() == 1


def test_a_payout_that_is_not_there_is_told_in_our_words(support):
    page = support.get("/payouts/P999999/")
    assert page.status_code == 404
    assert "matches the given query" not in page.content.decode()
    assert "names nothing here" in page.content.decode()


def test_what_nobody_was_shown_raises_no_alarm_about_a_bank_account():
    payout = quick.payout()
    outcome = review.review(
        payout_ids=[payout.pk], actor=make.person("analyst"), now=make.NOW, seen={payout.pk: "garbage"}
    )
    (refusal,) = outcome.refused
    assert "nothing that was shown to you" in refusal.reason


def test_ids_that_are_nobodys_are_not_refused_for_reasons_that_are_not_there():
    client = Client()
    client.force_login(make.user("approver", is_staff=True))
    page = client.post("/payouts/act/approve/", {"ids": "99999999"}, follow=True).content.decode()
    assert "Nothing of what you chose is there." in page
    assert "for the reasons above" not in page
