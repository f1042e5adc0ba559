"""What a marker in a payee's name makes the bank's statements show, read back by the program's own reader."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from backoffice.simbank import bank, wishes
from payouts.rails.statements import base
from tests.backoffice.simbank import orders
from tests.payouts.rails.statements import whole

MONDAY = date(2026, 11, 24)


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[orders.Opener]:
    opener = orders.Opener(tmp_path)
    yield opener
    opener.close()


def take(it: bank.Bank, *payments: tuple[int, str], name: str = "B1") -> None:
    """A file of payments (cents, payee), and whatever becomes of them within ten seconds."""
    named = [(f"{name}P{n}", cents, payee) for n, (cents, payee) in enumerate(payments, start=1)]
    it.take_file(f"{name}.xml", orders.file_body(named, message_id=name))
    it.advance(10)


def names(it: bank.Bank) -> list[str]:
    return [name.removeprefix(f"camt053-{orders.OURS}-EUR-") for name in it.books.outgoing if "camt" in name]


def lines(it: bank.Bank, day: str) -> tuple[base.Entry, ...]:
    (statement,) = whole.read(it.books.outgoing[f"camt053-{orders.OURS}-EUR-{day}.xml"])
    assert statement.problems == ()
    return statement.entries


@pytest.mark.parametrize(
    ("payee", "wish", "found"),
    [
        ("Ada SIMFEE", "FEE", True),
        ("SIMRETURN-AC06 SIMTWICE", "TWICE", True),
        ("Ada", "FEE", False),
        ("ASIMFEES", "FEE", False),
    ],
)
def test_a_marker_is_a_word_of_the_name(payee: str, wish: wishes.Wish, found: bool) -> None:
    assert wishes.asks(payee, wish) is found


@pytest.mark.parametrize(("amount", "kept"), [(10_000, 500), (19, 1), (2, 1), (1, 0)])
def test_the_bank_keeps_five_of_a_hundred_and_never_everything(amount: int, kept: int) -> None:
    assert wishes.kept_minor("Ada SIMCHARGES", amount) == kept
    assert wishes.kept_minor("Ada", amount) == 0


def test_a_file_with_a_single_booked_payee_is_debited_line_by_line(opened: orders.Opener) -> None:
    it = opened()
    take(it, (100, "Ada SIMSINGLE"), (200, "Bo"), (300, "Cy SIMREJECT"))
    take(it, (400, "Di"), (500, "Ed"), name="B2")
    it.close_days(MONDAY)
    found = [
        (e.amount_minor, e.batch_count, [d.end_to_end_id for d in e.details]) for e in lines(it, "2026-11-24")
    ]
    assert found == [(-100, None, ["B1P1"]), (-200, None, ["B1P2"]), (-900, 2, [])]


def test_a_return_with_charges_brings_back_95_of_100_and_says_so(opened: orders.Opener) -> None:
    it = opened()
    take(it, (10_000, "Ada SIMRETURN-AC06 SIMCHARGES"))
    it.close_days(MONDAY)
    debit, back = lines(it, "2026-11-24")
    assert (debit.amount_minor, back.amount_minor, back.is_return) == (-10_000, 9_500, True)
    assert (back.details[0].amount_minor, back.details[0].return_code) == (9_500, "AC06")
    assert (
        b'<Chrgs><Rcrd><Amt Ccy="EUR">5.00</Amt>'
        in it.books.outgoing[f"camt053-{orders.OURS}-EUR-2026-11-24.xml"]
    )


def test_a_return_told_twice_stands_in_an_answer_and_on_a_statement_that_is_sent_twice(
    opened: orders.Opener,
) -> None:
    it = opened()
    take(it, (100, "Ada SIMRETURN SIMTWICE"), (200, "Bo SIMRETURN"))
    it.close_days(MONDAY)
    assert names(it) == ["2026-11-24.xml", "2026-11-24-copy.xml"]
    first, copy = (
        whole.read(it.books.outgoing[f"camt053-{orders.OURS}-EUR-{name}"])[0] for name in names(it)
    )
    assert (copy.statement_id, copy.entries) == (first.statement_id, first.entries)
    refused = [body for body in it.books.outgoing.values() if b"<TxSts>RJCT" in body]
    assert len(refused) == 1 and b"B1P1" in refused[0] and b"B1P2" not in refused[0]


def test_a_return_of_a_call_told_twice_is_two_events(opened: orders.Opener) -> None:
    it = opened()
    it.take_call(key="K1", body=orders.call_body(payee="Ada SIMRETURN SIMTWICE"))
    it.advance(10)
    events = [event["id"] for event in it.books.events if event["type"] == "payment.returned"]
    assert len(set(events)) == 2


def test_a_late_statement_comes_after_the_two_that_follow_it(opened: orders.Opener) -> None:
    it = opened()
    came = []
    for days, payee in enumerate(["Ada", "Bo SIMLATE", "Cy", "Di"]):
        take(it, (100, payee), name=f"B{days}")
        it.advance(86_400)
        came.append(names(it))
    assert came[0] == came[1] == ["2026-11-24.xml"]
    assert came[2] == ["2026-11-24.xml", "2026-11-26.xml"]
    assert came[3] == ["2026-11-24.xml", "2026-11-26.xml", "2026-11-25.xml", "2026-11-27.xml"]


def test_a_fee_and_a_movement_on_request_name_no_payment(opened: orders.Opener) -> None:
    it = opened()
    take(it, (100, "Ada SIMFEE"))
    it.move(channel="file", account=orders.OURS, currency="EUR", amount_minor=77, text=" From nobody ")
    it.close_days(MONDAY)
    found = [(e.amount_minor, e.text, e.details, e.bank_code) for e in lines(it, "2026-11-24")]
    assert found[0] == (-750, "Account fee", (), "PMNT/MDOP/FEES")
    assert found[2] == (77, "From nobody", (), "PMNT/MCOP/OTHR")


@pytest.mark.parametrize("change", [{"account": "nobody's"}, {"amount_minor": 0}, {"text": " "}])
def test_a_movement_of_nothing_or_nobody_is_refused(opened: orders.Opener, change: dict[str, object]) -> None:
    it = opened()
    take(it, (100, "Ada"))
    wanted = {"channel": "file", "account": orders.OURS, "currency": "EUR", "amount_minor": -5, "text": "Fee"}
    with pytest.raises(ValueError, match="Name an account"):
        it.move(**(wanted | change))


def test_a_bank_started_again_writes_the_same_statements(opened: orders.Opener) -> None:
    it = opened()
    take(it, (10_000, "Ada SIMRETURN SIMCHARGES SIMTWICE SIMFEE"), (500, "Bo SIMLATE SIMSINGLE"))
    it.move(channel="file", account=orders.OURS, currency="EUR", amount_minor=-5, text="Debit")
    it.advance(4 * 86_400)
    again = opened()
    assert again.books.outgoing == it.books.outgoing
    assert again.books.accounts == it.books.accounts
