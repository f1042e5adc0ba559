"""Failed and returned: what the bank said, what to do, the action beside it, and many at once."""

from datetime import timedelta

import pytest
from django.test import Client

from payouts.admin import _choosing
from payouts.models import Disposal, Hold, Payout
from payouts.operations import deeds, givebacks, settlement
from payouts.queries import dead
from payouts.queries.dead import Advice
from payouts.rails import base
from tests import make, make_payouts
from tests.make_payouts import NOW
from tests.payouts import quick

pytestmark = pytest.mark.django_db
LIST, TOTALS = "/payouts/failed/", "/payouts/totals/"
# The bank's code, and what to do about it.
CODES = {
    "AC04": Advice.DETAILS,
    "ED05": Advice.AGAIN,
    "FR01": Advice.COMPLIANCE,
    "AM05": Advice.LOOK,
    "XX99": Advice.LOOK,
    "AC16": Advice.COMPLIANCE,  # returned; of a rejection it would be details
}


@pytest.fixture
def returned(tmp_path, settings) -> dict[str, Payout]:
    """A returned payout for each code."""
    with make_payouts.bank(tmp_path, settings):
        batch = make_payouts.submitted([(number + 1) * 100_00 for number in range(len(CODES))])
    found = dict(zip(CODES, make_payouts.payouts_of(batch), strict=True))
    for code, payout in found.items():
        for kind in (base.ReportKind.PAID, base.ReportKind.RETURNED):
            report = base.Report(
                kind=kind, source_id=f"{kind}{code}", end_to_end_id=f"{payout.reference}A1", code=code
            )
            settlement.apply(reports=[report], rail="sepa", now=NOW)
    return found


def at(role: str) -> Client:
    browser = Client()
    browser.force_login(make.user(role, is_staff=True))
    return browser


def shown(browser: Client, query: str = "") -> set[str]:
    answer = browser.get(f"{LIST}{query}")
    assert answer.status_code == 200, answer.content.decode()
    return {str(row["payout"].reference) for row in answer.context["rows"]}


def test_the_last_filter_is_taken_away(returned):
    browser = at("analyst")
    page = browser.get(f"{LIST}?status=FAILED")
    (clear,) = [chip["clear_url"] for chip in page.context["chips"] if chip.get("clear_url")]
    assert len(shown(browser, clear)) == len(CODES)


def test_each_advice_selects_what_its_rows_are_advised(returned):
    cancelled = quick.payout()
    givebacks.cancel(payout_ids=[cancelled.pk], actor=make.person("approver"), reason="x", now=NOW)
    advised = {
        code: row.advice for code in CODES for row in dead.rows([Payout.objects.get(pk=returned[code].pk)])
    }
    assert advised == CODES
    browser = at("analyst")
    for advice in Advice:
        expected = {str(returned[code].reference) for code, each in CODES.items() if each is advice}
        if advice is Advice.CANCELLED:
            expected = {str(cancelled.reference)}
        assert shown(browser, f"?advice={advice}") == expected, advice
    assert len(shown(browser)) == len(CODES) + 1


def test_a_reason_a_country_and_an_age_select_too(returned):
    browser = at("analyst")
    ed05 = {str(returned["ED05"].reference)}
    assert shown(browser, "?bank_reason=ed05") == ed05
    assert shown(browser, "?bank_reason=ED05&country=FR&status=RETURNED") == ed05
    assert shown(browser, "?country=JP") == shown(browser, "?stands_days=3000") == set()
    assert ("ED05", "ED05: Settlement between the banks failed.") in dead.known_reasons()
    refused = browser.get(f"{LIST}?advice=pray")
    assert refused.status_code == 400 and "Use one of details, again" in refused.content.decode()


def test_the_totals_are_of_what_is_filtered(returned):
    browser = at("analyst")
    url = browser.get(f"{LIST}?advice=details").context["totals_url"]
    text = browser.get(url).content.decode()
    assert "1 payout" in text and "100.00" in text


