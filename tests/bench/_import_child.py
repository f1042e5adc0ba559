"""One large import in a process of its own, as a worker does it: says each phase's seconds and peak memory."""

import json
import pathlib
import sys
import time
from typing import Any

import django

from tests.bench import _installed, _memory

_installed.only_what_runs()
django.setup()

from backoffice.audit.clock import database_now  # noqa: E402
from payouts.operations import imports  # noqa: E402 - Django first
from sellers.ledger.importing import seen  # noqa: E402
from sellers.ledger.models import ImportFile  # noqa: E402
from tests import make  # noqa: E402

BROUGHT_BY = {
    "earnings": ("analyst", "generic"),
    "statement": ("treasurer", ""),
    "corrections": ("analyst", "corrections"),
}


def main(path: pathlib.Path, kind: str) -> None:
    role, profile = BROUGHT_BY[kind]
    actor = make.person(role)
    before, phases, since = _memory.peak(), [], time.perf_counter()

    def over(what: str) -> None:
        nonlocal since
        now = time.perf_counter()
        found: dict[str, Any] = {
            "what": what,
            "seconds": now - since,
            "mb": _memory.peak(),
            "mb_before": before,
        }
        phases.append(found)
        since = time.perf_counter()

    with path.open("rb") as stream:
        file = imports.receive(
            kind=kind,
            profile=profile,
            stream=stream,
            name=path.name,
            actor=actor,
            now=database_now(),
        )
    over("receive: kept, compressed, encrypted")
    assert imports.work(import_id=file.pk, now=database_now())
    over("a worker reads, checks and compares")
    shown = ""
    if kind == "corrections":
        actor, shown = make.person("approver"), seen.digest(file)
        over("the page that another person looks at: its digest")
    imports.confirm(import_file_id=file.pk, actor=actor, now=database_now(), shown=shown)
    over("their yes")
    assert imports.work(import_id=file.pk, now=database_now())
    over("a worker posts")
    done = ImportFile.objects.get(pk=file.pk)
    assert (done.status, done.new_count) == ("POSTED", done.row_count)
    sys.stdout.write(json.dumps(phases))


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]), sys.argv[2])
