"""The bank's own reader of pain.001. Written apart from the writer it judges; it believes only what it has
counted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lxml import etree

_NAMESPACES = {
    f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}": f"pain.001.001.{version}"
    for version in ("03", "09")
}


class Refused(ValueError):
    """The file as a whole is not carried. `code` is an ISO 20022 status reason."""

    def __init__(self, code: str, text: str, *, message_id: str = ""):
        self.code, self.text, self.message_id = code, text, message_id
        super().__init__(text)


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """One credit transfer. Amount in cents."""

    payment_information_id: str
    end_to_end_id: str
    cents: int
    currency: str
    payee: str
    iban: str
    debtor: str
    debtor_iban: str


@dataclass(frozen=True, kw_only=True)
class Message:
    message_id: str
    name: str
    transfers: tuple[Transfer, ...]

    @property
    def cents(self) -> int:
        return sum(transfer.cents for transfer in self.transfers)


def read(body: bytes) -> Message:
    """The message, with all its totals recounted. Raises `Refused`."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(body, parser)
    except etree.XMLSyntaxError as error:
        raise Refused("FF01", f"Not well-formed XML: {error}") from error
    namespace = etree.QName(root).namespace or ""
    if namespace not in _NAMESPACES:
        raise Refused("FF01", "Not a pain.001.001.03 or pain.001.001.09.")
    within = {"p": namespace}

    def one(element: Any, path: str) -> str:
        found = element.xpath(f"string({path})", namespaces=within)
        return str(found).strip()

    message_id = one(root, "//p:GrpHdr/p:MsgId")
    try:
        message = Message(
            message_id=message_id,
            name=_NAMESPACES[namespace],
            transfers=tuple(
                transfer
                for block in root.xpath("//p:PmtInf", namespaces=within)
                for transfer in _block(block, within, one)
            ),
        )
        _compare(
            one(root, "//p:GrpHdr/p:NbOfTxs"), one(root, "//p:GrpHdr/p:CtrlSum"), message.transfers, "AM16"
        )
    except (ArithmeticError, ValueError) as error:
        if isinstance(error, Refused):
            raise Refused(error.code, error.text, message_id=message_id) from error
        raise Refused("FF01", f"A number cannot be read: {error}", message_id=message_id) from error
    if not message_id or not message.transfers:
        raise Refused("FF01", "No message id, or no payments.", message_id=message_id)
    return message


def _block(block: Any, within: dict[str, str], one: Any) -> Iterator[Transfer]:
    identity, debtor = one(block, "p:PmtInfId"), one(block, "p:Dbtr/p:Nm")
    debtor_iban = one(block, "p:DbtrAcct/p:Id/p:IBAN")
    transfers = [
        Transfer(
            payment_information_id=identity,
            end_to_end_id=one(element, "p:PmtId/p:EndToEndId"),
            cents=_cents(one(element, "p:Amt/p:InstdAmt")),
            currency=one(element, "p:Amt/p:InstdAmt/@Ccy"),
            payee=one(element, "p:Cdtr/p:Nm"),
            iban=one(element, "p:CdtrAcct/p:Id/p:IBAN"),
            debtor=debtor,
            debtor_iban=debtor_iban,
        )
        for element in block.xpath("p:CdtTrfTxInf", namespaces=within)
    ]
    _compare(one(block, "p:NbOfTxs"), one(block, "p:CtrlSum"), transfers, "AM17")
    yield from transfers


def _compare(count: str, total: str, transfers: Sequence[Transfer], wrong_sum: str) -> None:
    """What the file says of itself against what was counted. A total that is left out says nothing."""
    if count and int(count) != len(transfers):
        raise Refused("AM18", f"{count} payments announced, {len(transfers)} found.")
    if total and _cents(total) != sum(transfer.cents for transfer in transfers):
        raise Refused(wrong_sum, f"Control sum {total} is not the sum of the payments.")


def _cents(written: str) -> int:
    cents = Decimal(written).scaleb(2)
    if cents != int(cents) or cents <= 0:
        raise ValueError(f"“{written}” is not an amount in cents")
    return int(cents)
