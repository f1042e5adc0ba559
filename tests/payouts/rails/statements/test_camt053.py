"""Statements as banks write them. Written here; the real ones are read in test_real_samples.py."""

import io
from datetime import date

import pytest

from payouts.rails import base
from payouts.rails.statements import base as statements
from payouts.rails.statements import camt053
from tests.payouts.rails.statements import whole

V8 = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def amount(euros: str, side: str, currency: str = "EUR") -> str:
    return f'<Amt Ccy="{currency}">{euros}</Amt><CdtDbtInd>{side}</CdtDbtInd>'


def balance(code: str, euros: str, side: str = "CRDT") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{amount(euros, side)}"
        "<Dt><Dt>2026-11-24</Dt></Dt></Bal>"
    )


def entry(euros: str, side: str, *rest: str, status: str = "<Cd>BOOK</Cd>", currency: str = "EUR") -> str:
    return f"<Ntry>{amount(euros, side, currency)}<Sts>{status}</Sts>{''.join(rest)}</Ntry>"


def document(*content: str, opening: str = "100.00", closing: str = "100.00", namespace: str = V8) -> bytes:
    balances = balance("OPBD", opening) + balance("CLBD", closing)
    return (
        f'<Document xmlns="{namespace}"><BkToCstmrStmt><Stmt><Id>S1</Id><ElctrncSeqNb>7</ElctrncSeqNb>'
        "<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{balances}{''.join(content)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def one(body: bytes) -> whole.Whole:
    (statement,) = whole.read(body)
    return statement


BATCH = (
    "<BookgDt><Dt>2026-11-24</Dt></BookgDt><ValDt><DtTm>2026-11-25T00:00:00+01:00</DtTm></ValDt>"
    "<AcctSvcrRef>R1</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly>"
    "</Domn></BkTxCd><NtryDtls><Btch><MsgId>B7-1</MsgId><PmtInfId>B7-1</PmtInfId><NbOfTxs>3</NbOfTxs></Btch></NtryDtls>"
)


def back(returned: str, reason: str = "<Rsn><Cd>AC04</Cd></Rsn>", own_amount: str = "") -> str:
    return (
        f"<NtryDtls><TxDtls><Refs><EndToEndId>P1A1</EndToEndId></Refs>{own_amount}"
        f'<AmtDtls><InstdAmt><Amt Ccy="EUR">{returned}</Amt></InstdAmt></AmtDtls>'
        "<RltdPties><Cdtr><Pty><Nm>Zoé</Nm></Pty></Cdtr><Dbtr><Pty><Nm>Us</Nm></Pty></Dbtr></RltdPties>"
        f"<RtrInf>{reason}</RtrInf></TxDtls></NtryDtls>"
    )


def test_a_batch_booked_debit_says_which_batch_and_how_many() -> None:
    statement = one(document(entry("60.00", "DBIT", BATCH), closing="40.00"))
    assert (statement.statement_id, statement.sequence, statement.account) == (
        "S1",
        7,
        "DE89370400440532013000",
    )
    assert (statement.opening_minor, statement.closing_minor, statement.adds_up) == (10_000, 4_000, True)
    assert statement.problems == ()
    (line,) = statement.entries
    assert (line.amount_minor, line.batch_count, line.message_id, line.payment_information_id) == (
        -6_000, 3, "B7-1", "B7-1",
    )  # fmt: skip
    assert (line.booking_date, line.value_date) == (date(2026, 11, 24), date(2026, 11, 25))
    assert (line.bank_reference, line.bank_code, line.booked, line.is_return) == (
        "R1",
        "PMNT/ICDT/ESCT",
        True,
        False,
    )


def test_older_versions_write_the_status_as_text() -> None:
    older = document(entry("5", "CRDT", status="BOOK"), entry("9", "CRDT", status="PDNG"), closing="105.00")
    statement = one(older.replace(b".08", b".02"))
    assert [line.booked for line in statement.entries] == [True, False]
    assert statement.adds_up


def returned(statement: statements.Statement) -> list[tuple[str, str, int | None]]:
    """End-to-end id, reason and amount of what came back."""
    return [
        (detail.end_to_end_id, detail.return_code, detail.amount_minor)
        for line in statement.entries
        if line.is_return
        for detail in line.details
    ]


def test_returned_money_is_known_by_its_reason_and_reference() -> None:
    statement = one(document(entry("60.00", "CRDT", back("60.00")), closing="160.00"))
    assert returned(statement) == [("P1A1", "AC04", 6_000)]
    assert statement.entries[0].details[0].counterparty == "Zoé"


def test_a_return_with_charges_taken_says_what_came_back_not_what_was_sent() -> None:
    statement = one(document(entry("55.00", "CRDT", back("60.00")), closing="155.00"))
    assert returned(statement) == [("P1A1", "AC04", 5_500)]


def test_a_return_without_a_reason_is_known_by_its_transaction_code() -> None:
    code = BATCH[BATCH.index("<BkTxCd>") : BATCH.index("<NtryDtls>")].replace("ESCT", "RRTN")
    assert one(document(entry("60", "CRDT", code))).entries[0].is_return


def test_a_return_told_in_words_only_is_still_a_return() -> None:
    statement = one(document(entry("60", "CRDT", back("60", "<AddtlInf>sent back</AddtlInf>"))))
    assert returned(statement) == [("P1A1", "NARR", 6_000)]
    assert statement.entries[0].details[0].return_text == "sent back"


def test_a_debit_is_never_money_that_came_back() -> None:
    assert returned(one(document(entry("60", "DBIT", back("60"))))) == []


def test_pending_money_is_not_booked() -> None:
    (line,) = one(document(entry("60", "CRDT", back("60"), status="<Cd>PDNG</Cd>"))).entries
    assert not line.booked


def test_a_payment_in_another_currency_does_not_borrow_its_amount() -> None:
    foreign = back("60").replace('Ccy="EUR"', 'Ccy="USD"')
    statement = one(document(entry("55.00", "CRDT", foreign)))
    assert statement.entries[0].details[0].amount_minor == 5_500


def test_a_line_that_cannot_be_read_is_left_out_and_said() -> None:
    statement = one(document(entry("1.001", "CRDT"), entry("5", "CRDT", currency="USD"), entry("7", "CRDT")))
    assert [(line.position, line.amount_minor) for line in statement.entries] == [(3, 700)]
    assert [str(problem)[:6] for problem in statement.problems[:2]] == ["Line 1", "Line 2"]
    assert "not the closing balance" in str(statement.problems[2])


def test_a_statement_that_does_not_add_up_says_so() -> None:
    assert not one(document(entry("5", "CRDT"))).adds_up
    assert "not the closing balance" in str(one(document(entry("5", "CRDT"))).problems[0])


def test_the_former_closing_balance_opens_where_there_is_no_other() -> None:
    body = document().replace(b"OPBD", b"PRCD")
    assert one(body).opening_minor == 10_000


def test_interim_reports_and_notices_are_no_statements() -> None:
    for root, word in (
        ("BkToCstmrAcctRpt", "camt.052"),
        ("BkToCstmrDbtCdtNtfctn", "camt.054"),
        ("X", "not a bank"),
    ):
        with pytest.raises(base.Unreadable, match=word):
            whole.read(f"<Document><{root}/></Document>".encode())
    with pytest.raises(base.Unreadable, match="no statement"):
        whole.read(b"<Document><BkToCstmrStmt/></Document>")


def test_statements_chain_from_one_to_the_next() -> None:
    first = one(document())
    second = one(document().replace(b">7<", b">8<"))
    assert statements.chain_problems(first, second) == []
    gap = one(document().replace(b">7<", b">10<"))
    assert [str(each) for each in statements.chain_problems(first, gap)] == [
        "Statements 8 to 9 are missing: ask the bank for them."
    ]
    other = one(document(opening="99.00", closing="99.00").replace(b">7<", b">8<"))
    assert "does not open with the balance" in str(statements.chain_problems(first, other)[0])


def test_numbers_and_names_that_no_row_can_hold_are_left_out_or_shortened() -> None:
    body = document(entry("60.00", "DBIT", BATCH), closing="40.00")
    huge = b"9" * 5000
    statement = one(body.replace(b">7<", b">" + huge + b"<").replace(b">3<", b">" + huge + b"<"))
    assert (statement.sequence, statement.entries[0].batch_count) == (None, None)
    named = one(body.replace(b">S1<", b">" + huge + b"<").replace(b">R1<", b">" + huge + b"<"))
    assert (len(named.statement_id), len(named.entries[0].bank_reference)) == (200, 200)


def test_an_amount_that_no_row_can_hold_makes_the_statement_not_add_up() -> None:
    assert not one(document(entry("9" * 18, "CRDT"), closing="9" * 18)).adds_up


def test_lines_are_told_of_as_they_are_read() -> None:
    told: list[tuple[int, int]] = []
    body = document(entry("60.00", "DBIT"), entry("40.00", "CRDT"), closing="80.00")
    camt053.read(io.BytesIO(body), told=lambda done, total: told.append((done, total)))
    assert told == [(1, 2), (2, 2)]


def test_lines_of_what_is_no_statement_of_the_message_are_nobodys() -> None:
    other = f"<Other><Stmt>{entry('1.00', 'CRDT')}</Stmt></Other>"
    body = document(closing="100.00").replace(b"<BkToCstmrStmt>", f"<BkToCstmrStmt>{other}".encode())
    found = one(body)
    assert (found.entries, found.adds_up) == ((), True)


def test_the_currency_is_of_the_account_the_balance_or_the_first_line() -> None:
    line = entry("60.00", "DBIT", currency="USD")
    body = document(line, closing="40.00").replace(b"<Ccy>EUR</Ccy>", b"")
    assert one(body).currency == "EUR", "the balance's"
    assert str(one(body).problems[0]) == "Line 1: “60.00 USD” is no amount in EUR: left out."
    bare = body.replace(b' Ccy="EUR"', b"")
    assert (one(bare).currency, one(bare).entries[0].amount_minor) == ("USD", -6000)


def test_a_fault_at_the_end_is_a_fault_of_the_whole() -> None:
    with pytest.raises(base.Unreadable, match="not well-formed"):
        whole.read(document(entry("60.00", "DBIT"), closing="40.00")[:-5])


def test_a_booking_date_that_is_no_day_is_a_problem_and_none_at_all_is_not() -> None:
    day = "<BookgDt><Dt>2026-11-31</Dt></BookgDt>"
    wrong = one(document(entry("60.00", "DBIT", day), closing="40.00"))
    assert [str(each) for each in wrong.problems] == ["Line 1: the booking date “2026-11-31” is no day."]
    assert one(document(entry("60.00", "DBIT"), closing="40.00")).problems == ()


def test_payments_of_a_line_are_read_one_by_one_and_keep_their_place() -> None:
    payments = "".join(
        f"<TxDtls><Refs><EndToEndId>P{n}</EndToEndId></Refs>{amount('1.00', 'DBIT')}</TxDtls>"
        for n in range(60)
    )
    statement = one(document(entry("60.00", "DBIT", f"<NtryDtls>{payments}</NtryDtls>"), closing="40.00"))
    details = statement.entries[0].details
    assert [detail.end_to_end_id for detail in details] == [f"P{n}" for n in range(60)]
    assert sum(detail.amount_minor or 0 for detail in details) == -6_000


def test_of_many_lines_that_cannot_be_read_the_first_are_said() -> None:
    statement = one(document(*[entry("1.001", "CRDT")] * 1_500))
    assert len(statement.problems) == 1_001
    assert str(statement.problems[-1]) == "More lines than these cannot be read."
    assert statement.lines == 0


def test_sums_and_counts_stand_beside_the_balances() -> None:
    pending = entry("9.00", "CRDT", status="<Cd>PDNG</Cd>")
    statement = one(document(entry("60.00", "DBIT"), entry("5.00", "CRDT"), pending, closing="45.00"))
    assert (statement.lines, statement.credited_minor, statement.debited_minor) == (3, 500, -6_000)


def test_a_second_message_in_the_document_is_refused_and_not_left_out() -> None:
    body = document().replace(b"</BkToCstmrStmt>", b"</BkToCstmrStmt><BkToCstmrStmt><Stmt/></BkToCstmrStmt>")
    with pytest.raises(base.Unreadable, match="several messages of statements"):
        whole.read(body)


def test_what_would_fill_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(camt053, "_MOST_STATEMENTS", 5)
    monkeypatch.setattr(camt053, "_MOST_PAYMENTS", 5)
    many = document().replace(b"</BkToCstmrStmt>", b"<Stmt/>" * 5 + b"</BkToCstmrStmt>")
    payments = entry("60.00", "DBIT", f"<NtryDtls>{'<TxDtls/>' * 6}</NtryDtls>")
    for body in (many, document(payments)):
        with pytest.raises(base.Unreadable, match=r"^One part of the document is larger than any payment"):
            whole.read(body)
    assert len(whole.read(many.replace(b"<Stmt/>", b"", 1))) == 5


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<Ntry/>", "Line 1 has no amount: left out."),
        (
            entry("5.00", "PLUS"),
            "Line 1: “PLUS” says neither that money came in (CRDT) nor that it went out (DBIT): left out.",
        ),
        (entry(f"5\n{'0' * 60}", "CRDT"), f"Line 1: “5 {'0' * 37}…” is no amount in EUR: left out."),
    ],
)
def test_what_stands_in_a_line_that_cannot_be_read_is_quoted(line: str, said: str) -> None:
    assert [str(each) for each in one(document(line)).problems] == [said]