def test_what_is_advised_stands_beside_the_row_for_whoever_may_do_it(returned):
    rows = {str(row["payout"].reference): row["verbs"] for row in at("analyst").get(LIST).context["rows"]}

    def labels(code: str) -> list[str]:
        return [verb["label"] for verb in rows[str(returned[code].reference)]]

    def advised(code: str) -> list[str]:
        return [verb["label"] for verb in rows[str(returned[code].reference)] if verb["main"]]

    assert labels("AC04") == ["New bank details", "Text to the seller", "Hold the seller", "Pay again"]
    assert labels("ED05") == ["Pay again", "Add to the next payout"]
    assert labels("FR01") == ["Hold the seller", "Pay again"]
    assert labels("AM05") == ["Hold the seller"]  # it may have been paid
    assert [advised(code) for code in ("AC04", "ED05", "FR01")] == [
        ["New bank details"], ["Pay again"], ["Hold the seller"]
    ]  # fmt: skip
    assert advised("AM05") == []  # theirs is not what is advised
    user = make.user("analyst", is_staff=True, permissions=["payouts.reconcile"])
    both = Client()
    both.force_login(user)
    rows = {str(row["payout"].reference): row["verbs"] for row in both.get(LIST).context["rows"]}
    assert labels("AM05") == ["Reconcile", "Hold the seller"]
    assert advised("AM05") == ["Reconcile"]
    seen = at("auditor").get(LIST).context["rows"]
    assert {verb["label"] for row in seen for verb in row["verbs"]} == {"Text to the seller", "Reconcile"}


def test_those_that_have_waited_longest_come_first_and_the_column_says_so(returned):
    last = returned["XX99"]
    Payout.objects.filter(pk=last.pk).update(status_at=NOW - timedelta(days=3))
    page = at("analyst").get(LIST)
    rows = [row["payout"] for row in page.context["rows"]]
    assert rows[0].pk == last.pk
    assert [(each.status_at, each.pk) for each in rows] == sorted((each.status_at, each.pk) for each in rows)
    assert page.context["sorts"]["waiting"].aria == "descending"


def test_what_compliance_judges_first_is_on_hold_and_its_buttons_are_off(returned):
    judged, plain, of_judged = returned["ED05"], returned["AC04"], returned["FR01"]
    Hold.objects.create(seller=of_judged.seller, reason="compliance", note="Look.", placed_at=NOW)
    Hold.objects.create(payout=judged, reason="fraud_suspected", note="Look.", placed_at=NOW)
    Hold.objects.create(seller=plain.seller, reason="documents", note="Look.", placed_at=NOW)
    page = at("analyst").get(LIST)
    rows = {row["payout"].pk: row for row in page.context["rows"]}
    assert {verb["label"] for verb in rows[judged.pk]["verbs"] if verb["off"]} == {
        "Pay again",
        "Add to the next payout",
    }
    assert "two people release that first" in rows[judged.pk]["why_off"]
    assert rows[of_judged.pk]["why_off"].startswith(
        "Its seller is on hold for fraud or compliance; two people"
    )
    assert [verb["label"] for verb in rows[of_judged.pk]["verbs"] if verb["off"]] == ["Pay again"]
    assert not any(verb["off"] for verb in rows[plain.pk]["verbs"]) and rows[plain.pk]["why_off"] == ""
    text = page.content.decode()
    assert text.count('class="pill stopped hold"') == 3
    assert f'disabled aria-describedby="off-{judged.reference}"' in text


def test_many_are_paid_again_in_one_step_and_each_refusal_says_why(returned):
    browser = at("analyst")
    done, gone = returned["ED05"], returned["AM05"]
    givebacks.roll(payout_id=gone.pk, actor=make.person("analyst"), now=NOW)
    gone.seller.payout_accounts.get()
    preview = browser.get(
        "/payouts/act/reissue/", {"ids": [done.pk, gone.pk, returned["AC04"].pk], "back": LIST}
    )
    assert preview.context["preview"]["count"] == 2
    assert [group["reason"] for group in preview.context["preview"]["refused"]] == [
        "its money was disposed of already"
    ]
    assert f"To {done.payout_account.masked}" in preview.content.decode()
    sent = {**dict(preview.context["hidden"]), "confirmed": "1"}
    page = browser.post("/payouts/act/reissue/", sent, follow=True)
    assert "2 payouts paid again as new payouts" in page.content.decode()
    assert Disposal.objects.filter(new_payout__isnull=False).count() == 2
    late = browser.post("/payouts/act/reissue/", sent)
    assert late.status_code == 409
    assert Disposal.objects.count() == 3


def test_all_that_match_are_rolled(returned):
    browser = at("analyst")
    query = browser.get(f"{LIST}?advice=look").context["list_query"]
    preview = browser.post(
        "/payouts/act/roll/", {"all_matching": "1", "query": query, "back": LIST}, follow=True
    )
    assert preview.context["preview"]["count"] == 2
    sent = {**dict(preview.context["hidden"]), "confirmed": "1"}
    page = browser.post("/payouts/act/roll/", sent, follow=True)
    assert "2 payouts due again for the next run" in page.content.decode()
    assert set(Disposal.objects.values_list("payout", flat=True)) == {
        returned["AM05"].pk,
        returned["XX99"].pk,
    }


