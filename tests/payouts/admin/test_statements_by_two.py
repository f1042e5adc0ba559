"""A statement that does not follow is booked by two people, so that nobody alone keeps the right one out."""

import re
from importlib import import_module

import pytest
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse

from backoffice.audit import actors
from payouts.models import Statement
from payouts.operations import imports
from sellers.ledger.importing import posting
from sellers.ledger.models import ImportFile
from tests import make, make_payouts
from tests.payouts import camt
from tests.payouts.admin.test_pages import client
from tests.payouts.admin.test_reconciliation import upload

pytestmark = pytest.mark.django_db
RIGHT = camt.statement([camt.Line(-5_00)], number=2, day="2026-11-25")
WRONG = camt.statement([camt.Line(-5_00)], number=2, day="2026-11-25", opening_minor=7)


@pytest.fixture
def browser() -> Client:
    """A treasurer's, who booked the day before."""
    make_payouts.funding()
    made = client("treasurer")
    confirm(made, brought(made, camt.statement(number=1)))
    assert Statement.objects.count() == 1
    return made


def brought(browser: Client, body: bytes) -> ImportFile:
    return upload(browser, body).context["file"]


def confirm(browser: Client, file: ImportFile):
    return browser.post(reverse("admin:ledger_import_confirm", args=[file.pk]), follow=True)


def page(browser: Client, file: ImportFile) -> str:
    return browser.get(reverse("admin:ledger_import_detail", args=[file.pk])).content.decode()


def offered(browser: Client, file: ImportFile) -> bool:
    return reverse("admin:ledger_import_confirm", args=[file.pk]) in page(browser, file)


def test_who_brought_it_does_not_book_it_and_is_told_who_does(browser):
    file = brought(browser, WRONG)
    assert not offered(browser, file)
    assert "another person must confirm it, or drop it. Nothing is booked before." in page(browser, file)
    assert "another person must confirm it, or bring it again" in confirm(browser, file).content.decode()
    assert Statement.objects.count() == 1


def test_another_person_finds_it_looks_and_books_it_in_both_names(browser):
    file, second = brought(browser, WRONG), client("treasurer")
    front = second.get("/").content.decode()
    (found,) = set(re.findall(r"/imports/[?]kind=statement[^\"]*", front))
    assert [row["file"] for row in second.get(found.replace("&amp;", "&")).context["rows"]] == [file]
    assert "Bank statements to confirm" not in browser.get("/").content.decode()
    assert offered(second, file) and "it is booked in both your names" in page(second, file)
    confirm(second, file)
    assert Statement.objects.get(sequence=2).opening_minor == 7
    file.refresh_from_db()
    assert file.uploaded_by_id != file.confirmed_by_id


def test_the_second_person_sees_both_balances_what_lies_between_and_whose_they_are(browser):
    file, second = brought(browser, WRONG), client("treasurer")
    waits = page(second, file)
    confirm(second, file)
    stands = second.get(
        reverse("admin:payouts_statement_detail", args=[Statement.objects.get(sequence=2).pk])
    )
    for text in (waits, page(second, file), stands.content.decode()):
        said = " ".join(re.sub("<[^>]+>", " ", text.split("Balances that do not join")[1]).split())
        assert "STMT-1 1 Tue 24 Nov closed with 10,000.00 EUR STMT-2 2 Wed 25 Nov opens with 0.07 EUR" in said
        assert "Difference minus − 9,999.93 EUR" in said


def test_what_a_version_before_kept_of_a_gap_is_still_said(browser):
    file = brought(browser, WRONG)
    for each in file.preview[0]["problems"]:
        each["values"] = {name: each["values"][name] for name in ("statement", "before")}
    file.save(update_fields=["preview"])
    text = page(browser, file)
    assert "does not open with the balance that STMT-1 closed with" in text
    assert "Balances that do not join" not in text


@pytest.mark.parametrize("kept", [("statement", "before"), ()])
def test_one_that_another_version_checked_is_booked_by_two(browser, kept):
    file, second = brought(browser, WRONG), client("treasurer")
    (problem,) = file.preview[0]["problems"]
    values = problem["values"]
    problem["values"] = {name: values[name] for name in kept} if kept else {**values, "of_a_later_version": 1}
    file.save(update_fields=["preview"])
    confirm(second, file)
    assert Statement.objects.get(sequence=2).opening_minor == 7


def test_one_whose_opening_balance_is_dated_the_day_before_is_booked_by_two(browser):
    body = camt.statement(
        [camt.Line(-5_00)], number=2, day="2026-11-25", opening_minor=7, opening_day="2026-11-24"
    )
    file, second = brought(browser, body), client("treasurer")
    assert file.preview[0]["problems"][0]["values"]["statement_day"] == "2026-11-25"
    confirm(second, file)
    assert Statement.objects.get(sequence=2).opening_minor == 7


