"""What a request asked of the database, told in the answer's head."""

import time
from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse


def watched(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: how many statements, and the slowest with its milliseconds."""

    def answer(request: HttpRequest) -> HttpResponse:
        asked: list[tuple[float, str]] = []

        def timed(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            begun = time.perf_counter()
            try:
                return execute(sql, params, many, context)
            finally:
                asked.append((1000 * (time.perf_counter() - begun), str(sql)))

        with connection.execute_wrapper(timed):
            response = get_response(request)
        slowest, sql = max(asked, default=(0.0, ""))
        response["X-Queries"] = str(len(asked))
        response["X-Slowest"] = f"{slowest:.2f}"
        response["X-Slowest-Sql"] = " ".join(sql.split()).encode("ascii", "replace").decode()[:400]
        return response

    return answer
