"""The pages of the payouts' door, as their readers use them."""

import html
import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from backoffice.words import dated
from payouts import countries
from payouts.admin import verbs
from payouts.models import AccountVersion, Batch, FundingAccount, Hold, Payout
from payouts.operations import creation, givebacks, holds, review
from tests import make, make_accounts
from tests.payouts import quick

pytestmark = pytest.mark.django_db

LISTS = [
    "payouts_payout_list", "payouts_payout_review", "payouts_payout_approvals", "payouts_payout_failed",
    "payouts_payout_totals", "payouts_hold_list", "payouts_batch_list", "payouts_run_list",
]  # fmt: skip


@pytest.fixture
def payout() -> Payout:
    account = make.ledger_account()
    make.earning(account, amount_minor=123_456)
    make_accounts.payable(account.seller)
    creation.run(until=None, key=f"run-{make.number()}", actor=make.person("analyst"), now=make.NOW)
    return Payout.objects.get(account=account)


def client(role: str) -> Client:
    made = Client()
    made.force_login(make.user(role, is_staff=True))
    return made


def press(browser: Client, verb: str, payout: Payout, **values):
    url = reverse("admin:payouts_payout_act", args=[verb])
    page = browser.post(url, {"ids": [payout.pk]}, follow=True)
    assert page.status_code == 200, page.content
    seen = dict(page.context["hidden"])["seen"]
    answer = browser.post(url, {"confirmed": "1", "seen": seen, "back": "/payouts/", **values}, follow=True)
    payout.refresh_from_db()
    return answer


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens_empty_and_with_rows(name, payout):
    assert client("analyst").get(reverse(f"admin:{name}")).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_nobody_sees_a_list_without_logging_in(name):
    answer = Client().get(reverse(f"admin:{name}"))
    assert (answer.status_code, answer.url[:7]) == (302, "/login/")


def test_a_role_without_the_right_gets_a_sentence(payout):
    answer = client("admin").get(reverse("admin:payouts_payout_list"))
    assert answer.status_code == 403
    assert b"Your role does not open this page. It opens to" in answer.content


def test_the_queue_shows_the_amount_with_its_decimals_and_the_flags(payout):
    page = client("analyst").get(reverse("admin:payouts_payout_review")).content.decode()
    assert "1,234.56" in page and "First payout" in page and str(payout.reference) in page


def test_review_approve_batch_by_three_people_in_the_browser(payout):
    FundingAccount.objects.create(
        code="SEPA-EUR",
        rail="sepa",
        currency="EUR",
        holder_name="M",
        country="FR",
        identifier="FR7630006000011234567890189",
    )
    press(client("analyst"), "review", payout)
    assert payout.status == "REVIEWED"
    press(client("approver"), "approve", payout)
    assert payout.status == "APPROVED"
    treasurer = client("treasurer")
    press(treasurer, "batch", payout)
    batch = Batch.objects.get()
    assert payout.status == "BATCHED"
    detail = reverse("admin:payouts_batch_detail", args=[batch.reference])
    assert b"Off for you: you proposed it" in treasurer.get(detail).content
    other = client("treasurer")
    url = reverse("admin:payouts_batch_approve", args=[batch.reference])
    page = other.get(url)
    assert "Approve €1,234.56" in page.content.decode()
    hidden = dict(page.context["hidden"])
    other.post(url, {"confirmed": "1", **hidden})
    batch.refresh_from_db()
    assert batch.status == "APPROVED"
    assert other.get(detail).status_code == 200


def test_a_stale_confirmation_does_nothing_and_says_what_changed(payout):
    browser = client("analyst")
    url = reverse("admin:payouts_payout_act", args=["review"])
    seen = dict(browser.post(url, {"ids": [payout.pk]}, follow=True).context["hidden"])["seen"]
    press(client("analyst"), "review", payout)
    answer = browser.post(url, {"confirmed": "1", "seen": seen, "back": "/payouts/"})
    assert answer.status_code == 409
    assert f"{payout.reference}: it changed since you looked" in answer.content.decode()
    assert payout.reviews.count() == 1


def test_what_was_put_on_hold_since_the_page_is_not_reviewed(payout):
    browser, url = client("analyst"), reverse("admin:payouts_payout_act", args=["review"])
    seen = dict(browser.post(url, {"ids": [payout.pk]}, follow=True).context["hidden"])["seen"]
    press(client("compliance"), "hold", payout, reason="dispute", note="Ask the seller.")
    answer = browser.post(url, {"confirmed": "1", "seen": seen, "back": "/payouts/"})
    assert answer.status_code == 409
    assert f"{payout.reference}: it was put on hold since you looked." in answer.content.decode()
    assert not payout.reviews.exists()


