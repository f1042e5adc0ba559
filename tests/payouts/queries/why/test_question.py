"""A question is understood by whatever a person has in hand, and answered with a fixed number of indexed look-ups."""

from datetime import timedelta

import pytest
from django.db import connection

from payouts.models import Payout, RailSwitch
from payouts.operations import batching, creation
from payouts.queries.why import question
from payouts.queries.why.causes import Cause
from tests import make, make_accounts, make_payouts
from tests.make import NOW
from tests.payouts import quick
from tests.sellers import plans

pytestmark = pytest.mark.django_db


def ask(text: str, **chosen: str) -> question.Found:
    return question.ask(text=text, now=NOW, **chosen)


def answer(text: str, **chosen: str) -> question.Answer:
    found = ask(text, **chosen).answer
    assert found is not None
    return found


def test_a_payout_a_seller_and_a_batch_are_found_by_whatever_names_them():
    seller = make.seller(name="Phare Reconditionné", external_id="mkt-77", email="hello@phare.example")
    payout = quick.approved(seller=seller)
    batch = quick.batch([payout])
    for text in (payout.reference, payout.reference.lower(), batch.reference):
        assert answer(text).payout == payout
    for text in (seller.reference, "mkt-77", "phare recond", "hello@phare"):
        assert answer(text).seller == seller
        assert answer(text).payout is None


def test_the_banks_reference_finds_the_payout(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings):
        (payout,) = make_payouts.payouts_of(make_payouts.submitted([1200]))
    assert answer(payout.attempts.get().end_to_end_id.lower()).payout == payout


def test_an_order_is_told_with_its_lines_and_the_payout_it_is_in():
    payout = quick.payout(amount_minor=10_000, order_ref="A-1")
    make.earning(
        payout.account, amount_minor=-1_200, order_ref="A-1", due_date=make.TODAY + timedelta(days=1)
    )
    found = answer("A-1")
    (told,) = found.explanations
    assert found.order == "A-1"
    assert found.payout == payout
    assert told.text.startswith(
        "Order A-1: sale €100.00, refund −€12.00; €88.00 in all, due Wednesday 25 November."
    )
    assert f"It is in {payout.reference}. Payout {payout.reference} waits for an analyst" in told.text


def test_an_order_that_is_in_no_payout_says_when_it_is_due():
    account = make.ledger_account()
    make.earning(account, amount_minor=8_800, order_ref="A-2", due_date=make.TODAY + timedelta(days=3))
    make.earning(account, amount_minor=50_000, due_date=make.TODAY)
    make_accounts.payable(account.seller)
    (told,) = answer("A-2").explanations
    assert told.cause is Cause.NOT_DUE
    assert "It is in no payout yet. €88.00 is not due yet: it comes due on Friday 27 November" in told.text


def test_of_an_order_of_very_many_lines_the_sum_is_not_called_all_of_it(monkeypatch):
    monkeypatch.setattr(question, "MOST_LINES", 2)
    payout = quick.payout(order_ref="A-8")
    later = [make.TODAY + timedelta(days=1), make.TODAY + timedelta(days=2)]
    make.earning(payout.account, amount_minor=500, order_ref="A-8", due_date=later[0])
    assert "€105.00 in all, due Wednesday" in answer("A-8").explanations[0].text
    make.earning(payout.account, amount_minor=700, order_ref="A-8", due_date=later[1])
    told = answer("A-8").explanations[0].text
    assert told.startswith(
        "Order A-8 has more than 2 lines; what is told here is of the first 2: sale €105.00; "
    )
    assert "€105.00 together, the last due Wednesday 25 November." in told
    assert "in all" not in told


def test_an_order_split_over_a_payout_and_a_later_day_tells_of_both():
    payout = quick.payout(order_ref="A-3")
    make.earning(payout.account, amount_minor=500, order_ref="A-3", due_date=make.TODAY + timedelta(days=2))
    assert [each.cause for each in answer("A-3").explanations] == [Cause.TO_REVIEW, Cause.NOT_DUE]


