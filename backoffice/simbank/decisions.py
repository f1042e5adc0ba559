"""What the bank decides, as the records that will say so in its log. Nothing here writes, waits or reads a clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from backoffice.simbank import calls, pain001, wishes
from backoffice.simbank import profile as profiles
from backoffice.simbank.books import CALL, FILE, Books
from backoffice.simbank.journal import Record

_STATUS_CODES = {profiles.PAID: "ACCC", profiles.FAILED: "RJCT"}
_LONGEST_LABEL = 24


class Decisions:
    """Decisions of one moment. Each method answers the records of one write, in order."""

    def __init__(self, books: Books, profile: profiles.Profile, now: datetime):
        self._books, self._profile, self._at = books, profile, now.isoformat()

    def of_call(self, order: calls.Order, *, key: str, digest: str) -> list[Record]:
        """The last record is the payment itself, or its refusal."""
        record = self._payment(order, channel=CALL, key=key, digest=digest, taken=0)
        return [*self._openings([record]), record]

    def of_file(self, name: str, digest: str, message: pain001.Message) -> list[Record]:
        """Its payments, one debit for each block, and the first answer: an acceptance, or every payment by name."""
        decided: list[Record] = []
        debits: dict[tuple[str, str], Counter[str]] = {}
        inside: dict[tuple[str, str], list[list[Any]]] = {}
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
                payment = [transfer.end_to_end_id, transfer.cents, transfer.payee]
                inside.setdefault(block, []).append(payment)
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
                {
                    "payment_information_id": block[0], "account": block[1], **totals,
                    "singles": inside[block] if any(wishes.asks(p[2], "SINGLE") for p in inside[block]) else [],
                }
                for block, totals in debits.items()
            ],
        }  # fmt: skip
        answer = self._answer(file, "1", group, payments=payments if refused else ())
        return [*self._openings(decided), *decided, file, answer]

    def of_refused_file(self, name: str, digest: str, refusal: pain001.Refused) -> list[Record]:
        """A file that is not carried. Its message id stays free, unless it was used before (DU01)."""
        duplicate = refusal.message_id if refusal.code == "DU01" else None
        file: Record = {
            "type": "file", "at": self._at, "name": name, "sha256": digest, "debits": [],
            "original": {"message_id": refusal.message_id, "name": "pain.001.001.09", "count": 0, "cents": 0},
            "message_id": duplicate or "", "duplicate_of": duplicate,
        }  # fmt: skip
        number = f"X{1 + len(self._books.files)}"
        return [file, self._answer(file, number, "RJCT", reason=refusal.code, text=refusal.text)]

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
            records.append(
                {"type": "status", "at": self._at, "id": identity, "status": status, "reason": reason}
            )
            code = _STATUS_CODES.get(status, "")
            if status == profiles.RETURNED and wishes.asks(instruction.payee, "TWICE"):
                code = "RJCT"  # the statement tells of it too
            if instruction.channel == FILE and code:
                named = [instruction.payment_information_id, instruction.end_to_end_id]
                answers.setdefault(instruction.key, []).append([*named, code, reason])
        for message_id, payments in answers.items():
            number = str(1 + self._books.answers[message_id])
            records.append(self._answer(self._books.messages[message_id], number, "", payments=payments))
        return records

    def _payment(self, order: calls.Order, *, channel: str, key: str, digest: str, taken: int) -> Record:
        """An instruction, or a refusal, which creates nothing. `taken`: instructions before it in the same write."""
        fate = profiles.plan(profile=self._profile, payee=order.payee, end_to_end_id=order.end_to_end_id)
        record: Record = {
            "type": "instruction", "at": self._at, "channel": channel, "key": key,
            "payment_information_id": order.payment_information_id, "end_to_end_id": order.end_to_end_id,
            "amount_minor": order.amount_minor, "currency": order.currency, "payee": order.payee,
            "payee_account": order.payee_account, "account": order.account, "holder": order.holder,
            "body_sha256": digest, "fate": fate.outcome, "reason": fate.reason, "slow": fate.slow,
        }  # fmt: skip
        if order.problem or fate.outcome == profiles.REJECTED:
            return record | {"type": "refusal", "reason": order.problem or fate.reason}
        return record | {"id": f"SB{len(self._books.instructions) + taken + 1:08d}"}

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
    ) -> Record:
        """An answer to a file. Its id is at most 35 long and tells files and answers apart."""
        label = file["message_id"]
        if not label or len(label) > _LONGEST_LABEL:
            label = f"{label[:11]}-{file['sha256'][:12]}".lstrip("-")
        return {
            "type": "answer", "at": self._at, "original": file["original"], "payments": list(payments),
            "report_id": f"{label}-{number}", "group_status": group_status, "reason": reason, "text": text,
        }  # fmt: skip


def _next_status(status: str, fate: str) -> str | None:
    if fate == "come back":
        return profiles.RETURNED if status == profiles.PAID else None
    if status != "accepted":
        return None
    return profiles.FAILED if fate == profiles.FAILED else profiles.PAID
