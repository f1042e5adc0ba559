"""Writing camt.053.001.08: what happened on one funding account on one day of the bank."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.sax.saxutils import escape

from sellers.ledger import money

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_LONGEST_NAME = 140


@dataclass(frozen=True, kw_only=True)
class Line:
    """One movement. Signed minor units: debits negative."""

    reference: str
    amount_minor: int
    booking_date: date
    value_date: date
    message_id: str = ""
    payment_information_id: str = ""
    batch_count: int = 0
    """More than none: batch-booked, without the single payments."""
    end_to_end_id: str = ""
    payee: str = ""
    return_reason: str = ""
    charges_minor: int = 0
    """What the bank kept of money that comes back; `amount_minor` is without it."""
    text: str = ""
    """What the bank says of a movement that is no payment of the customer's."""


@dataclass(frozen=True, kw_only=True)
class Day:
    """A day to be written. Balances are booked balances."""

    statement_id: str
    sequence: int
    account: str
    currency: str
    holder: str
    day: date
    created_at: datetime
    opening_minor: int
    lines: Sequence[Line]
    copy: bool = False
    """Sent once more: the same statement in another message."""

    @property
    def closing_minor(self) -> int:
        return self.opening_minor + sum(line.amount_minor for line in self.lines)


def write(day: Day) -> bytes:
    """The document. Its lines add up from the opening to the closing balance."""
    created = f"<CreDtTm>{day.created_at:%Y-%m-%dT%H:%M:%SZ}</CreDtTm>"
    identification = (
        f"<IBAN>{day.account}</IBAN>"
        if _is_iban(day.account)
        else f"<Othr><Id>{escape(day.account)}</Id></Othr>"
    )
    return "".join(
        [
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>\n',
            f"<GrpHdr><MsgId>{day.statement_id}{'-2' if day.copy else ''}</MsgId>{created}</GrpHdr>\n",
            f"<Stmt><Id>{day.statement_id}</Id><ElctrncSeqNb>{day.sequence}</ElctrncSeqNb>{created}",
            f"<FrToDt><FrDtTm>{day.day}T00:00:00Z</FrDtTm><ToDtTm>{day.day}T23:59:59Z</ToDtTm></FrToDt>\n",
            "<CpyDplctInd>DUPL</CpyDplctInd>" if day.copy else "",
            f"<Acct><Id>{identification}</Id><Ccy>{day.currency}</Ccy>",
            f"<Ownr><Nm>{escape(day.holder[:_LONGEST_NAME])}</Nm></Ownr></Acct>\n"
            if day.holder
            else "</Acct>\n",
            _balance("OPBD", day.opening_minor, day),
            _balance("CLBD", day.closing_minor, day),
            *(_entry(line, day.currency) for line in day.lines),
            "</Stmt></BkToCstmrStmt></Document>\n",
        ]
    ).encode()


def _balance(code: str, minor: int, day: Day) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor, day.currency)}{_side(minor)}"
        f"<Dt><Dt>{day.day}</Dt></Dt></Bal>\n"
    )


def _entry(line: Line, currency: str) -> str:
    return (
        f"<Ntry>{_amount(line.amount_minor, currency)}{_side(line.amount_minor)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{line.booking_date}</Dt></BookgDt><ValDt><Dt>{line.value_date}</Dt></ValDt>"
        f"<AcctSvcrRef>{line.reference}</AcctSvcrRef>{_code(line)}{_details(line, currency)}</Ntry>\n"
    )


def _code(line: Line) -> str:
    """The bank transaction code: what kind of movement it is."""
    if line.text:
        family = ("MDOP", "FEES") if line.amount_minor < 0 else ("MCOP", "OTHR")
    elif line.return_reason:
        family = ("RCDT", "RRTN")
    else:
        family = ("ICDT", "ESCT" if line.batch_count else "DMCT")
    return (
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family[0]}</Cd>"
        f"<SubFmlyCd>{family[1]}</SubFmlyCd></Fmly></Domn></BkTxCd>"
    )


def _details(line: Line, currency: str) -> str:
    if line.text:
        return f"<AddtlNtryInf>{escape(line.text)}</AddtlNtryInf>"
    return f"<NtryDtls>{_batch(line, currency) if line.batch_count else _single(line, currency)}</NtryDtls>"


def _batch(line: Line, currency: str) -> str:
    return (
        f"<Btch><MsgId>{escape(line.message_id)}</MsgId><PmtInfId>{escape(line.payment_information_id)}</PmtInfId>"
        f"<NbOfTxs>{line.batch_count}</NbOfTxs>"
        f'<TtlAmt Ccy="{currency}">{money.Money(abs(line.amount_minor), currency).plain()}</TtlAmt>'
        f"{_side(line.amount_minor)}</Btch>"
    )


def _single(line: Line, currency: str) -> str:
    message = f"<MsgId>{escape(line.message_id)}</MsgId>" if line.message_id else ""
    block = (
        f"<PmtInfId>{escape(line.payment_information_id)}</PmtInfId>" if line.payment_information_id else ""
    )
    back = f"<RtrInf><Rsn><Cd>{line.return_reason}</Cd></Rsn></RtrInf>" if line.return_reason else ""
    return (
        f"<TxDtls><Refs>{message}<AcctSvcrRef>{line.reference}</AcctSvcrRef>{block}"
        f"<EndToEndId>{escape(line.end_to_end_id)}</EndToEndId></Refs>{_amount(line.amount_minor, currency)}"
        f"{_side(line.amount_minor)}{_charges(line, currency)}"
        f"<RltdPties><Cdtr><Pty><Nm>{escape(line.payee[:_LONGEST_NAME])}</Nm></Pty></Cdtr></RltdPties>"
        f"{back}</TxDtls>"
    )


def _charges(line: Line, currency: str) -> str:
    """What was sent, and what of it the bank kept."""
    if not line.charges_minor:
        return ""
    sent = _amount(line.amount_minor + line.charges_minor, currency)
    return (
        f"<AmtDtls><InstdAmt>{sent}</InstdAmt></AmtDtls>"
        f"<Chrgs><Rcrd>{_amount(line.charges_minor, currency)}<CdtDbtInd>DBIT</CdtDbtInd></Rcrd></Chrgs>"
    )


def _amount(minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{money.Money(abs(minor), currency).plain()}</Amt>'


def _side(minor: int) -> str:
    return f"<CdtDbtInd>{'DBIT' if minor < 0 else 'CRDT'}</CdtDbtInd>"


def _is_iban(account: str) -> bool:
    return len(account) >= 15 and account[:2].isalpha() and account[2:4].isdigit() and account.isalnum()
