"""The page "Why isn't it paid?", as support uses it."""

import pytest
from django.test import Client
from django.urls import reverse

from payouts.models import Payout
from payouts.operations import batching, holds
from payouts.queries import languages
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db
URL = "/why/"


def client(role: str = "support") -> Client:
    made = Client()
    made.force_login(make.user(role, is_staff=True, first_name="Ada", last_name="Lovelace"))
    return made


@pytest.fixture
def held() -> Payout:
    payout = quick.payout(seller=make.seller(name="Phare <Recond>"), order_ref="A-1")
    holds.hold(
        payout_ids=[payout.pk], reason="fraud_suspected", note="Case 7", actor=make.person("approver"),
        now=make.NOW,
    )  # fmt: skip
    return payout


def test_without_a_question_there_is_a_box_and_nothing_else():
    page = client().get(URL)
    assert page.status_code == 200
    assert "<textarea" not in page.content.decode()
    assert client().get(URL, {"q": "   "}).status_code == 200


def test_the_answer_names_what_blocks_and_who_acts_and_the_text_for_the_seller_does_not(held):
    page = client().get(URL, {"q": held.reference})
    text = page.content.decode()
    assert "it is on hold: Fraud suspected" in text
    assert "To act: compliance" in text
    letter = page.context["letter"]
    assert letter.startswith("Bonjour Phare <Recond>,")
    assert f"Nous vérifions encore votre versement {held.reference} de 100,00" in letter
    assert "Bonjour Phare &lt;Recond&gt;," in text
    assert 'lang="fr"' in text


def test_the_text_comes_in_four_languages_and_the_question_stays_in_the_address(held):
    browser = client()
    for language, word in (("en", "Hello"), ("fr", "Bonjour"), ("es", "Hola"), ("ja", "様")):
        page = browser.get(URL, {"q": "A-1", "lang": language})
        assert word in page.context["letter"]
        (tab,) = (tab for tab in page.context["tabs"] if tab["current"])
        assert tab["label"] == languages.LANGUAGES[language]
        assert f"What you may send, in {languages.called(language)}<" in page.content.decode()
        assert all(tab["url"].startswith("?q=A-1&lang=") for tab in page.context["tabs"])
    assert browser.get(URL, {"q": "A-1", "lang": ""}).context["language"] == "fr"
    assert browser.get(URL, {"q": "A-1", "lang": "xx"}).status_code == 400


def test_several_sellers_are_listed_with_links_that_answer(held):
    make.seller(name="Phare Deux")
    browser = client()
    page = browser.get(URL, {"q": "phare"})
    assert page.status_code == 200
    urls = [url for _, url in page.context["choices"]]
    assert len(urls) == 2
    assert all(browser.get(url).context.get("answer") for url in urls)


def test_a_batch_is_told_in_a_sentence_and_leads_to_its_page_and_to_its_payouts():
    first, second = quick.approved(), quick.approved()
    batch = quick.batch([first, second])
    browser = client()
    page = browser.get(URL, {"q": batch.reference})
    text = page.content.decode()
    assert page.status_code == 200
    assert f"{batch.reference} waits for a treasurer other than" in text
    assert f'href="{reverse("admin:payouts_batch_detail", args=[batch.reference])}"' in text
    assert browser.get(reverse("admin:payouts_batch_detail", args=[batch.reference])).status_code == 200
    urls = [url for _, url in page.context["choices"]]
    assert [browser.get(url).context["answer"].payout for url in urls] == [first, second]
    batching.dissolve(batch_id=batch.pk, actor=make.person("treasurer"), reason="No.", now=make.NOW)
    page = browser.get(URL, {"q": batch.reference})
    assert page.status_code == 200
    assert f"{batch.reference} was dissolved" in page.content.decode()


def test_what_is_called_nothing_is_404_with_what_to_do_and_a_text_for_who_asked():
    page = client().get(URL, {"q": "<b>A-404"})
    assert page.status_code == 404
    assert "Nothing is called “&lt;b&gt;A-404”" in page.content.decode()
    assert "We cannot find “<b>A-404”" in page.context["letter"]


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [("x", "Type at least 2 characters."), ("x" * 201, "Ask about one thing: at most 200 characters.")],
)
def test_bad_input_is_400_with_a_sentence(asked, sentence):
    page = client().get(URL, {"q": asked})
    assert page.status_code == 400
    assert sentence in page.content.decode()


def test_a_nul_is_400():
    assert client().get(URL, {"q": "P1\0"}).status_code == 400


def test_braces_in_a_name_or_a_question_are_only_braces():
    seller = make.seller(name="{it.__class__} & {0}")
    page = client().get(URL, {"q": seller.reference, "lang": "en"})
    assert page.context["letter"].startswith("Hello {it.__class__} & {0},")
    assert "“{reference}”" in client().get(URL, {"q": "{reference}"}).context["letter"]


def test_it_opens_to_who_looks_up_sellers_and_writes_nothing(held):
    assert client("admin").get(URL).status_code == 403
    for role in ("support", "accountant", "auditor", "treasurer"):
        assert client(role).get(URL, {"q": held.reference}).status_code == 200
    assert client().post(URL, {"q": held.reference}).status_code == 405


def test_the_payout_the_seller_and_the_search_lead_to_it(held):
    browser = client()
    for url, reference in (
        (reverse("admin:payouts_payout_detail", args=[held.reference]), held.reference),
        (reverse("admin:sellers_seller_detail", args=[held.seller.reference]), held.seller.reference),
        (f"{reverse('admin:search')}?q=phare+nobody", "phare%20nobody"),
    ):
        assert f'href="/why/?q={reference}"' in browser.get(url).content.decode()
