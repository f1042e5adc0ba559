"""What keeps back a payout that nothing blocks, a stopped rail or a cap: who lets it go on, and no day before."""

import re
from datetime import timedelta

import pytest

from payouts.models import Payout, RailSwitch
from payouts.operations import accounts, batching, caps, holds
from payouts.queries import explain, leaving
from payouts.queries.why import expected, letters, paragraphs
from payouts.queries.why.causes import Cause
from sellers import operations as sellers
from sellers.models import Seller
from tests import make, make_accounts
from tests.make import NOW
from tests.payouts import quick
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db
NO_DATE = "Until then it has no date."


def batched() -> Payout:
    batch = quick.batch()
    return Payout.objects.get(batch=batch)


def told(payout: Payout):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    found = paragraphs.payout(payout=fresh, now=NOW)
    (row,) = expected.of_seller(seller=fresh.seller, told=[found], now=NOW)
    assert ("it is paid on" in found.text) is (row.on is not None)
    return found


def letter(found) -> str:
    return letters.letter(explanations=[found], language="en", name="X", country="FR")


def stop(rail: str = "*", *, by=None) -> None:
    RailSwitch.objects.create(rail=rail, reason="The bank moves house.", stopped_at=NOW, stopped_by=by)


@pytest.mark.parametrize(
    ("made", "cause", "actor"),
    [
        (quick.payout, Cause.TO_REVIEW, "an analyst"),
        (quick.reviewed, Cause.TO_APPROVE, "an approver"),
        (quick.approved, Cause.TO_BATCH, "an analyst or a treasurer"),
        (batched, Cause.BATCH_TO_APPROVE, "a treasurer"),
    ],
)
def test_a_stopped_rail_is_told_after_the_next_step_and_no_day_is_promised(made, cause, actor):
    payout = made()
    assert "it is paid on" in told(payout).text
    person = make.user("treasurer", first_name="Ida", last_name="Rey")
    stop("sepa", by=person)
    found = told(payout)
    assert (found.cause, found.actor) == (cause, actor)
    words = (
        "SEPA has been stopped since Tue 24 Nov, 10:00 Paris. Ida Rey stopped it: “The bank moves house.” "
        "Nothing is handed over until another treasurer lets it go on. " + NO_DATE
    )
    assert found.text.endswith(words)
    assert not re.search(r"20\d\d", letter(found))


def test_a_seller_is_promised_a_day_only_once_nobody_else_has_to_act():
    payout = batched()
    assert "it is paid on Wednesday 25 November." in told(payout).text
    assert not re.search(r"20\d\d", letter(told(payout)))
    batching.approve(batch_id=payout.batch_id, actor=make.person("treasurer"), now=NOW)
    assert "It should be in your account on Wednesday, 25 November 2026." in letter(told(payout))
    late = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    found = paragraphs.payout(payout=late, now=late.batch.cut_off_at)
    assert "We are preparing" in letter(found) and not re.search(r"20\d\d", letter(found))


@pytest.mark.parametrize("made", [quick.approved, batched])
@pytest.mark.parametrize("how", ["fraud_suspected", "compliance", "other", "suspended"])
def test_what_is_approved_and_then_stopped_in_secret_reads_as_while_its_rail_is_stopped(made, how):
    payout = made()
    before = letter(told(payout))
    if how == "suspended":
        sellers.suspend(seller_id=payout.seller_id, reason="x", actor=make.person("compliance"), now=NOW)
    else:
        holds.hold(payout_ids=[payout.pk], reason=how, note="n", actor=make.person("compliance"), now=NOW)
    secret = letter(told(payout))
    assert "We are preparing" in secret and secret == before
    other = made()
    stop()
    assert secret.replace(payout.reference, other.reference) == letter(told(other))


def test_each_stop_is_told_and_that_of_another_rail_is_not():
    payout = quick.payout()
    stop("nacha")
    assert "stopped" not in told(payout).text
    stop("sepa")
    stop()
    text = told(payout).text
    assert "Every rail has been stopped since" in text and "SEPA has been stopped since" in text
    assert "until a person has looked at why, and a treasurer lets it go on." in text


def test_what_is_held_has_no_day_either_while_its_rail_is_stopped():
    payout = quick.reviewed()
    holds.hold(
        payout_ids=[payout.pk],
        reason="other",
        note="n",
        actor=make.person("approver"),
        now=NOW,
        until=NOW.replace(year=NOW.year + 1),
    )
    assert "it is paid on" in told(payout).text
    stop()
    found = told(payout)
    assert found.text.endswith(NO_DATE) and "Every rail has been stopped since" in found.text
    assert "Every rail has been stopped since" in found.shared and found.shared.endswith(NO_DATE)


