"""What the bank decides, as the records that will say so in its log. Nothing here writes, waits or reads a clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from backoffice.simbank import calls, faults, notices, pain001
from backoffice.simbank import profile as profiles
from backoffice.simbank.books import CALL, FILE, Books
from backoffice.simbank.journal import Record

_STATUS_CODES = {profiles.PAID: "ACCC", profiles.FAILED: "RJCT"}
_NOTICE_NUMBERS = {"accepted": 1, profiles.PAID: 2, profiles.FAILED: 2, profiles.RETURNED: 3}
_RETURN_REASONS = ("AC04", "AC06", "MD07", "MS03")
_LONGEST_LABEL = 24


class Decisions:
    """Decisions of one moment. Each method answers the records of one write, in order."""

    def __init__(self, books: Books, profile: profiles.Profile, now: datetime):
        self._books, self._profile, self._now, self._at = books, profile, now, now.isoformat()

    def of_call(self, order: calls.Order, *, key: str, digest: str) -> list[Record]:
        """The last record is the payment itself, or its refusal."""
        record = self._payment(order, channel=CALL, key=key, digest=digest, taken=0)
        wrong = self._disturb(record, CALL, order.end_to_end_id, _NOTICE_NUMBERS["accepted"])
        return [*wrong, *self._returns([record]), *self._openings([record]), record]

    def of_file(self, name: str, digest: str, message: pain001.Message) -> list[Record]:
        """Its payments, one debit for each block, and the first answer: an acceptance, or every payment by name."""
        decided: list[Record] = []
        debits: dict[tuple[str, str], Counter[str]] = {}
        payments, taken = [], 0
        for transfer in message.transfers:
            order = calls.of_transfer(transfer)
            record = self._payment(order, channel=FILE, key=message.message_id, digest=digest, taken=taken)
            decided.append(record)
            carried = record["type"] == "instruction"
            taken += carried
            status, reason = ("ACCP", "") if carried else ("RJCT", record["reason"])
            payments.append([transfer.payment_information_id, transfer.end_to_end_id, status, reason])
            if carried:
                block = (transfer.payment_information_id, transfer.debtor_iban)
                debits.setdefault(block, Counter()).update(count=1, cents=transfer.cents)
        refused = len(decided) - taken
        group = "ACCP" if not refused else "RJCT" if refused == len(decided) else "PART"
        original = {
            "message_id": message.message_id, "name": message.name,
            "count": len(decided), "cents": message.cents,
        }  # fmt: skip
        file: Record = {
            "type": "file", "at": self._at, "name": name, "sha256": digest, "message_id": message.message_id,
            "original": original,
            "debits": [
                {"payment_information_id": block, "account": account, **totals}
                for (block, account), totals in debits.items()
            ],
        }  # fmt: skip
        again = message.message_id in self._books.messages
        number = str(1 + self._books.answers[message.message_id]) if again else "1"
        answer = self._answer(file, number, group, payments=payments if refused else ())
        return [*self._returns(decided), *self._openings(decided), *decided, file, *answer]

    def of_ignored_file(self, name: str, digest: str, message: pain001.Message) -> list[Record]:
        """A file under a message id that is known, dropped without a word."""
        file: Record = {
            "type": "file", "at": self._at, "name": name, "sha256": digest, "debits": [],
            "original": {"message_id": message.message_id, "name": message.name, "count": 0, "cents": 0},
            "message_id": message.message_id, "duplicate_of": message.message_id,
        }  # fmt: skip
        return [file]

    def of_refused_file(self, name: str, digest: str, refusal: pain001.Refused) -> list[Record]:
        """A file that is not carried. Its message id stays free, unless it was used before (DU01)."""
        duplicate = refusal.message_id if refusal.code == "DU01" else None
        file: Record = {
            "type": "file", "at": self._at, "name": name, "sha256": digest, "debits": [],
            "original": {"message_id": refusal.message_id, "name": "pain.001.001.09", "count": 0, "cents": 0},
            "message_id": duplicate or "", "duplicate_of": duplicate,
        }  # fmt: skip
        number = f"X{1 + len(self._books.files)}"
        return [file, *self._answer(file, number, "RJCT", reason=refusal.code, text=refusal.text)]

    def of_time(self, moving: Iterable[tuple[str, str]]) -> list[Record]:
        """(instruction, fate) whose time has come: their new status, and one answer for each file they stand in."""
        records: list[Record] = []
        answers: dict[str, list[list[str]]] = {}
        for identity, fate in moving:
            instruction = self._books.instructions[identity]
            status = _next_status(instruction.status, fate)
            if status is None:
                continue  # a restart put it into the queue again
            reason = instruction.reason if status != profiles.PAID else ""
            record: Record = {
                "type": "status", "at": self._at, "id": identity, "status": status, "reason": reason,
            }  # fmt: skip
            if instruction.channel == CALL:
                number = _NOTICE_NUMBERS[status]
                records += self._disturb(record, CALL, instruction.end_to_end_id, number)
            records.append(record)
            if instruction.channel == FILE and status in _STATUS_CODES:
                named = [instruction.payment_information_id, instruction.end_to_end_id]
                answers.setdefault(instruction.key, []).append([*named, _STATUS_CODES[status], reason])
        for message_id, payments in answers.items():
            answer = 1 + self._books.answers[message_id]
            records += self._answer(self._books.messages[message_id], str(answer), "", payments=payments)
        return records

    def _payment(self, order: calls.Order, *, channel: str, key: str, digest: str, taken: int) -> Record:
        """An instruction, or a refusal, which creates nothing. `taken`: instructions before it in the same write."""
        fate = profiles.plan(
            profile=self._profile, payee=order.payee, end_to_end_id=order.end_to_end_id, channel=channel
        )
        record: Record = {
            "type": "instruction", "at": self._at, "channel": channel, "key": key,
            "payment_information_id": order.payment_information_id, "end_to_end_id": order.end_to_end_id,
            "amount_minor": order.amount_minor, "currency": order.currency, "payee": order.payee,
            "payee_account": order.payee_account, "account": order.account, "holder": order.holder,
            "body_sha256": digest, "fate": fate.outcome, "reason": fate.reason, "slow": fate.slow,
        }  # fmt: skip
        if order.problem or fate.outcome == profiles.REJECTED:
            return record | {"type": "refusal", "reason": order.problem or fate.reason}
        record["id"] = f"SB{len(self._books.instructions) + taken + 1:08d}"
        return record | (self._comes_back(channel, order) if fate.outcome == profiles.PAID else {})

    def _comes_back(self, channel: str, order: calls.Order) -> Record:
        """What the fault "return-after-paid" changes about a payment that would just be paid."""
        reference, seed = order.end_to_end_id, self._profile.seed
        decided = faults.decide(
            self._profile, channel=channel, point=faults.Point.SETTLE, key=order.end_to_end_id
        )
        if decided is None:
            return {}
        days = 1 + faults.lot(seed, "days", reference) % self._profile.return_days
        reason = _RETURN_REASONS[faults.lot(seed, "reason", reference) % len(_RETURN_REASONS)]
        return {"fate": profiles.RETURNED, "reason": reason, "return_seconds": days * 86_400}

    def _returns(self, decided: Sequence[Record]) -> list[Record]:
        """Says which of these payments the fault "return-after-paid" met."""
        point, name = faults.Point.SETTLE, faults.Fault.RETURN_AFTER_PAID
        return [
            fault(
                self._now,
                channel=record["channel"],
                point=point,
                key=record["end_to_end_id"],
                number=1,
                name=name,
            )
            for record in decided
            if "return_seconds" in record
        ]

    def _disturb(self, record: Record, channel: str, key: str, number: int) -> list[Record]:
        """Has the record say how it is told, and answers what goes wrong with that, if anything does."""
        if record["type"] == "refusal":
            return []  # nobody is told of a refusal but who called
        point = faults.Point.TELL
        decided = faults.decide(self._profile, channel=channel, point=point, key=key, number=number)
        told = notices.telling(
            after=self._profile.file.answers_after.total_seconds() if channel == FILE else 0,
            late=self._profile.late_after.total_seconds(),
            fault=decided,
        )
        if told:
            record["told"] = told
        if decided is None:
            return []
        return [fault(self._now, channel=channel, point=point, key=key, number=number, name=decided)]

    def _openings(self, decided: Sequence[Record]) -> list[Record]:
        """Opens the debtors' accounts that the bank hears of for the first time."""
        holders = {
            (record["channel"], record["account"], record["currency"]): record["holder"]
            for record in decided
            if record["type"] == "instruction"
        }
        return [
            {
                "type": "account", "at": self._at, "channel": key[0], "number": key[1], "currency": key[2],
                "holder": holder, "opening_minor": self._profile.opening_minor,
            }
            for key, holder in holders.items()
            if key not in self._books.accounts
        ]  # fmt: skip

    def _answer(
        self,
        file: Record,
        number: str,
        group_status: str,
        *,
        payments: Sequence[Sequence[str]] = (),
        reason: str = "",
        text: str = "",
    ) -> list[Record]:
        """An answer to a file, behind what goes wrong with it. Its id is at most 35 long and tells files and
        answers apart."""
        label = file["message_id"]
        if not label or len(label) > _LONGEST_LABEL:
            label = f"{label[:11]}-{file['sha256'][:12]}".lstrip("-")
        answer: Record = {
            "type": "answer", "at": self._at, "original": file["original"], "payments": list(payments),
            "report_id": f"{label}-{number}", "group_status": group_status, "reason": reason, "text": text,
        }  # fmt: skip
        message_id = file["original"]["message_id"]
        return [*self._disturb(answer, FILE, message_id, 1 + self._books.answers[message_id]), answer]


def fault(
    now: datetime, *, channel: str, point: faults.Point, key: str, number: int, name: faults.Fault
) -> Record:
    """The record of something that goes wrong. It changes nothing by itself."""
    return {
        "type": "fault", "at": now.isoformat(), "channel": channel, "point": point, "key": key, "try": number,
        "fault": name,
    }  # fmt: skip


def _next_status(status: str, fate: str) -> str | None:
    if fate == "come back":
        return profiles.RETURNED if status == profiles.PAID else None
    if status != "accepted":
        return None
    return profiles.FAILED if fate == profiles.FAILED else profiles.PAID
