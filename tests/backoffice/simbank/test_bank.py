"""What the bank does with calls and files, with a clock of the test's own."""

from datetime import date, timedelta

import pytest
from lxml import etree

from backoffice.simbank import profile
from tests.backoffice.simbank import orders


def test_a_call_sent_again_is_answered_again_and_made_once(opened: orders.Opener) -> None:
    bank = opened()
    first, again = (bank.take_call(key="K1", body=orders.call_body()) for _ in range(2))
    assert (first[0], again[0]) == (201, 200)
    assert first[1] == again[1]
    assert bank.judgement()["count"] == 1


def test_a_key_is_forgotten_after_its_window(opened: orders.Opener) -> None:
    bank = opened(call=profile.Calls(key_window=timedelta(hours=1)))
    bank.take_call(key="K1", body=orders.call_body())
    opened.clock.pass_by(minutes=59)
    bank.take_call(key="K1", body=orders.call_body())
    assert bank.judgement()["count"] == 1
    opened.clock.pass_by(minutes=2)
    bank.take_call(key="K1", body=orders.call_body())
    judged = bank.judgement()
    assert (judged["count"], judged["repeated"]) == (2, ["K1"])


def test_another_body_under_a_known_key_is_refused(opened: orders.Opener) -> None:
    bank = opened()
    bank.take_call(key="K1", body=orders.call_body())
    status, answer = bank.take_call(key="K1", body=orders.call_body(minor=7))
    assert (status, answer["error"]["code"]) == (422, "key_reused")
    assert bank.judgement()["sums"] == {"USD": 1250}


@pytest.mark.parametrize(
    ("key", "body", "code"),
    [
        ("K1", b"no", "request_invalid"),
        ("K1", b"[]", "request_invalid"),
        ("", orders.call_body(""), "request_invalid"),
        ("K2", orders.call_body("K1"), "request_invalid"),
        ("K1", orders.call_body(minor=0), "amount_invalid"),
        ("K1", orders.call_body(amount_minor=1.5), "amount_invalid"),
        ("K1", orders.call_body(amount_minor=True), "amount_invalid"),
        ("K1", orders.call_body(currency="usd"), "currency_unsupported"),
        ("K1", orders.call_body(creditor={"name": "Ada"}), "account_invalid"),
        ("K1", orders.call_body(payee=" "), "request_invalid"),
        ("K1", orders.call_body(end_to_end_id=""), "request_invalid"),
    ],
)
def test_a_call_that_is_no_payment_creates_nothing(
    opened: orders.Opener, key: str, body: bytes, code: str
) -> None:
    bank = opened()
    status, answer = bank.take_call(key=key, body=body)
    assert (status, answer["created"], answer["error"]["code"]) == (422, False, code)
    assert bank.judgement()["count"] == 0


def test_an_iban_that_cannot_exist_is_refused_by_call_and_by_file(opened: orders.Opener) -> None:
    bank = opened()
    wrong = "FR1420041010050500013M02607"
    creditor = {"name": "Ada", "account": {"number": wrong, "iban": wrong}}
    status, answer = bank.take_call(key="K1", body=orders.call_body(creditor=creditor))
    assert (status, answer["error"]["reason"]) == (422, "AC01")
    bank.take_file("a.xml", orders.file_body([("P1A1", 100, "Ada")], iban=wrong))
    assert b"RJCT" in bank.books.outgoing["pain002-B1-1.xml"]
    assert (bank.judgement()["count"], bank.judgement()["refusals"]) == (0, 2)


def test_payments_settle_when_their_time_has_come(opened: orders.Opener) -> None:
    bank = opened()
    for name in ("Ada", "Bo SIMFAIL", "Cy SIMRETURN", "Di SIMSLOW"):
        key = name[:2].upper()
        bank.take_call(key=key, body=orders.call_body(key, payee=name))
    bank.tick()
    assert set(orders.statuses(bank).values()) == {"accepted"}
    opened.clock.pass_by(seconds=3)
    bank.tick()
    assert orders.statuses(bank) == {"AD": "paid", "BO": "failed", "CY": "paid", "DI": "accepted"}
    opened.clock.pass_by(seconds=5)
    bank.tick()
    assert orders.statuses(bank)["CY"] == "returned"
    opened.clock.pass_by(hours=2)
    bank.tick()
    assert orders.statuses(bank)["DI"] == "paid"
    assert [event["type"] for event in bank.books.events].count("payment.returned") == 1


def test_a_file_is_debited_at_once_without_what_was_rejected(opened: orders.Opener) -> None:
    bank = opened()
    payments = [("P1A1", 100, "Ada"), ("P2A1", 200, "Bo SIMREJECT"), ("P3A1", 300, "Cy SIMFAIL")]
    bank.take_file("a.xml", orders.file_body(payments))
    bank.advance(10)
    bank.close_days(date(2026, 11, 24))
    lines = _lines(bank.books.outgoing[f"camt053-{orders.OURS}-EUR-2026-11-24.xml"])
    assert lines == [("4.00", "DBIT", "2"), ("3.00", "CRDT", "")]
    assert orders.statuses(bank) == {"P1A1": "paid", "P3A1": "failed"}


