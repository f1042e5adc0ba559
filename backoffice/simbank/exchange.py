"""The bank's file side: it copies files from the customer's outbox and leaves its answers in the inbox.

It never moves or deletes what the customer left, and never changes a file it has left itself.
"""

import os
from pathlib import Path

from backoffice.simbank import teller as tellers


class Exchange:
    def __init__(self, teller: tellers.Teller, *, outbox: Path, inbox: Path):
        self.teller, self.bank, self.outbox, self.inbox = teller, teller.bank, outbox, inbox
        for folder in (outbox, inbox):
            folder.mkdir(parents=True, exist_ok=True)
        self._delivered: set[str] = set()

    def sync(self) -> None:
        """Take every new file, then leave every answer that is not there yet (also those of before a
        crash)."""
        with os.scandir(self.outbox) as entries:
            names = sorted(e.name for e in entries if e.name.endswith(".xml") and not e.name.startswith("."))
        for name in names:
            if not self.bank.has_file(name):
                self.teller.take_file(name, (self.outbox / name).read_bytes())
        with self.bank.lock:
            waiting = [item for item in self.bank.books.outgoing.items() if item[0] not in self._delivered]
        for name, body in waiting:
            self._leave(name, body)
            self._delivered.add(name)

    def _leave(self, name: str, body: bytes) -> None:
        target = self.inbox / name
        if target.exists():
            return
        unfinished = self.inbox / f".{name}.part"
        with open(unfinished, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(target)
