"""What a treasurer sees before a batch goes: the one changed account first, the money, and what left meanwhile."""

from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from backoffice.audit import actors
from backoffice.audit.actors import SYSTEM
from payouts.admin import _batch_facts, batch_verbs, batches
from payouts.countries import moments
from payouts.models import Batch, Flag, Payout, Statement
from payouts.operations import approval, batching, holds, review, settlement
from payouts.queries import batch_look, batch_words, cutoffs, explain, leaving
from payouts.rails import base
from payouts.states import PayoutStatus
from sellers.models import Seller
from sellers.operations import suspend
from tests import make, make_accounts, make_payouts
from tests.make_payouts import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def paid(tmp_path, settings):
    """A batch that was handed over last week."""
    with make_payouts.bank(tmp_path, settings):
        yield make_payouts.submitted([900_00, 500_00, 10_00])


@pytest.fixture
def treasurer() -> Client:
    client = Client()
    client.force_login(make.user("treasurer", is_staff=True))
    return client


def dated(day: date) -> str:
    """As pages say a day."""
    return moments.day(day, today=day)


def again(batch: Batch, *amounts: int) -> Batch:
    """The same sellers in the next batch."""
    sellers = [payout.seller for payout in make_payouts.payouts_of(batch)]
    made = [quick.payout(seller=s, amount_minor=m, now=LATER) for s, m in zip(sellers, amounts, strict=True)]
    ids = [each.pk for each in made]
    assert not review.review(payout_ids=ids, actor=make.person("analyst"), now=LATER).refused
    assert not approval.approve(payout_ids=ids, actor=make.person("approver"), now=LATER).refused
    (new,), _ = batching.propose(payout_ids=ids, actor=make.person("treasurer"), now=LATER)
    return new


def page(browser: Client, batch: Batch, *, approve: bool = False):
    answer = browser.get(f"/batches/{batch.reference}/{'approve/' if approve else ''}")
    assert answer.status_code == 200
    return answer.content.decode(), answer.context


def smallest(batch: Batch) -> Seller:
    return min(make_payouts.payouts_of(batch), key=lambda payout: payout.amount_minor).seller


def barred(payout: Payout) -> Payout:
    """The payout, whose seller is suspended now."""
    suspend(seller_id=payout.seller_id, reason="Documents", actor=make.person("compliance"), now=NOW)
    return payout


def test_where_no_account_changed_nothing_is_said(paid, treasurer):
    text, context = page(treasurer, again(paid, 900_00, 500_00, 10_00), approve=True)
    assert context["changed"] == [] and "paid last" not in text
    assert [row["money"].minor for row in context["preview"]["rows"]] == [900_00, 500_00, 10_00]


@pytest.mark.parametrize("approve", [False, True])
def test_the_one_changed_account_stands_first_with_who_changed_it(paid, treasurer, approve):
    seller = smallest(paid)
    before = seller.payout_accounts.get().current
    now = make_accounts.payable(seller)
    text, context = page(treasurer, again(paid, 900_00, 500_00, 10_00), approve=approve)
    ((row),) = context["changed"]
    change = row["payee"].change
    assert row["payee"].payout.seller_id == seller.pk
    assert (change.before, change.now) == (before.masked, now.masked)
    assert (change.asked_by, change.verified_by) == (
        now.requested_by.username,
        now.decision.decided_by.username,
    )
    assert "Not the account that was paid last" in text
    assert not row["kept"] and "Will not leave" not in text
    if approve:
        assert [each["name"] for each in context["preview"]["rows"]].count(seller.name) == 0


def test_a_changed_account_that_is_kept_back_is_looked_at_all_the_same(paid, treasurer):
    """What keeps it may end before the batch is sent, and the approval is for it, too."""
    seller = smallest(paid)
    make_accounts.payable(seller)
    batch = again(paid, 900_00, 500_00, 10_00)
    barred(next(each for each in make_payouts.payouts_of(batch) if each.seller_id == seller.pk))
    text, context = page(treasurer, batch, approve=True)
    assert [(row["payee"].name, row["kept"]) for row in context["changed"]] == [(seller.name, True)]
    assert "Will not leave" in text
    assert (context["preview"]["count"], context["preview"]["more"]) == (2, 0)


