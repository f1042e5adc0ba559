"""A simulated bank as a process: `python -m tests.chaos.banker NAME SEED PORT FOLDER`.

The same as `manage.py simbank`, with manners that suit seconds.
"""

import pathlib
import signal
import sys
from datetime import timedelta

from backoffice.simbank import process, profile
from backoffice.simbank.faults import Fault
from tests.chaos import pace
from tests.chaos.bank import BLIND, READY

_SHARES = {profile.REJECTED: 60, profile.FAILED: 50, profile.RETURNED: 50}
_CALL_FAULTS = {
    Fault.REFUSE_BEFORE: 50,
    Fault.DROP_BEFORE: 50,
    Fault.ACCEPT_LATE: 80,
    Fault.DROP_AFTER: 80,
    Fault.ERROR_AFTER: 50,
    Fault.GARBAGE: 50,
    Fault.STALE_NOT_FOUND: 300,
    Fault.NOTICE_TWICE: 100,
    Fault.NOTICE_LATE: 100,
    Fault.NOTICE_REORDERED: 100,
}
_FILE_FAULTS = {
    Fault.REFUSE_BEFORE: 150,
    Fault.ACCEPT_LATE: 150,
    Fault.NOTICE_TWICE: 100,
    Fault.NOTICE_LATE: 100,
    Fault.NOTICE_REORDERED: 100,
    Fault.GARBAGE: 100,
}


def manners(name: str, seed: int) -> profile.Profile:
    """How the bank of that name behaves: everything goes wrong now and then, for a few tries of each key."""
    calls = profile.Calls(
        deduplicates=name != BLIND, answers_after=timedelta(seconds=0.15), faults=_CALL_FAULTS
    )
    return profile.Profile(
        settle_after=timedelta(seconds=0.4),
        return_after=timedelta(seconds=1),
        late_after=timedelta(seconds=pace.LATE_SECONDS),
        opening_minor=100_000_000,
        seed=seed,
        per_mille=_SHARES,
        call=calls,
        file=profile.Files(faults=_FILE_FAULTS),
    )


def main(name: str, seed: str, port: str, folder: str) -> None:
    place = pathlib.Path(folder)
    with process.Simbank(
        port=int(port),
        data=place / "data",
        outbox=place / "outbox",
        inbox=place / "inbox",
        manners=manners(name, int(seed)),
        every_seconds=0.1,
    ) as bank:
        signal.signal(signal.SIGTERM, lambda *_: bank.stop())
        print(READY, flush=True)
        bank.wait()
    if bank.failure:
        raise bank.failure


if __name__ == "__main__":
    main(*sys.argv[1:])
