"""/api/v1/payouts: lists, one payout, and the verbs."""

import pytest
from rest_framework.test import APIClient

from payouts import states
from payouts.api import verbs
from payouts.models import HoldReason, Payout
from payouts.operations import givebacks, holds
from tests import make
from tests.payouts import quick

pytestmark = pytest.mark.django_db


def status(payout: Payout) -> str:
    return Payout.objects.values_list("status", flat=True).get(pk=payout.pk)


def test_a_payout_says_what_it_is(token):
    made = quick.payout(amount_minor=123_456)
    found = token().get(f"/api/v1/payouts/{made.pk}").json()
    assert found | {
        "id": made.pk, "reference": made.reference, "seller": made.seller_id, "country": "FR",
        "status": "PENDING_REVIEW", "on_hold": False, "amount_minor": 123_456, "amount": "1234.56",
        "currency": "EUR", "period_start": "2026-11-24", "period_end": "2026-11-24", "batch": None,
        "created_at": "2026-11-24T10:00:00+01:00",
    } == found  # fmt: skip
    assert [flag["code"] for flag in found["flags"]] == ["first_payout"]


def test_yen_have_no_decimals(token):
    made = quick.payout(country="JP", currency="JPY", amount_minor=41_826)
    assert token().get(f"/api/v1/payouts/{made.pk}").json()["amount"] == "41826"


def test_no_answer_holds_a_bank_account(token):
    made = quick.payout()
    text = token().get(f"/api/v1/payouts/{made.pk}").content.decode()
    assert made.payout_account.masked not in text
    assert made.payout_account.fingerprint not in text


def test_a_payout_is_found_by_its_reference_with_and_without_the_last_slash(token):
    made = quick.payout()
    for address in (f"{made.pk}", f"{made.pk}/", made.reference, made.reference.lower()):
        assert token().get(f"/api/v1/payouts/{address}").json()["id"] == made.pk


