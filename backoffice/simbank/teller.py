"""Who receives calls and files for the bank, and gets wrong what the profile's faults say.

The one place where faults meet what comes in, with or without a network: `server.py` puts its replies on the
wire, `exchange.py` asks it about files, and a test can hold the other end itself. Each fault is in the log
before it happens.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta

from backoffice.simbank import bank as banks
from backoffice.simbank import faults, intake
from backoffice.simbank.faults import CALL, FILE, Fault, Point

_NONSENSE = b"<html><body>Scheduled maintenance</body></html>"


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What the caller gets after `wait`: a status and a body, or, when `dropped`, a connection that broke off."""

    status: int = 0
    body: bytes = b""
    wait: timedelta = timedelta()
    dropped: bool = False


class Teller:
    def __init__(self, bank: banks.Bank):
        self.bank = bank
        self._tries: Counter[tuple[str, str, str]] = Counter()
        for record in bank.books.faults:  # a bank started again does not begin anew with the same faults
            key = (record["channel"], record["point"], record["key"])
            self._tries[key] = max(self._tries[key], record["try"])

    def pay(self, *, key: str, body: bytes) -> Reply:
        """A payment by call."""
        bank, manners = self.bank, self.bank.profile.call
        with bank.lock:
            fault = self._meet(CALL, Point.SEND, key)
            if fault is Fault.REFUSE_BEFORE:
                return _refused(key)
            if fault is Fault.DROP_BEFORE:
                return Reply(dropped=True)
            put_off = bank.profile.late_after if fault is Fault.ACCEPT_LATE else manners.accepts_after
            known = bank.remembers_call(key=key, body=body)
            if put_off and not known:
                bank.put_off(CALL, name=key, body=body, wait=put_off)
                return Reply(wait=manners.answers_after, dropped=True)
            status, answer = bank.take_call(key=key, body=body)
        if fault in {Fault.DROP_AFTER, Fault.ACCEPT_LATE}:
            return Reply(wait=manners.answers_after, dropped=True)
        if fault is Fault.ERROR_AFTER:
            status, answer = 500, {"key": key, "error": {"code": "internal", "message": "Something broke."}}
        sent = _NONSENSE if fault is Fault.GARBAGE else banks.dump(answer)
        return Reply(status=200 if fault is Fault.GARBAGE else status, body=sent, wait=manners.answers_after)

    def ask(self, key: str) -> Reply:
        """A question about a key."""
        with self.bank.lock:
            status, answer = self.bank.find_call(key)
            fault = self._meet(CALL, Point.ASK, key, missing=status == 404)
        if fault is Fault.REFUSE_BEFORE:
            return _refused(key)
        if fault is Fault.DROP_BEFORE:
            return Reply(dropped=True)
        if fault is Fault.GARBAGE:
            return Reply(status=200, body=_NONSENSE)
        if fault is Fault.STALE_NOT_FOUND:
            status, answer = intake.not_found(key)
        return Reply(status=status, body=banks.dump(answer))

    def take_file(self, name: str, body: bytes) -> bool:
        """A file that was left for the bank. False: it is left lying; come again."""
        bank = self.bank
        with bank.lock:
            if bank.has_file(name):
                return True
            fault = self._meet(FILE, Point.SEND, name)
            if fault is Fault.REFUSE_BEFORE:
                return False
            late = fault is Fault.ACCEPT_LATE
            put_off = bank.profile.late_after if late else bank.profile.file.accepts_after
            if put_off:
                bank.put_off(FILE, name=name, body=body, wait=put_off)
            else:
                bank.take_file(name, body)
            return True

    def _meet(self, channel: str, point: Point, key: str, *, missing: bool = False) -> Fault | None:
        """Counts the try; what goes wrong with it, written down. What is not there cannot be overlooked."""
        if not self.bank.profile.of(channel).faults:
            return None
        self._tries[channel, point, key] += 1
        number = self._tries[channel, point, key]
        fault = faults.decide(self.bank.profile, channel=channel, point=point, key=key, number=number)
        if fault is Fault.STALE_NOT_FOUND and missing:
            return None
        if fault:
            self.bank.note_fault(channel=channel, point=point, key=key, number=number, name=fault)
        return fault


def _refused(key: str) -> Reply:
    text = "The bank takes nothing now. Nothing was recorded."
    return Reply(status=503, body=banks.dump({"key": key, "error": {"code": "unavailable", "message": text}}))