def test_it_is_taken_out_from_there_and_the_rest_goes_on(paid, treasurer):
    seller = smallest(paid)
    make_accounts.payable(seller)
    batch = again(paid, 900_00, 500_00, 10_00)
    _, context = page(treasurer, batch, approve=True)
    url = context["changed"][0]["take_out_url"]
    sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    sent |= dict(treasurer.get(url).context["hidden"])
    done = treasurer.post(urlsplit(url).path, {**sent, "confirmed": "1", "reason": "Call the seller first."})
    assert done.url == f"/batches/{batch.reference}/approve/"
    batch.refresh_from_db()
    assert (batch.status, batch.item_count, batch.total_minor) == ("PROPOSED", 2, 1_400_00)
    assert (
        Payout.objects.get(seller=seller, span__isnull=False, created_at=LATER).status
        == PayoutStatus.APPROVED
    )
    text, _ = page(treasurer, batch)
    assert "Left since it was proposed" in text and "Call the seller first." in text


def test_a_payment_that_never_left_is_not_the_last_one(paid):
    seller = smallest(paid)
    make_accounts.payable(seller)
    batch = again(paid, 900_00, 500_00, 10_00)
    old = make_payouts.payouts_of(paid)[2]
    report = base.Report(
        kind=base.ReportKind.REJECTED, source_id="1", end_to_end_id=f"{old.reference}A1", code="AC04"
    )
    assert len(batch_look.changed_accounts(batch)) == 1
    settlement.apply(reports=[report], rail="sepa", now=LATER)
    assert old.attempts.get().ended_because == "rejected"
    assert batch_look.changed_accounts(batch) == []


def statement(batch: Batch, closing_minor: int) -> None:
    Statement.objects.create(
        funding_account=batch.funding_account, statement_id=f"s{closing_minor}", statement_date=NOW.date(),
        opening_minor=0, closing_minor=closing_minor, body_ciphertext=b"x", body_sha256=str(closing_minor),
    )  # fmt: skip


def test_the_money_is_weighed_against_the_last_statement_and_what_is_promised(treasurer):
    promised = make_payouts.approved_batch([300_00])
    batch = make_payouts.proposed_batch([200_00])
    all_of_it = leaving.whole(batch).money
    assert promised.value_date > NOW.date() and batch_look.funds(batch, all_of_it) is None
    assert "no statement of this account was read" in page(treasurer, batch)[0]
    statement(batch, 600_00)
    found = batch_look.funds(batch, all_of_it)
    assert (found.left.minor, found.promised.minor, found.short) == (100_00, 300_00, False)
    statement(batch, 450_00)
    for approve in (False, True):
        text, _ = page(treasurer, batch, approve=approve)
        assert "SEPA-EUR is short by €50.00: it held €450.00" in text


def test_fees_are_told_where_every_countrys_file_says_them(monkeypatch):
    from payouts.countries import loader

    batch = make_payouts.proposed_batch([200_00, 100_00])
    assert batch_look.fees(batch, []) is None
    deadline, going = explain.deadline(batch, NOW), leaving.whole(batch)
    assert ("Rail", "SEPA", "2 payouts") in _batch_facts.figures(batch, deadline, NOW, going)
    france = loader.load(loader.DATA)["FR"]
    object.__setattr__(france, "bank_fee_minor", 20)
    monkeypatch.setattr(loader, "_replaced", loader.Countries([france]))
    assert batch_look.fees(batch, []).minor == 40
    assert batch_look.fees(batch, [make_payouts.payouts_of(batch)[0].pk]).minor == 20


