"""A simulated bank as a process: `python -m tests.chaos.banker NAME SEED PORT FOLDER`.

The same as `manage.py simbank`, with manners that suit seconds.
"""

import pathlib
import signal
import sys
from datetime import timedelta

from backoffice.simbank import process, profile
from tests.chaos.bank import BLIND, FAIR

_SHARES = {profile.REJECTED: 60, profile.FAILED: 50, profile.RETURNED: 50}


def manners(name: str, seed: int) -> profile.Profile:
    """How the bank of that name behaves."""
    windows = {FAIR: timedelta(hours=24), BLIND: timedelta()}
    return profile.Profile(
        settle_after=timedelta(seconds=0.4),
        return_after=timedelta(seconds=1),
        key_window=windows[name],
        opening_minor=100_000_000,
        seed=seed,
        per_mille=_SHARES,
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
        bank.wait()
    if bank.failure:
        raise bank.failure


if __name__ == "__main__":
    main(*sys.argv[1:])
