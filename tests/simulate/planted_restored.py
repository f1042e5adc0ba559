"""Bugs planted in what a restore from a backup and statements brought by hand rest on."""

import dataclasses
from typing import Any
from unittest import mock

from payouts.operations import (
    _journal,
    _restored,
    _statement_import,
    delivering,
    preparing,
    reconciliation,
    restoring,
)
from payouts.rails.statements import camt053
from tests.simulate.bug import Bug, Patches, nothing, put


def _written_afterwards() -> Patches:
    real = delivering.deliver

    def deliver(*, leases: Any, watch: Any) -> Any:
        with put(_journal, "write", nothing):
            answers = real(leases=leases, watch=watch)
        _journal.write(leases=leases, watch=watch)
        return answers

    return [put(delivering, "deliver", deliver)]


def _counted_again() -> Patches:
    def renamed(stream: Any, told: Any = None) -> Any:
        return [
            dataclasses.replace(each, statement_id=f"{each.statement_id}U")
            for each in camt053.read(stream, told)
        ]

    def read(**values: Any) -> Any:
        with put(reconciliation, "camt053", mock.Mock(read=renamed, entries=camt053.entries)):
            return reconciliation.read(**values)

    by_hand = mock.Mock(
        read=read, match_open_lines=reconciliation.match_open_lines, Source=reconciliation.Source
    )
    return [put(_statement_import, "reconciliation", by_hand)]


BUGS: tuple[Bug, ...] = (
    Bug("journal-after-the-call", "who dies between the call and the journal has handed over what nobody outside knows",
        _written_afterwards),
    Bug("restored-unnoticed", "a database that was put back to a backup goes on as if nothing were lost",
        lambda: [put(_restored, "why", lambda: "")]),
    Bug("restored-not-stopped", "that the database was put back is told, but no rail is stopped",
        lambda: [put(_restored, "switches", mock.Mock())]),
    Bug("lost-paid-again", "what the rails were asked about is written down, and its payouts are sent again",
        lambda: [put(preparing, "outside", mock.Mock(known=lambda payouts: {})), put(restoring, "_hold", lambda *_: 0)],
        "DROP TRIGGER guard_known_outside ON payouts_attempt"),
    Bug("upload-counted-again", "a statement that the collector read is booked again when a person brings it",
        _counted_again, "ALTER TABLE payouts_statement DROP CONSTRAINT payouts_statement_body_sha256_key"),
)  # fmt: skip
