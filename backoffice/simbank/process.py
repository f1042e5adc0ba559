"""The running bank: log, clock, HTTP side and file side together. A process of its own, or threads inside a
test."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from backoffice.simbank import bank, exchange, journal, profile, server, teller

LOG_NAME = "instructions.jsonl"


class Simbank:
    """Starts serving when it is made; `close` stops it. Everything it knows is in the log, so it may be
    killed."""

    def __init__(
        self,
        *,
        port: int,
        data: Path,
        outbox: Path,
        inbox: Path,
        manners: profile.Profile | None = None,
        every_seconds: float = 0.25,
    ):
        self._journal = journal.Journal(data / LOG_NAME)
        try:
            self.bank = bank.Bank(self._journal, manners or profile.Profile())
            self.teller = teller.Teller(self.bank)
            self._server = server.Server(self.teller, port=port)
        except BaseException:
            self._journal.close()
            raise
        self.exchange = exchange.Exchange(self.teller, outbox=outbox, inbox=inbox)
        self.url = self._server.url
        self.failure: Exception | None = None
        self._stopping = threading.Event()
        self._every_seconds = every_seconds
        self._one_at_a_time = threading.Lock()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, name="simbank-http", daemon=True),
            threading.Thread(target=self._work, name="simbank-work", daemon=True),
        ]
        for thread in self._threads:
            thread.start()

    def sync(self) -> None:
        """Take files, do what is due, leave answers: now, rather than within `every_seconds`."""
        with self._one_at_a_time:
            self.exchange.sync()
            self.bank.tick()
            self.exchange.sync()

    def advance(self, seconds: float) -> None:
        """Let time pass at the bank, with everything that happens in it."""
        self.sync()
        self.bank.advance(seconds)
        self.sync()

    def wait(self) -> None:
        """Until `stop` is called from a signal handler or another thread, or the bank can work no more."""
        self._stopping.wait()

    def stop(self) -> None:
        self._stopping.set()

    def close(self) -> None:
        self._stopping.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()
        self._journal.close()

    def _work(self) -> None:
        while not self._stopping.is_set():
            try:
                self.sync()
            except Exception as error:  # a bank that no longer works must not look alive
                self.failure = error
                self._stopping.set()
            self._stopping.wait(self._every_seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