def test_a_value_date_that_moved_since_the_proposal_is_told(treasurer, monkeypatch):
    batch = make_payouts.proposed_batch([200_00])
    for module in (batches, batch_verbs):
        monkeypatch.setattr(module, "database_now", lambda: batch.cut_off_at - timedelta(minutes=1))
    for approve in (False, True):
        assert "Changed since it was proposed" not in page(treasurer, batch, approve=approve)[0]
    late = batch.cut_off_at + timedelta(minutes=1)
    for module in (batches, batch_verbs):
        monkeypatch.setattr(module, "database_now", lambda: late)
    moved = explain.deadline(batch, late).value_date
    for approve in (False, True):
        text, _ = page(treasurer, batch, approve=approve)
        assert f"Value date moved to {dated(moved)}" in text
        assert f"It was {dated(batch.value_date)}, until the cut-off for it passed." in text
    # Approved in time, and not handed over: its own value date is the later one by then.
    batch = batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    first = batch.value_date
    batch = batching.ask_again(batch_id=batch.pk, now=late, actor=SYSTEM)
    assert batch.value_date == moved != first
    assert f"It was {dated(first)}, until" in page(treasurer, batch)[0]


def test_flags_raised_since_the_proposal_are_told_newest_first(treasurer, monkeypatch):
    monkeypatch.setattr(batch_look, "MOST_FLAGGED", 1)
    batch = make_payouts.proposed_batch([200_00, 100_00, 50_00])
    first, second, gone = make_payouts.payouts_of(batch)
    facts = {"percent": 50, "usual_percent": 1}
    assert Flag.objects.filter(payout=first).exists()  # of when it was made: that says nothing here
    assert batch_look.flagged_since(batch) == ([], 0)
    for minutes, payout in enumerate((first, second, gone), start=1):
        at = batch.proposed_at + timedelta(minutes=minutes)
        Flag.objects.create(payout=payout, code="refunds_jump", facts=facts, raised_at=at)
    batching.take_out(payout_ids=[gone.pk], actor=make.person("treasurer"), reason="Wait.", now=NOW)
    (newest,), more = batch_look.flagged_since(batch)
    assert (newest.payout, newest.words, more) == (second, "More refunds than usual", 1)
    text, _ = page(treasurer, batch)
    assert (
        "Changed since it was proposed" in text and "More refunds than usual" in text and "and 1 more" in text
    )


def test_those_that_the_approval_does_not_show_are_led_to_by_amount(treasurer, monkeypatch):
    monkeypatch.setattr(batch_verbs, "SHOWN", 1)
    batch = make_payouts.proposed_batch([100_00, 200_00, 50_00])
    url = page(treasurer, batch, approve=True)[1]["preview"]["more_url"]
    answer = treasurer.get(url)
    assert [row.money.minor for row in answer.context["rows"]] == [200_00, 100_00, 50_00]
    assert "and 2 more</a>" in page(treasurer, batch, approve=True)[0]


def test_the_approval_says_which_payouts_left_since_it_was_proposed_and_why(treasurer, monkeypatch):
    monkeypatch.setattr(batch_verbs, "SHOWN", 2)
    batch = make_payouts.proposed_batch([400_00, 200_00, 100_00, 50_00])
    stays, *leaving = make_payouts.payouts_of(batch)
    assert "Left since it was proposed" not in page(treasurer, batch, approve=True)[0]
    who = make.user("treasurer", first_name="Tara", last_name="Sure")
    for minutes, payout in enumerate(leaving):
        batching.take_out(
            payout_ids=[payout.pk],
            actor=actors.person(who),
            reason=f"Wait {minutes}.",
            now=NOW + timedelta(minutes=minutes),
        )
    batch.refresh_from_db()
    text, context = page(treasurer, batch, approve=True)
    assert [(each.payout, each.money.minor) for each in context["gone"]] == [
        (leaving[2], 50_00),
        (leaving[1], 100_00),
    ]
    assert "3 payouts of €350.00: they are not paid by this batch" in text
    assert all(str(each.reference) in text and each.seller.name in text for each in leaving[1:])
    assert "Wait 2." in text and "Tara Sure" in text and "Wait 0." not in text
    assert f'<a href="/batches/{batch.reference}/">and 1 more</a>' in text
    assert str(stays.reference) in text


