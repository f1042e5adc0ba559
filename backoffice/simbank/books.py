"""What the bank knows, rebuilt from its log. Applying a record is the only way anything changes here.

Nothing in this file reads a clock or decides anything: the same log gives the same books, to the letter.
"""

import base64
import heapq
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from backoffice.simbank import camt053, faults, notices, pain002
from backoffice.simbank import profile as profiles

CALL, FILE = faults.CALL, faults.FILE
AccountKey = tuple[str, str, str]
"""Channel, account number, currency."""


@dataclass
class Instruction:
    """One payment the bank took on. `record` is its line in the log."""

    record: dict[str, Any]
    status: str = "accepted"

    def __getattr__(self, name: str) -> Any:
        try:
            return self.record[name]
        except KeyError:
            raise AttributeError(name) from None


@dataclass(frozen=True, order=True)
class Waiting:
    """A call or a file that the bank will take on only when it is due."""

    due: datetime
    number: int
    channel: str = field(compare=False)
    name: str = field(compare=False)
    body: bytes = field(compare=False, repr=False)


@dataclass
class BankAccount:
    """A customer's account with this bank."""

    holder: str
    opening_minor: int
    lines: list[camt053.Line] = field(default_factory=list)
    """Booked and not yet on a statement."""
    sequence: int = 0