def test_new_details_are_promised_from_no_day_while_the_rail_is_stopped():
    payout = quick.approved()
    accounts.request(
        seller_id=payout.seller_id, currency="EUR", fields={"iban": "FR14 2004 1010 0505 0001 3M02 606"},
        holder_name="X", country="FR", actor=make.person("analyst"), now=NOW,
    )  # fmt: skip
    assert "at the earliest" in letter(told(payout))
    stop()
    assert "still checking" in letter(told(payout))


def test_what_the_next_run_takes_has_no_value_date_while_the_rail_is_stopped():
    seller = make.seller()
    make.earning(make.ledger_account(seller), amount_minor=10_000, due_date=make.TODAY)
    make_accounts.payable(seller)

    def row():
        found = paragraphs.seller(seller=Seller.objects.get(pk=seller.pk), now=NOW)
        (one,) = expected.of_seller(seller=seller, told=found, now=NOW)
        return found[0].text, one

    assert row()[1].on is not None
    later = make.seller()
    make.earning(make.ledger_account(later), amount_minor=10_000, due_date=make.TODAY + timedelta(days=3))
    make_accounts.payable(later)

    def comes():
        found = paragraphs.seller(seller=Seller.objects.get(pk=later.pk), now=NOW)
        return expected.of_seller(seller=later, told=found, now=NOW)[0]

    def sent() -> list[str]:
        return [
            letter(paragraphs.seller(seller=Seller.objects.get(pk=each.pk), now=NOW)[0])
            for each in (seller, later)
        ]

    assert comes().on is not None and all("We plan to pay it out" in each for each in sent())
    stop()
    assert comes().on is None and comes().run is not None
    assert (
        "It is part of your next payout." in sent()[0]
        and "It is part of a payout after that day." in sent()[1]
    )
    text, one = row()
    assert one.on is None and one.run is not None
    assert "the run of Monday 30 November takes it. Every rail has been stopped" in text
    assert text.endswith(NO_DATE)


# Caps.


@pytest.mark.parametrize(
    ("made", "cause", "actor", "words"),
    [
        (quick.payout, Cause.TO_REVIEW, "an analyst", "Nobody can approve it: "),
        (quick.reviewed, Cause.OVER_CAP, "an administrator", "Nobody can approve it: "),
        (quick.approved, Cause.CAPPED, "an administrator", "A cap keeps it back: "),
        (batched, Cause.CAPPED, "an administrator", "Nobody can approve its batch: "),
    ],
)
def test_the_cap_of_one_payout_is_told_at_every_step(made, cause, actor, words):
    payout = made()
    cap("payout", 5_000)
    found = told(payout)
    assert (found.cause, found.actor) == (cause, actor)
    assert f"{words}it is more than €50.00, the cap of one payout in EUR." in found.text
    assert (
        "A higher cap needs the word of another person than the one who asks for it. " + NO_DATE in found.text
    )


def test_of_a_cap_of_a_day_what_is_left_is_told_and_that_another_day_would_do():
    seller = make.seller()
    first = quick.approved(seller=seller, amount_minor=6_000)
    other = quick.approved(amount_minor=6_000)
    batch = quick.batch([first, other])
    cap("funding_day", 10_000)
    found = told(other)
    day, code = explain.day(batch.value_date), batch.funding_account.code
    assert f"Nobody can approve its batch: with it {code} would pay more than €100.00 on {day}" in found.text
    assert "€40.00 of it is left for that day." in found.text
    assert (found.cause, found.actor) == (Cause.CAPPED, "a treasurer")
    found = told(first)
    words = "Nobody can approve its batch: 1 payout of it does not fit the cap of its funding account"
    assert words in found.text and (found.cause, found.actor) == (Cause.CAPPED, "a treasurer")
    batching.take_out(payout_ids=[other.pk], actor=make.person("treasurer"), reason="No.", now=NOW)
    assert told(first).cause is Cause.BATCH_TO_APPROVE and "cap" not in told(first).text
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    assert told(first).cause is Cause.LEAVING
    found = told(other)
    assert (found.cause, found.actor) == (Cause.CAPPED, "an analyst or a treasurer")
    assert f"A cap keeps it back: with it {code} would pay more" in found.text
    assert "€40.00 of it is left for that day." in found.text
    assert not re.search(r"20\d\d", letter(found))


def test_in_an_approved_batch_the_cap_of_a_seller_keeps_what_no_longer_fits():
    seller = make.seller()
    payouts = [quick.approved(seller=seller, amount_minor=6_000), quick.approved(amount_minor=1_000)]
    batch = quick.batch(payouts)
    cap("seller_day", 5_000)
    found = told(payouts[0])
    assert (found.cause, found.actor) == (Cause.BATCH_TO_APPROVE, "a treasurer")
    assert "A cap keeps it back: with it the seller would get more than €50.00 on" in found.text
    assert "€50.00 of it is left for that day." in found.text
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    found = told(payouts[0])
    assert (found.cause, found.actor) == (Cause.CAPPED, "an administrator")
    assert "which is approved. A cap keeps it back: " in found.text
    assert told(payouts[1]).cause is Cause.LEAVING


