"""What a request asked of the database and what it computed, told in the answer's head."""

import pathlib
import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


def watched(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: how many statements, the slowest with its milliseconds, and CPU here and in the database."""

    def answer(request: HttpRequest) -> HttpResponse:
        asked: list[tuple[float, str]] = []

        def timed(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            begun = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                asked.append((1000 * (time.perf_counter() - begun), str(sql)))

        page, database = time.process_time(), _database_seconds()
        with connection.execute_wrapper(timed):
            response = get_response(request)
        response["X-Cpu"] = f"{1000 * (time.process_time() - page):.2f}"
        response["X-Database-Cpu"] = f"{1000 * (_database_seconds() - database):.2f}"
        slowest, sql = max(asked, default=(0.0, ""))
        response["X-Queries"] = str(len(asked))
        response["X-Slowest"] = f"{slowest:.2f}"
        response["X-Slowest-Sql"] = " ".join(sql.split()).encode("ascii", "replace").decode()[:400]
        return response

    return answer


def _database_seconds() -> float:
    """How long the session's own process has computed, where the database runs on this machine; else 0."""
    if connection.connection is None:
        return 0
    try:
        spent = pathlib.Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
    except OSError:
        return 0
    return int(spent.split()[0]) / 1e9
