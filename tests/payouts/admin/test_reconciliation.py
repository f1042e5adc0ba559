"""The pages of reconciliation: statements, their lines, and what matches nothing."""

import csv
import io
import zlib
from datetime import timedelta
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import etree

from backoffice.audit.clock import database_now
from backoffice.audit.models import Event
from payouts.models import Attempt, Statement, StatementLine
from payouts.operations import imports
from sellers.ledger.importing import parts
from sellers.ledger.models import Book, ImportFile, ImportPart
from sellers.ledger.operations import posting
from tests import make, make_payouts
from tests.payouts import camt
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def read(*lines: camt.Line, **values) -> Statement:
    (made,) = camt.read(body=camt.statement(lines, **values), rail="sepa", name="s", now=make.NOW)
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
def test_only_roles_that_look_after_our_accounts_see_reconciliation(role, status):
    assert client(role).get(reverse("admin:payouts_statement_list")).status_code == status


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


def test_a_statement_without_lines_says_so_and_the_head_names_the_account():
    make_payouts.funding()
    made = read()
    text = page(client("accountant"), "payouts_statement_detail", made.pk)
    assert "nothing was booked" in text and "every one has its match" not in text
    assert made.funding_account.code in text.split('class="strip"')[0]


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


def test_our_books_are_added_up_after_the_page_and_said_to_differ_where_they_do(sent):
    browser = client("treasurer")
    read(camt.Line(-5_00, text="Fee"))
    first, then = page(browser, "payouts_statement_list"), page(browser, "payouts_statement_accounts")
    assert "9,995.00<small>" in first and "data-adding>" in first and "Agrees" not in first
    assert f'hx-get="{reverse("admin:payouts_statement_accounts")}"' in first and "hx-get" not in then
    assert then.count("9,995.00<small>") == 2 and "Agrees" in then and "data-adding>" not in then

    leg = posting.Leg(Book.CASH, 70, "EUR", funding_code="SEPA-EUR")
    against = posting.Leg(Book.SUSPENSE, -70, "EUR")
    posting.post(postings=[posting.Posting(key="x", kind="bank_line", legs=(leg, against))], now=make.NOW)
    then = page(browser, "payouts_statement_accounts")
    assert "Differs" in then and "9,995.70<small>" in then and ">0.70<small>" in then


def test_where_no_script_runs_a_link_adds_up_our_books_on_the_page_itself(sent):
    read(camt.Line(-5_00, text="Fee"))
    url = reverse("admin:payouts_statement_list")
    first = client("treasurer").get(url, {"account": "SEPA-EUR"}).content.decode()
    assert '<noscript><a href="?account=SEPA-EUR&amp;books=1">' in first
    then = client("treasurer").get(url, {"account": "SEPA-EUR", "books": "1"}).content.decode()
    assert "Agrees" in then and "data-adding>" not in then and "STMT-1" in then


def test_the_page_of_statements_sums_no_ledger(sent):
    read(camt.Line(-5_00, text="Fee"))
    browser = client("treasurer")
    with CaptureQueriesContext(connection) as asked:
        page(browser, "payouts_statement_list")
    assert not [each for each in asked if "ledger_entry" in each["sql"]]


def test_the_list_of_one_account_hides_the_others():
    make_payouts.funding()
    read(number=1)
    browser = client("treasurer")
    url = reverse("admin:payouts_statement_list")
    assert "STMT-1" in browser.get(url, {"account": "SEPA-EUR"}).content.decode()
    assert "STMT-1" not in browser.get(url, {"account": "OTHER"}).content.decode()


def test_who_may_only_look_gets_no_verb_and_no_form():
    make_payouts.funding()
    browser = client("accountant")
    address = reverse("admin:ledger_statement_new")
    assert address not in page(browser, "payouts_statement_list")
    assert browser.get(address).status_code == 403


def upload(browser: Client, body: bytes):
    file = SimpleUploadedFile("day.xml", body, content_type="application/xml")
    return browser.post(reverse("admin:ledger_statement_new"), {"file": file}, follow=True)


def answered(browser: Client, page: str, file: ImportFile) -> str:
    """What a page sends piece by piece."""
    return b"".join(browser.get(reverse(f"admin:{page}", args=[file.pk])).streaming_content).decode()


