"""Why isn't it paid? For each cause: what blocks it, who has to act, what happens next and when."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from backoffice.audit import actors
from payouts.models import AccountVersion, HoldReason, Payout, RailSwitch, Submission
from payouts.models.hold import TWO_PEOPLE
from payouts.operations import (
    account_rows,
    accounts,
    approval,
    batching,
    creation,
    givebacks,
    holds,
    recalls,
    review,
    settlement,
    submission,
)
from payouts.queries import explain
from payouts.queries.why import expected, paragraphs
from payouts.queries.why.causes import Cause
from payouts.rails import base
from sellers import operations as sellers
from tests import make, make_accounts, make_payouts
from tests.make import NOW
from tests.payouts import quick
from tests.payouts.caps import cap

pytestmark = pytest.mark.django_db


@pytest.fixture
def bank(tmp_path, settings):
    with make_payouts.bank(tmp_path, settings) as running:
        yield running


def told(payout: Payout, *, now=NOW):
    fresh = Payout.objects.select_related("seller", "batch").get(pk=payout.pk)
    return paragraphs.payout(payout=fresh, now=now)


def told_of(seller, *, now=NOW):
    seller.refresh_from_db()
    (only,) = paragraphs.seller(seller=seller, now=now)
    return only


def report(payout: Payout, kind: base.ReportKind, *, rail: str = "sandbox", **values) -> None:
    reference = payout.attempts.latest("number").end_to_end_id
    one = base.Report(kind=kind, source_id=f"s{make.number()}", end_to_end_id=reference, **values)
    settlement.apply(reports=[one], rail=rail, now=NOW)


def sent(amount: int = 1200) -> Payout:
    return make_payouts.payouts_of(make_payouts.submitted([amount], country="US"))[0]


def owing(*, amount_minor: int = 10_000, account: bool = True, **values):
    """A seller with an earning that no run has taken."""
    seller = make.seller(**values)
    make.earning(make.ledger_account(seller), amount_minor=amount_minor, due_date=make.TODAY)
    if account:
        make_accounts.payable(seller)
    return seller


# A payout on its way.


def test_to_review_names_who_acts_by_when_and_the_value_date():
    found = told(quick.payout())
    assert found.cause is Cause.TO_REVIEW
    assert found.actor == "an analyst"
    assert "If it is approved, batched and sent by Tue 24 Nov, " in found.text
    assert "it is paid on " in found.text


def test_to_approve_names_the_next_person():
    assert (told(quick.reviewed()).cause, told(quick.reviewed()).actor) == (Cause.TO_APPROVE, "an approver")


def test_a_payout_over_the_cap_of_one_payout_waits_for_an_administrator():
    payout = quick.reviewed(amount_minor=90_000)
    cap("payout", 50_000)
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.OVER_CAP, "an administrator")
    assert "€500.00, the cap of one payout" in found.text


@pytest.mark.parametrize("reason", HoldReason.values)
def test_a_hold_of_each_kind_says_who_ends_it_and_what_is_left(reason):
    payout = quick.reviewed()
    ends = None if reason in TWO_PEOPLE else NOW + timedelta(days=2)
    holds.hold(
        payout_ids=[payout.pk], reason=reason, note="n", actor=make.person("approver"), now=NOW, until=ends
    )
    found = told(payout)
    assert found.cause == f"held_{reason}"
    assert f"it is on hold: {HoldReason(reason).label}" in found.text
    if ends is not None:
        assert f"It ends by itself {explain.clock(ends, 'Europe/Paris')}." in found.text
    assert "a second person approves it" in found.text
    assert "compliance" in found.actor


def test_of_several_holds_the_one_the_seller_may_not_know_decides_what_they_are_told():
    payout = quick.payout()
    for reason in ("account_refused", "fraud_suspected"):
        holds.hold(payout_ids=[payout.pk], reason=reason, note="n", actor=make.person("approver"), now=NOW)
    found = told(payout)
    assert found.cause is Cause.HELD_FRAUD_SUSPECTED
    assert "The bank account sent money back; it is on hold: Fraud suspected" in found.text


def test_an_account_change_says_until_when_it_waits_and_for_whom():
    payout = make_payouts.approved([1200])[0]
    asked = accounts.request(
        seller_id=payout.seller_id, currency="EUR", fields={"iban": "FR14 2004 1010 0505 0001 3M02 606"},
        holder_name="X", country="FR", actor=make.person("analyst"), now=NOW,
    )  # fmt: skip
    start = explain.clock(asked.effective_at, "Europe/Paris")
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.HELD_ACCOUNT_CHANGE, "compliance")
    assert f"the new account {asked.masked}, which may be paid from {start}" in found.text
    (table,) = expected.of_seller(seller=payout.seller, told=[found], now=NOW)
    assert table.on is not None and table.on > asked.effective_at.date() > make.TODAY
    assert f"it is paid on {explain.day(table.on)}." in found.text
    accounts.decide(version_id=asked.pk, verified=True, actor=make.person("compliance"), note="", now=NOW)
    found = told(payout)
    assert found.actor == "nobody"
    assert f"is verified and in effect from {start}" in found.text
    assert found.facts.until == asked.effective_at.date()


def test_a_suspended_and_an_unverified_seller_stop_a_payout_that_exists():
    payout = quick.payout()
    sellers.suspend(seller_id=payout.seller_id, reason="Case 7", actor=make.person("compliance"), now=NOW)
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.SUSPENDED, "compliance")
    assert "Case 7" not in found.text
    other = quick.payout()
    other.seller.verified_at = None
    other.seller.save()
    assert told(other).cause is Cause.UNVERIFIED


def test_a_batch_waits_for_its_approval_then_leaves():
    payout = quick.approved()
    batch = quick.batch([payout])
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.BATCH_TO_APPROVE, "a treasurer")
    by = explain.clock(batch.cut_off_at, "Europe/Paris")
    assert f"Sent by {by}, it is paid on {explain.day(batch.value_date)}." in found.text
    batching.approve(batch_id=batch.pk, actor=make.person("treasurer"), now=NOW)
    assert told(payout).cause is Cause.LEAVING
    assert told(payout).facts.until == batch.value_date


def test_a_stopped_rail_is_named_with_its_reason():
    payout = quick.approved()
    batching.approve(batch_id=quick.batch([payout]).pk, actor=make.person("treasurer"), now=NOW)
    RailSwitch.objects.create(rail="*", reason="The bank moves house.", stopped_at=NOW)
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.RAIL_STOPPED, "a treasurer")
    assert "since Tue 24 Nov, 10:00 Paris. The program stopped it: “The bank moves house.”" in found.text


def test_a_missed_cut_off_says_so_and_when_it_is_paid_instead(bank):
    batch = make_payouts.approved_batch([1200])
    late = batch.cut_off_at
    submission.submit(batch_id=batch.pk, now=late)
    found = told(make_payouts.payouts_of(batch)[0], now=late)
    assert (found.cause, found.actor) == (Cause.CUT_OFF_MISSED, "a treasurer")
    batch.refresh_from_db()
    assert "was not handed over before its cut-off" in found.text
    assert f"it is paid on {explain.day(batch.value_date)}" in found.text


# A payout at the bank.


def test_with_the_bank_says_when_it_is_due_and_after_that_day_that_it_is_late(bank):
    payout = sent()
    found = told(payout)
    assert (found.cause, found.actor) == (Cause.WITH_THE_BANK, "the bank")
    assert f"due at the payee's bank on {explain.day(payout.batch.value_date)}" in found.text
    late = told(payout, now=NOW + timedelta(days=9))
    assert (late.cause, late.actor) == (Cause.LATE, "a treasurer")
    assert "ask the bank" in late.text


def test_what_was_sent_is_told_in_one_sentence_of_each_language(bank):
    payout = sent()
    with override("ja"):
        assert told(payout).text.startswith(f"支払{payout.reference}は")


def test_an_unknown_is_not_told_as_failed(settings):
    settings.SIMBANK_URL = make_payouts.unused_url()
    payout = sent()
    found = told(payout)
    assert found.cause is Cause.UNKNOWN
    assert "It may or may not have left. Nothing is sent anew before we know." in found.text
    at = explain.clock(Submission.objects.get().next_lookup_at, "Europe/Paris")
    assert f"asked again at {at}" in found.text


def test_paid_says_when_to_which_account_and_under_which_reference(bank):
    payout = sent()
    report(payout, base.ReportKind.PAID)
    found = told(payout)
    attempt = payout.attempts.get()
    assert (found.cause, found.actor) == (Cause.PAID, "nobody")
    for fact in (
        "$12.00",
        attempt.account_version.masked,
        attempt.end_to_end_id,
        explain.day(found.facts.on),
    ):
        assert fact in found.text
    assert found.facts.sent_as == attempt.end_to_end_id
    recalls.ask(payout_id=payout.pk, reason="Twice", channel="phone", actor=make.person("treasurer"), now=NOW)
    assert told(payout).cause is Cause.RECALL_ASKED


def test_refused_by_the_bank_is_held_with_the_banks_reason_in_plain_words(bank):
    payout = sent()
    report(payout, base.ReportKind.REJECTED, code="BE05")
    found = told(payout)
    assert found.cause is Cause.HELD_RAIL_REJECTED
    assert "never left. The bank refused it. The bank does not know us as the sender." in found.text
    holds.release(hold_ids=[payout.holds.get().pk], actor=make.person("approver"), note="Mended.", now=NOW)
    assert (told(payout).cause, told(payout).actor) == (Cause.BANK_REFUSED, "an analyst or a treasurer")


# A payout that died.


@pytest.mark.parametrize(
    ("code", "cause", "todo"),
    [
        (
            "AC04",
            Cause.DETAILS_REFUSED,
            "the account is closed. The money is with us. Ask the seller for new bank",
        ),
        ("RR04", Cause.CAME_BACK, "Ask compliance first; tell the seller nothing of the reason."),
        ("MS03", Cause.CAME_BACK, "nobody decided yet whether to pay it again"),
    ],
)
def test_a_return_says_why_in_plain_words_and_what_to_do(bank, code, cause, todo):
    payout = sent()
    report(payout, base.ReportKind.RETURNED, code=code)
    found = told(payout)
    assert found.cause is cause
    assert todo in found.text


@pytest.mark.parametrize(
    ("kind", "words"),
    [(base.ReportKind.FAILED, "failed on"), (base.ReportKind.RETURNED, "was returned on")],
)
def test_what_failed_was_not_done_to_it_by_somebody(bank, kind, words):
    payout = sent()
    report(payout, base.ReportKind.ACCEPTED)
    report(payout, kind, code="MS03")
    assert told(payout).text.startswith(f"Payout {payout.reference} {words} ")


def test_money_that_came_back_is_followed_to_where_it_is_now(bank):
    first = sent()
    report(first, base.ReportKind.RETURNED, code="MS03")
    second = givebacks.reissue(payout_id=first.pk, actor=make.person("analyst"), now=NOW)
    second.refresh_from_db()
    assert f"paid again as {second.reference}. Payout {second.reference} waits for an an" in told(first).text
    givebacks.cancel(payout_ids=[second.pk], actor=make.person("approver"), reason="No.", now=NOW)
    assert told(first).cause is Cause.CANCELLED
    due = givebacks.roll(payout_id=second.pk, actor=make.person("analyst"), now=NOW).due_date
    rolled = told(first)
    assert rolled.cause is Cause.NOT_DUE
    assert f"The money is part of the next payout, due {explain.day(due)}." in rolled.text
    tomorrow = NOW + timedelta(days=1)
    creation.run(until=None, key="next", actor=make.person("analyst"), now=tomorrow)
    third = Payout.objects.latest("pk")
    found = told(first, now=tomorrow)
    assert f"The money is part of {third.reference}. Payout {third.reference} waits for" in found.text
    assert found.cause is Cause.TO_REVIEW


# Money that is in no payout.


def test_not_yet_due_says_when_and_which_run_takes_it():
    account = make.ledger_account()
    make.earning(account, amount_minor=8_800, due_date=make.TODAY + timedelta(days=3))
    make_accounts.payable(account.seller)
    found = told_of(account.seller)
    assert found.cause is Cause.NOT_DUE
    assert (
        "€88.00 is not due yet: it comes due on Friday 27 November, and the run of Monday 30 November"
        in found.text
    )


def test_under_the_minimum_says_how_much_is_missing():
    found = told_of(owing(amount_minor=40))
    assert found.cause is Cause.UNDER_MINIMUM
    assert "€0.40 is due, under the minimum of €1.00: €0.60 is missing" in found.text


def test_a_negative_balance_says_that_later_earnings_are_netted():
    seller = owing(amount_minor=-1_200)
    make.earning(make.ledger_account(seller), amount_minor=500, due_date=make.TODAY + timedelta(days=1))
    found = told_of(seller)
    assert found.cause is Cause.NEGATIVE
    assert "The balance is −€12.00" in found.text
    assert "€5.00 comes due on Wednesday 25 November." in found.text


def test_the_next_run_says_when_it_is_paid_if_all_goes_well():
    found = told_of(owing())
    assert found.cause is Cause.NEXT_RUN
    assert "€100.00 is due, and the run of Monday 30 November takes it" in found.text


def test_a_seller_who_is_suspended_unverified_or_held_is_told_before_anything_else():
    suspended = owing(suspended_at=NOW, suspended_reason="x", amount_minor=40)
    assert (told_of(suspended).cause, told_of(suspended).actor) == (Cause.SUSPENDED, "compliance")
    assert told_of(owing(verified_at=None)).cause is Cause.UNVERIFIED
    held = owing()
    holds.hold_seller(
        seller_id=held.pk, reason="compliance", note="n", actor=make.person("compliance"), now=NOW
    )
    assert told_of(held).cause is Cause.HELD_COMPLIANCE


def test_without_a_usable_account_it_says_what_the_account_waits_for():
    seller = owing(account=False)
    assert (told_of(seller).cause, told_of(seller).actor) == (Cause.NO_ACCOUNT, "the seller")
    version = asked_for(seller)
    start = explain.clock(version.effective_at, "Europe/Paris")
    found = told_of(seller)
    assert (found.cause, found.actor) == (Cause.ACCOUNT_TO_VERIFY, "compliance")
    assert f"may be paid from {start}" in found.text
    decided(version, verified=True)
    assert told_of(seller).cause is Cause.ACCOUNT_WAITS
    other = owing(account=False)
    decided(asked_for(other), verified=False)
    assert "was rejected: ask the seller for another" in told_of(other).text


def asked_for(seller) -> AccountVersion:
    fields = {"iban": "FR1420041010050500013M02606"}
    wish = account_rows.Wish(seller.pk, "EUR", "iban", fields, seller.name)
    later = NOW + timedelta(days=3)
    return account_rows.write(wishes=[wish], actor=actors.person(make.user()), now=NOW, effective_at=later)[0]


def decided(version, *, verified: bool) -> None:
    someone = actors.person(make.user())
    account_rows.write_decisions(versions=[version], verified=verified, actor=someone, note="No.", now=NOW)


def test_another_currency_and_a_closed_country_wait_for_an_administrator():
    seller = make.seller()
    make.earning(make.ledger_account(seller, currency="USD"), due_date=make.TODAY)
    assert (told_of(seller).cause, told_of(seller).actor) == (Cause.OTHER_CURRENCY, "an administrator")
    assert told_of(make.seller(country="ZZ")).cause is Cause.COUNTRY_CLOSED


def test_when_nothing_waits_the_last_payout_is_told(bank):
    payout = sent()
    report(payout, base.ReportKind.PAID)
    first, second = paragraphs.seller(seller=payout.seller, now=NOW)
    assert [first.cause, second.cause] == [Cause.PAID, Cause.NOTHING_OWED]


def test_a_seller_with_payouts_under_way_is_told_of_each():
    seller = make.seller()
    quick.payout(seller=seller, now=NOW - timedelta(days=1))
    payout = quick.payout(seller=seller)
    review.review(payout_ids=[payout.pk], actor=make.person("analyst"), now=NOW)
    approval.approve(payout_ids=[payout.pk], actor=make.person("approver"), now=NOW)
    found = paragraphs.seller(seller=seller, now=NOW)
    assert [each.cause for each in found] == [Cause.TO_BATCH, Cause.TO_REVIEW]
