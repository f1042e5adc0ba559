"""Events and answers that come twice, late, torn or out of order: all of them come in the end."""

from datetime import timedelta

import pytest

from backoffice.simbank import bank, named, notices, profile, teller
from payouts.rails.sandbox import messages
from payouts.rails.sepa import pain002
from tests.backoffice.simbank import orders

HOUR = 3600


def calls(fault: str) -> profile.Profile:
    return profile.Profile(call=profile.Calls(faults={fault: 1000}))


def files(fault: str) -> profile.Profile:
    return profile.Profile(file=profile.Files(faults={fault: 1000}))


def told(it: bank.Bank) -> list[str]:
    return [event["type"].removeprefix("payment.") for event in it.books.events]


def paid(it: bank.Bank) -> bank.Bank:
    it.take_call(key="K1", body=orders.call_body())
    it.advance(3)
    return it


def test_an_event_that_comes_twice_is_the_same_event_further_down_the_list(opened: orders.Opener) -> None:
    it = paid(opened(calls("notice-twice")))
    assert told(it) == ["accepted", "paid"]
    it.advance(HOUR)
    assert told(it) == ["accepted", "paid", "accepted", "paid"]
    first, again = it.books.events[1], it.books.events[3]
    assert (first["sequence"], again["sequence"]) == (2, 4)
    assert {**first, "sequence": 0} == {**again, "sequence": 0}
    assert it.judgement()["faults"] == {"notice-twice": 2}


def test_an_event_that_comes_late_says_when_it_happened(opened: orders.Opener) -> None:
    it = paid(opened(calls("notice-late")))
    assert (told(it), it.judgement()["statuses"], it.judgement()["untold"]) == ([], {"paid": 1}, 2)
    it.advance(HOUR)
    assert told(it) == ["accepted", "paid"]
    assert it.books.events[0]["created_at"] == orders.NOON.isoformat()
    assert it.judgement()["untold"] == 0


def test_a_reordered_event_comes_behind_the_next_about_the_same_payment(opened: orders.Opener) -> None:
    it = opened(
        profile.Profile(
            call=profile.Calls(faults={"notice-reordered": 500}), return_after=timedelta(minutes=1)
        )
    )
    for number in range(40):
        it.take_call(key=f"K{number}", body=orders.call_body(f"K{number}", payee="Bo SIMRETURN"))
    it.advance(2 * HOUR)
    by_payment: dict[str, list[str]] = {}
    for event in it.books.events:
        by_payment.setdefault(event["payment"]["key"], []).append(event["type"].removeprefix("payment."))
    assert {tuple(sorted(types)) for types in by_payment.values()} == {("accepted", "paid", "returned")}
    orders_seen = {tuple(types) for types in by_payment.values()}
    assert ("paid", "accepted", "returned") in orders_seen
    assert ("accepted", "returned", "paid") in orders_seen
    assert ("accepted", "paid", "returned") in orders_seen


def test_the_last_event_about_a_payment_does_not_wait_for_ever(opened: orders.Opener) -> None:
    it = paid(opened(calls("notice-reordered")))
    it.advance(HOUR)
    assert sorted(told(it)) == ["accepted", "paid"]
    assert it.judgement()["untold"] == 0


def test_the_rail_tells_a_repeated_event_from_a_new_one(opened: orders.Opener) -> None:
    it = paid(opened(calls("notice-twice")))
    it.advance(HOUR)
    reports = messages.events(bank.dump(it.events_after(0, 100)))
    assert [report.source_id for report in reports] == [f"sandbox:evt_{n}" for n in (1, 2, 1, 2)]


# Answers to files


def left(it: bank.Bank, *payments: tuple[str, int, str]) -> bank.Bank:
    it.take_file("a.xml", orders.file_body(payments or [("P1A1", 100, "Ada")]))
    return it


def test_an_answer_that_comes_twice_is_the_same_report_under_another_name(opened: orders.Opener) -> None:
    it = left(opened(files("notice-twice")))
    assert list(it.books.outgoing) == ["pain002-B1-1.xml"]
    it.advance(HOUR + 3)
    first, again = (it.books.outgoing[f"pain002-B1-1{copy}.xml"] for copy in ("", "-again"))
    assert first == again
    assert len(it.books.outgoing) == 4


def test_an_answer_that_comes_late_comes(opened: orders.Opener) -> None:
    it = left(opened(files("notice-late")))
    it.advance(3)
    assert it.books.outgoing == {}
    it.advance(HOUR)
    assert list(it.books.outgoing) == ["pain002-B1-1.xml", "pain002-B1-2.xml"]


def test_a_reordered_answer_is_left_after_the_next(opened: orders.Opener) -> None:
    it = left(opened(file=profile.Files(faults={"notice-reordered": 1000}), calm_after=1))
    it.advance(2)
    assert list(it.books.outgoing) == ["pain002-B1-2.xml"]
    it.advance(1)
    assert list(it.books.outgoing) == ["pain002-B1-2.xml", "pain002-B1-1.xml"]


def test_a_torn_answer_cannot_be_read_and_the_whole_one_follows(opened: orders.Opener) -> None:
    it = left(opened(files("garbage")), ("P1A1", 100, "Ada"), ("P2A1", 100, "Bo SIMREJECT"))
    (torn,) = it.books.outgoing.items()
    assert torn[0] == "pain002-B1-1-torn.xml"
    with pytest.raises(ValueError):
        pain002.read(torn[1])
    it.advance(HOUR)
    reports = pain002.read(it.books.outgoing["pain002-B1-1.xml"])
    assert [report.end_to_end_id for report in reports] == ["P1A1", "P2A1"]


def test_a_bank_that_answers_slowly_takes_its_time_for_files(opened: orders.Opener) -> None:
    it = left(opened(named.profile("slow")))
    it.advance(59)
    assert (it.books.outgoing, orders.statuses(it)) == ({}, {"P1A1": "paid"})
    it.advance(3)
    assert list(it.books.outgoing) == ["pain002-B1-1.xml", "pain002-B1-2.xml"]


# What a restart keeps


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_bank_started_again_goes_on_with_its_faults_to_the_letter(opened: orders.Opener, seed: int) -> None:
    manners = named.profile("hostile", seed=seed)
    it = opened(manners)
    at = teller.Teller(it)
    for number in range(25):
        at.pay(key=f"K{number}", body=orders.call_body(f"K{number}", payee="Cy SIMRETURN"))
        at.ask(f"K{number}")
        at.take_file(f"{number}.xml", orders.file_body([("P1A1", 100, "Ada")], message_id=f"B{number}"))
    opened.clock.pass_by(seconds=4)
    it.tick()
    assert it.judgement()["waiting"] and it.judgement()["untold"]
    again = opened(manners)
    for known in ("outgoing", "statements", "events", "files", "accounts", "open_day", "faults", "waiting"):
        assert getattr(again.books, known) == getattr(it.books, known)
    assert again.judgement() == it.judgement()
    again.advance(HOUR)
    assert (again.judgement()["waiting"], again.judgement()["untold"]) == (0, 0)


def test_copies_of_a_notice_are_due_when_its_fault_says() -> None:
    assert notices.telling(late=60, fault=None) is None
    assert notices.telling(after=5, late=60, fault=None) == {"copies": [[5, ""]], "held": False}
    assert notices.telling(after=5, late=60, fault="garbage") == {
        "copies": [[5, "torn"], [65, ""]],
        "held": False,
    }