def test_what_was_held_since_it_was_proposed_is_told_with_its_money(treasurer):
    batch = make_payouts.proposed_batch([200_00, 100_00])
    held = make_payouts.payouts_of(batch)[1]
    analyst = make.user("analyst", first_name="Ada", last_name="Look")
    holds.hold(payout_ids=[held.pk], actor=actors.person(analyst), reason="dispute", note="Look.", now=NOW)
    (left,) = batch_look.left(batch)
    assert left.last == NOW
    assert (left.because, left.count, left.money.minor) == ("On hold: Open dispute or chargebacks", 1, 100_00)
    text, context = page(treasurer, batch)
    assert "1 payout, €100.00" in text
    assert [row["left"] for row in context["rows"]] == [True, False]
    assert [row["left_by"] for row in context["rows"]] == ["Ada Look, Tue 24 Nov, 10:00 Paris", ""]
    assert "Ada Look, Tue 24 Nov, 10:00 Paris" in text


def test_a_batch_offers_to_pay_again_what_failed_of_it(paid):
    analyst = Client()
    analyst.force_login(make.user("analyst", is_staff=True))
    assert "that failed again" not in page(analyst, paid)[0]
    for number, payout in enumerate(make_payouts.payouts_of(paid)[:2]):
        for kind in (base.ReportKind.PAID, base.ReportKind.RETURNED):
            report = base.Report(
                kind=kind, source_id=f"{kind}{number}", end_to_end_id=f"{payout.reference}A1", code="AC04"
            )
            settlement.apply(reports=[report], rail="sepa", now=NOW)
    _, context = page(analyst, paid)
    (verb,) = context["verbs"]
    assert verb["label"] == "Pay 2 that failed again"
    preview = analyst.get(verb["url"])
    assert preview.context["preview"]["count"] == 2
    sent = dict(preview.context["hidden"])
    done = analyst.post(urlsplit(verb["url"]).path, {**sent, "confirmed": "1"}, follow=True)
    assert "2 payouts paid again as new payouts, which wait for review" in done.content.decode()
    new = Payout.objects.filter(reissue_of__batch=paid)
    assert [each.status for each in new] == ["PENDING_REVIEW"] * 2
    assert {each.holds.get().reason for each in new} == {"account_refused"}


def test_each_payout_of_the_page_moves_with_the_progress(paid, treasurer):
    first = make_payouts.payouts_of(paid)[0]
    report = base.Report(kind=base.ReportKind.PAID, source_id="1", end_to_end_id=f"{first.reference}A1")
    settlement.apply(reports=[report], rail="sepa", now=NOW)
    text = treasurer.get(f"/batches/{paid.reference}/progress/").content.decode()
    start = text.index(f'id="stands-{first.reference}" hx-swap-oob="true"')
    assert "Paid" in text[start : start + 300]
    assert text.count('hx-swap-oob="true"') == 4 + 2 * 3


def test_the_cut_off_of_one_rail_is_said_by_the_clock_of_its_bank_on_every_page(treasurer):
    batch = make_payouts.proposed_batch([100_00], country="DE")  # paid from France, like those of France
    assert batch.country == "DE" and batch.funding_account.country == "FR"
    said = explain.clock(batch.cut_off_at, "Europe/Paris")
    figures = _batch_facts.figures(batch, explain.deadline(batch, NOW), NOW, leaving.whole(batch))
    assert {label: fact for label, _unused, fact in figures}["Cut-off"] == said
    assert said in batch_words.next_step(
        batch=batch, deadline=explain.deadline(batch, NOW), going=leaving.whole(batch), now=NOW
    )
    assert "Berlin" not in treasurer.get("/batches/").content.decode()
    assert "Berlin" not in page(treasurer, batch)[0] + page(treasurer, batch, approve=True)[0]
    approver = Client()
    approver.force_login(make.user("approver", is_staff=True))
    payout = quick.payout(seller=make.seller(country="DE"))
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=NOW)
    text = approver.get("/payouts/act/approve/", {"ids": payout.pk}).content.decode()
    assert "Paris, paid on" in text and "Berlin" not in text
    assert "Berlin" not in explain.if_approved(payout=payout, now=NOW)
    by_clock = {each.words: each.codes for each in cutoffs.upcoming(now=NOW)}
    (euro,) = [codes for codes in by_clock.values() if "FR" in codes]
    assert {"BE", "DE", "ES", "FR", "IE", "IT", "NL", "PT"} <= set(euro)
