"""The simulated bank: takes files and calls, settles what is due, closes its days.

Every decision is written to the log before it takes effect and before anybody is answered, under one lock.
After a crash the log alone rebuilds everything; what was not written did not happen.
"""

import hashlib
import heapq
import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from backoffice.simbank import calls, decisions, pain001
from backoffice.simbank import profile as profiles
from backoffice.simbank.books import Books, moment
from backoffice.simbank.journal import Journal, Record


def _real_time() -> datetime:
    return datetime.now(UTC)


class Bank:
    def __init__(
        self, journal: Journal, profile: profiles.Profile, *, real_time: Callable[[], datetime] = _real_time
    ):
        self.lock = threading.RLock()
        self.books = Books(profile)
        self._journal, self._profile, self._real_time = journal, profile, real_time
        for record in journal.records():
            self.books.apply(record)

    def now(self) -> datetime:
        """The bank's clock: real time plus what `advance` added."""
        return self._real_time() + self.books.advanced

    # Taking payments

    def take_call(self, *, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """One payment by API: HTTP status and answer. The same key and body within the window change
        nothing."""
        digest = hashlib.sha256(body).hexdigest()
        with self.lock:
            now = self.now()
            known = self.books.by_key.get(key)
            if known and now - moment(known["at"]) < self._profile.key_window:
                if known["body_sha256"] != digest:
                    return calls.refused(key, "key_reused", "Another payment was sent under this key.")
                return self._view(known, fresh=False)
            try:
                order = calls.read(key, body)
            except calls.Invalid as error:
                return calls.refused(key, error.code, str(error))
            records = self._decisions(now).of_call(order, key=key, digest=digest)
            self._write(records)
            record = records[-1]
            return self._view(record, fresh=True)

    def find_call(self, key: str) -> tuple[int, dict[str, Any]]:
        """What stands under a key, for ever."""
        with self.lock:
            known = self.books.by_key.get(key)
            if known is None:
                return 404, {
                    "key": key,
                    "error": {"code": "not_found", "message": "Nothing stands under this key."},
                }
            return 200, self._view(known, fresh=False)[1]

    def take_file(self, name: str, body: bytes) -> None:
        """One file, whole: its payments, its debits and the first answer are one write. A known name is
        skipped."""
        with self.lock:
            if name in self.books.files:
                return
            now, digest = self.now(), hashlib.sha256(body).hexdigest()
            try:
                message = pain001.read(body)
                if message.message_id in self.books.messages:
                    raise pain001.Refused(
                        "DU01", "This message id was used before.", message_id=message.message_id
                    )
            except pain001.Refused as refusal:
                self._write(self._decisions(now).of_refused_file(name, digest, refusal))
                return
            self._write(self._decisions(now).of_file(name, digest, message))

    def _view(self, record: Record, *, fresh: bool) -> tuple[int, dict[str, Any]]:
        if record["type"] == "refusal":
            text = "The bank does not carry this payment."
            number, answer = calls.refused(record["key"], "payee_refused", text, reason=record["reason"])
            return number, answer | {"status": "rejected", "body_sha256": record["body_sha256"]}
        shown = ("id", "key", "end_to_end_id", "amount_minor", "currency", "body_sha256")
        status = self.books.instructions[record["id"]].status
        return 201 if fresh else 200, {name: record[name] for name in shown} | {"status": status}

    # Letting time pass

    def tick(self) -> None:
        """Everything that is due by now, in the order in which it falls due."""
        with self.lock:
            now = self.now()
            while True:
                due = self.books.due[0][0] if self.books.due else None
                midnight = self._midnight()
                if midnight is not None and midnight <= now and (due is None or midnight <= due):
                    self._close_day(midnight)
                elif due is not None and due <= now:
                    self._settle(due)
                else:
                    return

    def advance(self, seconds: float) -> None:
        """Move the bank's clock forward and do what falls due on the way."""
        if not 0 <= seconds <= 400 * 86_400:
            raise ValueError("The clock moves forward by 0 to 34,560,000 seconds (400 days).")
        with self.lock:
            self._write([{"type": "clock", "at": self.now().isoformat(), "seconds": seconds}])
            self.tick()

    def close_days(self, until: date) -> None:
        """End the open day early, up to and including `until`; what comes later today is booked on the day
        after."""
        with self.lock:
            self.tick()
            now = self.now()
            if until > now.date():
                raise ValueError(f"{until} has not come yet: the bank's date is {now.date()}.")
            while self.books.open_day is not None and self.books.open_day <= until:
                self._close_day(now)

    def move(self, *, channel: str, account: str, currency: str, amount_minor: int, text: str) -> None:
        """Money moves on a customer's account that is no payment of theirs: negative is a debit. Minor units.

        Raises `ValueError` for an account the bank does not know, for nothing, and without a text.
        """
        with self.lock:
            key = (channel, account, currency)
            if key not in self.books.accounts or not amount_minor or not text.strip():
                raise ValueError("Name an account that has been used, a text, and an amount other than zero.")
            record = {
                "type": "movement", "at": self.now().isoformat(), "channel": channel, "number": account,
                "currency": currency, "amount_minor": amount_minor, "text": text.strip(),
            }  # fmt: skip
            self._write([record])

    def _midnight(self) -> datetime | None:
        """When the open day ends."""
        day = self.books.open_day
        return None if day is None else datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)

    def _close_day(self, at: datetime) -> None:
        self._write([{"type": "day", "at": at.isoformat(), "day": str(self.books.open_day)}])

    def _settle(self, due: datetime) -> None:
        """Every payment that falls due at this moment moves on."""
        moving = []
        while self.books.due and self.books.due[0][0] == due:
            _, identity, fate = heapq.heappop(self.books.due)
            moving.append((identity, fate))
        records = self._decisions(due).of_time(moving)
        if records:
            self._write(records)

    def _decisions(self, now: datetime) -> decisions.Decisions:
        return decisions.Decisions(self.books, self._profile, now)

    def _write(self, records: list[Record]) -> None:
        """To disk first, then into the books."""
        self._journal.append(records)
        for record in records:
            self.books.apply(record)

    # For judges

    def judgement(self) -> dict[str, Any]:
        """Every instruction the bank ever took on, with counts and sums. What a test or a person compares
        with."""
        with self.lock:
            records = [
                instruction.record | {"status": instruction.status}
                for instruction in self.books.instructions.values()
            ]
            sums: Counter[str] = Counter()
            seen: Counter[str] = Counter()
            for record in records:
                sums[record["currency"]] += record["amount_minor"]
                seen[record["end_to_end_id"]] += 1
            return {
                "count": len(records),
                "sums": dict(sums),
                "statuses": dict(Counter(record["status"] for record in records)),
                "repeated": sorted(reference for reference, times in seen.items() if times > 1),
                "refusals": len(self.books.refusals),
                "now": self.now().isoformat(),
                "instructions": records,
            }

    def events_after(self, sequence: int, limit: int) -> dict[str, Any]:
        with self.lock:
            page = self.books.events[sequence : sequence + limit]
            return {"events": page, "last": page[-1]["sequence"] if page else sequence}


def load(body: bytes) -> dict[str, Any]:
    """The JSON object in a request. Raises `ValueError`."""
    content = json.loads(body)
    if not isinstance(content, dict):
        raise ValueError("The body must be a JSON object.")
    return content


def dump(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer, ensure_ascii=False).encode()
