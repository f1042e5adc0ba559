"""What changed since an export of everything: both as a worker makes them, beside `\\copy` of the same rows."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from tests import make
from tests.bench import _register, exports

_CHANGES = "UPDATE sellers_seller SET name = name || ' SAS' WHERE id % 100 = 0"


def measure(*, size: int, owner_url: str) -> Iterator[dict[str, Any]]:
    """One seller in a hundred is renamed between the two: each of their payouts has changed."""
    _register.payouts(count=size, owner_url=owner_url)
    make.user("accountant", username="bench-accountant")
    url = psycopg.conninfo.make_conninfo(owner_url, user=settings.DATABASES["default"]["USER"])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        limit = exports._copy(url, "", path)
        yield exports._row("psql \\copy, the same columns raw", limit, limit)
        whole = exports._child(url, "worker", path, "")
        yield exports._row("an export of everything, hashes kept", whole, limit)
        number = path.read_text()
        with psycopg.connect(owner_url) as connection:
            connection.execute(_CHANGES)
        yield exports._row("what changed since, 1 in 100", exports._child(url, "worker", path, number), limit)
        yield exports._row(
            "the same again, nothing changed", exports._child(url, "worker", path, path.read_text()), limit
        )
