"""What the bank makes of a call or a file: what it remembers of the key, what it answers, what it will record.

Like the decisions it is made of, nothing here writes or reads a clock.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from backoffice.simbank import calls, decisions, pain001
from backoffice.simbank import profile as profiles
from backoffice.simbank.books import Books, moment
from backoffice.simbank.journal import Record

Answer = tuple[int, dict[str, Any]]
"""HTTP status and content."""


class Intake:
    def __init__(self, books: Books, profile: profiles.Profile, now: datetime):
        self._books, self._profile, self._now = books, profile, now
        self._decisions = decisions.Decisions(books, profile, now)

    def of_call(self, key: str, body: bytes) -> tuple[list[Record], Answer | None]:
        """The records of a new payment, the last of which is the payment or its refusal; or no record and the
        answer."""
        digest = hashlib.sha256(body).hexdigest()
        known = self.known_call(key, digest)
        if known is not None:
            return [], known
        try:
            order = calls.read(key, body)
        except calls.Invalid as error:
            return [], calls.refused(key, error.code, str(error))
        return self._decisions.of_call(order, key=key, digest=digest), None

    def known_call(self, key: str, digest: str) -> Answer | None:
        """What a bank that deduplicates answers to a key it remembers; None: it makes a payment of it."""
        manners = self._profile.call
        known = [record for record in self._books.by_key.get(key, ()) if self._remembers(manners, record)]
        if not known:
            return None
        same = [record for record in known if record["body_sha256"] == digest]
        if same or manners.other_body is profiles.OtherBody.IGNORED:
            return self.view((same or known)[-1], fresh=False)
        if manners.other_body is profiles.OtherBody.CREATES:
            return None
        return calls.refused(key, "key_reused", "Another payment was sent under this key.")

    def lookup(self, key: str) -> Answer:
        """The latest that stands under a key, for ever, once the lag is over."""
        for record in reversed(self._books.by_key.get(key, ())):
            if self._now - moment(record["at"]) >= self._profile.call.lookup_lag:
                return 200, self.view(record, fresh=False)[1]
        return not_found(key)

    def view(self, record: Record, *, fresh: bool) -> Answer:
        if record["type"] == "refusal":
            text = "The bank does not carry this payment."
            number, answer = calls.refused(record["key"], "payee_refused", text, reason=record["reason"])
            return number, answer | {"status": "rejected", "body_sha256": record["body_sha256"]}
        shown = ("id", "key", "end_to_end_id", "amount_minor", "currency", "body_sha256")
        status = self._books.instructions[record["id"]].status
        return 201 if fresh else 200, {name: record[name] for name in shown} | {"status": status}

    def of_file(self, name: str, body: bytes) -> list[Record]:
        """The records of one write; none for a name that was taken before."""
        if name in self._books.files:
            return []
        digest = hashlib.sha256(body).hexdigest()
        try:
            message = pain001.read(body)
            if known := self._known_file(message.message_id, digest):
                if known["sha256"] != digest and self._ignores_other_files:
                    return self._decisions.of_ignored_file(name, digest, message)
                raise pain001.Refused(
                    "DU01", "This message id was used before.", message_id=message.message_id
                )
        except pain001.Refused as refusal:
            return self._decisions.of_refused_file(name, digest, refusal)
        return self._decisions.of_file(name, digest, message)

    def _known_file(self, message_id: str, digest: str) -> Record | None:
        known, manners = self._books.messages.get(message_id), self._profile.file
        if known is None or not self._remembers(manners, known):
            return None
        if known["sha256"] != digest and manners.other_body is profiles.OtherBody.CREATES:
            return None
        return known

    @property
    def _ignores_other_files(self) -> bool:
        return self._profile.file.other_body is profiles.OtherBody.IGNORED

    def _remembers(self, manners: profiles.Channel, record: Record) -> bool:
        window = timedelta.max if manners.key_window is None else manners.key_window
        return manners.deduplicates and self._now - moment(record["at"]) < window


def not_found(key: str) -> Answer:
    return 404, {"key": key, "error": {"code": "not_found", "message": "Nothing stands under this key."}}
