"""The pages of lines that match nothing: what each may be, what was proposed, and who is offered which verb."""

from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.audit import actors
from backoffice.doors import keyset
from payouts.models import Attempt, Statement, StatementLine
from payouts.operations import breaks
from tests import make, make_payouts
from tests.payouts import camt
from tests.payouts.admin.test_pages import client

pytestmark = pytest.mark.django_db


def open_lines(*lines: camt.Line, **values) -> list[StatementLine]:
    camt.read(body=camt.statement(lines, **values), rail="sepa", name="s", now=make.NOW)
    return list(StatementLine.objects.filter(matched_at=None).order_by("pk"))


def propose(line: StatementLine, verdict: str = "charges", **about):
    return breaks.propose(
        line_id=line.pk,
        verdict=verdict,
        evidence="They wrote so.",
        actor=make.person("treasurer"),
        now=make.NOW,
        **about,
    )


def listed(browser: Client, **query) -> str:
    answer = browser.get(reverse("admin:payouts_statement_breaks"), query)
    assert answer.status_code == 200
    return answer.content.decode()


def line_page(browser: Client, line: StatementLine) -> str:
    answer = browser.get(reverse("admin:payouts_statement_line", args=[line.pk]))
    assert answer.status_code == 200
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
def test_only_roles_that_look_after_our_accounts_see_breaks(role, status):
    make_payouts.funding()
    (line,) = open_lines(camt.Line(-5_00))
    for name, args in (("payouts_statement_breaks", []), ("payouts_statement_line", [line.pk])):
        assert client(role).get(reverse(f"admin:{name}", args=args)).status_code == status


def test_the_list_shows_what_each_line_may_be_and_why(sent):
    attempt = Attempt.objects.get(amount_minor=12_00)
    open_lines(
        camt.Line(-12_00, text="Unclear"), camt.Line(-7_50, text="Account fee"), camt.Line(-3, text="?")
    )
    text = listed(client("accountant"))
    assert f"Debit of {attempt.end_to_end_id} to {attempt.payout.seller.name}" in text
    assert "same amount, handed over the same day" in text
    assert "Bank charges" in text and "its words speak of a fee" in text
    assert "nothing like it is found" in text


def test_the_list_of_what_waits_for_a_second_person_holds_that_alone(sent):
    one, _ = open_lines(camt.Line(-7_50, text="Account fee"), camt.Line(-3, text="Odd"))
    browser = client("treasurer")
    assert "Nothing waits for a second person" in listed(browser, show="proposed")
    propose(one)
    text = listed(browser, show="proposed")
    assert "Account fee" in text and "Odd" not in text and "To confirm" in text
    assert "Odd" in listed(browser) and "Account fee" in listed(browser)


def test_the_list_of_one_account_hides_the_others(sent):
    open_lines(camt.Line(-3, text="Odd"))
    assert "Odd" in listed(client("treasurer"), account="SEPA-EUR")
    assert "Odd" not in listed(client("treasurer"), account=make_payouts.funding("JP").code)


def test_a_line_says_why_what_it_names_is_not_its_match(sent):
    attempt = Attempt.objects.get(amount_minor=12_00)
    back = camt.Line(12_00, end_to_end_id=attempt.end_to_end_id, return_code="AC04")
    again = camt.Line(12_00, end_to_end_id=attempt.end_to_end_id, return_code="AC06", text="Twice")
    (line,) = open_lines(back, again)
    text = line_page(client("auditor"), line)
    assert f"It names {attempt.end_to_end_id}, which came back already." in text
    assert f"It names {attempt.end_to_end_id}, which came back already." in listed(client("auditor"))


def test_who_may_only_look_is_offered_no_verb(sent):
    (line,) = open_lines(camt.Line(-12_00))
    for role, offered in (("treasurer", True), ("accountant", False)):
        text = line_page(client(role), line)
        assert ("/propose/" in text) is offered
        assert "same amount" in text
    propose(line)
    for role, offered in (("treasurer", True), ("auditor", False)):
        text = line_page(client(role), line)
        assert ("/confirm/" in text) is offered
        assert "Another person must confirm it" in text and "They wrote so." in text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "“They wrote so.”"), ("fr", "«\u00a0They wrote so.\u00a0»"), ("ja", "「They wrote so.」")],
)
def test_what_was_found_out_stands_in_the_readers_quotation_marks(sent, language, said):
    (line,) = open_lines(camt.Line(-12_00))
    propose(line)
    address = reverse("admin:payouts_statement_line", args=[line.pk])
    page = client("auditor").get(address, headers={"accept-language": language})
    assert any(said in entry.get("text", "") for entry in page.context["timeline_entries"])


