"""What a worker at an import holds and tells: a lock that lives as long as it does, and progress that others see."""

import time
from functools import partial
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from payouts.operations import _alone
from sellers.ledger.importing.progress import Say
from sellers.ledger.models import ImportFile

only_one = partial(_alone.only_one, space=4_031)
_EVERY_SECONDS = 0.5

# A step that begins starts the clock anew: each has a pace of its own.
_TELL = """
UPDATE ledger_importfile SET done = %(done)s, total = %(total)s,
  started_at = CASE WHEN step = %(step)s AND started_at IS NOT NULL THEN started_at ELSE clock_timestamp() END,
  step = %(step)s
WHERE id = %(file)s AND status = %(status)s
"""


class Stopped(Exception):
    """Somebody dropped the file meanwhile."""


class Told:
    """Progress, committed at once by the side connection. Raises `Stopped`."""

    def __init__(self, side: BaseDatabaseWrapper, file: ImportFile, also: Say | None) -> None:
        self._side, self._also = side, also
        self._values: dict[str, Any] = {"file": file.pk, "status": file.status}
        self._step, self._at = "", 0.0

    def __call__(self, step: str, done: int, total: int) -> None:
        if self._also is not None:
            self._also(step, done, total)
        if step == self._step and time.monotonic() - self._at < _EVERY_SECONDS:
            return
        self._step, self._at = step, time.monotonic()
        with self._side.cursor() as cursor:
            cursor.execute(_TELL, self._values | {"step": step, "done": done, "total": total})
            if cursor.rowcount == 0:
                raise Stopped
