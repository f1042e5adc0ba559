"""A bank statement of one day with as many lines, from its bytes to the ledger: ours by phase, beside COPY of its rows.

No line names a payment of ours: each is looked for twice, booked, and waits in suspense. The limit is what PostgreSQL
takes to COPY the same lines, transactions and entries into tables with the same columns, indexes and checks, no trigger
and no foreign key: nothing is read from XML, matched or judged.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests import make_payouts
from tests.bench import imports
from tests.payouts import camt

TABLES = ("ledger_transaction", "ledger_entry", "payouts_statementline")


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """Seconds, rows and peak memory of each phase in a process of its own; ratios against COPY."""
    make_payouts.funding()
    url = psycopg.conninfo.make_conninfo(owner_url, user=settings.DATABASES["default"]["USER"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "day.xml"
        _write(path, size)
        yield {
            "what": "the file, MB",
            "rows": size,
            "seconds": 0.0,
            "ratio": 0.0,
            "mb": path.stat().st_size >> 20,
        }
        phases = imports.ours(url, path, "statement")
        limit = imports.copy(owner_url, Path(folder), TABLES)
    yield from imports.figures(phases, limit, size=size, what="ours, from the file to the ledger")


def _write(path: Path, size: int) -> None:
    """Lines as a bank writes single transfers, about 750 bytes each."""
    closing = 10**12
    amounts = [1_000 + number % 977 for number in range(size)]
    opening = closing + sum(amounts)
    head, tail = camt.statement(opening_minor=opening).decode().split("</Stmt>")
    first, last = head.rsplit(_amount(opening), 1)  # the closing balance stands last
    with path.open("w") as file:
        file.write(f"{first}{_amount(closing)}{last}")
        for number, amount in enumerate(amounts):
            file.write(_line(number, _amount(amount)))
        file.write(f"</Stmt>{tail}")


def _amount(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _line(number: int, amount: str) -> str:
    return (
        f"<Ntry><NtryRef>{number}</NtryRef><Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        "<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-24</Dt></BookgDt><ValDt><Dt>2026-11-24</Dt></ValDt>"
        f"<AcctSvcrRef>REF{number:010}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>ICDT</Cd>"
        "<SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd><NtryDtls><TxDtls><Refs>"
        f"<EndToEndId>X{number:010}</EndToEndId><InstrId>I{number:010}</InstrId></Refs>"
        f"<Amt Ccy='EUR'>{amount}</Amt><CdtDbtInd>DBIT</CdtDbtInd>"
        "<RltdPties><Dbtr><Pty><Nm>Marketplace SAS</Nm></Pty></Dbtr><Cdtr><Pty><Nm>"
        f"Seller {number % 5_000} of refurbished telephones</Nm></Pty></Cdtr></RltdPties><RmtInf><Ustrd>"
        f"Payout {number} of the marketplace</Ustrd></RmtInf></TxDtls></NtryDtls>"
        "<AddtlNtryInf>SEPA credit transfer</AddtlNtryInf></Ntry>\n"
    )