def test_what_waits_for_its_approval_knows_no_cap_of_a_day_yet():
    payout = quick.reviewed()
    cap("seller_day", 5_000)
    assert "cap" not in told(payout).text


def test_a_raise_that_waits_names_who_asked_and_whether_it_would_do():
    payout = quick.approved()
    cap("payout", 5_000)
    asker = make.person("admin")
    wish = {"kind": "payout", "currency": "EUR", "reason": "Christmas.", "actor": asker, "now": NOW}
    change = caps.ask(limit_minor=9_000, **wish)
    found = told(payout)
    asked = f"{asker.name} asked to raise the cap to €90.00, which another person has to grant. "
    assert asked + "Even that would be too little for it." in found.text
    assert found.actor == "an administrator or a treasurer"
    caps.dismiss(change_id=change.pk, actor=asker, now=NOW)
    caps.ask(limit_minor=10_000, **wish)
    found = told(payout)
    assert "raise the cap to €100.00" in found.text and "too little" not in found.text
    caps.dismiss(change_id=change.pk + 1, actor=asker, now=NOW)
    caps.ask(limit_minor=None, **wish)
    assert f"{asker.name} asked to lift the cap, which another person has to grant." in told(payout).text


def test_the_stopped_rail_is_told_before_the_cap_once_it_is_approved_and_after_it_before():
    payout, early = batched(), quick.reviewed()
    batching.approve(batch_id=payout.batch_id, actor=make.person("treasurer"), now=NOW)
    cap("payout", 5_000)
    stop()
    found = told(payout)
    assert found.cause is Cause.RAIL_STOPPED
    assert found.text.index("has been stopped since") < found.text.index("A cap keeps it back")
    found = told(early)
    assert found.cause is Cause.OVER_CAP
    assert found.text.index("Nobody can approve it") < found.text.index("has been stopped since")


def test_a_payout_in_a_batch_reads_all_of_it_only_where_the_cap_of_its_account_keeps_some(monkeypatch):
    seller = make.seller()
    first = quick.approved(seller=seller, amount_minor=6_000, now=NOW - timedelta(days=1))
    second, other = quick.approved(seller=seller, amount_minor=1_000), quick.approved(amount_minor=1_000)
    quick.batch([first, second, other])
    cap("payout", 5_000)
    cap("seller_day", 100_000)
    cap("funding_day", 8_000)
    asked, really = [], leaving.of
    monkeypatch.setattr(leaving, "of", lambda **values: asked.append(1) or really(**values))
    causes = [each.cause for each in paragraphs.seller(seller=seller, now=NOW)]
    assert (causes, asked) == ([Cause.BATCH_TO_APPROVE] * 2, [])
    cap("funding_day", 1_500)
    causes = [each.cause for each in paragraphs.seller(seller=seller, now=NOW)]
    assert (causes, asked) == ([Cause.CAPPED] * 2, [1])  # once for both


def test_what_its_own_cap_keeps_is_told_beside_what_keeps_its_whole_batch_from_being_approved():
    payouts = [quick.approved(amount_minor=minor) for minor in (9_000, 4_000, 4_000)]
    batch = quick.batch(payouts)
    cap("payout", 5_000)
    cap("funding_day", 5_000)
    found = told(payouts[0])
    assert (
        f"{batch.reference}, which waits for a treasurer's approval. Nobody can approve its batch: 1 "
        in found.text
    )
    assert "A cap keeps it back: it is more than €50.00" in found.text
    assert (found.cause, found.actor) == (Cause.CAPPED, "a treasurer")


def test_of_a_cap_that_was_lowered_below_what_is_under_way_nothing_is_left():
    gone, payout = quick.approved(amount_minor=6_000), quick.approved(amount_minor=1_000)
    batching.approve(batch_id=quick.batch([gone]).pk, actor=make.person("treasurer"), now=NOW)
    cap("funding_day", 5_000)
    found = told(payout)
    assert "€0.00 of it is left for that day." in found.text
    caps.ask(
        kind="funding_day", currency="EUR", limit_minor=6_500, reason="x", actor=make.person("admin"), now=NOW
    )
    assert "Even that would be too little for it." in told(payout).text


@pytest.mark.parametrize("made", [quick.payout, quick.approved])
def test_the_number_of_queries_grows_with_neither_payouts_nor_earnings(made, django_assert_max_num_queries):
    seller = make.seller()
    for kind in ("payout", "seller_day", "funding_day"):
        cap(kind, 1_000_000)
    payouts = [made(seller=seller, now=NOW - timedelta(days=7 - day)) for day in range(7)]
    if made is quick.approved:
        quick.batch(payouts)
    with django_assert_max_num_queries(8 + paragraphs.MOST * 8):
        assert len(paragraphs.seller(seller=seller, now=NOW)) == paragraphs.MOST
