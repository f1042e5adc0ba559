"""The pages of reconciliation: statements, their lines, and what matches nothing."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import Event
from payouts.models import Attempt, BankDocument, Statement, StatementLine
from payouts.operations import reconciliation
from tests import make, make_payouts
from tests.payouts import camt
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(tmp_path, settings):
    """A submitted batch of two payouts from our French account."""
    with make_payouts.bank(tmp_path, settings):
        yield make_payouts.submitted([12_00, 34_00])


def read(*lines: camt.Line, **values) -> Statement:
    (made,) = reconciliation.read(body=camt.statement(lines, **values), rail="sepa", name="s", now=make.NOW)
    return made


def debit(sent) -> camt.Line:
    return camt.Line(-46_00, batch=f"{sent.reference}F1", count=2)


def page(browser: Client, name: str, *args) -> str:
    answer = browser.get(reverse(f"admin:{name}", args=args))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


@pytest.mark.parametrize(
    ("role", "status"),
    [
        ("treasurer", 200),
        ("accountant", 200),
        ("auditor", 200),
        ("analyst", 403),
        ("support", 403),
        ("admin", 403),
    ],
)
@pytest.mark.parametrize("name", ["payouts_statement_list", "payouts_statement_breaks"])
def test_only_roles_that_look_after_our_accounts_see_reconciliation(role, status, name):
    assert client(role).get(reverse(f"admin:{name}")).status_code == status


def test_a_statement_shows_its_balances_its_lines_and_what_each_matched(sent):
    attempt = Attempt.objects.get(amount_minor=12_00)
    back = camt.Line(12_00, end_to_end_id=attempt.end_to_end_id, return_code="AC04", reference="R1")
    made = read(debit(sent), back)
    text = page(client("accountant"), "payouts_statement_detail", made.pk)
    assert "€10,000.00" in text and "€9,966.00" in text
    assert "Payments debited" in text and str(sent.reference) in text
    assert "Money came back" in text and attempt.payout.reference in text
    assert "The account is closed." in text
    assert "every one has its match" in text


def test_the_list_says_first_follows_and_gap_and_how_many_lines_match_nothing():
    make_payouts.funding()
    read(number=1)
    read(camt.Line(-5_00, text="Fee"), number=2, day="2026-11-25")
    read(number=5, opening_minor=1, day="2026-11-26")
    text = page(client("treasurer"), "payouts_statement_list")
    assert "First" in text and "Follows" in text and "Gap before it" in text
    assert "1 without a match" in text
    gap = page(client("treasurer"), "payouts_statement_detail", Statement.objects.get(sequence=5).pk)
    assert "Statements 3 to 4 are missing" in gap and "does not open with the balance" in gap


def test_the_list_of_one_account_hides_the_others():
    make_payouts.funding()
    read(number=1)
    browser = client("treasurer")
    url = reverse("admin:payouts_statement_list")
    assert "STMT-1" in browser.get(url, {"account": "SEPA-EUR"}).content.decode()
    assert "STMT-1" not in browser.get(url, {"account": "OTHER"}).content.decode()


def test_a_break_is_matched_by_hand_with_how_one_knows(sent):
    made = read(debit(sent), camt.Line(34_00, text="RTN unclear", reference="X"))
    line = StatementLine.objects.get(statement=made, matched_at=None)
    attempt = Attempt.objects.get(amount_minor=34_00)
    browser = client("treasurer")
    assert "RTN unclear" in page(browser, "payouts_statement_breaks")
    url = reverse("admin:payouts_statement_match", args=[line.pk])
    text = browser.get(url).content.decode()
    assert attempt.end_to_end_id in text and "Match €34.00" in text
    missing = browser.post(url, {"attempt": attempt.pk, "note": ""})
    assert "This field is required" in missing.content.decode()
    both = browser.post(url, {"attempt": attempt.pk, "other": "P1", "note": "x"})
    assert "a line is about one payment" in both.content.decode()
    nobody = browser.post(url, {"attempt": "other", "note": "x"})
    assert "Name the payment." in nobody.content.decode()
    done = browser.post(url, {"attempt": attempt.pk, "note": "The bank wrote so."}, follow=True)
    line.refresh_from_db()
    assert (line.attempt, line.note) == (attempt, "The bank wrote so.")
    assert f"matched to {attempt.end_to_end_id}" in done.content.decode()
    attempt.payout.refresh_from_db()
    assert attempt.payout.status == "RETURNED"


def test_a_payment_is_named_by_its_payout_and_a_wrong_name_is_refused(sent):
    made = read(debit(sent), camt.Line(12_00, text="came back"))
    line = StatementLine.objects.get(statement=made, matched_at=None)
    attempt = Attempt.objects.get(amount_minor=12_00)
    browser = client("treasurer")
    url = reverse("admin:payouts_statement_match", args=[line.pk])
    wrong = browser.post(url, {"attempt": "other", "other": "P999999A1", "note": "x"})
    assert "Nothing was paid from SEPA-EUR under “P999999A1”" in wrong.content.decode()
    browser.post(url, {"attempt": "other", "other": f" {attempt.payout.reference.lower()} ", "note": "x"})
    line.refresh_from_db()
    assert line.attempt == attempt


def test_a_debit_of_another_amount_is_refused_with_the_reason(sent):
    made = read(camt.Line(-1_00, text="fee"))
    line = StatementLine.objects.get(statement=made)
    other = Attempt.objects.earliest("pk").end_to_end_id
    url = reverse("admin:payouts_statement_match", args=[line.pk])
    answer = client("treasurer").post(url, {"attempt": "other", "other": other, "note": "x"})
    assert f"{other} has another amount" in answer.content.decode()


def test_who_may_only_look_gets_no_verb_and_no_form(sent):
    made = read(camt.Line(-1_00, text="fee"))
    line = StatementLine.objects.get(statement=made)
    browser = client("accountant")
    assert "/reconciliation/lines/" not in page(browser, "payouts_statement_breaks")
    assert browser.get(reverse("admin:payouts_statement_match", args=[line.pk])).status_code == 403
    assert browser.get(reverse("admin:payouts_statement_upload")).status_code == 403


def test_a_matched_line_is_not_matched_again_from_a_stale_page(sent):
    made = read(debit(sent))
    line = StatementLine.objects.get(statement=made)
    url = reverse("admin:payouts_statement_match", args=[line.pk])
    answer = client("treasurer").get(url, follow=True)
    assert "has its match already" in answer.content.decode()
    late = client("treasurer").post(url, {"attempt": "1", "other": "", "note": "Seen"})
    assert late.status_code == 409 and "has its match already" in late.content.decode()


def upload(browser: Client, body: bytes):
    file = SimpleUploadedFile("day.xml", body, content_type="application/xml")
    return browser.post(reverse("admin:payouts_statement_upload"), {"file": file}, follow=True)


def test_a_statement_brought_by_hand_is_kept_read_matched_and_recorded_once(sent):
    browser = client("treasurer")
    body = camt.statement([debit(sent)])
    assert "Statement STMT-1 was read." in upload(browser, body).content.decode()
    assert StatementLine.objects.get().submission.batch == sent
    assert "nothing changed" in upload(browser, body).content.decode()
    assert BankDocument.objects.filter(kind="statement").count() == 1
    assert Event.objects.filter(action="statement.upload").count() == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"Dear bank", "Not read:"),
        (b"<a/>", "not a bank statement"),
        (camt.statement(account="FR7610107001011234567890129"), "none of our funding accounts (…0129)"),
        (camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<"), "is not the closing balance"),
    ],
)
def test_a_file_that_is_no_statement_of_ours_is_refused_with_what_is_wrong(body, sentence):
    make_payouts.funding()
    assert sentence in upload(client("treasurer"), body).content.decode()
    assert not BankDocument.objects.exists() and not Statement.objects.exists()