@pytest.mark.parametrize(("verb", "role"), [("batch", "treasurer"), ("take_out", "treasurer")])
def test_what_changed_since_the_page_is_not_batched_either(verb, role):
    quick.funding()
    payout = quick.approved() if verb == "batch" else quick.batch().items.get().payout
    browser, url = client(role), reverse("admin:payouts_payout_act", args=[verb])
    seen = dict(browser.post(url, {"ids": [payout.pk]}, follow=True).context["hidden"])["seen"]
    review.send_back(payout_ids=[payout.pk], actor=make.person("analyst"), reason="Look", now=make.NOW)
    answer = browser.post(url, {"confirmed": "1", "seen": seen, "reason": "Late"})
    assert answer.status_code == 409
    assert "it was" in answer.content.decode() and "is to review now" in answer.content.decode()


def test_who_puts_payouts_into_batches_is_told_which_and_led_there():
    quick.funding()
    made = [quick.approved(), quick.approved()]
    browser, url = client("treasurer"), reverse("admin:payouts_payout_act", args=["batch"])
    shown = browser.post(url, {"ids": [each.pk for each in made]}, follow=True)
    answer = browser.post(url, {"confirmed": "1", **dict(shown.context["hidden"])}, follow=True)
    batch = Batch.objects.get()
    link = f'<a href="{reverse("admin:payouts_batch_detail", args=[batch.reference])}">{batch.reference}</a>'
    assert f"2 payouts batched. They wait for approval in {link}." in answer.content.decode()


def test_a_batch_is_not_approved_from_a_page_that_is_stale_or_torn():
    batch, browser = quick.batch(), client("treasurer")
    url = reverse("admin:payouts_batch_approve", args=[batch.reference])
    hidden = dict(browser.get(url).context["hidden"])
    for value_date in ("", "foo"):
        torn = browser.post(url, {"confirmed": "1", **hidden, "value_date": value_date}, follow=True)
        assert "Not approved: the page was not complete" in torn.content.decode()
    stale = browser.post(url, {"confirmed": "1", **hidden, "seen": "x"})
    assert stale.status_code == 409
    assert f"{batch.reference} changed since you looked" in stale.content.decode()
    late = browser.post(url, {"confirmed": "1", **hidden, "value_date": "2020-01-01"})
    assert late.status_code == 409 and b"the cut-off passed while you looked" in late.content
    batch.refresh_from_db()
    assert batch.status == "PROPOSED"


def test_a_payout_that_nobody_is_left_to_approve_says_so(payout):
    browser, url = client("analyst"), reverse("admin:payouts_payout_detail", args=[payout.reference])
    assert "Waiting for the review" in browser.get(url).content.decode()
    press(client("analyst"), "review", payout)
    get_user_model().objects.filter(groups__name="approver").update(is_active=False)
    page = browser.get(url).content.decode()
    assert "nobody who may approve is left: ask an administrator" in page
    assert "Waiting for the review" not in page


def test_select_all_that_match_takes_the_whole_filter(payout):
    url = reverse("admin:payouts_payout_act", args=["hold"])
    query = {"all_matching": "1", "query": "status=PENDING_REVIEW"}
    page = client("analyst").post(url, query, follow=True)
    assert page.context["preview"]["count"] == 1


def test_a_review_says_what_is_on_hold_and_goes_no_further(payout):
    for each in (payout, quick.payout()):
        press(client("compliance"), "hold", each, reason="documents", note="Wait")
    quick.payout()
    query = {"all_matching": "1", "query": "status=PENDING_REVIEW"}
    page = client("analyst").post("/payouts/act/review/", query, follow=True)
    notes = [row["note"] for row in page.context["preview"]["rows"]]
    assert sum("; On hold: " in note for note in notes) == 2 and len(notes) == 3
    assert page.context["preview"]["follows"] == [
        "They wait for another person's approval.",
        "2 of them are on hold: they do not go on until every hold on them is released.",
    ]
    approver = client("approver").post("/payouts/act/approve/", query, follow=True)
    assert approver.context["preview"]["count"] == 0


def test_what_is_pasted_into_a_note_is_refused_whole_and_stays(payout):
    note = "Look at it. " * 200
    page = press(client("analyst"), "review", payout, note=note)
    shown = page.content.decode()
    assert "It has 2,399 characters, 2,000 at most: take 399 characters out." in shown
    assert note.strip() in shown and 'maxlength="2000"' not in shown
    payout.refresh_from_db()
    assert payout.status == "PENDING_REVIEW"


def test_holding_needs_a_note(payout):
    answer = press(client("analyst"), "hold", payout, reason="documents", note="")
    assert not Hold.objects.exists()
    assert "Fill this in" in answer.content.decode()


