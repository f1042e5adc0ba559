"""Where the scheduler may come in between: before and after every commit. The calls of the bank are in `wire`."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any
from unittest import mock

from django.db import connection, transaction

BEFORE_COMMIT, AFTER_COMMIT = "before the commit", "after the commit"
BEFORE_CALL, AFTER_CALL = "before the call", "after the call"


class Crash(BaseException):
    """The process died here. Nothing in the program catches it: what was not committed is gone."""


Point = Callable[[str], None]


@contextmanager
def at_commits(point: Point) -> Iterator[None]:
    """``point`` is told of each commit of Django's connection, in atomic blocks and outside of them."""
    leave = transaction.Atomic.__exit__

    def exit_block(block: Any, kind: Any, error: Any, trace: Any) -> None:
        outermost = connection.in_atomic_block and not connection.savepoint_ids
        commits = outermost and kind is None and not connection.needs_rollback
        if commits:
            try:
                point(BEFORE_COMMIT)
            except Crash as crash:
                leave(block, Crash, crash, crash.__traceback__)  # PostgreSQL undoes what was not committed
                raise
        leave(block, kind, error, trace)
        if commits:
            point(AFTER_COMMIT)

    def statement(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        answer = execute(sql, parameters, many, context)
        if not connection.in_atomic_block and sql.lstrip()[:6].upper() in ("INSERT", "UPDATE", "DELETE"):
            point(AFTER_COMMIT)
        return answer

    with mock.patch.object(transaction.Atomic, "__exit__", exit_block), connection.execute_wrapper(statement):
        yield


class OneByOne:
    """In place of a pool of threads: each call is over before the next begins, so that a seed repeats itself."""

    def __init__(self, max_workers: int | None = None) -> None:
        pass

    def __enter__(self) -> "OneByOne":
        return self

    def __exit__(self, *error: object) -> None:
        pass

    def map(self, function: Callable[[Any], Any], items: Iterable[Any]) -> Iterator[Any]:
        return map(function, items)

    def submit(self, function: Callable[..., Any], *arguments: Any) -> Future[Any]:
        """Runs it here and now. A crash is not kept in the future: the whole process is gone."""
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future