def test_a_statement_brought_by_hand_is_kept_read_matched_and_recorded_once(sent):
    browser = client("treasurer")
    body = camt.statement([debit(sent)])
    looked = upload(browser, body)
    assert "STMT-1" in looked.content.decode() and not Statement.objects.exists()
    confirm = reverse("admin:ledger_import_confirm", args=[looked.context["file"].pk])
    assert "1 bank line imported" in browser.post(confirm, follow=True).content.decode()
    assert StatementLine.objects.get().submission.batch == sent
    assert "Nothing would change" in upload(browser, body).content.decode()
    file = Statement.objects.get().import_file
    with parts.opened(file) as kept:
        assert kept.read() == body
    assert Event.objects.filter(action="statement.upload").count() == 1


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"Dear bank", "a plain text, not a camt.053 statement"),
        (b"<a/>", "not a bank statement"),
        (b"<a", "Not read: The document is not well-formed XML from line 1 on"),
        (camt.statement(account="FR7610107001011234567890129"), "none of our funding accounts (…0129)"),
        (camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<"), "is not the closing balance"),
    ],
)
def test_a_file_that_is_no_statement_of_ours_is_refused_with_what_is_wrong(body, sentence):
    make_payouts.funding()
    assert sentence in upload(client("treasurer"), body).content.decode()
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    ("body", "said", "not_said"),
    [
        (b"<a", ["Refused: could not be read"], ["1 error", "with errors"]),
        (
            camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<"),
            ["Refused: it has errors", "1 error"],
            ["with errors", "could not be read"],
        ),
    ],
)
def test_the_list_of_imports_says_whether_a_refused_statement_could_be_read(body, said, not_said):
    make_payouts.funding()
    browser = client("treasurer")
    page = upload(browser, body).content.decode()
    listed = browser.get(reverse("admin:ledger_import_list")).content.decode()
    assert said[0] in page
    assert all(each in listed for each in said) and not any(each in listed for each in not_said)


def test_a_refused_statement_is_given_back_with_its_errors_and_no_other_change():
    make_payouts.funding()
    browser = client("treasurer")
    body = camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<")
    refused = upload(browser, body)
    address = reverse("admin:ledger_import_copy", args=[refused.context["file"].pk])
    assert address in refused.content.decode()
    answer = browser.get(address)
    copy = b"".join(answer.streaming_content)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="day-with-errors.xml"'
    assert answer.headers["Content-Type"] == "application/xml"
    said = copy.partition(b"<!-- error: ")[2].partition(b" -->")[0].decode()
    assert said == (
        "Statement STMT-1: Opening balance plus booked lines is not the closing balance: "
        "they come to €9,999.95, it is €1.00."
    )
    assert copy.replace(f"<!-- error: {said} -->\n".encode(), b"") == body
    assert "is not the closing balance" in upload(browser, copy).content.decode(), (
        "it is read like the original"
    )


def test_each_line_that_is_wrong_is_named_on_the_page_in_the_errors_and_in_the_copy():
    make_payouts.funding()
    browser = client("treasurer")
    lines = [camt.Line(-100), camt.Line(-200), camt.Line(-300)]
    body = camt.statement(lines).replace(b">1.00<", b">1.001<").replace(b">3.00<", b">three<")
    page = upload(browser, body)
    file = page.context["file"]
    assert "3 errors" in page.content.decode() and "not booked" in page.content.decode()
    assert [(row.row_number, row.statement_line) for row in page.context["pager"].rows] == [
        (1, 1),
        (1, 3),
        (1, 0),
    ]
    answer = answered(browser, "ledger_import_errors", file)
    assert [row[:2] for row in csv.reader(io.StringIO(answer))] == [
        ["statement", "line"],
        ["1", ""],
        ["1", "1"],
        ["1", "3"],
    ]
    copy = answered(browser, "ledger_import_copy", file).encode()
    found = etree.fromstring(copy).iterfind(".//{*}Ntry")
    before = [str(line.getprevious()) for line in found]
    assert ["Line 1: “1.001 EUR” is no amount in EUR" in before[0], "error" in before[1]] == [True, False]
    assert "Line 3: “three EUR” is no amount in EUR" in before[2]


def test_a_copy_whose_bytes_go_while_it_is_sent_ends_in_an_error_and_not_as_a_whole_file():
    make_payouts.funding()
    file = upload(
        client("treasurer"), camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<")
    ).context["file"]
    pieces = parts.pieces(file)
    ImportPart.objects.create(import_file=file, position=1, body=zlib.compress(b"more"))
    assert b"STMT-1" in next(pieces)
    file.parts.all().delete()
    with pytest.raises(ImportPart.DoesNotExist):
        next(pieces)


def test_what_is_broken_xml_has_no_copy_to_mark():
    browser = client("treasurer")
    refused = upload(browser, b"<a")
    address = reverse("admin:ledger_import_copy", args=[refused.context["file"].pk])
    assert address not in refused.content.decode()
    rows = list(csv.reader(io.StringIO(answered(browser, "ledger_import_copy", refused.context["file"]))))
    assert rows[0] == ["statement", "line", "error"], "the errors alone"
    assert rows[1][:2] == ["", ""] and rows[1][2].startswith("Not read:"), "of no statement, and of no line"
    assert ">0<" not in refused.content.decode().partition("Not read:")[0].rpartition("<tr")[2]