def test_a_day_that_was_shown_otherwise_keeps_nothing_from_being_booked(browser):
    file, second = brought(browser, WRONG), client("treasurer")
    file.preview[0]["problems"][0]["values"]["statement_day"] = "2026-11-24"
    file.save(update_fields=["preview"])
    confirm(second, file)
    assert Statement.objects.count() == 2


def test_a_gap_between_other_balances_than_were_shown_is_looked_at_anew(browser):
    file, second = brought(browser, WRONG), client("treasurer")
    file.preview[0]["problems"][0]["values"]["closed_minor"] = 5
    file.save(update_fields=["preview"])
    assert confirm(second, file).status_code == 409 and Statement.objects.count() == 1


def test_a_gap_between_two_statements_of_one_file_is_said_once(browser):
    days = [camt.statement(number=n, day=f"2026-11-{23 + n}", opening_minor=o) for n, o in
            ((2, 1_000_000), (3, 7))]  # fmt: skip
    second = re.search(b"<Stmt>.*</Stmt>", days[1])[0]
    file = brought(browser, days[0].replace(b"</BkToCstmrStmt>", second + b"</BkToCstmrStmt>"))
    address = reverse("admin:ledger_import_detail", args=[file.pk])
    (gap,) = browser.get(address).context["gaps"]
    assert (gap.closed.statement, gap.opened.statement) == ("STMT-2", "STMT-3")


def test_the_wrong_one_waits_and_keeps_the_right_one_out_of_nothing(browser):
    wrong = brought(browser, WRONG)
    confirm(browser, brought(browser, RIGHT))
    assert Statement.objects.get(sequence=2).opening_minor == 1_000_000

    second = client("treasurer")
    answer = confirm(second, wrong)

    said = "the statements that stand are others than when the file was checked"
    assert answer.status_code == 409 and said in answer.content.decode()
    assert said in page(browser, wrong) and not offered(second, wrong)
    assert "It was read before with other balances" in upload(second, WRONG).content.decode()


def test_the_same_day_under_another_id_does_not_follow_itself(browser):
    confirm(browser, brought(browser, RIGHT))
    again = camt.statement([camt.Line(-5_00)], number=2, day="2026-11-25", name="ISSUED-AGAIN")
    file = brought(browser, again)
    assert file.needs_another and not offered(browser, file)


@pytest.mark.parametrize("opening", [999_500, 1_000_000])
def test_of_two_on_one_day_without_numbers_the_second_follows_the_first(opening):
    make_payouts.funding()
    browser = client("treasurer")
    days = [
        camt.statement(number=None, name="A"),
        camt.statement([camt.Line(-5_00)], number=None, day="2026-11-25", name="B"),
        camt.statement([camt.Line(-1)], number=None, day="2026-11-25", opening_minor=opening, name="C"),
    ]
    for body in days[:2]:
        confirm(browser, brought(browser, body))
    third = brought(browser, days[2])
    assert third.needs_another == (opening == 1_000_000)
    confirm(browser, third)
    assert Statement.objects.count() == (2 if third.needs_another else 3)


@pytest.mark.parametrize("body", [WRONG, camt.statement(number=3, day="2026-11-25")])
def test_one_that_was_checked_before_it_was_asked_who_has_to_agree_is_not_booked_by_one(
    browser, body, monkeypatch
):
    file = brought(browser, body)
    assert ImportFile.objects.filter(pk=file.pk).update(needs_another=False)
    monkeypatch.setattr(
        "payouts.operations._matching.lines_of", None
    )  # no line is looked at before that is known
    answer = confirm(browser, file)
    assert answer.status_code == 409 and "Upload the file again" in answer.content.decode()
    assert not offered(browser, file) and Statement.objects.count() == 1


@pytest.mark.parametrize(
    ("preview", "flagged"),
    [
        ([], False),
        ([{"id": "a", "known": False}], False),
        ([{"id": "a", "known": False, "problems": []}], False),
        ([{"id": "a", "known": True, "problems": [["one_missing", {}]]}], False),
        ([{"id": "a", "known": False, "problems": [["one_missing", {}]]}], True),
        (
            [
                {"id": "a", "known": True, "problems": []},
                {"id": "b", "known": False, "problems": [["old", {}]]},
            ],
            True,
        ),
    ],
)
def test_what_waited_for_a_yes_when_it_began_is_told_by_its_preview(browser, preview, flagged):
    migration = import_module("sellers.ledger.migrations.0023_statements_by_two")
    file = brought(browser, RIGHT)
    ImportFile.objects.filter(pk=file.pk).update(preview=preview)
    with connection.cursor() as cursor:
        cursor.execute(migration._WAITING)
    file.refresh_from_db()
    assert file.needs_another == flagged


