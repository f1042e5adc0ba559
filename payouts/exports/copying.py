"""PostgreSQL's COPY as it comes: one text a row, read as fast as the connection gives them.

In the binary form a single text column is its own bytes after a short head, nothing escaped. psycopg's own reader
takes a turn of its event loop for every row, which is most of the time of a million; libpq's is called instead.
"""

from collections.abc import Generator
from typing import Any

import psycopg
from django.db import connection
from psycopg import pq

_SIGNATURE = 19  # of the whole, before the first row
_HEAD = 6  # of each row: how many columns, how long the text
PER_BLOCK = 2_000


def texts(sql: str, params: tuple[Any, ...]) -> Generator[list[bytes], None, None]:
    """The texts that a statement of one text column answers, in lists; inside a transaction.

    Raises psycopg's errors.
    """
    connection.ensure_connection()
    raw = connection.connection
    statement = psycopg.ClientCursor(raw).mogrify(sql, params) if params else sql.replace("%%", "%")
    copy = f"COPY ({statement}) TO STDOUT (FORMAT binary)"
    _check(raw.pgconn.exec_(copy.encode()), pq.ExecStatus.COPY_OUT)
    over = False
    try:
        block: list[bytes] = []
        take, skip = raw.pgconn.get_copy_data, _SIGNATURE + _HEAD
        while True:
            size, data = take(0)
            if size < 0:
                break
            if size <= skip:  # the end's mark, or the signature when there is no row
                continue
            block.append(bytes(data[skip:]))
            skip = _HEAD
            if len(block) == PER_BLOCK:
                yield block
                block = []
        over = True
        _end(raw.pgconn)
        if block:
            yield block
    finally:
        if not over:
            raw.cancel_safe()
            _drain(raw.pgconn)


def _check(result: Any, wanted: Any) -> None:
    if result.status != wanted:
        raise psycopg.errors.error_from_result(result, encoding="utf-8")


def _end(pgconn: Any) -> None:
    """What the server says at the end of it: an error may come after many rows."""
    while (result := pgconn.get_result()) is not None:
        _check(result, pq.ExecStatus.COMMAND_OK)


def _drain(pgconn: Any) -> None:
    """The connection is as before a statement, whatever was still on its way."""
    try:
        while pgconn.get_copy_data(0)[0] > 0:
            pass
    except psycopg.Error:
        pass
    while pgconn.get_result() is not None:
        pass