def test_who_only_looks_gets_the_errors_of_a_refused_statement_and_not_what_the_bank_wrote():
    make_payouts.funding()
    browser = client("treasurer")
    refused = upload(browser, camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<"))
    file = refused.context["file"]
    address, page = (
        reverse("admin:ledger_import_copy", args=[file.pk]),
        reverse("admin:ledger_import_detail", args=[file.pk]),
    )
    for role in ("accountant", "auditor"):
        assert address not in client(role).get(page).content.decode()
        answer = client(role).get(address)
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert camt.IBAN.encode() not in b"".join(answer.streaming_content)
    assert not Event.objects.filter(action="import.copy").exists()
    b"".join(browser.get(address).streaming_content)
    assert Event.objects.get(action="import.copy").subject_id == file.pk


def test_the_bytes_of_a_refused_file_are_kept_for_two_weeks_and_its_errors_for_good():
    make_payouts.funding()
    browser = client("treasurer")
    file = upload(browser, camt.statement([camt.Line(-5)]).replace(b">9999.95<", b">1.00<")).context["file"]
    imports.sweep(now=file.uploaded_at + imports.KEEP_REFUSED)
    assert file.parts.exists()
    imports.sweep(now=file.uploaded_at + imports.KEEP_REFUSED + timedelta(seconds=1))
    assert not file.parts.exists()
    page = browser.get(reverse("admin:ledger_import_detail", args=[file.pk])).content.decode()
    assert "is not the closing balance" in page
    assert reverse("admin:ledger_import_copy", args=[file.pk]) not in page


def test_a_day_without_movement_is_booked_like_any_other():
    make_payouts.funding()
    browser = client("treasurer")
    looked = upload(browser, camt.statement())
    assert (
        "Book the statement" in looked.content.decode()
        and "Nothing would change" not in looked.content.decode()
    )
    confirm = reverse("admin:ledger_import_confirm", args=[looked.context["file"].pk])
    done = browser.post(confirm, follow=True).content.decode()
    assert Statement.objects.get().statement_id == "STMT-1" and "Nothing changed" not in done
    again = upload(browser, camt.statement())
    assert "Nothing would change: its days and balances are known already" in again.content.decode()
    confirm = reverse("admin:ledger_import_confirm", args=[again.context["file"].pk])
    done = browser.post(confirm, follow=True).content.decode()
    assert "Nothing changed: its days and balances were known already" in done
    assert "Nothing changed: what “day.xml” says of days and balances is known already" in done
    assert "all 0" not in again.content.decode() + done


def test_a_statement_of_a_day_that_has_not_come_is_refused():
    make_payouts.funding()
    ahead = (database_now() + timedelta(days=9)).date()
    page = upload(client("treasurer"), camt.statement(day=str(ahead))).content.decode()
    assert "which has not come: ask the bank for a right one" in page


def test_one_that_comes_late_is_said_when_the_next_does_not_follow_it():
    make_payouts.funding()
    browser = client("treasurer")
    first = upload(browser, camt.statement(number=2, day="2026-11-22", opening_minor=900_00))
    browser.post(reverse("admin:ledger_import_confirm", args=[first.context["file"].pk]))
    late = camt.statement(number=1, day="2026-11-21", opening_minor=901_00)
    assert "Statement STMT-2 does not open with the balance that STMT-1 closed with" in unescape(
        upload(browser, late).content.decode()
    )
    done = upload(browser, late).context["file"]
    booked = (
        client("treasurer")
        .post(reverse("admin:ledger_import_confirm", args=[done.pk]), follow=True)
        .content.decode()
    )
    assert "STMT-2 does not open with the balance that STMT-1 closed with" in booked, "also once it is booked"
    fits = camt.statement(number=3, day="2026-11-22", opening_minor=900_00)
    assert "does not open" not in upload(browser, fits).content.decode(), "two of one day"


def test_a_statement_of_long_ago_is_said_and_one_that_ends_before_it_begins_is_refused():
    make_payouts.funding()
    browser = client("treasurer")
    assert "more than a year ago" in upload(browser, camt.statement(day="2020-02-29")).content.decode()
    body = camt.statement(day="2026-11-20").replace(b"2026-11-20", b"2026-11-21", 1)
    assert "It opens after the day on which it closes" in upload(browser, body).content.decode()


def test_what_follows_what_is_said_as_it_is_when_the_statement_is_booked():
    """Seen with a gap before it; the missing one came before it was booked."""
    make_payouts.funding()
    browser = client("treasurer")
    days = [camt.statement(number=n, day=f"2026-11-{20 + n}") for n in (1, 2, 3)]

    def booked(looked, by=browser) -> str:
        confirm = reverse("admin:ledger_import_confirm", args=[looked.context["file"].pk])
        return by.post(confirm, follow=True).content.decode()

    booked(upload(browser, days[0]))
    third = upload(browser, days[2])
    assert "Statement 2 is missing" in third.content.decode()
    booked(upload(browser, days[1]))
    booked(third, by=client("treasurer"))
    address = reverse("admin:ledger_import_detail", args=[third.context["file"].pk])
    assert "Statement 2 is missing" not in browser.get(address).content.decode()


def test_a_file_in_which_all_was_known_after_all_adds_up_to_nothing():
    make_payouts.funding()
    browser = client("treasurer")
    body = camt.statement([camt.Line(-1_200)])
    first, second = upload(browser, body), upload(browser, body)
    for each in (first, second):
        browser.post(reverse("admin:ledger_import_confirm", args=[each.context["file"].pk]))
    totals = ImportFile.objects.order_by("pk").values_list("totals", flat=True)
    assert list(totals) == [{"EUR": {"credited": 0, "debited": -1_200}}, {}]
