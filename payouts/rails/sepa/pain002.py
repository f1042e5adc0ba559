"""Reading pain.002 (.03, .10, .14 and what banks make of them): what became of the payments in a file of
ours.

The lowest level that speaks wins; a level that is silent inherits from the one above. Absence proves nothing:
many banks report rejections only. Codes are never checked against the ISO lists, since banks use codes of
other levels (RVMC at group level) and of their own. Namespaces are ignored.
"""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from payouts.rails import amounts, base, kept, xml

_KINDS = {
    "RCVD": base.ReportKind.RECEIVED,
    "ACTC": base.ReportKind.RECEIVED,
    "ACCP": base.ReportKind.ACCEPTED,
    "ACFC": base.ReportKind.ACCEPTED,
    "ACSP": base.ReportKind.ACCEPTED,
    "ACWC": base.ReportKind.ACCEPTED,
    "ACWP": base.ReportKind.ACCEPTED,
    # Settled on *our* side, "not for financial information" (ISO): no proof that the payee has it.
    "ACSC": base.ReportKind.ACCEPTED,
    "ACCC": base.ReportKind.PAID,
    "RJCT": base.ReportKind.REJECTED,
    "CANC": base.ReportKind.REJECTED,
}
_DUPLICATE = frozenset({"AM05", "DU01", "DU02", "DU03", "DU04", "DU05", "DUPL"})
"""Rejections that prove the opposite: the bank already has what we sent. The first one counts, this one is a
note."""
_MIXED = "PART"
_NO_REFERENCE = frozenset({"", "NOTPROVIDED"})


def read(body: bytes) -> list[base.Report]:
    """Every fact of the report, single payments first. Raises `Unreadable` when it is no pain.002."""
    root = xml.parse(body)
    if xml.root_message(root) != "CstmrPmtStsRpt":
        raise base.Unreadable("The document is not a payment status report (pain.002).")
    message = root if xml.name(root) == "CstmrPmtStsRpt" else xml.child(root, "CstmrPmtStsRpt")
    group = xml.child(message, "OrgnlGrpInfAndSts")
    original = kept.name(xml.text(group, "OrgnlMsgId")) if group is not None else ""
    if group is None or not original:
        raise base.Unreadable("The payment status report does not say which message it answers (OrgnlMsgId).")
    return list(_Reader(message, group, original, body).reports())


class _Reader:
    """One pass over one report."""

    def __init__(self, message: Any, group: Any, original: str, body: bytes):
        self.message, self.group, self.original = message, group, original
        self.report_id = xml.text(message, "GrpHdr/MsgId") or hashlib.sha256(body).hexdigest()[:32]
        self.occurred_at = moment(xml.text(message, "GrpHdr/CreDtTm"))
        self.singled_out: set[str] = set()
        self.anonymous: set[str] = set()
        """Statuses of payments that the bank speaks about without saying which."""

    def reports(self) -> Iterator[base.Report]:
        above = xml.text(self.group, "GrpSts")
        whole: list[tuple[str, Any]] = []
        for block in xml.children(self.message, "OrgnlPmtInfAndSts"):
            status = xml.text(block, "PmtInfSts")
            # a block without a word on itself inherits, reason included
            whole.append((status, block) if status else (above, self.group))
            for payment in xml.children(block, "TxInfAndSts"):
                yield from self._single(payment, status or above)
        # .02-like reports put payments right below the message
        for payment in xml.children(self.message, "TxInfAndSts"):
            yield from self._single(payment, above)
        yield from self._whole(whole or [(above, self.group)])

    def _single(self, payment: Any, inherited: str) -> Iterator[base.Report]:
        status = xml.text(payment, "TxSts") or inherited
        reference = xml.text(payment, "OrgnlEndToEndId")
        if reference in _NO_REFERENCE:
            reference = xml.text(payment, "OrgnlInstrId")
        if reference in _NO_REFERENCE:
            self.anonymous.add(status)
            return
        reference = kept.name(reference)
        self.singled_out.add(reference)
        amount = xml.child(payment, "OrgnlTxRef/Amt/InstdAmt")
        currency = amount.get("Ccy", "") if amount is not None else ""
        yield self._report(
            status,
            payment,
            end_to_end_id=reference,
            amount_minor=amounts.minor(amount.text, currency) if amount is not None else None,
            currency=currency,
            bank_reference=xml.text(payment, "AcctSvcrRef"),
        )

    def _whole(self, levels: list[tuple[str, Any]]) -> Iterator[base.Report]:
        statuses = {status for status, _ in levels}
        said = statuses - {"", _MIXED}
        if not said:
            if self.anonymous:
                yield self._nameless("The bank reports on single payments without naming them.")
            return
        kinds = {kind(status) for status in said | (self.anonymous - {"", _MIXED})}
        if len(kinds) > 1 or len(statuses) > 1:
            yield self._nameless("The bank's report mixes statuses that cannot be told apart; read it.")
            return
        status, element = levels[0]
        yield self._report(status, element, except_for=frozenset(self.singled_out))

    def _nameless(self, text: str) -> base.Report:
        return base.Report(
            kind=base.ReportKind.NOTED,
            source_id=self._source(f":{_MIXED}"),
            message_id=self.original,
            except_for=frozenset(self.singled_out),
            text=text,
            occurred_at=self.occurred_at,
        )

    def _source(self, what: str) -> str:
        return kept.name(f"pain.002:{self.report_id}:{self.original}:{what}")

    def _report(self, status: str, element: Any, **fields: Any) -> base.Report:
        code, text = _reason(element)
        found = kind(status)
        if found is base.ReportKind.REJECTED and code in _DUPLICATE:
            found = base.ReportKind.NOTED
        if not code and found is not base.ReportKind.REJECTED:
            code = status
        return base.Report(
            kind=found,
            source_id=self._source(f"{fields.get('end_to_end_id', '')}:{status}"),
            message_id=self.original,
            code=code,
            text=text,
            occurred_at=self.occurred_at,
            **fields,
        )


def kind(status: str) -> base.ReportKind:
    """What an ISO status means to us; codes we do not know are worth showing and change nothing."""
    return _KINDS.get(status, base.ReportKind.NOTED)


def moment(written: str) -> datetime | None:
    """An ISO date-time as an aware one; without a zone it is taken as UTC. None for what cannot be read."""
    try:
        found = datetime.fromisoformat(written)
        return kept.moment(found if found.tzinfo else found.replace(tzinfo=UTC))
    except ValueError:
        return None


def _reason(element: Any) -> tuple[str, str]:
    """First reason code (ISO before proprietary) and everything said in words."""
    code, words = "", []
    for reason in xml.children(element, "StsRsnInf"):
        code = code or xml.text(reason, "Rsn/Cd") or xml.text(reason, "Rsn/Prtry")
        words += [(line.text or "").strip() for line in xml.children(reason, "AddtlInf")]
    return code, " ".join(word for word in words if word)
