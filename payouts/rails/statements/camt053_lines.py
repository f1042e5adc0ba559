"""A line of a camt.053, its payments and its amounts, as they stand in the document."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from payouts.rails import amounts, kept, xml
from payouts.rails.statements import base as statements
from payouts.rails.statements.base import Detail, Entry, Problem

_LONGEST_QUOTED = 40


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as far as it is told without its line, which is complete only after it."""

    known: Detail
    sign: int | None
    moved: int | None
    instructed: int | None
    creditor: str
    debtor: str

    def detail(self, entry_amount: int, *, alone: bool) -> Detail:
        """What moved for this payment. The instructed amount comes last: a return may bring back less than that.

        The other party is the creditor where ours went out. A return keeps the roles of the payment it undoes: we
        are still the debtor.
        """
        sign = self.sign or (1 if entry_amount > 0 else -1)
        amount: int | None
        if self.moved is not None:
            amount = sign * self.moved
        elif alone:
            amount = entry_amount
        else:
            amount = None if self.instructed is None else sign * self.instructed
        went_out = entry_amount < 0 or bool(self.known.return_code)
        other = (self.creditor or self.debtor) if went_out else (self.debtor or self.creditor)
        return replace(self.known, amount_minor=amount, counterparty=other)


def entry(line: Any, position: int, currency: str, payments: list[Payment]) -> Entry | None:
    amount = signed(line, currency)
    if amount is None:
        return None
    packets = list(xml.children(line, "NtryDtls"))
    batch = next((found for packet in packets for found in xml.children(packet, "Btch")), None)
    count = xml.text(batch, "NbOfTxs") if batch is not None else ""
    status = xml.text(line, "Sts/Cd") or xml.text(line, "Sts")
    return Entry(
        position=position,
        amount_minor=amount,
        booked=status in {"BOOK", ""},  # a statement's lines are booked unless it says otherwise
        reversal=xml.text(line, "RvslInd") in {"true", "1"},
        booking_date=day(line, "BookgDt"),
        value_date=day(line, "ValDt"),
        bank_reference=kept.name(xml.text(line, "AcctSvcrRef")),
        bank_code=_bank_code(line),
        message_id=kept.name(xml.text(batch, "MsgId")) if batch is not None else "",
        payment_information_id=kept.name(xml.text(batch, "PmtInfId")) if batch is not None else "",
        batch_count=kept.count(count, most=10**9),
        details=tuple(payment.detail(amount, alone=len(payments) == 1) for payment in payments),
        text=xml.text(line, "AddtlNtryInf"),
    )


def payment(payment: Any, currency: str) -> Payment:
    code, words = _return(payment)
    moved = (_amount(xml.child(payment, path), currency) for path in ("Amt", "AmtDtls/TxAmt/Amt"))
    return Payment(
        known=Detail(
            amount_minor=None,
            end_to_end_id=_reference(payment, "EndToEndId"),
            message_id=_reference(payment, "MsgId"),
            payment_information_id=_reference(payment, "PmtInfId"),
            instruction_id=_reference(payment, "InstrId"),
            bank_reference=_reference(payment, "AcctSvcrRef"),
            return_code=code,
            return_text=words,
            remittance=" ".join(
                (line.text or "").strip()
                for info in xml.children(payment, "RmtInf")
                for line in xml.children(info, "Ustrd")
            ),
        ),
        sign={"CRDT": 1, "DBIT": -1}.get(xml.text(payment, "CdtDbtInd")),
        moved=next((amount for amount in moved if amount is not None), None),
        instructed=_amount(xml.child(payment, "AmtDtls/InstdAmt/Amt"), currency),
        creditor=_party(payment, "Cdtr"),
        debtor=_party(payment, "Dbtr"),
    )


def _party(payment: Any, role: str) -> str:
    return xml.text(payment, f"RltdPties/{role}/Pty/Nm") or xml.text(payment, f"RltdPties/{role}/Nm")


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


def _bank_code(line: Any) -> str:
    parts = ("Domn/Cd", "Domn/Fmly/Cd", "Domn/Fmly/SubFmlyCd")
    code = "/".join(filter(None, (xml.text(line, f"BkTxCd/{part}") for part in parts)))
    return code or xml.text(line, "BkTxCd/Prtry/Cd")


def currency(element: Any) -> str:
    """The account's; banks that leave it out show it on the balances or the first line."""
    named = xml.text(element, "Acct/Ccy")
    if named:
        return named
    for candidate in (*xml.children(element, "Bal"), *xml.children(element, "Ntry")):
        amount = xml.child(candidate, "Amt") if candidate is not None else None
        if amount is not None and amount.get("Ccy"):
            return str(amount.get("Ccy"))
    return ""


def signed(element: Any, currency: str) -> int | None:
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


def day(element: Any | None, path: str) -> date | None:
    if element is None:
        return None
    try:
        return date.fromisoformat(written_day(element, path)[:10])
    except ValueError:
        return None


def written_day(element: Any, path: str) -> str:
    """The day as it stands there, a moment's with its hour."""
    return xml.text(element, f"{path}/Dt") or xml.text(element, f"{path}/DtTm")


def moment(written: str) -> datetime | None:
    """The moment, or the beginning of the day, that ISO 8601 writes so; None for anything else."""
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def why_none(line: Any, position: int, currency: str) -> Problem:
    """Why `entry` read nothing of this line, with what stands there."""
    amount, values = xml.child(line, "Amt"), {"line": position, "currency": currency}
    if amount is None:
        return Problem(statements.NO_AMOUNT, values)
    if _amount(amount, currency) is not None:
        return Problem(statements.NO_SIDE, values | {"found": quoted(xml.text(line, "CdtDbtInd"))})
    found = quoted(" ".join(filter(None, ((amount.text or "").strip(), amount.get("Ccy", "")))))
    return Problem(statements.LEFT_OUT if currency else statements.NO_CURRENCY, values | {"found": found})


def quoted(written: str) -> str:
    """What a bank wrote as a sentence may quote it: one line, not too long."""
    shown = "".join(character if character.isprintable() else " " for character in written)
    return shown if len(shown) <= _LONGEST_QUOTED else f"{shown[: _LONGEST_QUOTED - 1]}…"
