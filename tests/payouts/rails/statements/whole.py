"""Statements with their lines at once, as tests look at them; the program reads either of the two at a time."""

import dataclasses
import io

from payouts.rails.statements import base, camt053


@dataclasses.dataclass(frozen=True, kw_only=True)
class Whole(base.Statement):
    """A statement, and its entries beside it."""

    entries: tuple[base.Entry, ...] = ()


def read(body: bytes) -> list[Whole]:
    """Every statement of the message with its entries. Raises as `camt053.read`."""
    stream = io.BytesIO(body)
    found = camt053.read(stream)
    lines = list(camt053.entries(stream))
    return [
        Whole(
            **{field.name: getattr(each, field.name) for field in dataclasses.fields(each)},
            entries=tuple(entry for at, entry in lines if at == place),
        )
        for place, each in enumerate(found, start=1)
    ]
