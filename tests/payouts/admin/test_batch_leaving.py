"""What a treasurer is told of what leaves with a batch, and of what is kept back in it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from payouts.admin import batch_verbs
from payouts.operations import switches
from payouts.queries import batch_look, blocks, explain, leaving
from payouts.queries import batches as asked
from sellers.operations import lift_suspension
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import quick
from tests.payouts.admin.test_batch_look import barred, page, statement
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db
APPROVED_TOO = (
    "The approval is for what is kept back, too: if nothing keeps it back any more when the batch is"
)


@pytest.fixture
def treasurer() -> Client:
    client = Client()
    client.force_login(make.user("treasurer", is_staff=True))
    return client


def test_the_approval_is_of_what_leaves_and_seals_all_that_is_in_the_batch(treasurer, monkeypatch):
    monkeypatch.setattr(batch_verbs, "SHOWN", 1)
    batch = make_payouts.proposed_batch([12_00, 34_00, 5_00])
    going, kept, small = make_payouts.payouts_of(batch)
    statement(batch, 100_00)
    barred(kept)
    _, context = page(treasurer, batch)
    assert [verb["label"] for verb in context["verbs"]] == ["Dissolve", "Approve €17.00"]
    figures = {label: (fact, words) for label, fact, words in context["figures"]}
    assert figures["Left afterwards"][0] == "€83.00" and figures["Rail"][1] == "2 payouts"
    text, context = page(treasurer, batch, approve=True)
    assert context["title"] == context["verb"] == "Approve €17.00 to 2 payees"
    preview = context["preview"]
    assert (preview["count"], [money.minor for money in preview["sums"]]) == (2, [17_00])
    assert ([row["reference"] for row in preview["rows"]], preview["more"]) == ([going.reference], 1)
    assert [each["payee"].payout for each in context["kept"]] == [kept]
    assert "What is kept back leaves the batch and stays approved." in text
    assert APPROVED_TOO in text
    barred(small)
    _, context = page(treasurer, batch, approve=True)
    assert context["title"] == "Approve €12.00 to 1 seller" and context["preview"]["more"] == 0
    seal = asked.seal_of(batch.pk)
    treasurer.post(f"/batches/{batch.reference}/approve/", {**dict(context["hidden"]), "confirmed": "1"})
    batch.refresh_from_db()
    assert (batch.status, batch.digest, batch.item_count) == ("APPROVED", seal, 3)


def test_the_head_of_a_batch_says_which_of_its_amounts_is_all_of_it_which_leaves_and_which_is_kept(treasurer):
    batch = make_payouts.proposed_batch([12_00, 34_00, 5_00])
    text, context = page(treasurer, batch)
    assert context["shares"] == [] and ">in all<" not in text
    barred(make_payouts.payouts_of(batch)[1])
    text, context = page(treasurer, batch)
    assert context["shares"] == [
        ("All in the batch", "€51.00", "3 payouts"),
        ("Leaves now", "€17.00", "2 payouts"),
        ("Kept back", "€34.00", "1 payout"),
    ]
    assert '51.00<small>EUR</small></span></h1><span class="quiet">in all</span>' in text
    assert all(f"<dt>{label}</dt><dd>{money}</dd>" in text for label, money, _count in context["shares"])


def test_what_the_page_does_not_show_of_what_leaves_is_led_to(treasurer, monkeypatch):
    monkeypatch.setattr(batch_verbs, "SHOWN", 1)
    batch = make_payouts.proposed_batch([12_00, 34_00, 5_00])
    barred(make_payouts.payouts_of(batch)[0])
    preview = page(treasurer, batch, approve=True)[1]["preview"]
    listed = treasurer.get(preview["more_url"]).context["rows"]
    assert preview["count"] == len(listed) == 2


def test_the_account_is_short_only_of_what_leaves(treasurer):
    batch = make_payouts.proposed_batch([12_00, 34_00])
    statement(batch, 20_00)
    assert "is short by €26.00" in page(treasurer, batch, approve=True)[0]
    barred(make_payouts.payouts_of(batch)[1])
    for approve in (False, True):
        assert "is short by" not in page(treasurer, batch, approve=approve)[0]


def test_what_is_blocked_takes_no_room_of_a_cap_on_the_page(treasurer):
    cap("funding_day", 40_00)
    batch = make_payouts.proposed_batch([34_00, 12_00])
    kept = barred(make_payouts.payouts_of(batch)[0])
    _, context = page(treasurer, batch, approve=True)
    assert [each["payee"].payout for each in context["kept"]] == [kept]
    assert context["title"] == "Approve €12.00 to 1 seller"


def test_what_the_account_has_no_room_for_does_not_leave_the_batch_by_itself(treasurer):
    """The approval is refused until it is taken out, or there is room for it after all."""
    batch = make_payouts.proposed_batch([34_00, 12_00])
    cap("funding_day", 40_00)
    text, context = page(treasurer, batch, approve=True)
    assert len(context["kept"]) == 1 and "stays approved" not in text and APPROVED_TOO in text


def test_who_is_kept_back_is_named_with_why_and_how_much_for_the_approval_is_of_them_too(
    treasurer, monkeypatch
):
    batch = make_payouts.proposed_batch([12_00, 34_00, 5_00, 40_00])
    assert "Will not leave now" not in page(treasurer, batch, approve=True)[0]
    going, large, small, over = make_payouts.payouts_of(batch)
    for payout in (small, large):
        barred(payout)
    text, context = page(treasurer, batch, approve=True)
    table = text[text.index("Will not leave now") :]
    table = table[: table.index("</table>")]
    assert "2 payouts, €39.00" in table
    for payout, amount in ((large, "34.00"), (small, "5.00")):
        assert str(payout.reference) in table and payout.seller.name in table and amount in table
    assert table.count("The seller is suspended; compliance must lift that first.") == 2
    assert [each["payee"].payout for each in context["kept"]] == [large, small]
    monkeypatch.setattr(batch_look, "MOST_KEPT", 1)
    text, context = page(treasurer, batch, approve=True)
    assert [each["payee"].payout for each in context["kept"]] == [large]
    assert "2 payouts, €39.00" in text and "and 1 more</a>" in text
    assert [row.payout for row in treasurer.get(context["kept_url"]).context["rows"]] == [large, small]
    cap("payout", 39_00)  # no filter of a list knows what that keeps
    url = page(treasurer, batch, approve=True)[1]["kept_url"]
    assert [row.payout for row in treasurer.get(url).context["rows"]] == [over, large, going, small]


@pytest.mark.parametrize("ends", [False, True], ids=["one more is kept", "one less"])
def test_what_leaves_may_not_change_between_the_look_and_the_yes(treasurer, ends):
    batch = make_payouts.proposed_batch([12_00, 34_00, 5_00])
    _going, kept, other = make_payouts.payouts_of(batch)
    barred(kept)
    url = f"/batches/{batch.reference}/approve/"
    sent = {**dict(treasurer.get(url).context["hidden"]), "confirmed": "1"}
    if ends:
        lift_suspension(seller_id=kept.seller_id, reason="Here", actor=make.person("compliance"), now=NOW)
    else:
        barred(other)
    answer = treasurer.post(url, sent)
    assert answer.status_code == 409
    assert f"what leaves with {batch.reference} changed since you looked" in answer.content.decode()
    batch.refresh_from_db()
    assert batch.status == "PROPOSED"
    sent = {**dict(treasurer.get(url).context["hidden"]), "confirmed": "1"}
    treasurer.post(url, sent)
    batch.refresh_from_db()
    assert batch.status == "APPROVED"


def test_only_what_something_blocks_is_asked_what_blocks_it(monkeypatch):
    """A batch may have thousands, of which a few are kept back."""
    batch = make_payouts.proposed_batch([12_00, 34_00, 5_00])
    kept, asked_of, really = barred(make_payouts.payouts_of(batch)[1]), [], blocks.of

    def of(*, payouts):
        asked_of.extend(payouts)
        return really(payouts=asked_of)

    monkeypatch.setattr(blocks, "of", of)
    with CaptureQueriesContext(connection) as queries:
        going = leaving.of(batch=batch, day=batch.value_date)
    assert (going.count, going.money.minor, set(going.kept)) == (2, 17_00, {kept.pk})
    assert asked_of == [kept]
    assert not any('"payouts_payout"."span"' in each["sql"] for each in queries)


def test_a_batch_of_which_nothing_would_leave_is_not_approved_from_the_page(treasurer):
    batch = make_payouts.proposed_batch([12_00])
    barred(make_payouts.payouts_of(batch)[0])
    (verb,) = [each for each in page(treasurer, batch)[1]["verbs"] if each["label"] == "Approve €0.00"]
    assert verb["off"].startswith("Off: everything in this batch is kept back.") and "url" not in verb
    answer = treasurer.get(f"/batches/{batch.reference}/approve/", follow=True)
    assert "Off: everything in this batch is kept back." in answer.content.decode()


def test_how_much_is_left_of_the_cap_of_the_account_is_said_where_it_keeps_something(treasurer):
    batch = make_payouts.proposed_batch([34_00, 12_00])
    day = explain.day(explain.deadline(batch, timezone.now()).value_date)
    said = f"Of the €40.00 that SEPA-EUR may pay on {day}, its cap of a day, €40.00 is left."
    cap("funding_day", 46_00)
    assert said not in page(treasurer, batch)[0]
    cap("funding_day", 40_00)
    for approve in (False, True):
        assert said in page(treasurer, batch, approve=approve)[0]
    make_payouts.approved_batch([9_00])
    going = leaving.of(batch=batch, day=batch.value_date)
    assert going.room.endswith("its cap of a day, €31.00 is left.") and len(going.full) == 1


def test_an_approval_for_a_stopped_rail_says_that_it_waits(treasurer):
    batch = make_payouts.proposed_batch([12_00])
    text, context = page(treasurer, batch, approve=True)
    assert "SEPA has been stopped" not in text
    assert context["preview"]["follows"][0] == "It is handed over to SEPA at once, from SEPA-EUR."
    switches.stop(rail="sepa", reason="The bank called.", actor=make.person("treasurer"), now=NOW)
    text, context = page(treasurer, batch, approve=True)
    assert "SEPA has been stopped since" in text and '<a href="/rails/">See the rails</a>' in text
    first, second, *_others = context["preview"]["follows"]
    assert first == "It waits until SEPA goes on again, and is handed over then, from SEPA-EUR."
    assert second.endswith("later, its approval is asked for again.")
    sent = {**dict(context["hidden"]), "confirmed": "1"}
    text = treasurer.post(f"/batches/{batch.reference}/approve/", sent, follow=True).content.decode()
    assert (
        f"{batch.reference} approved. It waits. SEPA has been stopped" in text and "It is being" not in text
    )


def test_an_approval_of_payouts_says_that_they_wait_for_a_stopped_rail():
    payout, other = quick.reviewed(), quick.reviewed(country="US", currency="USD")
    approver = Client()
    approver.force_login(make.user("approver", is_staff=True))

    def said() -> int:
        answer = approver.get("/payouts/act/approve/", {"ids": [payout.pk, other.pk]})
        lines = answer.context["preview"]["follows"]
        return sum(
            "has been stopped" in each and "What is approved waits until then." in each for each in lines
        )

    assert said() == 0
    switches.stop(rail="sandbox", reason="The bank called.", actor=make.person("treasurer"), now=NOW)
    assert said() == 1
    switches.stop(rail="*", reason="All of it.", actor=make.person("treasurer"), now=NOW)
    assert said() == 1  # once for all of them
