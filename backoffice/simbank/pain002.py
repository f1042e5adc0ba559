"""Writing pain.002.001.10: the bank's answers to a file."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"


def write(
    *,
    report_id: str,
    at: datetime,
    original: Mapping[str, Any],
    group_status: str,
    reason: str = "",
    text: str = "",
    payments: Iterable[Sequence[str]] = (),
) -> bytes:
    """One report. `original` has message_id, name, count, cents; `payments` are (PmtInfId, EndToEndId,
    status, reason).

    An empty `group_status` is left out: the report then speaks about the listed payments only.
    """
    blocks: dict[str, list[str]] = {}
    for payment_information_id, end_to_end_id, status, why in payments:
        blocks.setdefault(payment_information_id, []).append(
            f"<TxInfAndSts><OrgnlInstrId>{escape(end_to_end_id)}</OrgnlInstrId>"
            f"<OrgnlEndToEndId>{escape(end_to_end_id)}</OrgnlEndToEndId><TxSts>{status}</TxSts>{_reason(why)}"
            "</TxInfAndSts>\n"
        )
    totals = (
        f"<OrgnlNbOfTxs>{original['count']}</OrgnlNbOfTxs>"
        f"<OrgnlCtrlSum>{_euros(original['cents'])}</OrgnlCtrlSum>"
    )
    return "".join(
        [
            f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><CstmrPmtStsRpt>\n',
            f"<GrpHdr><MsgId>{escape(report_id)}</MsgId><CreDtTm>{at:%Y-%m-%dT%H:%M:%SZ}</CreDtTm></GrpHdr>\n",
            f"<OrgnlGrpInfAndSts><OrgnlMsgId>{escape(original['message_id'] or 'NOTPROVIDED')}</OrgnlMsgId>",
            f"<OrgnlMsgNmId>{original['name']}</OrgnlMsgNmId>",
            totals if original["count"] else "",
            f"<GrpSts>{group_status}</GrpSts>" if group_status else "",
            _reason(reason, text),
            "</OrgnlGrpInfAndSts>\n",
            *(
                f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{escape(block)}</OrgnlPmtInfId>\n{''.join(lines)}</OrgnlPmtInfAndSts>\n"
                for block, lines in blocks.items()
            ),
            "</CstmrPmtStsRpt></Document>\n",
        ]
    ).encode()


def _reason(code: str, text: str = "") -> str:
    if not code:
        return ""
    words = f"<AddtlInf>{escape(text[:105])}</AddtlInf>" if text else ""
    return f"<StsRsnInf><Rsn><Cd>{code}</Cd></Rsn>{words}</StsRsnInf>"


def _euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"
