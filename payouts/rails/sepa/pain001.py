"""Writing pain.001.001.09, and reading back what we wrote. Written piece by piece: escaped text, no tree (twelve times
faster than one, and flat in memory).

One message holds one payment block, so MsgId and PmtInfId are both the submission's key. Nothing here depends
on a clock, a locale or the order of a set: the same envelope gives the same bytes. Layout: ISO 20022
pain.001.001.09, bounds of the SEPA credit transfer scheme (2025 rulebook).
"""

from collections.abc import Iterator
from datetime import UTC
from xml.sax.saxutils import escape

from payouts.rails import amounts, base, xml
from payouts.rails.sepa import charset

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
LONGEST_NAME = 70
LONGEST_REMITTANCE = 140
LONGEST_TOWN = 35


def pieces(envelope: base.Envelope) -> Iterator[str]:
    """The document in order. The envelope must have been checked before: this only writes."""
    count = len(envelope.instructions)
    total = euros(sum(instruction.amount_minor for instruction in envelope.instructions))
    key = escape(envelope.key)
    debtor = _text(envelope.debtor.name, LONGEST_NAME)
    created = envelope.created_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn>\n'
        f"<GrpHdr><MsgId>{key}</MsgId><CreDtTm>{created}</CreDtTm><NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        f"<InitgPty><Nm>{debtor}</Nm></InitgPty></GrpHdr>\n"
        f"<PmtInf><PmtInfId>{key}</PmtInfId><PmtMtd>TRF</PmtMtd><BtchBookg>true</BtchBookg>"
        f"<NbOfTxs>{count}</NbOfTxs><CtrlSum>{total}</CtrlSum>"
        "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf>"
        f"<ReqdExctnDt><Dt>{envelope.value_date.isoformat()}</Dt></ReqdExctnDt>"
        f"<Dbtr><Nm>{debtor}</Nm></Dbtr>"
        f"<DbtrAcct><Id><IBAN>{envelope.debtor.account.fields['iban']}</IBAN></Id><Ccy>EUR</Ccy></DbtrAcct>"
        f"<DbtrAgt><FinInstnId>{_agent(envelope.debtor.bic)}</FinInstnId></DbtrAgt>"
        "<ChrgBr>SLEV</ChrgBr>\n"
    )
    for instruction in envelope.instructions:
        yield _transaction(instruction)
    yield "</PmtInf></CstmrCdtTrfInitn></Document>\n"


def payments(body: bytes, *, key: str) -> Iterator[base.HandedOver]:
    """What a file of ours told the bank to pay. Raises `Unreadable` for what is none."""
    root = xml.parse(body)
    message = next(xml.children(root, "CstmrCdtTrfInitn"), None)
    if message is None:
        raise base.Unreadable(f"The file of {key} in the outbox is no pain.001: look at it.")
    for block in xml.children(message, "PmtInf"):
        for one in xml.children(block, "CdtTrfTxInf"):
            amount = xml.child(one, "Amt/InstdAmt")
            currency = "" if amount is None else str(amount.get("Ccy", ""))
            minor = None if amount is None else amounts.minor(amount.text, currency)
            reference = xml.text(one, "PmtId/EndToEndId")
            if minor is None or not reference:
                raise base.Unreadable(
                    f"A payment in the file of {key} in the outbox cannot be read: look at it."
                )
            yield base.HandedOver(key=key, end_to_end_id=reference, amount_minor=minor, currency=currency)


def _transaction(instruction: base.Instruction) -> str:
    payee = instruction.payee
    reference = escape(instruction.end_to_end_id)
    bic = payee.account.fields.get("bic", "")
    agent = f"<CdtrAgt><FinInstnId><BICFI>{bic}</BICFI></FinInstnId></CdtrAgt>" if bic else ""
    remittance = _text(instruction.remittance, LONGEST_REMITTANCE)
    remitted = f"<RmtInf><Ustrd>{remittance}</Ustrd></RmtInf>" if remittance else ""
    return (
        f"<CdtTrfTxInf><PmtId><InstrId>{reference}</InstrId><EndToEndId>{reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="EUR">{euros(instruction.amount_minor)}</InstdAmt></Amt>{agent}'
        f"<Cdtr><Nm>{_text(payee.name, LONGEST_NAME)}</Nm>{_address(payee)}</Cdtr>"
        f"<CdtrAcct><Id><IBAN>{payee.account.fields['iban']}</IBAN></Id></CdtrAcct>{remitted}</CdtTrfTxInf>\n"
    )


def _address(payee: base.Payee) -> str:
    """Structured or none: since 15 November 2026 an address must at least say town and country."""
    town = _text(payee.town, LONGEST_TOWN)
    return f"<PstlAdr><TwnNm>{town}</TwnNm><Ctry>{payee.country}</Ctry></PstlAdr>" if town else ""


def _agent(bic: str) -> str:
    return f"<BICFI>{bic}</BICFI>" if bic else "<Othr><Id>NOTPROVIDED</Id></Othr>"


def _text(text: str, longest: int) -> str:
    return escape(charset.convert(text, longest=longest))


def euros(cents: int) -> str:
    """Integer cents as "12.50"."""
    return f"{cents // 100}.{cents % 100:02d}"
