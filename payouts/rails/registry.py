"""The only place that names a rail. A rail is found by name and imported when it is first asked for."""

from functools import cache
from importlib import import_module
from typing import Any, cast

from payouts.rails import base

_PATHS = {
    "sandbox": "payouts.rails.sandbox.rail:Sandbox",
    "sepa": "payouts.rails.sepa.rail:Sepa",
}
_NEVER_IN_PRODUCTION = frozenset({"sandbox"})


class UnknownRail(LookupError):
    """No rail of that name is installed. The message names those that are."""


def names() -> list[str]:
    return sorted(_PATHS)


def allowed(name: str, *, production: bool) -> bool:
    """Whether money may go over this rail here: it exists, and a simulated one is refused in production."""
    return name in _PATHS and not (production and name in _NEVER_IN_PRODUCTION)


@cache
def get(name: str) -> base.Rail[Any]:
    """The rail of that name. Raises `UnknownRail`."""
    if name not in _PATHS:
        raise UnknownRail(f"There is no rail called “{name}”. Installed are: {', '.join(names())}.")
    module, _, attribute = _PATHS[name].partition(":")
    return cast("base.Rail[Any]", getattr(import_module(module), attribute)())
