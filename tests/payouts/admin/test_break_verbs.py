"""Saying what a line is, confirming it and dismissing it, in the browser's terms."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import Event
from payouts.models import Attempt, LineResolution, StatementLine
from tests import make_payouts
from tests.payouts import camt
from tests.payouts.admin.test_breaks import open_lines, propose
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def address(verb: str, line: StatementLine) -> str:
    return reverse(f"admin:payouts_statement_{verb}", args=[line.pk])


def post(browser: Client, verb: str, line: StatementLine, **values) -> str:
    answer = browser.post(address(verb, line), values, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.fixture
def unclear(sent) -> StatementLine:
    """Money that came back without saying of which payment."""
    return open_lines(camt.Line(34_00, text="RTN unclear", reference="X"))[0]


def test_a_suggestion_is_proposed_and_another_person_confirms_it(unclear):
    attempt = Attempt.objects.get(amount_minor=34_00)
    first, second = client("treasurer"), client("treasurer")
    about = f"payment:{attempt.pk}"
    form = first.get(address("propose", unclear), {"about": about}).content.decode()
    assert '<button class="btn main" type="submit">Propose what €34.00 is' in form
    assert f'value="{about}"' in form and "checked" in form and "same amount" in form

    text = post(first, "propose", unclear, about=about, evidence="The bank wrote so.")
    assert "Your proposal stands" in text and "it is your own proposal" in text
    own = first.get(address("confirm", unclear)).content.decode()
    proposal = LineResolution.objects.get()
    assert f"{attempt.payout.reference} counts as returned" in own
    assert '<th scope="col">Seller</th>' in own
    live = '<button class="btn main" type="submit" data-key="Enter">Confirm €34.00'
    assert "Off for you: it is your own proposal." in own and live not in own
    assert live in second.get(address("confirm", unclear)).content.decode()
    assert 'type="submit" data-key="Enter">Dismiss' in first.get(address("dismiss", unclear)).content.decode()
    text = post(first, "confirm", unclear, confirmed="1", proposal=proposal.pk)
    assert "it is your own proposal" in text

    text = post(second, "confirm", unclear, confirmed="1", proposal=proposal.pk)
    assert "confirmed and booked" in text
    unclear.refresh_from_db()
    attempt.payout.refresh_from_db()
    assert (unclear.attempt, attempt.payout.status) == (attempt, "RETURNED")


def test_what_the_bank_kept_is_said_before_it_is_confirmed(sent):
    attempt = Attempt.objects.get(amount_minor=34_00)
    (line,) = open_lines(camt.Line(33_00, text=f"Return {attempt.end_to_end_id}"))
    propose(line, "payment", attempt_id=attempt.pk)
    text = client("treasurer").get(address("confirm", line)).content.decode()
    assert "€1.00 that the bank kept are bank charges" in text and "€34.00 are the seller" in text


def test_the_form_says_what_it_lacks(unclear):
    browser = client("treasurer")
    for given, words in (
        ({"about": "charges", "evidence": ""}, "Fill this in"),
        ({"evidence": "x"}, "Choose one of these"),
        ({"about": "nonsense", "evidence": "x"}, "is none of these"),
        ({"about": "payment:999999", "evidence": "x"}, "is none of these"),
        ({"about": "charges", "other": "P1", "evidence": "x"}, "a line is about one thing"),
        ({"about": "named", "evidence": "x"}, "Name the payment."),
        ({"about": "named", "other": "P999999A1", "evidence": "x"}, "Nothing was paid from SEPA-EUR under"),
        ({"about": "other", "evidence": "x"}, "needs a document"),
    ):
        assert words in post(browser, "propose", unclear, **given)
    assert not LineResolution.objects.exists()


def test_a_payment_is_named_by_its_payout(unclear):
    attempt = Attempt.objects.get(amount_minor=34_00)
    named = f" {attempt.payout.reference.lower()} "
    post(client("treasurer"), "propose", unclear, about="named", other=named, evidence="x")
    assert LineResolution.objects.get().attempt == attempt


def test_a_payment_that_does_not_fit_is_refused_with_the_reason(unclear):
    small = Attempt.objects.get(amount_minor=12_00)
    text = post(
        client("treasurer"), "propose", unclear, about="named", other=small.end_to_end_id, evidence="x"
    )
    assert f"more came back than {small.end_to_end_id} had sent" in text


def test_a_document_comes_with_a_proposal_and_is_read_by_who_may(unclear):
    file = SimpleUploadedFile("../letter.pdf", b"%PDF secret", content_type="application/pdf")
    post(client("treasurer"), "propose", unclear, about="other", evidence="Nobody knows.", document=file)
    made = LineResolution.objects.get()
    url = reverse("admin:payouts_statement_document", args=[made.pk])
    answer = client("accountant").get(url)
    assert answer.content == b"%PDF secret"
    assert answer["Content-Disposition"] == 'attachment; filename="letter.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert client("support").get(url).status_code == 403
    assert Event.objects.filter(action="break.read_document").count() == 1


def test_a_dismissed_proposal_books_nothing_and_makes_room_for_another(unclear):
    wish = propose(unclear, "funds")
    browser = client("treasurer")
    assert "the line stays open" in browser.get(address("dismiss", unclear)).content.decode()
    assert "dismissed." in post(browser, "dismiss", unclear, confirmed="1", proposal=wish.pk)
    unclear.refresh_from_db()
    assert unclear.matched_at is None
    assert "Your proposal stands" in post(
        browser, "propose", unclear, about="charges", evidence="A refund of fees."
    )


def test_a_stale_page_does_nothing_and_says_so(unclear):
    wish, browser = propose(unclear), client("treasurer")
    assert "a proposal waits" in post(browser, "propose", unclear, about="charges", evidence="x")
    post(browser, "dismiss", unclear, confirmed="1", proposal=wish.pk)
    late = browser.post(address("confirm", unclear), {"confirmed": "1", "proposal": wish.pk})
    assert late.status_code == 409 and "confirmed or dismissed already" in late.content.decode()
    for shown in ("", "x", "999999", "9" * 40):
        assert "the page was not complete" in post(browser, "confirm", unclear, confirmed="1", proposal=shown)
    for verb, words in (("confirm", "Not confirmed"), ("dismiss", "Not dismissed")):
        assert words in browser.get(address(verb, unclear), follow=True).content.decode()


def test_the_proposal_of_another_line_is_not_confirmed_here(unclear):
    (other,) = open_lines(camt.Line(-5), number=2, opening_minor=1_003_400)[1:]
    wish = propose(other)
    text = post(client("treasurer"), "confirm", unclear, confirmed="1", proposal=wish.pk)
    assert "the page was not complete" in text
    wish.refresh_from_db()
    assert wish.confirmed_at is None


def test_who_may_only_look_reaches_no_verb(unclear):
    propose(unclear)
    for role in ("accountant", "auditor", "approver"):
        for verb in ("propose", "confirm", "dismiss"):
            assert client(role).get(address(verb, unclear)).status_code == 403


def test_what_is_about_no_seller_has_no_column_of_sellers():
    make_payouts.funding()
    (line,) = open_lines(camt.Line(-5_00, text="Account fee"))
    propose(line)
    text = client("treasurer").get(address("confirm", line)).content.decode()
    assert "What will happen" in text and '<th scope="col">Seller</th>' not in text
