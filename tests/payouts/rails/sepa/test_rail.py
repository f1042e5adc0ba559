"""From envelope to directory; the file is judged by the official schema and the bank's own reader."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st

from backoffice.simbank import pain001 as independent
from payouts.queries import recorded
from payouts.rails import base, transports
from payouts.rails.sepa import charset, schema
from payouts.rails.sepa.rail import Sepa
from tests.payouts.rails import samples

RAIL = Sepa()


@pytest.fixture
def directory(tmp_path: Path) -> transports.DirectoryTransport:
    return transports.DirectoryTransport(outbox=tmp_path / "outbox", inbox=tmp_path / "inbox")


_names = st.text(min_size=1, max_size=200).filter(
    lambda text: any(c.isalnum() for c in charset.convert(text, longest=70))
)
_payments = st.lists(
    st.tuples(st.integers(1, 99_999_999_999), _names, st.text(max_size=300), st.text(max_size=60)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(_payments, _names)
def test_whatever_people_are_called_the_file_is_valid_and_says_the_same(
    payments: list[tuple[int, str, str, str]], ours: str
) -> None:
    instructions = [
        samples.instruction(
            end_to_end_id=f"P{number}A1",
            amount_minor=cents,
            payee=samples.payee(name=name, town=town),
            remittance=remittance,
        )
        for number, (cents, name, remittance, town) in enumerate(payments)
    ]
    envelope = samples.envelope(instructions)
    body = RAIL.render(replace(envelope, debtor=replace(envelope.debtor, name=ours)))
    assert schema.problems(body) == []
    read = independent.read(body)
    assert read.message_id == envelope.key
    assert [(t.end_to_end_id, t.cents, t.iban, t.currency) for t in read.transfers] == [
        (i.end_to_end_id, i.amount_minor, samples.FRENCH_IBAN, "EUR") for i in instructions
    ]
    assert all(len(t.payee) <= 70 and charset.convert(t.payee, longest=70) == t.payee for t in read.transfers)


def test_the_same_envelope_gives_the_same_bytes() -> None:
    elsewhere = samples.NOW.astimezone(timezone(timedelta(hours=9)))
    assert RAIL.render(samples.envelope()) == RAIL.render(samples.envelope(created_at=elsewhere))


def test_the_file_says_what_the_scheme_asks_for() -> None:
    body = RAIL.render(samples.envelope()).decode()
    assert not body.startswith("\ufeff")
    for part in (
        "<MsgId>B7-1</MsgId>", "<PmtInfId>B7-1</PmtInfId>", "<BtchBookg>true</BtchBookg>",
        "<CtrlSum>12.50</CtrlSum>", "<Cd>SEPA</Cd>", "<ReqdExctnDt><Dt>2026-11-25</Dt></ReqdExctnDt>",
        "<ChrgBr>SLEV</ChrgBr>",
        "<EndToEndId>P1A1</EndToEndId>", "<Othr><Id>NOTPROVIDED</Id></Othr>", "<Nm>Atelier Zoe</Nm>",
    ):  # fmt: skip
        assert part in body


def test_an_address_is_structured_or_left_out() -> None:
    assert "PstlAdr" not in RAIL.render(samples.envelope()).decode()
    with_town = samples.envelope([samples.instruction(payee=samples.payee(town="Besançon"))])
    assert "<PstlAdr><TwnNm>Besancon</TwnNm><Ctry>FR</Ctry></PstlAdr>" in RAIL.render(with_town).decode()


def test_bics_are_carried_where_they_are_known() -> None:
    account = base.Account("iban", {"iban": samples.FRENCH_IBAN, "bic": "PSSTFRPPXXX"})
    envelope = samples.envelope([samples.instruction(payee=samples.payee(account=account))])
    body = RAIL.render(replace(envelope, debtor=replace(envelope.debtor, bic="COBADEFFXXX"))).decode()
    assert "<CdtrAgt><FinInstnId><BICFI>PSSTFRPPXXX</BICFI>" in body
    assert "<DbtrAgt><FinInstnId><BICFI>COBADEFFXXX</BICFI>" in body


@pytest.mark.parametrize(
    ("envelope", "word"),
    [
        (
            samples.envelope([samples.instruction(), samples.instruction()]),
            "P1A1: this reference stands twice",
        ),
        (samples.envelope([samples.instruction(amount_minor=0)]), "P1A1: The amount"),
        (replace(samples.envelope(), instructions=()), "1 to 20,000 payments, not 0"),
        (samples.envelope(key="B7/1"), "message id"),
        (samples.envelope(key="B" * 36), "message id"),
        (samples.envelope(created_at=datetime(2026, 11, 24)), "time zone"),  # noqa: DTZ001
    ],
)
def test_what_must_not_become_a_file_is_refused_with_every_reason(envelope: base.Envelope, word: str) -> None:
    with pytest.raises(base.Unrenderable) as refused:
        RAIL.render(envelope)
    assert word in " ".join(refused.value.problems)


def test_a_full_file_is_rendered_whole() -> None:
    instructions = [samples.instruction(end_to_end_id=f"P{number}A1") for number in range(20_000)]
    read = independent.read(RAIL.render(samples.envelope(instructions)))
    assert (len(read.transfers), read.cents) == (20_000, 20_000 * 1250)
    with pytest.raises(base.Unrenderable, match="20,001"):
        RAIL.render(samples.envelope([*instructions, samples.instruction(end_to_end_id="X")]))


def test_a_file_is_left_once_however_often_it_is_delivered(directory: transports.DirectoryTransport) -> None:
    body = RAIL.render(samples.envelope())
    answers = [RAIL.deliver(body, key="B7-1", transport=directory, now=samples.NOW) for _ in range(3)]
    assert {answer.outcome for answer in answers} == {base.Outcome.ACCEPTED}
    assert [file.name for file in directory.outbox.iterdir()] == ["pain001-B7-1.xml"]
    assert directory.holds("pain001-B7-1.xml") == body


def test_other_bytes_under_the_same_key_are_a_conflict_for_people(
    directory: transports.DirectoryTransport,
) -> None:
    body = RAIL.render(samples.envelope())
    RAIL.deliver(body, key="B7-1", transport=directory, now=samples.NOW)
    answer = RAIL.deliver(body + b" ", key="B7-1", transport=directory, now=samples.NOW)
    assert (answer.outcome, answer.code) == (base.Outcome.UNKNOWN, base.CONFLICT)
    assert directory.holds("pain001-B7-1.xml") == body


def test_a_directory_out_of_reach_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = transports.DirectoryTransport(outbox=tmp_path / "file", inbox=tmp_path / "inbox")
    for answer in (
        RAIL.deliver(b"x", key="B7-1", transport=blocked, now=samples.NOW),
        RAIL.lookup(key="B7-1", body=b"x", transport=blocked, now=samples.NOW),
    ):
        assert (answer.outcome, answer.code) == (base.Outcome.UNKNOWN, base.UNREACHABLE)


def test_a_lookup_finds_what_was_left_and_never_proves_absence(
    directory: transports.DirectoryTransport,
) -> None:
    before = RAIL.lookup(key="B7-1", body=b"x", transport=directory, now=samples.NOW)
    assert (before.outcome, before.code) == (base.Outcome.UNKNOWN, base.NOT_FOUND)
    RAIL.deliver(b"x", key="B7-1", transport=directory, now=samples.NOW)
    assert (
        RAIL.lookup(key="B7-1", body=b"x", transport=directory, now=samples.NOW).outcome
        is base.Outcome.ACCEPTED
    )


def test_a_lookup_of_a_file_with_other_content_is_a_conflict(
    directory: transports.DirectoryTransport,
) -> None:
    RAIL.deliver(b"x", key="B7-1", transport=directory, now=samples.NOW)
    answer = RAIL.lookup(key="B7-1", body=b"y", transport=directory, now=samples.NOW)
    assert (answer.outcome, answer.code) == (base.Outcome.UNKNOWN, base.CONFLICT)


def test_what_the_bank_left_is_told_apart_and_known_names_are_skipped(
    directory: transports.DirectoryTransport,
) -> None:
    directory.inbox_folder.mkdir(parents=True)
    left = {
        "answer.xml": (b"<Document><CstmrPmtStsRpt/></Document>", base.DocumentKind.ANSWERS),
        "note.txt": (b"hello", base.DocumentKind.UNRECOGNISED),
        "statement.xml": (b"<Document><BkToCstmrStmt/></Document>", base.DocumentKind.STATEMENT),
    }
    for name, (body, _) in left.items():
        (directory.inbox_folder / name).write_bytes(body)
    found = {document.name: document.kind for document in RAIL.collect(transport=directory)}
    assert found == {name: kind for name, (_, kind) in left.items()}
    assert [d.name for d in RAIL.collect(transport=directory, known={"note.txt", "answer.xml"})] == [
        "statement.xml"
    ]


def test_documents_are_read_in_the_order_in_which_the_bank_made_them(
    directory: transports.DirectoryTransport,
) -> None:
    directory.inbox_folder.mkdir(parents=True)

    def leave(name: str, made_at: str) -> None:
        head = f"<GrpHdr><CreDtTm>{made_at}</CreDtTm></GrpHdr>" if made_at else ""
        body = f"<Document><CstmrPmtStsRpt>{head}</CstmrPmtStsRpt></Document>"
        (directory.inbox_folder / name).write_text(body)

    leave("a-rejected.xml", "2026-11-24T12:00:00+01:00")
    leave("b-accepted.xml", "2026-11-24T10:30:00Z")
    leave("c-received.xml", "2026-11-24T10:00:00+01:00")
    leave("0-silent.xml", "")
    (directory.inbox_folder / "1-note.txt").write_bytes(b"hello")
    assert [document.name for document in RAIL.collect(transport=directory)] == [
        "c-received.xml",
        "b-accepted.xml",
        "a-rejected.xml",
        "0-silent.xml",
        "1-note.txt",
    ]


@pytest.mark.parametrize(
    ("right", "wrong", "problem"),
    [
        (b"SLEV", b"FREE", "Line 4: the schema pain.001.001.09 does not allow “FREE” in ChrgBr."),
        (b"2026-11-25", b"soon", "Line 4: the schema pain.001.001.09 does not allow “soon” in Dt."),
        (b'Ccy="EUR"', b'Ccy="e"', "Line 5: the schema pain.001.001.09 does not allow “e” in InstdAmt."),
        (b"<PmtMtd>TRF</PmtMtd>", b"", "Line 4: at BtchBookg the schema pain.001.001.09 wants PmtMtd."),
        (
            b"<MsgId>B7-1",
            b"<MsgId>" + b"B" * 36,
            "Line 3: MsgId has 36 characters, and the schema pain.001.001.09 allows 35.",
        ),
        (b' Ccy="EUR"', b"", "Line 5: the schema pain.001.001.09 does not allow InstdAmt as it is."),
        (b"</PmtInf>", b"", "The file is not well-formed XML from line 6 on."),
    ],
)
def test_the_schema_finds_what_is_wrong(right: bytes, wrong: bytes, problem: str) -> None:
    body = RAIL.render(samples.envelope())
    assert schema.problems(body) == []
    assert schema.problems(body.replace(right, wrong)) == [problem]
    with override("fr"):
        assert recorded.said(problem) != problem


def test_dates_and_times_are_the_envelopes_own() -> None:
    body = RAIL.render(
        samples.envelope(
            created_at=datetime(2027, 1, 2, 3, 4, 5, 678, tzinfo=UTC), value_date=date(2027, 1, 4)
        )
    )
    assert b"<CreDtTm>2027-01-02T03:04:05Z</CreDtTm>" in body
    assert b"<Dt>2027-01-04</Dt>" in body


def test_what_stands_in_the_outbox_under_other_keys_is_found(
    directory: transports.DirectoryTransport,
) -> None:
    for key, reference, cents in (("B7F1", "P1A1", 1250), ("B8F1", "P2A1", 70_05)):
        one = samples.instruction(end_to_end_id=reference, amount_minor=cents)
        RAIL.deliver(
            RAIL.render(samples.envelope([one], key=key)), key=key, transport=directory, now=samples.NOW
        )
    (directory.outbox / "notes.txt").write_text("not ours")

    assert list(RAIL.handed_over(transport=directory, known={"B7F1"})) == [
        base.HandedOver(key="B8F1", end_to_end_id="P2A1", amount_minor=70_05, currency="EUR")
    ]
    assert list(RAIL.handed_over(transport=directory, known={"B7F1", "B8F1"})) == []


@pytest.mark.parametrize("body", [b"no xml", b"<Document><Other/></Document>"])
def test_a_file_in_the_outbox_that_nobody_can_read_is_told(
    body: bytes, directory: transports.DirectoryTransport
) -> None:
    directory.put("pain001-B9F1.xml", body)
    with pytest.raises(base.Unreadable):
        list(RAIL.handed_over(transport=directory))