def test_a_hold_is_released_from_the_list_of_holds(payout):
    holds.hold(
        payout_ids=[payout.pk], actor=make.person("analyst"), reason="other", note="Wait", now=make.NOW
    )
    browser = client("compliance")
    assert b"Other, see the note" in browser.get(reverse("admin:payouts_hold_list")).content
    hold = Hold.objects.get()
    browser.post(reverse("admin:payouts_hold_release"), {"ids": [hold.pk], "confirmed": "1", "note": "Fine"})
    hold.refresh_from_db()
    assert hold.release_note == "Fine"


def test_the_page_of_a_payout_answers_what_it_is_for_and_who_may_approve(payout):
    press(client("analyst"), "review", payout)
    approver = make.user("approver", is_staff=True, first_name="Claire", last_name="Fontaine")
    page = (
        client("support")
        .get(reverse("admin:payouts_payout_detail", args=[payout.reference]))
        .content.decode()
    )
    assert "waits for a second person" in page and "Claire Fontaine" in page and "Sale" in page
    assert approver.is_active


def test_a_filter_that_cannot_be_read_says_so():
    answer = client("analyst").get(reverse("admin:payouts_payout_list"), {"status": "NONSENSE"})
    assert answer.status_code == 400
    assert "NONSENSE" in answer.content.decode()


def test_a_run_is_previewed_then_run_and_a_double_click_runs_once():
    account = make.ledger_account()
    make.earning(account, amount_minor=9_900)
    make_accounts.payable(account.seller)
    make.earning(make.ledger_account(), amount_minor=5_000)
    browser = client("analyst")
    page = browser.get(reverse("admin:payouts_run_new"), {"country": "FR", "until": ""})
    assert "Make 1 payout" in page.content.decode() and "No usable bank account" in page.content.decode()
    hidden = dict(page.context["hidden"])
    for _ in range(2):
        answer = browser.post(reverse("admin:payouts_run_new"), {"confirmed": "1", **hidden}, follow=True)
    assert Payout.objects.count() == 1
    assert "1 balance left alone" in answer.content.decode()


def test_a_payout_names_the_run_that_made_it_and_leads_there_who_may():
    account = make.ledger_account()
    make.earning(account)
    make_accounts.payable(account.seller)
    actor = make.person("analyst")
    run = creation.run(until=None, country="FR", key="r", actor=actor, now=make.NOW)
    url = reverse("admin:payouts_payout_detail", args=[run.payouts.get().reference])
    day = dated(timezone.localdate(run.started_at), "medium")
    link = f'<a href="{reverse("admin:payouts_run_detail", args=[run.pk])}">R{run.pk}</a>'
    assert f"Made by {link} of {day}" in client("analyst").get(url).content.decode()
    browser = Client()
    browser.force_login(make.user(is_staff=True, permissions=["payouts.view_payout"]))
    assert f"Made by R{run.pk} of {day}" in browser.get(url).content.decode()
    dead = quick.payout()
    givebacks.cancel(payout_ids=[dead.pk], actor=make.person("approver"), reason="x", now=make.NOW).only()
    again = givebacks.reissue(payout_id=dead.pk, actor=make.person("analyst"), now=make.NOW)  # no run made it
    url = reverse("admin:payouts_payout_detail", args=[again.reference])
    assert "Made by" not in client("analyst").get(url).content.decode()


def test_search_opens_what_one_reference_names(payout):
    answer = client("support").get("/search/", {"q": str(payout.reference).lower()})
    assert answer.url == reverse("admin:payouts_payout_detail", args=[payout.reference])


def test_a_batch_of_a_country_that_was_closed_can_still_be_read(payout):
    FundingAccount.objects.create(
        code="SEPA-EUR",
        rail="sepa",
        currency="EUR",
        holder_name="M",
        country="FR",
        identifier="FR76300060000112345",
    )
    press(client("analyst"), "review", payout)
    press(client("approver"), "approve", payout)
    press(client("treasurer"), "batch", payout)
    countries.use(countries.load(countries.DATA, only=["DE"]))
    try:
        browser = client("treasurer")
        assert browser.get(reverse("admin:payouts_batch_list")).status_code == 200
        detail = reverse("admin:payouts_batch_detail", args=[Batch.objects.get().reference])
        assert browser.get(detail).status_code == 200
    finally:
        countries.use(None)


