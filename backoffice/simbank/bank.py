"""The simulated bank: takes files and calls, settles what is due, closes its days.

Every decision is written to the log before it takes effect and before anybody is answered, under one lock.
After a crash the log alone rebuilds everything; what was not written did not happen.
"""

import base64
import hashlib
import heapq
import json
import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from backoffice.simbank import decisions, faults, intake
from backoffice.simbank import profile as profiles
from backoffice.simbank.books import FILE, Books
from backoffice.simbank.journal import Journal, Record


def _real_time() -> datetime:
    return datetime.now(UTC)


class Bank:
    def __init__(
        self, journal: Journal, profile: profiles.Profile, *, real_time: Callable[[], datetime] = _real_time
    ):
        self.lock = threading.RLock()
        self.books = Books(profile)
        self.profile = profile
        self._journal, self._real_time = journal, real_time
        for record in journal.records():
            self.books.apply(record)

    def now(self) -> datetime:
        """The bank's clock: real time plus what `advance` added."""
        return self._real_time() + self.books.advanced

    # Taking payments

    def take_call(self, *, key: str, body: bytes) -> tuple[int, dict[str, Any]]:
        """One payment by API: HTTP status and answer. What the profile remembers of the key changes nothing."""
        with self.lock:
            taking = self._taking_now()
            records, answer = taking.of_call(key, body)
            if answer is not None:
                return answer
            self._write(records)
            return taking.view(records[-1], fresh=True)

    def find_call(self, key: str) -> tuple[int, dict[str, Any]]:
        """What stands under a key, for ever."""
        with self.lock:
            return self._taking_now().lookup(key)

    def remembers_call(self, *, key: str, body: bytes) -> bool:
        """Whether this call would make nothing new because of its key."""
        with self.lock:
            digest = hashlib.sha256(body).hexdigest()
            return self._taking_now().known_call(key, digest) is not None

    def take_file(self, name: str, body: bytes) -> None:
        """One file, whole: its payments, its debits and the first answer are one write. A known name is
        skipped."""
        with self.lock:
            if records := self._taking_now().of_file(name, body):
                self._write(records)

    def has_file(self, name: str) -> bool:
        """Whether a file of that name was taken, or will be without being left again."""
        with self.lock:
            return name in self.books.files or any(
                (waiting.channel, waiting.name) == (FILE, name) for waiting in self.books.waiting
            )

    def put_off(self, channel: str, *, name: str, body: bytes, wait: timedelta) -> None:
        """The bank has it, durably, and takes it only after `wait`. `name`: of the file, or the call's key."""
        with self.lock:
            record: Record = {
                "type": "waiting", "at": self.now().isoformat(), "channel": channel, "name": name,
                "seconds": wait.total_seconds(), "body": base64.b64encode(body).decode(),
            }  # fmt: skip
            self._write([record])

    def note_fault(
        self, *, channel: str, point: faults.Point, key: str, number: int, name: faults.Fault
    ) -> None:
        """What the bank is about to get wrong, so that a run can be explained. It changes nothing else."""
        with self.lock:
            fault = decisions.fault(
                self.now(), channel=channel, point=point, key=key, number=number, name=name
            )
            self._write([fault])

    # Letting time pass

    def tick(self) -> None:
        """Everything that is due by now, in the order in which it falls due."""
        with self.lock:
            now = self.now()
            while True:
                waiting, due = self.books.waiting, self.books.due
                steps = [
                    (self._midnight(), self._close_day),
                    (waiting[0].due if waiting else None, self._take_waiting),
                    (due[0][0] if due else None, self._settle),
                    (self.books.notices.next_due, self._release_notices),
                ]
                ripe = [(at, step) for at, step in steps if at is not None and at <= now]
                if not ripe:
                    return
                at, step = min(ripe, key=lambda one: one[0])
                step(at)

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

    def _take_waiting(self, due: datetime) -> None:
        """What was put off until this moment, as if it came now."""
        waiting, taking = self.books.waiting[0], self._intake(due)
        if waiting.channel == FILE:
            records = taking.of_file(waiting.name, waiting.body)
        else:
            records, _ = taking.of_call(waiting.name, waiting.body)
        done: Record = {"type": "waited", "at": due.isoformat(), "number": waiting.number}
        self._write([*records, done])

    def _release_notices(self, due: datetime) -> None:
        self._write([{"type": "notices", "at": due.isoformat()}])

    def _decisions(self, now: datetime) -> decisions.Decisions:
        return decisions.Decisions(self.books, self.profile, now)

    def _taking_now(self) -> intake.Intake:
        """What comes now comes behind what was put off until now."""
        if self.books.waiting and self.books.waiting[0].due <= self.now():
            self.tick()
        return self._intake(self.now())

    def _intake(self, now: datetime) -> intake.Intake:
        return intake.Intake(self.books, self.profile, now)

    def _write(self, records: list[Record]) -> None:
        """To disk first, then into the books."""
        self._journal.append(records)
        for record in records:
            self.books.apply(record)

    # For judges

    def judgement(self) -> dict[str, Any]:
        """Every instruction the bank ever took on, with counts and sums. What a test or a person compares
        with.

        While `waiting` is not zero the bank will still take on what it was given; `untold` notices are to come.
        """
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
                "waiting": len(self.books.waiting),
                "untold": len(self.books.notices),
                "faults": dict(Counter(record["fault"] for record in self.books.faults)),
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
