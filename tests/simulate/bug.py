"""What a bug planted on purpose is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from unittest import mock

Patches = Sequence[Any]


@dataclass(frozen=True)
class Bug:
    """Patches of the real modules in memory, or owner's SQL that takes a guard away."""

    name: str
    breaks: str
    patches: Callable[[], Patches]
    sql: str = ""


def put(module: Any, name: str, value: Any) -> Any:
    """The patch that puts ``value`` in place of what the module calls ``name``."""
    return mock.patch.object(module, name, value)


def nothing(*_: Any, **__: Any) -> None:
    return None
