"""Reading camt.053 (.02, .04, .08): a bank's statement of a day.

Tolerant: namespaces are ignored, unknown elements skipped, a line that cannot be read is left out and said so
in `Statement.problems`. Reports of the day (camt.052) and notices (camt.054) are refused: they are no
accounting truth.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from payouts.rails import amounts, base, kept, xml
from payouts.rails.statements.base import Detail, Entry, Statement

_OPENING = ("OPBD", "PRCD")
_CLOSING = ("CLBD",)
_OTHERS = {
    "BkToCstmrAcctRpt": "an interim report of the day (camt.052)",
    "BkToCstmrDbtCdtNtfctn": "a notice of single movements (camt.054)",
}


def read(body: bytes, told: Callable[[int, int], None] | None = None) -> list[Statement]:
    """Every statement in the document. Raises `Unreadable` when it is not a camt.053 or holds none.

    Lines are read one by one, so that a day of 50,000 needs about its bytes once more in memory. ``told`` is called at
    each with how many were read, and how many there are, or 0.
    """
    statements, lines, done = [], _Lines(), 0
    there_are = body.count(b"Ntry>") // 2  # about: for who waits, nothing depends on it
    root = None
    for root in xml.ends(body, "Ntry", "Stmt"):
        if _is(root, "Ntry", of="Stmt"):
            lines.take(root)
            done += 1
            if told is not None:
                told(min(done, there_are) if there_are else done, there_are)
        elif xml.name(root) == "Stmt":
            if _is(root, "Stmt", of="BkToCstmrStmt"):
                statements.append(_statement(root, lines))
            root.clear()
            lines = _Lines()
    kind = xml.root_message(root)
    if kind != "BkToCstmrStmt":
        what = _OTHERS.get(kind, "not a bank statement")
        raise base.Unreadable(f"The document is {what}; only statements (camt.053) are read here.")
    if not statements:
        raise base.Unreadable("The document holds no statement (Stmt).")
    return statements


def _is(element: Any, name: str, *, of: str) -> bool:
    above = element.getparent()
    return xml.name(element) == name and above is not None and xml.name(above) == of


class _Lines:
    """The lines of one statement, read as they come."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.problems: list[str] = []
        self.currency: str | None = None
        self._position = 0

    def take(self, line: Any) -> None:
        """One more line, which holds nothing afterwards; the one before it goes, as the parser is done with that."""
        if self.currency is None:
            # Before the first line stand the account and, as the schema has it, the balances.
            self.currency = _currency(line.getparent())
        self._position += 1
        entry = _entry(line, self._position, self.currency)
        if entry is None:
            self.problems.append(
                f"Line {self._position} has no readable amount in {self.currency or 'a known currency'}: left out."
            )
        else:
            self.entries.append(entry)
            if entry.booking_date is None and xml.child(line, "BookgDt") is not None:
                self.problems.append(f"Line {self._position} has a booking date that is no day.")
        line.clear()
        before = line.getprevious()
        if before is not None and xml.name(before) == "Ntry":
            line.getparent().remove(before)


def _statement(element: Any, lines: _Lines) -> Statement:
    problems = lines.problems
    balances = {_balance_type(balance): balance for balance in reversed(list(xml.children(element, "Bal")))}
    opening = next((balances[code] for code in _OPENING if code in balances), None)
    closing = next((balances[code] for code in _CLOSING if code in balances), None)
    currency = lines.currency or _currency(element)
    sequence = xml.text(element, "ElctrncSeqNb") or xml.text(element, "LglSeqNb")
    statement = Statement(
        statement_id=kept.name(xml.text(element, "Id")),
        sequence=kept.count(sequence, most=10**18),
        account=xml.text(element, "Acct/Id/IBAN") or xml.text(element, "Acct/Id/Othr/Id"),
        currency=currency,
        opening_minor=_signed(opening, currency) if opening is not None else None,
        closing_minor=_signed(closing, currency) if closing is not None else None,
        opening_date=_day(opening, "Dt"),
        closing_date=_day(closing, "Dt"),
        entries=tuple(lines.entries),
    )
    return _with_problems(statement, problems)


def _with_problems(statement: Statement, problems: list[str]) -> Statement:
    if not statement.statement_id:
        problems.append("The statement has no id.")
    if not statement.account:
        problems.append("The statement does not say which account it is of.")
    if statement.opening_minor is None or statement.closing_minor is None:
        problems.append(f"The statement has no opening or no closing booked balance in {statement.currency}.")
    elif not statement.adds_up:
        problems.append("Opening balance plus booked lines is not the closing balance.")
    fields = {name: getattr(statement, name) for name in Statement.__dataclass_fields__}
    return Statement(**(fields | {"problems": tuple(problems)}))


