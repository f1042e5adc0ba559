"""What others write, cut to what can be kept: a database refuses some characters, numbers and moments altogether."""

import hashlib
import re
from datetime import datetime
from typing import Any

LARGEST_MINOR = 10**17
"""Far beyond every real amount and balance, and a ninetieth of what a column holds, so that sums fit too."""
_LONGEST_NAME = 200
_UNKEEPABLE = re.compile("[\x00\ud800-\udfff]")


def text(written: str) -> str:
    """The same text; U+FFFD stands for what PostgreSQL cannot store: NUL, and halves of a surrogate pair."""
    return _UNKEEPABLE.sub("\ufffd", written)


def tree(read: Any) -> Any:
    """JSON as it was read, with every text in it fit to be kept."""
    if isinstance(read, str):
        return text(read)
    if isinstance(read, list):
        return [tree(each) for each in read]
    if isinstance(read, dict):
        return {text(name): tree(each) for name, each in read.items()}
    return read


def name(written: str) -> str:
    """A name that can be looked up by an index: a longer one is its beginning and a digest of the whole."""
    if len(written) <= _LONGEST_NAME:
        return written
    digest = hashlib.sha256(written.encode(errors="replace")).hexdigest()
    return f"{written[: _LONGEST_NAME - len(digest) - 1]}~{digest}"


def amount(minor: int) -> int | None:
    """Minor units, or None for what no amount can be."""
    return minor if -LARGEST_MINOR <= minor <= LARGEST_MINOR else None


def count(written: str, *, most: int) -> int | None:
    """The number that these ASCII digits write, or None for anything else and for more than ``most``."""
    fits = written.isascii() and written.isdigit() and len(written.lstrip("0")) <= len(str(most))
    return number if fits and (number := int(written[-len(str(most)) :])) <= most else None


def moment(found: datetime) -> datetime | None:
    """The moment, or None where it is in no time that bank messages are of: some could be stored and never read."""
    return found if 1970 <= found.year < 2200 else None