def test_what_stands_is_not_paid_again():
    payout = quick.payout()
    preview = at("analyst").get("/payouts/act/reissue/", {"ids": payout.pk})
    (group,) = preview.context["preview"]["refused"]
    assert group["reason"] == "only money that came back can be paid again"


def test_more_than_one_step_takes_are_paid_again_in_steps_that_say_so(returned, monkeypatch):
    monkeypatch.setattr(deeds, "MOST", 2)
    # What is refused, here because it is not judged yet, takes nobody's place.
    Hold.objects.create(payout=returned["AC04"], reason="fraud_suspected", note="Look.", placed_at=NOW)
    browser = at("analyst")
    page = browser.get(LIST)
    assert 'data-many="Pay {n} payouts again" data-most="2"' in page.content.decode()
    chosen = {"all_matching": "1", "query": page.context["list_query"], "back": LIST}
    said = "One step takes 2 of those that match: these. Press again for the rest."
    for _ in range(2):
        preview = browser.post("/payouts/act/reissue/", chosen, follow=True)
        assert preview.context["verb"] == "Pay 2 payouts again"
        assert said in preview.content.decode()
        sent = {**dict(preview.context["hidden"]), "confirmed": "1"}
        page = browser.post("/payouts/act/reissue/", sent, follow=True).content.decode()
        assert "2 payouts paid again as new payouts, which wait for review." in page
        assert "More match: press again for the rest." in page
    preview = browser.post("/payouts/act/reissue/", chosen, follow=True)
    assert preview.context["verb"].startswith("Pay 1 payout of ")
    assert said not in preview.content.decode()
    late = browser.post("/payouts/act/reissue/", sent)
    assert late.status_code == 409
    assert Disposal.objects.count() == 4


def test_more_than_one_step_takes_are_not_ticked(returned, monkeypatch):
    monkeypatch.setattr(deeds, "MOST", 4)
    ticked = {"ids": [payout.pk for payout in returned.values()], "back": LIST}
    refused = at("analyst").post("/payouts/act/roll/", ticked, follow=True)
    assert "at most 4 payouts go in one step" in refused.content.decode()


def test_what_is_added_to_the_next_payouts_is_told_in_numbers_before(returned):
    ids = [returned["ED05"].pk, returned["AC04"].pk]
    follows = at("analyst").get("/payouts/act/roll/", {"ids": ids}).context["preview"]["follows"]
    assert follows[0].startswith("€300.00 of 2 sellers are due again on ")
    assert "less what they owe us" in follows[1] and "cannot be taken back" in follows[2]


def test_what_is_refused_hides_nothing_that_can_be_done_behind_it(returned, monkeypatch):
    """The first of all that match are held: the page looks on, and where it stops it says so and leads on."""
    monkeypatch.setattr(_choosing, "PORTION", 2)
    first = sorted(returned.values(), key=lambda payout: payout.pk)[:4]
    for payout in first:
        Hold.objects.create(payout=payout, reason="fraud_suspected", note="Look.", placed_at=NOW)
    browser = at("analyst")
    chosen = {"all_matching": "1", "query": browser.get(LIST).context["list_query"], "back": LIST}
    rest = len(returned) - len(first)
    preview = browser.post("/payouts/act/roll/", chosen, follow=True)
    assert preview.context["preview"]["count"] == rest
    assert "beyond" not in preview.context

    monkeypatch.setattr(_choosing, "LOOKED_AT", 4)
    preview = browser.post("/payouts/act/roll/", chosen, follow=True)
    text = preview.content.decode()
    assert preview.context["preview"]["count"] == 0
    assert "More match than were looked at here: these are the first 4 of them." in text
    assert "Nothing of these can be done" in text
    ahead = browser.get(preview.context["beyond"]["url"])
    assert ahead.context["preview"]["count"] == rest
    money = sum(p.amount_minor for p in returned.values() if p not in first)
    assert [each.minor for each in ahead.context["preview"]["sums"]] == [money]
    sent = {**dict(ahead.context["hidden"]), "confirmed": "1"}
    assert f"{rest} payout" in browser.post("/payouts/act/roll/", sent, follow=True).content.decode()
    assert Disposal.objects.count() == rest


def test_a_page_looks_no_longer_than_a_reader_waits(returned, monkeypatch):
    monkeypatch.setattr(_choosing, "PORTION", 1)
    monkeypatch.setattr(_choosing, "PATIENCE", 0.0)
    browser = at("analyst")
    chosen = {"all_matching": "1", "query": browser.get(LIST).context["list_query"], "back": LIST}
    preview = browser.post("/payouts/act/roll/", chosen, follow=True)
    assert preview.context["preview"]["count"] == 1
    assert "these are the first 1 of them" in preview.content.decode()
