"""Putting facts into the outbox."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from .models import Fact


def publish(*, topic: str, facts: Iterable[tuple[str, Mapping[str, Any]]], now: datetime) -> int:
    """One fact per (key, payload) stands in the outbox with the caller's transaction; answers how many."""
    rows = [Fact(at=now, topic=topic, key=key, payload=dict(payload)) for key, payload in facts]
    Fact.objects.bulk_create(rows, batch_size=2000)
    return len(rows)
