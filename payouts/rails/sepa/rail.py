"""The SEPA rail: one file per batch, left in a directory; answers are found in another.

Delivery is idempotent: the file is named after its key, never overwritten and never taken away (see
`transports.DirectoryTransport`), and banks refuse a MsgId they have seen (DU01).
"""

import hashlib
import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

from payouts.rails import base, xml
from payouts.rails.sepa import checks, pain001, pain002, schema

_NAME = re.compile(r"pain001-(.+)\.xml")
_KINDS = {
    "CstmrPmtStsRpt": base.DocumentKind.ANSWERS,
    "BkToCstmrStmt": base.DocumentKind.STATEMENT,
}

_NEVER = datetime.max.replace(tzinfo=UTC)


class Sepa:
    name = "sepa"
    title = "SEPA"
    capabilities = base.Capabilities(
        shape=base.Shape.FILE,
        deduplicates=True,
        key_window=timedelta(days=15),
        lookup=True,
        checks_body=True,
        chunk_size=1,
        max_per_file=20_000,
    )

    def validate(self, instruction: base.Instruction) -> list[str]:
        return checks.instruction_problems(instruction)

    def render(self, envelope: base.Envelope) -> bytes:
        problems = checks.envelope_problems(envelope, max_per_file=self.capabilities.max_per_file)
        if problems:
            raise base.Unrenderable(problems)
        body = "".join(pain001.pieces(envelope)).encode()
        if problems := schema.problems(body):
            raise base.Unrenderable(problems)
        return body

    def deliver(self, body: bytes, *, key: str, transport: base.FileTransport, now: datetime) -> base.Answer:
        name = file_name(key)
        try:
            created = transport.put(name, body)
        except FileExistsError as error:
            return _unknown(
                base.CONFLICT, f"{error} Nothing was sent. Compare both files before doing anything."
            )
        except base.Unreachable as error:
            return _unknown(base.UNREACHABLE, str(error))
        text = f"Left for the bank as {name}." if created else f"{name} had already been left for the bank."
        return base.Answer(outcome=base.Outcome.ACCEPTED, code="LEFT", text=text, bank_reference=name)

    def lookup(self, *, key: str, body: bytes, transport: base.FileTransport, now: datetime) -> base.Answer:
        name = file_name(key)
        try:
            held = transport.holds(name)
        except base.Unreachable as error:
            return _unknown(base.UNREACHABLE, str(error))
        if held is None:
            return _unknown(base.NOT_FOUND, f"{name} does not stand in the bank's outbox.")
        if hashlib.sha256(held).digest() != hashlib.sha256(body).digest():
            return _unknown(
                base.CONFLICT,
                f"{name} stands in the bank's outbox with other content than ours. Compare both files before doing "
                "anything.",
            )
        text = f"{name} stands in the bank's outbox."
        return base.Answer(outcome=base.Outcome.ACCEPTED, code="FOUND", text=text, bank_reference=name)

    def collect(
        self, *, transport: base.FileTransport, after: str = "", known: Collection[str] = ()
    ) -> Iterator[base.Document]:
        """Every file of the inbox that is not in `known`, in the order in which the bank made them, by their own
        word: names need not follow it, and a rejection means something else before an acceptance than after it. Those
        that do not say when come last, by name. `after` is not used."""
        new = [name for name in transport.inbox() if name not in known]
        if len(new) > 1:
            new.sort(key=lambda name: _made_at(transport.read(name)))
        for name in new:
            body = transport.read(name)
            yield base.Document(name=name, kind=_kind(body), body=body)

    def handed_over(
        self, *, transport: base.FileTransport, known: Collection[str] = ()
    ) -> Iterator[base.HandedOver]:
        """Every payment of the files that stand in the outbox under other keys than `known`."""
        for name in transport.left():
            found = _NAME.fullmatch(name)
            body = transport.holds(name) if found is not None and found[1] not in known else None
            if found is not None and body is not None:
                yield from pain001.payments(body, key=found[1])

    def parse_answers(self, body: bytes) -> list[base.Report]:
        return pain002.read(body)


def file_name(key: str) -> str:
    return f"pain001-{key}.xml"


def _kind(body: bytes) -> base.DocumentKind:
    try:
        return _KINDS.get(xml.root_message(xml.parse(body)), base.DocumentKind.UNRECOGNISED)
    except base.Unreadable:
        return base.DocumentKind.UNRECOGNISED


def _made_at(body: bytes) -> datetime:
    """The creation time in the document's head; the end of time where it has none."""
    try:
        root = xml.parse(body)
    except base.Unreadable:
        return _NEVER
    kind = xml.root_message(root)
    message = root if xml.name(root) == kind else xml.child(root, kind)
    written = xml.text(message, "GrpHdr/CreDtTm") if message is not None else ""
    return pain002.moment(written) or _NEVER


def _unknown(code: str, text: str) -> base.Answer:
    return base.Answer(outcome=base.Outcome.UNKNOWN, code=code, text=text)