def test_another_person_takes_the_wrong_one_back_by_dropping_it(browser):
    wrong, second = brought(browser, WRONG), client("treasurer")
    second.post(reverse("admin:ledger_import_drop", args=[wrong.pk]))
    wrong.refresh_from_db()
    assert (wrong.status, Statement.objects.count()) == ("DROPPED", 1)


def test_one_that_followed_when_it_was_checked_and_does_no_more_is_not_booked(browser):
    third = brought(browser, camt.statement(number=3, day="2026-11-26", opening_minor=1_000_000))
    alone = camt.statement(number=3, day="2026-11-26", opening_minor=999_500)
    assert third.needs_another, "the second is missing"
    second = brought(browser, RIGHT)
    follows = brought(
        browser, camt.statement([camt.Line(-1)], number=2, day="2026-11-25", opening_minor=1_000_000)
    )
    assert not second.needs_another and not follows.needs_another
    confirm(browser, second)
    assert confirm(browser, follows).status_code == 409, "under one id"
    confirm(browser, brought(browser, alone))
    assert [each.sequence for each in Statement.objects.order_by("sequence")] == [1, 2, 3]
    assert confirm(client("treasurer"), third).status_code == 409
    assert set(ImportFile.objects.exclude(status="POSTED").values_list("status", flat=True)) == {"FAILED"}


def test_two_firsts_of_an_account_that_do_not_fit_are_not_both_booked_by_one_person():
    make_payouts.funding()
    browser = client("treasurer")
    first = brought(browser, camt.statement(number=1))
    other = brought(browser, WRONG)
    assert not other.needs_another, "nothing stands yet"
    confirm(browser, first)
    assert confirm(browser, other).status_code == 409
    assert Statement.objects.get().sequence == 1
    assert brought(browser, WRONG).needs_another


def test_what_joins_within_a_file_is_booked_by_one_in_whichever_order_it_stands(browser):
    days = [camt.statement([camt.Line(-1)], number=n, day=f"2026-11-{23 + n}", opening_minor=o) for n, o in
            ((3, 999_999), (2, 1_000_000))]  # fmt: skip
    second = re.search(b"<Stmt>.*</Stmt>", days[1])[0]
    file = brought(browser, days[0].replace(b"</BkToCstmrStmt>", second + b"</BkToCstmrStmt>"))
    assert (file.needs_another, file.new_count) == (False, 2)
    confirm(browser, file)
    assert Statement.objects.count() == 3


def test_operations_refuse_one_person_too(browser):
    file = brought(browser, WRONG)
    with pytest.raises(posting.SamePerson, match="another person"):
        imports.confirm(import_file_id=file.pk, actor=actors.person(file.uploaded_by), now=make.NOW)


def test_the_database_refuses_one_person_in_both_seats(browser, raw_sql):
    file = brought(browser, WRONG)
    yes = "UPDATE ledger_importfile SET status = 'POSTING', confirmed_by_id = %s WHERE id = %s"
    with pytest.raises(IntegrityError, match="import_by_two"):
        raw_sql(yes, [file.uploaded_by_id, file.pk])
    raw_sql("UPDATE ledger_importfile SET needs_another = false WHERE id = %s", [file.pk])
    raw_sql(yes, [file.uploaded_by_id, file.pk])
    add = (
        "INSERT INTO payouts_statement (funding_account_id, statement_id, sequence, statement_date, opening_minor,"
        " closing_minor, body_sha256, import_file_id) SELECT funding_account_id, 'x', %s, statement_date + %s, %s, %s,"
        " 'x', %s FROM payouts_statement"
    )
    for sequence, days, opening, closing in (
        (2, 1, 7, 7),
        (0, -1, 1_000_000, 7),
        (0, 0, 7, 7),
        (1, 0, 7, 7),
        (None, 0, 7, 7),
    ):
        with pytest.raises(IntegrityError, match="two people bring it"):
            raw_sql(add, [sequence, days, opening, closing, file.pk])
    raw_sql(
        "UPDATE ledger_importfile SET confirmed_by_id = %s WHERE id = %s",
        [make.user("treasurer").pk, file.pk],
    )
    raw_sql(add, [2, 1, 7, 7, file.pk])
    assert Statement.objects.count() == 2
