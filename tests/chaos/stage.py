"""Everything a run starts, in order, and ends again however it ends. Nothing else is ever signalled."""

import contextlib
import importlib
import os
import pathlib
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import django

from tests.chaos import bank, brokers, database, pace, workers
from tests.chaos.bank import BLIND, FAIR, ROOT

GROUPS = 2


class Stage:
    """What the faults work on. `kills` counts every SIGKILL."""

    def __init__(
        self,
        *,
        database: database.Database,
        broker: brokers.Broker,
        banks: dict[str, bank.Bank],
        groups: list[workers.Program],
        beat: workers.Program,
    ) -> None:
        self.database, self.broker, self.banks = database, broker, banks
        self.groups, self.beat = groups, beat
        self.kills = 0

    def carried(self) -> list[bank.Carried]:
        """What all banks took on."""
        return [each for one in self.banks.values() for each in one.carried()]

    def log_bytes(self) -> int:
        return sum(one.log_bytes() for one in self.banks.values())

    def supervise(self) -> None:
        """What ended is started again, as `make run` and systemd do."""
        for program in (*self.groups, self.beat):
            if program.is_down():
                program.start()

    def mend(self) -> None:
        """Nothing is down, stopped or cut any more."""
        self.database.restart()
        if isinstance(self.broker, brokers.Embedded):
            self.broker.restart()
        self.broker.line.restore()
        for one in self.banks.values():
            one.start() if one.is_down() else one.signal(signal.SIGCONT)
        for group in self.groups:
            if not group.is_down():
                group.signal_group(signal.SIGCONT)
        self.supervise()


@contextlib.contextmanager
def built(*, broker_kind: str, seed: int, planted: str = "") -> Iterator[tuple[Stage, ModuleType]]:
    """A running stage and the module `schedule`, which needs Django, set up for the run's own database."""
    with contextlib.ExitStack() as ending:
        folder = pathlib.Path(tempfile.mkdtemp(prefix="payouts-chaos-"))
        ending.callback(shutil.rmtree, folder, ignore_errors=True)
        own = database.Database(pathlib.Path(os.environ.get("CHAOS_DATA_DIR", ROOT / "var" / "chaos")))
        ending.callback(own.stop)
        own.start()
        broker = ending.enter_context(brokers.started(broker_kind, folder=folder))
        banks = {}
        for name in (FAIR, BLIND):
            banks[name] = bank.Bank(name, folder=folder, seed=seed)
            ending.callback(banks[name].stop)
            banks[name].start()
        os.environ.update(_environment(own, broker, banks, folder))
        schedule = _set_django_up()
        extra = {"CHAOS_PLANTED": planted}
        groups = [workers.worker(n, environment=extra, folder=folder) for n in range(1, GROUPS + 1)]
        beat = workers.beat(environment=extra, folder=folder)
        for program in (*groups, beat):
            ending.callback(program.stop)
            program.start()
        for group in groups:
            group.wait_ready()
        ending.callback(_keep_logs, folder)
        yield Stage(database=own, broker=broker, banks=banks, groups=groups, beat=beat), schedule


def _environment(
    own: database.Database, broker: brokers.Broker, banks: dict[str, bank.Bank], folder: pathlib.Path
) -> dict[str, str]:
    """What harness and workers share."""
    return pace.ENVIRONMENT | {
        "DJANGO_SETTINGS_MODULE": "tests.chaos.settings",
        "DATABASE_URL": own.url,
        "CELERY_BROKER_URL": broker.url,
        "DATA_DIR": str(folder / "data"),
        "COUNTRY_DIRS": str(pathlib.Path(__file__).with_name("countries")),
        "SIMBANK_URL": banks[FAIR].url,
        "BLIND_BANK_URL": banks[BLIND].url,
        "SEPA_OUTBOX_DIR": str(banks[FAIR].outbox),
        "SEPA_INBOX_DIR": str(banks[FAIR].inbox),
    }


def _set_django_up() -> ModuleType:
    django.setup()
    from tests.chaos import rails

    importlib.import_module("backoffice.celery")
    rails.install()
    pace.hasten()
    return importlib.import_module("tests.chaos.schedule")


def _keep_logs(folder: pathlib.Path, *_: Any) -> None:
    """After a failure, CHAOS_KEEP_LOGS names where the logs are copied to."""
    target = os.environ.get("CHAOS_KEEP_LOGS")
    if target:
        shutil.copytree(folder, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns("valkey", "*.sock"))
        print(f"Logs: {target}", file=sys.stderr)