def _entry(line: Any, position: int, currency: str) -> Entry | None:
    amount = _signed(line, currency)
    if amount is None:
        return None
    packets = list(xml.children(line, "NtryDtls"))
    payments = [payment for packet in packets for payment in xml.children(packet, "TxDtls")]
    batch = next((found for packet in packets for found in xml.children(packet, "Btch")), None)
    count = xml.text(batch, "NbOfTxs") if batch is not None else ""
    status = xml.text(line, "Sts/Cd") or xml.text(line, "Sts")
    return Entry(
        position=position,
        amount_minor=amount,
        booked=status in {"BOOK", ""},  # a statement's lines are booked unless it says otherwise
        reversal=xml.text(line, "RvslInd") in {"true", "1"},
        booking_date=_day(line, "BookgDt"),
        value_date=_day(line, "ValDt"),
        bank_reference=kept.name(xml.text(line, "AcctSvcrRef")),
        bank_code=_bank_code(line),
        message_id=kept.name(xml.text(batch, "MsgId")) if batch is not None else "",
        payment_information_id=kept.name(xml.text(batch, "PmtInfId")) if batch is not None else "",
        batch_count=kept.count(count, most=10**9),
        details=tuple(_detail(payment, amount, currency, alone=len(payments) == 1) for payment in payments),
        text=xml.text(line, "AddtlNtryInf"),
    )


def _detail(payment: Any, entry_amount: int, currency: str, *, alone: bool) -> Detail:
    code, words = _return(payment)
    return Detail(
        amount_minor=_detail_amount(payment, entry_amount, currency, alone=alone),
        end_to_end_id=_reference(payment, "EndToEndId"),
        message_id=_reference(payment, "MsgId"),
        payment_information_id=_reference(payment, "PmtInfId"),
        instruction_id=_reference(payment, "InstrId"),
        bank_reference=_reference(payment, "AcctSvcrRef"),
        return_code=code,
        return_text=words,
        counterparty=_counterparty(payment, ours_went_out=entry_amount < 0 or bool(code)),
        remittance=" ".join(
            (line.text or "").strip()
            for info in xml.children(payment, "RmtInf")
            for line in xml.children(info, "Ustrd")
        ),
    )


def _detail_amount(payment: Any, entry_amount: int, currency: str, *, alone: bool) -> int | None:
    """What moved for this payment. The instructed amount comes last: a return may bring back less than
    that."""
    sign = {"CRDT": 1, "DBIT": -1}.get(xml.text(payment, "CdtDbtInd"), 1 if entry_amount > 0 else -1)
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = _amount(xml.child(payment, path), currency)
        if found is not None:
            return sign * found
    if alone:
        return entry_amount
    instructed = _amount(xml.child(payment, "AmtDtls/InstdAmt/Amt"), currency)
    return None if instructed is None else sign * instructed


def _return(payment: Any) -> tuple[str, str]:
    """Reason code and words of a return; NARR where there are only words. Empty: this is no return."""
    information = xml.child(payment, "RtrInf")
    if information is None:
        return "", ""
    code = xml.text(information, "Rsn/Cd") or xml.text(information, "Rsn/Prtry") or "NARR"
    words = ((line.text or "").strip() for line in xml.children(information, "AddtlInf"))
    return code, " ".join(word for word in words if word)


def _reference(payment: Any, kind: str) -> str:
    found = kept.name(xml.text(payment, f"Refs/{kind}"))
    return "" if found == "NOTPROVIDED" else found


def _counterparty(payment: Any, *, ours_went_out: bool) -> str:
    """The other party. A return keeps the roles of the payment it undoes: we are still the debtor."""
    for role in ("Cdtr", "Dbtr") if ours_went_out else ("Dbtr", "Cdtr"):
        found = xml.text(payment, f"RltdPties/{role}/Pty/Nm") or xml.text(payment, f"RltdPties/{role}/Nm")
        if found:
            return found
    return ""


def _bank_code(line: Any) -> str:
    parts = ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")
    code = "/".join(filter(None, (xml.text(line, f"BkTxCd/{part}") for part in parts)))
    return code or xml.text(line, "BkTxCd/Prtry/Cd")


def _balance_type(balance: Any) -> str:
    return xml.text(balance, "Tp/CdOrPrtry/Cd") or xml.text(balance, "Tp/CdOrPrtry/Prtry")


def _currency(element: Any) -> str:
    """The account's; banks that leave it out show it on the balances or the first line."""
    named = xml.text(element, "Acct/Ccy")
    if named:
        return named
    for candidate in (*xml.children(element, "Bal"), *xml.children(element, "Ntry")):
        amount = xml.child(candidate, "Amt") if candidate is not None else None
        if amount is not None and amount.get("Ccy"):
            return str(amount.get("Ccy"))
    return ""


def _signed(element: Any, currency: str) -> int | None:
    found = _amount(xml.child(element, "Amt"), currency)
    side = xml.text(element, "CdtDbtInd")
    if found is None or side not in {"CRDT", "DBIT"}:
        return None
    return found if side == "CRDT" else -found


def _amount(element: Any | None, currency: str) -> int | None:
    """Minor units; None where there is none or it is in another currency."""
    if element is None or element.get("Ccy", currency) != currency:
        return None
    return amounts.minor(element.text, currency)


def _day(element: Any | None, path: str) -> date | None:
    if element is None:
        return None
    written = xml.text(element, f"{path}/Dt") or xml.text(element, f"{path}/DtTm")[:10]
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        return None