class Books:
    def __init__(self, profile: profiles.Profile):
        self.profile = profile
        self.advanced = timedelta()
        self.instructions: dict[str, Instruction] = {}
        self.refusals: list[dict[str, Any]] = []
        self.by_key: dict[str, list[dict[str, Any]]] = {}
        """Idempotency key → the instruction and refusal records of its calls, oldest first."""
        self.files: dict[str, dict[str, Any]] = {}
        """File name → its record."""
        self.messages: dict[str, dict[str, Any]] = {}
        """MsgId → record of the latest file that was carried under it."""
        self.answers: Counter[str] = Counter()
        """MsgId → how many answers went out about it."""
        self.accounts: dict[AccountKey, BankAccount] = {}
        self.events: list[dict[str, Any]] = []
        self.outgoing: dict[str, bytes] = {}
        """Files for the customer's inbox, by name."""
        self.statements: dict[str, bytes] = {}
        """Statements the API hands out, by name."""
        self.open_day: date | None = None
        """The day that is being booked. None until there is an account."""
        self.due: list[tuple[datetime, str, str]] = []
        self.waiting: list[Waiting] = []
        """What the bank was given and has not taken on yet; a heap."""
        self.notices = notices.Notices()
        self.faults: list[dict[str, Any]] = []
        """What went wrong on the way, as it was decided."""
        self._told = self._put_off = 0
        self._references = 0

    def apply(self, record: dict[str, Any]) -> None:
        getattr(self, f"_{record['type']}")(record, moment(record["at"]))

    # What the log may hold, one method for each type of record

    def _clock(self, record: dict[str, Any], at: datetime) -> None:
        self.advanced += timedelta(seconds=record["seconds"])

    def _account(self, record: dict[str, Any], at: datetime) -> None:
        key = (record["channel"], record["number"], record["currency"])
        self.accounts[key] = BankAccount(record["holder"], record["opening_minor"])
        self.open_day = self.open_day or at.date()

    def _refusal(self, record: dict[str, Any], at: datetime) -> None:
        self.refusals.append(record)
        if record["channel"] == CALL:
            self.by_key.setdefault(record["key"], []).append(record)

    def _instruction(self, record: dict[str, Any], at: datetime) -> None:
        if record["id"] in self.instructions:
            raise RuntimeError(f"The log has two instructions {record['id']}: it cannot be trusted.")
        instruction = Instruction(record)
        self.instructions[record["id"]] = instruction
        if record["channel"] == CALL:
            self.by_key.setdefault(record["key"], []).append(record)
            self._tell(instruction, "accepted", "", at, record.get("told"))
        wait = self.profile.slow_after if record["slow"] else self.profile.settle_after
        heapq.heappush(self.due, (at + wait, record["id"], record["fate"]))

    def _file(self, record: dict[str, Any], at: datetime) -> None:
        self.files[record["name"]] = record
        if record.get("duplicate_of") is None and record["message_id"]:
            self.messages[record["message_id"]] = record
        for block in record["debits"]:
            key = (FILE, block["account"], "EUR")
            self._book(
                key,
                at,
                amount_minor=-block["cents"],
                message_id=record["message_id"],
                payment_information_id=block["payment_information_id"],
                batch_count=block["count"],
            )

    def _status(self, record: dict[str, Any], at: datetime) -> None:
        instruction = self.instructions[record["id"]]
        instruction.status = record["status"]
        if record["status"] == profiles.PAID and instruction.fate == profiles.RETURNED:
            seconds = instruction.record.get("return_seconds")
            wait = self.profile.return_after if seconds is None else timedelta(seconds=seconds)
            heapq.heappush(self.due, (at + wait, record["id"], "come back"))
        by_file = instruction.channel == FILE
        if record["status"] == profiles.PAID and not by_file:
            self._book_single(instruction, at, -instruction.amount_minor)
        if record["status"] == profiles.RETURNED or (record["status"] == profiles.FAILED and by_file):
            # a file's payments were debited together when it was taken: what is not delivered comes back
            self._book_single(instruction, at, instruction.amount_minor, return_reason=record["reason"])
        if not by_file:
            self._tell(instruction, record["status"], record["reason"], at, record.get("told"))

    def _answer(self, record: dict[str, Any], at: datetime) -> None:
        original = record["original"]
        self.answers[original["message_id"]] += 1
        body = pain002.write(
            report_id=record["report_id"],
            at=at,
            original=original,
            group_status=record["group_status"],
            reason=record["reason"],
            text=record["text"],
            payments=record["payments"],
        )

        def leave(copy: str) -> None:
            name = "-".join(part for part in ("pain002", record["report_id"], copy) if part)
            self.outgoing[f"{name}.xml"] = body[: len(body) // 2] if copy == notices.TORN else body

        self.notices.tell(f"file {original['message_id']}", leave, at=at, told=record.get("told"))

    def _fault(self, record: dict[str, Any], at: datetime) -> None:
        self.faults.append(record)

    def _waiting(self, record: dict[str, Any], at: datetime) -> None:
        self._put_off += 1
        due, body = at + timedelta(seconds=record["seconds"]), base64.b64decode(record["body"])
        waiting = Waiting(due, self._put_off, record["channel"], record["name"], body)
        heapq.heappush(self.waiting, waiting)

    def _waited(self, record: dict[str, Any], at: datetime) -> None:
        taken = heapq.heappop(self.waiting)
        if taken.number != record["number"]:
            raise RuntimeError(f"The log takes number {record['number']} out of turn: it cannot be trusted.")

    def _notices(self, record: dict[str, Any], at: datetime) -> None:
        self.notices.release(at)

    def _day(self, record: dict[str, Any], at: datetime) -> None:
        """The open day ends; every account gets its statement."""
        day = date.fromisoformat(record["day"])
        for (channel, number, currency), account in self.accounts.items():
            account.sequence += 1
            written = camt053.Day(
                statement_id=f"{number[-16:]}-{currency}-{channel[0].upper()}{account.sequence}",
                sequence=account.sequence,
                account=number,
                currency=currency,
                holder=account.holder,
                day=day,
                created_at=at,
                opening_minor=account.opening_minor,
                lines=account.lines,
            )
            name = f"camt053-{_safe(number)}-{currency}-{day}.xml"
            (self.outgoing if channel == FILE else self.statements)[name] = camt053.write(written)
            account.opening_minor, account.lines = written.closing_minor, []
        self.open_day = day + timedelta(days=1)

    def _book_single(
        self, instruction: Instruction, at: datetime, amount_minor: int, return_reason: str = ""
    ) -> None:
        self._book(
            (instruction.channel, instruction.account, instruction.currency),
            at,
            amount_minor=amount_minor,
            message_id=instruction.key,
            payment_information_id=instruction.payment_information_id,
            end_to_end_id=instruction.end_to_end_id,
            payee=instruction.payee,
            return_reason=return_reason,
        )

    def _book(self, key: AccountKey, at: datetime, **fields: Any) -> None:
        """On the open day, also when the clock is behind it because the day before was closed early."""
        day = max(at.date(), self.open_day or at.date())
        self._references += 1
        line = camt053.Line(
            reference=f"SIM{self._references:09d}", booking_date=day, value_date=day, **fields
        )
        self.accounts[key].lines.append(line)

    def _tell(
        self, instruction: Instruction, status: str, reason: str, at: datetime, told: dict[str, Any] | None
    ) -> None:
        self._told += 1
        event = {
            "id": f"evt_{self._told}",
            "sequence": 0,  # its place in the list, known when it comes
            "type": f"payment.{status}",
            "created_at": at.isoformat(),
            "payment": {
                "id": instruction.id,
                "key": instruction.key,
                "end_to_end_id": instruction.end_to_end_id,
                "amount_minor": instruction.amount_minor,
                "currency": instruction.currency,
            },
            "reason": {"code": reason, "text": ""},
        }

        def leave(copy: str) -> None:
            self.events.append(event | {"sequence": len(self.events) + 1})

        self.notices.tell(f"payment {instruction.id}", leave, at=at, told=told)


def moment(written: str) -> datetime:
    return datetime.fromisoformat(written).astimezone(UTC)


def _safe(number: str) -> str:
    return "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in number)