@pytest.mark.parametrize("number", ["999999", "0", "P", "abc", "-1", "9" * 40, "1.5"])
def test_what_names_no_payout_is_404_with_a_sentence(token, number):
    answer = token().get(f"/api/v1/payouts/{number}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"


def test_an_open_hold_shows_with_its_reason(token):
    made = quick.payout()
    holds.hold_seller(
        seller_id=made.seller_id, actor=make.person("compliance"), reason="dispute", note="Ask.", now=make.NOW
    )
    found = token().get(f"/api/v1/payouts/{made.pk}").json()
    assert (found["on_hold"], found["holds"][0]["on"], found["holds"][0]["reason"]) == (
        True,
        "seller",
        "dispute",
    )


def test_the_list_is_newest_first_and_pages_neither_skip_nor_repeat(token):
    made = [quick.payout().pk for _ in range(5)]
    caller, seen, address = token(), [], "/api/v1/payouts/?page_size=2"
    while address:
        page = caller.get(address).json()
        assert set(page) == {"results", "next", "previous"}
        seen += [row["id"] for row in page["results"]]
        if len(seen) == 2:
            quick.payout()  # a new one never shifts a page
        address = page["next"]
    assert seen == made[::-1]


def test_a_list_takes_a_fixed_number_of_queries(token, django_assert_max_num_queries):
    for _ in range(6):
        quick.payout()
    caller = token()
    with django_assert_max_num_queries(6):
        assert len(caller.get("/api/v1/payouts/").json()["results"]) == 6


def test_filters_are_those_of_the_pages(token):
    quick.payout()
    wanted = quick.reviewed()
    caller = token()
    for query in ("status=reviewed", f"seller={wanted.seller.reference}", f"search={wanted.reference}"):
        assert [row["id"] for row in caller.get(f"/api/v1/payouts/?{query}").json()["results"]] == [
            wanted.pk
        ], query


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("status=DONE", "status"),
        ("on_hold=maybe", "on_hold"),
        ("created_after=yesterday", "created_after"),
        ("created_after=2026-11-24&created_before=2026-11-01", "created_before"),
        ("search=a", "search"),
        ("statsu=PAID", "statsu"),
        ("page_size=0", "page_size"),
        ("page_size=many", "page_size"),
        ("cursor=xyz", "cursor"),
        ("cursor=cD1hYmM%3D", "cursor"),
        ("cursor=cD05OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk%3D", "cursor"),
    ],
)
def test_a_filter_that_cannot_be_read_is_400_with_a_sentence_for_its_field(token, query, field):
    answer = token().get(f"/api/v1/payouts/?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][field][0].endswith(".")


def test_an_unknown_parameter_is_answered_with_all_that_the_list_takes(token):
    said = token().get("/api/v1/payouts/?limit=2").json()["errors"]["limit"][0]
    assert " status, " in said and said.endswith(", search, cursor, page_size.")
    said = token().get("/api/v1/exports/?limit=2").json()["errors"]["limit"][0]
    assert said == "“limit” is no filter here. Use one of cursor, page_size."


def test_every_button_of_the_transition_table_is_an_endpoint():
    assert {move.name for move in states.TRANSITIONS if move.button} <= {verb.name for verb in verbs.VERBS}


def test_a_token_reviews_one_and_many(token):
    one, two, three = (quick.payout() for _ in range(3))
    caller = token("analyst")
    assert caller.post(f"/api/v1/payouts/{one.pk}/review", {}, format="json").json()["status"] == "REVIEWED"
    answer = caller.post("/api/v1/payouts/review", {"ids": [one.pk, two.pk, three.pk, 10**9]}, format="json")
    assert answer.status_code == 200
    assert answer.json()["moved"] == [two.pk, three.pk]
    assert [(row["id"], row["code"]) for row in answer.json()["refused"]] == [
        (one.pk, "status"),
        (10**9, "not_found"),
    ]


@pytest.mark.parametrize("verb", ["approve", "release"])
def test_a_token_never_approves_and_never_releases(token, verb):
    made = quick.reviewed()
    both = make.user("approver")
    body = {"note": "Fine."}
    for address, values in ((f"{made.pk}/{verb}", body), (verb, body | {"ids": [made.pk]})):
        answer = token(user=both).post(f"/api/v1/payouts/{address}", values, format="json")
        assert answer.status_code == 403
        assert "needs a person" in answer.json()["detail"]
    assert status(made) == "REVIEWED"


def test_a_person_approves_at_a_session_but_not_what_they_reviewed(session):
    made = quick.reviewed()
    reviewer = made.reviews.get().reviewer
    make.give_role(reviewer, "approver")
    answer = session("analyst", user=reviewer).post(f"/api/v1/payouts/{made.pk}/approve", {}, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "four_eyes")
    answer = session("approver").post(f"/api/v1/payouts/{made.pk}/approve", {}, format="json")
    assert (answer.status_code, answer.json()["status"]) == (200, "APPROVED")


def test_a_session_needs_the_csrf_token():
    made = quick.payout()
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(make.user("analyst"))
    assert client.post(f"/api/v1/payouts/{made.pk}/review", {}, format="json").status_code == 403
    assert status(made) == "PENDING_REVIEW"


def test_hold_and_release(token, session):
    made = quick.payout()
    hold = {"reason": "dispute", "note": "Ask the seller.", "until": "2027-01-01T09:00:00Z"}
    assert token("analyst").post(f"/api/v1/payouts/{made.pk}/hold", hold, format="json").json()["on_hold"]
    released = session("compliance").post(
        f"/api/v1/payouts/{made.pk}/release", {"note": "Paid."}, format="json"
    )
    assert released.json()["on_hold"] is False
    again = session("compliance").post(f"/api/v1/payouts/{made.pk}/release", {"note": "Paid."}, format="json")
    assert (again.status_code, again.json()["code"]) == (422, "not_held")


@pytest.mark.parametrize("body", [{}, {"reason": "dispute"}, {"reason": "dispute", "note": "Ask."}])
def test_who_may_not_hold_is_told_so_and_who_may_whatever_else_is_wrong(token, session, body):
    made = quick.payout()
    many = {"ids": [made.pk], **body}
    for caller in (token("support"), session("support")):
        for url, sent in ((f"/api/v1/payouts/{made.pk}/hold", body), ("/api/v1/payouts/hold", many)):
            answer = caller.post(url, sent, format="json")
            assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
            assert answer.json()["detail"].startswith(
                "Not allowed: somebody of support may not place holds; an analyst, "
            )
    assert not made.holds.exists()


def test_what_a_hold_lacks_is_named_with_what_to_send(token):
    made, caller = quick.payout(), token("analyst")
    answer = caller.post(f"/api/v1/payouts/{made.pk}/hold", {"reason": "dispute"}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"] == {"note": ["Send a “note”: what colleagues should find out."]}
    answer = caller.post(f"/api/v1/payouts/{made.pk}/hold", {"note": "Ask."}, format="json")
    known = ", ".join(HoldReason.values)
    assert answer.json()["errors"] == {"reason": [f"Send “reason”: it is missing. Use one of {known}."]}
    body = {"reason": "dispute", "note": " "}
    answer = caller.post(f"/api/v1/payouts/{made.pk}/hold", body, format="json")
    assert (answer.status_code, answer.json()["code"]) == (422, "bad_hold")
    assert not made.holds.exists()


def test_a_token_is_told_that_a_release_takes_a_person_before_anything_else(token):
    made = quick.payout()
    answer = token("compliance").post(f"/api/v1/payouts/{made.pk}/release", {}, format="json")
    assert answer.status_code == 403
    assert answer.json()["detail"].startswith("A token may not release holds: that needs a person.")


@pytest.mark.parametrize("reason", ["documents", "DOCUMENTS", "Documents"])
def test_a_reason_of_a_hold_is_taken_in_any_case(token, reason):
    made = quick.payout()
    body = {"reason": reason, "note": "Ask."}
    answer = token("analyst").post(f"/api/v1/payouts/{made.pk}/hold", body, format="json")
    assert [hold["reason"] for hold in answer.json()["holds"]] == ["documents"]


@pytest.mark.parametrize("reason", ["because", "", None, 5, ["documents"], {"reason": "documents"}])
def test_a_reason_that_is_none_is_refused_and_those_there_are_are_named(token, reason):
    made = quick.payout()
    body = {"reason": reason, "note": "Ask."}
    answer = token("analyst").post(f"/api/v1/payouts/{made.pk}/hold", body, format="json")
    assert answer.status_code == 400 and not made.holds.exists()
    (said,) = answer.json()["errors"]["reason"]
    assert reason is None or said.endswith(f"Use one of {', '.join(HoldReason.values)}.")


def test_a_sellers_hold_is_not_released_on_a_payout(session):
    made = quick.payout()
    holds.hold_seller(
        seller_id=made.seller_id, actor=make.person("compliance"), reason="dispute", note="Ask.", now=make.NOW
    )
    answer = session("compliance").post(
        f"/api/v1/payouts/{made.pk}/release", {"note": "Paid."}, format="json"
    )
    assert answer.status_code == 422
    assert "its seller is on hold" in answer.json()["detail"]


def test_cancel_reissue_and_roll(token, session):
    first, second = quick.payout(), quick.payout()
    approver, analyst = session("approver"), token("analyst")
    for made in (first, second):
        answer = approver.post(
            f"/api/v1/payouts/{made.pk}/cancel", {"reason": "Wrong amount."}, format="json"
        )
        assert answer.json()["status"] == "CANCELLED"
    assert analyst.post(f"/api/v1/payouts/{first.pk}/reissue", {}, format="json").status_code == 200
    assert Payout.objects.get(reissue_of=first).status == "PENDING_REVIEW"
    again = analyst.post(f"/api/v1/payouts/{first.pk}/reissue", {}, format="json")
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert again.json()["detail"].count(first.reference) == 1
    many = analyst.post("/api/v1/payouts/roll", {"ids": [first.pk, second.pk]}, format="json").json()
    assert (many["moved"], [row["id"] for row in many["refused"]]) == ([second.pk], [first.pk])


def test_take_out_leaves_the_batch(session):
    made = quick.approved()
    batch = quick.batch([made])
    caller = session("treasurer")
    seen = caller.get(f"/api/v1/payouts/{made.pk}").json()
    assert (seen["batch"], seen["batch_reference"]) == (batch.pk, batch.reference)
    body = {"reason": "Wait.", "seen": seen["seen"]}
    assert (
        caller.post(f"/api/v1/payouts/{made.pk}/take_out", body, format="json").json()["status"] == "APPROVED"
    )


def test_a_reissue_has_no_period(session, token):
    made = quick.payout()
    givebacks.cancel(payout_ids=[made.pk], actor=make.person("approver"), reason="Wrong.", now=make.NOW)
    new = givebacks.reissue(payout_id=made.pk, actor=make.person("analyst"), now=make.NOW)
    found = token().get(f"/api/v1/payouts/{new.pk}").json()
    assert (found["period_start"], found["reissue_of"]) == (None, made.pk)


@pytest.mark.parametrize(
    ("verb", "body", "code", "field"),
    [
        ("cancel", {}, 400, "reason"),
        ("cancel", {"reason": None}, 400, "reason"),
        ("cancel", {"reason": 5}, 400, "reason"),
        ("cancel", {"reason": "x" * 3000}, 400, "reason"),
        ("cancel", {"reason": "nul \x00"}, 400, "reason"),
        ("cancel", {"reason": "Why.", "reasn": "x"}, 400, "reasn"),
        ("cancel", [], 400, "body"),
        ("cancel", {"reason": "  "}, 422, None),
        ("hold", {"reason": "because", "note": "x"}, 400, "reason"),
        ("hold", {"reason": "dispute", "note": "x", "until": "2027-01-01T09:00"}, 400, "until"),
        ("hold", {"reason": "dispute", "note": "x", "until": "2020-01-01T09:00Z"}, 422, None),
        ("hold", {"reason": "dispute", "note": "x", "until": 5}, 400, "until"),
    ],
)
def test_a_body_that_will_not_do_is_refused_with_a_sentence_and_changes_nothing(
    session, verb, body, code, field
):
    made = quick.payout()
    answer = session("approver").post(f"/api/v1/payouts/{made.pk}/{verb}", body, format="json")
    assert answer.status_code == code
    assert answer["Content-Type"] == "application/problem+json"
    assert field is None or field in answer.json()["errors"]
    assert status(made) == "PENDING_REVIEW"
    assert not made.holds.exists()


@pytest.mark.parametrize(
    "ids", [[], ["1"], [1.5], [True], [0], [-1], [2**80], "all", None, list(range(1, 10_002))]
)
def test_ids_are_whole_numbers_some_and_not_too_many(token, ids):
    assert token().post("/api/v1/payouts/review", {"ids": ids}, format="json").status_code == 400


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"{'a': 1}",
        b'{"note": NaN}',
        b'{"note": "a", "note": "b"}',
        b"\xff\xfe",
        b"[" * 100_000,
        b'"\\ud800"',
    ],
)
def test_a_body_that_is_not_json_is_400(token, raw):
    made = quick.payout()
    answer = token().post(f"/api/v1/payouts/{made.pk}/review", raw, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["detail"]


def test_other_media_types_methods_and_answers_are_refused(token):
    made = quick.payout()
    caller = token()
    assert (
        caller.post(f"/api/v1/payouts/{made.pk}/review", "a=b", content_type="text/plain").status_code == 415
    )
    answer = caller.patch(f"/api/v1/payouts/{made.pk}", {"status": "PAID"}, format="json")
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert caller.get("/api/v1/payouts/", HTTP_ACCEPT="text/html").status_code == 406
    assert caller.get("/api/v1/nowhere/").json()["code"] == "not_found"


def test_what_nobody_expected_is_a_problem_too(token, monkeypatch):
    from payouts.api import rows

    monkeypatch.setattr(rows, "one", lambda payout: 1 / 0)
    made = quick.payout()
    caller = token()
    caller.raise_request_exception = False
    answer = caller.get(f"/api/v1/payouts/{made.pk}")
    assert (answer.status_code, answer.json()["code"]) == (500, "failed")
    assert "division" not in answer.content.decode()


def test_a_hold_that_two_people_release_is_released_on_the_page(session):
    made, plain = quick.payout(), quick.payout()
    for payout, reasons in ((made, ("fraud_suspected", "dispute")), (plain, ("dispute",))):
        for reason in reasons:
            holds.hold(
                payout_ids=[payout.pk], actor=make.person("analyst"), reason=reason, note="Ask.", now=make.NOW
            )
    answer = session("compliance").post(
        "/api/v1/payouts/release", {"ids": [made.pk, plain.pk], "note": "Fine."}, format="json"
    )
    (refused,) = answer.json()["refused"]
    assert (refused["code"], made.holds.filter(released_at=None).count()) == ("second_person", 2)
    assert "two people release it (Fraud suspected): ask on the page of holds" in refused["reason"]
    assert not plain.holds.filter(released_at=None).exists()