def test_a_file_is_taken_once_by_name_and_by_message_id(opened: orders.Opener) -> None:
    bank = opened()
    body = orders.file_body([("P1A1", 100, "Ada")])
    for name in ("a.xml", "a.xml", "b.xml"):
        bank.take_file(name, body)
    assert bank.judgement()["count"] == 1
    duplicates = [body for name, body in bank.books.outgoing.items() if "-X" in name]
    assert len(duplicates) == 1
    assert b"<Cd>DU01</Cd>" in duplicates[0]
    bank.advance(10)
    assert orders.statuses(bank) == {"P1A1": "paid"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"not xml", b"FF01"),
        (b"<Document/>", b"FF01"),
        (orders.file_body([]), b"FF01"),
        (orders.file_body([("P1A1", 100, "Ada")], count=2), b"AM18"),
        (orders.file_body([("P1A1", 100, "Ada")], total="1.01"), b"AM16"),
        (orders.file_body([("P1A1", 100, "Ada")], total="abc"), b"FF01"),
        (orders.file_body([("P1A1", 0, "Ada")], total="0.01"), b"FF01"),
        (orders.file_body([("P1A1", 100, "Ada")], currency="USD"), b"AM03"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused_whole(
    opened: orders.Opener, body: bytes, code: bytes
) -> None:
    bank = opened()
    bank.take_file("a.xml", body)
    assert bank.judgement()["count"] == 0
    (answer,) = bank.books.outgoing.values()
    assert b"<Cd>" + code + b"</Cd>" in answer


def test_a_message_refused_for_its_totals_may_be_sent_again_mended(opened: orders.Opener) -> None:
    bank = opened()
    payments = [("P1A1", 100, "Ada")]
    bank.take_file("a.xml", orders.file_body(payments, count=9))
    bank.take_file("b.xml", orders.file_body(payments))
    assert bank.judgement()["count"] == 1


def test_a_bank_started_again_knows_everything_to_the_letter(opened: orders.Opener) -> None:
    bank = opened()
    bank.take_file("a.xml", orders.file_body([("P1A1", 100, "Ada"), ("P2A1", 200, "Bo SIMREJECT")]))
    bank.take_call(key="K1", body=orders.call_body(payee="Cy SIMRETURN"))
    bank.take_call(key="K2", body=orders.call_body("K2", payee="Di SIMSLOW"))
    bank.advance(100_000)
    bank.take_call(key="K3", body=orders.call_body("K3", payee="Di SIMSLOW"))
    again = opened()
    assert again.judgement() == bank.judgement()
    for known in ("outgoing", "statements", "events", "files", "accounts", "open_day"):
        assert getattr(again.books, known) == getattr(bank.books, known)
    assert again.take_call(key="K3", body=orders.call_body("K3", payee="Di SIMSLOW"))[0] == 200
    again.tick()
    assert again.judgement() == bank.judgement()
    again.advance(4_000)
    assert orders.statuses(again)["K3"] == "paid"


def test_days_close_by_themselves_and_their_balances_chain(opened: orders.Opener) -> None:
    bank = opened(opening_minor=10_000)
    bank.take_call(key="K1", body=orders.call_body(minor=1000))
    bank.tick()
    opened.clock.pass_by(days=1)
    bank.tick()
    bank.take_call(key="K2", body=orders.call_body("K2", minor=2000))
    opened.clock.pass_by(days=2)
    bank.tick()
    names = [f"camt053-SIM-USD-1-USD-2026-11-{day}.xml" for day in (24, 25, 26)]
    assert list(bank.books.statements) == names
    balances = [_balances(bank.books.statements[name]) for name in names]
    assert balances == [("100.00", "90.00"), ("90.00", "70.00"), ("70.00", "70.00")]


def test_a_day_closed_early_moves_later_bookings_to_the_next(opened: orders.Opener) -> None:
    bank = opened()
    for key in ("K1", "K2"):
        bank.take_call(key=key, body=orders.call_body(key))
        bank.advance(10)
        bank.close_days(opened.clock().date())
    assert list(bank.books.statements) == ["camt053-SIM-USD-1-USD-2026-11-24.xml"]
    opened.clock.pass_by(days=1)
    bank.tick()
    opened.clock.pass_by(days=1)
    bank.tick()
    later = bank.books.statements["camt053-SIM-USD-1-USD-2026-11-25.xml"]
    assert _lines(later) == [("12.50", "DBIT", "")]
    assert b"<BookgDt><Dt>2026-11-25</Dt></BookgDt>" in later


def test_a_day_that_has_not_come_cannot_be_closed(opened: orders.Opener) -> None:
    bank = opened()
    with pytest.raises(ValueError, match="has not come yet"):
        bank.close_days(date(2026, 11, 25))
    with pytest.raises(ValueError, match="forward"):
        bank.advance(-1)


def _lines(statement: bytes) -> list[tuple[str, str, str]]:
    root = etree.fromstring(statement)
    return [
        (
            entry.findtext("{*}Amt"),
            entry.findtext("{*}CdtDbtInd"),
            entry.findtext("{*}NtryDtls/{*}Btch/{*}NbOfTxs") or "",
        )
        for entry in root.iter("{*}Ntry")
    ]


def _balances(statement: bytes) -> tuple[str, ...]:
    return tuple(balance.findtext("{*}Amt") for balance in etree.fromstring(statement).iter("{*}Bal"))