def test_an_order_taken_back_has_nothing_left_to_pay():
    account = make.ledger_account()
    make.earning(account, amount_minor=900, order_ref="A-4")
    make.earning(account, amount_minor=-900, order_ref="A-4")
    assert [each.cause for each in answer("A-4").explanations] == [Cause.ORDER_CANCELS_OUT]


def test_several_sellers_of_a_name_or_an_order_are_listed_to_choose_from():
    one, two = make.seller(name="Atelier Un"), make.seller(name="Atelier Deux")
    for each in (one, two):
        make.earning(make.ledger_account(each), order_ref="A-5")
    names = ask("atelier")
    assert names.answer is None
    assert {choice.text for choice in names.choices} == {one.reference, two.reference}
    orders = ask("A-5").choices
    assert {(c.kind, c.seller) for c in orders} == {("order", one.reference), ("order", two.reference)}
    assert answer("A-5", kind="order", seller=two.reference).seller == two


def test_words_that_mean_two_things_are_asked_back():
    payout = quick.payout()
    other = make.seller(external_id=payout.reference)
    assert {choice.kind for choice in ask(payout.reference).choices} == {"payout", "seller"}
    assert answer(payout.reference, kind="seller").seller == other
    assert answer(payout.reference, kind="payout").payout == payout


def test_a_batch_of_several_lists_its_payouts_and_not_those_that_left_it():
    first, second, left = quick.approved(), quick.approved(), quick.approved()
    batch = quick.batch([first, second, left])
    batching.take_out(payout_ids=[left.pk], actor=make.person("treasurer"), reason="No.", now=NOW)
    found = ask(batch.reference)
    assert [choice.text for choice in found.choices] == [first.reference, second.reference]
    assert found.batch == batch
    assert found.standing.startswith(f"{batch.reference} waits for a treasurer other than ")
    RailSwitch.objects.create(rail="*", reason="The bank moves house.", stopped_at=NOW)
    assert "Every rail has been stopped since" in ask(batch.reference).standing


def test_a_batch_that_all_left_is_told_as_what_became_of_it():
    payout = quick.approved()
    batch = quick.batch([payout])
    batching.dissolve(batch_id=batch.pk, actor=make.person("treasurer"), reason="No.", now=NOW)
    found = ask(batch.reference)
    assert found.batch is not None and not found.choices
    assert found.standing.startswith(f"{batch.reference} was dissolved: nothing of it was sent")


@pytest.mark.parametrize(
    "text", ["P999999", "B999999", "S999999", "nobody is called so", "%%", "P1, P2", "²²"]
)
def test_what_nobody_is_called_has_no_answer_and_no_choice(text):
    assert ask(text) == question.Found()
    assert ask(text, kind="nonsense") == question.Found()


def test_no_question_reads_a_table_whole():
    """Every look-up goes through an index whatever is asked: no sequential scan when one can be avoided."""
    payout = quick.payout(order_ref="A-6")
    creation.run(until=None, key="again", actor=make.person("analyst"), now=NOW)
    for text in (payout.reference, payout.seller.reference, "A-6", "Atelier du", "nobody", "P9A1", "B1"):
        plan = plans.of(lambda text=text: question.ask(text=text, now=NOW), connection)
        big = ("payouts_payout ", "ledger_earning", "ledger_entry", "sellers_seller", "payouts_attempt ")
        scans = [
            line
            for line in plan.splitlines()
            if "Seq Scan" in line and any(each in line + " " for each in big)
        ]
        assert not scans, (text, scans)


def test_an_order_of_many_lines_costs_no_more_queries(django_assert_max_num_queries):
    payout = quick.payout(order_ref="A-7")
    for _ in range(30):
        make.earning(
            payout.account, amount_minor=100, order_ref="A-7", due_date=make.TODAY + timedelta(days=9)
        )
    with django_assert_max_num_queries(25):
        assert len(answer("A-7").explanations) == 2
    assert Payout.objects.count() == 1