def test_how_far_a_statement_is_from_adding_up_is_said() -> None:
    (problem,) = one(document(entry("5.00", "DBIT"))).problems
    assert str(problem).endswith("they come to 95.00 EUR, it is 100.00 EUR.")


@pytest.mark.parametrize(
    ("begin", "end", "reversed_"),
    [
        ("2026-11-24T00:00:00", "2026-11-23T23:59:59", True),
        ("2026-11-24T00:00:00+01:00", "2026-11-23T22:59:59Z", True),
        ("2026-11-24T00:00:00+01:00", "2026-11-23T23:30:00Z", False),
        ("2026-11-24T12:00:00", "2026-11-24T00:00:00Z", False),
        ("2026-11-24T12:00:00", "2026-11-23T00:00:00Z", True),
        ("2026-11-24", "2026-11-24", False),
        ("yesterday", "2026-11-24", False),
    ],
)
def test_a_period_that_ends_before_it_begins_is_a_problem(begin: str, end: str, reversed_: bool) -> None:
    period = f"<FrToDt><FrDtTm>{begin}</FrDtTm><ToDtTm>{end}</ToDtTm></FrToDt>"
    found = [str(each) for each in one(document(period)).problems]
    said = "Its period ends before it begins, from 2026-11-24 to 2026-11-23: ask the bank for a right one."
    assert found == ([said] if reversed_ else [])


def test_sentences_about_lines_do_not_fill_the_memory_however_many_statements_there_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(camt053, "_MOST_IN_ALL", 5)
    wrong = document(entry("x", "CRDT"), entry("y", "CRDT"))
    first, statement, last = wrong.partition(wrong[wrong.index(b"<Stmt>") : wrong.index(b"</BkTo")])
    found = whole.read(first + statement * 4 + last)
    assert [len(each.problems) for each in found] == [2, 2, 2, 1]
    assert str(found[2].problems[1]) == str(found[3].problems[0]) == "More lines than these cannot be read."


def test_lines_that_add_up_to_what_no_row_can_hold_are_refused() -> None:
    most = "9" * 15
    assert one(document(entry(most, "CRDT"))).lines == 1
    with pytest.raises(base.Unreadable, match="more than any account holds"):
        one(document(*[entry(most, "CRDT")] * 2))