def test_ones_own_proposal_is_shown_and_may_be_dismissed_but_not_confirmed(sent):
    (line,) = open_lines(camt.Line(-7_50))
    user = make.user("treasurer", is_staff=True)
    wish = propose(line)
    browser = Client()
    browser.force_login(user)
    assert "/confirm/" in line_page(browser, line)
    breaks.dismiss(resolution_id=wish.pk, actor=make.person("treasurer"), now=make.NOW)
    breaks.propose(
        line_id=line.pk, verdict="charges", evidence="Mine.", actor=actors.person(user), now=make.NOW
    )
    text = line_page(browser, line)
    assert "/confirm/" not in text and "/dismiss/" in text and "it is your own proposal" in text


def test_the_line_that_another_undoes_leads_to_the_same_proposal(sent):
    wrong, right = open_lines(camt.Line(5_00), camt.Line(-5_00))
    propose(wrong, "undone", other_line_id=right.pk)
    text = line_page(client("treasurer"), right)
    assert reverse("admin:payouts_statement_confirm", args=[wrong.pk]) in text
    assert "/propose/" not in text


def test_a_resolved_line_tells_its_story_and_keeps_its_document(sent):
    (line,) = open_lines(camt.Line(-7_50))
    wish = propose(line, "other", document_name="letter.pdf", document=b"%PDF")
    breaks.confirm(resolution_id=wish.pk, actor=make.person("treasurer"), now=make.NOW)
    text = line_page(client("auditor"), line)
    assert "Confirmed and booked" in text and "Unexplained" in text and "letter.pdf" in text
    assert "/confirm/" not in text
    statement = client("auditor").get(reverse("admin:payouts_statement_detail", args=[line.statement_id]))
    assert "by two people" in statement.content.decode()


def test_breaks_say_how_many_since_when_and_what_they_come_to_with_a_button_in_each_row():
    make_payouts.funding()
    paid, came, own = open_lines(camt.Line(-5_00), camt.Line(7_25), camt.Line(-1_00))
    proposer = propose(came).proposed_by
    proposer.is_staff = True
    proposer.save()
    browser, url = client("treasurer"), reverse("admin:payouts_statement_breaks")
    page = browser.get(url)
    assert page.context["lead"].startswith("3 wait, the oldest since Tue")
    sums = browser.get(page.context["totals_url"]).context["totals"]
    assert (sums.count, [each.minor for each in sums.sums]) == (3, [-6_00, 7_25])
    shown = page.content.decode()
    assert shown.count(">Say what it is<") == 2 and shown.count(">Confirm<") == 1

    def rows(browser, **query) -> list[StatementLine]:
        return [row["line"] for row in browser.get(url, query).context["rows"]]

    assert rows(browser, state="open") == [paid, own]
    asked, other = (
        {"show": "proposed", "waits_for": name} for name in (proposer.username, make.user().username)
    )
    assert rows(browser, **asked) == [] and rows(browser, **other) == [came]
    assert rows(browser, currency="EUR") == [paid, came, own] and rows(browser, currency="JPY") == []
    asker = Client()
    asker.force_login(proposer)
    assert rows(asker, **asked) == [] and rows(asker, **other) == [came]
    assert "yours: another confirms" in listed(asker, show="proposed")
    assert ">Say what it is<" not in listed(client("accountant"))


def test_by_money_each_currency_stands_by_itself_and_pages_go_on_where_they_ended(monkeypatch):
    euros = make_payouts.funding()
    dollars = make_payouts.funding("US")
    first, second, third = open_lines(camt.Line(-5_00), camt.Line(20_00), camt.Line(-90_00))
    abroad = Statement.objects.create(
        funding_account=dollars, statement_id="us", statement_date=make.TODAY, opening_minor=0, closing_minor=10_00,
        body_ciphertext=b"x", body_sha256="us",
    )  # fmt: skip
    lines = StatementLine.objects.bulk_create(
        StatementLine(statement=abroad, number=n, amount_minor=n * 100, booking_date=make.TODAY) for n in (1, 2)
    )
    monkeypatch.setattr(keyset.page, "__kwdefaults__", {**keyset.page.__kwdefaults__, "size": 2})
    browser = client("treasurer")

    def rows(**query) -> list[StatementLine]:
        place, found = f"?{urlencode(query)}", []
        while place:
            page = browser.get(reverse("admin:payouts_statement_breaks") + place).context
            found += [row["line"] for row in page["rows"]]
            place = page["pager"].next_url
        return found

    assert euros.currency < dollars.currency
    assert rows(sort="amount") == [third, first, second, *lines]
    assert rows(sort="-amount") == [*reversed(lines), second, first, third]
    assert rows(sort="amount", currency="USD") == lines
    assert rows(sort="-amount", account=euros.code) == [second, first, third]
