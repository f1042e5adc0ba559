"""The sandbox rail: calls to the simulated bank, which remembers keys for a day and checks bodies."""

import re
from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from urllib.parse import quote

from payouts.rails import base
from payouts.rails.sandbox import messages
from sellers.ledger import money

_PAGE = 500
_REFERENCE = re.compile(r"[A-Z0-9]{1,15}")
_KEY = re.compile(r"[A-Za-z0-9-]{1,35}")
_LONGEST_NAME = 140
_LONGEST_REMITTANCE = 140


class Sandbox:
    name = "sandbox"
    title = "Simulated bank"
    capabilities = base.Capabilities(
        shape=base.Shape.CALL,
        deduplicates=True,
        key_window=timedelta(hours=24),
        lookup=True,
        checks_body=True,
        chunk_size=100,
        max_per_file=1,
        at_once=16,
    )

    def validate(self, instruction: base.Instruction) -> list[str]:
        """Shape only: which account numbers exist is the business of the countries' schemes."""
        problems = []
        if not _REFERENCE.fullmatch(instruction.end_to_end_id):
            problems.append(
                f"The reference “{instruction.end_to_end_id}” cannot be sent: use 1 to 15 of A–Z and 0–9."
            )
        if instruction.currency not in money.EXPONENTS:
            problems.append(f"“{instruction.currency}” is not a currency: use an ISO 4217 code.")
        if not 1 <= instruction.amount_minor <= money.CEILING_MINOR:
            problems.append("The amount must be more than zero, and at most what a single payment may carry.")
        if not instruction.payee.name.strip() or len(instruction.payee.name) > _LONGEST_NAME:
            problems.append(f"The payee needs a name of at most {_LONGEST_NAME} characters.")
        if not instruction.payee.account.number:
            problems.append("The payee's account has no number.")
        if len(instruction.remittance) > _LONGEST_REMITTANCE:
            problems.append(f"The text for the payee is longer than {_LONGEST_REMITTANCE} characters.")
        return problems

    def render(self, envelope: base.Envelope) -> bytes:
        if len(envelope.instructions) != 1:
            raise base.Unrenderable([f"A call carries one payment, not {len(envelope.instructions)}."])
        problems = self.validate(envelope.instructions[0])
        if not _KEY.fullmatch(envelope.key):
            problems.append(f"“{envelope.key}” cannot be a key: at most 35 letters, digits and dashes.")
        if not envelope.debtor.account.number:
            problems.append("The funding account has no number.")
        if problems:
            raise base.Unrenderable(problems)
        return messages.payment(envelope)

    def deliver(self, body: bytes, *, key: str, transport: base.CallTransport, now: datetime) -> base.Answer:
        headers = {"Content-Type": "application/json", "Idempotency-Key": key}
        return self._ask(transport, "POST", "/payments", key=key, headers=headers, body=body)

    def lookup(self, *, key: str, body: bytes, transport: base.CallTransport, now: datetime) -> base.Answer:
        answer = self._ask(transport, "GET", f"/payments?key={quote(key, safe='')}", key=key)
        return messages.about(answer, sent=body)

    def _ask(
        self,
        transport: base.CallTransport,
        method: str,
        path: str,
        *,
        key: str,
        headers: dict[str, str] | None = None,
        body: bytes = b"",
    ) -> base.Answer:
        try:
            reply = transport.call(method, path, headers=headers, body=body)
        except base.Unreachable as error:
            return base.Answer(outcome=base.Outcome.UNKNOWN, code=base.UNREACHABLE, text=str(error))
        return messages.answer(reply, key=key)

    def collect(
        self, *, transport: base.CallTransport, after: str = "", known: Collection[str] = ()
    ) -> Iterator[base.Document]:
        """Pages of events since the cursor, then the statements not in `known`."""
        while True:
            body = self._get(transport, f"/events?after={quote(after or '0', safe='')}&limit={_PAGE}")
            last, count = messages.cursor(body)
            if not count:
                break
            name = f"events-{after or '0'}-{last}.json"
            yield base.Document(name=name, kind=base.DocumentKind.ANSWERS, body=body, cursor=last)
            if last == after:
                raise base.Unreadable("The bank's events do not move on.")
            after = last
        for name in messages.statement_names(self._get(transport, "/statements")):
            if name not in known:
                body = self._get(transport, f"/statements/{name}")
                yield base.Document(name=name, kind=base.DocumentKind.STATEMENT, body=body)

    def handed_over(
        self, *, transport: base.CallTransport, known: Collection[str] = ()
    ) -> Iterator[base.HandedOver]:
        """Nothing: this bank answers about keys, it does not list them."""
        yield from ()

    def parse_answers(self, body: bytes) -> list[base.Report]:
        return messages.events(body)

    def _get(self, transport: base.CallTransport, path: str) -> bytes:
        reply = transport.call("GET", path)
        if reply.status != 200:
            raise base.Unreachable(f"The bank answered {path} with HTTP status {reply.status}.")
        return reply.body
