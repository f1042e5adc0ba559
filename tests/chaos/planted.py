"""Bugs that workers can be given, each of which pays twice. A harness that does not find them is broken."""

import dataclasses
import json
import uuid
from collections.abc import Callable


def _a_fresh_key_for_each_delivery() -> None:
    from payouts.operations import delivering

    call = delivering._call

    def with_fresh_key(lease, *rest):
        if lease.rail != "sandbox":
            return call(lease, *rest)
        key = uuid.uuid4().hex
        body = json.dumps(json.loads(lease.body) | {"key": key}, sort_keys=True).encode()
        return call(dataclasses.replace(lease, key=key, body=body), *rest)

    delivering._call = with_fresh_key


def _no_answer_is_a_no() -> None:
    from payouts.rails import base, registry

    sandbox = type(registry.get("sandbox"))
    ask = sandbox._ask

    def guessing(self, *args, **kwargs):
        answer = ask(self, *args, **kwargs)
        if answer.code == base.UNREACHABLE:
            return dataclasses.replace(answer, outcome=base.Outcome.REJECTED)
        return answer

    sandbox._ask = guessing


BUGS: dict[str, Callable[[], None]] = {
    "fresh-key": _a_fresh_key_for_each_delivery,
    "timeout-is-rejected": _no_answer_is_a_no,
}


def plant(name: str) -> None:
    """This process has the bug of that name from now on; an empty name is none."""
    if name:
        BUGS[name]()
