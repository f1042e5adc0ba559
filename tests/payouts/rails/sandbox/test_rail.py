"""The sandbox rail against the real simulated bank."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from backoffice.simbank import process
from payouts.rails import base, transports
from payouts.rails.sandbox.rail import Sandbox
from tests.payouts.rails import samples
from tests.payouts.rails.statements import whole

RAIL = Sandbox()
ACCEPTED = base.Outcome.ACCEPTED


@pytest.fixture
def bank(tmp_path: Path) -> Iterator[process.Simbank]:
    with process.Simbank(
        port=0, data=tmp_path / "data", outbox=tmp_path / "outbox", inbox=tmp_path / "inbox", every_seconds=60
    ) as running:
        yield running


@pytest.fixture
def calls(bank: process.Simbank) -> Iterator[transports.HttpTransport]:
    with transports.HttpTransport(bank.url) as transport:
        yield transport


def deliver(transport: transports.HttpTransport, envelope: base.Envelope) -> base.Answer:
    return RAIL.deliver(RAIL.render(envelope), key=envelope.key, transport=transport, now=samples.NOW)


def named(name: str, reference: str = "P1A1") -> base.Envelope:
    envelope = samples.call_envelope(end_to_end_id=reference)
    (one,) = envelope.instructions
    return replace(envelope, instructions=(replace(one, payee=replace(one.payee, name=name)),))


def test_the_same_envelope_gives_the_same_bytes() -> None:
    assert RAIL.render(samples.call_envelope()) == RAIL.render(samples.call_envelope())


def test_names_of_every_script_are_carried_as_they_are() -> None:
    assert "株式会社中古".encode() in RAIL.render(named("株式会社中古"))


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"currency": "XYZ"}, "not a currency"),
        ({"amount_minor": 0}, "more than zero"),
        ({"end_to_end_id": "P-1"}, "reference"),
        ({"payee": samples.payee(name=" ")}, "name"),
        ({"payee": samples.payee(account=base.Account("us_aba", {}))}, "no number"),
        ({"remittance": "x" * 141}, "140"),
    ],
)
def test_what_cannot_be_carried_is_said(changes: dict[str, object], word: str) -> None:
    (problem,) = RAIL.validate(samples.instruction(**changes))
    assert word in problem


def test_an_envelope_that_is_no_single_sound_payment_is_not_rendered() -> None:
    two = samples.envelope([samples.instruction(), samples.instruction(end_to_end_id="P2A1")])
    with pytest.raises(base.Unrenderable, match="one payment, not 2"):
        RAIL.render(two)
    with pytest.raises(base.Unrenderable, match="key"):
        RAIL.render(replace(samples.call_envelope(), key="a key"))


def test_a_payment_sent_three_times_is_made_once(
    bank: process.Simbank, calls: transports.HttpTransport
) -> None:
    answers = [deliver(calls, samples.call_envelope()) for _ in range(3)]
    assert {(answer.outcome, answer.bank_reference) for answer in answers} == {(ACCEPTED, "SB00000001")}
    judged = bank.bank.judgement()
    assert (judged["count"], judged["sums"], judged["repeated"]) == (1, {"USD": 1250}, [])


def test_another_body_under_the_same_key_creates_nothing(
    bank: process.Simbank, calls: transports.HttpTransport
) -> None:
    envelope = samples.call_envelope()
    deliver(calls, envelope)
    (one,) = envelope.instructions
    answer = deliver(calls, replace(envelope, instructions=(replace(one, amount_minor=99),)))
    assert (answer.outcome, answer.code) == (base.Outcome.UNKNOWN, base.CONFLICT)
    assert bank.bank.judgement()["sums"] == {"USD": 1250}


def test_a_lookup_tells_what_the_bank_knows(bank: process.Simbank, calls: transports.HttpTransport) -> None:
    envelope = samples.call_envelope()
    before = RAIL.lookup(key=envelope.key, body=RAIL.render(envelope), transport=calls, now=samples.NOW)
    assert (before.outcome, before.code) == (base.Outcome.UNKNOWN, base.NOT_FOUND)
    deliver(calls, envelope)
    assert (
        RAIL.lookup(key=envelope.key, body=RAIL.render(envelope), transport=calls, now=samples.NOW).outcome
        is ACCEPTED
    )
    refused = named("Ada SIMREJECT-RR04", "P2A1")
    deliver(calls, refused)
    found = RAIL.lookup(key=refused.key, body=RAIL.render(refused), transport=calls, now=samples.NOW)
    assert (found.outcome, found.code) == (base.Outcome.REJECTED, "RR04")


def test_a_lookup_of_a_key_that_holds_another_payment_is_a_conflict(
    bank: process.Simbank, calls: transports.HttpTransport
) -> None:
    envelope, refused = samples.call_envelope(), named("Ada SIMREJECT", "P2A1")
    deliver(calls, envelope)
    deliver(calls, refused)
    for held, ours in ((envelope, named("Bo")), (refused, named("Bo", "P2A1"))):
        answer = RAIL.lookup(key=held.key, body=RAIL.render(ours), transport=calls, now=samples.NOW)
        assert (answer.outcome, answer.code) == (base.Outcome.UNKNOWN, base.CONFLICT)


def test_a_refused_payment_was_never_made(bank: process.Simbank, calls: transports.HttpTransport) -> None:
    for _ in range(2):
        answer = deliver(calls, named("Ada SIMREJECT"))
        assert (answer.outcome, answer.code) == (base.Outcome.REJECTED, "AC01")
    assert bank.bank.judgement()["count"] == 0


def test_a_bank_that_is_away_leaves_the_outcome_unknown(bank: process.Simbank) -> None:
    url = bank.url
    bank.close()
    with transports.HttpTransport(url) as transport:
        for answer in (
            deliver(transport, samples.call_envelope()),
            RAIL.lookup(key="K", body=b"x", transport=transport, now=samples.NOW),
        ):
            assert (answer.outcome, answer.code) == (base.Outcome.UNKNOWN, base.UNREACHABLE)
        with pytest.raises(base.Unreachable):
            list(RAIL.collect(transport=transport))


def test_events_are_collected_once_from_cursor_to_cursor(
    bank: process.Simbank, calls: transports.HttpTransport
) -> None:
    for number, name in enumerate(["Ada", "Bo SIMFAIL", "Cy SIMRETURN-MS03", "Di SIMSLOW"]):
        deliver(calls, named(name, f"P{number}A1"))
    (first,) = RAIL.collect(transport=calls)
    assert {report.kind for report in RAIL.parse_answers(first.body)} == {base.ReportKind.ACCEPTED}
    bank.advance(60)
    (second,) = RAIL.collect(transport=calls, after=first.cursor)
    assert [(r.kind.value, r.end_to_end_id, r.code) for r in RAIL.parse_answers(second.body)] == [
        ("paid", "P0A1", ""),
        ("failed", "P1A1", "AC04"),
        ("paid", "P2A1", ""),
        ("returned", "P2A1", "MS03"),
    ]
    assert list(RAIL.collect(transport=calls, after=second.cursor)) == []
    assert [document.body for document in RAIL.collect(transport=calls, after=first.cursor)] == [second.body]


def test_statements_of_accounts_used_by_calls_come_over_the_api(
    bank: process.Simbank, calls: transports.HttpTransport
) -> None:
    deliver(calls, named("Ada", "P1A1"))
    deliver(calls, named("Cy SIMRETURN", "P2A1"))
    bank.advance(60)
    bank.advance(86_400)
    documents = [d for d in RAIL.collect(transport=calls) if d.kind is base.DocumentKind.STATEMENT]
    (statement,) = whole.read(documents[0].body)
    assert (statement.account, statement.currency) == ("SIM-USD-1", "USD")
    assert sorted(entry.amount_minor for entry in statement.entries) == [-1250, -1250, 1250]
    assert statement.problems == ()
    known = {document.name for document in documents}
    later = list(RAIL.collect(transport=calls, after="99999", known=known))
    assert [document.kind for document in later] == []