def test_releasing_from_a_payout_leads_to_exactly_the_holds_open_now(payout):
    holds.hold(
        payout_ids=[payout.pk], actor=make.person("analyst"), reason="other", note="Seen", now=make.NOW
    )
    browser = client("approver")
    page = browser.get(reverse("admin:payouts_payout_act", args=["release"]), {"ids": payout.pk}, follow=True)
    ids = [value for name, value in page.context["hidden"] if name == "ids"]
    holds.hold(
        payout_ids=[payout.pk],
        actor=make.person("compliance"),
        reason="fraud_suspected",
        note="New",
        now=make.NOW,
    )
    browser.post(reverse("admin:payouts_hold_release"), {"ids": ids, "confirmed": "1", "note": "Found"})
    assert Hold.objects.get(released_at__isnull=True).note == "New"


def test_releasing_more_than_one_page_takes_says_how_many_stay_in_force(monkeypatch):
    monkeypatch.setattr(verbs, "MOST_HOLDS", 2)
    chosen = [quick.payout() for _ in range(4)]
    ids = [each.pk for each in chosen]
    holds.hold(payout_ids=ids, actor=make.person("analyst"), reason="other", note="Seen", now=make.NOW)
    browser, url = client("approver"), reverse("admin:payouts_payout_act", args=["release"])
    page = browser.get(url, {"ids": ids}, follow=True)
    words = "These are the first 2 holds of what you chose. 2 more stay in force: choose again for them."
    assert words in page.content.decode()
    assert len([value for name, value in page.context["hidden"] if name == "ids"]) == 2
    all_of_them = browser.get(url, {"ids": ids[:2]}, follow=True)
    assert "stay in force" not in all_of_them.content.decode()


def test_held_payouts_are_not_offered_for_a_batch():
    held, ready = quick.approved(), quick.approved()
    hold = {"actor": make.person("compliance"), "reason": "documents", "note": "Passport", "now": make.NOW}
    holds.hold(payout_ids=[held.pk], **hold)
    page = client("treasurer").get("/batches/").content.decode()
    assert "Put 1 approved payout into batches" in page
    holds.hold(payout_ids=[ready.pk], **hold)
    assert "into batches" not in client("treasurer").get("/batches/").content.decode()


def test_the_link_of_a_page_that_is_out_of_date_leads_to_what_changed_and_to_no_verb(payout):
    page = client("analyst").get(reverse("admin:payouts_payout_detail", args=[payout.reference]))
    links = {
        verb: html.unescape(re.search(rf'href="(/payouts/act/{verb}/[^"]*)"', page.content.decode())[1])
        for verb in ("review", "hold")
    }
    press(client("compliance"), "hold", payout, reason="dispute", note="Ask the seller.")
    answer = client("analyst").get(links["review"])
    assert answer.status_code == 409
    assert f"{payout.reference}: it was put on hold since you looked." in answer.content.decode()
    safe = client("analyst").get(links["hold"])
    assert safe.status_code == 200 and len(safe.context["preview"]["rows"]) == 1, "a hold is for safety"


@pytest.mark.parametrize(
    ("bank", "words"), [("", ", version 1, held by"), ("Une", " Une, version 1, held by")]
)
def test_the_account_of_a_payout_reads_well_without_the_name_of_its_bank(bank, words, monkeypatch):
    payout, role = quick.payout(), client("support")
    monkeypatch.setattr(AccountVersion, "bank_name", property(lambda it: bank, lambda it, read: None))
    page = role.get(reverse("admin:payouts_payout_detail", args=[payout.reference])).content.decode()
    plain = " ".join(re.sub("<[^>]*>", "", page).split())
    assert re.search(rf"\d{{4}}{re.escape(words)}", plain)
    page = role.get(reverse("admin:sellers_seller_detail", args=[payout.seller.reference])).content.decode()
    plain = " ".join(re.sub("<[^>]*>", "", page).split())
    assert f"in effect {bank}{', ' if bank else ''}held by" in plain


def test_what_cannot_be_done_now_is_folded_away_before_approvals_and_timeline():
    page = client("analyst").get(reverse("admin:payouts_payout_detail", args=[quick.payout().reference]))
    text = page.content.decode()
    folded = text.partition('<details class="folded">')[2].partition("</details>")[0]
    assert (
        "<summary><h2>Not now, and why</h2></summary>" in folded and "Verbs that are off, and why" in folded
    )
    assert text.index("Not now, and why") < text.index("<h2>Approvals</h2>")


def test_a_payout_says_what_changed_against_the_one_before_with_its_sign():
    usual = quick.payout(amount_minor=80_00)
    again = quick.payout(amount_minor=100_00, seller=usual.seller, now=make.NOW + timedelta(days=1))
    page = (
        client("support").get(reverse("admin:payouts_payout_detail", args=[again.reference])).content.decode()
    )
    assert page.count('<span aria-hidden="true">+</span>20.00<small>EUR') == 2  # its line, and all of it
