"""Answers as banks write them: sparse, mixed, in foreign namespaces. None is copied from a bank."""

from datetime import UTC, datetime

import pytest

from payouts.rails import base
from payouts.rails.sepa import pain002

KIND = base.ReportKind


def report(
    group: str = "", *blocks: str, namespace: str = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"
) -> bytes:
    status = f"<GrpSts>{group}</GrpSts>" if group and "<" not in group else group
    xmlns = f' xmlns="{namespace}"' if namespace else ""
    return (
        f"<Document{xmlns}><CstmrPmtStsRpt><GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2026-11-24T10:00:00+01:00</CreDtTm>"
        f"</GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>B7-1</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>"
        f"{status}</OrgnlGrpInfAndSts>{''.join(blocks)}</CstmrPmtStsRpt></Document>"
    ).encode()


def block(status: str, *payments: str) -> str:
    own = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    return (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>B7-1</OrgnlPmtInfId>{own}{''.join(payments)}</OrgnlPmtInfAndSts>"
    )


def payment(reference: str, status: str = "", reason: str = "", extra: str = "") -> str:
    own = f"<TxSts>{status}</TxSts>" if status else ""
    why = f"<StsRsnInf><Rsn><Cd>{reason}</Cd></Rsn></StsRsnInf>" if reason else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{reference}</OrgnlEndToEndId>{own}{why}{extra}</TxInfAndSts>"


def facts(body: bytes) -> list[tuple[KIND, str, str, frozenset[str]]]:
    return [(r.kind, r.end_to_end_id, r.code, r.except_for) for r in pain002.read(body)]


NOBODY: frozenset[str] = frozenset()


@pytest.mark.parametrize("namespace", ["", "http://bank.example/de/pain.002.001.03.ch.02.xsd"])
def test_namespaces_do_not_matter(namespace: str) -> None:
    assert facts(report("ACTC", namespace=namespace)) == [(KIND.RECEIVED, "", "ACTC", NOBODY)]


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("RCVD", KIND.RECEIVED), ("ACTC", KIND.RECEIVED), ("ACCP", KIND.ACCEPTED), ("ACSP", KIND.ACCEPTED),
        ("ACWC", KIND.ACCEPTED), ("ACCC", KIND.PAID), ("RJCT", KIND.REJECTED), ("CANC", KIND.REJECTED),
        ("PDNG", KIND.NOTED), ("BLCK", KIND.NOTED), ("RVMC", KIND.NOTED), ("WHAT", KIND.NOTED),
    ],
)  # fmt: skip
def test_statuses_mean_what_they_prove(status: str, kind: KIND) -> None:
    assert facts(report(status))[0][0] is kind


def test_settled_on_our_side_is_not_paid() -> None:
    assert facts(report("", block("", payment("P1A1", "ACSC")))) == [(KIND.ACCEPTED, "P1A1", "ACSC", NOBODY)]


def test_the_lowest_level_that_speaks_wins() -> None:
    body = report("ACTC", block("RJCT", payment("P1A1", "ACSP")))
    assert facts(body) == [
        (KIND.ACCEPTED, "P1A1", "ACSP", NOBODY),
        (KIND.REJECTED, "", "", frozenset({"P1A1"})),
    ]


def test_a_silent_level_inherits_from_the_one_above() -> None:
    assert facts(report("ACCP", block("", payment("P1A1")))) == [
        (KIND.ACCEPTED, "P1A1", "ACCP", NOBODY),
        (KIND.ACCEPTED, "", "ACCP", frozenset({"P1A1"})),
    ]


def test_absence_from_a_report_of_rejections_says_nothing_about_the_others() -> None:
    assert facts(report("PART", block("PART", payment("P1A1", "RJCT", "AC04")))) == [
        (KIND.REJECTED, "P1A1", "AC04", NOBODY)
    ]
    assert facts(report("", block("", payment("P1A1", "RJCT", "AC04")))) == [
        (KIND.REJECTED, "P1A1", "AC04", NOBODY)
    ]


@pytest.mark.parametrize("code", ["DU01", "DU02", "DU03", "DU04", "DU05", "AM05", "DUPL"])
def test_refused_as_a_duplicate_does_not_mean_that_nothing_was_created(code: str) -> None:
    group = f"<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>{code}</Cd></Rsn></StsRsnInf>"
    assert facts(report(group)) == [(KIND.NOTED, "", code, NOBODY)]


def test_a_payment_is_known_by_its_instruction_id_where_the_other_is_missing() -> None:
    single = (
        "<TxInfAndSts><OrgnlInstrId>P1A1</OrgnlInstrId><OrgnlEndToEndId>NOTPROVIDED</OrgnlEndToEndId>"
        "<TxSts>RJCT</TxSts></TxInfAndSts>"
    )
    assert facts(report("", block("", single))) == [(KIND.REJECTED, "P1A1", "", NOBODY)]


def test_nobody_is_paid_by_a_report_that_rejects_somebody_it_does_not_name() -> None:
    body = report("ACCC", block("ACCC", payment("NOTPROVIDED", "RJCT")))
    assert [kind for kind, *_ in facts(body)] == [KIND.NOTED]


def test_blocks_that_disagree_decide_nothing_about_the_whole() -> None:
    body = report("PART", block("ACCC"), block("RJCT"))
    assert [kind for kind, *_ in facts(body)] == [KIND.NOTED]


def test_reason_words_amount_and_reference_are_kept() -> None:
    extra = (
        "<StsRsnInf><Rsn><Prtry>X9</Prtry></Rsn><AddtlInf>ring </AddtlInf><AddtlInf>us</AddtlInf></StsRsnInf>"
        "<AcctSvcrRef>REF7</AcctSvcrRef>"
        '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">5.0100</InstdAmt></Amt></OrgnlTxRef>'
    )
    (found,) = pain002.read(report("", block("", payment("P1A1", "RJCT", extra=extra))))
    assert (found.code, found.text, found.bank_reference) == ("X9", "ring us", "REF7")
    assert (found.amount_minor, found.currency) == (501, "EUR")
    assert found.occurred_at == datetime(2026, 11, 24, 9, tzinfo=UTC)
    assert found.message_id == "B7-1"


def test_a_fact_read_twice_has_the_same_id_and_two_facts_never_do() -> None:
    body = report("ACTC", block("PART", payment("P1A1", "ACCC"), payment("P2A1", "RJCT")))
    ids = [found.source_id for found in pain002.read(body)]
    assert ids == [found.source_id for found in pain002.read(body)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(
    "body",
    [
        b"<Document><CstmrCdtTrfInitn/></Document>",
        b"<Document><CstmrPmtStsRpt/></Document>",
        b"<Document/>",
        b"no",
    ],
)
def test_what_answers_no_message_is_unreadable(body: bytes) -> None:
    with pytest.raises(base.Unreadable):
        pain002.read(body)


def test_moments_amounts_and_names_that_no_row_can_hold_cost_no_fact() -> None:
    amount = '<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">999999999999999999</InstdAmt></Amt></OrgnlTxRef>'
    body = report("", block("", payment("P1A1", "ACCC", extra=amount)))
    odd = body.replace(b"2026-11-24T10", b"0001-01-01T10").replace(b"BANK-1", b"9" * 5000)
    (found,) = (each for each in pain002.read(odd) if each.end_to_end_id)
    assert (found.kind, found.amount_minor, found.occurred_at) == (KIND.PAID, None, None)
    assert len(found.source_id) == 200
