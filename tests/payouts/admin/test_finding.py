"""The one box of the payout lists: words, one reference, or a pasted column of hundreds."""

import pytest
from django.db import connection
from django.test import Client

from payouts.models import PastedList
from payouts.queries import filters, searching
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db
FIND, REVIEW = "/payouts/find/", "/payouts/review/"


@pytest.fixture
def client() -> Client:
    made = Client()
    made.force_login(make.user("analyst", is_staff=True))
    return made


def paste(client, text, query="country=FR"):
    return client.post(FIND, {"place": "review", "query": query, "search": text}, follow=True)


def rows(page) -> set[int]:
    return {row.payout.pk for row in page.context["rows"]}


def test_a_pasted_column_of_hundreds_finds_each_and_names_what_it_does_not_know(client):
    first, second = quick.payout(order_ref="ORD-77"), quick.payout()
    reviewed = quick.reviewed()
    lost = [f"X-{number:04}" for number in range(300)]
    text = "\n".join(
        [str(first.reference).lower(), second.seller.external_id, str(reviewed.reference), *lost]
    )
    page = paste(client, text)
    assert page.redirect_chain[-1][0] == f"{REVIEW}?country=FR&pasted={PastedList.objects.get()}"
    assert rows(page) == {first.pk, second.pk}
    shown = page.content.decode()
    assert "3 of 303 references are known." in shown
    assert "X-0000, X-0001" in shown and "and 200 more" in shown
    elsewhere = client.get(page.context["pasted"]["all_url"])
    assert rows(elsewhere) == {first.pk, second.pk, reviewed.pk}


def test_orders_batches_sellers_and_what_the_bank_knows_are_all_found_in_a_list():
    ordered, of_seller = quick.payout(order_ref="ord-77"), quick.payout()
    batch = quick.batch()
    text = f"ord-77 {of_seller.seller.reference} {batch.reference} nothing"
    found = set(filters.read("").qs.filter(searching.named_in(text)).values_list("pk", flat=True))
    assert found == {ordered.pk, of_seller.pk, batch.items.get().payout_id}
    assert searching.unknown_in(text) == ["nothing"]


def test_a_few_references_and_words_stand_in_the_address(client):
    made = quick.payout(seller=make.seller(name="Électro Lyon"))
    page = paste(client, f"{made.reference} P999999")
    assert page.redirect_chain[-1][0] == f"{REVIEW}?country=FR&search={made.reference}+P999999"
    assert rows(page) == {made.pk}
    assert page.context["pasted"]["unknown"] == ["P999999"]
    assert page.context["find"]["text"] == f"{made.reference} P999999"
    named = paste(client, "électro lyon")
    assert rows(named) == {made.pk}
    assert named.context["pasted"] is None


def test_an_emptied_box_takes_the_search_away_and_keeps_the_filters(client):
    assert paste(client, " ").redirect_chain[-1][0] == f"{REVIEW}?country=FR"
    assert paste(client, "", query="").redirect_chain[-1][0] == f"{REVIEW}?view=all"


def test_more_than_one_search_takes_is_not_searched_and_stays_in_the_box_without_rows(client):
    quick.payout()
    text = " ".join(f"P{number}" for number in range(1, 5_004))
    page = paste(client, text)
    assert page.status_code == 422 and not page.redirect_chain and not PastedList.objects.exists()
    shown = page.content.decode()
    assert (
        "Nothing was searched: the list names 5,003 references, at most 5,000 go at once. Take 3 of them out"
        in shown
    )
    assert page.context["find"] == {"place": "review", "query": "country=FR", "text": text}
    assert (
        text in shown
        and "data-row" not in shown
        and "data-tick" not in shown
        and 'maxlength="20000"' not in shown
    )
    again = paste(client, text[:5_000], query=page.context["find"]["query"])
    assert again.redirect_chain[-1][0] == f"{REVIEW}?country=FR&pasted={PastedList.objects.get()}"


def test_thousands_of_references_are_one_search_that_indexes_answer(client):
    """Nine lists of them in one statement, and no table is read whole, however small it is here."""
    first, second = quick.payout(), quick.payout(order_ref="ORD-77")
    lost = [f"ORDER-2026-11-{number:06}" for number in range(4_997)]
    page = paste(client, "\n".join([str(first.reference), "ORD-77", *lost]))
    assert page.status_code == 200 and rows(page) == {first.pk, second.pk}
    assert "2 of 4,999 references are known." in page.content.decode()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = filters.read("").qs.filter(searching.named_in(PastedList.objects.get().text)).explain()
    assert "Seq Scan" not in plan


def test_everything_of_a_pasted_list_can_be_selected_and_is_exported_as_such(client):
    made = [quick.payout() for _ in range(6)]
    page = paste(client, " ".join(str(each.reference) for each in made), query="")
    query = page.context["list_query"]
    answer = client.post("/payouts/act/review/", {"all_matching": "1", "query": query}, follow=True)
    assert answer.context["preview"]["count"] == 6
    assert filters.read(filters.read(query).stored()).qs.count() == 6
    assert "In the pasted list L" in filters.read(query).in_words()


def test_a_list_that_is_not_there_finds_nothing():
    quick.payout()
    assert filters.read("pasted=L999999").qs.count() == 0


def test_an_empty_list_tells_done_from_filtered_away(client):
    assert "Nothing to review" in client.get(REVIEW).content.decode()
    filtered = client.get(REVIEW, {"country": "FR"}).content.decode()
    assert "No payout here matches" in filtered and "Nothing to review" not in filtered
    assert 'href="?view=all">Everything in this list' in filtered
    assert "Nothing to review" in client.get(REVIEW, {"sort": "-amount"}).content.decode()
