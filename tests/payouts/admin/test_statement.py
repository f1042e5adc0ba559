"""The statement of a payout as its readers use it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from backoffice.audit.models import Event
from payouts.operations import holds, review
from payouts.queries import payout_statement
from tests import make
from tests.payouts import quick
from tests.pdf_reading import Reading

pytestmark = pytest.mark.django_db


def client(role: str) -> Client:
    made = Client()
    made.force_login(make.user(role, is_staff=True))
    return made


@pytest.fixture
def payout():
    quick.funding()
    return quick.payout(seller=make.seller(name="Atelier Élodie"), order_ref="O-1", amount_minor=38_940_00)


def url(payout, name="payouts_payout_statement"):
    return reverse(f"admin:{name}", args=[payout.reference])


def test_the_payouts_page_leads_to_it_and_it_speaks_the_sellers_language(payout):
    browser = client("support")
    assert (
        url(payout)
        in browser.get(reverse("admin:payouts_payout_detail", args=[payout.reference])).content.decode()
    )
    page = browser.get(url(payout)).content.decode()
    assert 'lang="fr"' in page and "Relevé de versement" in page and "Marketplace SAS" in page
    assert "Payout statement" in browser.get(url(payout) + "?lang=en").content.decode()


def test_a_belgian_seller_reads_the_language_of_their_countrys_file():
    payout = quick.payout(country="BE")
    assert "Relevé de versement" in client("support").get(url(payout)).content.decode()


def test_a_negative_amount_is_read_aloud_in_its_language(payout):
    make.earning(payout.account, amount_minor=-5_00, due_date=make.TODAY)
    later = quick.payout(seller=payout.seller, amount_minor=90_00, now=make.NOW + timedelta(days=1))
    assert '<span class="sr">moins </span>' in client("auditor").get(url(later)).content.decode()


def test_nothing_of_the_house_is_on_it(payout):
    holds.hold(
        payout_ids=[payout.pk], reason="other", note="SECRET hold", actor=make.person("analyst"), now=make.NOW
    )
    review.annotate(payout_id=payout.pk, actor=make.person("analyst"), text="SECRET note", now=make.NOW)
    page = client("auditor").get(url(payout) + "?lang=en").content.decode()
    sheet = page.partition("<article")[2].partition("</article>")[0]
    body = client("auditor").get(url(payout, "payouts_payout_statement_pdf") + "?lang=en").content
    for said in (sheet, Reading(body).text):
        assert "Being prepared" in said
        assert not any(word in said for word in ("SECRET", "hold", "analyst", "review", "First payout"))


def test_fetching_the_pdf_is_recorded_and_the_same_statement_is_the_same_bytes(payout):
    browser = client("accountant")
    answer = browser.get(url(payout, "payouts_payout_statement_pdf") + "?lang=ja")
    assert answer["Content-Type"] == "application/pdf"
    assert f'filename="statement-{payout.reference}-ja.pdf"' in answer["Content-Disposition"]
    event = Event.objects.get(action="statement.download")
    assert (event.subject_type, event.subject_id, event.data["language"]) == (
        "payouts.payout",
        payout.pk,
        "ja",
    )
    assert browser.get(url(payout, "payouts_payout_statement_pdf") + "?lang=ja").content == answer.content
    browser.get(url(payout))
    assert Event.objects.filter(action="statement.download").count() == 2


def test_a_payout_of_more_lines_than_a_pdf_holds_gets_a_sentence_and_no_pdf(payout, monkeypatch):
    make.earning(payout.account, amount_minor=5_00, due_date=make.TODAY)
    browser, pdf = client("support"), url(payout, "payouts_payout_statement_pdf")
    monkeypatch.setattr(payout_statement, "LONGEST", 1)
    assert browser.get(pdf).status_code == 200
    later = quick.payout(seller=payout.seller, amount_minor=90_00, now=make.NOW + timedelta(days=1))
    pdf = url(later, "payouts_payout_statement_pdf")
    answer = browser.get(pdf)
    assert answer.status_code == 422
    assert f"No PDF made: {later.reference} has more than 1 lines." in answer.content.decode()
    assert Event.objects.filter(action="statement.download").count() == 1
    assert pdf not in browser.get(url(later)).content.decode()


def test_the_lines_are_counted_no_further_than_a_pdf_holds(payout, django_assert_num_queries):
    with django_assert_num_queries(1) as asked:
        assert not payout_statement.too_long(payout=payout)
    assert "LIMIT 20001" in asked.captured_queries[0]["sql"]
