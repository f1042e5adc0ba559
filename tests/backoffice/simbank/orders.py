"""Payments for the bank, as its customers would send them; written without the rails."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from backoffice.simbank import bank, journal, profile

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
OURS, THEIRS = "DE89370400440532013000", "FR1420041010050500013M02606"
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"


class Clock:
    """Real time that stands still unless it is moved."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **duration: float) -> None:
        self.at += timedelta(**duration)


class Opener:
    """Opens the bank on one log, with a clock of the test's own; opening it again closes the former."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.path = folder / "log.jsonl"
        self._journal: journal.Journal | None = None

    def __call__(self, manners: profile.Profile | None = None, **fields: object) -> bank.Bank:
        self.close()
        self._journal = journal.Journal(self.path)
        return bank.Bank(self._journal, manners or profile.Profile(**fields), real_time=self.clock)

    def close(self) -> None:
        if self._journal:
            self._journal.close()


def call_body(
    key: str = "K1", *, payee: str = "Ada", minor: int = 1250, currency: str = "USD", **more: object
) -> bytes:
    content = {
        "key": key,
        "end_to_end_id": key,
        "amount_minor": minor,
        "currency": currency,
        "creditor": {"name": payee, "account": {"number": "021000021-1"}},
        "debtor": {"name": "Us", "account": {"number": "SIM-USD-1"}},
    } | more
    return json.dumps(content).encode()


def file_body(
    payments: Sequence[tuple[str, int, str]],
    *,
    message_id: str = "B1",
    count: int | None = None,
    total: str | None = None,
    currency: str = "EUR",
    iban: str = THEIRS,
) -> bytes:
    """A pain.001 with (EndToEndId, cents, payee) and whatever totals it is told to claim."""
    cents = sum(payment[1] for payment in payments)
    transfers = "".join(
        f"<CdtTrfTxInf><PmtId><EndToEndId>{reference}</EndToEndId></PmtId>"
        f'<Amt><InstdAmt Ccy="{currency}">{amount / 100:.2f}</InstdAmt></Amt><Cdtr><Nm>{payee}</Nm></Cdtr>'
        f"<CdtrAcct><Id><IBAN>{iban}</IBAN></Id></CdtrAcct></CdtTrfTxInf>"
        for reference, amount, payee in payments
    )
    return (
        f'<Document xmlns="{NAMESPACE}"><CstmrCdtTrfInitn><GrpHdr><MsgId>{message_id}</MsgId>'
        f"<NbOfTxs>{len(payments) if count is None else count}</NbOfTxs>"
        f"<CtrlSum>{total or f'{cents / 100:.2f}'}</CtrlSum></GrpHdr><PmtInf><PmtInfId>{message_id}</PmtInfId>"
        f"<Dbtr><Nm>Us</Nm></Dbtr><DbtrAcct><Id><IBAN>{OURS}</IBAN></Id></DbtrAcct>"
        f"{transfers}</PmtInf></CstmrCdtTrfInitn></Document>"
    ).encode()


def statuses(it: bank.Bank) -> dict[str, str]:
    return {record["end_to_end_id"]: record["status"] for record in it.judgement()["instructions"]}
