"""Bank statements (camt.053) as our bank would write them, of the account that `make_payouts.funding` makes."""

import hashlib
import io
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from payouts.models import BankDocument, Statement
from payouts.operations import bankfiles, reconciliation
from sellers.ledger.importing.progress import Say, quiet

IBAN = "FR7630006000011234567890189"


@dataclass(frozen=True)
class Line:
    """One booked line in cents, credit to us positive."""

    amount_minor: int
    end_to_end_id: str = ""
    batch: str = ""
    count: int | None = None
    return_code: str = ""
    text: str = "Line"
    reference: str = ""


def _amount(minor: int) -> str:
    return f"{abs(minor) // 100}.{abs(minor) % 100:02}"


def _side(minor: int) -> str:
    return "CRDT" if minor >= 0 else "DBIT"


def _balance(code: str, minor: int, day: str) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{_amount(minor)}</Amt>"
        f"<CdtDbtInd>{_side(minor)}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(line: Line, day: str) -> str:
    returned = f"<RtrInf><Rsn><Cd>{line.return_code}</Cd></Rsn></RtrInf>" if line.return_code else ""
    inside = ""
    if line.end_to_end_id:
        inside = f"<TxDtls><Refs><EndToEndId>{line.end_to_end_id}</EndToEndId></Refs>{returned}</TxDtls>"
    elif line.batch:
        count = f"<NbOfTxs>{line.count}</NbOfTxs>" if line.count is not None else ""
        inside = f"<Btch><MsgId>{line.batch}</MsgId>{count}</Btch>"
    details = f"<NtryDtls>{inside}</NtryDtls>" if inside else ""
    return (
        f"<Ntry><Amt Ccy='EUR'>{_amount(line.amount_minor)}</Amt><CdtDbtInd>{_side(line.amount_minor)}</CdtDbtInd>"
        f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{day}</Dt></BookgDt><AcctSvcrRef>{line.reference}</AcctSvcrRef>"
        f"{details}<AddtlNtryInf>{line.text}</AddtlNtryInf></Ntry>"
    )


def statement(
    lines: Sequence[Line] = (),
    *,
    number: int | None = 1,
    opening_minor: int = 1_000_000,
    day: str = "2026-11-24",
    account: str = IBAN,
    name: str = "",
    opening_day: str = "",
) -> bytes:
    """A statement that adds up; its id is STMT-number, or ``name``. Without a number where that is None.

    With an ``opening_day`` it opens with what the day before closed with (PRCD), dated that day.
    """
    counted = "" if number is None else f"<ElctrncSeqNb>{number}</ElctrncSeqNb>"
    closing = opening_minor + sum(line.amount_minor for line in lines)
    return (
        "<?xml version='1.0'?><Document xmlns='urn:iso:std:iso:20022:tech:xsd:camt.053.001.08'><BkToCstmrStmt>"
        f"<Stmt><Id>{name or f'STMT-{number}'}</Id>{counted}"
        f"<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>"
        f"{_balance('PRCD' if opening_day else 'OPBD', opening_minor, opening_day or day)}"
        f"{_balance('CLBD', closing, day)}"
        f"{''.join(_entry(line, day) for line in lines)}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def read(*, body: bytes, rail: str, name: str, now: datetime, say: Say = quiet) -> list[Statement]:
    """The message is kept as one that came by itself, and read."""
    kept = f"{name}-{uuid.uuid4().hex}"
    document = BankDocument.objects.create(
        rail=rail,
        name=kept,
        kind=BankDocument.Kind.STATEMENT,
        body_ciphertext=bankfiles.seal_document(body, rail=rail, name=kept),
        body_sha256=bankfiles.sha256(body),
        received_at=now,
        processed_at=now,
    )
    source = reconciliation.Source(
        stream=io.BytesIO(body), digest=hashlib.sha256(body), rail=rail, document=document
    )
    return reconciliation.read(source=source, now=now, say=say)
