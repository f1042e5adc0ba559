"""The statement of a seller for a period as its readers use it."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import Event
from tests import make
from tests.pdf_reading import Reading

pytestmark = pytest.mark.django_db
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-25", "currency": "EUR"}


def client(role: str) -> Client:
    made = Client()
    made.force_login(make.user(role, is_staff=True))
    return made


@pytest.fixture(autouse=True)
def today(monkeypatch):
    """The pages' today, whatever day the tests run on."""
    monkeypatch.setattr("sellers.admin.statement.database_now", lambda: make.NOW + timedelta(days=4))


@pytest.fixture
def seller():
    account = make.ledger_account()
    make.earning(account, amount_minor=1_234_56)
    make.earning(make.ledger_account(account.seller, currency="USD"), amount_minor=9_99)
    return account.seller


def url(seller, name="sellers_seller_statement"):
    return reverse(f"admin:{name}", args=[seller.reference])


def test_the_sellers_page_leads_to_it_and_a_period_is_chosen(seller):
    browser = client("support")
    assert (
        url(seller)
        in browser.get(reverse("admin:sellers_seller_detail", args=[seller.reference])).content.decode()
    )
    page = browser.get(url(seller), NOVEMBER).content.decode()
    assert "Solde de clôture" in page and "1 234,56" in page.replace("\N{NARROW NO-BREAK SPACE}", " ")
    english = browser.get(url(seller), {**NOVEMBER, "lang": "en"}).content.decode()
    assert "Closing balance" in english and "1,234.56" in english


def test_without_a_choice_it_is_last_month_in_the_first_currency(seller):
    form = client("auditor").get(url(seller)).context["form"]
    assert (form.cleaned_data["from"], form.cleaned_data["to"]) == (date(2026, 10, 1), date(2026, 10, 31))
    assert (form.cleaned_data["currency"], form.cleaned_data["lang"]) == ("EUR", "fr")


@pytest.mark.parametrize("name", ["sellers_seller_statement", "sellers_seller_statement_pdf"])
@pytest.mark.parametrize("wrong", [{"until": "2026-11-25"}, {"period_from": "2026-11-01"}])
def test_what_the_address_says_and_the_page_does_not_know_is_refused(seller, wrong, name):
    answer = client("auditor").get(url(seller, name), {"from": "2026-11-01", **wrong})
    ((parameter, value),) = wrong.items()
    assert answer.status_code == 400
    assert f"this page does not know “{parameter}={value}”" in answer.content.decode()
    assert "The period ends before it begins" not in answer.content.decode()


@pytest.mark.parametrize(
    ("given", "first", "last"),
    [
        ({"from": "2026-11-05"}, date(2026, 11, 5), date(2026, 11, 28)),
        ({"from": "2026-02-05"}, date(2026, 2, 5), date(2026, 2, 28)),
        ({"to": "2026-11-20"}, date(2026, 11, 1), date(2026, 11, 20)),
    ],
)
def test_a_period_with_one_end_is_of_the_month_of_that_end(seller, given, first, last):
    form = client("auditor").get(url(seller), given).context["form"]
    assert (form.cleaned_data["from"], form.cleaned_data["to"]) == (first, last)


@pytest.mark.parametrize(
    ("wrong", "field", "sentence"),
    [
        ({"from": "2026-11-25", "to": "2026-11-01"}, "to", "The period ends before it begins"),
        ({"from": "2025-01-01", "to": "2026-06-30"}, "to", "A statement covers at most a year"),
        ({"from": "soon"}, "from", "That is no date"),
        ({"to": "2026-02-30"}, "to", "That is no date"),
        ({"from": "0001-01-01", "to": "0001-02-01"}, "from", "There is nothing before 2000"),
        ({"to": "2026-11-29"}, "to", "That day has not come yet"),
        ({"currency": "JPY"}, "currency", "Choose EUR or USD"),
        ({"lang": "xx"}, "lang", "Statements are written in the languages of this list only"),
        ({"from": ""}, "from", "Fill this in"),
    ],
)
@pytest.mark.parametrize("name", ["sellers_seller_statement", "sellers_seller_statement_pdf"])
def test_a_wrong_choice_gets_a_sentence_beside_its_field(seller, wrong, field, sentence, name):
    answer = client("auditor").get(url(seller, name), {**NOVEMBER, **wrong})
    assert answer.status_code == 400
    assert any(sentence in each for each in answer.context["form"].errors[field])
    assert sentence in answer.content.decode() and "<article" not in answer.content.decode()
    assert not Event.objects.filter(action="statement.download").exists()


def test_a_whole_leap_year_is_a_year(seller):
    choice = {"from": "2024-01-01", "to": "2024-12-31", "currency": "EUR"}
    assert client("auditor").get(url(seller), choice).status_code == 200


def test_a_seller_without_an_account_has_nothing_to_state():
    nobody = make.seller()
    for name in ("sellers_seller_statement", "sellers_seller_statement_pdf"):
        answer = client("auditor").get(url(nobody, name))
        assert answer.status_code == 200 and b"Nothing to state" in answer.content


def test_the_pdf_is_recorded_with_its_period(seller):
    answer = client("accountant").get(url(seller, "sellers_seller_statement_pdf"), {**NOVEMBER, "lang": "es"})
    text = Reading(answer.content).text.replace("\t", "")
    assert "Saldo final" in text and "1.234,56" in text and "Página 1 de 1" in text
    event = Event.objects.get(action="statement.download")
    assert (event.subject_type, event.subject_id) == ("sellers.seller", seller.pk)
    assert {name: event.data[name] for name in ("from", "to", "currency", "language")} == {
        "from": "2026-11-01", "to": "2026-11-25", "currency": "EUR", "language": "es",
    }  # fmt: skip
